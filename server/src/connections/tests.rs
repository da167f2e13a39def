//! A hall with one place: who gets it, who gives it up, and what is never cut off.

use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::*;

const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const LONG: Duration = Duration::from_secs(30);

struct Served {
    address: SocketAddr,
    /// Told for each request that is being answered.
    begun: Arc<Notify>,
    /// Lets one request be answered.
    go_on: Arc<Semaphore>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// A server with one place whose only page waits for [`Served::go_on`].
async fn serve_one(head_time_max: Duration) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let (told, waited) = (Arc::clone(&begun), Arc::clone(&go_on));
    let router = Router::new().route(
        "/",
        get(async move || {
            told.notify_one();
            waited.acquire().await.unwrap().forget();
            "answer"
        }),
    );
    let limits = Limits {
        served_max: 1,
        head_time_max,
    };
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(serve(listener, router, limits, async move {
        let _ = stopped.await;
    }));
    Served {
        address,
        begun,
        go_on,
        stop,
        task,
    }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Reads one answer; its head in lower case.
async fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"answer") {
        let mut buffer = [0; 1_024];
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the line ended before the answer");
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(answer).unwrap().to_lowercase()
}

async fn has_ended(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0; 16]).await, Ok(0) | Err(_))
}

#[tokio::test]
async fn a_connection_that_rests_gives_its_place_to_one_that_waits() {
    let served = serve_one(LONG).await;
    served.go_on.add_permits(3);
    let mut first = served.connect().await;
    for _ in 0..2 {
        first.write_all(ASK).await.unwrap();
        let answer = read_answer(&mut first).await;
        assert!(!answer.contains("connection: close"), "nobody waits");
    }
    let mut second = served.connect().await;
    second.write_all(ASK).await.unwrap();
    read_answer(&mut second).await;
    assert!(has_ended(&mut first).await);
}

#[tokio::test]
async fn a_request_under_way_is_answered_and_then_its_place_is_free() {
    let served = serve_one(LONG).await;
    let mut first = served.connect().await;
    first.write_all(ASK).await.unwrap();
    served.begun.notified().await;
    let mut second = served.connect().await;
    second.write_all(ASK).await.unwrap();
    served.go_on.add_permits(1);
    read_answer(&mut first).await;
    assert!(has_ended(&mut first).await);
    served.begun.notified().await;
    served.go_on.add_permits(1);
    read_answer(&mut second).await;
}

#[tokio::test]
async fn who_says_nothing_loses_the_place() {
    let served = serve_one(Duration::from_millis(50)).await;
    served.go_on.add_permits(1);
    let mut silent = served.connect().await;
    silent.write_all(&ASK[..9]).await.unwrap();
    let mut second = served.connect().await;
    second.write_all(ASK).await.unwrap();
    read_answer(&mut second).await;
    // What is told to a head that never ended is no matter; the line ends.
    let mut told = Vec::new();
    let _ = silent.read_to_end(&mut told).await;
}

#[tokio::test]
async fn a_server_that_ends_answers_what_is_under_way_and_nobody_else() {
    let served = serve_one(LONG).await;
    let mut first = served.connect().await;
    first.write_all(ASK).await.unwrap();
    served.begun.notified().await;
    let mut waiting = served.connect().await;
    waiting.write_all(ASK).await.unwrap();
    served.stop.send(()).unwrap();
    assert!(has_ended(&mut waiting).await);
    assert!(!served.task.is_finished());
    served.go_on.add_permits(1);
    read_answer(&mut first).await;
    served.task.await.unwrap();
}
