//! The one error shape of the API. Below this layer errors are typed by their own modules; here they become a status,
//! a code that is never reused (`docs/protocol.md`), and a sentence for people.

use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::request_id;
use crate::accounts::SignInError;
use crate::storage::StorageError;

/// Codes of [`ApiError`]. Listed in `docs/protocol.md`, never reused.
pub mod code {
    /// Nobody is signed in, or the session has ended.
    pub const SIGNED_OUT: &str = "signed_out";
    /// Unknown name or wrong password.
    pub const WRONG_CREDENTIALS: &str = "wrong_credentials";
    /// Too many wrong passwords; wait as long as `Retry-After` says.
    pub const TOO_MANY_TRIES: &str = "too_many_tries";
    /// The body cannot be read.
    pub const MALFORMED: &str = "malformed";
    /// The body is longer than the limit, unpacked.
    pub const TOO_LARGE: &str = "too_large";
    /// A protocol version that is not spoken here.
    pub const UNKNOWN_VERSION: &str = "unknown_version";
    /// The person may not see or do that.
    pub const FORBIDDEN: &str = "forbidden";
    /// No such thing.
    pub const NOT_FOUND: &str = "not_found";
    /// A page of another site asked.
    pub const CROSS_SITE: &str = "cross_site";
    /// Storage does not answer; try again later.
    pub const UNAVAILABLE: &str = "unavailable";
    /// A defect of the server.
    pub const INTERNAL: &str = "internal";
}

/// A refused request.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// One of [`code`].
    pub code: &'static str,
    /// What happened and what to do, in plain Vietnamese.
    pub message: &'static str,
    /// Seconds to wait before trying again.
    pub retry_after_s: Option<u64>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    request_id: &'a str,
}

impl ApiError {
    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
            retry_after_s: None,
        }
    }

    /// Nobody is signed in.
    #[must_use]
    pub const fn signed_out() -> Self {
        let message = "Phiên đăng nhập đã hết. Việc chưa gửi vẫn còn trên máy; \
                       hãy đăng nhập lại để gửi tiếp.";
        Self::new(StatusCode::UNAUTHORIZED, code::SIGNED_OUT, message)
    }

    /// Unknown name or wrong password.
    #[must_use]
    pub const fn wrong_credentials() -> Self {
        let message = "Tên đăng nhập hoặc mật khẩu không đúng.";
        Self::new(StatusCode::UNAUTHORIZED, code::WRONG_CREDENTIALS, message)
    }

    /// Too many wrong passwords.
    #[must_use]
    pub const fn too_many_tries(wait_s: u64) -> Self {
        let message = "Đã nhập sai nhiều lần. Hãy chờ một lát rồi thử lại.";
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code::TOO_MANY_TRIES, message);
        error.retry_after_s = Some(wait_s);
        error
    }

    /// The body cannot be read.
    #[must_use]
    pub const fn malformed() -> Self {
        let message = "Máy chủ không đọc được nội dung gửi lên. Chưa có gì được ghi.";
        Self::new(StatusCode::BAD_REQUEST, code::MALFORMED, message)
    }

    /// The body is too long.
    #[must_use]
    pub const fn too_large() -> Self {
        let message = "Nội dung gửi lên quá lớn. Chưa có gì được ghi.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE, message)
    }

    /// A protocol version that is not spoken here.
    #[must_use]
    pub const fn unknown_version() -> Self {
        let message = "Ứng dụng và máy chủ không cùng phiên bản. Hãy mở lại ứng dụng khi có mạng.";
        Self::new(StatusCode::BAD_REQUEST, code::UNKNOWN_VERSION, message)
    }

    /// The person may not see that unit.
    #[must_use]
    pub const fn forbidden() -> Self {
        let message = "Tài khoản này không được xem đơn vị đó. \
                       Nếu cần, hãy đề nghị cấp trên giao quyền.";
        Self::new(StatusCode::FORBIDDEN, code::FORBIDDEN, message)
    }

    /// No such thing.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            code::NOT_FOUND,
            "Không có nội dung này.",
        )
    }

    /// A page of another site asked.
    #[must_use]
    pub const fn cross_site() -> Self {
        let message = "Yêu cầu đến từ một trang khác nên đã bị chặn.";
        Self::new(StatusCode::FORBIDDEN, code::CROSS_SITE, message)
    }

    /// Storage does not answer.
    #[must_use]
    pub const fn unavailable() -> Self {
        let message = "Máy chủ đang bận. Việc đã làm vẫn còn trên máy và sẽ tự gửi lại.";
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, message);
        error.retry_after_s = Some(5);
        error
    }

    /// A defect of the server.
    #[must_use]
    pub const fn internal() -> Self {
        let message = "Máy chủ gặp lỗi. Việc đã làm vẫn còn trên máy và sẽ tự gửi lại.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, message)
    }
}

/// An address with something in it that cannot be: no such thing is there.
impl From<PathRejection> for ApiError {
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Missing => Self::not_found(),
            StorageError::Conflict | StorageError::Unavailable => Self::unavailable(),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongCredentials => Self::wrong_credentials(),
            SignInError::TooManyTries { wait_s } => Self::too_many_tries(wait_s),
            SignInError::Unavailable => Self::unavailable(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = request_id::current();
        let body = Body {
            code: self.code,
            message: self.message,
            request_id: request_id.as_str(),
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
