//! What is known of one item: the states in which it may be, and for each other state the promise
//! by which it cannot be there.
//!
//! Nothing is known for sure that no promise says. A promise of level MAY rules nothing out, a
//! state that is ruled out by two promises is as sure as the weaker one, and what an observation
//! has shown leaves behind only what is implied: that the item stays as it is.

use std::sync::Arc;

use contract::{Level, Life, Promise, StateSet};

use super::rules::{Rules, drifted};
use super::words;

/// Why an item cannot be in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) promise: Promise,
    /// What has happened to it, e.g. `after action DELETE was answered SUCCESS`.
    pub(super) after: String,
}

/// A reason, and how much it is worth by now.
#[derive(Debug, Clone)]
struct Why {
    reason: Arc<Reason>,
    level: Level,
    /// Whether what was promised has been seen since.
    seen: bool,
}

impl Why {
    fn new(reason: &Arc<Reason>, level: Level) -> Self {
        Self {
            reason: Arc::clone(reason),
            level,
            seen: false,
        }
    }

    fn before(&self) -> String {
        let after = &self.reason.after;
        if self.seen {
            format!("{after} and that was seen, with nothing done to it since")
        } else {
            after.clone()
        }
    }
}

/// What the observation shows of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// This state.
    State(String),
    /// It is listed, and nothing is said of its state.
    Stateless,
    /// It is not listed.
    Missing,
}

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) promise: Promise,
    /// What has happened to the item before, and what is promised of it then.
    pub(super) before: String,
    pub(super) expected: String,
}

/// What is known of one item.
#[derive(Debug, Clone)]
pub(super) struct Belief {
    possible: StateSet,
    /// Why it is in none of the other states; meaningless for possible ones.
    why: Vec<Why>,
    /// What it was last promised and has not been looked at for since.
    pending: Option<Arc<Reason>>,
    /// How sure everything is that was concluded since it was last looked at.
    trust: Level,
    /// Whether it was listed when it was last looked at.
    was_listed: bool,
}

impl Belief {
    /// An item that begins in this state. That it does is nobody's promise: the level is MAY.
    pub(super) fn new(life: &Life, begins: usize) -> Self {
        let begun = &life.states[begins].name;
        let reason = nobodys(
            life,
            format!("which began as {begun}, with nothing done to it"),
        );
        Self {
            possible: drifted(life, [begins].into_iter().collect()),
            why: vec![Why::new(&reason, Level::May); life.states.len()],
            pending: None,
            trust: Level::Must,
            was_listed: false,
        }
    }

    pub(super) fn possible(&self) -> StateSet {
        self.possible
    }

    /// Whether something was promised of it that has not been looked for yet.
    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Takes in that the command had this outcome. `tested` is told what was put to the test.
    pub(super) fn outcome(
        &mut self,
        rules: &Rules<'_>,
        label: usize,
        mut tested: impl FnMut(&str),
    ) -> Option<Broken> {
        let before = self.possible;
        let outcomes: Option<Vec<_>> = before.iter().map(|state| rules.outcome(state)).collect();
        // Where any result is as good, nothing is put to the test; nor where one is only observed.
        if rules.can_be_denied(before) {
            for outcome in outcomes.iter().flatten() {
                tested(&outcome.promise.requirement);
            }
        }
        let denies = |state| {
            let outcome = rules.outcome(state);
            outcome.filter(|outcome| !outcome.labels.contains(&label))
        };
        let broken = if before.iter().all(|state| denies(state).is_some()) {
            let weakest = before
                .iter()
                .filter_map(denies)
                .min_by_key(|o| o.promise.level);
            weakest.map(|outcome| Broken {
                promise: self.trusted(&outcome.promise),
                before: format!(
                    "{} before, with {}",
                    words::states(rules.life, before),
                    rules.told
                ),
                expected: words::promised(rules.life, outcome),
            })
        } else {
            None
        };
        // What was answered is taken at its word: an item that could not have been answered so was
        // not in that state. Where no state is left, it is the promise that was not kept.
        let source: StateSet = if broken.is_some() {
            before
        } else {
            let sound = |state: &usize| {
                denies(*state).is_none_or(|outcome| outcome.promise.level == Level::May)
            };
            before.iter().filter(sound).collect()
        };
        self.enter(rules, label, before, source);
        broken
    }

    /// Goes from the states of `source` to where the outcome leads; those of `before` that are not
    /// among them were ruled out by the outcome.
    fn enter(&mut self, rules: &Rules<'_>, label: usize, before: StateSet, source: StateSet) {
        let means = &rules.life.results.labels[label].means;
        let after = format!("after {} was answered {means}", rules.told);
        let effects = source.iter().filter_map(|state| rules.effect(state, label));
        let Some(weakest) = effects.min_by_key(|effect| effect.promise.level) else {
            self.forget(rules.life);
            return;
        };
        let led = Arc::new(Reason {
            promise: weakest.promise.clone(),
            after: after.clone(),
        });
        let trust = self.trust.min(weakest.promise.level);
        self.possible = rules.leads(source, label);
        for state in 0..self.why.len() {
            if self.possible.contains(state) {
                continue;
            }
            let denied = before.iter().find_map(|from| {
                let reached = !source.contains(from) && rules.next(from, label).contains(state);
                rules
                    .outcome(from)
                    .filter(|_| reached)
                    .map(|outcome| (from, outcome))
            });
            self.why[state] = match denied {
                Some((from, outcome)) => {
                    let promised = words::promised(rules.life, outcome);
                    let name = &rules.life.states[from].name;
                    let reason = Reason {
                        promise: outcome.promise.clone(),
                        after: format!("{after} ({promised} is promised where it is {name})"),
                    };
                    Why::new(&Arc::new(reason), self.trust.min(outcome.promise.level))
                }
                None => Why::new(&led, trust),
            };
        }
        self.pending = Some(led);
        self.trust = trust;
    }

