//! A standalone server of anything, and a client that speaks in bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fake_server::Engine;
use fake_server::engine::{Answer, Delivery};
use fake_server::standalone::{self, Answers, Limits, ServeOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use validator::{Request, Response};

/// A request that everything here answers, for connections that stay open.
pub(crate) const SHORT: &str = "POST /_states HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";

/// The same, after which the connection closes.
pub(crate) const LAST: &str =
    "POST /_states HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";

/// How many threads of its own a server has, as that of `assetproof serve` has several.
pub(crate) const THREADS: usize = 2;

/// A running server. It stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    /// The engine within these limits.
    pub(crate) async fn of_engine(limits: Limits) -> Self {
        let engine = Engine::builder().build().expect("sound contracts");
        Self::of(engine, limits).await
    }

    pub(crate) async fn of(served: impl Answers, limits: Limits) -> Self {
        Self::on(THREADS, served, limits).await
    }

    /// On so many threads of its own; on none, it runs where the test does.
    pub(crate) async fn on(threads: usize, served: impl Answers, limits: Limits) -> Self {
        let options = ServeOptions {
            limits,
            threads,
            ..ServeOptions::default()
        };
        Self::with(served, options).await
    }

    pub(crate) async fn with(served: impl Answers, options: ServeOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let served = Arc::new(served);
        let serving = tokio::spawn(async {
            let stopped = async { drop(stopped.await) };
            standalone::serve_with(listener, served, options, stopped).await;
        });
        Self {
            address,
            stop,
            serving,
        }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it listens")
    }

    /// Sends these bytes on a connection of their own, and reads until it is closed.
    pub(crate) async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.expect("it reads");
        rest(&mut stream).await
    }

    /// Asserts that another client is served.
    pub(crate) async fn serves_others(&self) {
        let answer = self.exchange(LAST).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }

    /// Tells it to stop, and does not wait.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).expect("it still runs");
        self.serving
    }
}

/// Everything until the connection is closed.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    stream
        .read_to_end(&mut bytes)
        .await
        .expect("it is closed cleanly");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One response, of which the head tells the length.
pub(crate) async fn response(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        bytes.push(stream.read_u8().await.expect("it answers"));
        if bytes.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let head = String::from_utf8(bytes).expect("a head is text");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .expect("it tells its length");
    let mut body = vec![0; length.parse().expect("a number")];
    stream.read_exact(&mut body).await.expect("the whole body");
    head + &String::from_utf8(body).expect("it is text")
}

/// Answers everything an hour later, and tells when it has been asked.
pub(crate) struct Later(mpsc::UnboundedSender<()>);

impl Later {
    /// With where it tells that.
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<()>) {
        let (asked, told) = mpsc::unbounded_channel();
        (Self(asked), told)
    }
}

impl Answers for Later {
    fn answer(&self, _: &Request) -> Answer {
        self.0.send(()).expect("the test goes on");
        Answer {
            response: ok("0123456789"),
            delivery: Delivery {
                delay: Duration::from_hours(1),
                broken: None,
            },
        }
    }
}

/// Answers everything in the same way.
pub(crate) struct Always(pub(crate) Delivery);

impl Answers for Always {
    fn answer(&self, _: &Request) -> Answer {
        Answer {
            response: ok("0123456789"),
            delivery: self.0,
        }
    }
}

/// A plain response with this body.
pub(crate) fn ok(body: impl Into<Bytes>) -> Response {
    Response {
        status: 200,
        headers: vec![("Content-Type".to_owned(), b"text/plain".to_vec())],
        body: body.into(),
    }
}
