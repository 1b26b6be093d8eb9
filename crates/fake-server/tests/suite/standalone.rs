//! The standalone front as raw clients see it: its limits, how it breaks connections, and TLS.

mod broken;
mod connections;
mod limits;
mod server;
mod shutdown;
mod slow;
mod spelling;
mod tls;
