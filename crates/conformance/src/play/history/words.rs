//! What the oracle says to people: settings and arguments, states, and lists of either.

use contract::{Life, Outcome, StateSet};
use serde_json::Value;

use super::oracle::Situation;

/// `action DELETE`, `no permanent, bin enabled`: what the command was told, and the settings that
/// the machine makes a difference by.
pub(super) fn told(life: &Life, situation: Situation<'_>) -> String {
    let arguments = life.command.arguments.iter().map(|argument| &argument.name);
    let settings = life.settings.iter().map(|setting| &setting.name);
    let settings = settings.filter(|name| {
        let outcomes = life.outcomes.iter().map(|outcome| &outcome.when);
        let effects = life.effects.iter().map(|effect| &effect.when);
        let mut conditions = outcomes.chain(effects).flat_map(|when| &when.0);
        conditions.any(|(known, _)| known == *name)
    });
    let parts: Vec<String> = arguments
        .chain(settings)
        .filter_map(|name| {
            Some(match situation.get(name)? {
                Value::Null => format!("no {name}"),
                Value::String(text) => format!("{name} {text}"),
                other => format!("{name} {other}"),
            })
        })
        .collect();
    parts.join(", ")
}

/// `ACTIVED or UNACTIVED`.
pub(super) fn states(life: &Life, states: StateSet) -> String {
    let names = states.iter().map(|state| life.states[state].name.as_str());
    either(names)
}

/// What the observation may show of items in these states: `DELETED or not listed`.
pub(super) fn shown(life: &Life, states: StateSet) -> String {
    let mut all: Vec<&str> = Vec::new();
    for shown in states.iter().flat_map(|state| &life.states[state].shown) {
        let word = shown.as_deref().unwrap_or("not listed");
        if !all.contains(&word) {
            all.push(word);
        }
    }
    // To be missing comes last, whichever state allows it.
    all.sort_by_key(|word| *word == "not listed");
    either(all.into_iter())
}

/// The labels that an outcome promises.
pub(super) fn promised(life: &Life, outcome: &Outcome) -> String {
    let labels = outcome.labels.iter();
    either(labels.map(|label| life.results.labels[*label].means.as_str()))
}

/// `a, b or c`.
fn either<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::either;

    #[test]
    fn alternatives_read_well() {
        assert_eq!(either(["a"].into_iter()), "a");
        assert_eq!(either(["a", "b", "c"].into_iter()), "a, b or c");
    }
}
