//! A contract that uses what the built-in ones happen not to use: numbers in the query, optional
//! headers, every kind of relation, recursive schemas and references in every place.

mod common;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use common::{requirement, set};
use contract::{Contract, Level};
use rstest::rstest;
use serde_json::{Value, json};
use validator::{Check, Exchange, Finding, Request, Response, Validator};

static FERRIES: LazyLock<Validator> = LazyLock::new(|| {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schemas/ferries/2026-01");
    let contract = Contract::from_dir(&folder).expect("the contract loads");
    Validator::new(Arc::new(contract)).expect("the contract compiles")
});

fn header(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.to_owned(), value.as_bytes().to_vec())
}

/// Two cars are loaded, and everything is as documented.
fn load() -> Exchange {
    Exchange {
        request: Request {
            method: "POST".to_owned(),
            target: "/v1/north/cars/load?berth=3&night=true&access=secret".to_owned(),
            headers: vec![
                header("X-Lane", "l1"),
                header("Content-Type", "application/json"),
            ],
            body: Bytes::from(json!({"cars": ["c1", "c2"]}).to_string()),
        },
        response: Response {
            status: 200,
            headers: vec![
                header("X-Wind", "4"),
                header("X-Tide", "2"),
                header("Content-Type", "application/json"),
            ],
            body: Bytes::from(
                json!({
                    "loaded": ["c2", "c1"],
                    "late": ["c1"],
                    "decks": ["c1", "c2"],
                    "places": [1, 2],
                    "weights": [900, 1200],
                    "crew": ["captain"],
                })
                .to_string(),
            ),
        },
    }
}

/// A list of tickets is answered.
fn tickets(body: &Value) -> Exchange {
    Exchange {
        request: Request {
            method: "GET".to_owned(),
            target: "/v1/north/tickets".to_owned(),
            headers: vec![],
            body: Bytes::new(),
        },
        response: Response {
            status: 200,
            headers: vec![header("Content-Type", "application/json")],
            body: Bytes::from(body.to_string()),
        },
    }
}

/// Findings as requirement, level and place.
fn told(findings: &[Finding]) -> Vec<(&str, Level, String)> {
    let told = findings.iter().map(|found| {
        let requirement = found.requirement.as_deref().unwrap_or_default();
        (requirement, found.level, found.location.to_string())
    });
    told.collect()
}

#[test]
fn a_clean_exchange_has_no_finding() {
    assert_eq!(FERRIES.exchange(&load()), []);
}

#[rstest]
#[case::no_number(
    "berth=x&night=true",
    "FE-10",
    "query berth",
    "type integer",
    r#"a string: "x""#
)]
#[case::too_large("berth=10&night=true", "FE-10", "query berth", "at most 9", "10")]
#[case::a_number_in_quotes(
    "berth=%223%22&night=true",
    "FE-10",
    "query berth",
    "type integer",
    r#"a string: ""3"""#
)]
#[case::no_boolean(
    "night=yes",
    "FE-11",
    "query night",
    "type boolean",
    r#"a string: "yes""#
)]
#[case::missing(
    "berth=1",
    "FE-11",
    "query night",
    "the query parameter night",
    "nothing"
)]
fn a_number_in_the_query_is_judged_as_a_number(
    #[case] query: &str,
    #[case] id: &str,
    #[case] at: &str,
    #[case] expected: &str,
    #[case] actual: &str,
) {
    let mut exchange = load();
    exchange.request.target = format!("/v1/north/cars/load?{query}&access=secret");
    let findings = FERRIES.exchange(&exchange);
    let found = requirement(&findings, id);
    assert_eq!(
        (
            found.location.to_string().as_str(),
            found.expected.as_str(),
            found.actual.as_str()
        ),
        (at, expected, actual)
    );
    assert_eq!(findings.len(), 1, "{findings:#?}");
}

#[rstest]
#[case("no", "path harbour", "at least 3 characters")]
#[case("north-by-east", "path harbour", "at most 10 characters")]
#[case("", "path harbour", "the path parameter harbour")]
fn a_text_in_the_path_keeps_its_length(
    #[case] harbour: &str,
    #[case] at: &str,
    #[case] expected: &str,
) {
    let mut exchange = load();
    exchange.request.target = format!("/v1/{harbour}/cars/load?night=true&access=secret");
    let findings = FERRIES.exchange(&exchange);
    let found = requirement(&findings, "FE-01");
    assert_eq!(
        (found.location.to_string().as_str(), found.expected.as_str()),
        (at, expected)
    );
}

