//! The standalone front: hyper itself, for any language and any length of time.
//!
//! A connection is accepted (`accept`), has a place in the list of connections as long as it
//! lives (`places`), and is read and written through a wire that can break it (`wire`). Each
//! request is read within limits (`body`), answered by whatever is served, and its answer goes
//! out as its `Delivery` says (`connection`). What each limit is, and what a client beyond it
//! sees, is written at [`Limits`].
//!
//! A body is taken as it comes: nothing is ever decompressed, whatever `Content-Encoding` says. A
//! compressed body is then simply no JSON, and gets the documented refusal of its operation.

mod accept;
mod answers;
mod body;
mod connection;
mod options;
mod places;
mod refusal;
mod request;
mod request_log;
mod response;
mod spelling;
mod threads;
mod tls;
mod transport;
mod wire;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};

pub use answers::Answers;
pub use options::{Limits, ServeOptions};
pub use request_log::REQUEST_LOG;
pub use tls::{Tls, TlsError};

/// How many connections the system keeps that have not been taken yet. Of more than that it loses
/// some, and their clients try again after a second.
const BACKLOG: u32 = 4096;

/// Listens at an address, for more connections at once than a listener takes by default. It has
/// to be called within a runtime.
///
/// # Errors
/// What the system says, e.g. that the port is taken.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A port that was served a moment ago can be served again; on Windows it means another thing.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves on `listener` with the limits that are the default, until `shutdown` resolves; see
/// [`serve_with`].
pub async fn serve(
    listener: TcpListener,
    served: Arc<impl Answers>,
    shutdown: impl Future<Output = ()> + Send,
) {
    serve_with(listener, served, ServeOptions::default(), shutdown).await;
}

/// Serves on `listener` until `shutdown` resolves, then takes no more connections, finishes the
/// requests that are under way, and returns; what has not ended within [`Limits::patience`] is cut
/// off. Only for a large body that is being answered it waits longer, where it has threads of its
/// own ([`ServeOptions::threads`]). Nothing that a client does, and no want of file descriptors, ends it before.
pub async fn serve_with(
    listener: TcpListener,
    served: Arc<impl Answers>,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) {
    let front = Arc::new(accept::Front::new(served, options));
    accept::run(listener, front, shutdown).await;
}
