//! From a data folder and a site folder to a server that answers, until it is asked to stop.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use domain::date::CivilDate;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::accounts::Accounts;
use crate::api;
use crate::api::snapshot::SnapshotCache;
use crate::api::snapshot_pages::PageCache;
use crate::clock::Clock;
use crate::connections::{self, Limits};
use crate::directory::DirectoryCache;
use crate::pages;
use crate::projections::board::BoardCache;
use crate::room::Room;
use crate::site::{Made, Site};
use crate::state::{AppState, Parts};
use crate::storage;
use crate::upgrade::judge_again;

/// Folder of compressed files within the data folder.
const ASSET_CACHE: &str = "asset-cache";
/// How long requests under way may take once the server was asked to stop.
const STOP_TIME_MAX: Duration = Duration::from_secs(10);
/// How often ended sessions are forgotten.
const PURGE_EVERY: Duration = Duration::from_hours(1);

/// What a server is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the database, and of what is made once from the app's files.
    pub data: PathBuf,
    /// Address of a PostgreSQL database, used instead of the folder's own.
    pub database: Option<String>,
    /// Folder of the app's files.
    pub site: PathBuf,
    /// Fixed civil day.
    pub today: Option<CivilDate>,
    /// Whether a proxy of ours stands in front and says where requests come from.
    pub behind_proxy: bool,
}

/// Opens storage and reads the site folder.
///
/// # Errors
/// When the data folder or the site folder cannot be used.
pub async fn open(options: &Options) -> anyhow::Result<AppState> {
    let data = &options.data;
    let storage = storage::open(data, options.database.as_deref())
        .await
        .with_context(|| match options.database {
            // The address may hold a password.
            Some(_) => "cannot open the PostgreSQL database".to_owned(),
            None => format!("cannot open the database in {}", data.display()),
        })?;
    let directory = DirectoryCache::default();
    let admitted = judge_again(&*storage, &directory).await?;
    if admitted > 0 {
        tracing::info!(admitted, "operations of later releases are understood now");
    }
    pages::prepare();
    let (folder, cache) = (options.site.clone(), data.join(ASSET_CACHE));
    let site = tokio::task::spawn_blocking(move || load_site(&folder, &cache)).await??;
    Ok(AppState::new(Parts {
        storage,
        clock: Clock::new(options.today),
        accounts: Accounts::new()?,
        directory,
        site,
        snapshots: SnapshotCache::default(),
        pages: PageCache::default(),
        board: BoardCache::default(),
        syncs: Room::default(),
        behind_proxy: options.behind_proxy,
    }))
}

fn load_site(folder: &Path, cache: &Path) -> anyhow::Result<Site> {
    let made = Made {
        style: app::STYLE,
        shell: &pages::shell,
    };
    Site::load(folder, cache, &made)
        .with_context(|| format!("cannot read the site folder {}", folder.display()))
}

/// Answers until `stop` is done, then lets requests under way finish and closes the store.
pub async fn run(
    state: AppState,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let storage = Arc::clone(&state.storage);
    let purge = tokio::spawn(purge_sessions(state.clone()));
    let (stopping, stopped) = oneshot::channel::<()>();
    let served = connections::serve(
        listener,
        api::router(state),
        Limits::default(),
        async move {
            stop.await;
            drop(stopping);
        },
    );
    let in_time = async {
        let _ = stopped.await;
        tokio::time::sleep(STOP_TIME_MAX).await;
    };
    tokio::select! {
        () = served => {}
        () = in_time => tracing::warn!("some requests did not finish in time"),
    }
    purge.abort();
    storage.close().await;
}

async fn purge_sessions(state: AppState) {
    let mut every = tokio::time::interval(PURGE_EVERY);
    loop {
        every.tick().await;
        // Tried again at the next tick; ended sessions open nothing meanwhile.
        let _ = state.storage.purge_sessions(state.clock.now_ms()).await;
    }
}

/// Done when the process is asked to stop.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("stopping");
}
