//! What `serve` has besides the fake itself: its admin interface, and the flags that go with it.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use fake_server::admin::{self, Shutdown};
use fake_server::{Engine, EngineBuilder};
use tokio::net::TcpListener;

use crate::Result;
use crate::cli::AdminArgs;

/// An admin interface that is bound and not served yet.
pub(crate) struct Admin {
    listener: Option<TcpListener>,
    shutdown: Shutdown,
}

/// Tells the engine what the flags say.
pub(crate) fn configure(builder: EngineBuilder, args: &AdminArgs) -> EngineBuilder {
    builder
        .journal(args.journal)
        .strict_client(args.strict_client)
}

impl Admin {
    /// Takes the port, unless there is to be none; `failed` names the address that cannot be taken.
    pub(crate) async fn bind(
        args: &AdminArgs,
        failed: impl FnOnce(SocketAddr, std::io::Error) -> crate::Error,
    ) -> Result<Self> {
        let listener = if args.no_admin {
            None
        } else {
            let bound = TcpListener::bind(args.address).await;
            Some(bound.map_err(|source| failed(args.address, source))?)
        };
        Ok(Self {
            listener,
            shutdown: Shutdown::default(),
        })
    }

    /// The line that tells where it is; empty when there is none.
    pub(crate) fn announcement(&self) -> String {
        let address = self.listener.as_ref().map(TcpListener::local_addr);
        match address {
            Some(Ok(bound)) => format!("admin on http://{bound}/__admin\n"),
            Some(Err(_)) | None => String::new(),
        }
    }

    /// Serves it beside the fake, and gives what resolves at `stop` or when the interface is asked
    /// to end the process.
    pub(crate) fn serve(
        self,
        engine: &Arc<Engine>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let shutdown = self.shutdown;
        if let Some(listener) = self.listener {
            // It ends with the process: an answer that is under way goes out while the fake
            // finishes its own.
            let asked = shutdown.clone();
            let end = async move { asked.asked().await };
            tokio::spawn(admin::serve(
                listener,
                Arc::clone(engine),
                shutdown.clone(),
                end,
            ));
        }
        async move {
            tokio::select! {
                () = stop => {}
                () = shutdown.asked() => {}
            }
            // A signal ends the interface, too.
            shutdown.ask();
        }
    }
}
