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

/// The order in which the cases are started: those that wait for something to end first, because a
/// run would end with one of them alone otherwise, in turns with short ones, because nothing would
/// be done while they wait; then the long ones, and the rest as in the plan. Or an order that is
/// drawn from the seed.
///
/// It is drawn by sorting the cases by a hash of seed and name, so that a selection of them keeps
/// its order, and what depends on an order can be hunted down with fewer cases.
pub(super) fn order(plan: &Plan, shuffle: Option<u64>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.cases.len()).collect();
    let case = |index: &usize| &plan.cases[*index].case;
    if let Some(seed) = shuffle {
        order.sort_by_cached_key(|index| {
            let mut hash = Sha256::new();
            hash.update(b"order");
            hash.update(seed.to_be_bytes());
            hash.update(case(index).name());
            hash.finalize()
        });
        return order;
    }
    let (waiting, others): (Vec<_>, Vec<_>) =
        order.into_iter().partition(|index| waits(case(index)));
    let (mut long, short): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|index| requests(case(index)) >= LONG);
    // Not in turns with these: they are many requests at once by themselves, and two batches of a
    // history that are to meet do so where little else is done meanwhile.
    long.sort_by_key(|index| Reverse(requests(case(index))));
    let beside = short.len().min(waiting.len());
    let mut order = in_turns(waiting, &short[..beside]);
    order.extend(long);
    order.extend(&short[beside..]);
    order
}

/// One of these, one of those, as long as there are others.
fn in_turns(these: Vec<usize>, others: &[usize]) -> Vec<usize> {
    let mut others = others.iter();
    these
        .into_iter()
        .flat_map(|one| [Some(one), others.next().copied()])
        .flatten()
        .collect()
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

    fn plan() -> Plan {
        let contract = Contract::embedded_one("roma", "2022-12").expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        Plan::new(vec![Arc::new(validator)], &Selection::default()).expect("a plan")
    }

    #[test]
    fn what_waits_takes_turns_with_short_cases_then_come_the_long_ones_and_the_others_as_in_the_plan()
     {
        let plan = plan();
        let order = order(&plan, None);
        let case = |index: &usize| &plan.cases[*index].case;
        let is_waiting = |index: &usize| waits(case(index));
        let is_long = |index: &usize| !is_waiting(index) && requests(case(index)) >= LONG;
        let waiting = order.iter().filter(|index| is_waiting(index)).count();
        assert!(waiting > 0, "jobs are waited for");
        let (turns, rest) = order.split_at(2 * waiting);
        for turn in turns.chunks(2) {
            let [one, other] = turn else {
                panic!("{turn:?}")
            };
            assert!(
                is_waiting(one) && !is_waiting(other) && !is_long(other),
                "{turn:?}"
            );
        }
        let (long, short) = rest.split_at(rest.iter().take_while(|index| is_long(index)).count());
        assert!(!long.is_empty(), "a hundred tasks are set up one by one");
        let lengths: Vec<usize> = long.iter().map(|index| requests(case(index))).collect();
        assert!(lengths.is_sorted_by(|a, b| a >= b), "{lengths:?}");
        assert!(!short.is_empty(), "most cases neither are long nor wait");
        assert!(
            !short
                .iter()
                .any(|index| is_long(index) || is_waiting(index))
        );
        let others = turns.iter().chain(short).filter(|index| !is_waiting(index));
        assert!(others.is_sorted(), "{order:?}");
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..plan.cases.len()).collect::<Vec<_>>());
    }

    #[test]
    fn where_there_are_more_of_these_the_rest_of_them_comes_last() {
        assert_eq!(in_turns(vec![1, 3, 5, 6], &[2, 4]), [1, 2, 3, 4, 5, 6]);
        assert_eq!(in_turns(vec![], &[]), [0; 0]);
    }
}
