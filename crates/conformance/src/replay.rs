//! Playing one case against a target: states, requests, what comes back, and the record of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use contract::Operation;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use validator::{Exchange, Request, Response};

use crate::case::{BodyTemplate, Case, Step};
use crate::client::{Client, FailureKind, TransportFailure};
use crate::expression::{self, States};
use crate::judge::{self, Judgement};
use crate::mask::Mask;
use crate::request::Authentication;
use crate::run::{CaseFinding, CaseRecord, StepRecord, Verdict};
use crate::snapshot::{self, Known};
use crate::states::StateSetup;
use crate::tenant::Tenant;
use crate::{Options, Planned, Target, patch, record, request};

/// The first pause between two repetitions of a request; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What all cases of a run share.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) target: Target,
    pub(crate) mask: Mask,
    pub(crate) options: Options,
}

impl Context {
    /// At least twice a request's time, so that a request that hangs is told from a slow case.
    fn case_limit(&self) -> Duration {
        self.options.case_limit.max(self.target.timeout * 2)
    }
}

/// What a case leaves.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Its record, masked.
    pub(crate) record: CaseRecord,
    /// The redacted response of its last step, if it got there.
    pub(crate) snapshot: Option<String>,
    /// What kept its first request from being answered, when nothing was connected at all.
    pub(crate) unreachable: Option<String>,
}

/// Plays a case to its end, tidying up included. `cancelled` gives up the steps, not the tidying;
/// none is returned then, because half a case says nothing.
pub(crate) async fn case(
    context: &Context,
    planned: &Planned,
    cancelled: impl Future<Output = ()>,
) -> Option<Outcome> {
    let started = Instant::now();
    let mut playing = Playing::new(context, planned, started);
    let interrupted = tokio::select! {
        () = playing.steps() => false,
        () = cancelled => true,
    };
    // An interrupted user does not wait for a target that hangs.
    let patience = if interrupted {
        Duration::from_secs(2)
    } else {
        context.target.timeout
    };
    let tidied = playing.states.tear_down(Instant::now() + patience).await;
    (!interrupted).then(|| playing.outcome(tidied, started.elapsed()))
}

/// Why the steps of a case ended early, when no finding tells.
#[derive(Debug)]
enum Halt {
    /// It does not apply to this target.
    Skipped(String),
    /// The harness or the set-up could not do it.
    Error(String),
    /// The findings tell.
    Found,
}

/// A case while it is played.
struct Playing<'c> {
    context: &'c Context,
    planned: &'c Planned,
    deadline: Instant,
    tenant: Tenant,
    states: StateSetup<'c>,
    steps: Vec<StepRecord>,
    findings: Vec<CaseFinding>,
    exercised: BTreeSet<String>,
    halted: Option<Halt>,
    /// The latest response, with the step that it belongs to.
    latest: Option<(&'c Step, Response)>,
    unreachable: Option<String>,
}

impl<'c> Playing<'c> {
    fn new(context: &'c Context, planned: &'c Planned, started: Instant) -> Self {
        Self {
            context,
            planned,
            deadline: started + context.case_limit(),
            tenant: Tenant::default(),
            states: StateSetup::new(&context.client, context.target.state_url.as_ref()),
            steps: Vec::new(),
            findings: Vec::new(),
            exercised: BTreeSet::new(),
            halted: None,
            latest: None,
            unreachable: None,
        }
    }

