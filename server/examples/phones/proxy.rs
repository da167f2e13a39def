//! A proxy on the loopback that counts the bytes of each direction on the socket, headers and all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Bytes so far.
#[derive(Default)]
pub struct Counts {
    up: AtomicU64,
    down: AtomicU64,
}

impl Counts {
    /// Bytes up and down since the last call.
    pub fn take(&self) -> (u64, u64) {
        (
            self.up.swap(0, Ordering::SeqCst),
            self.down.swap(0, Ordering::SeqCst),
        )
    }
}

/// Starts a proxy before `server` ("127.0.0.1:3000"); gives its URL.
pub async fn start(server: String) -> anyhow::Result<(String, Arc<Counts>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let counts = Arc::new(Counts::default());
    let shared = Arc::clone(&counts);
    tokio::spawn(async move {
        while let Ok((phone, _)) = listener.accept().await {
            let (server, counts) = (server.clone(), Arc::clone(&shared));
            tokio::spawn(async move {
                if let Ok(server) = TcpStream::connect(server).await {
                    let (from_phone, to_phone) = phone.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::join!(
                        pass(from_phone, to_server, &counts.up),
                        pass(from_server, to_phone, &counts.down)
                    );
                }
            });
        }
    });
    Ok((url, counts))
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: &AtomicU64) {
    let mut buffer = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        count.fetch_add(read as u64, Ordering::SeqCst);
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
}
