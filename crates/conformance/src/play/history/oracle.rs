//! The oracle: what is known of each item of a history, and what each answer says about it.
//! It sends nothing; `wire` does, and `results` reads the answers.

use std::collections::{BTreeSet, HashMap};

use contract::{Arguments, Level, Life, Promise, StateSet};
use serde_json::Value;
use validator::shorten;

use super::belief::{Belief, Broken, Seen};
use super::rules::Rules;
use super::words;

/// What a command is told: settings, what the batch is told, and what the item is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation<'s> {
    pub(super) settings: &'s Arguments,
    pub(super) batch: &'s Arguments,
    pub(super) item: &'s Arguments,
}

impl<'s> Situation<'s> {
    /// The value of the setting or argument of that name.
    pub(super) fn get(self, name: &str) -> Option<&'s Value> {
        let parts = [self.settings, self.batch, self.item];
        parts.into_iter().find_map(|told| told.get(name))
    }
}

/// What became of an item in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Became {
    /// This label was told, by the result that is quoted.
    Answered { label: usize, result: String },
    /// Nobody knows; the item stood in the batch that many times.
    Unknown { times: usize },
    /// The whole batch was refused.
    Refused,
}

/// What the oracle has to say of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) promise: Promise,
    /// What was promised, with the item and what happened to it.
    pub(super) expected: String,
    /// What came.
    pub(super) actual: String,
}

/// What is known of all items of a history.
pub(super) struct Oracle<'l> {
    life: &'l Life,
    items: Vec<Item>,
    /// The requirements that were put to the test.
    pub(super) tested: BTreeSet<String>,
    /// What was said already, without the item: of items that fare alike, the first one tells.
    said: BTreeSet<(String, String, String)>,
    /// The values that no two results share, with the step in which each was met.
    met: HashMap<(usize, String), usize>,
}

#[derive(Debug)]
struct Item {
    id: String,
    belief: Belief,
    /// A promise was broken about it, so that nothing is known of it any more.
    lost: bool,
}

impl<'l> Oracle<'l> {
    pub(super) fn new(life: &'l Life) -> Self {
        Self {
            life,
            items: Vec::new(),
            tested: BTreeSet::new(),
            said: BTreeSet::new(),
            met: HashMap::new(),
        }
    }

    /// Adds an item with this id that begins in this state.
    pub(super) fn add(&mut self, id: String, begins: usize) {
        self.items.push(Item {
            id,
            belief: Belief::new(self.life, begins),
            lost: false,
        });
    }

    /// How many items there are.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// An item's id.
    pub(super) fn id(&self, item: usize) -> &str {
        &self.items[item].id
    }

    /// Whether the command may be carried out for the item, as far as is known.
    pub(super) fn may_be_done(&self, item: usize, situation: Situation<'_>) -> bool {
        let item = &self.items[item];
        !item.lost && self.rules(situation).may_be_done(item.belief.possible())
    }

    /// Whether the item is sure to be there, so that it can be asked for.
    pub(super) fn is_there(&self, item: usize) -> bool {
        let item = &self.items[item];
        let mut states = item.belief.possible().iter();
        !item.lost && states.all(|state| self.life.states[state].listed.is_some())
    }

    /// Whether something was done to the item since it was looked at.
    pub(super) fn is_pending(&self, item: usize) -> bool {
        let item = &self.items[item];
        !item.lost && item.belief.is_pending()
    }

