//! Playing single cases, for a caller with a schedule of its own, such as a test harness that
//! makes a test of each case. A whole run, with its result file, is in `runner`.

use std::sync::Arc;

use crate::client::Client;
use crate::mask::Mask;
use crate::play::places::Places;
use crate::play::{self, Context};
use crate::run::CaseRecord;
use crate::target::Provisions;
use crate::{Options, Plan, Planned, RunError, Target, curl};

/// Plays the cases of a plan against a target, one by one or several at once.
#[derive(Debug)]
pub struct Player {
    context: Context,
}

impl Player {
    /// A player of the cases of this plan. Of `options`, those that are about the order of cases
    /// and about second runs do not matter.
    ///
    /// # Errors
    /// What the target lists cannot be given to the cases, or the HTTP client cannot be made.
    pub fn new(plan: &Plan, target: &Target, options: &Options) -> Result<Self, RunError> {
        Ok(Self {
            context: Context {
                client: Client::new(target)?,
                target: target.clone(),
                mask: Mask::new(&target.credentials, plan.contracts()),
                secrets: curl::secrets(&target.credentials).into(),
                options: options.clone(),
                provisions: Arc::new(Provisions::of(plan, target)?),
                // How many are played at once is the caller's business.
                places: Arc::new(Places::new(usize::MAX)),
            },
        })
    }

    /// Plays one case of the plan to its end, tidying up included, and returns its record, masked.
    pub async fn play(&self, planned: &Planned) -> CaseRecord {
        let never = std::future::pending();
        match play::case(&self.context, planned, false, never).await {
            Some(outcome) => outcome.record,
            None => unreachable!("only a cancelled case leaves nothing, and nobody cancels it"),
        }
    }
}
