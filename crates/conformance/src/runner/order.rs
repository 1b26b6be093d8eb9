//! The order in which the cases of a run are started.

use std::cmp::Reverse;

use contract::arazzo::Then;
use sha2::{Digest, Sha256};

use crate::Plan;
use crate::case::{Case, Play};

/// A case of so many requests is a long one.
const LONG: usize = 16;

/// What a history is taken for; how many requests it makes is drawn when it is played.
const HISTORY: usize = 40;

/// The order in which the cases are started: those that wait for something to end first, then the
/// long ones, because a run would end with one of them alone otherwise, and the rest as in the plan; or
/// an order that is drawn from the seed.
///
/// It is drawn by sorting the cases by a hash of seed and name, so that a selection of them keeps
/// its order, and what depends on an order can be hunted down with fewer cases.
pub(super) fn order(plan: &Plan, shuffle: Option<u64>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.cases.len()).collect();
    match shuffle {
        None => order.sort_by_key(|index| {
            let case = &plan.cases[*index].case;
            let requests = requests(case);
            Reverse(match requests {
                _ if waits(case) => usize::MAX,
                LONG.. => requests,
                _ => 0,
            })
        }),
        Some(seed) => order.sort_by_cached_key(|index| {
            let mut hash = Sha256::new();
            hash.update(b"order");
            hash.update(seed.to_be_bytes());
            hash.update(plan.cases[*index].case.name());
            hash.finalize()
        }),
    }
    order
}

/// About how many requests a case makes one after the other, set-ups and teardowns included.
fn requests(case: &Case) -> usize {
    match &case.play {
        Play::Steps(steps) => steps
            .iter()
            .map(|step| 1 + 2 * step.provider_states.len())
            .sum(),
        Play::Workflow(workflow) => 2 * workflow.states().count() + workflow.operations().count(),
        Play::History(_) => HISTORY,
    }
}

/// Whether a case asks again and again until something has ended.
fn waits(case: &Case) -> bool {
    match &case.play {
        Play::Steps(steps) => steps.iter().any(|step| step.until.is_some()),
        Play::Workflow(play) => {
            let actions = play.workflow.steps.iter().flat_map(|step| &step.on_failure);
            let mut retries = actions.filter(|action| matches!(action.then, Then::Retry { .. }));
            retries.next().is_some()
        }
        Play::History(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::Contract;
    use validator::Validator;

    use super::*;
    use crate::Selection;

    #[test]
    fn what_waits_comes_first_then_the_long_cases_and_the_others_as_in_the_plan() {
        let contract = Contract::embedded_one("roma", "2022-12").expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let plan = Plan::new(vec![Arc::new(validator)], &Selection::default()).expect("a plan");
        let order = order(&plan, None);
        let case = |index: &usize| &plan.cases[*index].case;
        let waiting = |index: &&usize| waits(case(index));
        let (waiting_ones, rest) = order.split_at(order.iter().take_while(waiting).count());
        assert!(!waiting_ones.is_empty(), "jobs are waited for");
        assert!(waiting_ones.is_sorted(), "{order:?}");
        let long = |index: &&usize| requests(case(index)) >= LONG;
        let (long_ones, rest) = rest.split_at(rest.iter().take_while(long).count());
        assert!(
            !long_ones.is_empty(),
            "a hundred tasks are set up one by one"
        );
        assert!(rest.is_sorted(), "{order:?}");
        assert!(!rest.is_empty(), "most cases neither are long nor wait");
        assert!(!rest.iter().any(|index| waits(case(index))), "{order:?}");
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..plan.cases.len()).collect::<Vec<_>>());
    }
}
