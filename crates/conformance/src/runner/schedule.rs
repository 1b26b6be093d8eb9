//! What is to be started next: the cases in their order, several at once, and after them each
//! failing one once more, alone. Nothing in here runs anything.

use std::collections::BTreeSet;

/// No more cases than these are run again: where more fail, it is not for chance.
const SECOND_RUNS: usize = 32;

/// What is to be started: a case of the plan, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    /// Index into `Plan::cases`.
    pub(super) index: usize,
    /// Whether it failed the first time, and is run again.
    pub(super) again: bool,
}

/// Which cases are still to be run.
///
/// Of more failing cases than can be run again, those that stand first in the plan are: so which
/// ones they are does not depend on the order in which they ended.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The cases that were not started yet, the next one last.
    left: Vec<usize>,
    at_once: usize,
    fail_fast: bool,
    /// Failing cases that wait for their second run.
    held: BTreeSet<usize>,
    /// Cases that the others may have been in the way of, and that wait for a run of their own.
    apart: BTreeSet<usize>,
    /// How many second runs there may still be.
    second_runs: usize,
    /// Whether a case failed for good.
    failed: bool,
    cancelled: bool,
}

impl Schedule {
    /// All cases in this order, no more than `at_once` started and not ended. `retry` runs failing
    /// ones again.
    pub(super) fn new(mut order: Vec<usize>, at_once: usize, fail_fast: bool, retry: bool) -> Self {
        order.reverse();
        Self {
            left: order,
            at_once: at_once.max(1),
            fail_fast,
            held: BTreeSet::new(),
            apart: BTreeSet::new(),
            second_runs: if retry { SECOND_RUNS } else { 0 },
            failed: false,
            cancelled: false,
        }
    }

    /// What can be started while so many cases are running; none when one of them has to end
    /// first, or nothing is left.
    pub(super) fn next(&mut self, running: usize) -> Option<Start> {
        if self.cancelled {
            return None;
        }
        // Whether a failure is one is known only when it was seen twice.
        let settled = !self.failed && self.held.is_empty() && self.apart.is_empty();
        let go_on = !self.fail_fast || settled;
        if go_on && running < self.at_once {
            let again = false;
            if let Some(index) = self.left.pop() {
                return Some(Start { index, again });
            }
        }
        if running > 0 {
            return None;
        }
        if let Some(index) = self.apart.pop_first() {
            return Some(Start { index, again: true });
        }
        if self.second_runs == 0 {
            return None;
        }
        let index = self.held.pop_first()?;
        self.second_runs -= 1;
        Some(Start { index, again: true })
    }

    /// Takes a case that failed for a second run, and returns the one that will have none for it.
    pub(super) fn hold(&mut self, index: usize) -> Option<usize> {
        self.held.insert(index);
        if self.held.len() <= self.second_runs {
            return None;
        }
        self.failed = true;
        self.held.pop_last()
    }

    /// Takes a case that the others may have been in the way of: it is run again, alone, however
    /// many there are.
    pub(super) fn apart(&mut self, index: usize) {
        self.apart.insert(index);
    }

    /// A case failed, and that is final.
    pub(super) fn failed(&mut self) {
        self.failed = true;
    }

    /// No more second runs: those that wait for one have failed for good.
    pub(super) fn no_second_runs(&mut self) {
        self.second_runs = 0;
        self.failed |= !self.held.is_empty() || !self.apart.is_empty();
        self.held.clear();
        self.apart.clear();
    }

