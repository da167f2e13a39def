//! Refuses changes asked for by pages of other sites: the cookie alone must not be enough.

use axum::extract::Request;
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;

/// Lets safe methods through, and others only from our own pages or from no page at all.
pub async fn layer(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(request.headers()) {
        next.run(request).await
    } else {
        ApiError::cross_site().into_response()
    }
}

/// Browsers say where a request comes from; programs that say nothing carry no cookie by accident.
fn is_own(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let from = origin.to_str().ok().and_then(|it| it.parse::<Uri>().ok());
    let from = from
        .as_ref()
        .and_then(Uri::authority)
        .map(ToString::to_string);
    let to = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    from.is_some() && from.as_deref() == to
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        is_own(&headers.collect())
    }

    #[test]
    fn own_pages_and_programs_pass_and_other_sites_do_not() {
        assert!(own(&[]));
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(own(&[
            ("origin", "http://a.vn:3000"),
            ("host", "a.vn:3000")
        ]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("origin", "http://b.vn"), ("host", "a.vn")]));
        assert!(!own(&[("origin", "null"), ("host", "a.vn")]));
        assert!(!own(&[("origin", "http://a.vn")]));
    }
}
