//! Session tokens and their cookie. The token is on the phone only; the server keeps its SHA-256. Beside it a cookie that the app
//! can read names the person, so that nobody's book opens under somebody else's session.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use sync::AuthorId;

use crate::storage::TokenHash;

/// Name of the cookie.
pub const COOKIE: &str = "sotay_session";
/// Name of the cookie that tells the app who is signed in: an account id, percent-encoded; not secret, and believed by nobody.
pub const PERSON_COOKIE: &str = "sotay_user";
/// Header by which a phone says whose work it carries, percent-encoded.
const PERSON_HEADER: &str = "sotay-user";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A session ends this long after its last use.
const LIFETIME_MS: i64 = 30 * DAY_MS;
/// A session in use is extended at most this often.
const EXTEND_AFTER_MS: i64 = DAY_MS;
/// `Max-Age` of the cookie, in seconds.
const COOKIE_MAX_AGE_S: i64 = LIFETIME_MS / 1000;

/// A session's secret.
#[derive(Clone, Copy)]
pub struct Token([u8; 32]);

impl Token {
    /// A new secret from the system's random source.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads the session cookie of a request.
    #[must_use]
    pub fn of_request(headers: &HeaderMap) -> Option<Self> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|it| it.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .and_then(|(_, value)| Self::parse(value))
    }

    fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// What the server keeps.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }

    /// `Set-Cookie` that signs in.
    #[must_use]
    pub fn cookie(&self, secure: bool) -> Option<HeaderValue> {
        let mut value = format!("{COOKIE}=");
        for byte in self.0 {
            // Writing to a String cannot fail.
            let _ = write!(value, "{byte:02x}");
        }
        set_cookie(&value, COOKIE_MAX_AGE_S, HTTP_ONLY, secure)
    }
}

/// `Set-Cookie` that tells the app who signed in.
#[must_use]
pub fn person_cookie(person: &AuthorId, secure: bool) -> Option<HeaderValue> {
    let name = utf8_percent_encode(person.as_str(), NON_ALPHANUMERIC);
    let pair = format!("{PERSON_COOKIE}={name}");
    set_cookie(&pair, COOKIE_MAX_AGE_S, "", secure)
}

/// `Set-Cookie`s that sign out.
#[must_use]
pub fn ended_cookies(secure: bool) -> Option<[HeaderValue; 2]> {
    Some([
        set_cookie(&format!("{COOKIE}="), 0, HTTP_ONLY, secure)?,
        set_cookie(&format!("{PERSON_COOKIE}="), 0, "", secure)?,
    ])
}

/// Whether a request is for somebody else than `person`: then it must not be done in this one's name.
#[must_use]
pub fn is_for_another(headers: &HeaderMap, person: &AuthorId) -> bool {
    headers.get(PERSON_HEADER).is_some_and(|it| {
        let name = it.to_str().unwrap_or_default();
        let name = percent_decode_str(name).decode_utf8();
        !name.is_ok_and(|it| it == person.as_str())
    })
}

const HTTP_ONLY: &str = "; HttpOnly";

fn set_cookie(pair: &str, max_age_s: i64, hidden: &str, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{pair}; Path=/; Max-Age={max_age_s}{hidden}; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

/// End of a session used at `now_ms`.
#[must_use]
pub fn end_ms(now_ms: i64) -> i64 {
    now_ms.saturating_add(LIFETIME_MS)
}

/// The new end of a session used at `now_ms`, when it is time to move it.
#[must_use]
pub fn extended_ms(expires_ms: i64, now_ms: i64) -> Option<i64> {
    let end = end_ms(now_ms);
    (end.saturating_sub(expires_ms) >= EXTEND_AFTER_MS).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_comes_back_as_the_same_token() {
        let token = Token([7; 32]);
        let cookie = token.cookie(true).unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
        assert!(cookie.ends_with("; Secure"));
        let mut headers = HeaderMap::new();
        let pair = cookie.split(';').next().unwrap();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_str(&format!("a=b; {pair}")).unwrap(),
        );
        assert_eq!(Token::of_request(&headers).unwrap().hash(), token.hash());
    }

    #[test]
    fn work_of_another_is_told_from_ones_own() {
        let person = AuthorId::new("bí thư.a");
        let cookie = person_cookie(&person, false).unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(!cookie.contains("HttpOnly"), "the app reads it: {cookie}");
        let (pair, _) = cookie.split_once(';').unwrap();
        let (_, name) = pair.split_once('=').unwrap();
        for (name, is_another) in [(name, false), ("ai.khac", true), ("", true), ("%FF", true)] {
            let mut headers = HeaderMap::new();
            headers.insert(PERSON_HEADER, HeaderValue::from_str(name).unwrap());
            assert_eq!(is_for_another(&headers, &person), is_another, "{name}");
        }
        assert!(!is_for_another(&HeaderMap::new(), &person), "an older app");
    }

    #[test]
    fn a_cookie_that_is_no_token_is_nobody() {
        for text in ["", "zz", &"é".repeat(32), &"g".repeat(64), &"+1".repeat(32)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_session_is_extended_at_most_once_a_day() {
        let opened = 1_000_000;
        let end = end_ms(opened);
        assert_eq!(extended_ms(end, opened + DAY_MS - 1), None);
        assert_eq!(extended_ms(end, opened + DAY_MS), Some(end + DAY_MS));
    }
}
