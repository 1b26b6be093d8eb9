//! The HTTP client: sends a request exactly as it is given and brings back what came, or says why
//! nothing usable did. It judges nothing, follows no redirect and repeats nothing.
//!
//! To the given headers it adds only `Host`, `Accept: */*`, `Accept-Encoding: identity` (or a server
//! may choose any, RFC 9110, 12.5.3), `User-Agent` and `Content-Length`.

use std::error::Error as _;
use std::io;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::BytesMut;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use validator::{Exchange, Request, Response};

use crate::{RunError, Target, json_body};

/// A longer response body is not read to its end, in bytes: 16 MiB.
const BODY_LIMIT: usize = 16_777_216;

/// Idle connections are given up before common servers do (5 s), because a request on a
/// connection that the server is closing looks like a server that hangs up.
const IDLE: Duration = Duration::from_secs(2);

/// So many headers are added to the given ones at most.
const ADDED: usize = 5;

/// A connection to one target, or to its state set-up.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    /// The same with header names in title case, made when it is needed.
    titled: OnceLock<reqwest::Client>,
    /// Whether the target or its state set-up is on this machine.
    is_local: bool,
    /// Whether TLS is used.
    is_encrypted: bool,
    base: String,
    base_url: Url,
    timeout: Duration,
}

/// Why no response came, or none that is HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransportFailure {
    /// What kind of failure it is.
    pub(crate) kind: FailureKind,
    /// What happened, with everything that the system says of it; secrets are not masked yet.
    pub(crate) text: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// No connection: nobody listens, no such name, or no TLS.
    Connect,
    /// The time that a request may take was over.
    Timeout,
    /// The time that the whole case may take was over, which may not be this request's fault.
    OutOfTime,
    /// The connection was closed before the response was complete.
    Closed,
    /// The head or the body is longer than any documented one could be.
    TooLarge,
    /// What came is not HTTP.
    Malformed,
    /// The request cannot be sent as it is; nothing was.
    Unsendable,
}

impl TransportFailure {
    fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    fn unsendable(what: &str, reason: impl std::fmt::Display) -> Self {
        Self::new(
            FailureKind::Unsendable,
            format!("{what} cannot be sent: {reason}"),
        )
    }
}

impl Client {
    /// A client for the target and its state URL.
    ///
    /// # Errors
    /// [`RunError::Client`] when TLS is needed and cannot be set up.
    pub(crate) fn new(target: &Target) -> Result<Self, RunError> {
        // Whoever embeds the runner may have chosen a provider; the error says just that.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let urls: Vec<&Url> = [&target.base_url]
            .into_iter()
            .chain(&target.state_url)
            .collect();
        let is_local = urls.iter().any(|url| is_loopback(url));
        let is_encrypted = urls.iter().any(|url| url.scheme() != "http");
        let http = builder(is_local, is_encrypted)
            .build()
            .map_err(|error| RunError::Client {
                reason: chain(&error),
            })?;
        Ok(Self {
            http,
            titled: OnceLock::new(),
            is_local,
            is_encrypted,
            base: target.base().to_owned(),
            base_url: target.base_url.clone(),
            timeout: target.timeout,
        })
    }

    /// Sends a request to the target; over at `deadline`, or after the target's time limit.
    /// `titled` says how the names of headers are written, whose case means nothing (RFC 9110,
    /// 5.1): in lower case, or each word with a capital.
    pub(crate) async fn send(
        &self,
        request: Request,
        titled: bool,
        deadline: Instant,
    ) -> Result<Exchange, TransportFailure> {
        let url = self.url(&request.target)?;
        let http = if titled { self.titled() } else { &self.http };
        let response = self.send_to(http, url, &request, deadline).await?;
        Ok(Exchange { request, response })
    }

    fn titled(&self) -> &reqwest::Client {
        self.titled.get_or_init(|| {
            builder(self.is_local, self.is_encrypted)
                .http1_title_case_headers()
                .build()
                // One that differs in nothing else has been made before.
                .unwrap_or_else(|_| self.http.clone())
        })
    }

    /// The full URL of a request target.
    pub(crate) fn full_url(&self, target: &str) -> String {
        format!("{}{target}", self.base)
    }

