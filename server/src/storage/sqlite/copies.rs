//! Backups that were looked into before anybody relies on them, and the way back from one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _};

use super::super::{from_u64, to_u64};
use super::{BUSY_TIMEOUT, FILE_NAME, MIGRATIONS};

/// Why a backup was not made, or not put back. The store is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Backups are never written over.
    #[error("{0} is there already; choose another name")]
    Exists(PathBuf),
    /// There is no database to copy.
    #[error("there is no database in {0}")]
    NoDatabase(PathBuf),
    /// Somebody has the store open.
    #[error("the server is running on {0}; stop it first")]
    InUse(PathBuf),
    /// The copy is not whole.
    #[error("{file} cannot be used: {reason}")]
    Damaged {
        /// The copy.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk did not do as asked.
    #[error("{path}: {source}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database did not do as asked.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// Operations in the log.
    pub operations: u64,
    /// Lifetimes of phones that now know what of theirs is safe in it.
    pub devices: u64,
}

/// Copies the store of a folder to a new file, also while a server runs on it. The copy is read through before phones are told
/// what of theirs is inside (they may forget it then, invariant I12).
///
/// # Errors
/// As [`CopyError`]; no file is left then.
pub async fn back_up(folder: &Path, file: &Path) -> Result<Backup, CopyError> {
    let live = folder.join(FILE_NAME);
    if !live.exists() {
        return Err(CopyError::NoDatabase(folder.to_owned()));
    }
    if file.exists() {
        return Err(CopyError::Exists(file.to_owned()));
    }
    let partial = with_suffix(file, "part");
    let copied = copy(&live, &partial).await;
    let put = copied.and_then(|operations| {
        fs::rename(&partial, file).map_err(at(file))?;
        sync_folder(file)?;
        Ok(operations)
    });
    if put.is_err() {
        // Half a copy helps nobody; it may not even be there.
        let _ = fs::remove_file(&partial);
    }
    let operations = put?;
    let devices = mark(&live, file).await?;
    Ok(Backup {
        operations,
        devices,
    })
}

/// Puts a copy in the place of a folder's store. A new history begins: phones hear of it at their next call and send again what the
/// copy lacks. The store that was there is kept beside it; gives where.
///
/// # Errors
/// As [`CopyError`].
pub async fn restore(
    folder: &Path,
    file: &Path,
    now_ms: i64,
) -> Result<Option<PathBuf>, CopyError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let live = folder.join(FILE_NAME);
    let partial = with_suffix(&live, "restoring");
    fs::copy(file, &partial).map_err(at(file))?;
    check(&partial, file).await?;
    let known = if live.exists() {
        Some(close_up(&live).await?)
    } else {
        None
    };
    begin_history(&partial, file, known.unwrap_or(0), now_ms).await?;
    let aside = known.map(|epoch| with_suffix(&live, &format!("before-{epoch}-{now_ms}")));
    if let Some(aside) = &aside {
        fs::rename(&live, aside).map_err(at(aside))?;
    }
    fs::rename(&partial, &live).map_err(at(&live))?;
    sync_folder(&live)?;
    Ok(aside)
}

async fn copy(live: &Path, partial: &Path) -> Result<u64, CopyError> {
    let mut connection = connect(options(live)).await?;
    // VACUUM refuses a file that has anything in it: of a copy that was broken off.
    let _ = fs::remove_file(partial);
    sqlx::query("VACUUM INTO ?")
        .bind(partial.to_string_lossy().as_ref())
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    let operations = check(partial, partial).await?;
    let copied = File::open(partial).map_err(at(partial))?;
    copied.sync_all().map_err(at(partial))?;
    Ok(operations)
}

