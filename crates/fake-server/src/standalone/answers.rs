//! What a front serves: anything that turns a raw request into an answer.

use std::borrow::Cow;

use validator::Request;

use crate::Engine;
use crate::engine::Answer;

/// Anything that answers requests: the engine, or something beside it on a port of its own.
pub trait Answers: Send + Sync + 'static {
    /// Answers a request. It must not wait for anything; a wait is part of the answer's delivery.
    fn answer(&self, request: &Request) -> Answer;

    /// Whose request this is, as far as its path tells, for the log: names and values as they
    /// stand in the path.
    fn tenant<'r>(&'r self, path: &'r str) -> Vec<(&'r str, &'r str)> {
        let _ = path;
        Vec::new()
    }

    /// A request's path and query as they may stand in the log: without credentials.
    fn shown<'t>(&self, target: &'t str) -> Cow<'t, str> {
        Cow::Borrowed(target)
    }
}

impl Answers for Engine {
    fn answer(&self, request: &Request) -> Answer {
        Engine::answer(self, request)
    }

    fn tenant<'r>(&'r self, path: &'r str) -> Vec<(&'r str, &'r str)> {
        Engine::tenant(self, path)
    }

    fn shown<'t>(&self, target: &'t str) -> Cow<'t, str> {
        self.without_credentials(target)
    }
}
