//! The JSON form of a fault: the parser and `schemas/formats/fault.schema.json` say the same of
//! each text, and what is wrong is named with its place.

use fake_server::engine::{Fault, FaultError};
use rstest::rstest;
use serde_json::{Value, json};

use crate::served::builder;

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!(
        "../../../../schemas/formats/fault.schema.json"
    ))
    .expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
}

/// An effect of each kind, in all its forms.
fn good_effects() -> Vec<Value> {
    vec![
        json!({"status": 400}),
        json!({"status": 599}),
        json!({"latency": {"ms": 0}}),
        json!({"latency": {"ms": 3_600_000}}),
        json!({"latency": {"median_ms": 90, "sigma": 0.4}}),
        json!({"latency": {"median_ms": 90, "sigma": 0, "seed": 3}}),
        json!({"reset": {}}),
        json!({"empty": {"before": true}}),
        json!({"garbage": {"before": false}}),
        json!({"truncated": {"after": 0}}),
        json!({"truncated": {"after": 10, "before": true}}),
        json!({"content_type": "text/html; charset=utf-8"}),
        json!({"items": {}}),
        json!({"items": {"status": 403, "error_code": "MSS.1", "error_msg": "no"}}),
        json!({"throttle": {}}),
        json!({"throttle": {"retry_after": 30}}),
        json!({"jobs": "never_ends"}),
        json!({"jobs": "fails"}),
    ]
}

fn bad_effects() -> Vec<Value> {
    vec![
        json!({}),
        json!(null),
        json!("reset"),
        json!({"status": 399}),
        json!({"status": 600}),
        json!({"status": "500"}),
        json!({"status": 500, "reset": {}}),
        json!({"explode": {}}),
        json!({"latency": {}}),
        json!({"latency": {"ms": -1}}),
        json!({"latency": {"ms": 3_600_001}}),
        json!({"latency": {"ms": 1, "sigma": 1}}),
        json!({"latency": {"median_ms": 90}}),
        json!({"latency": {"median_ms": 90, "sigma": 11}}),
        json!({"latency": {"ms": null}}),
        json!({"reset": null}),
        json!({"reset": {"after": 1}}),
        json!({"reset": [true]}),
        json!({"latency": [1]}),
        json!({"truncated": {}}),
        json!({"truncated": {"after": 1.5}}),
        json!({"content_type": ""}),
        json!({"content_type": "text/html\r\nx: y"}),
        json!({"content_type": " text/html"}),
        json!({"items": {"status": 404}}),
        json!({"items": {"error_code": null}}),
        json!({"throttle": {"retry_after": "1"}}),
        json!({"jobs": "sometimes"}),
        json!({"jobs": {"fails": null}}),
    ]
}

fn good_selections() -> Vec<Value> {
    vec![
        json!({}),
        json!({"api": "smh", "operation": "batch-delete", "library_id": "l", "space_id": "-"}),
        json!({"api": "roma", "project_id": "p", "instance_id": "i", "item": "a*"}),
        json!({"nth": 1, "times": 1}),
        json!({"every": 2, "probability": 0.5, "seed": 18_446_744_073_709_551_615_u64}),
        json!({"probability": 1}),
    ]
}

fn bad_selections() -> Vec<Value> {
    vec![
        json!(null),
        json!([]),
        json!({"api": "smtp"}),
        json!({"api": {"smh": null}}),
        json!({"operation": 1}),
        json!({"tenant": "p"}),
        json!({"project_id": null}),
        json!({"nth": 0}),
        json!({"every": 0}),
        json!({"times": 0}),
        json!({"nth": 1, "every": 1}),
        json!({"probability": 1.1}),
        json!({"probability": -0.1}),
        json!({"seed": -1}),
        json!({"api": "metastudio", "instance_id": "i"}),
        json!({"api": "roma", "project_id": "p", "space_id": "s"}),
        json!({"api": "smh", "project_id": "p"}),
        json!({"project_id": "p", "library_id": "l"}),
        json!({"instance_id": "i", "space_id": "s"}),
    ]
}

#[test]
fn the_parser_and_the_schema_agree() {
    let schema = schema();
    let (reset, everything) = (json!({"reset": {}}), json!({}));
    let fault = |when: &Value, effect: &Value| json!({"when": when, "effect": effect});
    let mut good = vec![json!({"effect": {"status": 500}})];
    good.extend(
        good_effects()
            .iter()
            .map(|effect| fault(&everything, effect)),
    );
    good.extend(good_selections().iter().map(|when| fault(when, &reset)));
    good.push(Value::Array(good.clone()));
    let mut bad = vec![
        json!(null),
        json!(1),
        json!([]),
        json!({}),
        json!({"when": {}}),
        json!({"effect": {"status": 500}, "note": ""}),
        json!([{"effect": {"status": 500}}, {}]),
        json!([[{}, {"status": 500}]]),
    ];
    bad.extend(
        bad_effects()
            .iter()
            .map(|effect| fault(&everything, effect)),
    );
    bad.extend(bad_selections().iter().map(|when| fault(when, &reset)));

    for (texts, expected) in [(good, true), (bad, false)] {
        for value in texts {
            let read = Fault::read(&value.to_string());
            assert_eq!(read.is_ok(), expected, "the parser on {value}: {read:?}");
            assert_eq!(schema.is_valid(&value), expected, "the schema on {value}");
        }
    }
}

