//! HTTP, as far as it is not an API's own: a request in parts, a reply, and how replies are sent.
//!
//! Every reply is chunked, closes its connection, and names its content type with a charset: all of
//! it free, and none of it what most servers do.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::Frame;
use serde_json::Value;

use crate::json::Malformed;

/// A longer request body is refused as malformed.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// So much of a too long body is still read, because a sender who cannot get rid of its request
/// does not see the reply.
const DRAIN_LIMIT: usize = 64 * 1024 * 1024;

/// Replies are cut into chunks of so many bytes, which respects neither tokens nor characters.
const CHUNK: usize = 61;

/// A request, read to its end.
#[derive(Debug)]
pub(crate) struct Call {
    /// The method, as it was sent.
    pub(crate) method: String,
    /// The path, as it was sent.
    pub(crate) path: String,
    /// The names and values of the query, decoded; a name without `=` has no value.
    pub(crate) query: Vec<(String, Option<String>)>,
    headers: HeaderMap,
    body: Result<Vec<u8>, Malformed>,
}

impl Call {
    /// Reads the request.
    pub(crate) async fn read(head: Parts, body: Body) -> Self {
        let query = head.uri.query().unwrap_or_default();
        Self {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| match pair.split_once('=') {
                    Some((name, value)) => (lenient(name), Some(lenient(value))),
                    None => (lenient(pair), None),
                })
                .collect(),
            headers: head.headers,
            body: read_body(body).await,
        }
    }

    /// The decoded segments of the path; nothing when one of them is not UTF-8.
    pub(crate) fn segments(&self) -> Option<Vec<String>> {
        let path = self.path.strip_prefix('/').unwrap_or(&self.path);
        path.split('/').map(decoded).collect()
    }

    /// Every value of a header.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    /// The bytes of the body; none when it could not be read.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.body.as_deref().ok()
    }

    /// Whether a header is given just once, with just this value.
    pub(crate) fn has_header(&self, name: &str, value: &str) -> bool {
        self.headers(name).eq([value.as_bytes()])
    }

    /// Whether a name of the query is given just once, with just this value.
    pub(crate) fn has_query(&self, name: &str, value: &str) -> bool {
        let mut values = self.query.iter().filter(|(given, _)| given == name);
        matches!((values.next(), values.next()), (Some((_, Some(given))), None) if given == value)
    }

    /// The body as JSON, whatever its content type says. A byte order mark is no JSON.
    pub(crate) fn json(&self) -> Result<Value, Malformed> {
        let body = self.body.as_ref().map_err(Clone::clone)?;
        serde_json::from_slice(body).map_err(|error| {
            let place = (error.line(), error.column());
            Malformed(format!(
                "the body is no JSON at line {}, column {}",
                place.0, place.1
            ))
        })
    }
}

async fn read_body(mut body: Body) -> Result<Vec<u8>, Malformed> {
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Malformed("the body broke off".to_owned()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if length <= BODY_LIMIT {
            kept.extend_from_slice(&data);
        } else if length > DRAIN_LIMIT {
            break;
        }
    }
    if length > BODY_LIMIT {
        return Err(Malformed(format!(
            "the body is longer than {BODY_LIMIT} bytes"
        )));
    }
    Ok(kept)
}

/// A part of a query, decoded where that is possible.
fn lenient(part: &str) -> String {
    decoded(part).unwrap_or_else(|| part.to_owned())
}

/// A part of a URL without its percent-encoding (RFC 3986, section 2.1); nothing when that is no
/// UTF-8. A `+` stays one.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let encoded = after.first_chunk().filter(|_| *first == b'%');
        if let Some(byte) = encoded.and_then(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn digit(character: u8) -> Option<u8> {
    let value = char::from(character).to_digit(16)?;
    u8::try_from(value).ok()
}

/// What a request is answered.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    body: Option<Value>,
    allow: Option<&'static str>,
}

impl Reply {
    /// A reply with a JSON body.
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Some(body),
            allow: None,
        }
    }

    /// 204, without a body.
    pub(crate) fn nothing() -> Self {
        Self {
            status: 204,
            body: None,
            allow: None,
        }
    }

    /// The same reply, with the one method that is allowed (405).
    pub(crate) fn allowing(self, method: &'static str) -> Self {
        Self {
            allow: Some(method),
            ..self
        }
    }

    /// The reply for HTTP. A 200 carries `request_id` in `X-Request-Id`.
    pub(crate) fn into_response(self, request_id: &str) -> Response {
        let body = self.body.map_or_else(Body::empty, |body| {
            Body::new(Chunks(Bytes::from(body.to_string())))
        });
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if self.status != 204 {
            let json = HeaderValue::from_static("application/json;charset=UTF-8");
            headers.insert(CONTENT_TYPE, json);
        }
        if let Some(method) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(method));
        }
        if let (200, Ok(id)) = (self.status, HeaderValue::from_str(request_id)) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        response
    }
}

/// A body whose length nobody is told beforehand.
struct Chunks(Bytes);

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.0.len().min(CHUNK);
        Poll::Ready(Some(Ok(Frame::data(self.0.split_to(length)))))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a%2Fb%2f", Some("a/b/"))]
    #[case("a+b", Some("a+b"))]
    #[case("%E4%B8%AD", Some("中"))]
    #[case("%FF", None)]
    #[case("100%", Some("100%"))]
    #[case("%+1", Some("%+1"))]
    #[case("%zz", Some("%zz"))]
    fn percent_encoding_is_read(#[case] part: &str, #[case] expected: Option<&str>) {
        assert_eq!(decoded(part).as_deref(), expected);
    }
}
