//! The stage that every play of a case acts on: tenant, states, the wire, and what was found.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use contract::{Operation, ProviderState, Refusal};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use validator::{Bodies, Exchange, Finding, Request, Response, Validator};

use super::Context;
use super::places::Place;
use crate::case::{Play, TenantValue};
use crate::client::{FailureKind, TransportFailure};
use crate::judge::{self, Judgement};
use crate::reproduction::{SetUp, Tape};
use crate::request::{self, Authentication};
use crate::run::{CaseFinding, StepRecord};
use crate::signing::Caller;
use crate::states::{self, SetUpProblem, StateSetup};
use crate::tenant::{self, Tenant};
use crate::{Planned, record, snapshot};

/// Why a play ended early.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It does not apply to this target, or could not get to what it is about.
    Skipped(String),
    /// The harness or the set-up could not do it.
    Error(String),
    /// The findings tell.
    Found,
}

/// So many states are set up within the time of any case.
const FEW: usize = 10;

/// How much longer a case may take for each further one.
const EACH: Duration = Duration::from_secs(1);

fn more_time(states: usize) -> Duration {
    let more = states.saturating_sub(FEW);
    EACH * u32::try_from(more).unwrap_or(u32::MAX)
}

/// A case while it is played.
pub(crate) struct Stage<'c> {
    pub(crate) context: &'c Context,
    pub(crate) planned: &'c Planned,
    /// Whether the case is played for the second time, because it failed the first time.
    pub(crate) again: bool,
    /// How often the stage was cleared to play the case from its beginning.
    pub(super) attempt: usize,
    /// When the time of the whole case is over.
    pub(crate) deadline: Instant,
    /// Its place among the cases that are played at once; none while it rests.
    pub(super) place: Option<Place<'c>>,
    /// How long it has waited for a place after it had rested.
    pub(super) waited: Duration,
    pub(crate) tenant: Tenant,
    /// Whether the names of headers go out in title case.
    pub(crate) titled: bool,
    /// How the request that is sent next is to be refused, if it is.
    pub(crate) refusal: Option<Refusal>,
    pub(crate) states: StateSetup<'c>,
    pub(crate) steps: Vec<StepRecord>,
    /// The same as it was sent, with the states in between.
    pub(crate) tape: Tape,
    pub(crate) findings: Vec<CaseFinding>,
    pub(crate) exercised: BTreeSet<String>,
    /// The latest response, with the operation that it belongs to, in a case of which it is shown.
    pub(crate) latest: Option<(usize, Response)>,
    /// What kept the first request from being answered, when nothing was connected at all.
    pub(crate) unreachable: Option<String>,
    /// How the record came about, where that needs saying.
    pub(crate) note: Option<String>,
}

impl<'c> Stage<'c> {
    pub(crate) fn new(
        context: &'c Context,
        planned: &'c Planned,
        again: bool,
        started: Instant,
    ) -> Self {
        Self {
            context,
            planned,
            again,
            attempt: 0,
            deadline: started + context.case_limit(),
            place: None,
            waited: Duration::ZERO,
            tenant: Tenant::default(),
            titled: false,
            refusal: None,
            states: StateSetup::new(
                &context.client,
                context.target.state_url.as_ref(),
                context.provisions.known(&planned.case.name()),
            ),
            steps: Vec::new(),
            tape: Tape::default(),
            findings: Vec::new(),
            exercised: BTreeSet::new(),
            latest: None,
            unreachable: None,
            note: None,
        }
    }

