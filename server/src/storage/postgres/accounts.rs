//! Accounts, grants and sessions.

use std::sync::LazyLock;

use sqlx::postgres::PgRow;
use sqlx::{Connection as _, PgConnection, PgPool, Row as _};
use sync::{AuthorId, Scope};

use super::super::backend::AccountChange;
use super::super::{
    NewUser, SessionRecord, StorageError, StoredGrant, TokenHash, UserRecord, from_json,
};

/// The account's columns; the grants come along as JSON, so that one statement reads one moment.
const ACCOUNT_COLUMNS: &str = "a.name, a.display_name, a.password_hash,
    (SELECT coalesce(json_agg(json_build_array(role, unit, until_ms) ORDER BY unit, role), '[]')::TEXT
     FROM grant_of WHERE account = a.name)";

pub(super) async fn user(
    pool: &PgPool,
    name: &AuthorId,
) -> Result<Option<UserRecord>, StorageError> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {ACCOUNT_COLUMNS} FROM account AS a WHERE a.name = $1"));
    let row = sqlx::query(&SQL)
        .bind(name.as_str())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(user_of).transpose()
}

pub(super) async fn session(
    pool: &PgPool,
    token: TokenHash,
    now_ms: i64,
) -> Result<Option<SessionRecord>, StorageError> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {ACCOUNT_COLUMNS}, s.expires_ms
             FROM session AS s JOIN account AS a ON a.name = s.account
             WHERE s.token_sha256 = $1 AND s.expires_ms > $2"
        )
    });
    let row = sqlx::query(&SQL)
        .bind(token.as_slice())
        .bind(now_ms)
        .fetch_optional(pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(SessionRecord {
        user: user_of(&row)?,
        expires_ms: row.try_get(4)?,
    }))
}

/// The account in a row's first four columns.
fn user_of(row: &PgRow) -> Result<UserRecord, StorageError> {
    let grants: Vec<(String, Scope, Option<i64>)> = from_json(row.try_get(3)?)?;
    Ok(UserRecord {
        name: AuthorId::new(row.try_get::<&str, _>(0)?),
        display_name: row.try_get(1)?,
        password_hash: row.try_get(2)?,
        grants: grants
            .into_iter()
            .map(|(role, unit, until_ms)| StoredGrant {
                role,
                unit,
                until_ms,
            })
            .collect(),
    })
}

/// Makes one change. The outer error is the database's and fails the batch, the inner one is the asker's.
pub(super) async fn change(
    connection: &mut PgConnection,
    change: &AccountChange,
) -> Result<Result<(), StorageError>, StorageError> {
    let statement = match change {
        AccountChange::AddUsers { users, now_ms } => {
            let mut savepoint = connection.begin().await?;
            for user in users {
                if !add_user(&mut savepoint, user, *now_ms).await? {
                    savepoint.rollback().await?;
                    return Ok(Err(StorageError::Conflict));
                }
            }
            savepoint.commit().await?;
            return Ok(Ok(()));
        }
        AccountChange::OpenSession {
            token,
            user,
            now_ms,
            expires_ms,
        } => sqlx::query(
            "INSERT INTO session (token_sha256, account, created_ms, expires_ms)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(token.as_slice())
        .bind(user.as_str())
        .bind(*now_ms)
        .bind(*expires_ms),
        AccountChange::ExtendSession { token, expires_ms } => sqlx::query(
            "UPDATE session SET expires_ms = greatest(expires_ms, $1) WHERE token_sha256 = $2",
        )
        .bind(*expires_ms)
        .bind(token.as_slice()),
        AccountChange::CloseSession { token } => {
            sqlx::query("DELETE FROM session WHERE token_sha256 = $1").bind(token.as_slice())
        }
        AccountChange::WithdrawGrant {
            user,
            unit,
            role,
            now_ms,
        } => sqlx::query(
            "UPDATE grant_of SET until_ms = $1
             WHERE account = $2 AND unit = $3 AND role = $4 AND until_ms IS NULL",
        )
        .bind(*now_ms)
        .bind(user.as_str())
        .bind(unit.as_str())
        .bind(role.as_str()),
        AccountChange::PurgeSessions { now_ms } => {
            sqlx::query("DELETE FROM session WHERE expires_ms <= $1").bind(*now_ms)
        }
    };
    let touched = statement.execute(connection).await?.rows_affected();
    let must_touch = matches!(
        change,
        AccountChange::ExtendSession { .. } | AccountChange::WithdrawGrant { .. }
    );
    Ok(if must_touch && touched == 0 {
        Err(StorageError::Missing)
    } else {
        Ok(())
    })
}

/// Whether the name was free.
async fn add_user(
    connection: &mut PgConnection,
    user: &NewUser,
    now_ms: i64,
) -> Result<bool, StorageError> {
    let added = sqlx::query(
        "INSERT INTO account (name, display_name, password_hash, created_ms)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(user.name.as_str())
    .bind(user.display_name.as_str())
    .bind(user.password_hash.as_str())
    .bind(now_ms)
    .execute(&mut *connection)
    .await?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    for grant in &user.grants {
        sqlx::query(
            "INSERT INTO grant_of (account, unit, role, from_ms, until_ms)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(user.name.as_str())
        .bind(grant.unit.as_str())
        .bind(grant.role.as_str())
        .bind(now_ms)
        .bind(grant.until_ms)
        .execute(&mut *connection)
        .await?;
    }
    Ok(true)
}

pub(super) async fn any(pool: &PgPool) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account)")
        .fetch_one(pool)
        .await?)
}
