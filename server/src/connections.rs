//! Connections: a bounded number is served at a time. The others of a rush wait where they take two kilobytes instead of
//! thirty; while any waits, nobody keeps a place without a request.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc, watch};
use tower::ServiceExt as _;

/// Bounds of what is served.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections served at a time.
    pub served_max: usize,
    /// How long a connection may take to say what it wants, at first and after each answer.
    pub head_time_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            served_max: 1_024,
            head_time_max: Duration::from_secs(30),
        }
    }
}

/// How many want to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    /// There is room: connections may rest between requests.
    Low,
    /// Somebody waits: a connection ends with the answer that it is at.
    High,
    /// The server ends: the same, and nobody waits any longer.
    Stopping,
}

struct Hall {
    places: Semaphore,
    waiting: AtomicUsize,
    demand: watch::Sender<Demand>,
    router: Router,
    head_time_max: Duration,
}

/// Serves until `stop` is done, then lets requests under way finish: done when they have.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()> + Send,
) {
    let hall = Arc::new(Hall {
        places: Semaphore::new(limits.served_max),
        waiting: AtomicUsize::new(0),
        demand: watch::Sender::new(Demand::Low),
        router,
        head_time_max: limits.head_time_max,
    });
    // Every connection holds a sender: when the last is gone, so are they.
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            // Passing errors are waited out there.
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        let (hall, open) = (Arc::clone(&hall), open.clone());
        tokio::spawn(async move {
            if let Some(_place) = hall.enter().await {
                hall.serve(stream, peer).await;
            }
            drop(open);
        });
    }
    drop((listener, open));
    hall.demand.send_replace(Demand::Stopping);
    let _ = all_closed.recv().await;
}

impl Hall {
    /// Waits for a place; `None` when the server ends before.
    async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.places.try_acquire() {
            return Some(place);
        }
        let mut demand = self.demand.subscribe();
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.change(|_| Some(Demand::High));
        let place = tokio::select! {
            place = self.places.acquire() => place.ok(),
            _ = demand.wait_for(|it| *it == Demand::Stopping) => None,
        };
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        // Asked inside: whoever came to wait meanwhile has said so before or says it after.
        self.change(|hall| (hall.waiting.load(Ordering::SeqCst) == 0).then_some(Demand::Low));
        place
    }

    fn change(&self, to: impl Fn(&Self) -> Option<Demand>) {
        self.demand.send_if_modified(|now| match to(self) {
            Some(new) if *now != Demand::Stopping && *now != new => {
                *now = new;
                true
            }
            _ => false,
        });
    }

    async fn serve(&self, stream: TcpStream, peer: SocketAddr) {
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        let has_asked = AtomicBool::new(false);
        let service = service_fn(|request: hyper::Request<Incoming>| {
            has_asked.store(true, Ordering::Relaxed);
            self.answer(request, peer)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_time_max)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let mut demand = self.demand.subscribe();
        let wanted = async |demand: &mut watch::Receiver<Demand>| {
            let is_wanted = |it: &Demand| match it {
                Demand::Low => false,
                // Who has not asked yet has only just come.
                Demand::High => has_asked.load(Ordering::Relaxed),
                Demand::Stopping => true,
            };
            // Changes are told one by one; an error would mean that the hall is gone.
            let _ = demand.wait_for(is_wanted).await;
        };
        tokio::select! {
            // A broken line is the other side's business.
            _ = connection.as_mut() => return,
            () = wanted(&mut demand) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<Response, Infallible> {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut response = self.router.clone().oneshot(request).await?;
        if *self.demand.borrow() != Demand::Low {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests;
