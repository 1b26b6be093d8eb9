//! What the engine gives a front: a response, and how it is to go out. The engine waits for
//! nothing and breaks no connection itself; a front does as it is told here.

use std::time::Duration;

use validator::Response;

/// A response with the way in which it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The response.
    pub response: Response,
    /// How it goes out.
    pub delivery: Delivery,
}

/// How a response goes out. The default is at once and whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How long the front waits before the first byte.
    pub delay: Duration,
    /// How the connection breaks, if it does.
    pub broken: Option<Broken>,
}

/// How a connection breaks instead of carrying a whole response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It is reset (RST) before any byte of the response.
    Reset,
    /// It is closed before any byte of the response.
    Empty,
    /// It is closed after the head and so many bytes of the body, of which the head announces all.
    Truncated {
        /// Bytes of the body that are sent.
        after: usize,
    },
    /// It carries bytes that are no HTTP and is then closed.
    Garbage,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self {
            response,
            delivery: Delivery::default(),
        }
    }
}
