//! What separates requests from what is done to the state as a whole.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Requests share it; a snapshot, a restoring and a reset have it alone, so that each of them
/// happens between two requests. It guards no data: every tenant has a lock of its own for that.
#[derive(Debug, Default)]
pub(crate) struct Whole(RwLock<()>);

impl Whole {
    /// Held while a request or a change of one state is carried out.
    pub(crate) fn shared(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the requests that are under way, and lets none begin while it is held.
    pub(crate) fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
