//! The requests of a history: batches, and the wait for what is carried out later. The items are
//! looked at in `look`; what the answers mean for each item is the oracle's to say.

use std::collections::BTreeMap;

use contract::{About, Arguments, Later, Level, Message, Promise};
use serde_json::Value;
use validator::{Bodies, Check, Exchange, Finding, Location, Request, shorten};

use super::Played;
use super::oracle::{Became, Oracle, Said, Situation};
use super::results::{self, Located};
use super::script::{Batch, Round};
use crate::case::{BodyTemplate, Due, Expected, Presented, Step};
use crate::json_body;
use crate::judge;
use crate::play::{Halt, Stage, steps};

/// A history while it is played.
pub(super) struct Wire<'w, 'c> {
    pub(super) stage: &'w mut Stage<'c>,
    pub(super) oracle: Oracle<'c>,
    pub(super) life: &'c contract::Life,
    /// The chosen settings by name.
    pub(super) settings: Arguments,
    pub(super) played: Played,
    /// How often the items may still be looked at again because something is not yet as it should
    /// be.
    pub(super) patience: usize,
}

/// A step that asks an operation for something.
pub(super) fn step(operation: usize, due: Due, body: BodyTemplate) -> Step {
    Step {
        operation,
        provider_states: Vec::new(),
        presented: Presented::Own,
        parameters: BTreeMap::new(),
        alterations: Vec::new(),
        link: None,
        body,
        until: None,
        expected: Expected {
            due,
            body: Vec::new(),
        },
    }
}

pub(super) fn json(body: &Value) -> BodyTemplate {
    BodyTemplate::Bytes(json_body::bytes(body).into())
}

pub(super) fn accepted(promise: &Promise) -> Due {
    Due::Accepted {
        requirement: promise.requirement.clone(),
        level: promise.level,
    }
}

pub(super) fn anything(promise: &Promise) -> Due {
    Due::Anything {
        requirement: promise.requirement.clone(),
    }
}

impl Wire<'_, '_> {
    /// Plays one round.
    pub(super) async fn round(&mut self, index: usize, round: &Round) -> Result<(), Halt> {
        self.played.round = index;
        let due = self.batches(&round.batches).await?;
        // What was refused and should not have been may have been carried out all the same.
        let looks = round.observed || !due;
        if let Some(observe) = self.life.observe.as_ref().filter(|_| looks) {
            self.observe(observe).await?;
        }
        if due { Ok(()) } else { Err(Halt::Found) }
    }

    /// Sends batches, all of them at the same time, and takes in what became of their items. Tells
    /// whether each got an answer that was due.
    async fn batches(&mut self, batches: &[Batch]) -> Result<bool, Halt> {
        let operation = self.life.command.operation;
        self.stage.enter(operation);
        let asked: Vec<Step> = batches.iter().map(|batch| self.step_of(batch)).collect();
        let mut requests = Vec::new();
        for step in &asked {
            requests.push((operation, self.request(step, None)?));
        }
        let first = self.stage.steps.len();
        let answers = self.stage.send_together(requests).await;
        self.played.sent(self.stage.steps.len());
        let mut ended = Ok(true);
        for (index, answer) in answers.into_iter().enumerate() {
            let at = first + index;
            let answered = match answer {
                Ok(exchange) => {
                    self.answered(&batches[index], &asked[index], &exchange, at)
                        .await
                }
                Err(halt) => Err(halt),
            };
            // What the others have been answered is still worth its findings.
            ended = ended.and_then(|all_due| Ok(all_due & answered?));
        }
        ended
    }

