//! What every request handler shares.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::accounts::Accounts;
use crate::api::snapshot::SnapshotCache;
use crate::api::snapshot_pages::PageCache;
use crate::clock::Clock;
use crate::directory::DirectoryCache;
use crate::projections::board::BoardCache;
use crate::room::Room;
use crate::site::Site;
use crate::storage::Storage;

/// A handle to the server's parts; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The server's parts.
pub struct Parts {
    /// Everything durable.
    pub storage: Arc<dyn Storage>,
    /// The server's time.
    pub clock: Clock,
    /// Passwords and sessions.
    pub accounts: Accounts,
    /// Units and records.
    pub directory: DirectoryCache,
    /// The site folder.
    pub site: Site,
    /// Packed snapshots.
    pub snapshots: SnapshotCache,
    /// Packed pages of snapshots.
    pub pages: PageCache,
    /// Counted units.
    pub board: BoardCache,
    /// Room for requests of sync that are worked on; the others wait with their bodies packed.
    pub syncs: Room,
    /// Whether a proxy of ours stands in front and says where requests come from.
    pub behind_proxy: bool,
}

impl AppState {
    /// Shares the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether the browser reached us over TLS, as the proxy in front says.
    #[must_use]
    pub fn is_secure(&self, headers: &HeaderMap) -> bool {
        // Without a proxy of ours a false claim harms only the cookie of who makes it.
        headers
            .get("x-forwarded-proto")
            .is_some_and(|it| it.as_bytes() == b"https")
    }

    /// Where a request comes from: the last address that our proxy added, else the peer.
    #[must_use]
    pub fn client_address(&self, headers: &HeaderMap, peer: SocketAddr) -> IpAddr {
        let forwarded = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter(|_| self.behind_proxy)
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(','))
            .filter_map(|it| it.trim().parse().ok())
            .next_back();
        forwarded.unwrap_or(peer.ip())
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
