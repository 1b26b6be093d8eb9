//! A fake that is served by one of the fronts, and a client that judges what it gets.

use std::sync::{Arc, LazyLock};

use fake_server::engine::Api;
use fake_server::{Engine, EngineBuilder, FakeServer, standalone};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use validator::{Exchange, Finding, Request, Response, Severity};

/// Which front serves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Front {
    Wiremock,
    Axum,
}

/// A running fake. It stops when it is dropped.
pub(crate) struct Served {
    base: String,
    client: reqwest::Client,
    pub(crate) engine: Arc<Engine>,
    _front: Running,
}

#[expect(dead_code, reason = "held so that the front runs")]
enum Running {
    Wiremock(FakeServer),
    Axum(oneshot::Sender<()>),
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) response: Response,
    pub(crate) body: Value,
}

/// A client over plain HTTP; the TLS provider is never used, but has to be there.
pub(crate) fn client() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}

/// A builder whose contracts are compiled already: that takes longer than everything else that a
/// test of the engine does.
pub(crate) fn builder() -> EngineBuilder {
    static COMPILED: LazyLock<Engine> =
        LazyLock::new(|| Engine::builder().build().expect("sound contracts"));
    Api::ALL
        .into_iter()
        .fold(Engine::builder(), |builder, api| {
            builder.validator(Arc::clone(COMPILED.validator(api)))
        })
}

impl Served {
    pub(crate) async fn start(front: Front) -> Self {
        Self::start_with(front, Engine::builder()).await
    }

    pub(crate) async fn start_with(front: Front, builder: EngineBuilder) -> Self {
        let engine = Arc::new(builder.build().expect("the built-in contracts are sound"));
        let (base, running) = match front {
            Front::Wiremock => {
                let fake = FakeServer::serving(Arc::clone(&engine)).await;
                (fake.uri(), Running::Wiremock(fake))
            }
            Front::Axum => {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                let base = format!("http://{}", listener.local_addr().expect("it is bound"));
                let (stop, stopped) = oneshot::channel();
                let served = Arc::clone(&engine);
                tokio::spawn(async move {
                    standalone::serve(listener, served, async {
                        drop(stopped.await);
                    })
                    .await;
                });
                (base, Running::Axum(stop))
            }
        };
        Self {
            base,
            client: client(),
            engine,
            _front: running,
        }
    }

    /// Sets a state up through the callback, and gives what it returns.
    pub(crate) async fn set_up(&self, state: &str, params: Value) -> Value {
        self.change(state, params, "setup").await
    }

    pub(crate) async fn tear_down(&self, state: &str, params: Value) {
        self.change(state, params, "teardown").await;
    }

    async fn change(&self, state: &str, params: Value, action: &str) -> Value {
        let change = serde_json::json!({"state": state, "params": params, "action": action});
        let answer = self
            .send("POST", "/_states", &[], &change.to_string())
            .await;
        assert_eq!(answer.status, 200, "{state}: {}", answer.body);
        answer.body
    }

    /// The engine that is served.
    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The base URL.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Sends a request, judges the exchange, and gives the answer.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let exchange = self.exchange(method, target, headers, body).await;
        let exchange = exchange.expect("the fake answers whole");
        let complaints = complaints(&self.engine, &exchange);
        assert!(complaints.is_empty(), "{method} {target}: {complaints:#?}");
        let body = serde_json::from_slice(&exchange.response.body).expect("every body is JSON");
        Answer {
            status: exchange.response.status,
            response: exchange.response,
            body,
        }
    }

    /// Sends a request and gives what came, unjudged: an answer that breaks off is an error.
    pub(crate) async fn exchange(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> reqwest::Result<Exchange> {
        let mut builder = self
            .client
            .request(
                method.parse().expect("a method"),
                format!("{}{target}", self.base),
            )
            .body(body.to_owned());
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let received = builder.send().await?;
        let response = Response {
            status: received.status().as_u16(),
            headers: received
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
                .collect(),
            body: received.bytes().await?,
        };
        let request = Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            body: bytes::Bytes::copy_from_slice(body.as_bytes()),
        };
        Ok(Exchange { request, response })
    }
}

/// The judging itself has to be able to fail.
#[test]
fn a_response_that_drops_an_id_is_complained_of() {
    let engine = Engine::builder()
        .build()
        .expect("the built-in contracts are sound");
    let request = Request {
        method: "POST".to_owned(),
        target: "/v1/p/digital-assets/batch-action".to_owned(),
        headers: vec![("X-Auth-Token".to_owned(), b"assetproof-token".to_vec())],
        body: bytes::Bytes::from_static(br#"{"action":"DELETE","asset_ids":["a","b"]}"#),
    };
    let response = engine.respond(&request);
    let mut exchange = Exchange { request, response };
    assert_eq!(complaints(&engine, &exchange), []);
    let body = String::from_utf8(exchange.response.body.to_vec()).expect("JSON is UTF-8");
    exchange.response.body = body.replace(r#""a","b""#, r#""a""#).into();
    assert!(!complaints(&engine, &exchange).is_empty());
}

/// What the validator has against the response of an exchange, at MUST and SHOULD.
pub(crate) fn complaints(engine: &Engine, exchange: &Exchange) -> Vec<Finding> {
    Api::ALL
        .into_iter()
        .map(|api| engine.validator(api))
        .filter(|validator| validator.request(&exchange.request).operation.is_some())
        .flat_map(|validator| validator.exchange(exchange))
        .filter(|finding| finding.message == contract::Message::Response)
        .filter(|finding| finding.severity() != Severity::Observation)
        .collect()
}
