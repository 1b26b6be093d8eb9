//! Making a history that failed smaller for as long as it fails in the same way: delta debugging
//! over rounds, items, entries of batches, and looks at the items (`smaller` says what is tried). Each
//! attempt is played from the beginning in a tenant of its own.

mod smaller;

use std::time::Duration;

use contract::Life;
use tokio::time::Instant;
use validator::{Check, Finding, Severity};

use self::smaller::Tries;
use super::script::Script;
use super::{PATIENCE_OF_SMALLER, Played, attempt};
use crate::play::scene::Scene;
use crate::play::{Halt, Stage};

/// The most attempts.
const ATTEMPTS: usize = 60;

/// What a smaller history has to show again: the same promise, broken as surely.
#[derive(Debug, Clone, Copy)]
struct Wanted<'f>(&'f Finding);

impl Wanted<'_> {
    fn is_in(self, stage: &Stage<'_>) -> bool {
        let mut findings = stage.findings.iter().map(|found| &found.finding);
        findings.any(|found| {
            let key = |finding: &Finding| (finding.check, finding.level);
            found.requirement == self.0.requirement && key(found) == key(self.0)
        })
    }
}

/// Leaves the smallest history on the stage that still shows what the first one showed worst, with
/// a note of how it came about. Nothing is done when nothing was found that a verdict counts.
pub(super) async fn smallest<'c>(
    stage: &mut Stage<'c>,
    life: &'c Life,
    script: Script,
    played: Played,
    ended: Result<(), Halt>,
    took: Duration,
) -> Result<(), Halt> {
    let Some((wanted, round)) = worst(stage, &played).filter(|_| !is_over(&ended)) else {
        return ended;
    };
    let item = culprit(&played, &wanted);
    let others = others(stage, &wanted);
    let whole = (stage.steps.len(), script.items.len());
    let mut shrinking = Shrinking {
        wanted: Wanted(&wanted),
        life,
        stage,
        best: script,
        scene: None,
        ended,
        attempts: 0,
        took,
        over: false,
    };
    shrinking.keep().await;
    smaller::focus(&mut shrinking, round, item).await;
    smaller::reduce(&mut shrinking, life).await;
    let Shrinking {
        stage,
        best,
        scene,
        ended,
        ..
    } = shrinking;
    if let Some(scene) = scene {
        stage.put_back(scene);
    }
    let left = (stage.steps.len(), best.items.len());
    if left != whole {
        let mut note = format!("shrunk from {} to {}", size(whole), size(left));
        if !others.is_empty() {
            note.push_str("; the whole history also missed ");
            note.push_str(&others.join(", "));
        }
        stage.note = Some(note);
    }
    ended
}

/// The item that the finding is about, where it is one of the oracle's about an item.
fn culprit(played: &Played, wanted: &Finding) -> Option<usize> {
    let mut culprits = played.culprits.iter();
    let culprit = culprits.find(|(finding, _)| finding == wanted);
    culprit.map(|(_, item)| *item)
}

/// `9 requests on 7 items`.
fn size((requests, items): (usize, usize)) -> String {
    let plural = |count| if count == 1 { "" } else { "s" };
    format!(
        "{requests} request{} on {items} item{}",
        plural(requests),
        plural(items)
    )
}

/// Whether the harness itself, or the target as a whole, ended the play.
fn is_over(ended: &Result<(), Halt>) -> bool {
    matches!(ended, Err(Halt::Error(_) | Halt::Skipped(_)))
}

/// The weightiest finding with its round; of equal ones the oracle's, and the first.
fn worst(stage: &Stage<'_>, played: &Played) -> Option<(Finding, usize)> {
    let counted = stage.findings.iter().filter(|found| {
        found.finding.severity() > Severity::Observation
            && found.finding.check != Check::ResponseReceived
    });
    let weight = |finding: &Finding| (finding.severity(), finding.check == Check::CaseExpectation);
    let worst = counted.reduce(|worst, found| {
        if weight(&found.finding) > weight(&worst.finding) {
            found
        } else {
            worst
        }
    })?;
    let round = played.rounds.get(worst.step).copied();
    Some((worst.finding.clone(), round.unwrap_or(played.round)))
}

/// The other requirements that were missed, which a smaller history may show no more.
fn others(stage: &Stage<'_>, wanted: &Finding) -> Vec<String> {
    let missed = stage.findings.iter().map(|found| &found.finding);
    let missed = missed.filter(|finding| finding.severity() > Severity::Observation);
    let mut others: Vec<String> = missed
        .filter_map(|finding| finding.requirement.clone())
        .collect();
    others.sort();
    others.dedup();
    others.retain(|other| Some(other) != wanted.requirement.as_ref());
    others
}

struct Shrinking<'f, 's, 'c> {
    wanted: Wanted<'f>,
    life: &'c Life,
    stage: &'s mut Stage<'c>,
    best: Script,
    /// What playing the best one left on the stage.
    scene: Option<Scene>,
    /// How it ended.
    ended: Result<(), Halt>,
    attempts: usize,
    /// How long the first attempt took.
    took: Duration,
    over: bool,
}

impl Shrinking<'_, '_, '_> {
    /// Takes what is on the stage as that of the best history.
    async fn keep(&mut self) {
        match self.stage.clear(self.attempts + 1).await {
            Ok(scene) => self.scene = Some(scene),
            Err((scene, problem)) => {
                // What cannot be tidied up is told, and nothing is piled up on it.
                self.scene = Some(scene);
                self.ended = Err(Halt::Error(problem));
                self.over = true;
            }
        }
    }
}

impl Tries for Shrinking<'_, '_, '_> {
    fn best(&self) -> &Script {
        &self.best
    }

    fn is_over(&self) -> bool {
        self.over
    }

    async fn holds(&mut self, script: Script) -> bool {
        let in_time = self.stage.has_time(Instant::now() + self.took * 2);
        self.over |= self.attempts >= ATTEMPTS || !in_time;
        // A request for no items at all is one that the documents do not speak of.
        let empty = script.rounds.is_empty() || script.items.is_empty();
        if self.over || empty || script == self.best {
            return false;
        }
        self.attempts += 1;
        let (_, ended) = attempt(self.stage, self.life, &script, PATIENCE_OF_SMALLER).await;
        if !is_over(&ended) && self.wanted.is_in(self.stage) {
            self.best = script;
            self.ended = ended;
            self.keep().await;
            return true;
        }
        self.over |= is_over(&ended);
        if let Err((_, problem)) = self.stage.clear(self.attempts + 1).await {
            self.ended = Err(Halt::Error(problem));
            self.over = true;
        }
        false
    }
}

#[cfg(test)]
mod tests;
