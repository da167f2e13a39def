//! argon2id on blocking threads, a few at a time, and never faster for a name that does not exist.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use super::SignInError;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane
/// (cheatsheetseries.owasp.org, Password Storage, read in 2026).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at the same time: bounds memory and leaves a core to everybody else.
const HASHES_MAX: usize = 2;

/// Hashes and checks passwords.
pub struct Passwords {
    argon: Argon2<'static>,
    slots: Arc<Semaphore>,
    /// Hash of a random password that nobody knows.
    decoy: String,
}

impl Passwords {
    /// Makes the decoy.
    ///
    /// # Errors
    /// `Unavailable` when the system gives no random bytes.
    pub fn new() -> Result<Self, SignInError> {
        let params =
            Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| SignInError::Unavailable)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut secret = [0_u8; 16];
        getrandom::fill(&mut secret).map_err(|_| SignInError::Unavailable)?;
        let decoy = hash_now(&argon, &secret)?;
        Ok(Self {
            argon,
            slots: Arc::new(Semaphore::new(HASHES_MAX)),
            decoy,
        })
    }

    /// Hashes a password as a PHC string.
    ///
    /// # Errors
    /// `Unavailable` when hashing cannot run.
    pub async fn hash(&self, password: String) -> Result<String, SignInError> {
        self.run(move |argon| hash_now(&argon, password.as_bytes()))
            .await?
    }

    /// Whether a password fits. Without a known hash it is checked against the decoy and never fits.
    ///
    /// # Errors
    /// `Unavailable` when hashing cannot run.
    pub async fn verify(
        &self,
        password: String,
        known: Option<String>,
    ) -> Result<bool, SignInError> {
        let is_known = known.is_some();
        let hash = known.unwrap_or_else(|| self.decoy.clone());
        let matches = self
            .run(move |argon| {
                PasswordHash::new(&hash)
                    .is_ok_and(|it| argon.verify_password(password.as_bytes(), &it).is_ok())
            })
            .await?;
        Ok(is_known && matches)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, SignInError> {
        let slot = Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .map_err(|_| SignInError::Unavailable)?;
        let argon = self.argon.clone();
        tokio::task::spawn_blocking(move || {
            // Held until the hash is done, even when the asker has gone away.
            let _slot = slot;
            work(argon)
        })
        .await
        .map_err(|_| SignInError::Unavailable)
    }
}

fn hash_now(argon: &Argon2<'static>, password: &[u8]) -> Result<String, SignInError> {
    argon
        .hash_password(password)
        .map(|it| it.to_string())
        .map_err(|_| SignInError::Unavailable)
}
