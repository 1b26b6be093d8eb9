//! A made-up plan for tests, of cases that ask for whatever a test wants, and the target `acme`.
//! Only the contracts are real ones.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use contract::{Contract, Level, ProviderState};
use serde_json::Value;
use validator::Validator;

use super::{TargetEntry, TargetFile};
use crate::case::{BodyTemplate, Case, Due, Expected, Play, Presented, Step};
use crate::run::CaseKind;
use crate::{Plan, Planned, Target};

/// The contracts of every plan, compiled once for all tests.
static COMPILED: LazyLock<Vec<Arc<Validator>>> = LazyLock::new(|| {
    let compiled = |(api, revision)| {
        let contract = Contract::embedded_one(api, revision).expect("a sound contract");
        Arc::new(Validator::new(Arc::new(contract)).expect("it compiles"))
    };
    [("metastudio", "2025-12"), ("smh", "2026-01")]
        .map(compiled)
        .to_vec()
});

/// The contract of that API.
pub(crate) fn contract(api: &str) -> &'static Contract {
    validator(api).contract()
}

fn validator(api: &str) -> &'static Arc<Validator> {
    let mut compiled = COMPILED.iter();
    let found = compiled.find(|validator| validator.contract().api == api);
    found.unwrap_or_else(|| panic!("{api} is one of the contracts"))
}

/// A counted case of that id, `API/OPERATION/…`, which sends one request once it has these states.
pub(crate) fn case(id: &str, states: &[ProviderState]) -> Case {
    let mut parts = id.split('/');
    let mut part = || parts.next().expect("API and operation").to_owned();
    let (api, operation) = (part(), part());
    let contract = contract(&api);
    let mut operations = contract.operations.iter();
    let step = Step {
        operation: operations
            .position(|found| found.id == operation)
            .unwrap_or_else(|| panic!("{operation} is an operation of {api}")),
        provider_states: states.to_vec(),
        presented: Presented::Own,
        parameters: std::collections::BTreeMap::default(),
        alterations: Vec::new(),
        link: None,
        body: BodyTemplate::Absent,
        until: None,
        expected: Expected {
            due: Due::Anything {
                requirement: "HT-01".to_owned(),
            },
            body: Vec::new(),
        },
    };
    Case {
        id: id.to_owned(),
        revision: contract.revision.clone(),
        api,
        operation,
        kind: CaseKind::Documented,
        title: "A".to_owned(),
        counted: true,
        level: Level::Must,
        own: None,
        covers: vec!["HT-01".to_owned()],
        play: Play::Steps(vec![step]),
    }
}

/// The state of that name with these parameters.
pub(crate) fn state(name: &str, params: &Value) -> ProviderState {
    ProviderState {
        state: name.to_owned(),
        params: params.as_object().cloned().unwrap_or_default(),
        alias: None,
    }
}

/// A plan of these cases.
pub(crate) fn plan(cases: Vec<Case>) -> Plan {
    let planned = cases.into_iter().map(|case| {
        let validator = Arc::clone(validator(&case.api));
        Arc::new(Planned { validator, case })
    });
    let whole: Arc<[Arc<Planned>]> = planned.collect();
    Plan {
        contracts: COMPILED.clone(),
        cases: whole.to_vec(),
        whole,
        part: None,
    }
}

/// What a file says of the target `acme`, which goes on from its third line as `rest` has it.
pub(crate) fn entry(rest: &str) -> Result<TargetEntry, String> {
    let text = format!("[targets.acme]\nbase_url = \"http://127.0.0.1:8080\"\n{rest}\n");
    let file = TargetFile::parse(&text, Path::new("assetproof.toml"));
    let file = file.map_err(|error| error.to_string())?;
    Ok(file.entry("acme").expect("it is there").clone())
}

/// The target of such a file.
pub(crate) fn target(rest: &str) -> Target {
    entry(rest).expect("a sound file").target
}
