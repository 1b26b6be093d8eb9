//! A relay on the loopback interface in front of wiremock, which always sends whole responses: it
//! passes everything on as it comes, but breaks the connection where a response's head says so.
//!
//! It has a thread of its own, as wiremock has, so that a test may block while it waits.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::response::{Piece, Pieces};
use crate::engine::Broken;

/// The header by which a response says how its connection is to break. It never reaches a client.
pub(super) const MARK: &str = "x-assetproof-broken";

/// What is sent for [`Broken::Garbage`].
const GARBAGE: &[u8] = b"\x00\xffthis is no HTTP\r\n\r\n\x1b\x80{{";

/// How long no connection is accepted after one could not be: without file descriptors, trying
/// again at once only keeps a processor busy.
const PAUSE: Duration = Duration::from_millis(10);

/// The header's value.
pub(super) fn mark(broken: Broken) -> String {
    match broken {
        Broken::Reset => "reset".to_owned(),
        Broken::Empty => "empty".to_owned(),
        Broken::Garbage => "garbage".to_owned(),
        Broken::Truncated { after } => format!("truncated {after}"),
    }
}

fn read_mark(value: &str) -> Option<Broken> {
    match value {
        "reset" => Some(Broken::Reset),
        "empty" => Some(Broken::Empty),
        "garbage" => Some(Broken::Garbage),
        _ => {
            let after = value.strip_prefix("truncated ")?.parse().ok()?;
            Some(Broken::Truncated { after })
        }
    }
}

/// A relay that runs until it is dropped.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    _running: oneshot::Sender<()>,
}

impl Relay {
    /// Relays between a free port and `server`.
    pub(super) fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (running, dropped) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = accept(listener, server) => {}
                        _ = dropped => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            _running: running,
        })
    }

    /// Where clients connect.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(listener: std::net::TcpListener, server: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        // A client that is gone before it is accepted is no reason to stop.
        if let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                // Whoever breaks the connection, the other side is told by the sockets' end.
                drop(relay(client, server).await);
            });
        } else {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn relay(mut client: TcpStream, server: SocketAddr) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut request, mut response) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut pieces = Pieces::default();
    let mut sending = true;
    loop {
        tokio::select! {
            read = client.read(&mut request), if sending => match read? {
                0 => {
                    sending = false;
                    server.shutdown().await?;
                }
                read => {
                    pieces.requested(&request[..read]);
                    server.write_all(&request[..read]).await?;
                }
            },
            read = server.read(&mut response) => match read? {
                0 => return client.shutdown().await,
                read => {
                    pieces.received(&response[..read]);
                    while let Some(piece) = pieces.next() {
                        match piece {
                            Piece::Pass(bytes) => client.write_all(&bytes).await?,
                            Piece::Marked { value, head, body } => {
                                let broken = read_mark(&value).unwrap_or(Broken::Empty);
                                return break_off(client, broken, &head, &body).await;
                            }
                        }
                    }
                }
            },
        }
    }
}

async fn break_off(
    mut client: TcpStream,
    broken: Broken,
    head: &[u8],
    body: &[u8],
) -> io::Result<()> {
    match broken {
        Broken::Reset => return client.set_zero_linger(),
        Broken::Empty => {}
        Broken::Garbage => client.write_all(GARBAGE).await?,
        Broken::Truncated { after } => {
            client.write_all(head).await?;
            client.write_all(&body[..after.min(body.len())]).await?;
        }
    }
    client.shutdown().await
}
