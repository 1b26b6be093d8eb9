//! The tenant of a case: one value for each path parameter that separates tenants, given by the
//! target or made so that no two cases share one and the same seed makes the same again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use contract::Operation;
use sha2::{Digest, Sha256};

use crate::Target;

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

    /// Adds what this operation needs. `case` is the id of the case with its contract's name, so
    /// that two revisions of one API do not meet in a tenant.
    pub(crate) fn extend(&mut self, operation: &Operation, target: &Target, seed: u64, case: &str) {
        for parameter in operation.tenant_parameters() {
            if self.values.contains_key(&parameter.name) {
                continue;
            }
            let given = target
                .tenant
                .get(&parameter.name)
                .or_else(|| target.tenant.get(&snake_case(&parameter.name)));
            let value = given
                .cloned()
                .unwrap_or_else(|| made(seed, case, &parameter.name));
            self.values.insert(parameter.name.clone(), value);
        }
    }
}

/// 32 hexadecimal digits: as long as the ids in the documents, within each documented limit.
fn made(seed: u64, case: &str, name: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    for part in [case, name] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut text = String::with_capacity(32);
    for byte in &hash.finalize()[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// `LibraryId` as `library_id`: the form that provider states use (`schemas/README.md`).
pub fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for c in name.chars() {
        if c == '-' {
            text.push('_');
            after_lower = false;
        } else if c.is_uppercase() {
            if after_lower {
                text.push('_');
            }
            text.extend(c.to_lowercase());
            after_lower = false;
        } else {
            text.push(c);
            after_lower = c != '_';
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case() {
        for (documented, state) in [
            ("LibraryId", "library_id"),
            ("project_id", "project_id"),
            ("instance_id", "instance_id"),
            ("TaskIdList", "task_id_list"),
            ("X-App-UserId", "x_app_user_id"),
        ] {
            assert_eq!(snake_case(documented), state);
        }
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
