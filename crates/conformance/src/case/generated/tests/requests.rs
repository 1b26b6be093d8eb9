//! Cases about a request apart from the parts of its body, each with what it sends.

use contract::Level;
use rstest::rstest;
use serde_json::{Value, json};

use super::super::kettles::Kettles;

fn parameter(name: &str, place: &str, schema: Value) -> Value {
    let mut parameter = json!({"name": name, "in": place, "x-requirement": "KE-07"});
    parameter["schema"] = schema;
    parameter
}

fn required(mut parameter: Value) -> Value {
    parameter["required"] = json!(true);
    parameter
}

fn tenant(mut parameter: Value) -> Value {
    parameter["required"] = json!(true);
    parameter["x-tenant"] = json!(true);
    parameter
}

fn flag(mut parameter: Value) -> Value {
    parameter["x-flag"] = json!(true);
    parameter["allowEmptyValue"] = json!(true);
    parameter
}

#[test]
fn parameters_are_tried_by_their_presence_their_values_and_their_faults() {
    let text = || json!({"type": "string"});
    let lower = || json!({"type": "string", "pattern": "^[a-z]+$"});
    let kettles = Kettles {
        path: "/v1/{house}/{room}/boil",
        parameters: json!([
            tenant(parameter(
                "house",
                "path",
                json!({"type": "string", "minLength": 1, "maxLength": 40})
            )),
            required(parameter("room", "path", lower())),
            flag(parameter("dry", "query", text())),
            required(flag(parameter("now", "query", text()))),
            required(parameter("count", "query", json!({"type": "integer"}))),
            required(parameter("hot", "query", json!({"type": "boolean"}))),
            required(parameter(
                "word",
                "query",
                json!({"type": "string", "minLength": 0})
            )),
            parameter(
                "cup",
                "query",
                json!({"type": "string", "minLength": 1, "maxLength": 3})
            ),
            parameter(
                "guest",
                "query",
                json!({"type": "string", "x-volatile": "id"})
            ),
            parameter(
                "known",
                "query",
                json!({"type": "string", "x-volatile": "id", "x-unknown-value": "KE-11"}),
            ),
            parameter("loud", "query", json!({"type": "boolean"})),
            parameter(
                "mood",
                "query",
                json!({"type": "string", "enum": ["low", "HIGH"]})
            ),
            parameter("pot", "query", lower()),
            parameter(
                "ratio",
                "query",
                json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1.5})
            ),
            parameter("X-Room", "header", lower()),
        ]),
        ..Kettles::default()
    };
    let picks =
        |place: &str, _: &str| !matches!(place, "credentials" | "method" | "headers" | "request");
    insta::assert_snapshot!(kettles.listing(picks));
}

#[test]
fn a_path_without_a_body_is_tried_in_other_ways() {
    let lower = json!({"type": "string", "pattern": "^[a-z0-9]+$"});
    let other = |method: &str, id: &str| {
        json!({method: {
            "operationId": id, "summary": "Something else",
            "x-requirements": {"operation": "KE-01", "authentication": "KE-02", "status": "KE-03"},
            "parameters": [tenant(parameter("house", "path", json!({"type": "string"})))],
            "responses": {"200": {"description": "It is done"}},
        }})
    };
    let kettles = Kettles {
        path: "/v1/{house}/boil",
        parameters: json!([tenant(parameter("house", "path", lower))]),
        others: json!({"/v1/{house}/boil": other("delete", "cool"), "/v1/{house}/cups": other("get", "cups")}),
        ..Kettles::default()
    };
    insta::assert_snapshot!(kettles.listing(|place, _| place != "credentials"));
}

#[test]
fn a_body_is_written_in_other_ways_and_damaged() {
    let kettles = Kettles::of([
        ("a", json!({"type": "integer"}), json!(1)),
        ("b", json!({"type": "integer"}), json!(2)),
    ]);
    let picks = |place: &str, _: &str| !matches!(place, "a" | "b" | "credentials" | "method");
    insta::assert_snapshot!(kettles.listing(picks));
}

