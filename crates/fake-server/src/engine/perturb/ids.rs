//! Ids in all the forms that a service may give them. No document says how an id looks; each form
//! here can stand in a path as it is and is at most 64 characters long.

use crate::engine::{Draw, IdSource};

/// An id source whose ids look different from one to the next.
#[derive(Debug)]
pub(crate) struct PerturbedIds<S> {
    source: S,
    seed: u64,
}

impl<S> PerturbedIds<S> {
    /// The ids of `source` in forms that follow from `seed`.
    pub(crate) fn new(source: S, seed: u64) -> Self {
        Self { source, seed }
    }
}

impl<S: IdSource> IdSource for PerturbedIds<S> {
    fn id(&self, scope: &str, number: u64) -> String {
        let id = self.source.id(scope, number);
        let draw = Draw::new(self.seed, scope, number);
        // A source of the user's own may give other ids, which are its own business.
        match u128::from_str_radix(&id, 16) {
            Ok(word) if id.len() == 32 => form(&id, word, &draw),
            _ => id,
        }
    }
}

/// One of the forms. Each keeps all of the id, so that different ids stay different.
fn form(id: &str, word: u128, draw: &Draw) -> String {
    match draw.below(7) {
        0 => id.to_owned(),
        1 => groups(id, &[8, 4, 4, 4, 12], "-"),
        2 => word.to_string(),
        3 => id.to_uppercase(),
        4 => groups(id, &[2, 10, 10, 10], "_"),
        5 => format!("A.{id}~"),
        _ => format!("{id}{:016x}{:016x}", draw.number(), draw.number()),
    }
}

fn groups(id: &str, lengths: &[usize], separator: &str) -> String {
    let mut rest = id;
    let mut parts = Vec::new();
    for length in lengths {
        let (part, behind) = rest.split_at(*length);
        parts.push(part);
        rest = behind;
    }
    parts.join(separator)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::SeededIds;

    #[test]
    fn ids_differ_in_form_and_stay_apart() {
        let ids = PerturbedIds::new(SeededIds::new(1), 1);
        let mut seen = BTreeSet::new();
        let mut lengths = BTreeSet::new();
        for number in 0..1000 {
            let id = ids.id("asset p", number);
            assert_eq!(id, ids.id("asset p", number));
            assert!(!id.is_empty() && id.len() <= 64, "{id}");
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
            assert!(id.chars().all(plain), "{id} needs no escape in a path");
            lengths.insert(id.len());
            assert!(seen.insert(id), "an id came twice");
        }
        for form in ["-", "_", "~"] {
            assert!(seen.iter().any(|id| id.contains(form)));
        }
        assert!(lengths.contains(&32) && lengths.contains(&64));
    }
}