#[test]
fn a_missing_header_parameter_is_named() {
    let mut exchange = load();
    exchange.request.headers.remove(0);
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(
        requirement(&findings, "FE-12").expected,
        "the header parameter X-Lane"
    );
}

#[rstest]
#[case::undocumented("&wind=1", "query wind")]
#[case::named_as_a_header_of_the_operation("&X-Lane=1", "query X-Lane")]
#[case::named_as_a_header_with_a_key("&X-Key=1", "query X-Key")]
fn an_unknown_query_parameter_is_a_warning(#[case] more: &str, #[case] at: &str) {
    let mut exchange = load();
    exchange.request.target.push_str(more);
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(told(&findings), [("FE-01", Level::May, at.to_owned())]);
    assert_eq!(findings[0].check, Check::UnknownMember);
}

#[rstest]
#[case::empty("access=", &[], "no credentials")]
#[case::another_name("", &[], "no credentials")]
#[case::a_key_without_its_stamp("", &["X-Key"], "only X-Key")]
fn every_credential_of_a_way_to_authenticate_is_needed(
    #[case] query: &str,
    #[case] headers: &[&str],
    #[case] actual: &str,
) {
    let mut exchange = load();
    exchange.request.target = format!("/v1/north/cars/load?night=true&{query}");
    exchange
        .request
        .headers
        .extend(headers.iter().map(|name| header(name, "x")));
    let findings = FERRIES.exchange(&exchange);
    let found = requirement(&findings, "FE-02");
    assert_eq!(
        (found.expected.as_str(), found.actual.as_str()),
        ("access, or X-Key with X-Stamp", actual)
    );
}

#[test]
fn a_body_that_need_not_be_there_is_not_missed() {
    let mut exchange = load();
    exchange.request.body = Bytes::new();
    assert_eq!(FERRIES.request(&exchange.request).findings, []);
}

#[test]
fn a_literal_of_the_path_may_be_percent_encoded() {
    let mut exchange = load();
    exchange.request.target = exchange.request.target.replace("/load", "/l%6Fad");
    assert_eq!(FERRIES.exchange(&exchange), []);
}

#[rstest]
#[case("/v1/north/tickers", "FE-17", "/v1/{harbour}/tickets")]
#[case("/v1/north/cars/loads", "FE-01", "/v1/{harbour}/cars/load")]
fn the_operation_whose_path_is_most_alike_is_named(
    #[case] target: &str,
    #[case] id: &str,
    #[case] expected: &str,
) {
    let mut exchange = load();
    exchange.request.target = target.to_owned();
    let findings = FERRIES.request(&exchange.request).findings;
    assert_eq!(requirement(&findings, id).expected, expected);
}

#[test]
fn a_path_that_is_like_none_names_the_api() {
    let mut exchange = load();
    exchange.request.target = "/2/x".to_owned();
    let findings = FERRIES.request(&exchange.request).findings;
    assert_eq!(told(&findings), [("", Level::May, "path".to_owned())]);
    assert_eq!(findings[0].expected, "a path of ferries/2026-01");
}

#[rstest]
#[case::one_that_should_be_there("X-Wind", &[("FE-14", Level::Should)])]
#[case::one_that_may_be_there("X-Tide", &[])]
fn a_missing_response_header(#[case] name: &str, #[case] found: &[(&str, Level)]) {
    let mut exchange = load();
    exchange
        .response
        .headers
        .retain(|(header, _)| header != name);
    let findings = FERRIES.exchange(&exchange);
    let told: Vec<_> = told(&findings)
        .into_iter()
        .map(|(id, level, _)| (id, level))
        .collect();
    assert_eq!(told, found);
}

#[test]
fn a_response_header_that_may_be_there_is_judged_when_it_is() {
    let mut exchange = load();
    exchange.response.headers[1].1 = b"high".to_vec();
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(
        told(&findings),
        [("FE-15", Level::Must, "header X-Tide".to_owned())]
    );
}

