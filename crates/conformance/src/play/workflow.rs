//! Playing a workflow of an Arazzo document: its steps in the order that its actions choose.
//!
//! `tenants` and `inputs` make what a workflow begins with, `request` fills a step's request in,
//! `values` and `condition` evaluate expressions and conditions, `criteria` says what an answer
//! amounts to. What the contract itself says of each exchange is judged as ever.

mod condition;
mod criteria;
mod inputs;
mod request;
mod tenants;
mod values;

use std::time::Duration;

use contract::arazzo::{Action, Credentials, Expects, Step, Then, Workflow};
use contract::{Level, ProviderState};
use tokio::time::Instant;

use super::{Halt, Stage};
use crate::case::{self, BodyTemplate, Due, Expected, Presented, WorkflowPlay};
use crate::judge;
use crate::request::Authentication;
use criteria::Asked;
use tenants::Tenants;
use values::{Answer, Memory};

/// More steps than these, repetitions aside, mean that a `goto` leads in a circle.
const MOST_STEPS: usize = 200;

/// The exchanges of a repeated step are kept up to this number; of more, the first and the last.
const KEPT: usize = 4;

/// A longer wait than this is never waited for.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Plays it to its end.
pub(super) async fn play(stage: &mut Stage<'_>, play: &WorkflowPlay) -> Result<(), Halt> {
    let workflow = &*play.workflow;
    let states: Vec<ProviderState> = play.states().cloned().collect();
    stage.needs(&states)?;
    let authentications = workflow
        .steps
        .iter()
        .map(|step| match step.credentials {
            Credentials::Own => stage.authentication(step.operation),
            Credentials::Nothing | Credentials::Given(_) => Ok(Authentication::new()),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let tenants = tenants::enter(stage, play)?;
    set_up(stage, workflow, &tenants).await?;
    let mut run = Run {
        workflow,
        memory: inputs::memory(stage, play, &tenants),
        authentications,
        promised: false,
    };
    run.steps(stage).await
}

async fn set_up(stage: &mut Stage<'_>, workflow: &Workflow, tenants: &Tenants) -> Result<(), Halt> {
    for set_up in &workflow.provider_states {
        let tenant = match &set_up.tenant {
            Some(name) => tenants[name].clone(),
            None => stage.tenant.clone(),
        };
        stage
            .set_up_in(&set_up.state, workflow.operation, &tenant)
            .await?;
    }
    Ok(())
}

/// A workflow while it is played.
struct Run<'w, 'c> {
    workflow: &'w Workflow,
    memory: Memory<'w>,
    /// The target's credentials for each step.
    authentications: Vec<Authentication<'c>>,
    /// Whether a promise has been put to the test.
    promised: bool,
}

/// Where a workflow goes on.
enum Next {
    Step(usize),
    End,
}

impl Run<'_, '_> {
    async fn steps(&mut self, stage: &mut Stage<'_>) -> Result<(), Halt> {
        let mut at = 0;
        for _ in 0..MOST_STEPS {
            if at >= self.workflow.steps.len() {
                return Ok(());
            }
            match self.step(stage, at).await? {
                Next::Step(next) => at = next,
                Next::End => return Ok(()),
            }
        }
        Err(Halt::Error(format!(
            "the workflow took more than {MOST_STEPS} steps: a \"goto\" of it leads in a circle"
        )))
    }

    /// Plays one step, repetitions included.
    async fn step(&mut self, stage: &mut Stage<'_>, index: usize) -> Result<Next, Halt> {
        let step = &self.workflow.steps[index];
        let first = stage.steps.len();
        let mut tries = 1;
        let mut retried = vec![0; step.on_failure.len()];
        loop {
            let answer = self.call(stage, index).await?;
            self.memory.keep(step, &answer);
            let asked = criteria::ask(&step.success_criteria, &self.memory, &answer)?;
            if asked.success() {
                fold(stage, first, tries);
                self.promised |= asked.count(stage);
                return Ok(match self.first(&step.on_success, &answer)? {
                    None => Next::Step(index + 1),
                    Some(Then::Goto(next)) => Next::Step(next),
                    Some(Then::End | Then::Retry { .. }) => Next::End,
                });
            }
            match self.after_failure(stage, step, &answer, &mut retried)? {
                Failure::Retry(next) => {
                    tries += 1;
                    fold(stage, first, tries);
                    stage.rest_until(next).await;
                }
                Failure::Ends(then) => {
                    fold(stage, first, tries);
                    let response = answer.response();
                    if judge::is_put_off(stage.operation(step.operation), response) {
                        return Err(Halt::Skipped(format!(
                            "step {}: the target put the request off: {}",
                            step.id,
                            judge::shown(response)
                        )));
                    }
                    return self.failed(stage, step, &asked, then);
                }
            }
        }
    }

    /// Sends the request of a step and judges the exchange by the contract.
    async fn call(&mut self, stage: &mut Stage<'_>, index: usize) -> Result<Answer, Halt> {
        let step = &self.workflow.steps[index];
        let own = &self.authentications[index];
        let (request, path) = request::make(stage, step, own, &self.memory)?;
        let judged = judged(stage, self.workflow, step);
        stage.titled = false;
        stage.refusal = match &judged.expected.due {
            Due::Refused { refusal, .. } => Some(refusal.clone()),
            Due::Status { .. } | Due::Accepted { .. } | Due::Anything { .. } => None,
        };
        let exchange = stage.send(step.operation, request).await?;
        let judgement = stage.judge(&judged, &exchange).await;
        let (due, bodies) = stage.take_at(stage.steps.len() - 1, judgement)?;
        let success = (200..300).contains(&exchange.response.status);
        let goes_on = match step.expects {
            Expects::Anything => true,
            Expects::Accepted => due,
            // Refused is refused, with the due status or with another one.
            Expects::Refused => !success,
        };
        if goes_on {
            Ok(Answer::new(stage, exchange, path, bodies))
        } else {
            Err(Halt::Found)
        }
    }

    /// What the first action that applies does.
    fn first(&self, actions: &[Action], answer: &Answer) -> Result<Option<Then>, Halt> {
        for action in actions {
            if criteria::all_hold(&action.criteria, &self.memory, answer)? {
                return Ok(Some(action.then));
            }
        }
        Ok(None)
    }

    /// What is done after a failure: the first action that applies and is not exhausted (Arazzo
    /// 1.0.1: a retry has to be, before a later action is done).
    fn after_failure(
        &self,
        stage: &Stage<'_>,
        step: &Step,
        answer: &Answer,
        retried: &mut [u32],
    ) -> Result<Failure, Halt> {
        for (action, retried) in step.on_failure.iter().zip(retried) {
            if !criteria::all_hold(&action.criteria, &self.memory, answer)? {
                continue;
            }
            let Then::Retry { after, limit } = action.then else {
                return Ok(Failure::Ends(Some(action.then)));
            };
            let after = answer.retry_after().unwrap_or(after);
            if *retried < limit && after <= LONGEST_WAIT {
                let next = Instant::now() + after;
                if stage.has_time(next) {
                    *retried += 1;
                    return Ok(Failure::Retry(next));
                }
            }
        }
        Ok(Failure::Ends(None))
    }

    /// The step has failed for good.
    fn failed(
        &mut self,
        stage: &mut Stage<'_>,
        step: &Step,
        asked: &Asked<'_>,
        then: Option<Then>,
    ) -> Result<Next, Halt> {
        self.promised |= asked.count(stage);
        if asked.broken() {
            return Err(Halt::Found);
        }
        match then {
            Some(Then::Goto(next)) => Ok(Next::Step(next)),
            Some(Then::End) if self.promised => Ok(Next::End),
            Some(Then::End | Then::Retry { .. }) | None => {
                let last = match &stage.latest {
                    Some((_, response)) => judge::shown(response),
                    None => "none".to_owned(),
                };
                Err(Halt::Skipped(format!(
                    "step {}: \"{}\" did not hold; last answer: {last}",
                    step.id,
                    asked.unmet()
                )))
            }
        }
    }
}

/// What is done after a failure.
enum Failure {
    /// The step is repeated at that time.
    Retry(Instant),
    /// The step is over, and this action is done.
    Ends(Option<Then>),
}

/// Takes the exchanges of a step that was repeated often out of the record, but for the first and
/// the last one, and for those that a finding is about.
fn fold(stage: &mut Stage<'_>, first: usize, tries: usize) {
    if tries > KEPT {
        let last = stage.steps.len().saturating_sub(1);
        stage.forget(first + 1..last);
    }
}

/// The step in the words in which exchanges are judged.
fn judged(stage: &Stage<'_>, workflow: &Workflow, step: &Step) -> case::Step {
    let operation = stage.operation(step.operation);
    let own = step.credentials == Credentials::Own;
    let about = workflow.requirements.first().cloned().unwrap_or_default();
    let due = match step.expects {
        Expects::Anything => Due::Anything { requirement: about },
        Expects::Accepted => {
            let requirement = operation.rules.operation.clone().unwrap_or(about);
            let requirements = &stage.validator().contract().requirements;
            let stated = requirements.get(&requirement).map(|own| own.level);
            Due::Accepted {
                requirement,
                // That such a request is accepted is implied by its being documented, no more. A
                // promise that says so is a criterion of its own.
                level: stated.unwrap_or(Level::May).min(Level::Should),
            }
        }
        Expects::Refused => {
            let refusals = &operation.refusals;
            let (refusal, malformed) = if own || operation.security.is_empty() {
                (&refusals.malformed, true)
            } else {
                (&refusals.unauthenticated, false)
            };
            match refusal {
                Some(refusal) => Due::Refused {
                    fault: malformed.then(|| refusal.requirement.clone()),
                    refusal: refusal.clone(),
                },
                // The contract has refused such a document.
                None => Due::Anything { requirement: about },
            }
        }
    };
    case::Step {
        operation: step.operation,
        provider_states: Vec::new(),
        presented: if own {
            Presented::Own
        } else {
            Presented::Nothing
        },
        parameters: std::collections::BTreeMap::new(),
        alterations: Vec::new(),
        link: None,
        body: BodyTemplate::Absent,
        until: None,
        expected: Expected {
            due,
            body: Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::case::Play;
    use crate::play::stage::tests::shared;
    use crate::runner::tests::plan;

    /// What comes of a step that failed, whose action is to end the workflow.
    #[rstest]
    #[case::a_promise_was_tried(true)]
    #[case::nothing_was_tried(false)]
    fn a_workflow_that_ends_early_has_to_have_tried_a_promise(#[case] promised: bool) {
        let cases = plan().cases;
        let mut plays = cases.iter().filter_map(|planned| match &planned.case.play {
            Play::Workflow(play) => Some(play),
            _ => None,
        });
        let play = plays.next().expect("there is a workflow");
        let (context, planned) = shared();
        let mut stage = Stage::new(&context, &planned, false, Instant::now());
        let mut run = Run {
            workflow: &play.workflow,
            memory: inputs::memory(&stage, play, &Tenants::new()),
            authentications: Vec::new(),
            promised,
        };
        let step = &play.workflow.steps[0];
        let next = run.failed(&mut stage, step, &Asked::default(), Some(Then::End));
        match (next, promised) {
            (Ok(Next::End), true) => {}
            (Err(Halt::Skipped(reason)), false) => {
                let says = format!("step {}: \"its success\" did not hold", step.id);
                assert!(reason.starts_with(&says), "{reason}");
            }
            (Ok(_), _) => panic!("it goes on"),
            (Err(halt), _) => panic!("{halt:?}"),
        }
    }
}
