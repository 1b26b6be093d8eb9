//! The exchange: one HTTP request with its response, as raw as it was on the wire.

use bytes::Bytes;

/// A request as it was sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method as sent, e.g. `POST`.
    pub method: String,
    /// Path and query as sent (origin form), e.g. `/api/v1/batch/l/s?delete&access_token=t`.
    pub target: String,
    /// Header names and values in order; names in any case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body's bytes, decoded from any transfer coding.
    pub body: Bytes,
}

/// A response as it was received or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header names and values in order; names in any case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body's bytes, decoded from any transfer coding.
    pub body: Bytes,
}

/// A request with its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What the client sent.
    pub request: Request,
    /// What the server answered.
    pub response: Response,
}

impl Request {
    /// The target without its query.
    pub fn path(&self) -> &str {
        &self.target[..self.path_length()]
    }

    /// The query without its question mark, if there is one.
    pub fn query(&self) -> Option<&str> {
        self.target[self.path_length()..].strip_prefix('?')
    }

    /// Targets are short, so that a plain loop is the quickest search.
    fn path_length(&self) -> usize {
        let mut bytes = self.target.bytes();
        bytes
            .position(|byte| byte == b'?')
            .unwrap_or(self.target.len())
    }

    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        header(&self.headers, name)
    }
}

impl Response {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        header(&self.headers, name)
    }
}

fn header<'h>(headers: &'h [(String, Vec<u8>)], name: &str) -> Option<&'h [u8]> {
    headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_slice())
}