#[test]
fn a_fault_is_written_as_it_is_read() {
    let schema = schema();
    for (when, effect) in good_selections()
        .iter()
        .flat_map(|when| good_effects().into_iter().map(move |effect| (when, effect)))
    {
        let text = json!({"when": when, "effect": effect}).to_string();
        let faults = Fault::read(&text).expect("a good one");
        let written = serde_json::to_value(&faults).expect("plain data");
        assert!(schema.is_valid(&written), "{written}");
        assert_eq!(Fault::read(&written.to_string()).as_ref(), Ok(&faults));
    }
}

#[rstest]
#[case(r#"{"effect": {"status": 500}, "wen": {}}"#, "unknown field `wen`")]
#[case("{\n  \"effect\": {\"explode\": {}}\n}", "at line 2 column 22")]
#[case(r#"{"effect": {"status": 200}}"#, "effect.status cannot be used")]
#[case(
    r#"{"when": {"nth": 0}, "effect": {"reset": {}}}"#,
    "when.nth cannot be used"
)]
#[case(
    r#"{"when": {"api": "x"}, "effect": {"reset": {}}}"#,
    "only metastudio, roma, smh"
)]
#[case(r#"{"effect": {"jobs": "x"}}"#, "never_ends")]
#[case(r#"{"effect": {}}"#, "no effect: give one, such as {\"status\": 500}")]
#[case(
    r#"{"effect": {"status": 500, "reset": {}}}"#,
    "give another fault for another effect"
)]
#[case(
    r#"{"effect": {"status": "500"}}"#,
    "expected a whole number at line 1"
)]
#[case(r#"{"effect": {"reset": {}}, "when": {"nth": 1.5}}"#, "at /when/nth: ")]
#[case("[]", "give at least one")]
#[case(
    r#"{"when": {"api": "smh", "project_id": "p"}, "effect": {"reset": {}}}"#,
    "when.project_id cannot be used: only requests of metastudio and roma have one"
)]
fn what_is_wrong_is_named(#[case] text: &str, #[case] named: &str) {
    let error = Fault::read(text).expect_err("it is wrong").to_string();
    assert!(error.contains(named), "{error}");
}

#[rstest]
#[case(r#"{"effect": {}}"#, "/effect")]
#[case(
    r#"[{"effect": {"reset": {}}}, {"effect": {"latency": {"ms": "1"}}}]"#,
    "/1/effect/latency/ms"
)]
#[case(
    r#"[{"effect": {"reset": {}}}, {"effect": {"status": 200}}]"#,
    "/1/effect/status"
)]
#[case(
    r#"[{"effect": {"reset": {}}}, {"effect": {"explode": {}}}]"#,
    "/1/effect/explode"
)]
#[case(
    r#"{"when": {"operation": "x"}, "effect": {"reset": {}}}"#,
    "/when/operation"
)]
#[case(
    r#"[{"when": {"project_id": "p", "operation": "batch-delete"}, "effect": {"reset": {}}}]"#,
    "/0/when/operation"
)]
#[case("[]", "")]
fn where_it_is_wrong_is_told(#[case] text: &str, #[case] pointer: &str) {
    let engine = builder().build().expect("sound contracts");
    let error = engine.faults().add_json(text).expect_err("it is wrong");
    assert_eq!(error.pointer(), pointer, "{error}");
}

#[test]
fn an_operation_that_is_not_served_is_refused_with_those_that_are() {
    let engine = builder().build().expect("sound contracts");
    let text = r#"[{"effect": {"status": 500}},
        {"when": {"api": "roma", "operation": "batch-action"}, "effect": {"status": 500}}]"#;
    let error = engine
        .faults()
        .add_json(text)
        .expect_err("roma has no such");
    let FaultError::InList { index: 1, error } = error else {
        panic!("{error}");
    };
    assert!(matches!(*error, FaultError::UnknownOperation { .. }));
    assert!(
        error.to_string().contains("assets-delete, asset-job"),
        "{error}"
    );
    assert_eq!(
        engine.faults().list(),
        [],
        "none is added when one is wrong"
    );
}