    /// Nothing more is started.
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// Whether it was cancelled.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn schedule(cases: usize, jobs: usize, fail_fast: bool, retry: bool) -> Schedule {
        Schedule::new((0..cases).collect(), jobs, fail_fast, retry)
    }

    fn first(index: usize) -> Start {
        let again = false;
        Start { index, again }
    }

    fn again(index: usize) -> Start {
        Start { index, again: true }
    }

    #[test]
    fn no_more_cases_run_at_once_than_are_allowed() {
        let mut schedule = schedule(3, 2, false, true);
        assert_eq!(schedule.next(0), Some(first(0)));
        assert_eq!(schedule.next(1), Some(first(1)));
        assert_eq!(schedule.next(2), None);
        assert_eq!(schedule.next(1), Some(first(2)));
        assert_eq!(schedule.next(0), None);
    }

    #[test]
    fn a_case_that_others_were_in_the_way_of_is_run_apart_however_many_there_are() {
        let mut schedule = schedule(60, 60, false, true);
        while schedule.next(0).is_some_and(|start| start.index < 59) {}
        (0..60).for_each(|index| schedule.apart(index));
        assert_eq!(schedule.next(1), None, "one is still running");
        for index in 0..60 {
            assert_eq!(schedule.next(0), Some(again(index)));
        }
        assert_eq!(schedule.next(0), None);
    }

    #[test]
    fn a_failing_case_is_run_again_alone_after_all_others() {
        let mut schedule = schedule(3, 2, false, true);
        schedule.next(0);
        schedule.next(1);
        assert_eq!(schedule.hold(1), None);
        assert_eq!(schedule.hold(0), None);
        assert_eq!(schedule.next(0), Some(first(2)));
        assert_eq!(schedule.next(1), None, "one is still running");
        assert_eq!(schedule.next(0), Some(again(0)));
        assert_eq!(schedule.next(1), None, "it is alone");
        assert_eq!(schedule.next(0), Some(again(1)));
        assert_eq!(schedule.next(0), None);
    }

    #[rstest]
    #[case(0..40)]
    #[case((0..40).rev())]
    fn of_too_many_failing_cases_the_first_of_the_plan_are_run_again(
        #[case] order: impl Iterator<Item = usize>,
    ) {
        let mut schedule = schedule(40, 40, false, true);
        while schedule.next(0).is_some_and(|start| start.index < 39) {}
        let mut without: Vec<usize> = order.filter_map(|index| schedule.hold(index)).collect();
        without.sort_unstable();
        assert_eq!(without, (32..40).collect::<Vec<_>>());
        for index in 0..32 {
            assert_eq!(schedule.next(0), Some(again(index)));
        }
        assert_eq!(schedule.next(0), None);
    }

    #[test]
    fn without_second_runs_nothing_is_held() {
        let mut schedule = schedule(2, 1, false, false);
        schedule.next(0);
        assert_eq!(schedule.hold(0), Some(0));
        assert_eq!(schedule.next(0), Some(first(1)));
        assert_eq!(schedule.next(0), None);
    }

    #[test]
    fn with_fail_fast_nothing_is_started_until_a_failure_was_seen_twice() {
        let mut schedule = schedule(4, 2, true, true);
        schedule.next(0);
        schedule.next(1);
        schedule.hold(0);
        assert_eq!(schedule.next(1), None, "the other one is finished first");
        assert_eq!(schedule.next(0), Some(again(0)));
        // It passed: the run goes on.
        assert_eq!(schedule.next(0), Some(first(2)));
        schedule.hold(2);
        assert_eq!(schedule.next(0), Some(again(2)));
        schedule.failed();
        assert_eq!(schedule.next(0), None);
    }

    #[test]
    fn with_fail_fast_and_no_second_runs_the_first_failure_is_the_end() {
        let mut schedule = schedule(4, 1, true, false);
        schedule.next(0);
        assert_eq!(schedule.hold(0), Some(0));
        assert_eq!(schedule.next(0), None);
    }

    #[test]
    fn second_runs_end_when_they_are_called_off() {
        let mut schedule = schedule(3, 3, true, true);
        while schedule.next(0).is_some() {}
        schedule.hold(0);
        schedule.hold(1);
        assert_eq!(schedule.next(0), Some(again(0)));
        schedule.no_second_runs();
        assert_eq!(schedule.next(0), None);
    }

    #[test]
    fn a_second_run_that_was_had_is_not_had_again() {
        let mut schedule = schedule(64, 64, false, true);
        while schedule.next(0).is_some_and(|start| start.index < 63) {}
        for index in 0..32 {
            assert_eq!(schedule.hold(index), None);
            assert_eq!(schedule.next(0), Some(again(index)));
        }
        assert_eq!(schedule.hold(32), Some(32));
        assert_eq!(schedule.next(0), None);
    }

    /// Those that wait for a second run have failed for good when there is none, and with
    /// `fail_fast` a failure is the end.
    #[rstest]
    #[case(|schedule: &mut Schedule| { schedule.hold(0); }, None)]
    #[case(|schedule: &mut Schedule| schedule.apart(0), None)]
    #[case(|_: &mut Schedule| (), Some(first(1)))]
    fn what_waits_has_failed_when_second_runs_are_called_off(
        #[case] before: impl Fn(&mut Schedule),
        #[case] next: Option<Start>,
    ) {
        let mut schedule = schedule(2, 1, true, true);
        schedule.next(0);
        before(&mut schedule);
        schedule.no_second_runs();
        assert_eq!(schedule.next(0), next);
    }

    #[test]
    fn a_cancelled_run_starts_nothing() {
        let mut schedule = schedule(3, 1, false, true);
        schedule.next(0);
        schedule.hold(0);
        assert!(!schedule.is_cancelled());
        schedule.cancel();
        assert!(schedule.is_cancelled());
        assert_eq!(schedule.next(0), None);
    }
}
