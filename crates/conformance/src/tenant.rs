//! The tenant of a case: one value for each path parameter that separates tenants, given by the
//! target or made so that no two cases share one and the same seed makes the same again.

use std::collections::BTreeMap;

use contract::Operation;
pub use contract::snake_case;
use sha2::{Digest, Sha256};

use crate::Target;
use crate::case::TenantValue;

/// Values of the tenant parameters, by documented name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tenant {
    values: BTreeMap<String, String>,
}

impl Tenant {
    /// The value of a parameter by its documented name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// All values.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.values.values().map(String::as_str)
    }

    /// Lets each value be that of `other` but for its last character, where that is made up as well:
    /// as long, and not the same.
    pub(crate) fn begin_as(&mut self, other: &Self) {
        for (name, value) in &mut self.values {
            let Some(like) = other.get(name).filter(|like| like.len() == value.len()) else {
                continue;
            };
            let last = if like.ends_with('0') { '1' } else { '0' };
            let most = like.chars().count().saturating_sub(1);
            *value = like.chars().take(most).chain([last]).collect();
        }
    }

    /// Adds a parameter whose made-up value has to be like this.
    pub(crate) fn make_like(&mut self, name: &str, like: &TenantValue, seed: u64, case: &str) {
        let mut value = made(seed, case, name);
        match like {
            TenantValue::OfLength(length) => {
                let digits = value.chars().cycle().take(*length);
                value = digits.collect();
            }
            TenantValue::Starting(start) => value.insert_str(0, start),
        }
        self.values.insert(name.to_owned(), value);
    }

    /// Adds what this operation needs. `case` is the id of the case with its contract's name, so
    /// that two revisions of one API do not meet in a tenant.
    pub(crate) fn extend(&mut self, operation: &Operation, target: &Target, seed: u64, case: &str) {
        for parameter in operation.tenant_parameters() {
            if self.values.contains_key(&parameter.name) {
                continue;
            }
            let value = match target.tenant_value(&parameter.name) {
                Some(given) => given.to_owned(),
                None => made(seed, case, &parameter.name),
            };
            self.values.insert(parameter.name.clone(), value);
        }
    }
}

/// 32 hexadecimal digits: as long as the ids in the documents, within each documented limit.
pub(crate) fn made(seed: u64, case: &str, name: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    for part in [case, name] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    format!("{:032x}", u128::from_be_bytes(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_can_be_made_that_is_like_something() {
        let mut tenant = Tenant::default();
        for (length, name) in [(1, "a"), (64, "b"), (100, "c")] {
            tenant.make_like(name, &TenantValue::OfLength(length), 7, "case");
            assert_eq!(tenant.get(name).map(str::len), Some(length));
        }
        tenant.make_like("d", &TenantValue::Starting("a b".to_owned()), 7, "case");
        let value = tenant.get("d").expect("it was made");
        assert!(value.starts_with("a b") && value.len() == 35, "{value}");
    }

    #[test]
    fn another_tenant_can_begin_alike() {
        let (mut one, mut other) = (Tenant::default(), Tenant::default());
        one.values.insert("p".to_owned(), made(7, "case", "p"));
        other
            .values
            .insert("p".to_owned(), made(7, "case other", "p"));
        other.begin_as(&one);
        let (one, other) = (one.get("p").expect("made"), other.get("p").expect("made"));
        assert_eq!(one[..31], other[..31]);
        assert_ne!(one, other);
        assert_eq!(other.len(), 32);
    }

    #[test]
    fn a_seed_makes_the_same_value_again_and_another_seed_another() {
        let value = made(7, "smh/batch-delete/documented/sync", "LibraryId");
        assert_eq!(
            value,
            made(7, "smh/batch-delete/documented/sync", "LibraryId")
        );
        assert_ne!(
            value,
            made(8, "smh/batch-delete/documented/sync", "LibraryId")
        );
        assert_ne!(
            value,
            made(7, "smh/batch-delete/documented/sync", "SpaceId")
        );
        assert_eq!(value.len(), 32);
    }
}