    fn operation(&self, step: &Step) -> &'c Operation {
        &self.planned.validator.contract().operations[step.operation]
    }

    async fn steps(&mut self) {
        if let Err(halt) = self.play().await {
            self.halted = Some(halt);
        }
    }

    async fn play(&mut self) -> Result<(), Halt> {
        let case = &self.planned.case;
        let mut authentications = Vec::new();
        for step in &case.steps {
            authentications.push(self.inapplicable(step)?);
        }
        let mut before: Option<Exchange> = None;
        for (step, authentication) in case.steps.iter().zip(&authentications) {
            let operation = self.operation(step);
            let name = format!("{}/{}/{}", case.api, case.revision, case.id);
            self.tenant.extend(
                operation,
                &self.context.target,
                self.context.options.seed,
                &name,
            );
            for state in &step.provider_states {
                self.states
                    .set_up(state, operation, &self.tenant, self.deadline)
                    .await
                    .map_err(Halt::Error)?;
            }
            let request = self
                .request(step, authentication, before.as_ref())
                .map_err(|problem| Halt::Error(format!("failed to make the request: {problem}")))?;
            before = Some(self.until(step, request).await?);
        }
        Ok(())
    }

    /// What a step needs and the target does not have; the way to authenticate otherwise.
    fn inapplicable(&self, step: &Step) -> Result<Authentication<'c>, Halt> {
        let operation = self.operation(step);
        if let Some(state) = step.provider_states.first()
            && self.context.target.state_url.is_none()
        {
            return Err(Halt::Skipped(format!(
                "it begins with the state {:?}, and the target has no URL to set that up \
                 (--state-url)",
                state.state
            )));
        }
        if !step.authenticate {
            return Ok(Authentication::new());
        }
        let contract = self.planned.validator.contract();
        request::authentication(contract, operation, &self.context.target.credentials)
            .map_err(|problem| Halt::Skipped(format!("{}: {problem}", operation.id)))
    }

    fn request(
        &self,
        step: &Step,
        authentication: &Authentication<'_>,
        before: Option<&Exchange>,
    ) -> Result<Request, String> {
        let states = &self.states.returned;
        let mut parameters = BTreeMap::new();
        for (name, text) in &step.parameters {
            parameters.insert(name.clone(), expression::fill_text(text, states)?);
        }
        if let (Some(link), Some(before)) = (&step.link, before) {
            let reading = self.planned.validator.request(&before.request);
            for (name, text) in &link.parameters {
                let value = expression::evaluate(text, before, &reading.path_parameters)?;
                // OpenAPI allows `path.id` where two parameters share a name.
                let name = ["path.", "query.", "header."]
                    .iter()
                    .find_map(|part| name.strip_prefix(part))
                    .unwrap_or(name);
                parameters.insert(name.to_owned(), value);
            }
        }
        let body = body(&step.body, states)?;
        request::build(
            self.operation(step),
            &self.tenant,
            &parameters,
            authentication,
            body,
        )
    }

    /// Sends the request, again and again where the step says so, and judges what comes.
    async fn until(&mut self, step: &'c Step, request: Request) -> Result<Exchange, Halt> {
        let validator = &self.planned.validator;
        let mut pause = FIRST_PAUSE;
        loop {
            let exchange = self.send(step, request.clone()).await?;
            self.latest = Some((step, exchange.response.clone()));
            let counted = self.planned.case.counted;
            let judgement = judge::exchange(validator, step, counted, &exchange);
            if !self.take(judgement)? {
                return Err(Halt::Found);
            }
            if self.reached(step, &exchange.response)? {
                let states = &self.states.returned;
                let judgement = judge::assertions(validator, step, &exchange.response, states);
                self.take(judgement)?;
                return Ok(exchange);
            }
            let next = Instant::now() + pause;
            // The last repetition has to have time enough, or a slow answer would look like none.
            if next + self.context.target.timeout >= self.deadline {
                self.found(judge::never_came(step, &exchange.response));
                return Err(Halt::Found);
            }
            sleep_until(next).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Keeps what a judgement says, and tells whether the status was the one that is due.
    fn take(&mut self, judgement: Result<Judgement, String>) -> Result<bool, Halt> {
        let judgement = judgement.map_err(Halt::Error)?;
        self.exercised.extend(judgement.exercised);
        for finding in judgement.findings {
            self.found(finding);
        }
        Ok(judgement.due_status)
    }

    /// Whether the response ends the repetition of its request.
    fn reached(&self, step: &Step, response: &Response) -> Result<bool, Halt> {
        let Some(condition) = &step.until else {
            return Ok(true);
        };
        let body = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
        let matches = self.planned.validator.matches(condition, &body);
        matches.map_err(|error| Halt::Error(error.to_string()))
    }

    /// Sends one request and writes it down, whatever becomes of it.
    async fn send(&mut self, step: &Step, request: Request) -> Result<Exchange, Halt> {
        let context = self.context;
        let operation = self.operation(step);
        let shared = (&context.target, &context.client, &context.mask);
        let started = Instant::now();
        let sent = context.client.send(request.clone(), self.deadline).await;
        let outcome = sent.as_ref().map(|exchange| &exchange.response);
        let record = record::step(&operation.id, &request, outcome, started.elapsed(), shared);
        self.steps.push(record);
        sent.map_err(|failure| self.failed(operation, &failure))
    }

    fn failed(&mut self, operation: &Operation, failure: &TransportFailure) -> Halt {
        match failure.kind {
            FailureKind::Unsendable => return Halt::Error(failure.text.clone()),
            FailureKind::OutOfTime => {
                let problem = "the time limit of the whole case was over";
                return Halt::Error(format!("{problem}: {}", failure.text));
            }
            _ => {}
        }
        if failure.kind == FailureKind::Connect && self.steps.len() == 1 {
            self.unreachable = Some(self.context.mask.text(&failure.text).into_owned());
        }
        self.found(judge::no_response(
            &self.planned.validator,
            operation,
            failure,
        ));
        Halt::Found
    }

    /// Adds a finding of the latest exchange; a repeated request brings the same ones again.
    fn found(&mut self, finding: validator::Finding) {
        if !self.findings.iter().any(|found| found.finding == finding) {
            let step = self.steps.len().saturating_sub(1);
            self.findings.push(CaseFinding { step, finding });
        }
    }

    /// The redacted response of the case's last step, if it got there.
    fn snapshot(&self) -> Option<String> {
        let last = self.planned.case.steps.last()?;
        let (step, response) = self.latest.as_ref()?;
        std::ptr::eq(*step, last).then(|| {
            snapshot::render(
                self.planned.validator.contract(),
                step.operation,
                response,
                Known {
                    tenant: &self.tenant,
                    states: &self.states.returned,
                },
                &self.context.mask,
            )
        })
    }

    fn outcome(mut self, tidied: Result<(), String>, duration: Duration) -> Outcome {
        let snapshot = self.snapshot();
        let case = &self.planned.case;
        let own = case
            .steps
            .last()
            .map_or("", |step| step.expected.requirement.as_str());
        let strict = self.context.options.strict;
        let judged = judge::verdict(case, own, &mut self.findings, &self.exercised, strict);
        let (mut verdict, mut reason) = match self.halted {
            // A finding that fails the case outweighs what came in its way afterwards.
            Some(Halt::Error(problem)) if judged.0 != Verdict::Fail => {
                (Verdict::Error, Some(problem))
            }
            Some(Halt::Skipped(problem)) => (Verdict::Skipped, Some(problem)),
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
        let Case {
            id,
            api,
            revision,
            operation,
            kind,
            title,
            counted,
            covers,
            steps,
        } = case.clone();
        let due = steps.last().map(|step| step.expected.status);
        let mut record = CaseRecord {
            id,
            api,
            revision,
            operation,
            kind,
            title,
            counted,
            due,
            covers,
            exercised: self.exercised.into_iter().collect(),
            verdict,
            reason,
            findings: self.findings,
            steps: self.steps,
            duration_us: record::micros(duration),
        };
        record::mask_case(&mut record, &self.context.mask);
        Outcome {
            record,
            snapshot,
            unreachable: self.unreachable,
        }
    }
}

/// Fills a body in.
fn body(template: &BodyTemplate, states: &States) -> Result<Option<Bytes>, String> {
    Ok(match template {
        BodyTemplate::Absent => None,
        BodyTemplate::Bytes(bytes) => Some(Bytes::from(bytes.clone())),
        BodyTemplate::Json { value, corrections } => {
            let mut body = value.clone();
            for correction in corrections {
                let mut value = correction.value.clone();
                expression::fill_states(&mut value, states)?;
                patch::apply(&mut body, correction, value)?;
            }
            expression::fill_states(&mut body, states)?;
            Some(Bytes::from(body.to_string()))
        }
    })
}
