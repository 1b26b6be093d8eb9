//! The state `next request fails`: which tenants' next request gets which status.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Scope;

/// The failures that were asked for and have not happened yet.
#[derive(Debug, Default)]
pub(crate) struct NextFailures {
    // Requests pass the lock by while nothing is asked for, which is nearly always.
    waiting: AtomicUsize,
    by_scope: Mutex<HashMap<Scope, u16>>,
}

impl NextFailures {
    /// Lets the next request of `scope` get `status`.
    pub(crate) fn ask(&self, scope: Scope, status: u16) {
        self.change(|failures| failures.insert(scope, status));
    }

    /// Takes what was asked for `scope`, if anything was.
    pub(crate) fn take(&self, scope: &Scope) -> Option<u16> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.change(|failures| failures.remove(scope))
    }

    fn change<T>(&self, work: impl FnOnce(&mut HashMap<Scope, u16>) -> T) -> T {
        let mut failures = self.by_scope.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut failures);
        self.waiting.store(failures.len(), Ordering::Release);
        result
    }
}
