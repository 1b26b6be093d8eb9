//! What a history does, drawn once and before anything is sent: settings, items, and rounds of
//! batches. The same seed draws the same again, and a script can be made smaller.

use contract::{Arguments, Life, Profile, Range};
use fastrand::Rng;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// One history.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Script {
    /// The chosen setting's index of each setting.
    pub(super) settings: Vec<usize>,
    pub(super) items: Vec<PlannedItem>,
    pub(super) rounds: Vec<Round>,
}

/// An item that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlannedItem {
    /// Index into `Life::kinds`.
    pub(super) kind: usize,
    /// What its name is made of; it stays when other items are left out.
    pub(super) number: usize,
}

/// Batches that are sent at the same time, and whether the items are looked at afterwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Round {
    pub(super) batches: Vec<Batch>,
    pub(super) observed: bool,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Batch {
    /// What the whole batch is told.
    pub(super) told: Arguments,
    pub(super) entries: Vec<Entry>,
}

/// One item of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Index into `Script::items`.
    pub(super) item: usize,
    /// What is told of it alone.
    pub(super) told: Arguments,
}

/// The generator of a case's random choices.
pub(super) fn generator(seed: u64, case: &str) -> Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(case.as_bytes());
    let digest = hash.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    Rng::with_seed(u64::from_be_bytes(first))
}

impl Script {
    /// Draws a history of this profile.
    pub(super) fn draw(life: &Life, profile: &Profile, rng: &mut Rng) -> Self {
        let settings = profile.settings.iter();
        let settings = settings
            .map(|choices| choices[rng.usize(..choices.len())])
            .collect();
        let items: Vec<PlannedItem> = (0..within(profile.items, rng))
            .map(|number| PlannedItem {
                kind: weighted(&profile.kinds, rng),
                number,
            })
            .collect();
        let rounds = (0..within(profile.rounds, rng))
            .map(|_| Round {
                batches: batches(life, profile, items.len(), rng),
                observed: true,
            })
            .collect();
        Self {
            settings,
            items,
            rounds,
        }
    }

    /// The same with only these items; batches and rounds in which nothing is left go, too.
    pub(super) fn with_items(&self, keeps: impl Fn(usize) -> bool) -> Self {
        let mut script = self.clone();
        let mut places = Vec::with_capacity(self.items.len());
        script.items.clear();
        for (index, item) in self.items.iter().enumerate() {
            places.push(keeps(index).then_some(script.items.len()));
            if keeps(index) {
                script.items.push(*item);
            }
        }
        for batch in script
            .rounds
            .iter_mut()
            .flat_map(|round| &mut round.batches)
        {
            batch.entries.retain_mut(|entry| match places[entry.item] {
                Some(place) => {
                    entry.item = place;
                    true
                }
                None => false,
            });
        }
        script.without_empty()
    }

    /// The same without batches that have no entries, and without rounds that have no batches.
    pub(super) fn without_empty(mut self) -> Self {
        for round in &mut self.rounds {
            round.batches.retain(|batch| !batch.entries.is_empty());
        }
        let mut kept: Vec<Round> = Vec::with_capacity(self.rounds.len());
        for round in self.rounds {
            if !round.batches.is_empty() {
                kept.push(round);
            } else if let Some(before) = kept.last_mut() {
                // Its look at the items may have been the one that counted.
                before.observed |= round.observed;
            } else if round.observed {
                kept.push(round);
            }
        }
        self.rounds = kept;
        self
    }
}

/// The batches of one round, each of other items.
fn batches(life: &Life, profile: &Profile, items: usize, rng: &mut Rng) -> Vec<Batch> {
    let mut order: Vec<usize> = (0..items).collect();
    rng.shuffle(&mut order);
    let share = items.div_ceil(profile.parallel).max(1);
    let shares = order.chunks(share);
    shares
        .map(|share| {
            let told = told(life, profile, false, rng);
            let size = within(profile.size, rng).min(share.len());
            let mut chosen = share[..size].to_vec();
            for &item in &share[..size] {
                if rng.usize(..100) < profile.repeated {
                    chosen.push(item);
                }
            }
            let entries = chosen.into_iter().map(|item| Entry {
                item,
                told: self::told(life, profile, true, rng),
            });
            Batch {
                told,
                entries: entries.collect(),
            }
        })
        .collect()
}

/// Values for the arguments of the batch, or of one item.
fn told(life: &Life, profile: &Profile, each_item: bool, rng: &mut Rng) -> Arguments {
    let arguments = life.command.arguments.iter().zip(&profile.arguments);
    arguments
        .filter(|(argument, _)| argument.each_item == each_item)
        .map(|(argument, weights)| {
            let value: &Value = &argument.values[weighted(weights, rng)];
            (argument.name.clone(), value.clone())
        })
        .collect()
}

fn within(range: Range, rng: &mut Rng) -> usize {
    rng.usize(range.min..=range.max)
}

