//! Playing one case against a target: states, requests, what comes back, and the record of it.

pub(crate) mod body;
mod history;
mod judging;
pub(crate) mod places;
mod scene;
mod stage;
mod steps;
mod workflow;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use stage::{Halt, Stage};

use crate::case::{Due, Play};
use crate::client::Client;
use crate::curl::Variable;
use crate::mask::Mask;
use crate::play::places::Places;
use crate::run::{CaseRecord, Verdict};
use crate::snapshot::{self, Known};
use crate::target::Provisions;
use crate::{Options, Planned, RunError, Target, judge, record, reproduction};

/// What all cases of a run share.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) target: Target,
    /// What is masked.
    pub(crate) mask: Mask,
    /// What stands for a secret in a shell.
    pub(crate) secrets: Arc<[Variable<'static>]>,
    pub(crate) options: Options,
    /// What the target provides for each case.
    pub(crate) provisions: Arc<Provisions>,
    /// As many as cases are played at once; the others wait, and one that rests leaves its own.
    pub(crate) places: Arc<Places>,
}

impl Context {
    /// The same with a client of its own, for the cases that are played on another thread.
    ///
    /// # Errors
    /// [`RunError::Client`] as [`Client::new`].
    pub(crate) fn beside(&self) -> Result<Self, RunError> {
        Ok(Self {
            client: Client::new(&self.target)?,
            target: self.target.clone(),
            mask: self.mask.clone(),
            secrets: Arc::clone(&self.secrets),
            options: self.options.clone(),
            provisions: Arc::clone(&self.provisions),
            places: Arc::clone(&self.places),
        })
    }

    /// At least twice a request's time, so that a request that hangs is told from a slow case.
    pub(crate) fn case_limit(&self) -> Duration {
        self.options.case_limit.max(self.target.timeout * 2)
    }
}

/// What a case leaves.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Its record, masked.
    pub(crate) record: CaseRecord,
    /// How it ended, whatever the baseline makes of that.
    pub(crate) judged: Verdict,
    /// The redacted response of its last step, if it got there and such responses are kept.
    pub(crate) snapshot: Option<String>,
    /// What kept its first request from being answered, when nothing was connected at all.
    pub(crate) unreachable: Option<String>,
}

/// Plays a case to its end, tidying up included. `cancelled` gives up the play, not the tidying;
/// none is returned then, because half a case says nothing. `again` plays it in another tenant
/// than the first time, where tenants are made.
pub(crate) async fn case(
    context: &Context,
    planned: &Planned,
    again: bool,
    cancelled: impl Future<Output = ()>,
) -> Option<Outcome> {
    let mut cancelled = pin!(cancelled);
    let contract = planned.validator.contract().name();
    let _turn = tokio::select! {
        turn = context.provisions.turn(&contract) => turn,
        () = &mut cancelled => return None,
    };
    // Asked for last: whoever has one waits for nothing that another case holds.
    let place = tokio::select! {
        place = context.places.first() => place,
        () = &mut cancelled => return None,
    };
    let started = Instant::now();
    let mut stage = Stage::new(context, planned, again, started);
    stage.place = place;
    let halted = tokio::select! {
        played = play(&mut stage) => Some(played.err()),
        () = &mut cancelled => None,
    };
    if stage.place.is_none() {
        // It was cancelled while it rested: it tidies up when others have.
        stage.place = context.places.again().await;
    }
    let tidied = stage.tidy(halted.is_none()).await;
    let took = started.elapsed().saturating_sub(stage.waited);
    halted.map(|halted| outcome(stage, halted, tidied, took))
}

async fn play(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let name = stage.planned.case.name();
    if let Some(reason) = stage.context.provisions.skipped(&name) {
        return Err(Halt::Skipped(reason.to_owned()));
    }
    match &stage.planned.case.play {
        Play::Steps(steps) => steps::play(stage, steps).await,
        Play::Workflow(workflow) => workflow::play(stage, workflow).await,
        Play::History(history) => history::play(stage, history).await,
    }
}

/// The redacted response of the case's last step, if it got there and such responses are kept.
fn last_response(stage: &Stage<'_>) -> Option<String> {
    if !snapshot::is_kept(stage.planned.case.kind) {
        return None;
    }
    let steps = stage.planned.case.steps();
    let (operation, response) = stage.latest.as_ref()?;
    if steps.last()?.operation != *operation || stage.steps.len() < steps.len() {
        return None;
    }
    let known = Known {
        tenant: &stage.tenant,
        states: &stage.states.returned,
    };
    let contract = stage.validator().contract();
    Some(snapshot::render(
        contract,
        *operation,
        response,
        known,
        &stage.context.mask,
    ))
}

/// The status that the case's last step is about; of a request that is to be accepted, the first
/// documented 2xx.
fn due(stage: &Stage<'_>) -> Option<u16> {
    let step = stage.planned.case.steps().last()?;
    if matches!(step.expected.due, Due::Accepted { .. }) {
        let responses = &stage.operation(step.operation).responses;
        let mut statuses = responses.iter().map(|response| response.status);
        return statuses.find(|status| (200..300).contains(status));
    }
    step.expected.due.status()
}

fn outcome(
    mut stage: Stage<'_>,
    halted: Option<Halt>,
    tidied: Result<(), String>,
    duration: Duration,
) -> Outcome {
    let snapshot = last_response(&stage);
    let due = due(&stage);
    let case = &stage.planned.case;
    let strict = stage.context.options.strict;
    let judged = judge::verdict(case, &mut stage.findings, &stage.exercised, strict);
    let (mut verdict, mut reason) = match halted {
        // A finding that fails the case outweighs what came in its way afterwards.
        Some(Halt::Error(problem)) if judged.0 != Verdict::Fail => (Verdict::Error, Some(problem)),
        Some(Halt::Skipped(problem)) if judged.0 != Verdict::Fail => {
            (Verdict::Skipped, Some(problem))
        }
        _ => judged,
    };
    if let Err(problem) = tidied
        && verdict != Verdict::Fail
    {
        reason = Some(match reason {
            Some(reason) if verdict == Verdict::Error => format!("{reason}; {problem}"),
            _ => problem,
        });
        verdict = Verdict::Error;
    }
    let mut record = CaseRecord {
        id: case.id.clone(),
        api: case.api.clone(),
        revision: case.revision.clone(),
        operation: case.operation.clone(),
        kind: case.kind,
        title: case.title.clone(),
        counted: case.counted,
        level: case.level,
        due,
        covers: case.covers.clone(),
        exercised: stage.exercised.into_iter().collect(),
        verdict,
        reason,
        known: None,
        retried: None,
        findings: stage.findings,
        states: record::states(&stage.tape, &stage.context.mask),
        steps: stage.steps,
        reproduction: None,
        note: stage.note,
        duration_us: record::micros(duration),
    };
    let context = stage.context;
    if let Some(baseline) = &context.options.baseline {
        baseline.apply(&context.target.name, strict, &mut record);
    }
    record::mask_case(&mut record, &context.mask);
    let sender = (&context.client, &*context.secrets, &context.mask);
    record::curl_lines(&mut record, &stage.tape, sender);
    let setting = (&context.target, &context.options, &context.mask);
    record.reproduction = reproduction::script(&record, &stage.tape, setting);
    Outcome {
        record,
        judged: verdict,
        snapshot,
        unreachable: stage.unreachable,
    }
}

#[cfg(test)]
mod tests;