/// Reads a copy through. Gives the operations that its log holds.
async fn check(copy: &Path, named: &Path) -> Result<u64, CopyError> {
    let damaged = |reason: String| CopyError::Damaged {
        file: named.to_owned(),
        reason,
    };
    let options = options(copy).read_only(true).immutable(true);
    let unreadable = |error: sqlx::Error| damaged(error.to_string());
    let mut connection = connect(options).await.map_err(unreadable)?;
    let said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_all(&mut connection)
        .await
        .map_err(unreadable)?;
    if said != ["ok"] {
        return Err(damaged(said.join("; ")));
    }
    let (operations, missing): (i64, i64) = sqlx::query_as(
        "SELECT coalesce(sum(last_seq), 0), coalesce(sum(last_seq <> held OR last_seq <> ended), 0)
         FROM (SELECT s.last_seq,
                 (SELECT coalesce(sum(g.last_seq - g.first_seq + 1), 0) FROM segment AS g WHERE g.scope = s.key) AS held,
                 (SELECT coalesce(max(g.last_seq), 0) FROM segment AS g WHERE g.scope = s.key) AS ended
               FROM scope AS s)",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(unreadable)?;
    connection.close().await?;
    if missing > 0 {
        return Err(damaged(format!("{missing} logs have holes")));
    }
    Ok(to_u64(operations))
}

/// Tells each lifetime of a phone what of it the copy holds, unless a hole before that was filled since the copy was made.
async fn mark(live: &Path, copy: &Path) -> Result<u64, CopyError> {
    let mut connection = connect(options(live)).await?;
    sqlx::query("ATTACH ? AS copy")
        .bind(copy.to_string_lossy().as_ref())
        .execute(&mut connection)
        .await?;
    let marked = sqlx::query(
        "UPDATE device SET backed_up = c.high FROM copy.device AS c
         WHERE device.device = c.device AND device.incarnation = c.incarnation AND c.high IS NOT NULL
             AND (SELECT sum(last_seq - first_seq + 1) FROM main.receipt AS r
                  WHERE r.device = c.device AND r.incarnation = c.incarnation AND r.last_seq <= c.high)
             IS (SELECT sum(last_seq - first_seq + 1) FROM copy.receipt AS r
                  WHERE r.device = c.device AND r.incarnation = c.incarnation AND r.last_seq <= c.high)",
    )
    .execute(&mut connection)
    .await?;
    sqlx::query("DETACH copy").execute(&mut connection).await?;
    connection.close().await?;
    Ok(marked.rows_affected())
}

/// Folds the live store's log into its file, which only works when nobody else has it open. Gives its history's number.
async fn close_up(live: &Path) -> Result<u64, CopyError> {
    let in_use = |error: sqlx::Error| match &error {
        sqlx::Error::Database(it) if it.message().contains("locked") => {
            CopyError::InUse(live.to_owned())
        }
        _ => CopyError::Database(error),
    };
    let mut connection = connect(options(live)).await?;
    sqlx::query("PRAGMA busy_timeout = 0")
        .execute(&mut connection)
        .await?;
    sqlx::query("PRAGMA journal_mode = DELETE")
        .execute(&mut connection)
        .await
        .map_err(in_use)?;
    let epoch: i64 = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'epoch'")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(to_u64(epoch))
}

/// Brings a copy to this build's form and begins a new history in it, of a number that no history had before: also when the store
/// that was lost had begun some of its own.
async fn begin_history(
    copy: &Path,
    named: &Path,
    known: u64,
    now_ms: i64,
) -> Result<(), CopyError> {
    let mut connection = connect(options(copy).journal_mode(SqliteJournalMode::Delete)).await?;
    MIGRATIONS
        .run_direct(&mut connection)
        .await
        .map_err(|error: MigrateError| CopyError::Damaged {
            file: named.to_owned(),
            reason: error.to_string(),
        })?;
    let seconds = u64::try_from(now_ms / 1_000).unwrap_or_default();
    let mut tx = connection.begin().await?;
    sqlx::query("UPDATE meta SET value = max(value + 1, ?) WHERE name = 'epoch'")
        .bind(from_u64(seconds.max(known.saturating_add(1))))
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE scope SET restored_at = last_seq")
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}

async fn connect(options: SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnection::connect_with(&options).await
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> CopyError {
    let path = path.to_owned();
    move |source| CopyError::Disk {
        path: path.clone(),
        source,
    }
}

/// A new name lasts through a power cut only when its folder is written too.
fn sync_folder(file: &Path) -> Result<(), CopyError> {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|it| it.sync_all())
        .map_err(at(folder))
}
