//! Scenario cases of random batches over random histories: one for each profile of the contract's
//! life of items (`contract::Life`).

use std::collections::BTreeSet;

use contract::{Contract, Level, Life, Profile, Promise, When};
use serde_json::Value;
use validator::Validator;

use super::{Case, Play};
use crate::run::CaseKind;

/// A history that is ready to be played; what it does is drawn by the run's seed.
#[derive(Debug, Clone)]
pub struct HistoryPlay {
    /// Index into `Life::profiles`.
    pub profile: usize,
}

/// The cases of a contract's profiles, in order.
pub(crate) fn histories(validator: &Validator) -> Vec<Case> {
    let contract = validator.contract();
    let Some(life) = &contract.life else {
        return Vec::new();
    };
    let operation = &contract.operations[life.command.operation];
    let profiles = life.profiles.iter().enumerate();
    profiles
        .map(|(index, profile)| {
            let promises = promises(life, profile);
            let mut covers: BTreeSet<String> = related(contract, life);
            covers.extend(promises.iter().map(|promise| promise.requirement.clone()));
            Case {
                id: format!(
                    "{}/{}/scenario/history-{}",
                    contract.api, operation.id, profile.name
                ),
                api: contract.api.clone(),
                revision: contract.revision.clone(),
                operation: operation.id.clone(),
                kind: CaseKind::Scenario,
                title: profile.title.clone(),
                counted: true,
                level: strongest(&promises),
                own: None,
                covers: covers.into_iter().collect(),
                play: Play::History(Box::new(HistoryPlay { profile: index })),
            }
        })
        .collect()
}

fn strongest(promises: &[&Promise]) -> Level {
    let levels = promises.iter().map(|promise| promise.level);
    levels.max().unwrap_or(Level::May)
}

/// What ties the answers of the history's operations to their requests.
fn related(contract: &Contract, life: &Life) -> BTreeSet<String> {
    let observe = life.observe.as_ref().map(|observe| observe.operation);
    let later = life.results.later.as_ref().map(|later| later.operation);
    let operations = [Some(life.command.operation), observe, later];
    let operations = operations.into_iter().flatten();
    operations
        .flat_map(|operation| &contract.operations[operation].relations)
        .map(|relation| relation.requirement.clone())
        .collect()
}

/// What a history of this profile can find broken, apart from what is promised of every exchange.
fn promises<'l>(life: &'l Life, profile: &Profile) -> Vec<&'l Promise> {
    let may_hold = |when: &When| {
        let mut conditions = when.0.iter();
        conditions.all(|(name, values)| drawn(life, profile, name).any(|v| values.contains(&v)))
    };
    let outcomes = life.outcomes.iter().map(|rule| (&rule.when, &rule.promise));
    let effects = life.effects.iter().map(|rule| (&rule.when, &rule.promise));
    let accepted = life.command.accepted.iter();
    let accepted = accepted.map(|rule| (&rule.when, &rule.promise));
    // Where nothing is looked at, nobody sees what became of an item.
    let effects = effects.filter(|_| life.observe.is_some());
    let ruled = outcomes.chain(effects).chain(accepted);
    let ruled = ruled
        .filter(|(when, _)| may_hold(when))
        .map(|(_, promise)| promise);
    let distinct = life
        .results
        .distinct
        .iter()
        .map(|distinct| &distinct.promise);
    let listed = life.states.iter().filter_map(|state| state.listed.as_ref());
    let listed = listed.filter(|_| life.observe.is_some());
    let promises = ruled.chain(distinct).chain(listed);
    promises
        .filter(|promise| promise.level > Level::May)
        .collect()
}

/// The values that a setting or an argument can have in histories of this profile.
fn drawn(life: &Life, profile: &Profile, name: &str) -> impl Iterator<Item = Value> {
    let settings = life.settings.iter().zip(&profile.settings);
    let settings = settings.filter(move |(setting, _)| setting.name == name);
    let settings = settings.flat_map(|(setting, choices)| {
        choices
            .iter()
            .map(|choice| Value::from(setting.choices[*choice].name.as_str()))
    });
    let arguments = life.command.arguments.iter().zip(&profile.arguments);
    let arguments = arguments.filter(move |(argument, _)| argument.name == name);
    let arguments = arguments.flat_map(|(argument, weights)| {
        let values = argument.values.iter().zip(weights);
        values
            .filter(|(_, weight)| **weight > 0)
            .map(|(value, _)| value.clone())
    });
    settings.chain(arguments)
}

#[cfg(test)]
mod tests {
    use contract::Contract;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    /// The life of one contract's items, with its profile of that name.
    fn life(profile: &str) -> (Life, Profile) {
        let contract = Contract::embedded_one("smh", "2026-01").expect("a sound contract");
        let life = contract.life.expect("a life");
        let profile = life.profiles.iter().find(|known| known.name == profile);
        let profile = profile.expect("it is there").clone();
        (life, profile)
    }

    #[rstest]
    #[case::a_setting("recycle-bin", "bin", json!(["enabled"]))]
    #[case::another_setting("recycle-bin", "batches", json!(["at-once", "as-the-server-likes"]))]
    #[case::the_other_choice("no-recycle-bin", "bin", json!(["disabled"]))]
    #[case::an_argument("recycle-bin", "permanent", json!([null, false, true]))]
    #[case::nothing("recycle-bin", "size", json!([]))]
    fn what_a_profile_draws_from_is_known(
        #[case] profile: &str,
        #[case] name: &str,
        #[case] expected: Value,
    ) {
        let (life, profile) = life(profile);
        let drawn: Vec<Value> = drawn(&life, &profile, name).collect();
        assert_eq!(Value::Array(drawn), expected);
    }

    #[test]
    fn an_argument_without_weight_is_never_drawn() {
        let (life, mut profile) = life("recycle-bin");
        profile.arguments[0] = vec![0, 1, 2];
        let drawn: Vec<Value> = drawn(&life, &profile, "permanent").collect();
        assert_eq!(drawn, [json!(false), json!(true)]);
    }

    #[test]
    fn what_is_promised_no_more_than_as_may_is_not_there_to_be_broken() {
        let (mut life, profile) = life("mixed");
        let before = promises(&life, &profile).len();
        let accepted = life.command.accepted.first_mut().expect("a promise");
        assert!(accepted.promise.level > Level::May);
        accepted.promise.level = Level::May;
        assert_eq!(promises(&life, &profile).len(), before - 1);
    }
}