#[rstest]
#[case::missing("/loaded", json!(["c1"]), "FE-05", r#"missing: "c2""#)]
#[case::twice("/loaded", json!(["c1", "c1"]), "FE-05", r#"missing: "c2"; more than once: "c1""#)]
#[case::twice_and_all("/loaded", json!(["c1", "c2", "c1"]), "FE-05", r#"more than once: "c1""#)]
#[case::foreign("/loaded", json!(["c1", "c2", "c3"]), "FE-05", r#"not asked for: "c3""#)]
#[case::foreign("/late", json!(["c3"]), "FE-06", r#"not asked for: "c3""#)]
#[case::twice("/late", json!(["c1", "c1"]), "FE-06", r#"more than once: "c1""#)]
#[case::another_order("/decks", json!(["c2", "c1"]), "FE-07", r#"at 0: "c2" for "c1""#)]
#[case::too_few("/decks", json!(["c1"]), "FE-07", "1 for 2")]
#[case::twice("/places", json!([3, 4, 3]), "FE-08", "more than once: 3")]
#[case::two_types("/weights", json!([1, "2"]), "FE-09", "a number beside a string")]
fn a_broken_relation_is_told(
    #[case] at: &str,
    #[case] value: Value,
    #[case] id: &str,
    #[case] actual: &str,
) {
    let mut exchange = load();
    set(&mut exchange.response.body, at, value);
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(told(&findings), [(id, Level::Must, String::new())]);
    assert_eq!(findings[0].actual, actual);
}

#[rstest]
#[case("/late", json!([]))]
#[case("/loaded", json!(["c1", "c2"]))]
#[case("/places", json!([]))]
#[case("/weights", json!(["1"]))]
fn a_relation_that_is_kept_is_not(#[case] at: &str, #[case] value: Value) {
    let mut exchange = load();
    set(&mut exchange.response.body, at, value);
    assert_eq!(FERRIES.exchange(&exchange), []);
}

#[test]
fn large_batches_are_related_like_small_ones() {
    let mut exchange = load();
    let cars = cars(0..17);
    exchange.request.body = Bytes::from(json!({"cars": cars}).to_string());
    exchange.response.body = Bytes::from(
        json!({"loaded": cars, "late": cars, "decks": cars, "places": cars}).to_string(),
    );
    assert_eq!(FERRIES.exchange(&exchange), []);
    let mut places = cars.clone();
    places[16] = "c3".to_owned();
    set(&mut exchange.response.body, "/places", json!(places));
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(
        requirement(&findings, "FE-08").actual,
        r#"more than once: "c3""#
    );
}

#[rstest]
#[case::one_is_missing(&cars(0..17)[..16], r#"missing: "c16""#)]
#[case::one_more(&cars(0..18), r#"not asked for: "c17""#)]
#[case::one_twice(&[cars(0..17), cars(3..4)].concat(), r#"more than once: "c3""#)]
#[case::another_one(&[cars(0..16), cars(20..21)].concat(), r#"missing: "c16"; not asked for: "c20""#)]
fn what_is_wrong_of_a_large_batch_is_told(#[case] loaded: &[String], #[case] actual: &str) {
    let mut exchange = load();
    exchange.request.body = Bytes::from(json!({"cars": cars(0..17)}).to_string());
    exchange.response.body = Bytes::from(json!({ "loaded": loaded }).to_string());
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(requirement(&findings, "FE-05").actual, actual);
}

fn cars(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("c{number}")).collect()
}

/// Where the schema has found fault with what a relation is about, the relation is silent; a fault
/// elsewhere, or one that is only observed, silences none.
#[rstest]
#[case::elsewhere("/late", json!("late"), &["-", "FE-05"])]
#[case::only_observed("/loaded", json!(["c1", "cc-long"]), &["FE-05", "FE-19"])]
#[case::there("/loaded", json!(["c1", "x"]), &["FE-18"])]
fn a_relation_is_silent_where_the_schema_has_spoken(
    #[case] at: &str,
    #[case] value: Value,
    #[case] ids: &[&str],
) {
    let mut exchange = load();
    set(&mut exchange.response.body, "/loaded", json!(["c1"]));
    set(&mut exchange.response.body, at, value);
    let findings = FERRIES.exchange(&exchange);
    let mut found: Vec<&str> = findings
        .iter()
        .map(|found| found.requirement.as_deref().unwrap_or("-"))
        .collect();
    found.sort_unstable();
    assert_eq!(found, ids);
}

