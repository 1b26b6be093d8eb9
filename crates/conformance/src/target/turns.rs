//! Whose turn it is where cases meet in one tenant. Contracts whose tenants have a part in common, such
//! as a project, share their turns: what one sets up there may strike the other's requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contract::Contract;
use tokio::sync::{Mutex, MutexGuard};

use super::tenant_parameters;
use crate::Target;
use crate::tenant::snake_case;

/// The turns of each contract whose cases meet in one tenant, by its name.
#[derive(Debug, Default)]
pub(super) struct Turns(BTreeMap<String, Arc<Mutex<()>>>);

impl Turns {
    /// Those of these contracts at the target.
    pub(super) fn of<'c>(contracts: impl Iterator<Item = &'c Contract>, target: &Target) -> Self {
        let parts = |contract: &Contract| -> BTreeSet<String> {
            tenant_parameters(contract)
                .map(|name| snake_case(&name))
                .collect()
        };
        let meeting: BTreeMap<String, BTreeSet<String>> = contracts
            .filter(|contract| target.shares_tenant(contract))
            .map(|contract| (contract.name(), parts(contract)))
            .collect();
        let mut groups: Vec<BTreeSet<String>> = Vec::new();
        for parts in meeting.values() {
            let (touching, apart): (Vec<_>, Vec<_>) = groups
                .into_iter()
                .partition(|group| !group.is_disjoint(parts));
            groups = apart;
            groups.push(
                touching
                    .into_iter()
                    .flatten()
                    .chain(parts.clone())
                    .collect(),
            );
        }
        let groups: Vec<_> = groups
            .into_iter()
            .map(|group| (group, Arc::new(Mutex::new(()))))
            .collect();
        let turn = |parts: &BTreeSet<String>| {
            let group = groups.iter().find(|(group, _)| !group.is_disjoint(parts));
            // Where nothing separates tenants, a contract has turns of its own.
            group.map_or_else(Arc::default, |(_, turn)| Arc::clone(turn))
        };
        let turns = meeting
            .iter()
            .map(|(name, parts)| (name.clone(), turn(parts)));
        Self(turns.collect())
    }

    /// Waits for the turn of a case of that contract; none where its cases need not wait.
    pub(super) async fn wait(&self, contract: &str) -> Option<MutexGuard<'_, ()>> {
        match self.0.get(contract) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ALL: [&str; 4] = ["project_id", "instance_id", "library_id", "space_id"];

    /// Which of the built-in contracts share their turns at a target that gives these: pairs.
    fn shared(given: &[&str]) -> Vec<(String, String)> {
        let contracts = [
            ("metastudio", "2025-12"),
            ("roma", "2022-12"),
            ("smh", "2026-01"),
        ]
        .map(|(api, revision)| Contract::embedded_one(api, revision).expect("a contract"));
        let mut target = Target::new("http://127.0.0.1:1").expect("a base URL");
        for name in given {
            target.tenant.insert((*name).to_owned(), "any".to_owned());
        }
        let turns = Turns::of(contracts.iter(), &target).0;
        let mut pairs = Vec::new();
        for (one, turn) in &turns {
            let others = turns.iter().filter(|(other, _)| *other >= one);
            let same = others.filter(|(_, other)| Arc::ptr_eq(turn, other));
            pairs.extend(same.map(|(other, _)| (one.clone(), other.clone())));
        }
        pairs
    }

    #[rstest]
    #[case(&[], &[])]
    #[case(&["project_id"], &[("metastudio/2025-12", "metastudio/2025-12")])]
    #[case(&ALL[..2], &[
        ("metastudio/2025-12", "metastudio/2025-12"),
        ("metastudio/2025-12", "roma/2022-12"),
        ("roma/2022-12", "roma/2022-12"),
    ])]
    #[case(&ALL[2..], &[("smh/2026-01", "smh/2026-01")])]
    #[case(&ALL, &[
        ("metastudio/2025-12", "metastudio/2025-12"),
        ("metastudio/2025-12", "roma/2022-12"),
        ("roma/2022-12", "roma/2022-12"),
        ("smh/2026-01", "smh/2026-01"),
    ])]
    fn contracts_that_meet_share_their_turns(
        #[case] given: &[&str],
        #[case] expected: &[(&str, &str)],
    ) {
        let expected = expected
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        assert_eq!(shared(given), expected.collect::<Vec<_>>());
    }
}
