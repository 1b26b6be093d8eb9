//! What separates requests from what is done to the state as a whole.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// So many threads share it without touching the same memory.
const PARTS: usize = 8;

/// Requests share it; a snapshot, a restoring and a reset have it alone, so that each of them
/// happens between two requests. It guards no data: every tenant has a lock of its own for that.
///
/// Each request takes it, and one lock would be passed back and forth between the processors; so a
/// thread takes one part of it, and who is alone takes all of them.
#[derive(Debug, Default)]
pub(crate) struct Whole([Part; PARTS]);

/// A part on a line of memory of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Part(RwLock<()>);

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static PART: usize = THREADS.fetch_add(1, Ordering::Relaxed) % PARTS;
}

impl Whole {
    /// Held while a request or a change of one state is carried out.
    pub(crate) fn shared(&self) -> RwLockReadGuard<'_, ()> {
        let Part(part) = &self.0[PART.with(|part| *part)];
        part.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the requests that are under way, and lets none begin while it is held.
    pub(crate) fn alone(&self) -> [RwLockWriteGuard<'_, ()>; PARTS] {
        // Always in the same order, so that two who want it do not wait for each other.
        self.0
            .each_ref()
            .map(|Part(part)| part.write().unwrap_or_else(PoisonError::into_inner))
    }
}
