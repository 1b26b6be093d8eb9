//! Playing a plain row of steps: documented and generated cases.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use validator::{Exchange, Request};

use super::{Halt, Stage, body};
use crate::case::{Alteration, Due, Presented, Step};
use crate::forgery::forged;
use crate::request::{self, Authentication, Values};
use crate::{expression, judge};

/// The first pause between two repetitions of a request; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Plays the steps in order; the first one whose answer is not the one that is due ends the row.
pub(super) async fn play(stage: &mut Stage<'_>, steps: &[Step]) -> Result<(), Halt> {
    let mut authentications = Vec::new();
    for step in steps {
        authentications.push(inapplicable(stage, step)?);
    }
    for alteration in steps.iter().flat_map(|step| &step.alterations) {
        if let Alteration::Tenant { name, like } = alteration {
            stage.enter_like(name, like)?;
        }
    }
    let mut before: Option<Exchange> = None;
    for (step, authentication) in steps.iter().zip(&authentications) {
        stage.enter(step.operation);
        stage.set_up(&step.provider_states, step.operation).await?;
        let request = request(stage, step, authentication, before.as_ref())?;
        stage.titled = step.alterations.contains(&Alteration::TitledHeaders);
        stage.refusal = match &step.expected.due {
            Due::Refused { refusal, .. } => Some(refusal.clone()),
            _ => None,
        };
        before = Some(until(stage, step, request).await?);
    }
    Ok(())
}

/// What a step needs and the target does not have; the credentials that it sends otherwise.
fn inapplicable<'c>(stage: &Stage<'c>, step: &Step) -> Result<Authentication<'c>, Halt> {
    stage.needs(&step.provider_states)?;
    let contract = stage.validator().contract();
    let operation = stage.operation(step.operation);
    let caller = stage.caller();
    match step.presented {
        Presented::Nothing => Ok(Authentication::new()),
        Presented::Own => stage.authentication(step.operation),
        Presented::Alternative(index) => {
            request::by_alternative(contract, operation, &caller, (index, None)).ok_or_else(|| {
                let this = index..index + 1;
                Halt::Skipped(request::unknown(contract, operation, &caller, this))
            })
        }
        Presented::Forged {
            alternative,
            forgery,
        } => {
            let how = (alternative, forgery);
            forged(contract, operation, &caller, how).map_err(Halt::Skipped)
        }
    }
}

/// Makes the request of a step; `before` is what its link leads from.
///
/// # Errors
/// [`Halt::Skipped`] when that exchange has not what the link needs, which its own judgement tells;
/// [`Halt::Error`] when the request cannot be made.
pub(super) fn request(
    stage: &Stage<'_>,
    step: &Step,
    authentication: &Authentication<'_>,
    before: Option<&Exchange>,
) -> Result<Request, Halt> {
    let failed = |problem| Halt::Error(format!("failed to make the request: {problem}"));
    let states = &stage.states.returned;
    let mut parameters = BTreeMap::new();
    for (name, text) in &step.parameters {
        let value = expression::fill_text(text, states).map_err(failed)?;
        parameters.insert(name.clone(), value);
    }
    if let (Some(link), Some(before)) = (&step.link, before) {
        let reading = stage.validator().request(&before.request);
        for (name, text) in &link.parameters {
            let value = expression::evaluate(text, before, &reading.path_parameters);
            let value = value.map_err(|problem| {
                Halt::Skipped(format!("the answer before does not lead on: {problem}"))
            })?;
            // OpenAPI allows `path.id` where two parameters share a name.
            let name = ["path.", "query.", "header."]
                .iter()
                .find_map(|part| name.strip_prefix(part))
                .unwrap_or(name);
            parameters.insert(name.to_owned(), value);
        }
    }
    let body = body::fill(&step.body, states).map_err(failed)?;
    let operation = stage.operation(step.operation);
    let values = Values {
        tenant: &stage.tenant,
        parameters: &parameters,
        alterations: &step.alterations,
    };
    request::build(operation, values, authentication, body).map_err(failed)
}

/// Sends the request, again and again where the step says so, and judges what comes.
pub(super) async fn until(
    stage: &mut Stage<'_>,
    step: &Step,
    request: Request,
) -> Result<Exchange, Halt> {
    let (exchange, reached) = repeat(stage, step, request).await?;
    if !reached {
        stage.found(judge::never_came(step, &exchange.response));
        return Err(Halt::Found);
    }
    // What a step expects of the body, it expects of the answer that it is about.
    if !matches!(step.expected.due, Due::Refused { .. }) {
        let judgement = stage.judge_body(step, &exchange).await;
        stage.take(judgement)?;
    }
    Ok(exchange)
}

/// Sends the request until it gets what the step asks for, and tells the last exchange and whether
/// that came in time.
pub(super) async fn repeat(
    stage: &mut Stage<'_>,
    step: &Step,
    mut request: Request,
) -> Result<(Exchange, bool), Halt> {
    let mut pause = FIRST_PAUSE;
    loop {
        let exchange = stage.send(step.operation, request).await?;
        let judgement = stage.judge(step, &exchange).await;
        if !stage.take(judgement)? {
            return Err(Halt::Found);
        }
        let reached = match &step.until {
            Some(condition) => stage.matches(condition, &exchange.response).await?,
            None => true,
        };
        let next = Instant::now() + pause;
        if reached || !stage.has_time(next) {
            return Ok((exchange, reached));
        }
        request = exchange.request;
        stage.rest_until(next).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
