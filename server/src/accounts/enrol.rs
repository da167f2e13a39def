//! Making accounts: the sign-in, and the record by which everybody knows who an author is.

use std::collections::BTreeMap;

use domain::kinds::{PLAN, person};
use domain::rights::Grant;
use serde_json::Value;
use sync::{AuthorId, RegisterKey};

use super::{CREDENTIAL_BYTES_MAX, SignInError, canonical_name, password::Passwords};
use crate::intake::{self, IntakeError};
use crate::storage::{MACHINE_AUTHORS, NewUser, SERVER_AUTHOR, Storage, StorageError, StoredGrant};

/// Shortest password, in letters.
pub const PASSWORD_CHARS_MIN: usize = 8;

/// A person to be given an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Sign-in name.
    pub user: String,
    /// Name to show.
    pub name: String,
    /// The right and where.
    pub grant: Grant,
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Empty, too long, with white space, or a machine author's.
    #[error("{0:?} cannot be a sign-in name")]
    BadName(String),
    /// Shorter than [`PASSWORD_CHARS_MIN`] or too long to be hashed.
    #[error("a password has {PASSWORD_CHARS_MIN} letters or more")]
    BadPassword,
    /// Taken.
    #[error("that sign-in name is taken")]
    Taken,
    /// Hashing failed.
    #[error(transparent)]
    Hashing(#[from] SignInError),
    /// Writing failed.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

/// Makes accounts that share a first password.
///
/// The records of people come first: they do no harm when the accounts then fail, and a repeat writes them again.
///
/// # Errors
/// See [`EnrolError`]; no account is made then.
pub async fn enrol(
    storage: &dyn Storage,
    passwords: &Passwords,
    people: &[Enrolment],
    password: &str,
    now_ms: i64,
) -> Result<(), EnrolError> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > CREDENTIAL_BYTES_MAX {
        return Err(EnrolError::BadPassword);
    }
    let mut users = Vec::with_capacity(people.len());
    let mut records: BTreeMap<RegisterKey, Value> = BTreeMap::new();
    for it in people {
        let name = canonical_name(&it.user);
        let is_plain = !name.is_empty()
            && name.len() <= CREDENTIAL_BYTES_MAX
            && !name.contains(char::is_whitespace)
            && !MACHINE_AUTHORS.contains(&name.as_str());
        if !is_plain {
            return Err(EnrolError::BadName(it.user.clone()));
        }
        let author = AuthorId::new(name.as_str());
        if storage
            .user(&author)
            .await
            .map_err(IntakeError::from)?
            .is_some()
        {
            return Err(EnrolError::Taken);
        }
        let role = it.grant.role.identifier().to_owned();
        let plan = serde_json::json!({ "name": it.name, "role": role });
        records.insert(
            RegisterKey::new(it.grant.unit.as_str(), person::KIND, name.as_str(), PLAN),
            plan,
        );
        users.push(NewUser {
            name: author,
            display_name: it.name.clone(),
            password_hash: passwords.hash(password.to_owned()).await?,
            grants: vec![StoredGrant {
                role,
                unit: it.grant.unit.clone(),
                until_ms: None,
            }],
        });
    }
    intake::write(storage, SERVER_AUTHOR, records, now_ms).await?;
    storage
        .add_users(users, now_ms)
        .await
        .map_err(|error| match error {
            StorageError::Conflict => EnrolError::Taken,
            other => IntakeError::from(other).into(),
        })
}
