//! The state `next request fails`: which tenants' next request gets which status.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Scope;
use super::snapshot::Failure;

/// The failures that were asked for and have not happened yet.
#[derive(Debug, Default)]
pub(crate) struct NextFailures {
    // Requests pass the lock by while nothing is asked for, which is nearly always.
    waiting: AtomicUsize,
    by_scope: Mutex<HashMap<Scope, u16>>,
}

/// The same in the form in which it is kept: status by name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    projects: BTreeMap<String, Failure>,
    libraries: BTreeMap<String, Failure>,
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

    /// Forgets what was asked for one of these scopes.
    pub(crate) fn forget(&self, whose: impl Fn(&Scope) -> bool) {
        self.change(|failures| failures.retain(|scope, _| !whose(scope)));
    }

    /// What is asked for, to be kept.
    pub(crate) fn snapshot(&self) -> Asked {
        self.change(|failures| {
            let mut asked = Asked::default();
            for (scope, status) in failures.iter() {
                let (of, name) = match scope {
                    Scope::Project(name) => (&mut asked.projects, name),
                    Scope::Library(name) => (&mut asked.libraries, name),
                };
                of.insert(name.clone(), Failure(*status));
            }
            asked
        })
    }

    /// Asks for just what was kept.
    pub(crate) fn replace(&self, asked: Asked) {
        let projects = asked.projects.into_iter();
        let libraries = asked.libraries.into_iter();
        self.change(|failures| {
            *failures = projects
                .map(|(name, status)| (Scope::Project(name), status.0))
                .chain(libraries.map(|(name, status)| (Scope::Library(name), status.0)))
                .collect();
        });
    }

    fn change<T>(&self, work: impl FnOnce(&mut HashMap<Scope, u16>) -> T) -> T {
        let mut failures = self.by_scope.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut failures);
        self.waiting.store(failures.len(), Ordering::Release);
        result
    }
}