    fn step_of(&self, batch: &Batch) -> Step {
        let command = &self.life.command;
        let items: Vec<Arguments> = batch
            .entries
            .iter()
            .map(|entry| {
                let mut told = entry.told.clone();
                told.insert("id".to_owned(), self.oracle.id(entry.item).into());
                told
            })
            .collect();
        let body = command.body.fill(&batch.told, &items);
        // That a batch is taken is promised where it has something to do.
        let among: Vec<usize> = batch.entries.iter().map(|entry| entry.item).collect();
        let mut promises = batch.entries.iter().filter_map(|entry| {
            let situation = self.situation(batch, &entry.told);
            let may_be_done = self.oracle.may_be_done(entry.item, situation);
            let accepted = self.oracle.accepted(situation, &among);
            accepted.filter(|_| may_be_done)
        });
        let due = match promises.next() {
            Some(promise) => accepted(promise),
            None => anything(
                command
                    .accepted
                    .last()
                    .map_or(&command.refused, |e| &e.promise),
            ),
        };
        step(command.operation, due, json(&body))
    }

    fn situation<'s>(&'s self, batch: &'s Batch, item: &'s Arguments) -> Situation<'s> {
        Situation {
            settings: &self.settings,
            batch: &batch.told,
            item,
        }
    }

    pub(super) fn request(&self, step: &Step, before: Option<&Exchange>) -> Result<Request, Halt> {
        let authentication = self.stage.authentication(step.operation)?;
        steps::request(self.stage, step, &authentication, before)
    }

    /// Judges what a batch was answered in the step `at`, and takes it in. Tells whether that answer
    /// was due.
    async fn answered(
        &mut self,
        batch: &Batch,
        step: &Step,
        exchange: &Exchange,
        at: usize,
    ) -> Result<bool, Halt> {
        let judgement = self.stage.judge(step, exchange).await;
        let (due, bodies) = self.stage.take_at(at, judgement)?;
        match exchange.response.status {
            200..=299 => self.carried_out(batch, (exchange, bodies), at).await?,
            // A server that fails may have come any far.
            500.. => self.all(batch, |times| Became::Unknown { times }, at),
            _ => self.all(batch, |_| Became::Refused, at),
        }
        Ok(due)
    }

    /// Takes in the same for every item of a batch.
    fn all(&mut self, batch: &Batch, became: impl Fn(usize) -> Became, at: usize) {
        for (place, entry) in batch.entries.iter().enumerate() {
            let same = |other: &&super::script::Entry| other.item == entry.item;
            let times = batch.entries.iter().filter(same).count();
            self.became(batch, place, &became(times), at, String::new());
        }
    }

    /// Takes in what became of one item of a batch, as the body of the step `at` tells it there.
    fn became(&mut self, batch: &Batch, place: usize, became: &Became, at: usize, there: String) {
        let entry = &batch.entries[place];
        let situation = Situation {
            settings: &self.settings,
            batch: &batch.told,
            item: &entry.told,
        };
        let said = self.oracle.became(entry.item, place + 1, situation, became);
        if let Some(said) = said {
            self.said(said, Some(entry.item), at, there);
        }
    }

    /// Reads the results of a batch that was taken, now or when they are there.
    async fn carried_out(
        &mut self,
        batch: &Batch,
        (exchange, bodies): (&Exchange, Bodies),
        at: usize,
    ) -> Result<(), Halt> {
        let results = &self.life.results;
        let body = parsed(exchange, bodies);
        let found = results.items.locate(&body);
        let later = results.later.as_ref().filter(|later| {
            let when = later.when.select(&body);
            found.is_empty() && when.iter().any(|when| !when.is_null())
        });
        let Some(later) = later else {
            self.results(batch, &found, at, false);
            return Ok(());
        };
        let ended = self.wait(later, exchange).await?;
        let at = self.stage.steps.len() - 1;
        let body = parsed(&ended, Bodies::default());
        self.results(batch, &later.items.locate(&body), at, true);
        Ok(())
    }

    /// Asks for what was taken up for later until it has ended.
    async fn wait(&mut self, later: &Later, exchange: &Exchange) -> Result<Exchange, Halt> {
        let operation = self.stage.operation(self.life.command.operation);
        let mut links = operation.responses.iter().map(|response| &response.links);
        let mut step = step(
            later.operation,
            accepted(&later.promise),
            BodyTemplate::Absent,
        );
        step.link = links.find_map(|links| links.get(&later.link)).cloned();
        step.until = Some(later.until.clone());
        self.stage.enter(later.operation);
        let request = self.request(&step, Some(exchange))?;
        let ended = steps::repeat(self.stage, &step, request).await;
        self.played.sent(self.stage.steps.len());
        let (ended, reached) = ended?;
        if reached {
            return Ok(ended);
        }
        // Nothing says how long it may take.
        if let Some(running) = &later.running
            && self.stage.matches(running, &ended.response).await?
        {
            return Err(Halt::Skipped(format!(
                "what was taken up for later was still under way when the time of the case was \
                 over; last answer: {}",
                judge::shown(&ended.response)
            )));
        }
        self.stage.found(judge::never_came(&step, &ended.response));
        Err(Halt::Found)
    }

    /// Takes in the result objects for a batch. Of those that came `later`, nothing but this ties
    /// them to their request.
    fn results(&mut self, batch: &Batch, found: &[Located<'_>], at: usize, later: bool) {
        let ids: Vec<String> = batch
            .entries
            .iter()
            .map(|entry| self.oracle.id(entry.item).to_owned())
            .collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        if later {
            self.in_order(&ids, found, at);
        }
        let read = results::read(&self.life.results, &ids, found);
        for (place, read) in read.into_iter().enumerate() {
            let there = read.result.as_ref().map(|(pointer, _)| pointer.clone());
            self.became(batch, place, &read.became, at, there.unwrap_or_default());
            if let (Some(result), Became::Answered { .. }) = (&read.result, &read.became) {
                self.distinct(result, at, later);
            }
        }
    }

    /// Whether there is one result for each item, in order.
    fn in_order(&mut self, ids: &[&str], found: &[Located<'_>], at: usize) {
        let About::Position {
            name,
            split,
            promise,
        } = &self.life.results.about
        else {
            return;
        };
        self.oracle.tested.insert(promise.requirement.clone());
        let fits =
            |(id, (_, result)): (&&str, &Located<'_>)| results::is_named(result, name, id, split);
        if ids.len() == found.len() && ids.iter().zip(found).all(fits) {
            return;
        }
        let told: Vec<String> = found
            .iter()
            .flat_map(|(_, result)| name.select(result))
            .map(ToString::to_string)
            .collect();
        let said = Said {
            promise: promise.clone(),
            expected: format!("one result for each requested {}, in order", self.life.noun),
            actual: shorten(&format!("results of {}", told.join(", "))),
        };
        self.said(said, None, at, String::new());
    }

    /// Whether a value that no two results share was met before. Within one answer to a batch the
    /// validator has judged that.
    fn distinct(&mut self, (pointer, result): &Located<'_>, at: usize, later: bool) {
        for (index, distinct) in self.life.results.distinct.iter().enumerate() {
            let Some((place, value)) = distinct.value.locate(result).into_iter().next() else {
                continue;
            };
            let Some(before) = self.oracle.met(index, value, at) else {
                continue;
            };
            if before == at && !later {
                continue;
            }
            let said = Said {
                promise: distinct.promise.clone(),
                expected: "a value that no result of this history had before".to_owned(),
                actual: format!("{value}, as in request {}", before + 1),
            };
            self.said(said, None, at, format!("{pointer}{place}"));
        }
    }

    /// Makes a finding of what the oracle says of the step `at`.
    pub(super) fn said(&mut self, said: Said, item: Option<usize>, at: usize, there: String) {
        let finding = Finding {
            check: Check::CaseExpectation,
            requirement: Some(said.promise.requirement),
            level: said.promise.level,
            erratum: None,
            message: Message::Response,
            location: Location::Body(there),
            expected: said.expected,
            actual: said.actual,
        };
        if let (Some(item), true) = (item, finding.level > Level::May) {
            self.played.culprits.push((finding.clone(), item));
        }
        self.stage.found_at(at, finding);
    }
}

/// The body of an answer, of which `bodies` has been read already; null where it is not JSON, which
/// the validator finds.
pub(super) fn parsed(exchange: &Exchange, bodies: Bodies) -> Value {
    let read = || json_body::read(&exchange.response.body).unwrap_or(Value::Null);
    bodies.response.unwrap_or_else(read)
}

#[cfg(test)]
mod tests;
