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
    /// Its line and header fields are more, or longer, than they may be.
    HeadTooLarge,
    /// Its line is longer than any may be.
    TargetTooLong,
    /// It is no HTTP/1.
    NoHttp,
}

impl Refusal {
    pub(super) fn head_too_slow(limits: &Limits) -> Self {
        Self::HeadTooSlow(limits.header_timeout)
    }

    /// What hyper refuses by itself, by the first bytes of the answer that it would send.
    pub(super) fn of_hyper(answer: &[u8]) -> Self {
        match answer.get(..12) {
            Some(b"HTTP/1.1 431") => Self::HeadTooLarge,
            Some(b"HTTP/1.1 414") => Self::TargetTooLong,
            _ => Self::NoHttp,
        }
    }

    /// Whether a limit is passed; what breaks off or is no HTTP passes none.
    pub(super) fn is_limit(self) -> bool {
        !matches!(self, Self::BodyBroken | Self::NoHttp)
    }

    pub(super) fn status(self) -> u16 {
        match self {
            Self::BodyTooLong(_) => 413,
            Self::BodyTooSlow(_) | Self::HeadTooSlow(_) => 408,
            Self::BodyBroken | Self::NoHttp => 400,
            Self::TargetTooLong => 414,
            Self::HeadTooLarge => 431,
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
            Self::HeadTooLarge => f.write_str(
                "the request's line and header fields are longer, or more, than they may be: \
                 send fewer",
            ),
            Self::TargetTooLong => {
                f.write_str("the path and the query are longer than they may be: send less")
            }
            Self::NoHttp => f.write_str(
                "what was sent is no HTTP/1.1 request (is https spoken to a port of http?)",
            ),
            Self::Full(limit) => {
                write!(f, "all of the {limit} connections are busy: try again")
            }
        }
    }
}
