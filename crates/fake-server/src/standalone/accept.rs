//! Taking connections, and letting them go at the end.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use hyper::server::conn::http1;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::places::Places;
use super::threads::Threads;
use super::{Answers, ServeOptions, body, connection};

/// How long to wait when the system gives no more connections out: some end meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

/// The fewest bytes that hyper takes for its buffer.
const LEAST_BUFFER: usize = 8 * 1024;

/// So many connections beyond the limit are told why they are refused; more are just closed.
const REFUSED_AT_ONCE: usize = 64;

/// What all connections of a server share.
pub(super) struct Front {
    pub(super) served: Arc<dyn Answers>,
    pub(super) options: ServeOptions,
    pub(super) http: http1::Builder,
    pub(super) places: Arc<Places>,
    /// The memory for bodies.
    pub(super) bodies: Arc<Semaphore>,
    /// Turns of requests with a large body.
    pub(super) large: Semaphore,
}

impl Front {
    pub(super) fn new(served: Arc<impl Answers>, options: ServeOptions) -> Self {
        let limits = &options.limits;
        let mut http = http1::Builder::new();
        http.max_buf_size(limits.header_bytes.max(LEAST_BUFFER))
            .max_header_size(limits.header_bytes)
            .header_read_timeout(None);
        // hyper counts on the stack unless it is told a number, which is cheaper.
        if limits.header_count != super::Limits::default().header_count {
            http.max_headers(limits.header_count);
        }
        Self {
            served,
            http,
            places: Arc::new(Places::new()),
            bodies: Arc::new(body::memory(limits.bodies)),
            large: Semaphore::new(available_parallelism().map_or(1, usize::from)),
            options,
        }
    }
}

/// Takes connections until `shutdown` resolves, and lets those that there are finish.
pub(super) async fn run(
    listener: TcpListener,
    front: Arc<Front>,
    shutdown: impl Future<Output = ()> + Send,
) {
    let limits = &front.options.limits;
    let threads = Threads::new(front.options.threads);
    let mut connections = JoinSet::new();
    let mut sweep = interval(limits.sweep());
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shutdown = std::pin::pin!(shutdown);
    let mut short_of_sockets = false;
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    short_of_sockets = false;
                    admit(stream, &front, &threads, &mut connections);
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    if !short_of_sockets {
                        tracing::warn!(%error, "no connection can be taken: an idle one is closed");
                    }
                    short_of_sockets = true;
                    front.places.make_room();
                    sleep(PAUSE).await;
                }
            },
            Some(_ended) = connections.join_next(), if !connections.is_empty() => {}
            _ = sweep.tick() => front.places.sweep(limits),
        }
    }
    drop(listener);
    front.places.finish();
    let finish = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.patience, finish).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "requests that have not ended in time are cut off"
        );
    }
    connections.shutdown().await;
    threads.end().await;
}

fn admit(stream: TcpStream, front: &Arc<Front>, threads: &Threads, connections: &mut JoinSet<()>) {
    let limit = front.options.limits.connections;
    let taken = front.places.taken();
    let shared = Arc::clone(front);
    if taken < limit || front.places.make_room() {
        let place = front.places.take();
        threads.spawn(connections, stream, |stream| {
            connection::run(stream, place, shared)
        });
    } else if taken < limit.saturating_add(REFUSED_AT_ONCE) {
        let place = front.places.take();
        threads.spawn(connections, stream, |stream| {
            connection::refuse(stream, place, shared)
        });
    }
}

/// Whether only the connection that was about to come has failed, and the next may come at once.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
    )
}