    /// The promise that a batch of these items is accepted, in the situation of one of them.
    pub(super) fn accepted(
        &self,
        situation: Situation<'_>,
        among: &[usize],
    ) -> Option<&'l Promise> {
        let all = StateSet::first(self.life.states.len());
        let sure = |states: StateSet| {
            let mut items = among.iter().map(|item| &self.items[*item]);
            states == all
                || items.all(|item| !item.lost && item.belief.possible().is_within(states))
        };
        let mut entries = self.life.command.accepted.iter();
        let entry =
            entries.find(|entry| entry.when.holds(|name| situation.get(name)) && sure(entry.each));
        entry.map(|entry| &entry.promise)
    }

    /// Takes in what became of an item in a batch, where it has the `place`th place, from 1.
    pub(super) fn became(
        &mut self,
        item: usize,
        place: usize,
        situation: Situation<'_>,
        became: &Became,
    ) -> Option<Said> {
        let rules = self.rules(situation);
        let life = self.life;
        let tested = &mut self.tested;
        let found = &mut self.items[item];
        if found.lost {
            return None;
        }
        let broken = match became {
            Became::Answered { label, .. } => found.belief.outcome(&rules, *label, |id| {
                tested.insert(id.to_owned());
            }),
            Became::Unknown { times } => {
                found.belief.uncertain(&rules, *times);
                None
            }
            Became::Refused => {
                found.belief.refused(life, &rules.told);
                None
            }
        }?;
        let Became::Answered { label, result } = became else {
            return None;
        };
        let means = life.results.labels[*label].means.clone();
        self.said(item, &broken, &means, |expected| Said {
            promise: broken.promise.clone(),
            expected: format!("{} {place} of the batch, {expected}", life.noun),
            actual: shorten(result),
        })
    }

    /// Compares what the observation shows of an item with what is known. It was asked for at the
    /// `place`th place, from 1.
    pub(super) fn observed(&mut self, item: usize, place: usize, seen: &Seen) -> Option<Said> {
        let life = self.life;
        let tested = &mut self.tested;
        let found = &mut self.items[item];
        if found.lost {
            return None;
        }
        let broken = found.belief.observe(life, seen, |id| {
            tested.insert(id.to_owned());
        })?;
        let actual = match seen {
            Seen::State(state) => state.clone(),
            Seen::Stateless => "listed without a state".to_owned(),
            Seen::Missing => "not listed".to_owned(),
        };
        self.said(item, &broken, &actual, |expected| Said {
            promise: broken.promise.clone(),
            expected: format!("{} {place} of the request, {expected}", life.noun),
            actual: actual.clone(),
        })
    }

    /// Whether [`Oracle::observed`] would find a promise broken by it.
    pub(super) fn would_find(&self, item: usize, seen: &Seen) -> bool {
        let found = &self.items[item];
        let mut belief = found.belief.clone();
        !found.lost && belief.observe(self.life, seen, |_| {}).is_some()
    }

    /// Takes in that a result of that step has this value in a place (the index in
    /// `Results::distinct`) where no two have the same one; tells the step that had it before.
    pub(super) fn met(&mut self, distinct: usize, value: &Value, step: usize) -> Option<usize> {
        let promise = &self.life.results.distinct[distinct].promise;
        self.tested.insert(promise.requirement.clone());
        self.met.insert((distinct, value.to_string()), step)
    }

    /// Says it, unless the same was said of another item; the item is judged no further when a
    /// promise was broken.
    fn said(
        &mut self,
        item: usize,
        broken: &Broken,
        came: &str,
        say: impl FnOnce(&str) -> Said,
    ) -> Option<Said> {
        if broken.promise.level > Level::May {
            self.items[item].lost = true;
        }
        let expected = format!("{}: {}", broken.before, broken.expected);
        let requirement = broken.promise.requirement.clone();
        let key = (requirement, expected.clone(), came.to_owned());
        self.said.insert(key).then(|| say(&expected))
    }

    fn rules(&self, situation: Situation<'_>) -> Rules<'l> {
        let life = self.life;
        let holds = |when: &contract::When| when.holds(|name| situation.get(name));
        Rules {
            life,
            told: words::told(life, situation),
            outcomes: life
                .outcomes
                .iter()
                .filter(|rule| holds(&rule.when))
                .collect(),
            effects: life
                .effects
                .iter()
                .filter(|rule| holds(&rule.when))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
