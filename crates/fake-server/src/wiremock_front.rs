//! The in-process front, for Rust tests: a wiremock server in which one mock hands every request
//! to the engine, with the whole of wiremock beside it.
//!
//! Mocks that a test mounts itself come first, since the engine's mock has the lowest priority.
//! What wiremock cannot do, breaking a connection amid an answer, a relay in front of it does
//! (`relay`); it is there only when a fault of that kind was told to the builder, or
//! [`EngineBuilder::break_connections`].
//!
//! wiremock reads a request's target as a URL, so `.` and `..` segments are gone before the engine
//! sees them; the standalone front keeps them. wiremock keeps each request in memory, so use the
//! standalone front for anything that runs long.

mod relay;
mod response;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use crate::Result;
use crate::engine::{Answer, ClientFinding, Engine, EngineBuilder, Journal, StateError, reply};
use relay::Relay;

/// A fake that runs in this process, on a free port of the loopback interface, until it is
/// dropped.
#[derive(Debug)]
pub struct FakeServer {
    server: MockServer,
    relay: Option<Relay>,
    engine: Arc<Engine>,
}

impl EngineBuilder {
    /// Makes the engine and serves it in this process.
    ///
    /// # Errors
    /// As [`EngineBuilder::build`].
    pub async fn start(self) -> Result<FakeServer> {
        FakeServer::try_serving(Arc::new(self.build()?)).await
    }
}

impl FakeServer {
    /// What a fake can be told before it starts; end with [`EngineBuilder::start`].
    pub fn builder() -> EngineBuilder {
        Engine::builder()
    }

    /// Serves an engine that is there already.
    ///
    /// # Panics
    /// When it breaks connections and the system gives no port or thread for it; wiremock panics
    /// then too.
    pub async fn serving(engine: Arc<Engine>) -> Self {
        let served = Self::try_serving(engine).await;
        served.expect("the loopback interface has a free port")
    }

    async fn try_serving(engine: Arc<Engine>) -> Result<Self> {
        let server = MockServer::start().await;
        let relay = if engine.breaks_connections() {
            Some(Relay::start(*server.address())?)
        } else {
            None
        };
        let responder = Responder {
            engine: Arc::clone(&engine),
            relayed: relay.is_some(),
        };
        Mock::given(any())
            .respond_with(responder)
            .with_priority(u8::MAX)
            .named("the fake's engine")
            .mount(&server)
            .await;
        Ok(Self {
            server,
            relay,
            engine,
        })
    }

    /// Its base URL without a slash at the end, e.g. `http://127.0.0.1:41234`. With a relay it is
    /// not that of the wiremock server, which cannot break connections.
    pub fn uri(&self) -> String {
        let relay = self.relay.as_ref();
        relay.map_or_else(
            || self.server.uri(),
            |relay| format!("http://{}", relay.address()),
        )
    }

    /// The wiremock server, for mounting own mocks and expectations. Its `reset` takes the
    /// engine's mock away too.
    pub fn mock_server(&self) -> &MockServer {
        &self.server
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Brings a state about, e.g. `asset exists`; see [`Engine::set_up`].
    ///
    /// # Errors
    /// As [`Engine::set_up`].
    #[expect(
        clippy::needless_pass_by_value,
        reason = "`json!({…})` is written in the call"
    )]
    pub fn set_up(&self, state: &str, params: Value) -> Result<Value, StateError> {
        self.engine.set_up(state, &params)
    }

    /// Undoes a state; see [`Engine::tear_down`].
    ///
    /// # Errors
    /// As [`Engine::tear_down`].
    #[expect(
        clippy::needless_pass_by_value,
        reason = "`json!({…})` is written in the call"
    )]
    pub fn tear_down(&self, state: &str, params: Value) -> Result<Value, StateError> {
        self.engine.tear_down(state, &params)
    }

    /// The latest requests that the engine answered, with what the validator found in them.
    pub fn journal(&self) -> &Journal {
        self.engine.journal()
    }

    /// Everything that the validator found in the client's requests, observations included.
    pub fn findings(&self) -> Vec<ClientFinding> {
        self.engine.journal().findings()
    }

    /// Panics when a client of this fake broke the documentation, at MUST or SHOULD, or asked for
    /// what nobody serves; the message says what, where, and what was expected. Also when nothing
    /// is known of the client because the journal is off or was too small.
    ///
    /// # Panics
    /// As said.
    #[track_caller]
    pub fn assert_clean_client(&self) {
        if let Some(complaint) = self.engine.journal().complaint() {
            panic!("{complaint}");
        }
    }

    /// Every request that came in, oldest first; wiremock lists its own kind in
    /// `mock_server().received_requests()`.
    pub async fn received(&self) -> Vec<validator::Request> {
        let received = self.server.received_requests().await.unwrap_or_default();
        received.iter().map(read).collect()
    }
}

/// Hands requests to the engine, and gives out its answers.
struct Responder {
    engine: Arc<Engine>,
    /// Whether a relay breaks the connections that are to be broken.
    relayed: bool,
}

impl Respond for Responder {
    fn respond(&self, request: &wiremock::Request) -> ResponseTemplate {
        let Answer { response, delivery } = self.engine.answer(&read(request));
        let response = if delivery.broken.is_some() && !self.relayed {
            reply::json(500, &json!({"error": NO_RELAY}))
        } else {
            response
        };
        let template = response.headers.into_iter().fold(
            ResponseTemplate::new(response.status)
                .set_body_bytes(response.body)
                .set_delay(delivery.delay),
            |template, (name, value)| template.append_header(name, value),
        );
        match delivery.broken.filter(|_| self.relayed) {
            Some(broken) => template.insert_header(relay::MARK, relay::mark(broken)),
            None => template,
        }
    }
}

/// What a fault gets that came too late for this front.
const NO_RELAY: &str = "a fault asks this fake to break the connection, which wiremock cannot: \
    call break_connections() on its builder, or give the fault to the builder";

fn read(request: &wiremock::Request) -> validator::Request {
    let url = &request.url;
    let target = url.query().map_or_else(
        || url.path().to_owned(),
        |query| format!("{}?{query}", url.path()),
    );
    validator::Request {
        method: request.method.as_str().to_owned(),
        target,
        headers: request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: Bytes::copy_from_slice(&request.body),
    }
}