#[test]
fn a_relation_of_other_statuses_is_about_those() {
    let mut exchange = load();
    exchange.response.status = 400;
    exchange.response.body = Bytes::from(json!({"codes": [1, 1], "places": [1, 1]}).to_string());
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(told(&findings), [("FE-22", Level::Must, String::new())]);
}

/// The level of `x-should` and `x-may` is theirs, whatever the requirement's own is.
#[test]
fn a_softer_assertion_has_a_level_of_its_own() {
    let mut exchange = load();
    exchange.request.body = Bytes::from(json!({"cars": ["c1", "x2", "c-long"]}).to_string());
    set(
        &mut exchange.response.body,
        "/loaded",
        json!(["c1", "x2", "c-long"]),
    );
    set(
        &mut exchange.response.body,
        "/decks",
        json!(["c1", "x2", "c-long"]),
    );
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(
        told(&findings),
        [
            ("FE-18", Level::Should, "/loaded/1".to_owned()),
            ("FE-19", Level::May, "/loaded/2".to_owned()),
        ]
    );
}

#[test]
fn a_contradiction_about_one_place_of_a_list_is_observed_there() {
    let mut exchange = load();
    set(
        &mut exchange.response.body,
        "/crew",
        json!(["captain", "mate"]),
    );
    let findings = FERRIES.exchange(&exchange);
    assert_eq!(
        told(&findings),
        [("FE-21", Level::May, "/crew/1".to_owned())]
    );
    assert_eq!(findings[0].actual, "prose: a name");
}

#[test]
fn a_response_is_judged_without_what_ties_it_to_its_request() {
    let mut exchange = load();
    set(&mut exchange.response.body, "/loaded", json!(["c9"]));
    set(&mut exchange.response.body, "/crew", json!([7]));
    let findings = FERRIES.response(0, &exchange.response);
    assert_eq!(
        told(&findings),
        [("FE-20", Level::Must, "/crew/0".to_owned())]
    );
}

#[rstest]
#[case(json!({"tickets": [{"id": "t", "prise": 1}]}), "FE-17", "/tickets/0/prise", Check::UnknownMember)]
#[case(json!({"tickets": [{}]}), "FE-17", "/tickets/0/id", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [{"id": "t", "tickets": [{"id": "t", "tickets": [{"id": 1}]}]}]}), "FE-17", "/tickets/0/tickets/0/tickets/0/id", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "first": {"price": 1}}), "", "/first/id", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "last": {"id": "t", "price": 1, "prise": 1}}), "", "/last/prise", Check::UnknownMember)]
#[case(json!({"tickets": [], "last": {"id": "t"}}), "FE-17", "/last/price", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "either": {"id": 1}}), "", "/either", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "pair": [{}]}), "", "/pair/0/id", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "never": {"id": "t"}}), "", "/never", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "rest": {"t": {}}}), "", "/rest/t/id", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "any": {"id": 1, "more": 1}}), "", "/any/more", Check::UnknownMember)]
#[case(json!({"tickets": [], "some": {"id": 1, "more": 1}}), "", "/some/more", Check::UnknownMember)]
#[case(json!({"tickets": [], "some": {}}), "FE-17", "/some/id", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "never": {"id": "t", "more": 1}}), "", "/never", Check::ResponseSchemaConformance)]
#[case(json!({"tickets": [], "open": {"more": "x"}}), "", "/open/more", Check::ResponseSchemaConformance)]
fn a_reference_is_followed_wherever_it_stands(
    #[case] body: Value,
    #[case] id: &str,
    #[case] at: &str,
    #[case] check: Check,
) {
    let findings = FERRIES.exchange(&tickets(&body));
    let [found] = findings.as_slice() else {
        panic!("{findings:#?}")
    };
    assert_eq!(
        (
            found.requirement.as_deref().unwrap_or_default(),
            found.location.to_string().as_str(),
            found.check
        ),
        (id, at, check)
    );
}

#[rstest]
#[case(json!({"tickets": [], "some": {"id": 1, "name": 1}}))]
#[case(json!({"tickets": [], "open": {"id": "t", "more": 1}, "free": {"more": 1}}))]
#[case(json!({"tickets": [], "any": {"name": 1}}))]
#[case(json!({"tickets": [], "either": null, "never": 1, "first": {"id": "t"}}))]
#[case(json!({"tickets": [], "rest": {"t": {"id": "t"}}, "pair": [{"id": "t"}, 1]}))]
fn what_a_schema_beside_lists_is_known(#[case] body: Value) {
    assert_eq!(FERRIES.exchange(&tickets(&body)), []);
}

