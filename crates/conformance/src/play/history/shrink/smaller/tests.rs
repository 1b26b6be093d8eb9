//! What is tried of a history, in which order, and what is left of it.

use contract::{Arguments, Contract};
use serde_json::json;

use super::super::super::script::{Batch, Entry, PlannedItem, Round};
use super::*;

/// Tries nothing: a history shows the same where this says so.
struct Told<'t> {
    best: Script,
    shows: &'t (dyn Fn(&Script) -> bool + Sync),
    /// What was tried.
    tried: Vec<String>,
    /// After so many it is over.
    most: usize,
}

impl Tries for Told<'_> {
    fn best(&self) -> &Script {
        &self.best
    }

    fn is_over(&self) -> bool {
        self.tried.len() >= self.most
    }

    async fn holds(&mut self, script: Script) -> bool {
        if script.rounds.is_empty() || script.items.is_empty() || script == self.best {
            return false;
        }
        self.tried.push(line(&script));
        let shows = (self.shows)(&script);
        if shows {
            self.best = script;
        }
        shows
    }
}

/// The numbers of the items of each batch, the rounds apart; an eye after rounds that are looked at;
/// the settings at the end.
fn line(script: &Script) -> String {
    let number = |entry: &Entry| script.items[entry.item].number.to_string();
    let rounds = script.rounds.iter().map(|round| {
        let batches = round.batches.iter().map(|batch| {
            let numbers: Vec<String> = batch.entries.iter().map(number).collect();
            numbers.join(",")
        });
        let batches: Vec<String> = batches.collect();
        let look = if round.observed { "*" } else { "" };
        format!("{}{look}", batches.join("+"))
    });
    let rounds: Vec<String> = rounds.collect();
    format!("{} {:?}", rounds.join(" | "), script.settings)
}

/// A history of so many items, all of them in each of these rounds of so many batches.
fn script(items: usize, rounds: &[usize], settings: &[usize]) -> Script {
    let entries: Vec<Entry> = (0..items)
        .map(|item| Entry {
            item,
            told: Arguments::new(),
        })
        .collect();
    let batch = Batch {
        told: Arguments::from_iter([("action".to_owned(), json!("DELETE"))]),
        entries,
    };
    let rounds = rounds.iter().map(|batches| Round {
        batches: vec![batch.clone(); *batches],
        observed: true,
    });
    Script {
        settings: settings.to_vec(),
        items: (0..items)
            .map(|number| PlannedItem { kind: 0, number })
            .collect(),
        rounds: rounds.collect(),
    }
}

fn life(api: &str, revision: &str) -> Life {
    let contract = Contract::embedded_one(api, revision).expect("a sound contract");
    contract.life.expect("it has a life")
}

fn told(best: Script, shows: &(dyn Fn(&Script) -> bool + Sync)) -> Told<'_> {
    Told {
        best,
        shows,
        tried: Vec::new(),
        most: 1000,
    }
}

fn never(_: &Script) -> bool {
    false
}

#[tokio::test]
async fn the_part_that_the_finding_points_at_is_tried_first() {
    let mut nothing = told(script(3, &[1, 1, 2], &[]), &never);
    focus(&mut nothing, 1, Some(2)).await;
    insta::assert_snapshot!(nothing.tried.join("\n"));
    let mut whole = told(script(3, &[1, 1, 2], &[]), &never);
    focus(&mut whole, 0, None).await;
    assert_eq!(whole.tried, ["0,1,2* []", "0,1,2+0,1,2* []"]);
    let mut all = told(script(3, &[1, 1, 2], &[]), &|_| true);
    focus(&mut all, 1, Some(2)).await;
    assert_eq!(line(&all.best), "2* []");
}

#[tokio::test]
async fn what_shows_nothing_smaller_is_gone_through_once() {
    let mut nothing = told(script(3, &[1, 2], &[]), &never);
    reduce(&mut nothing, &life("metastudio", "2025-12")).await;
    insta::assert_snapshot!(nothing.tried.join("\n"));
    assert_eq!(nothing.best, script(3, &[1, 2], &[]));
}

#[tokio::test]
async fn what_is_left_is_the_one_entry_that_shows_it() {
    // The fifth item has to stand in some batch.
    let shows = |script: &Script| {
        script.rounds.iter().any(|round| {
            round.batches.iter().any(|batch| {
                let mut numbers = batch.entries.iter();
                numbers.any(|entry| script.items[entry.item].number == 4)
            })
        })
    };
    let mut tries = told(script(7, &[1, 2, 1], &[]), &shows);
    reduce(&mut tries, &life("metastudio", "2025-12")).await;
    assert_eq!(line(&tries.best), "4 []");
    assert_eq!(tries.best.items, [PlannedItem { kind: 0, number: 4 }]);
    insta::assert_snapshot!(tries.tried.join("\n"));
}

#[tokio::test]
async fn two_entries_that_are_both_needed_are_both_left() {
    let shows = |script: &Script| {
        let numbers = |number: usize| {
            let mut entries = script.rounds.iter().flat_map(|round| &round.batches);
            entries.any(|batch| {
                let mut entries = batch.entries.iter();
                entries.any(|entry| script.items[entry.item].number == number)
            })
        };
        numbers(1) && numbers(6)
    };
    let mut tries = told(script(8, &[2, 1], &[]), &shows);
    reduce(&mut tries, &life("metastudio", "2025-12")).await;
    let left: Vec<usize> = tries.best.items.iter().map(|item| item.number).collect();
    assert_eq!(left, [1, 6]);
    let entries = tries.best.rounds.iter().flat_map(|round| &round.batches);
    assert_eq!(entries.map(|batch| batch.entries.len()).sum::<usize>(), 2);
}

#[tokio::test]
async fn settings_become_plain_and_looks_are_left_alone_where_nothing_is_looked_at() {
    let life = life("smh", "2026-01");
    assert!(life.observe.is_none() && !life.settings.is_empty());
    let settings = vec![1; life.settings.len()];
    let mut tries = told(script(1, &[1], &settings), &|_| true);
    reduce(&mut tries, &life).await;
    insta::assert_snapshot!(tries.tried.join("\n"));
    assert!(tries.best.rounds[0].observed);
}

#[tokio::test]
async fn nothing_more_is_left_out_when_it_is_over() {
    for most in [0, 1, 3] {
        let mut tries = told(script(8, &[1, 1, 1, 1], &[]), &never);
        tries.most = most;
        rounds(&mut tries).await;
        assert_eq!(tries.tried.len(), most);
    }
}
