//! A server with a client of its own.

use foreign_server::{DEFAULT_ACCESS_TOKEN, DEFAULT_TOKEN, Options, Server};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// The default access token, encoded for a query.
pub(crate) const ACCESS: &str = "access_token=foreign%2Baccess/token%261=";

/// A server that was started for one test, and a client that knows its credentials.
pub(crate) struct Client {
    pub(crate) server: Server,
    http: reqwest::Client,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// `null` when there was no body.
    pub(crate) body: Value,
}

impl Client {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let server = Server::start(options).await.expect("a port is free");
        // Another test of the same process may have been first; any provider will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .build()
            .expect("a client");
        Self { server, http }
    }

    /// Sends a request as it is given, without credentials.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &[u8])],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let method = method.parse().expect("a method");
        let url = format!("{}{path}", self.server.url());
        let mut request = self.http.request(method, url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("a response");
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.expect("a whole body");
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).expect("a JSON body")
        };
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Posts a body with the token and without a content type.
    pub(crate) async fn post(&self, path: &str, body: impl ToString) -> Answer {
        let token: &[(&str, &[u8])] = &[("X-Auth-Token", DEFAULT_TOKEN.as_bytes())];
        self.send("POST", path, token, body.to_string()).await
    }

    /// Gets a path with the token.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let token: &[(&str, &[u8])] = &[("X-Auth-Token", DEFAULT_TOKEN.as_bytes())];
        self.send("GET", path, token, "").await
    }

    /// Sets a state up and gives the string that it returns as `member`.
    pub(crate) async fn id(&self, state: &str, params: Value, member: &str) -> String {
        let returned = self.set_up(state, params).await;
        returned[member].as_str().expect("an id").to_owned()
    }

    /// Sets a state up; what it returns.
    pub(crate) async fn set_up(&self, state: &str, params: Value) -> Value {
        let answer = self.set_state(state, params, "setup").await;
        assert!((200..300).contains(&answer.status), "{state}: {answer:?}");
        answer.body
    }

    /// Posts to the state callback.
    pub(crate) async fn set_state(&self, state: &str, params: Value, action: &str) -> Answer {
        let url = self.server.state_url();
        let path = url
            .strip_prefix(&self.server.url())
            .expect("the same server");
        let body = serde_json::json!({"state": state, "params": params, "action": action});
        self.send("POST", path, &[], body.to_string()).await
    }
}

/// The one string of the constants that a URL has to encode is encoded right.
#[test]
fn the_encoded_access_token_is_the_default_one() {
    let encoded = DEFAULT_ACCESS_TOKEN.replace('+', "%2B").replace('&', "%26");
    assert_eq!(ACCESS, format!("access_token={encoded}"));
}