#[test]
fn what_is_found_and_what_is_tried_can_be_asked_for_at_once() {
    let mut exchange = load();
    set(&mut exchange.response.body, "/loaded", json!(["c1"]));
    let judged = FERRIES.judge(&exchange);
    assert!(!judged.findings.is_empty() && !judged.exercised.is_empty());
    assert_eq!(judged.findings, FERRIES.exchange(&exchange));
    assert_eq!(judged.exercised, FERRIES.exercised(&exchange));
    let body = |bytes: &[u8]| serde_json::from_slice(bytes).expect("JSON");
    assert_eq!(judged.bodies.request, body(&exchange.request.body));
    assert_eq!(judged.bodies.response, body(&exchange.response.body));
}

fn exercised(exchange: &Exchange) -> Vec<String> {
    FERRIES.exercised(exchange).into_iter().collect()
}

#[test]
fn what_an_exchange_shows_is_exercised() {
    assert_eq!(
        exercised(&load()),
        [
            "FE-01", "FE-02", "FE-03", "FE-04", "FE-05", "FE-06", "FE-07", "FE-08", "FE-09",
            "FE-10", "FE-11", "FE-12", "FE-13", "FE-14", "FE-15", "FE-18", "FE-20"
        ]
    );
}

#[rstest]
#[case::a_parameter_that_is_not_sent(
    |exchange: &mut Exchange| exchange.request.target = "/v1/north/cars/load?night=true&access=x".to_owned(),
    &["FE-10"]
)]
#[case::a_header_that_is_not_sent(|exchange: &mut Exchange| drop(exchange.request.headers.remove(0)), &["FE-12"])]
#[case::a_header_that_may_be_missing(|exchange: &mut Exchange| drop(exchange.response.headers.remove(1)), &["FE-15"])]
#[case::a_header_that_should_not(|exchange: &mut Exchange| drop(exchange.response.headers.remove(0)), &[])]
#[case::nothing_asked_for(
    |exchange: &mut Exchange| exchange.request.body = Bytes::from(r#"{"cars": []}"#),
    &["FE-05", "FE-06", "FE-07"]
)]
#[case::no_body_at_all(|exchange: &mut Exchange| exchange.request.body = Bytes::new(), &["FE-05", "FE-06", "FE-07", "FE-13"])]
#[case::nothing_answered(|exchange: &mut Exchange| set(&mut exchange.response.body, "/loaded", json!([])), &["FE-05"])]
#[case::one_value_alone(|exchange: &mut Exchange| set(&mut exchange.response.body, "/places", json!([1])), &["FE-08"])]
#[case::one_value_alone(|exchange: &mut Exchange| set(&mut exchange.response.body, "/weights", json!([1])), &["FE-09"])]
fn what_an_exchange_does_not_show_is_not(
    #[case] change: impl Fn(&mut Exchange),
    #[case] missing: &[&str],
) {
    let mut exchange = load();
    change(&mut exchange);
    let mut wanted = exercised(&load());
    wanted.retain(|id| !missing.contains(&id.as_str()));
    assert_eq!(exercised(&exchange), wanted);
}

#[test]
fn a_broken_body_tests_that_bodies_are_json_and_no_more() {
    let mut exchange = load();
    exchange.response.body = Bytes::new();
    let shown = exercised(&exchange);
    assert!(shown.iter().any(|id| id == "FE-04"), "{shown:?}");
    assert!(!shown.iter().any(|id| id == "FE-18"), "{shown:?}");
}

#[test]
fn a_relation_of_other_statuses_is_exercised_by_those() {
    let mut exchange = load();
    exchange.response.status = 400;
    exchange.response.body = Bytes::from(json!({"codes": [1, 2], "places": [1, 2]}).to_string());
    let shown = exercised(&exchange);
    assert!(shown.iter().any(|id| id == "FE-22"), "{shown:?}");
    assert!(!shown.iter().any(|id| id == "FE-08"), "{shown:?}");
}

#[test]
fn a_status_without_a_body_exercises_its_requirement() {
    let mut exchange = load();
    exchange.response.status = 204;
    exchange.response.body = Bytes::new();
    assert!(exercised(&exchange).iter().any(|id| id == "FE-16"));
}
