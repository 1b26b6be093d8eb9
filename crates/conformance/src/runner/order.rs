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

/// The order in which the cases are started: those that wait for something to end, because a run
/// would end with one of them alone otherwise, in turns with the others, or nothing would be done
/// while they wait. Of the others, the long ones come first for the same reason, and the rest as in
/// the plan. Or an order that is drawn from the seed.
///
/// It is drawn by sorting the cases by a hash of seed and name, so that a selection of them keeps
/// its order, and what depends on an order can be hunted down with fewer cases.
pub(super) fn order(plan: &Plan, shuffle: Option<u64>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.cases.len()).collect();
    let Some(seed) = shuffle else {
        let case = |index: &usize| &plan.cases[*index].case;
        let (waiting, mut others): (Vec<_>, Vec<_>) =
            order.iter().partition(|index| waits(case(index)));
        others.sort_by_key(|index| {
            Reverse(match requests(case(index)) {
                requests @ LONG.. => requests,
                _ => 0,
            })
        });
        return in_turns(waiting, others);
    };
    order.sort_by_cached_key(|index| {
        let mut hash = Sha256::new();
        hash.update(b"order");
        hash.update(seed.to_be_bytes());
        hash.update(plan.cases[*index].case.name());
        hash.finalize()
    });
    order
}

/// One of these, one of those, until either has no more; then the rest of the other.
fn in_turns(these: Vec<usize>, others: Vec<usize>) -> Vec<usize> {
    let all = these.len() + others.len();
    let (mut these, mut others) = (these.into_iter(), others.into_iter());
    let mut both = Vec::with_capacity(all);
    while both.len() < all {
        both.extend(these.next());
        both.extend(others.next());
    }
    both
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
    use rstest::rstest;
    use validator::Validator;

    use super::*;
    use crate::Selection;

    #[test]
    fn what_waits_takes_turns_with_the_long_cases_and_the_others_as_in_the_plan() {
        let contract = Contract::embedded_one("roma", "2022-12").expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let plan = Plan::new(vec![Arc::new(validator)], &Selection::default()).expect("a plan");
        let order = order(&plan, None);
        let case = |index: &usize| &plan.cases[*index].case;
        let (waiting, others): (Vec<usize>, Vec<usize>) =
            order.iter().partition(|index| waits(case(index)));
        assert!(!waiting.is_empty(), "jobs are waited for");
        assert!(waiting.is_sorted(), "{order:?}");
        let turns = order.iter().take(2 * waiting.len());
        let turns: Vec<bool> = turns.map(|index| waits(case(index))).collect();
        assert_eq!(turns, [true, false].repeat(waiting.len()), "{order:?}");
        let long = |index: &&usize| requests(case(index)) >= LONG;
        let (long_ones, rest) = others.split_at(others.iter().take_while(long).count());
        assert!(
            !long_ones.is_empty(),
            "a hundred tasks are set up one by one"
        );
        assert!(rest.is_sorted(), "{order:?}");
        assert!(!rest.is_empty(), "most cases neither are long nor wait");
        assert!(!rest.iter().any(|index| long(&index)), "{order:?}");
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..plan.cases.len()).collect::<Vec<_>>());
    }

    #[rstest]
    #[case(vec![1, 3], vec![2, 4, 5, 6])]
    #[case(vec![1, 3, 5, 6], vec![2, 4])]
    #[case(vec![], vec![1, 2, 3, 4, 5, 6])]
    fn the_rest_of_the_longer_one_comes_last(
        #[case] these: Vec<usize>,
        #[case] others: Vec<usize>,
    ) {
        assert_eq!(in_turns(these, others), [1, 2, 3, 4, 5, 6]);
    }
}