    /// Sends a JSON body by POST to an absolute URL.
    pub(crate) async fn post_json(
        &self,
        url: &Url,
        body: &impl Serialize,
        deadline: Instant,
    ) -> Result<Response, TransportFailure> {
        let request = Request {
            method: "POST".to_owned(),
            target: String::new(),
            headers: vec![("Content-Type".to_owned(), b"application/json".to_vec())],
            body: json_body::bytes(body),
        };
        self.send_to(&self.http, url.clone(), &request, deadline)
            .await
    }

    /// The URL of a request target, refused when the URL's rules would change the target on its
    /// way (dot segments, for example): what is judged has to be what was sent.
    fn url(&self, target: &str) -> Result<Url, TransportFailure> {
        let full = self.full_url(target);
        let url = self
            .parse(&full)
            .map_err(|e| TransportFailure::unsendable("the URL", e))?;
        if url.as_str() == full {
            Ok(url)
        } else {
            let reason = format!("it would become {url}");
            Err(TransportFailure::unsendable(
                &format!("the URL {full}"),
                reason,
            ))
        }
    }

    /// Parses a URL of this target. What every one of them begins with (scheme, host, port) was
    /// parsed before, and would take longer than the rest.
    fn parse(&self, full: &str) -> Result<Url, <Url as FromStr>::Err> {
        let base = self.base_url.as_str();
        let origin = &base[..base.len() - self.base_url.path().len()];
        match full.strip_prefix(origin) {
            // Two slashes begin a host where one begins a path.
            Some(path) if begins_a_path(path) => self.base_url.join(path),
            _ => Url::parse(full),
        }
    }

    async fn send_to(
        &self,
        http: &reqwest::Client,
        url: Url,
        request: &Request,
        deadline: Instant,
    ) -> Result<Response, TransportFailure> {
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|error| TransportFailure::unsendable("the method", error))?;
        let mut outgoing = reqwest::Request::new(method, url);
        let headers = outgoing.headers_mut();
        // Together with what the client adds.
        headers.reserve(request.headers.len() + ADDED);
        for (name, value) in &request.headers {
            let (Ok(key), Ok(value)) = (
                HeaderName::try_from(name.as_str()),
                HeaderValue::from_bytes(value),
            ) else {
                let what = format!("the header {name}");
                return Err(TransportFailure::unsendable(
                    &what,
                    "its bytes are not allowed in one",
                ));
            };
            headers.append(key, value);
        }
        *outgoing.body_mut() = Some(request.body.clone().into());

        let started = Instant::now();
        let end = deadline.min(started + self.timeout);
        let mut read = 0;
        let exchange = receive(http.execute(outgoing), &mut read);
        timeout_at(end, exchange).await.unwrap_or_else(|_| {
            let limit = seconds(end.saturating_duration_since(started));
            let text = match read {
                0 => format!("no response within {limit}"),
                read => format!(
                    "the response did not end within {limit}; {read} bytes of its body had come"
                ),
            };
            let kind = if end < deadline {
                FailureKind::Timeout
            } else {
                FailureKind::OutOfTime
            };
            Err(TransportFailure::new(kind, text))
        })
    }
}

/// Whether a text is read as a path, whatever a URL's rules make of the rest.
fn begins_a_path(text: &str) -> bool {
    let segment = text.strip_prefix('/').map(str::as_bytes);
    segment.is_some_and(|it| it.first().is_some_and(u8::is_ascii_alphanumeric))
}

fn builder(is_local: bool, is_encrypted: bool) -> reqwest::ClientBuilder {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // No server has asked for it over HTTP/1.1; being ready for it copies each request.
        .retry(reqwest::retry::never().max_retries_per_request(0))
        .pool_idle_timeout(IDLE)
        .default_headers(HeaderMap::from_iter([(
            ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        )]))
        .user_agent(concat!("assetproof/", env!("CARGO_PKG_VERSION")));
    if is_local {
        builder = builder.no_proxy();
    }
    if !is_encrypted {
        // Reading the system's certificates takes time, and fails where there are none.
        builder = builder.tls_certs_only([]);
    }
    builder
}

/// Waits for the head and reads the body up to its limit; `read` counts the bytes, for the caller
/// who gives up.
async fn receive(
    pending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    read: &mut usize,
) -> Result<Response, TransportFailure> {
    let mut response = pending.await.map_err(|error| classify(&error))?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        *read += chunk.len();
        if *read > BODY_LIMIT {
            let text = format!(
                "the response (status {status}) has a body of more than {} MiB; the rest was not \
                 read",
                BODY_LIMIT / (1024 * 1024)
            );
            return Err(TransportFailure::new(FailureKind::TooLarge, text));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status,
        headers,
        body: body.freeze(),
    })
}