/// An index, drawn by the weights, one of which is not 0.
fn weighted(weights: &[usize], rng: &mut Rng) -> usize {
    let all = weights.iter().sum::<usize>().max(1);
    let mut drawn = rng.usize(..all);
    for (index, weight) in weights.iter().enumerate() {
        if drawn < *weight {
            return index;
        }
        drawn -= weight;
    }
    0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use contract::Contract;
    use rstest::rstest;

    use super::*;

    fn life(api: &str, revision: &str) -> Life {
        let contract = Contract::embedded_one(api, revision).expect("a sound contract");
        contract.life.expect("it has a life")
    }

    fn drawn(life: &Life, profile: &Profile, seed: u64) -> Script {
        Script::draw(life, profile, &mut generator(seed, &profile.name))
    }

    #[rstest]
    #[case("metastudio", "2025-12")]
    #[case("smh", "2026-01")]
    fn a_seed_draws_the_same_again_within_the_bounds_of_its_profile(
        #[case] api: &str,
        #[case] revision: &str,
    ) {
        let life = life(api, revision);
        for profile in &life.profiles {
            let mut different = 0;
            for seed in 0..50 {
                let script = drawn(&life, profile, seed);
                assert_eq!(script, drawn(&life, profile, seed));
                different += usize::from(script != drawn(&life, profile, seed + 1));
                let within = |range: Range, value| (range.min..=range.max).contains(&value);
                assert!(within(profile.items, script.items.len()));
                assert!(within(profile.rounds, script.rounds.len()));
                for round in &script.rounds {
                    assert_eq!(round.batches.len(), profile.parallel);
                    let mut met = BTreeSet::new();
                    for batch in &round.batches {
                        let items: BTreeSet<_> = batch.entries.iter().map(|e| e.item).collect();
                        assert!(!items.is_empty() && items.len() <= profile.size.max);
                        assert!(profile.repeated > 0 || items.len() == batch.entries.len());
                        assert!(items.is_disjoint(&met), "a race would have no right end");
                        met.extend(items);
                    }
                }
            }
            assert!(different > 40, "{}: {different}", profile.name);
        }
    }

    #[test]
    fn items_that_are_left_out_leave_no_gap_behind() {
        let life = life("metastudio", "2025-12");
        let profile = life.profiles.iter().find(|profile| profile.name == "mixed");
        let script = drawn(&life, profile.expect("it is there"), 3);
        let smaller = script.with_items(|item| item == 2);
        assert_eq!(smaller.items, [script.items[2]]);
        for batch in smaller.rounds.iter().flat_map(|round| &round.batches) {
            assert_eq!(batch.entries.len(), 1);
            assert_eq!(batch.entries[0].item, 0);
        }
    }

    #[test]
    fn an_empty_round_leaves_its_look_at_the_items_to_the_one_before() {
        let life = life("metastudio", "2025-12");
        let profile = life.profiles.iter().find(|profile| profile.name == "mixed");
        let script = drawn(&life, profile.expect("it is there"), 3);
        let round = |filled: bool, observed| {
            let mut round = script.rounds[0].clone();
            if !filled {
                round
                    .batches
                    .iter_mut()
                    .for_each(|batch| batch.entries.clear());
            }
            Round { observed, ..round }
        };
        let left = |rounds: Vec<Round>| {
            let script = Script {
                rounds,
                ..script.clone()
            };
            let rounds = script.without_empty().rounds.into_iter();
            let left = rounds.map(|round| (!round.batches.is_empty(), round.observed));
            left.collect::<Vec<_>>()
        };
        assert_eq!(
            left(vec![round(true, false), round(false, true)]),
            [(true, true)]
        );
        assert_eq!(
            left(vec![round(true, true), round(false, false)]),
            [(true, true)]
        );
        assert_eq!(
            left(vec![round(true, false), round(false, false)]),
            [(true, false)]
        );
        assert_eq!(
            left(vec![round(false, true), round(true, false)]),
            [(false, true), (true, false)]
        );
        assert_eq!(
            left(vec![round(false, false), round(true, true)]),
            [(true, true)]
        );
    }

    #[test]
    fn a_batch_is_told_what_is_its_own_and_each_item_the_rest() {
        for life in [life("metastudio", "2025-12"), life("smh", "2026-01")] {
            let names = |each_item: bool| -> BTreeSet<String> {
                let arguments = life.command.arguments.iter();
                let arguments = arguments.filter(|argument| argument.each_item == each_item);
                arguments.map(|argument| argument.name.clone()).collect()
            };
            let script = drawn(&life, &life.profiles[0], 1);
            for batch in script.rounds.iter().flat_map(|round| &round.batches) {
                assert_eq!(
                    batch.told.keys().cloned().collect::<BTreeSet<_>>(),
                    names(false)
                );
                for entry in &batch.entries {
                    assert_eq!(
                        entry.told.keys().cloned().collect::<BTreeSet<_>>(),
                        names(true)
                    );
                }
            }
        }
    }

    #[test]
    fn what_has_no_weight_is_never_drawn() {
        let mut rng = generator(1, "weights");
        for _ in 0..50 {
            assert_eq!(weighted(&[0, 3, 0], &mut rng), 1);
        }
    }
}
