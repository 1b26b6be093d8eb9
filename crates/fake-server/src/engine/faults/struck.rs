//! What all faults together do to one request.

use std::time::Duration;

use super::fault::{Effect, ItemFailure, JobFailure};
use super::glob;
use crate::engine::{Answer, Broken, Refusal};

/// What is to be done to one request, and to its answer. The default is nothing.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    status: Option<u16>,
    retry_after: Option<u64>,
    delay: Duration,
    broken: Option<Broken>,
    lost: bool,
    content_type: Option<String>,
    items: Vec<(Option<String>, ItemFailure)>,
    jobs: Option<JobFailure>,
}

impl Struck {
    /// Adds one fault's effect. Of several of a kind the first one stands, delays add up.
    pub(super) fn add(&mut self, effect: &Effect, item: Option<&str>, delay: Duration) {
        self.delay = self.delay.saturating_add(delay);
        match effect {
            Effect::Latency(_) => {}
            Effect::Status(status) => self.refuse(*status, None),
            Effect::Throttle(throttle) => self.refuse(429, Some(throttle.retry_after)),
            Effect::Reset(loss) => self.break_with(Broken::Reset, loss.before),
            Effect::Empty(loss) => self.break_with(Broken::Empty, loss.before),
            Effect::Garbage(loss) => self.break_with(Broken::Garbage, loss.before),
            Effect::Truncated(truncation) => {
                let after = truncation.after;
                self.break_with(Broken::Truncated { after }, truncation.before);
            }
            Effect::ContentType(value) => {
                self.content_type.get_or_insert_with(|| value.clone());
            }
            Effect::Items(failure) => self.items.push((item.map(str::to_owned), failure.clone())),
            Effect::Jobs(failure) => {
                self.jobs.get_or_insert(*failure);
            }
        }
    }

    /// What it does to the request, in words for a journal; none when it does nothing.
    pub(crate) fn name(&self) -> Option<String> {
        if self.is_nothing() {
            return None;
        }
        let status = self.status.map(|status| format!("status {status}"));
        let broken = self.broken.map(|broken| match broken {
            Broken::Reset => "reset".to_owned(),
            Broken::Empty => "empty".to_owned(),
            Broken::Truncated { after } => format!("truncated after {after} bytes"),
            Broken::Garbage => "garbage".to_owned(),
        });
        let others = [
            (!self.delay.is_zero()).then(|| "latency".to_owned()),
            self.content_type
                .as_ref()
                .map(|_| "content_type".to_owned()),
            (!self.items.is_empty()).then(|| "items".to_owned()),
            self.jobs.map(|_| "jobs".to_owned()),
        ];
        let all: Vec<String> = [status, broken]
            .into_iter()
            .chain(others)
            .flatten()
            .collect();
        Some(all.join(", "))
    }

    fn is_nothing(&self) -> bool {
        self.status.is_none()
            && self.broken.is_none()
            && self.delay.is_zero()
            && self.content_type.is_none()
            && self.items.is_empty()
            && self.jobs.is_none()
    }

    fn refuse(&mut self, status: u16, retry_after: Option<u64>) {
        if self.status.is_none() {
            self.status = Some(status);
            self.retry_after = retry_after;
        }
    }

    fn break_with(&mut self, broken: Broken, before: bool) {
        if self.broken.is_none() {
            self.broken = Some(broken);
            self.lost = before;
        }
    }

    /// What the request is answered in place of being carried out, if it is not. A lost request
    /// has an answer too, of which nothing or a part goes out.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.status.or(self.lost.then_some(500)).map(Refusal::Told)
    }

    /// How that item is to fail, if it is.
    pub(crate) fn item(&self, id: &str) -> Option<&ItemFailure> {
        self.items
            .iter()
            .find(|(item, _)| {
                item.as_ref()
                    .is_none_or(|pattern| glob::matches(pattern, id))
            })
            .map(|(_, failure)| failure)
    }

    /// What is to become of the job that the request begins.
    pub(crate) fn jobs(&self) -> Option<JobFailure> {
        self.jobs
    }

    /// Does to the answer what is to be done to it.
    pub(crate) fn finish(self, mut answer: Answer) -> Answer {
        let response = &mut answer.response;
        if let Some(seconds) = self.retry_after {
            let value = seconds.to_string().into_bytes();
            response.headers.push(("Retry-After".to_owned(), value));
        }
        if let Some(value) = self.content_type {
            response
                .headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("Content-Type"));
            response
                .headers
                .push(("Content-Type".to_owned(), value.into_bytes()));
        }
        answer.delivery.delay = answer.delivery.delay.saturating_add(self.delay);
        answer.delivery.broken = self.broken;
        answer
    }
}
