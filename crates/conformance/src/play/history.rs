//! Playing random batches and comparing each item with what the documents promise.
//!
//! `script` draws what is done, `wire` does it and `look` looks at the items, `results` reads the
//! answers; `oracle`, `belief` and `rules` know what is promised of each item by then. What fails is played again, smaller and smaller, by
//! `shrink`; the smallest history that still shows it is the one that is written down.

mod belief;
mod look;
mod oracle;
mod results;
mod rules;
mod script;
mod shrink;
mod wire;
mod words;

use contract::{Arguments, ItemKind, Life, ProviderState};
use serde_json::Value;
use tokio::time::Instant;
use validator::Finding;

use super::{Halt, Stage};
use crate::case::HistoryPlay;
use crate::expression;
use oracle::Oracle;
use script::Script;
use wire::Wire;

/// What playing a history leaves besides the steps and findings on the stage.
#[derive(Debug, Default)]
struct Played {
    /// The round that is played, and in the end the last one.
    round: usize,
    /// The round of each step.
    rounds: Vec<usize>,
    /// Findings of the oracle with the item that each is about.
    culprits: Vec<(Finding, usize)>,
}

impl Played {
    /// Notes that so many steps have been made by now.
    fn sent(&mut self, steps: usize) {
        self.rounds.resize(steps, self.round);
    }
}

/// Plays it to its end, and, when something was found, again for as long as it gets smaller.
pub(super) async fn play(stage: &mut Stage<'_>, history: &HistoryPlay) -> Result<(), Halt> {
    let Some(life) = &stage.validator().contract().life else {
        return Err(Halt::Error(
            "the contract tells no life of items".to_owned(),
        ));
    };
    let Some(profile) = life.profiles.get(history.profile) else {
        return Err(Halt::Error("the contract has no such profile".to_owned()));
    };
    let case = stage.planned.case.name();
    let mut rng = script::generator(stage.context.options.seed, &case);
    let script = Script::draw(life, profile, &mut rng);
    let (began, waited) = (Instant::now(), stage.waited);
    let (played, ended) = attempt(stage, life, &script, PATIENCE).await;
    let waited = stage.waited.saturating_sub(waited);
    let took = began.elapsed().saturating_sub(waited);
    shrink::smallest(stage, life, script, played, ended, took).await
}

/// How often the items may be looked at again in one attempt because something is not yet as it
/// should be; while a history that has failed is made smaller, less often.
const PATIENCE: usize = 5;
const PATIENCE_OF_SMALLER: usize = 1;

/// Plays a script in the tenant of this attempt.
async fn attempt<'c>(
    stage: &mut Stage<'c>,
    life: &'c Life,
    script: &Script,
    patience: usize,
) -> (Played, Result<(), Halt>) {
    let mut wire = Wire {
        life,
        oracle: Oracle::new(life),
        settings: Arguments::new(),
        played: Played::default(),
        patience,
        stage,
    };
    let ended = rounds(&mut wire, script).await;
    let tested = std::mem::take(&mut wire.oracle.tested);
    wire.stage.exercised.extend(tested);
    (wire.played, ended)
}

async fn rounds(wire: &mut Wire<'_, '_>, script: &Script) -> Result<(), Halt> {
    set_up(wire, script).await?;
    for (index, round) in script.rounds.iter().enumerate() {
        wire.round(index, round).await?;
    }
    Ok(())
}

/// Brings the settings about and makes the items.
async fn set_up(wire: &mut Wire<'_, '_>, script: &Script) -> Result<(), Halt> {
    let life = wire.life;
    let operation = life.command.operation;
    wire.stage.enter(operation);
    for (setting, choice) in life.settings.iter().zip(&script.settings) {
        let choice = &setting.choices[*choice];
        wire.settings
            .insert(setting.name.clone(), choice.name.as_str().into());
        wire.stage.needs(&choice.provider_states)?;
        wire.stage
            .set_up(&choice.provider_states, operation)
            .await?;
    }
    for item in &script.items {
        let kind = &life.kinds[item.kind];
        let name = wire.stage.made(&format!("item {}", item.number));
        let states = named(kind, &name);
        wire.stage.needs(&states)?;
        wire.stage.set_up(&states, operation).await?;
        let id =
            expression::fill_text(&kind.id, &wire.stage.states.returned).map_err(Halt::Error)?;
        wire.oracle.add(id.replace("$name", &name), kind.begins);
    }
    Ok(())
}

/// The states that make an item of this name.
fn named(kind: &ItemKind, name: &str) -> Vec<ProviderState> {
    let mut states = kind.provider_states.clone();
    for state in &mut states {
        for param in state.params.values_mut() {
            if let Value::String(text) = param {
                *text = text.replace("$name", name);
            }
        }
    }
    states
}

#[cfg(test)]
mod tests {
    use super::Played;

    #[test]
    fn each_step_is_noted_with_the_round_in_which_it_was_made() {
        let mut played = Played {
            round: 2,
            ..Played::default()
        };
        played.sent(3);
        assert_eq!(played.rounds, [2, 2, 2]);
        played.round = 3;
        played.sent(5);
        assert_eq!(played.rounds, [2, 2, 2, 3, 3]);
        // A look that is made again takes the place of the one before.
        played.sent(4);
        assert_eq!(played.rounds, [2, 2, 2, 3]);
    }
}
