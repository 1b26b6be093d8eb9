//! One store for each tenant, each behind a lock of its own: tenants neither see nor wait for
//! each other.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// The stores of an API's tenants.
#[derive(Debug)]
pub(crate) struct Tenants<K, S> {
    stores: RwLock<HashMap<K, Arc<Mutex<S>>>>,
}

impl<K, S> Default for Tenants<K, S> {
    fn default() -> Self {
        Self {
            stores: RwLock::default(),
        }
    }
}

impl<K: Eq + Hash, S: Default> Tenants<K, S> {
    /// Works on the tenant's store, which is made when it is not there yet.
    pub(crate) fn with<T>(&self, tenant: K, work: impl FnOnce(&mut S) -> T) -> T {
        let found = self.find(&tenant);
        let store = found.unwrap_or_else(|| {
            let mut stores = self.stores.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(stores.entry(tenant).or_default())
        });
        work(&mut lock(&store))
    }

    /// Works on the tenant's store if there is one, else on an empty one that is then forgotten:
    /// requests that cannot leave anything behind do not make the fake grow.
    pub(crate) fn with_existing<T>(&self, tenant: &K, work: impl FnOnce(&mut S) -> T) -> T {
        match self.find(tenant) {
            Some(store) => work(&mut lock(&store)),
            None => work(&mut S::default()),
        }
    }

    fn find(&self, tenant: &K) -> Option<Arc<Mutex<S>>> {
        let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
        stores.get(tenant).map(Arc::clone)
    }
}

/// A store whose last worker panicked is as good as before: each step of the machines leaves it
/// consistent.
fn lock<S>(store: &Mutex<S>) -> MutexGuard<'_, S> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