fn classify(error: &reqwest::Error) -> TransportFailure {
    let text = chain(error);
    let kind = if error.is_connect() {
        FailureKind::Connect
    } else if error.is_timeout() {
        FailureKind::Timeout
    } else if error.is_builder() {
        FailureKind::Unsendable
    } else if text.contains("message head is too large") {
        FailureKind::TooLarge
    } else if is_closed(error) || text.contains("connection closed") || text.contains("end of file")
    {
        FailureKind::Closed
    } else {
        FailureKind::Malformed
    };
    let text = match kind {
        FailureKind::Connect => format!("no connection: {text}"),
        FailureKind::Timeout | FailureKind::OutOfTime => format!("no response in time: {text}"),
        FailureKind::Closed => {
            format!("the connection was closed before the response was complete: {text}")
        }
        FailureKind::TooLarge => format!("the response's head is too large: {text}"),
        FailureKind::Malformed => format!("what came is not an HTTP response: {text}"),
        FailureKind::Unsendable => format!("the request cannot be sent: {text}"),
    };
    TransportFailure::new(kind, text)
}

fn is_closed(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof
            );
        }
        source = error.source();
    }
    false
}

/// What an error says with all of its sources, without the URL, which holds secrets.
fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        let part = error.to_string();
        // Many an error repeats its source's words at its own end.
        parts.retain(|earlier| !part.contains(earlier.as_str()));
        if !parts.iter().any(|earlier| earlier.contains(&part)) {
            parts.push(part);
        }
        source = error.source();
    }
    if parts.is_empty() {
        "unknown reason".to_owned()
    } else {
        parts.join(": ")
    }
}

