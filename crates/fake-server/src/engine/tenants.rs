//! One store for each tenant, each behind a lock of its own: tenants neither see nor wait for
//! each other.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::Serialize;
use serde_json::Value;

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

    /// Looks at each tenant's store, in no order.
    pub(crate) fn each(&self, mut look: impl FnMut(&K, &mut S)) {
        let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
        for (tenant, store) in stores.iter() {
            look(tenant, &mut lock(store));
        }
    }

    /// Puts these stores in the place of all that there are.
    pub(crate) fn replace(&self, stores: impl IntoIterator<Item = (K, S)>) {
        let stores = stores
            .into_iter()
            .map(|(tenant, store)| (tenant, Arc::new(Mutex::new(store))))
            .collect();
        *self.stores.write().unwrap_or_else(PoisonError::into_inner) = stores;
    }

    /// Forgets the stores of these tenants.
    pub(crate) fn forget(&self, whose: impl Fn(&K) -> bool) {
        let mut stores = self.stores.write().unwrap_or_else(PoisonError::into_inner);
        stores.retain(|tenant, _| !whose(tenant));
    }

    /// Whether the tenant has a store.
    pub(crate) fn has(&self, tenant: &K) -> bool {
        self.find(tenant).is_some()
    }

    fn find(&self, tenant: &K) -> Option<Arc<Mutex<S>>> {
        let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
        stores.get(tenant).map(Arc::clone)
    }
}

impl<S: Default + Serialize> Tenants<String, S> {
    /// Every store as JSON, by tenant.
    pub(crate) fn snapshot(&self) -> Value {
        let mut told = BTreeMap::new();
        self.each(|tenant, store| {
            told.insert(tenant.clone(), json(store));
        });
        json(&told)
    }
}

impl<S: Default + Serialize> Tenants<(String, String), S> {
    /// Every store as JSON, by the tenant's first part and then by its second.
    pub(crate) fn snapshot(&self) -> Value {
        let mut told: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        self.each(|(first, second), store| {
            let inner = told.entry(first.clone()).or_default();
            inner.insert(second.clone(), json(store));
        });
        json(&told)
    }
}

fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("state is plain data with text for keys")
}

/// A store whose last worker panicked is as good as before: each step of the machines leaves it
/// consistent.
fn lock<S>(store: &Mutex<S>) -> MutexGuard<'_, S> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