    /// Takes in that it is not known which outcome the command had, `times` over: the item stood in
    /// the batch that often.
    pub(super) fn uncertain(&mut self, rules: &Rules<'_>, times: usize) {
        let labels = 0..rules.life.results.labels.len();
        let mut level = self.trust;
        for _ in 0..times {
            let from = self.possible;
            for label in labels.clone() {
                for state in from.iter() {
                    let effect = rules.effect(state, label);
                    level = level.min(effect.map_or(Level::May, |effect| effect.promise.level));
                }
                self.possible = self.possible.union(rules.leads(from, label));
            }
        }
        self.trust = level;
        self.pending = None;
        for why in &mut self.why {
            why.level = Level::May;
        }
    }

    /// Takes in that the whole batch was refused.
    pub(super) fn refused(&mut self, life: &Life, told: &str) {
        let reason = Arc::new(Reason {
            promise: life.command.refused.clone(),
            after: format!("after a batch with {told} was refused"),
        });
        self.trust = self.trust.min(reason.promise.level);
        self.why.fill(Why::new(&reason, self.trust));
        self.pending = Some(reason);
    }

    /// Nothing is known any more.
    pub(super) fn forget(&mut self, life: &Life) {
        self.possible = StateSet::first(life.states.len());
        self.pending = None;
    }

    /// Compares what the observation shows with what is known, and takes it in.
    pub(super) fn observe(
        &mut self,
        life: &Life,
        seen: &Seen,
        mut tested: impl FnMut(&str),
    ) -> Option<Broken> {
        let shows: StateSet = (0..life.states.len())
            .filter(|&state| shows(life, state, seen))
            .collect();
        if shows.is_empty() {
            // A state that is none of the documented ones is found by the validator.
            return None;
        }
        let listed = || {
            self.possible
                .iter()
                .map(|state| life.states[state].listed.as_ref())
        };
        let listed: Option<Vec<&Promise>> = listed().collect();
        // Only what could have shown otherwise puts a promise to the test: an item that is listed
        // without a state shows nothing, nor does one that is not listed and was not before.
        let telling = match seen {
            Seen::State(_) => true,
            Seen::Stateless => false,
            Seen::Missing => self.was_listed,
        };
        self.was_listed = *seen != Seen::Missing;
        if let Some(pending) = &self.pending
            && pending.promise.level > Level::May
            && telling
        {
            tested(&pending.promise.requirement);
        }
        for promise in listed.iter().flatten() {
            tested(&promise.requirement);
        }
        let fits: StateSet = self
            .possible
            .iter()
            .filter(|&s| shows.contains(s))
            .collect();
        if !fits.is_empty() {
            self.narrow(life, fits, seen);
            return None;
        }
        let weakest = match &listed {
            Some(promises) if *seen == Seen::Missing => {
                let weakest = promises.iter().min_by_key(|promise| promise.level);
                weakest.map(|promise| (self.trusted(promise), self.last()))
            }
            _ => {
                let why = shows.iter().map(|state| &self.why[state]);
                why.min_by_key(|why| why.level).map(|why| {
                    let promise = Promise {
                        requirement: why.reason.promise.requirement.clone(),
                        level: why.level,
                    };
                    (promise, why.before())
                })
            }
        };
        let broken = weakest.map(|(promise, before)| Broken {
            promise,
            before,
            expected: words::shown(life, self.possible),
        });
        self.possible = drifted(life, shows);
        self.settle();
        broken
    }

    fn narrow(&mut self, life: &Life, fits: StateSet, seen: &Seen) {
        let fits = drifted(life, fits);
        let was = match seen {
            Seen::State(state) => format!("since it was shown as {state}"),
            Seen::Stateless => "since it was listed".to_owned(),
            Seen::Missing => "since it was not listed".to_owned(),
        };
        let reason = nobodys(life, was);
        for state in self.possible.iter().filter(|&state| !fits.contains(state)) {
            self.why[state] = Why::new(&reason, Level::May);
        }
        self.possible = fits;
        self.settle();
    }

    /// What was promised has been seen: that it stays so is implied, and not stated.
    fn settle(&mut self) {
        self.pending = None;
        self.trust = Level::Must;
        for why in &mut self.why {
            why.level = why.level.min(Level::Should);
            why.seen = true;
        }
    }

    fn last(&self) -> String {
        match &self.pending {
            Some(reason) => reason.after.clone(),
            None => "with nothing done to it since".to_owned(),
        }
    }

    /// The promise, as sure as what it rests on.
    fn trusted(&self, promise: &Promise) -> Promise {
        Promise {
            requirement: promise.requirement.clone(),
            level: promise.level.min(self.trust),
        }
    }
}

/// A reason that no promise stands behind.
fn nobodys(life: &Life, after: String) -> Arc<Reason> {
    let observed = life.observe.as_ref().map(|observe| &observe.accepted);
    let about = observed.unwrap_or(&life.command.refused);
    Arc::new(Reason {
        promise: Promise {
            requirement: about.requirement.clone(),
            level: Level::May,
        },
        after,
    })
}

fn shows(life: &Life, state: usize, seen: &Seen) -> bool {
    let mut shown = life.states[state].shown.iter();
    match seen {
        Seen::State(text) => shown.any(|shown| shown.as_deref() == Some(text)),
        Seen::Stateless => shown.any(Option::is_some),
        Seen::Missing => shown.any(Option::is_none),
    }
}
