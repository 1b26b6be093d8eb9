//! What the standalone front can be told, with the defaults.

use std::time::Duration;

use super::Tls;

/// How to serve. The default is plain HTTP within the default limits.
#[derive(Debug, Clone, Default)]
pub struct ServeOptions {
    /// What a client may ask for.
    pub limits: Limits,
    /// Serves https with this, and nothing else at that port.
    pub tls: Option<Tls>,
    /// How many threads of its own the server serves connections on; none by default: it does so on
    /// the runtime that it is called on.
    pub threads: usize,
}

/// What a client may ask for, so that none can take the server from the others. What is refused
/// gets a JSON body with an `error` that names the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a body: 10 MiB. More is 413: before any of it is read, when the request
    /// says so itself.
    pub body: usize,
    /// The most bytes of all bodies that are being read or answered at once: 256 MiB. A request
    /// waits for its share as long as it may take to read its body, and is then answered 503. Each
    /// counts as what it announces, or as [`Limits::body`]; small ones do not count.
    pub bodies: usize,
    /// The most header fields of a request: 100. More is 431.
    pub header_count: usize,
    /// The most bytes of a request's line and header fields: 256 KiB, since a token may have
    /// 100,000 characters. More is 431.
    pub header_bytes: usize,
    /// How long the line and the header fields may take from their first byte on: 10 s. Then the
    /// answer is 408, and the connection is closed. A TLS handshake has as long.
    pub header_timeout: Duration,
    /// How long a body may take, all in all: 30 s. Then the answer is 408.
    pub body_timeout: Duration,
    /// How long a connection may stay open without a request: 75 s. Then it is closed.
    pub idle_timeout: Duration,
    /// How long a client may take no byte of a response: 30 s. Then the connection is closed.
    pub send_timeout: Duration,
    /// The most connections at once: 4,096. One more closes the one that has been idle longest, or
    /// is slowest to send its request; if all are being answered, it gets 503 and is closed. So
    /// does the want of file descriptors.
    pub connections: usize,
    /// A body of more bytes is answered beside the threads that serve everybody: 64 KiB.
    pub large_body: usize,
    /// How long what is under way may take to end when the server stops: 3 s.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 10 * 1024 * 1024,
            bodies: 256 * 1024 * 1024,
            header_count: 100,
            header_bytes: 256 * 1024,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            send_timeout: Duration::from_secs(30),
            connections: 4096,
            large_body: 64 * 1024,
            patience: Duration::from_secs(3),
        }
    }
}

impl Limits {
    /// How often slow connections are looked for: a quarter of the shortest time that one may
    /// take, so that none gets much more than its due.
    pub(super) fn sweep(&self) -> Duration {
        let shortest = self
            .header_timeout
            .min(self.body_timeout)
            .min(self.idle_timeout)
            .min(self.send_timeout);
        (shortest / 4).clamp(Duration::from_millis(5), Duration::from_secs(1))
    }
}