/// A duration for people: `10 s`, `0.5 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_secs_f64() * 10.0).round() / 10.0)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    fn client() -> Client {
        Client::new(&Target::new("http://127.0.0.1:1/base").expect("a base URL")).expect("a client")
    }

    #[rstest]
    #[case("/v1/a%20b/c?delete&access_token=t&user_id=")]
    #[case("/v1/%7B/-?delete")]
    #[case("/v1/a,b;c=d/(e)?x=%27")]
    #[case("//other/v1")]
    #[case("/")]
    #[case("")]
    #[case("/v1//-")]
    fn a_target_is_sent_as_it_is(#[case] target: &str) {
        let url = client().url(target).expect("a URL");
        assert_eq!(url.as_str(), format!("http://127.0.0.1:1/base{target}"));
    }

    #[rstest]
    #[case("//other/v1")]
    #[case("/v1/a")]
    fn a_target_behind_a_host_is_sent_as_it_is(#[case] target: &str) {
        let base = Target::new("http://127.0.0.1:1").expect("a base URL");
        let url = Client::new(&base)
            .expect("a client")
            .url(target)
            .expect("a URL");
        assert_eq!(url.as_str(), format!("http://127.0.0.1:1{target}"));
    }

    #[rstest]
    #[case("/v1/../v2")]
    #[case("/v1/%2e%2e/v2")]
    #[case("/v1/a b")]
    #[case("/\t/other/v1")]
    #[case("/v1/a?b#c d")]
    fn a_target_that_would_be_changed_is_refused(#[case] target: &str) {
        let failure = client().url(target).expect_err("it would change");
        assert_eq!(failure.kind, FailureKind::Unsendable);
    }

    #[rstest]
    #[case("/v1", true)]
    #[case("/9", true)]
    #[case("/", false)]
    #[case("//other", false)]
    #[case("/%2e%2e/v2", false)]
    #[case("v1", false)]
    fn what_begins_a_path_is_told_from_the_rest(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(begins_a_path(text), expected);
    }

    #[rstest]
    #[case(Duration::from_secs(10), "10 s")]
    #[case(Duration::from_millis(460), "0.5 s")]
    fn a_duration_is_told_in_seconds(#[case] duration: Duration, #[case] told: &str) {
        assert_eq!(seconds(duration), told);
    }

    /// What a server does with a connection on which a request has come.
    #[derive(Clone, Copy)]
    enum Does {
        Reset,
        Close,
        Answer(&'static str),
        Nothing,
    }

    /// What comes of a request to such a server.
    async fn asked(does: Does) -> Result<Exchange, TransportFailure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let read = connection.read(&mut [0; 1024]).await.expect("a request");
            assert!(read > 0);
            match does {
                Does::Reset => connection.set_zero_linger().expect("it can be set"),
                Does::Close => {}
                Does::Answer(text) => {
                    let written = connection.write_all(text.as_bytes()).await;
                    written.expect("it can be written");
                }
                Does::Nothing => std::future::pending().await,
            }
        });
        let mut target = Target::new(&format!("http://{address}")).expect("a base URL");
        target.timeout = Duration::from_millis(300);
        let sent = send(&target).await;
        serving.abort();
        sent
    }

    async fn send(target: &Target) -> Result<Exchange, TransportFailure> {
        let request = Request {
            method: "GET".to_owned(),
            target: "/v1".to_owned(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        let deadline = Instant::now() + Duration::from_mins(1);
        let client = Client::new(target).expect("a client");
        client.send(request, false, deadline).await
    }

    #[rstest]
    #[case::reset(Does::Reset, FailureKind::Closed, "before the response was complete")]
    #[case::closed(Does::Close, FailureKind::Closed, "before the response was complete")]
    #[case::cut(
        Does::Answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
        FailureKind::Closed,
        "before the response was complete"
    )]
    #[case::garbage(
        Does::Answer("rubbish\r\n\r\n"),
        FailureKind::Malformed,
        "is not an HTTP response"
    )]
    #[case::nothing(Does::Nothing, FailureKind::Timeout, "no response within 0.3 s")]
    #[tokio::test]
    async fn what_is_no_answer_is_told_by_kind(
        #[case] does: Does,
        #[case] kind: FailureKind,
        #[case] says: &str,
    ) {
        let failure = asked(does).await.expect_err("no answer");
        assert_eq!(failure.kind, kind, "{failure:?}");
        assert!(failure.text.contains(says), "{failure:?}");
    }

    #[rstest]
    #[case::just_as_long(BODY_LIMIT, None)]
    #[case::longer(BODY_LIMIT + 1, Some(FailureKind::TooLarge))]
    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit(
        #[case] length: usize,
        #[case] failure: Option<FailureKind>,
    ) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let read = connection.read(&mut [0; 1024]).await.expect("a request");
            assert!(read > 0);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            // Who has read enough hangs up.
            let _sent = connection.write_all(head.as_bytes()).await;
            let _sent = connection.write_all(&vec![b'x'; length]).await;
        });
        let target = Target::new(&format!("http://{address}")).expect("a base URL");
        let sent = send(&target).await;
        assert_eq!(sent.as_ref().err().map(|failure| failure.kind), failure);
        if let Ok(exchange) = sent {
            assert_eq!(exchange.response.body.len(), length);
        }
    }

    #[tokio::test]
    async fn an_answer_is_brought_back_as_it_came() {
        let answer = "HTTP/1.1 207 Multi-Status\r\nX-A: b\r\nContent-Length: 2\r\n\r\n[]";
        let response = asked(Does::Answer(answer))
            .await
            .expect("an answer")
            .response;
        assert_eq!((response.status, &response.body[..]), (207, &b"[]"[..]));
        assert_eq!(response.header("x-a"), Some(&b"b"[..]));
    }

    #[tokio::test]
    async fn where_nobody_listens_it_is_told_with_all_that_the_system_says() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let target = Target::new(&format!("http://{address}")).expect("a base URL");
        let failure = send(&target).await.expect_err("nobody listens");
        assert_eq!(failure.kind, FailureKind::Connect);
        let said = failure.text.to_lowercase();
        assert!(said.starts_with("no connection: "), "{said}");
        assert!(said.contains("connect error"), "{said}");
        assert_eq!(said.matches("refused").count(), 1, "{said}");
    }

    #[rstest]
    #[case("http://127.0.0.1:8080", true)]
    #[case("http://[::1]:8080", true)]
    #[case("http://localhost", true)]
    #[case("http://10.0.0.1", false)]
    #[case("http://localhost.example.org", false)]
    fn loopback_is_told_from_the_rest(#[case] url: &str, #[case] expected: bool) {
        assert_eq!(is_loopback(&Url::parse(url).expect("a URL")), expected);
    }
}
