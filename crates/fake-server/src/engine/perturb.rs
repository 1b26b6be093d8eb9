//! Perturbation: what the documents leave free is taken differently for each request, so that a
//! client that passes under many seeds relies on documented things only.
//!
//! A machine asks its [`Choices`] wherever it could as well do otherwise; what no machine decides
//! (spelling of JSON, headers, words, latency) is here. Nothing that a document says is touched:
//! the conformance suite holds a perturbed fake to every MUST and SHOULD.
//!
//! What is chosen follows from the seed, the tenant and the number of its request.

mod body;
mod choices;
mod headers;
mod ids;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::turns::Turns;
use super::{Answer, Draw};

pub(crate) use choices::Choices;
pub(crate) use ids::PerturbedIds;

/// The longest time, in milliseconds, by which an answer comes later.
const LATEST: u64 = 5;

/// Whether an engine is perturbed, and how many requests each tenant has made.
#[derive(Debug)]
pub(crate) struct Perturbation {
    seed: Option<u64>,
    turns: Mutex<Turns<u64>>,
}

impl Perturbation {
    /// By that seed, or none at all.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            seed,
            turns: Mutex::default(),
        }
    }

    /// The choices for the next request of a tenant.
    pub(crate) fn choices(&self, tenant: impl FnOnce() -> String) -> Choices {
        let Some(seed) = self.seed else {
            return Choices::default();
        };
        let tenant = tenant();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.of(&tenant);
        *turn += 1;
        Choices::drawn(Draw::new(seed, &tenant, *turn), Draw::new(seed, &tenant, 0))
    }
}

/// Writes an answer in another of the documented ways.
pub(crate) fn perturb(answer: &mut Answer, choices: &Choices) {
    if let Some(draw) = choices.draw() {
        body::perturb(&mut answer.response, draw);
        headers::perturb(&mut answer.response, draw);
        answer.delivery.delay += Duration::from_millis(draw.below(LATEST + 1));
    }
}
