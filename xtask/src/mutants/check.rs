//! Whether a catalogue speaks of the contracts that there are. A mutant of a requirement that is
//! misspelt could not be killed by any case, and would be taken for a hole in the suite.

use contract::Contract;
use fake_server::mutants::{Catalogue, Mutant};

use super::suite::Suites;
use crate::Result;

/// An error that lists everything in the catalogue that is in no contract.
pub(super) fn check(catalogue: &Catalogue, suites: &Suites) -> Result<()> {
    let mut problems = Vec::new();
    for mutant in &catalogue.mutants {
        let file = format!("{}.toml", mutant.api);
        for revision in &mutant.revisions {
            for problem in of_revision(mutant, revision, suites) {
                problems.push(format!("{file}: the mutant {:?}: {problem}", mutant.id));
            }
        }
    }
    for (api, exempt) in &catalogue.exempt {
        let known = suites.contracts().any(|contract| {
            contract.api == api.name() && contract.requirements.contains_key(&exempt.requirement)
        });
        if !known {
            let requirement = &exempt.requirement;
            problems.push(format!(
                "{api}.toml: {api} has no requirement {requirement} to exempt"
            ));
        }
    }
    match problems.as_slice() {
        [] => Ok(()),
        [one] => Err(one.as_str().into()),
        several => Err(format!("the catalogue does not fit:\n  {}", several.join("\n  ")).into()),
    }
}

fn of_revision(mutant: &Mutant, revision: &str, suites: &Suites) -> Vec<String> {
    let api = mutant.api.name();
    let of_api = |contract: &&Contract| contract.api == api;
    let Some(contract) = suites
        .contracts()
        .filter(of_api)
        .find(|contract| contract.revision == revision)
    else {
        let known: Vec<&str> = suites
            .contracts()
            .filter(of_api)
            .map(|contract| contract.revision.as_str())
            .collect();
        return vec![format!(
            "{api} has no revision {revision}, but {}",
            known.join(", ")
        )];
    };
    let name = contract.name();
    let mut problems = Vec::new();
    if !contract.requirements.contains_key(&mutant.breaks) {
        problems.push(format!(
            "{name} has no requirement {}: schemas/{name}/requirements.yaml lists them",
            mutant.breaks
        ));
    }
    for operation in mutant.operations() {
        let known: Vec<&str> = contract
            .operations
            .iter()
            .map(|one| one.id.as_str())
            .collect();
        if !known.contains(&operation) {
            problems.push(format!(
                "{name} has no operation {operation}, but {}",
                known.join(", ")
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a catalogue with this entry of smh's.
    fn said(entry: &str) -> String {
        let catalogue = Catalogue::read(|file| (file == "smh.toml").then(|| entry.to_owned()))
            .expect("it can be read");
        let suites = Suites::new().expect("the contracts compile");
        check(&catalogue, &suites).map_or_else(|error| error.to_string(), |()| String::new())
    }

    fn mutant(breaks: &str, more: &str, operation: &str) -> String {
        format!(
            "[[mutant]]\nid = \"x\"\nbreaks = \"{breaks}\"\ndoes = \"It.\"\n{more}\n\
             [[mutant.by.answers]]\noperation = \"{operation}\"\nraw = \"empty\"\n"
        )
    }

    #[test]
    fn the_catalogue_that_is_built_in_fits() {
        let catalogue = Catalogue::embedded().expect("it can be read");
        let suites = Suites::new().expect("the contracts compile");
        check(&catalogue, &suites).expect("it fits");
    }

    #[test]
    fn what_no_contract_has_is_named_with_what_there_is() {
        assert_eq!(said(&mutant("SM-BD-10", "", "task")), "");
        assert_eq!(
            said(&mutant("SM-BD-99", "", "task")),
            "smh.toml: the mutant \"x\": smh/2026-01 has no requirement SM-BD-99: \
             schemas/smh/2026-01/requirements.yaml lists them"
        );
        assert_eq!(
            said(&mutant("SM-BD-10", "revisions = [\"1999-01\"]", "task")),
            "smh.toml: the mutant \"x\": smh has no revision 1999-01, but 2026-01"
        );
        let operation = said(&mutant("SM-BD-10", "", "tasks"));
        assert!(
            operation.starts_with("smh.toml: the mutant \"x\": smh/2026-01 has no operation tasks"),
            "{operation}"
        );
        let exempt = said("[[exempt]]\nrequirement = \"SM-1\"\nreason = \"None.\"");
        assert_eq!(exempt, "smh.toml: smh has no requirement SM-1 to exempt");
        let both = said(&mutant("SM-BD-99", "", "tasks"));
        assert_eq!(both.lines().count(), 3, "{both}");
    }
}
