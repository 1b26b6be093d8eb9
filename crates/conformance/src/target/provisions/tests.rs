//! Which case gets which known state.

use contract::ProviderState;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::case::{Play, TenantValue};
use crate::target::fixture::{self, state};

const ONE: &str = "metastudio/asset-summary/documented/one";
const TWO: &str = "metastudio/asset-summary/documented/two";

const TENANT: &str = "tenant = { project_id = \"p1\" }";

fn asset() -> ProviderState {
    state("asset exists", &json!({ "asset_state": "ACTIVED" }))
}

/// An entry of the target file for each asset.
fn known(assets: &[&str], more: &str) -> String {
    let entry = |id: &&str| {
        format!(
            "[[targets.acme.known]]\nstate = \"asset exists\"\nparams = {{ asset_state = \
             \"ACTIVED\" }}\nreturns = {{ asset_id = {id:?} }}\n{more}\n"
        )
    };
    assets.iter().map(entry).collect()
}

fn provisions(cases: &[Case], target: &str) -> Provisions {
    let plan = fixture::plan(cases.to_vec());
    Provisions::of(&plan, &fixture::target(target)).expect("it lists nothing idle")
}

/// The assets that serve that case of metastudio's.
fn served<'p>(provisions: &'p Provisions, case: &str) -> Vec<&'p str> {
    let known = provisions.known(&name(case)).iter();
    known
        .map(|known| known.returns()["asset_id"].as_str().expect("an id"))
        .collect()
}

fn skipped<'p>(provisions: &'p Provisions, case: &str) -> Option<&'p str> {
    provisions.skipped(&name(case))
}

fn name(case: &str) -> String {
    format!("metastudio/2025-12/{case}")
}

#[test]
fn a_known_state_serves_one_case_only() {
    let cases = [
        fixture::case(ONE, &[asset(), asset()]),
        fixture::case(TWO, &[asset()]),
    ];
    let known_three = format!("{TENANT}\n{}", known(&["a1", "a2", "a3"], ""));
    let three = provisions(&cases, &known_three);
    assert_eq!(served(&three, ONE), ["a1", "a2"]);
    assert_eq!(served(&three, TWO), ["a3"]);
    assert_eq!((skipped(&three, ONE), skipped(&three, TWO)), (None, None));
    assert!(!three.plays_again(&name(ONE)), "they are used up then");

    let known_two = format!("{TENANT}\n{}", known(&["a1", "a2"], ""));
    let two = provisions(&cases, &known_two);
    assert_eq!(served(&two, ONE), ["a1", "a2"]);
    assert_eq!(
        skipped(&two, TWO),
        Some(
            "no known \"asset exists\" with {\"asset_state\":\"ACTIVED\"} is left: list more in \
             assetproof.toml"
        )
    );
}

#[test]
fn what_may_be_reused_serves_every_case() {
    let cases = [
        fixture::case(ONE, &[asset()]),
        fixture::case(TWO, &[asset()]),
    ];
    let known = format!("{TENANT}\n{}", known(&["a1"], "reuse = true"));
    let provisions = provisions(&cases, &known);
    assert_eq!(served(&provisions, ONE), ["a1"]);
    assert_eq!(served(&provisions, TWO), ["a1"]);
    assert!(provisions.plays_again(&name(ONE)), "it is there again");
}

#[test]
fn what_counts_is_served_before_what_only_observes() {
    let mut observing = fixture::case(ONE, &[asset()]);
    observing.counted = false;
    let cases = [observing, fixture::case(TWO, &[asset()])];
    let known = format!("{TENANT}\n{}", known(&["a1"], ""));
    let provisions = provisions(&cases, &known);
    assert_eq!(served(&provisions, TWO), ["a1"]);
    assert!(skipped(&provisions, ONE).is_some());
}

#[test]
fn a_state_may_be_asked_for_by_what_the_one_before_returned() {
    let mut first = asset();
    first.alias = Some("first".to_owned());
    let of_first = state("link exists", &json!({ "asset": "$states.first.asset_id" }));
    let cases = [fixture::case(ONE, &[first, of_first])];
    let known = format!(
        "{TENANT}\n{}[[targets.acme.known]]\nstate = \"link exists\"\nparams = {{ asset = \"a1\" \
         }}\nreturns = {{ asset_id = \"l1\" }}",
        known(&["a1"], "")
    );
    assert_eq!(served(&provisions(&cases, &known), ONE), ["a1", "l1"]);
}

