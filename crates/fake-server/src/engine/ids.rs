//! Ids, injected: what the engine calls assets, jobs and requests.
//!
//! An id follows from a seed, the thing's tenant and its number there, so it does not depend on
//! what other tenants do at the same time.

use std::fmt;
use std::sync::Arc;

use super::draw::{hash, mix};

/// Where the engine takes ids from.
pub trait IdSource: Send + Sync + fmt::Debug {
    /// The id of the `number`th thing of a `scope`, for example the third job of an instance. The
    /// same arguments give the same id; ids of different arguments differ.
    fn id(&self, scope: &str, number: u64) -> String;
}

impl<S: IdSource + ?Sized> IdSource for Arc<S> {
    fn id(&self, scope: &str, number: u64) -> String {
        (**self).id(scope, number)
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Ids of 32 hexadecimal digits that follow from a seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeededIds {
    seed: u64,
}

impl SeededIds {
    /// A source whose ids follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }
}

impl IdSource for SeededIds {
    fn id(&self, scope: &str, number: u64) -> String {
        let scope = hash(scope);
        let high = mix(scope ^ mix(self.seed));
        let low = mix(high ^ mix(number.wrapping_add(0x9e37_79b9_7f4a_7c15)));
        // Each answer has one, and to format it takes several times as long.
        let mut text = String::with_capacity(32);
        let number = (u128::from(high) << 64) | u128::from(low);
        for byte in number.to_be_bytes() {
            for digit in [byte >> 4, byte & 0xf] {
                text.push(char::from(DIGITS[usize::from(digit)]));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn same_arguments_same_id_and_others_differ() {
        let ids = SeededIds::new(7);
        assert_eq!(ids.id("asset p", 1), SeededIds::new(7).id("asset p", 1));
        assert_ne!(ids.id("asset p", 1), SeededIds::new(8).id("asset p", 1));
        let mut seen = BTreeSet::new();
        for scope in ["asset p", "asset q", "job p/i"] {
            for number in 0..1000 {
                let id = ids.id(scope, number);
                assert_eq!(id.len(), 32);
                assert!(seen.insert(id), "an id came twice");
            }
        }
    }
}
