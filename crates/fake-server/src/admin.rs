//! The admin interface of a fake, with WireMock's names, on a port of its own.
//!
//! Everything under `/__admin` is answered by one function from a request to a response
//! ([`Admin::respond`]), a table of routes and a few files of handlers; `schemas/admin/openapi.yaml`
//! documents it, and is served itself. [`router`] puts it on HTTP.
//!
//! It has no authentication: whoever reaches the port can reset the fake. So it belongs on the
//! loopback interface, which is where `assetproof serve` puts it unless told otherwise.

mod criteria;
mod faults;
mod http;
mod json;
mod process;
mod reply;
mod requests;
mod routes;
mod state;

use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::watch;

use crate::engine::Engine;

pub use http::{router, serve};
pub use routes::served;

/// The document that describes the interface, as it is served.
pub const OPENAPI: &str = "schemas/admin/openapi.yaml";

/// The admin interface of one engine.
#[derive(Debug)]
pub struct Admin {
    engine: Arc<Engine>,
    shutdown: Shutdown,
    began: SystemTime,
}

impl Admin {
    /// An interface to `engine` that asks `shutdown` to end the process.
    pub fn new(engine: Arc<Engine>, shutdown: Shutdown) -> Self {
        let began = engine.now();
        Self {
            engine,
            shutdown,
            began,
        }
    }
}

/// Asks the process to end, and waits for being asked. Clones are the same bell.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Shutdown {
    /// Asks for it.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Resolves when it has been asked for.
    pub async fn asked(&self) {
        let mut bell = self.0.subscribe();
        // The sender lives as long as `self`, so the waiting ends with a true.
        drop(bell.wait_for(|asked| *asked).await);
    }
}
