//! What the state machines take from outside: the time, ids and a number for each request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::{Clock, IdSource};

/// Clock and id source of an engine, with its count of requests.
#[derive(Debug)]
pub(crate) struct World {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    requests: AtomicU64,
}

impl World {
    pub(crate) fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self {
            clock,
            ids,
            requests: AtomicU64::new(0),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(crate) fn id(&self, scope: &str, number: u64) -> String {
        self.ids.id(scope, number)
    }

    /// How many ids of requests were given out.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Lets the next id of a request be the one after so many.
    pub(crate) fn count_requests_from(&self, requests: u64) {
        self.requests.store(requests, Ordering::Relaxed);
    }

    /// The id of the next request.
    pub(crate) fn request_id(&self) -> String {
        self.ids
            .id("request", self.requests.fetch_add(1, Ordering::Relaxed))
    }
}
