//! What the front itself answers when a limit is passed; everything else the engine answers.

use std::fmt;
use std::time::Duration;

use serde_json::json;
use validator::Response;

use super::Limits;
use crate::engine::reply;

/// Why a request is not answered by what is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its body is longer than a body may be.
    BodyTooLong(usize),
    /// Its body took too long.
    BodyTooSlow(Duration),
    /// Its line and header fields took too long.
    HeadTooSlow(Duration),
    /// Its body broke off, or was no valid chunked coding.
    BodyBroken,
    /// Other bodies take all the memory that there is for them.
    NoRoom(usize),
    /// All connections are being answered.
    Full(usize),
}

impl Refusal {
    pub(super) fn head_too_slow(limits: &Limits) -> Self {
        Self::HeadTooSlow(limits.header_timeout)
    }

    pub(super) fn status(self) -> u16 {
        match self {
            Self::BodyTooLong(_) => 413,
            Self::BodyTooSlow(_) | Self::HeadTooSlow(_) => 408,
            Self::BodyBroken => 400,
            Self::NoRoom(_) | Self::Full(_) => 503,
        }
    }

    /// The response. The connection closes after it: what is left of the request is not read.
    pub(super) fn response(self) -> Response {
        let mut response = reply::json(self.status(), &json!({"error": self.to_string()}));
        let mut add = |name: &str, value: &str| {
            response
                .headers
                .push((name.to_owned(), value.as_bytes().to_vec()));
        };
        add("Connection", "close");
        if self.status() == 503 {
            add("Retry-After", "1");
        }
        response
    }

    /// The response as bytes, for a connection that hyper does not serve.
    pub(super) fn bytes(self) -> Vec<u8> {
        let response = self.response();
        let reason = http::StatusCode::from_u16(response.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default();
        let mut bytes = format!("HTTP/1.1 {} {reason}\r\n", response.status).into_bytes();
        for (name, value) in &response.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let length = format!("content-length: {}\r\n\r\n", response.body.len());
        bytes.extend_from_slice(length.as_bytes());
        bytes.extend_from_slice(&response.body);
        bytes
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BodyTooLong(limit) => {
                write!(
                    f,
                    "the body is longer than {limit} bytes: send less at once"
                )
            }
            Self::BodyTooSlow(limit) => {
                write!(f, "the body did not come within {} ms", limit.as_millis())
            }
            Self::HeadTooSlow(limit) => write!(
                f,
                "the header fields did not come within {} ms",
                limit.as_millis()
            ),
            Self::BodyBroken => f.write_str("the body broke off, or is not coded as it says"),
            Self::NoRoom(limit) => write!(
                f,
                "other bodies take the {limit} bytes that there are for them: try again"
            ),
            Self::Full(limit) => {
                write!(f, "all of the {limit} connections are busy: try again")
            }
        }
    }
}
