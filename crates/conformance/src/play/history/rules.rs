//! What the machine of a life says of one item of one batch: which outcome it is promised, and
//! where each outcome leads.

use contract::{Effect, Level, Life, Outcome, StateSet};

/// The rules that apply to one item of one batch.
pub(super) struct Rules<'l> {
    pub(super) life: &'l Life,
    /// `action DELETE`.
    pub(super) told: String,
    /// In order; the first one for a state counts.
    pub(super) outcomes: Vec<&'l Outcome>,
    /// Likewise.
    pub(super) effects: Vec<&'l Effect>,
}

impl<'l> Rules<'l> {
    pub(super) fn outcome(&self, state: usize) -> Option<&'l Outcome> {
        let mut outcomes = self.outcomes.iter();
        outcomes
            .find(|outcome| outcome.from.contains(state))
            .copied()
    }

    pub(super) fn effect(&self, state: usize, label: usize) -> Option<&'l Effect> {
        let mut effects = self.effects.iter();
        effects
            .find(|effect| effect.from.contains(state) && effect.labels.contains(&label))
            .copied()
    }

    /// Where an item in this state may be after the outcome.
    pub(super) fn next(&self, state: usize, label: usize) -> StateSet {
        let all = StateSet::first(self.life.states.len());
        let to = self.effect(state, label).map(|effect| effect.to);
        drifted(
            self.life,
            match to {
                Some(Some(to)) => to,
                Some(None) => [state].into_iter().collect(),
                None => all,
            },
        )
    }

    /// Where an item that may be in these states may be after the outcome.
    pub(super) fn leads(&self, from: StateSet, label: usize) -> StateSet {
        let next = from.iter().map(|state| self.next(state, label));
        next.fold(StateSet::default(), StateSet::union)
    }

    /// Whether the command is to be carried out for an item that may be in these states, as far as
    /// the life tells. Where it is expected to fail, and be it at level MAY, there is nothing to be
    /// done.
    pub(super) fn may_be_done(&self, states: StateSet) -> bool {
        let labels = &self.life.results.labels;
        let done = |outcome: &Outcome| outcome.labels.iter().any(|label| labels[*label].done);
        states
            .iter()
            .any(|state| self.outcome(state).is_none_or(done))
    }

    /// Whether there is a label that is against a promise in each of these states, so that the
    /// result of an item that is in one of them can break one.
    pub(super) fn can_be_denied(&self, states: StateSet) -> bool {
        let denies = |state, label: &usize| {
            let outcome = self.outcome(state);
            let counts = outcome.filter(|outcome| outcome.promise.level > Level::May);
            counts.is_some_and(|outcome| !outcome.labels.contains(label))
        };
        let mut labels = 0..self.life.results.labels.len();
        labels.any(|label| states.iter().all(|state| denies(state, &label)))
    }
}

/// The states with all that they may turn into by themselves.
pub(super) fn drifted(life: &Life, states: StateSet) -> StateSet {
    let drifts = states.iter().map(|state| life.states[state].drifts);
    drifts.fold(states, StateSet::union)
}
