//! The server's start and end, and its settings.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::handler::HandlerWithoutStateExt as _;
use axum::response::Response;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::http::Call;
use crate::world::World;
use crate::{Clock, route};

/// The `X-Auth-Token` that is accepted unless another one is set.
pub const DEFAULT_TOKEN: &str = "foreign-token";

/// The `access_token` that is accepted unless another one is set. It means itself only when a
/// client encodes it for the query.
pub const DEFAULT_ACCESS_TOKEN: &str = "foreign+access/token&1=";

/// The access key and the secret key that sign unless others are set.
pub const DEFAULT_KEY_PAIR: (&str, &str) = ("FOREIGN-ACCESS_KEY", "foreign secret/key=%20");

/// Where states are set up.
const STATE_PATH: &str = "/_setup";

/// How much a summary of metastudio says; all of it is correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Summaries {
    /// Whatever the example shows, and the state: no presence that is a SHOULD is missed.
    AsShown,
    /// Without a cover, which the example shows and not every asset has (a missed SHOULD).
    #[default]
    WithoutCover,
    /// Nothing but `asset_id`, the only member whose presence is a MUST. The life of an asset
    /// cannot be watched then.
    OnlyIds,
}

/// How the server behaves.
#[derive(Clone)]
pub struct Options {
    /// How long every reply is held back after the request has been dealt with.
    pub latency: Duration,
    /// metastudio: results and summaries carry members that the document does not list.
    pub extra_members: bool,
    /// metastudio: how much a summary says.
    pub summaries: Summaries,
    /// roma: revision 2025-10 (`apps` and `tasks` are lists of objects with an `id`) in place of
    /// 2022-12.
    pub roma_2025_10: bool,
    /// The accepted `X-Auth-Token`.
    pub token: String,
    /// The accepted `access_token` of smh, not encoded.
    pub access_token: String,
    /// metastudio: the access key and the secret key of accepted signatures.
    pub key_pair: (String, String),
    /// The clock that jobs and tasks are timed by.
    pub clock: Clock,
    /// roma: how long a job runs at most, when nobody asks for its progress.
    pub job_lifetime: Duration,
    /// roma: a user has one job at a time in all instances together, and not in each.
    pub one_job_anywhere: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            extra_members: false,
            summaries: Summaries::default(),
            roma_2025_10: false,
            token: DEFAULT_TOKEN.to_owned(),
            access_token: DEFAULT_ACCESS_TOKEN.to_owned(),
            key_pair: (DEFAULT_KEY_PAIR.0.to_owned(), DEFAULT_KEY_PAIR.1.to_owned()),
            clock: Clock::default(),
            job_lifetime: Duration::from_mins(1),
            one_job_anywhere: false,
        }
    }
}

/// Without the credentials.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("latency", &self.latency)
            .field("extra_members", &self.extra_members)
            .field("summaries", &self.summaries)
            .field("roma_2025_10", &self.roma_2025_10)
            .field("clock", &self.clock)
            .field("job_lifetime", &self.job_lifetime)
            .field("one_job_anywhere", &self.one_job_anywhere)
            .finish_non_exhaustive()
    }
}

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// Dropping it tells the server's task to end.
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Starts a server on a free port of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|stream| {
            // A reply of several chunks would otherwise wait for acknowledgements; it still comes.
            let _ = stream.set_nodelay(true);
        });
        let latency = options.latency;
        let world = Arc::new(Mutex::new(World::new(options)));
        let handler = move |request: Request| answer(Arc::clone(&world), latency, request);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, handler.into_make_service())
            .with_graceful_shutdown(async move { stopped.await.unwrap_or_default() });
        tokio::spawn(async move { serving.await });
        Ok(Self {
            address,
            _stop: stop,
        })
    }

    /// The base URL of all three APIs, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL to which states are posted.
    pub fn state_url(&self) -> String {
        format!("http://{}{STATE_PATH}", self.address)
    }
}

async fn answer(world: Arc<Mutex<World>>, latency: Duration, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let call = Call::read(head, body).await;
    let response = {
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = route::answer(&mut world, &call);
        let id = world.ids.request();
        reply.into_response(&id)
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    response
}
