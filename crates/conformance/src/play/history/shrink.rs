//! Making a history that failed smaller for as long as it fails in the same way: delta debugging
//! over rounds, items, entries of batches, and looks at the items. Each attempt is played from the
//! beginning in a tenant of its own.

use std::time::Duration;

use contract::Life;
use tokio::time::Instant;
use validator::{Check, Finding, Severity};

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
    let item = played
        .culprits
        .iter()
        .find(|(finding, _)| *finding == wanted);
    let item = item.map(|(_, item)| *item);
    let others = others(stage, &wanted);
    let whole = (stage.steps.len(), script.items.len());
    let mut shrinking = Shrinking {
        wanted: Wanted(&wanted),
        life,
        best: script,
        scene: None,
        ended,
        attempts: 0,
        took,
        over: false,
    };
    shrinking.keep(stage).await;
    shrinking.focus(stage, round, item).await;
    loop {
        let before = shrinking.best.clone();
        shrinking.rounds(stage).await;
        shrinking.items(stage).await;
        shrinking.entries(stage).await;
        shrinking.looks(stage).await;
        shrinking.settings(stage).await;
        if shrinking.over || shrinking.best == before {
            break;
        }
    }
    let Shrinking {
        best, scene, ended, ..
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

struct Shrinking<'f, 'c> {
    wanted: Wanted<'f>,
    life: &'c Life,
    best: Script,
    /// What playing the best one left on the stage.
    scene: Option<Scene>,
    /// How it ended.
    ended: Result<(), Halt>,
    attempts: usize,
    /// How long the first attempt took.
    took: Duration,
    /// There is no time, or no use in going on.
    over: bool,
}

impl<'c> Shrinking<'_, 'c> {
    /// Takes what is on the stage as that of the best history.
    async fn keep(&mut self, stage: &mut Stage<'c>) {
        match stage.clear(self.attempts + 1).await {
            Ok(scene) => self.scene = Some(scene),
            Err((scene, problem)) => {
                // What cannot be tidied up is told, and nothing is piled up on it.
                self.scene = Some(scene);
                self.ended = Err(Halt::Error(problem));
                self.over = true;
            }
        }
    }

    /// Plays a smaller history, and keeps it when it shows the same.
    async fn holds(&mut self, stage: &mut Stage<'c>, script: Script) -> bool {
        let in_time = stage.has_time(Instant::now() + self.took * 2);
        self.over |= self.attempts >= ATTEMPTS || !in_time;
        // A request for no items at all is one that the documents do not speak of.
        let empty = script.rounds.is_empty() || script.items.is_empty();
        if self.over || empty || script == self.best {
            return false;
        }
        self.attempts += 1;
        let (_, ended) = attempt(stage, self.life, &script, PATIENCE_OF_SMALLER).await;
        if !is_over(&ended) && self.wanted.is_in(stage) {
            self.best = script;
            self.ended = ended;
            self.keep(stage).await;
            return true;
        }
        self.over |= is_over(&ended);
        if let Err((_, problem)) = stage.clear(self.attempts + 1).await {
            self.ended = Err(Halt::Error(problem));
            self.over = true;
        }
        false
    }

    /// Tries the part that the finding itself points at: its item, up to its round.
    async fn focus(&mut self, stage: &mut Stage<'c>, round: usize, item: Option<usize>) {
        let mut until = self.best.clone();
        until.rounds.truncate(round + 1);
        self.holds(stage, until).await;
        let mut last = self.best.clone();
        last.rounds = last.rounds.split_off(last.rounds.len().saturating_sub(1));
        self.holds(stage, last).await;
        if let Some(item) = item {
            let alone = self.best.with_items(|other| other == item);
            self.holds(stage, alone).await;
        }
    }

    async fn rounds(&mut self, stage: &mut Stage<'c>) {
        let count = |script: &Script| script.rounds.len();
        self.chunks(stage, count, |script, from, to| {
            let mut script = script.clone();
            script.rounds.drain(from..to);
            script
        })
        .await;
    }

    async fn items(&mut self, stage: &mut Stage<'c>) {
        let count = |script: &Script| script.items.len();
        self.chunks(stage, count, |script, from, to| {
            script.with_items(|item| !(from..to).contains(&item))
        })
        .await;
    }

    /// Entries of batches, and whole batches that were sent beside others.
    async fn entries(&mut self, stage: &mut Stage<'c>) {
        let entries = |script: &Script| -> usize {
            let batches = script.rounds.iter().flat_map(|round| &round.batches);
            batches.map(|batch| batch.entries.len()).sum()
        };
        self.chunks(stage, entries, |script, from, to| {
            let mut script = script.clone();
            let mut place = 0;
            for batch in script
                .rounds
                .iter_mut()
                .flat_map(|round| &mut round.batches)
            {
                batch.entries.retain(|_| {
                    place += 1;
                    !(from..to).contains(&(place - 1))
                });
            }
            script.without_empty()
        })
        .await;
    }

    /// Looks at the items that no finding comes from.
    async fn looks(&mut self, stage: &mut Stage<'c>) {
        if self.life.observe.is_none() {
            return;
        }
        for round in 0..self.best.rounds.len() {
            let mut script = self.best.clone();
            script.rounds[round].observed = false;
            self.holds(stage, script).await;
        }
    }

    /// Settings for which nothing has to be set up.
    async fn settings(&mut self, stage: &mut Stage<'c>) {
        for (index, setting) in self.life.settings.iter().enumerate() {
            let mut choices = setting.choices.iter();
            if let Some(plain) = choices.position(|choice| choice.provider_states.is_empty()) {
                let mut script = self.best.clone();
                script.settings[index] = plain;
                self.holds(stage, script).await;
            }
        }
    }

    /// Leaves out one chunk after another, of half of all, of a quarter, and so on.
    async fn chunks(
        &mut self,
        stage: &mut Stage<'c>,
        count: impl Fn(&Script) -> usize,
        without: impl Fn(&Script, usize, usize) -> Script,
    ) {
        let mut size = count(&self.best).div_ceil(2);
        while size > 0 && !self.over {
            let mut from = 0;
            while from < count(&self.best) && !self.over {
                let to = (from + size).min(count(&self.best));
                let script = without(&self.best, from, to);
                if !self.holds(stage, script).await {
                    from += size;
                }
            }
            size /= 2;
        }
    }
}

#[cfg(test)]
mod tests;