#[rstest]
#[case::of_numbers("application/json", json!([1, 2]), "white-space", "members-reversed", true)]
#[case::of_members("application/json", json!({"a": 1, "b": 2}), "members-reversed", "-", true)]
#[case::of_one_member("application/json", json!({"a": 1}), "escaped-names", "members-reversed", true)]
#[case::like_json("application/vnd.kettle+json", json!([1]), "white-space", "members-reversed", true)]
#[case::no_json("text/plain", json!("tea"), "-", "white-space", false)]
fn only_json_is_spelled_and_damaged_and_only_where_that_makes_a_difference(
    #[case] media_type: &'static str,
    #[case] shown: Value,
    #[case] there: &str,
    #[case] missing: &str,
    #[case] is_damaged: bool,
) {
    let kettles = Kettles {
        media_type,
        ..Kettles::with(json!({"x-requirement": "KE-06"}), shown.clone())
    };
    let listing = kettles.listing(|_, _| true);
    assert!(listing.contains("positive/headers/title-case"), "{listing}");
    let has = |what: &str| listing.contains(&format!("/body/{what} "));
    assert!(there == "-" || has(there), "{listing}");
    assert!(!has(missing), "{listing}");
    assert_eq!(has("cut"), is_damaged, "{listing}");
    // A member can stand twice only where there is one.
    assert_eq!(has("duplicate-member"), shown.is_object(), "{listing}");
}

#[test]
fn who_may_call_is_tried_by_each_documented_way() {
    let secret = |name: &str, most: usize| {
        let schema = json!({"type": "string", "maxLength": most});
        json!({"name": name, "in": "header", "x-requirement": "KE-08", "schema": schema})
    };
    let kettles = Kettles {
        security: json!([{"key": []}, {"aksk": [], "date": []}]),
        parameters: json!([secret("X-Key", 20), secret("X-Sdk-Date", 16)]),
        ..Kettles::of([("a", json!({"type": "integer"}), json!(1))])
    };
    insta::assert_snapshot!(kettles.listing(|place, _| place == "credentials"));
}

#[rstest]
#[case::json("application/json", true)]
#[case::like_json("application/vnd.kettle+json", false)]
fn a_signature_over_white_space_is_tried_where_the_body_is_json(
    #[case] media_type: &'static str,
    #[case] is_tried: bool,
) {
    let kettles = Kettles {
        media_type,
        security: json!([{"aksk": [], "date": []}]),
        ..Kettles::of([("a", json!({"type": "integer"}), json!(1))])
    };
    let listing = kettles.listing(|place, _| place == "credentials");
    assert!(
        listing.contains("positive/credentials/aksk-date "),
        "{listing}"
    );
    assert_eq!(
        listing.contains("aksk-date-white-space "),
        is_tried,
        "{listing}"
    );
}

#[test]
fn nothing_is_made_of_an_example_that_breaks_its_own_contract() {
    let kettles = Kettles::of([("a", json!({"type": "integer"}), json!("one"))]);
    assert_eq!(kettles.listing(|_, _| true), "");
}

#[rstest]
#[case::shown(json!({"a": 7}), Level::Must)]
#[case::of_tables(Value::Null, Level::Should)]
fn a_request_that_no_example_shows_promises_no_more_than_should(
    #[case] shown: Value,
    #[case] level: Level,
) {
    let kettles = Kettles {
        shown,
        ..Kettles::of([("a", json!({"type": "integer", "maximum": 9}), Value::Null)])
    };
    let listing = kettles.listing(|place, what| place == "a" && what == "maximum");
    assert_eq!(
        listing,
        format!(
            "{:8} positive/a/maximum [KE-07] `a` is 9, its maximum: /a = 9\n",
            level.to_string()
        )
    );
}
