//! Accounts, grants and sessions.

use std::sync::LazyLock;

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection, SqlitePool};
use sync::{AuthorId, Scope};

use super::super::backend::AccountChange;
use super::super::{
    NewUser, SessionRecord, StorageError, StoredGrant, TokenHash, UserRecord, from_json,
};

/// The account's columns; the grants come along as JSON, so that one statement reads one moment.
const USER_COLUMNS: &str = "u.name, u.display_name, u.password_hash,
    (SELECT json_group_array(json_array(g.role, g.unit, g.until_ms)) FROM
        (SELECT role, unit, until_ms FROM grant_of WHERE user = u.name ORDER BY unit, role) AS g)";

pub(super) async fn user(
    pool: &SqlitePool,
    name: &AuthorId,
) -> Result<Option<UserRecord>, StorageError> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {USER_COLUMNS} FROM user AS u WHERE u.name = ?"));
    let row = sqlx::query(&SQL)
        .bind(name.as_str())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(user_of).transpose()
}

pub(super) async fn session(
    pool: &SqlitePool,
    token: TokenHash,
    now_ms: i64,
) -> Result<Option<SessionRecord>, StorageError> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {USER_COLUMNS}, s.expires_ms FROM session AS s JOIN user AS u ON u.name = s.user
             WHERE s.token_sha256 = ? AND s.expires_ms > ?"
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
fn user_of(row: &SqliteRow) -> Result<UserRecord, StorageError> {
    let grants: Vec<(String, Scope, Option<i64>)> = from_json(row.try_get(3)?)?;
    Ok(UserRecord {
        name: AuthorId::new(row.try_get::<String, _>(0)?),
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
    connection: &mut SqliteConnection,
    change: &AccountChange,
) -> Result<Result<(), StorageError>, StorageError> {
    match change {
        AccountChange::AddUsers { users, now_ms } => {
            let mut savepoint = connection.begin().await?;
            for user in users {
                if !add_user(&mut savepoint, user, *now_ms).await? {
                    savepoint.rollback().await?;
                    return Ok(Err(StorageError::Conflict));
                }
            }
            savepoint.commit().await?;
        }
        AccountChange::OpenSession {
            token,
            user,
            now_ms,
            expires_ms,
        } => {
            sqlx::query(
                "INSERT INTO session (token_sha256, user, created_ms, expires_ms)
                 VALUES (?, ?, ?, ?)",
            )
            .bind(token.as_slice())
            .bind(user.as_str())
            .bind(*now_ms)
            .bind(*expires_ms)
            .execute(connection)
            .await?;
        }
        AccountChange::ExtendSession { token, expires_ms } => {
            let moved = sqlx::query(
                "UPDATE session SET expires_ms = max(expires_ms, ?) WHERE token_sha256 = ?",
            )
            .bind(*expires_ms)
            .bind(token.as_slice())
            .execute(connection)
            .await?;
            if moved.rows_affected() == 0 {
                return Ok(Err(StorageError::Missing));
            }
        }
        AccountChange::CloseSession { token } => {
            sqlx::query("DELETE FROM session WHERE token_sha256 = ?")
                .bind(token.as_slice())
                .execute(connection)
                .await?;
        }
        AccountChange::WithdrawGrant {
            user,
            unit,
            role,
            now_ms,
        } => {
            let withdrawn = sqlx::query(
                "UPDATE grant_of SET until_ms = ?
                 WHERE user = ? AND unit = ? AND role = ? AND until_ms IS NULL",
            )
            .bind(*now_ms)
            .bind(user.as_str())
            .bind(unit.as_str())
            .bind(role.as_str())
            .execute(connection)
            .await?;
            if withdrawn.rows_affected() == 0 {
                return Ok(Err(StorageError::Missing));
            }
        }
        AccountChange::PurgeSessions { now_ms } => {
            sqlx::query("DELETE FROM session WHERE expires_ms <= ?")
                .bind(*now_ms)
                .execute(connection)
                .await?;
        }
    }
    Ok(Ok(()))
}

/// Whether the name was free.
async fn add_user(
    connection: &mut SqliteConnection,
    user: &NewUser,
    now_ms: i64,
) -> Result<bool, StorageError> {
    let added = sqlx::query(
        "INSERT INTO user (name, display_name, password_hash, created_ms)
         VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
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
            "INSERT INTO grant_of (user, unit, role, from_ms, until_ms) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
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

pub(super) async fn any(pool: &SqlitePool) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user)")
        .fetch_one(pool)
        .await?)
}
