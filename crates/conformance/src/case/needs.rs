//! What a case needs of a target, whatever way it is played.

use contract::{Contract, Life, ProviderState};

use super::{Case, Play};

/// The names of the operations that it is about or calls; one may come more than once.
pub(crate) fn operations<'c>(
    case: &'c Case,
    contract: &'c Contract,
) -> impl Iterator<Item = &'c str> {
    let called = match &case.play {
        Play::Steps(steps) => steps.as_slice(),
        Play::Workflow(_) | Play::History(_) => &[],
    };
    let played = match &case.play {
        Play::Workflow(play) => Some(play.operations()),
        Play::Steps(_) | Play::History(_) => None,
    };
    let observed = match &case.play {
        Play::History(_) => contract
            .life
            .as_ref()
            .and_then(|life| life.observe.as_ref()),
        Play::Steps(_) | Play::Workflow(_) => None,
    };
    let called = called
        .iter()
        .map(|step| step.operation)
        .chain(played.into_iter().flatten())
        .chain(observed.map(|observe| observe.operation))
        .filter_map(|operation| contract.operations.get(operation))
        .map(|operation| operation.id.as_str());
    [case.operation.as_str()].into_iter().chain(called)
}

/// The states that it asks for, in that order; of a history none, because they are drawn when it is
/// played.
pub(crate) fn states(case: &Case) -> impl Iterator<Item = &ProviderState> {
    let steps = match &case.play {
        Play::Steps(steps) => steps.as_slice(),
        Play::Workflow(_) | Play::History(_) => &[],
    };
    let workflow = match &case.play {
        Play::Workflow(play) => Some(play.states()),
        Play::Steps(_) | Play::History(_) => None,
    };
    steps
        .iter()
        .flat_map(|step| &step.provider_states)
        .chain(workflow.into_iter().flatten())
}

/// The names of all states that it may ask for.
pub(crate) fn state_names<'c>(
    case: &'c Case,
    contract: &'c Contract,
) -> impl Iterator<Item = &'c str> {
    let drawn: Vec<&ProviderState> = match (&case.play, &contract.life) {
        (Play::History(play), Some(life)) => drawn(life, play.profile),
        _ => Vec::new(),
    };
    let names = states(case).chain(drawn);
    names.map(|state| state.state.as_str())
}

/// The states that a history of this profile may draw.
fn drawn(life: &Life, profile: usize) -> Vec<&ProviderState> {
    let Some(profile) = life.profiles.get(profile) else {
        return Vec::new();
    };
    let settings = life.settings.iter().zip(&profile.settings);
    let choices = settings.flat_map(|(setting, chosen)| {
        let choices = chosen
            .iter()
            .filter_map(|index| setting.choices.get(*index));
        choices.flat_map(|choice| &choice.provider_states)
    });
    let kinds = life.kinds.iter().zip(&profile.kinds);
    let kinds = kinds.filter(|(_, weight)| **weight > 0);
    choices
        .chain(kinds.flat_map(|(kind, _)| &kind.provider_states))
        .collect()
}

/// Whether it needs more than one tenant.
pub(crate) fn several_tenants(case: &Case) -> bool {
    match &case.play {
        Play::Workflow(play) => !play.workflow.tenants.is_empty(),
        Play::Steps(_) | Play::History(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_may_ask_for_the_states_of_its_choices_and_of_kinds_with_weight() {
        let contract = Contract::embedded_one("smh", "2026-01").expect("a sound contract");
        let mut life = contract.life.expect("a life");
        let mut profiles = life.profiles.iter();
        let profile = profiles.position(|profile| profile.name == "recycle-bin");
        let profile = profile.expect("it is there");
        let asked = |life: &Life| {
            let states = drawn(life, profile).into_iter();
            let params = states.map(|state| {
                let params: Vec<String> = state.params.values().map(ToString::to_string).collect();
                format!("{} {}", state.state, params.join(" "))
            });
            params.collect::<Vec<_>>()
        };
        let bin = "recycle bin true";
        let at_once = "batch deletes run \"at once\"";
        let directory = "directory exists \"$name\"";
        let file = "file exists \"$name.jpg\"";
        let mut all = asked(&life);
        all.sort();
        assert_eq!(all, [at_once, directory, file, bin]);
        let kinds = life.kinds.iter();
        let weights = kinds.map(|kind| usize::from(kind.name == "directory"));
        life.profiles[profile].kinds = weights.collect();
        assert_eq!(asked(&life), [bin, at_once, directory]);
        assert!(drawn(&life, life.profiles.len()).is_empty());
    }
}
