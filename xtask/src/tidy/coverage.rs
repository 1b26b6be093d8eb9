//! Every MUST and every SHOULD of every built-in contract has a case, or says why it can have none;
//! every case has a requirement.

use std::collections::BTreeSet;
use std::sync::Arc;

use conformance::{Plan, Selection};
use contract::{Contract, Level};
use validator::Validator;

pub(super) fn problems() -> Vec<String> {
    match plan() {
        Ok(plan) => requirements(&plan).chain(cases(&plan)).collect(),
        Err(problem) => vec![problem],
    }
}

fn plan() -> Result<Plan, String> {
    let contracts = Contract::embedded().map_err(|error| error.to_string())?;
    let validators = contracts
        .into_iter()
        .map(|contract| Validator::new(Arc::new(contract)).map(Arc::new))
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    Plan::new(validators, &Selection::default()).map_err(|error| error.to_string())
}

fn requirements(plan: &Plan) -> impl Iterator<Item = String> {
    plan.contracts.iter().flat_map(|validator| {
        let contract = validator.contract();
        let covered: BTreeSet<&str> = plan
            .cases
            .iter()
            .map(|planned| &planned.case)
            .filter(|case| case.api == contract.api && case.revision == contract.revision)
            .filter(|case| case.counted)
            .flat_map(|case| case.covers.iter().map(String::as_str))
            .collect();
        let place = format!("schemas/{}/requirements.yaml", contract.name());
        contract.requirements.values().filter_map(move |requirement| {
            let id = &requirement.id;
            match (&requirement.no_case, covered.contains(id.as_str())) {
                (Some(_), true) => Some(format!(
                    "{place}: {id} has \"no-case\", and a case covers it: take that member out"
                )),
                (None, false) if requirement.level >= Level::Should => Some(format!(
                    "{place}: no counted case covers {id} ({}): write a scenario for it, or say in \
                     \"no-case\" why none can",
                    requirement.level
                )),
                _ => None,
            }
        })
    })
}

fn cases(plan: &Plan) -> impl Iterator<Item = String> {
    let mut seen = BTreeSet::new();
    plan.cases.iter().filter_map(move |planned| {
        let case = &planned.case;
        let known = |id: &String| planned.validator.contract().requirements.contains_key(id);
        if !seen.insert((&case.api, &case.revision, &case.id)) {
            Some(format!("{}: two cases have this id: rename one", case.id))
        } else if case.covers.is_empty() {
            Some(format!("{}: covers no requirement: name one", case.id))
        } else {
            let unknown = case.covers.iter().find(|id| !known(id))?;
            Some(format!("{}: covers {unknown}, which there is not", case.id))
        }
    })
}
