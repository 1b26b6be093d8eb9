//! A run while it goes on: starts what the schedule says, writes down what ended, and gives
//! failing cases their second run.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use validator::{Check, Severity};

use super::Event;
use super::lanes::Lanes;
use super::probe::unreachable;
use super::schedule::{Schedule, Start};
use crate::case::needs;
use crate::play::{self, Outcome};
use crate::run::{CaseRecord, Counts, RunWriter, Verdict};
use crate::{Plan, RunError};

/// How long the lines of cases that have ended wait for others, so that they are written together: to
/// write one takes as long as to send a request.
const BEHIND: Duration = Duration::from_millis(100);

/// A run that goes on.
pub(super) struct Session<'r, E> {
    plan: &'r Plan,
    lanes: Lanes,
    schedule: Schedule,
    running: JoinSet<Ended>,
    stop: watch::Sender<bool>,
    out: &'r mut RunWriter,
    events: E,
    /// What the first run of a failing case left, while it waits for its second.
    held: BTreeMap<usize, Outcome>,
    /// Those of them that others may have been in the way of.
    apart: BTreeSet<usize>,
    /// How long second runs have taken together.
    second_runs: Duration,
    /// What has ended, for the caller.
    pub(super) done: Done,
}

/// What has ended.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The cases that are written, in that order.
    pub(super) cases: Vec<CaseRecord>,
    /// Them by verdict.
    pub(super) counts: Counts,
    /// The id of the first case that failed for good.
    pub(super) failed: Option<String>,
    /// Whether a case or a second run was given up, or not begun, because of a cancellation.
    pub(super) given_up: bool,
    /// Whether the target has answered any case, written or not.
    any: bool,
}

/// A case that is no longer running; of one that was given up, no outcome.
struct Ended {
    start: Start,
    /// Where it was played.
    lane: usize,
    outcome: Option<Outcome>,
    took: Duration,
}

