//! What `serve` has besides the fake itself: its admin interface, and the flags that go with it.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fake_server::admin::{self, Shutdown};
use fake_server::{Engine, EngineBuilder};
use tokio::net::TcpListener;

use crate::Result;
use crate::cli::AdminArgs;

/// How long answers of the interface that are under way may take at the end.
const PATIENCE: Duration = Duration::from_secs(1);

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
    /// to end the process; and what resolves when the interface has ended, which follows.
    pub(crate) fn serve(
        self,
        engine: &Arc<Engine>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> (
        impl Future<Output = ()> + Send + 'static,
        impl Future<Output = ()> + Send + 'static,
    ) {
        let shutdown = self.shutdown;
        let served = self.listener.map(|listener| {
            let asked = shutdown.clone();
            let end = async move { asked.asked().await };
            let engine = Arc::clone(engine);
            tokio::spawn(admin::serve(listener, engine, shutdown.clone(), end))
        });
        let stopped = async move {
            tokio::select! {
                () = stop => {}
                () = shutdown.asked() => {}
            }
            // A signal ends the interface, too.
            shutdown.ask();
        };
        // Who asked for the end is answered before it comes.
        let ended = async move {
            if let Some(served) = served {
                let _late = tokio::time::timeout(PATIENCE, served).await;
            }
        };
        (stopped, ended)
    }
}
