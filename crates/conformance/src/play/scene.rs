//! Playing a case from its beginning again: what one attempt leaves is taken off the stage, and
//! that of the attempt that tells most is put back in the end.

use std::collections::BTreeSet;

use validator::Response;

use super::Stage;
use crate::reproduction::Tape;
use crate::run::{CaseFinding, StepRecord};
use crate::states::StateSetup;
use crate::tenant::Tenant;

/// What playing a case leaves on the stage.
pub(crate) struct Scene {
    tenant: Tenant,
    steps: Vec<StepRecord>,
    tape: Tape,
    findings: Vec<CaseFinding>,
    exercised: BTreeSet<String>,
    latest: Option<(usize, Response)>,
}

impl Stage<'_> {
    /// Tears everything down and takes it off the stage, so that the case can be played from its
    /// beginning in another tenant.
    ///
    /// # Errors
    /// In words, when something cannot be torn down; what was on the stage comes along.
    pub(crate) async fn clear(&mut self, attempt: usize) -> Result<Scene, (Scene, String)> {
        let torn_down = self.tidy(false).await;
        self.attempt = attempt;
        self.states = StateSetup::new(
            &self.context.client,
            self.context.target.state_url.as_ref(),
            self.context.provisions.known(&self.planned.case.name()),
        );
        let scene = Scene {
            tenant: std::mem::take(&mut self.tenant),
            steps: std::mem::take(&mut self.steps),
            tape: std::mem::take(&mut self.tape),
            findings: std::mem::take(&mut self.findings),
            exercised: std::mem::take(&mut self.exercised),
            latest: self.latest.take(),
        };
        match torn_down {
            Ok(()) => Ok(scene),
            Err(problem) => Err((scene, problem)),
        }
    }

    /// Puts back what was taken off the stage, in place of what is there.
    pub(crate) fn put_back(&mut self, scene: Scene) {
        let Scene {
            tenant,
            steps,
            tape,
            findings,
            exercised,
            latest,
        } = scene;
        self.tenant = tenant;
        self.steps = steps;
        self.tape = tape;
        self.findings = findings;
        self.exercised = exercised;
        self.latest = latest;
    }
}
