//! What has happened to each tenant so far, for everything that goes by the nth request: faults
//! and perturbation.

use std::collections::HashMap;

/// How many tenants are remembered. Beyond that all are forgotten and counted anew, so that
/// requests of ever new tenants do not make the fake grow.
const TENANTS_KEPT: usize = 65_536;

/// A value for each tenant, beginning with the default.
#[derive(Debug, Default)]
pub(crate) struct Turns<T> {
    by_tenant: HashMap<String, T>,
}

impl<T: Default> Turns<T> {
    /// What is known of the tenant, to be changed.
    pub(crate) fn of(&mut self, tenant: &str) -> &mut T {
        if self.by_tenant.len() >= TENANTS_KEPT && !self.by_tenant.contains_key(tenant) {
            self.by_tenant.clear();
        }
        self.by_tenant.entry(tenant.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_counts_for_itself_and_room_is_bounded() {
        let mut turns = Turns::<u64>::default();
        *turns.of("a") += 2;
        *turns.of("b") += 1;
        assert_eq!((*turns.of("a"), *turns.of("b")), (2, 1));
        for number in 0..TENANTS_KEPT + 10 {
            turns.of(&number.to_string());
        }
        assert!(turns.by_tenant.len() <= TENANTS_KEPT);
    }
}