impl<'r, E: Fn(Event<'_>)> Session<'r, E> {
    pub(super) fn new(
        plan: &'r Plan,
        lanes: Lanes,
        schedule: Schedule,
        out: &'r mut RunWriter,
        events: E,
    ) -> Self {
        Self {
            plan,
            lanes,
            schedule,
            running: JoinSet::new(),
            stop: watch::Sender::new(false),
            out,
            events,
            held: BTreeMap::new(),
            apart: BTreeSet::new(),
            second_runs: Duration::ZERO,
            done: Done::default(),
        }
    }

    /// Runs until nothing is left, or until `cancel` is done and what was running has tidied up.
    /// Whatever goes wrong, no case is left running.
    pub(super) async fn go(&mut self, cancel: impl Future<Output = ()>) -> Result<(), RunError> {
        let went = self.go_on(cancel).await;
        let written = self.out.flush();
        if went.is_err() {
            self.stop.send_replace(true);
            while self.running.join_next().await.is_some() {}
        }
        // What went wrong first is what is told.
        went?;
        Ok(written?)
    }

    async fn go_on(&mut self, cancel: impl Future<Output = ()>) -> Result<(), RunError> {
        let mut cancel = pin!(cancel);
        let mut write = interval(BEHIND);
        write.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while let Some(start) = self.schedule.next(self.running.len()) {
                self.start(start);
            }
            if self.running.is_empty() {
                break;
            }
            tokio::select! {
                Some(ended) = self.running.join_next() => self.ended(finished(ended))?,
                _ = write.tick(), if self.out.is_behind() => self.out.flush()?,
                () = &mut cancel, if !self.schedule.is_cancelled() => {
                    self.schedule.cancel();
                    self.stop.send_replace(true);
                }
            }
        }
        // Only a cancellation leaves failing cases without their second run.
        let all = self.done.cases.len() + self.held.len() == self.plan.cases.len();
        self.done.given_up |= self.schedule.is_cancelled() && (!all || !self.held.is_empty());
        for outcome in std::mem::take(&mut self.held).into_values() {
            self.write(outcome)?;
        }
        Ok(())
    }

    fn start(&mut self, start: Start) {
        let planned = Arc::clone(&self.plan.cases[start.index]);
        let id = &planned.case.id;
        (self.events)(if start.again {
            Event::CaseRetried { id }
        } else {
            Event::CaseStarted { id }
        });
        let mut stopped = self.stop.subscribe();
        let (lane, runtime, context) = self.lanes.enter();
        let playing = async move {
            let cancelled = async move {
                // A closed channel means that the run itself is gone.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            let began = Instant::now();
            let outcome = play::case(&context, &planned, start.again, cancelled).await;
            Ended {
                start,
                lane,
                outcome,
                took: began.elapsed(),
            }
        };
        self.running.spawn_on(playing, runtime);
    }

    fn ended(&mut self, ended: Ended) -> Result<(), RunError> {
        let Ended {
            start: Start { index, again },
            lane,
            outcome,
            took,
        } = ended;
        self.lanes.leave(lane);
        let Some(mut outcome) = outcome else {
            self.done.given_up = true;
            return Ok(());
        };
        if let Some(reason) = outcome.unreachable.take().filter(|_| !self.done.any) {
            return Err(unreachable(&self.lanes.context().target, reason));
        }
        // A case that sent nothing (skipped, or a set-up that failed) has not reached the target.
        let mut steps = outcome.record.steps.iter();
        self.done.any |= steps.any(|step| step.response.is_some());
        if again && self.apart.remove(&index) {
            return self.seen_apart(index, outcome, took);
        }
        if again {
            return self.seen_twice(index, outcome.judged, took);
        }
        if self.others_were_in_the_way(index, &outcome) {
            self.apart.insert(index);
            self.held.insert(index, outcome);
            self.schedule.apart(index);
            return Ok(());
        }
        if !is_failure(&outcome.record) {
            return self.write(outcome);
        }
        (self.events)(Event::CaseFailed {
            record: &outcome.record,
        });
        // Of one that passes against the baseline's word, no second run could say more.
        let passed = outcome.judged != Verdict::Fail;
        let name = self.plan.cases[index].case.name();
        if passed || !self.lanes.context().provisions.plays_again(&name) {
            self.schedule.failed();
            return self.write(outcome);
        }
        self.held.insert(index, outcome);
        match self.schedule.hold(index) {
            Some(without) => self.release(without),
            None => Ok(()),
        }
    }

    /// Whether what came may be due to other cases that ran at the same time: the case needs a
    /// state that a correct server may tie to other tenants, and was refused.
    fn others_were_in_the_way(&self, index: usize, outcome: &Outcome) -> bool {
        let planned = &self.plan.cases[index];
        let contract = planned.validator.contract();
        let options = &self.lanes.context().options;
        let shares = || {
            let mut states = needs::state_names(&planned.case, contract);
            states.any(|state| contract.shared_states.iter().any(|shared| shared == state))
        };
        if !options.retry || options.jobs <= 1 || outcome.judged == Verdict::Pass || !shares() {
            return false;
        }
        match outcome.judged {
            // What it began with did not last: others' set-ups may have ended it.
            Verdict::Skipped => true,
            Verdict::Fail | Verdict::Warning => {
                let record = &outcome.record;
                let status = |step: usize| {
                    let response = record.steps.get(step)?.response.as_ref();
                    response.map(|response| response.status)
                };
                let counted = record
                    .findings
                    .iter()
                    .filter(|found| found.finding.severity() > Severity::Observation);
                counted
                    .into_iter()
                    .all(|found| match status(found.step).unwrap_or(0) {
                        400..500 => true,
                        200..300 => found.finding.check == Check::StatusCodeConformance,
                        _ => false,
                    })
            }
            Verdict::Pass | Verdict::Error => false,
        }
    }

    /// Writes down what a case amounts to that was run once more because others may have been in
    /// its way: that run alone counts.
    fn seen_apart(
        &mut self,
        index: usize,
        mut outcome: Outcome,
        took: Duration,
    ) -> Result<(), RunError> {
        self.held.remove(&index);
        let note = "judged by a run of its own: what it begins with may reach beyond its tenant";
        outcome.record.note = Some(match outcome.record.note.take() {
            Some(more) => format!("{note}; {more}"),
            None => note.to_owned(),
        });
        if is_failure(&outcome.record) {
            self.schedule.failed();
        }
        self.write(outcome)?;
        self.took_again(took)
    }

    /// What a case that failed amounts to, now that it was run a second time.
    fn seen_twice(
        &mut self,
        index: usize,
        second: Verdict,
        took: Duration,
    ) -> Result<(), RunError> {
        let strict = self.lanes.context().options.strict;
        if let Some(first) = self.held.get_mut(&index) {
            first.record.retried = Some(second);
            if first.record.is_flaky() && !strict {
                first.record.verdict = Verdict::Warning;
            }
            if is_failure(&first.record) {
                self.schedule.failed();
            }
        }
        self.release(index)?;
        self.took_again(took)
    }

    /// Counts the time of second runs, and has no more of them when they take too long together.
    fn took_again(&mut self, took: Duration) -> Result<(), RunError> {
        self.second_runs += took;
        if self.second_runs > self.lanes.context().case_limit() {
            self.schedule.no_second_runs();
            for outcome in std::mem::take(&mut self.held).into_values() {
                self.write(outcome)?;
            }
        }
        Ok(())
    }

    /// Writes a case that was held back.
    fn release(&mut self, index: usize) -> Result<(), RunError> {
        match self.held.remove(&index) {
            Some(outcome) => self.write(outcome),
            None => Ok(()),
        }
    }

    fn write(&mut self, outcome: Outcome) -> Result<(), RunError> {
        let Outcome {
            record, snapshot, ..
        } = outcome;
        if is_failure(&record) && self.done.failed.is_none() {
            self.done.failed = Some(record.id.clone());
        }
        self.done.counts.add(&record);
        self.out.case(&record)?;
        (self.events)(Event::CaseEnded {
            record: &record,
            snapshot: snapshot.as_deref(),
        });
        self.done.cases.push(record);
        Ok(())
    }
}

/// Whether the case makes the target not conformant.
fn is_failure(record: &CaseRecord) -> bool {
    record.verdict == Verdict::Fail && record.known.is_none()
}

/// A panic in a case is a fault of this program: the run ends by it, and its file has no footer.
fn finished(ended: Result<Ended, JoinError>) -> Ended {
    match ended {
        Ok(ended) => ended,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
mod tests;
