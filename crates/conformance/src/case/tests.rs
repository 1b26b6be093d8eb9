//! The documented cases and the scenarios of the embedded contracts: what they cover, and what each
//! of them needs of a target.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use contract::Contract;
use rstest::rstest;
use validator::Validator;

use super::*;

fn body(template: &BodyTemplate) -> &'static str {
    match template {
        BodyTemplate::Absent => "nothing",
        BodyTemplate::Bytes(_) => "bytes",
        BodyTemplate::Json { .. } => "JSON",
        BodyTemplate::Damaged { .. } | BodyTemplate::Spelled { .. } => "something else",
    }
}

/// A line for each case: how it counts, its id, what it covers, the operations that it calls, the
/// states that it asks for and those that it may ask for, and what its last step sends and expects.
fn listing(validator: &Validator) -> String {
    let contract = validator.contract();
    let mut cases = documented(validator).expect("sound examples");
    cases.extend(workflows(validator));
    cases.extend(histories(validator));
    let mut lines = String::new();
    for case in &cases {
        let counts = if case.counted { "" } else { "observed as " };
        let operations: Vec<&str> = needs::operations(case, contract).collect();
        let asked = needs::states(case).count();
        let names: BTreeSet<&str> = needs::state_names(case, contract).collect();
        let names = Vec::from_iter(names).join(", ");
        let tenants = if needs::several_tenants(case) {
            ", several tenants"
        } else {
            ""
        };
        let sends = case.steps().last().map_or_else(String::new, |step| {
            let status = step.expected.due.status();
            let status = status.map_or_else(String::new, |status| status.to_string());
            format!("; sends {} for {status}", body(&step.body))
        });
        writeln!(
            lines,
            "{counts}{} {} [{}] by {}; {asked} of ({names}){tenants}{sends}",
            case.level,
            case.id,
            case.covers.join(" "),
            operations.join(", "),
        )
        .expect("a string");
    }
    lines
}

#[rstest]
#[case("metastudio", "2025-12")]
#[case("roma", "2022-12")]
#[case("roma", "2025-10")]
#[case("smh", "2026-01")]
fn each_case_covers_what_it_can_show_and_says_what_it_needs(
    #[case] api: &str,
    #[case] revision: &str,
) {
    let contract = Contract::embedded_one(api, revision).expect("a sound contract");
    let validator = Validator::new(Arc::new(contract)).expect("it compiles");
    insta::assert_snapshot!(format!("{api}-{revision}"), listing(&validator));
}
