//! The ids of all cases, reviewed: an id is a promise to everybody's lists of known failures.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use conformance::Plan;
use contract::{Contract, Level};
use rstest::rstest;

use crate::contracts::{lamps, plan};

/// A line for each case: how it counts, its id and what it covers.
fn listing(plan: &Plan) -> String {
    let mut lines = String::new();
    for planned in &plan.cases {
        let case = &planned.case;
        let counts = match (case.counted, case.level) {
            (false, _) => "observed",
            (true, Level::Must) => "MUST",
            (true, Level::Should) => "SHOULD",
            (true, Level::May) => "MAY",
        };
        let covers = case.covers.join(" ");
        writeln!(lines, "{counts:8} {} [{covers}] {}", case.id, case.title).expect("a string");
    }
    lines
}

#[rstest]
#[case("metastudio", "2025-12")]
#[case("roma", "2022-12")]
#[case("roma", "2025-10")]
#[case("smh", "2026-01")]
fn the_cases_of_the_embedded_contracts(#[case] api: &str, #[case] revision: &str) {
    let contract = Contract::embedded_one(api, revision).expect("a sound contract");
    insta::assert_snapshot!(format!("{api}-{revision}"), listing(&plan(contract)));
}

#[test]
fn the_cases_of_an_api_that_nobody_knows() {
    insta::assert_snapshot!("lamps", listing(&plan(lamps())));
}

#[test]
fn no_two_cases_of_a_contract_have_one_id_and_each_covers_something() {
    for contract in Contract::embedded().expect("sound contracts") {
        let plan = plan(contract);
        let mut ids = BTreeSet::new();
        for planned in &plan.cases {
            assert!(
                ids.insert(planned.case.id.clone()),
                "{} twice",
                planned.case.id
            );
            assert!(
                !planned.case.covers.is_empty(),
                "{} covers nothing",
                planned.case.id
            );
            assert!(!planned.case.title.contains('\n'), "{}", planned.case.id);
        }
    }
}

#[test]
fn the_default_run_has_well_over_600_cases() {
    let contracts = Contract::embedded().expect("sound contracts").into_iter();
    let default = contracts.filter(|contract| contract.revision != "2025-10");
    let count: usize = default.map(|contract| plan(contract).cases.len()).sum();
    assert!(count > 600, "{count}");
}