    /// The oracle.
    pub(crate) fn validator(&self) -> &'c Validator {
        &self.planned.validator
    }

    /// The operation with this index in the contract.
    pub(crate) fn operation(&self, index: usize) -> &'c Operation {
        &self.planned.validator.contract().operations[index]
    }

    /// Halts where a state is needed that the target has no way to be brought into.
    pub(crate) fn needs(&self, states: &[ProviderState]) -> Result<(), Halt> {
        match states.first() {
            Some(state) if !self.states.has_way() => {
                Err(Halt::Skipped(states::no_way(&state.state)))
            }
            _ => Ok(()),
        }
    }

    /// The way to authenticate at an operation by the target's own credentials.
    pub(crate) fn authentication(&self, operation: usize) -> Result<Authentication<'c>, Halt> {
        let contract = self.validator().contract();
        let operation = self.operation(operation);
        request::authentication(contract, operation, &self.caller())
            .map_err(|problem| Halt::Skipped(format!("{}: {problem}", operation.id)))
    }

    /// Who calls, at the present time.
    pub(crate) fn caller(&self) -> Caller<'c> {
        Caller::new(&self.context.target, SystemTime::now())
    }

    /// What the made-up values of this case are made of.
    fn name(&self) -> String {
        let mut name = self.planned.case.name();
        if self.again {
            // What the first time left behind is not to be met again.
            name.push_str(" again");
        }
        if self.attempt > 0 {
            let _ = write!(name, " {}", self.attempt);
        }
        name
    }

    /// A made-up value that no other case and no other attempt has, and that the same seed makes
    /// again.
    pub(crate) fn made(&self, what: &str) -> String {
        tenant::made(self.context.options.seed, &self.name(), what)
    }

    /// Makes the value of a tenant parameter that has to be like this. To be called before the
    /// values of the others are made.
    pub(crate) fn enter_like(&mut self, parameter: &str, like: &TenantValue) -> Result<(), Halt> {
        if self.context.target.tenant_value(parameter).is_some() {
            return Err(Halt::Skipped(format!(
                "it needs a {parameter} of its own, and the target gives one for all cases"
            )));
        }
        let seed = self.context.options.seed;
        let name = self.name();
        self.tenant.make_like(parameter, like, seed, &name);
        Ok(())
    }

    /// Makes the values of the operation's tenant parameters, where they are not made yet.
    pub(crate) fn enter(&mut self, operation: usize) {
        let name = self.name();
        let operation = self.operation(operation);
        let seed = self.context.options.seed;
        self.tenant
            .extend(operation, &self.context.target, seed, &name);
    }

    /// A further tenant of this name beside the case's own, with the values that these operations
    /// need.
    ///
    /// # Errors
    /// A target with a tenant of its own has no second one.
    pub(crate) fn further_tenant(&self, name: &str, operations: &[usize]) -> Result<Tenant, Halt> {
        let target = &self.context.target;
        let made_of = format!("{} {name}", self.name());
        let mut tenant = Tenant::default();
        for operation in operations {
            let operation = self.operation(*operation);
            for parameter in operation.tenant_parameters() {
                if target.tenant_value(&parameter.name).is_some() {
                    return Err(Halt::Skipped(format!(
                        "it needs a second tenant, and the target gives one {} for all cases",
                        parameter.name
                    )));
                }
            }
            tenant.extend(operation, target, self.context.options.seed, &made_of);
        }
        // Whoever looks at the beginning of an id only takes them for the same.
        tenant.begin_as(&self.tenant);
        Ok(tenant)
    }

    /// Sets states up in order, for the tenant of this operation.
    pub(crate) async fn set_up(
        &mut self,
        states: &[ProviderState],
        operation: usize,
    ) -> Result<(), Halt> {
        let tenant = self.tenant.clone();
        self.deadline += more_time(states.len());
        for state in states {
            self.set_up_in(state, operation, &tenant).await?;
        }
        Ok(())
    }

    /// Sets one state up, for this tenant.
    pub(crate) async fn set_up_in(
        &mut self,
        state: &ProviderState,
        operation: usize,
        tenant: &Tenant,
    ) -> Result<(), Halt> {
        let operation = self.operation(operation);
        let before = self.states.posted().len();
        self.states
            .set_up(state, operation, tenant, self.deadline)
            .await
            .map_err(|problem| match problem {
                SetUpProblem::NoWay(reason) => Halt::Skipped(reason),
                SetUpProblem::Failed(reason) => Halt::Error(reason),
            })?;
        let alias = state.alias.as_ref();
        let returned = alias.and_then(|alias| self.states.returned.get(alias));
        // Not every state has to be posted.
        if let Some((state, params)) = self.states.posted().get(before) {
            self.tape.set_up(SetUp {
                state: state.clone(),
                params: params.clone(),
                returned: returned.cloned().unwrap_or_default(),
            });
        }
        Ok(())
    }

    /// Sends one request and writes it down, whatever becomes of it. What the contract says of the
    /// exchange is not judged yet.
    pub(crate) async fn send(
        &mut self,
        operation: usize,
        request: Request,
    ) -> Result<Exchange, Halt> {
        let started = Instant::now();
        let client = &self.context.client;
        let sent = client
            .send(request.clone(), self.titled, self.deadline)
            .await;
        self.sent(operation, request, sent, started.elapsed())
    }

    /// Sends requests at the same time and writes them down in this order.
    pub(crate) async fn send_together(
        &mut self,
        requests: Vec<(usize, Request)>,
    ) -> Vec<Result<Exchange, Halt>> {
        let (titled, deadline) = (self.titled, self.deadline);
        let mut sending = JoinSet::new();
        for (index, (_, request)) in requests.iter().enumerate() {
            let (client, request) = (self.context.client.clone(), request.clone());
            sending.spawn(async move {
                let started = Instant::now();
                let sent = client.send(request, titled, deadline).await;
                (index, sent, started.elapsed())
            });
        }
        let mut all = sending.join_all().await;
        all.sort_by_key(|(index, ..)| *index);
        let together = requests.into_iter().zip(all);
        together
            .map(|((operation, request), (_, sent, took))| {
                self.sent(operation, request, sent, took)
            })
            .collect()
    }

    /// Writes down what became of a request.
    fn sent(
        &mut self,
        operation: usize,
        request: Request,
        sent: Result<Exchange, TransportFailure>,
        took: Duration,
    ) -> Result<Exchange, Halt> {
        let context = self.context;
        let id = &self.operation(operation).id;
        let shared = (&context.client, &context.mask);
        let outcome = sent.as_ref().map(|exchange| &exchange.response);
        let record = record::step(id, &request, outcome, took, shared);
        let answer = outcome.ok().map(|response| response.body.clone());
        self.tape.sent(self.steps.len(), request, answer);
        self.steps.push(record);
        match sent {
            Ok(exchange) => {
                if self.is_asked_of_the_latest() {
                    self.latest = Some((operation, exchange.response.clone()));
                }
                Ok(exchange)
            }
            Err(failure) => Err(self.failed(operation, &failure)),
        }
    }

    /// Whether anything made of this case shows its latest response.
    fn is_asked_of_the_latest(&self) -> bool {
        let case = &self.planned.case;
        matches!(case.play, Play::Workflow(_)) || snapshot::is_kept(case.kind)
    }

    fn failed(&mut self, operation: usize, failure: &TransportFailure) -> Halt {
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
        let operation = self.operation(operation);
        let mut finding = judge::no_response(self.validator(), operation, failure);
        if let Some(refusal) = self.refusal.as_ref()
            && failure.kind != FailureKind::Connect
        {
            // Who hangs up refuses; that this is no answer is missed as much as the status is.
            finding.requirement = Some(refusal.requirement.clone());
            finding.level = refusal.status_level;
        }
        self.found(finding);
        Halt::Found
    }

    /// Keeps what a judgement says, and tells whether the answer was the one that is due.
    pub(crate) fn take(&mut self, judgement: Result<Judgement, String>) -> Result<bool, Halt> {
        let latest = self.steps.len().saturating_sub(1);
        Ok(self.take_at(latest, judgement)?.0)
    }

    /// The same of an exchange that need not be the latest one, and its bodies, as far as they have
    /// been read.
    pub(crate) fn take_at(
        &mut self,
        step: usize,
        judgement: Result<Judgement, String>,
    ) -> Result<(bool, Bodies), Halt> {
        let judgement = judgement.map_err(Halt::Error)?;
        self.exercised.extend(judgement.exercised);
        for finding in judgement.findings {
            self.found_at(step, finding);
        }
        Ok((judgement.due_status, judgement.bodies))
    }

    /// Adds a finding of the latest exchange; a repeated request brings the same ones again.
    pub(crate) fn found(&mut self, finding: Finding) {
        self.found_at(self.steps.len().saturating_sub(1), finding);
    }

    /// The same of the exchange of that step.
    pub(crate) fn found_at(&mut self, step: usize, finding: Finding) {
        if !self.findings.iter().any(|found| found.finding == finding) {
            self.findings.push(CaseFinding { step, finding });
        }
    }

    /// Takes the exchanges with these indexes off the stage, but for those that a finding is
    /// about.
    pub(crate) fn forget(&mut self, range: Range<usize>) {
        let cited = |step: &usize| self.findings.iter().any(|found| found.step == *step);
        let gone: Vec<usize> = range.filter(|step| !cited(step)).collect();
        let mut index = 0;
        self.steps.retain(|_| {
            index += 1;
            gone.binary_search(&(index - 1)).is_err()
        });
        for found in &mut self.findings {
            found.step -= gone.partition_point(|gone| *gone < found.step);
        }
        self.tape.forget(&gone);
    }

    /// Whether there is time for one more request after a pause that ends at `next`. The last
    /// repetition has to have time enough, or a slow answer would look like none.
    pub(crate) fn has_time(&self, next: Instant) -> bool {
        next + self.context.target.timeout < self.deadline
    }

    /// Rests until `next` and leaves its place to another case meanwhile. The wait for a place after
    /// that is no part of the case's time.
    pub(crate) async fn rest_until(&mut self, next: Instant) {
        let had_one = self.place.take().is_some();
        sleep_until(next).await;
        if had_one {
            let asked = Instant::now();
            self.place = self.context.places.again().await;
            let waited = asked.elapsed();
            self.waited += waited;
            self.deadline += waited;
        }
    }

    /// Tears all states down. An interrupted user does not wait for a target that hangs.
    pub(crate) async fn tidy(&mut self, interrupted: bool) -> Result<(), String> {
        let patience = if interrupted {
            Duration::from_secs(2)
        } else {
            self.context.target.timeout + more_time(self.states.posted().len())
        };
        self.states.tear_down(Instant::now() + patience).await
    }
}

#[cfg(test)]
pub(super) mod tests;
