//! Who is signed in: passwords, sessions, and how often a wrong password may be tried.

use std::net::IpAddr;

use sync::AuthorId;

use crate::storage::{Storage, StorageError, UserRecord};
use password::Passwords;
use session::Token;
use throttle::Throttle;

pub mod enrol;
pub mod password;
pub mod principal;
pub mod session;
pub mod throttle;

/// Longest sign-in name or password, in bytes: longer ones are wrong without being hashed.
const CREDENTIAL_BYTES_MAX: usize = 256;

/// Why a sign-in was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Unknown name or wrong password; nobody is told which.
    #[error("wrong name or password")]
    WrongCredentials,
    /// Too many wrong tries from there for that name.
    #[error("too many tries, wait {wait_s} s")]
    TooManyTries {
        /// Seconds until the next try is looked at.
        wait_s: u64,
    },
    /// Storage or hashing failed.
    #[error("sign-in is unavailable")]
    Unavailable,
}

impl From<StorageError> for SignInError {
    fn from(_: StorageError) -> Self {
        Self::Unavailable
    }
}

/// Checks passwords and opens sessions.
pub struct Accounts {
    /// Hashing.
    pub passwords: Passwords,
    throttle: Throttle,
}

impl Accounts {
    /// Makes the decoy that unknown names are checked against.
    ///
    /// # Errors
    /// `Unavailable` when the system gives no random bytes.
    pub fn new() -> Result<Self, SignInError> {
        Ok(Self {
            passwords: Passwords::new()?,
            throttle: Throttle::default(),
        })
    }

    /// Opens a session for a name and a password.
    ///
    /// # Errors
    /// See [`SignInError`]; unknown names take as long as wrong passwords.
    pub async fn sign_in(
        &self,
        storage: &dyn Storage,
        name: &str,
        password: String,
        from: IpAddr,
        now_ms: i64,
    ) -> Result<(UserRecord, Token), SignInError> {
        let name = AuthorId::new(canonical_name(name));
        let longest = name.as_str().len().max(password.len());
        // No account has such a name, and PostgreSQL cannot even look for one with a NUL.
        if longest > CREDENTIAL_BYTES_MAX || name.as_str().contains(char::is_control) {
            return Err(SignInError::WrongCredentials);
        }
        if let Some(wait_s) = self.throttle.wait_s(&name, from, now_ms) {
            return Err(SignInError::TooManyTries { wait_s });
        }
        let user = storage.user(&name).await?;
        let known_hash = user.as_ref().map(|it| it.password_hash.clone());
        let matches = self.passwords.verify(password, known_hash).await?;
        let Some(user) = user.filter(|_| matches) else {
            self.throttle.failed(name, from, now_ms);
            return Err(SignInError::WrongCredentials);
        };
        self.throttle.succeeded(&name, from);
        let token = Token::random().map_err(|_| SignInError::Unavailable)?;
        let expires_ms = session::end_ms(now_ms);
        storage
            .open_session(token.hash(), &user.name, now_ms, expires_ms)
            .await?;
        Ok((user, token))
    }
}

/// A sign-in name as stored: trimmed and in lower case.
#[must_use]
pub fn canonical_name(name: &str) -> String {
    name.trim().to_lowercase()
}