#[test]
fn a_state_that_is_not_listed_is_told_with_the_way_out() {
    let cases = [
        fixture::case(ONE, &[asset()]),
        fixture::case(TWO, &[state("recycle bin", &json!({}))]),
    ];
    let known = format!("{TENANT}\n{}", known(&["a1"], ""));
    let provisions = provisions(&cases, &known);
    assert_eq!(served(&provisions, ONE), ["a1"]);
    assert_eq!(
        skipped(&provisions, TWO),
        Some(
            "it begins with the state \"recycle bin\", of which assetproof.toml lists no known \
             one, and the target has no URL to set that up (--state-url)"
        )
    );
}

/// What it is skipped for then is told when it is played.
#[test]
fn a_target_that_lists_nothing_has_nothing_to_give() {
    let provisions = provisions(&[fixture::case(ONE, &[asset()])], TENANT);
    assert_eq!(skipped(&provisions, ONE), None);
    assert!(provisions.known(&name(ONE)).is_empty());
}

#[test]
fn a_target_that_can_be_brought_into_a_state_needs_no_known_one() {
    let target = format!(
        "{TENANT}\nstate_url = \"http://127.0.0.1:8080/_states\"\n{}",
        known(&["a1"], "")
    );
    let provisions = provisions(&[fixture::case(ONE, &[asset()])], &target);
    assert_eq!(skipped(&provisions, ONE), None);
    assert!(provisions.known(&name(ONE)).is_empty());
}

#[test]
fn a_case_that_the_target_cannot_play_takes_nothing_from_another() {
    let cases = [
        fixture::case(ONE, &[asset()]),
        fixture::case(TWO, &[asset()]),
    ];
    let target = format!(
        "{TENANT}\n{}[[targets.acme.lacks]]\ncase = {ONE:?}\nreason = \"ticket 7\"",
        known(&["a1"], "")
    );
    let provisions = provisions(&cases, &target);
    let said = format!("the target does not implement what the cases {ONE:?} try: ticket 7");
    assert_eq!(skipped(&provisions, ONE), Some(said.as_str()));
    assert_eq!(skipped(&provisions, TWO), None);
    assert_eq!(served(&provisions, TWO), ["a1"]);
}

#[test]
fn what_only_a_case_asks_for_that_is_not_played_is_not_idle() {
    let target = format!(
        "{TENANT}\n{}[[targets.acme.lacks]]\ncase = {ONE:?}\nreason = \"ticket 7\"",
        known(&["a1"], "")
    );
    let provisions = provisions(&[fixture::case(ONE, &[asset()])], &target);
    assert!(skipped(&provisions, ONE).is_some());
    assert!(provisions.known(&name(ONE)).is_empty());
}

#[rstest]
#[case(
    TENANT,
    "it needs a tenant of its own beside the one that the known states belong to"
)]
#[case(
    "",
    "the known states belong to a tenant, and project_id is not given: add it to \
     [targets.acme.tenant] or give --tenant project_id=…"
)]
fn a_case_that_makes_up_a_tenant_finds_no_known_state(#[case] tenant: &str, #[case] reason: &str) {
    let mut case = fixture::case(ONE, &[asset()]);
    let Play::Steps(steps) = &mut case.play else {
        unreachable!("it is a row of steps");
    };
    steps[0].alterations = vec![Alteration::Tenant {
        name: "project_id".to_owned(),
        like: TenantValue::OfLength(64),
    }];
    let target = format!("{tenant}\n{}", known(&["a1"], ""));
    let provisions = provisions(&[case], &target);
    assert_eq!(skipped(&provisions, ONE), Some(reason));
}

#[tokio::test]
async fn the_cases_of_a_contract_take_turns_where_they_meet_in_one_tenant() {
    let cases = [
        fixture::case(ONE, &[]),
        fixture::case("smh/task/documented/one", &[]),
    ];
    let provisions = provisions(&cases, TENANT);
    assert!(provisions.turn("metastudio/2025-12").await.is_some());
    assert!(provisions.turn("smh/2026-01").await.is_none());
}
