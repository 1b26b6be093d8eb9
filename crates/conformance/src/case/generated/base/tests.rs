//! The base requests of an invented API.

use std::sync::Arc;

use serde_json::json;

use super::super::kettles::Kettles;
use super::*;

/// The base of an invented operation.
fn invented(kettles: &Kettles) -> Base {
    let validator = kettles.validator();
    let operations = &validator.contract().operations;
    let index = operations.iter().position(|one| one.id == "boil");
    Base::new(&validator, index.expect("it is there")).expect("a base")
}

fn base(api: &str, revision: &str, operation: &str) -> Base {
    let contract = Contract::embedded_one(api, revision).expect("a sound contract");
    let validator = Validator::new(Arc::new(contract)).expect("it compiles");
    let operations = &validator.contract().operations;
    let index = operations.iter().position(|one| one.id == operation);
    Base::new(&validator, index.expect("it is there")).expect("a base")
}

#[test]
fn the_documented_request_without_what_nobody_sets_up() {
    let base = base("metastudio", "2025-12", "batch-action");
    assert_eq!(
        base.body,
        Some(json!({
            "action": "DELETE",
            "asset_ids": ["$states.first.asset_id", "$states.second.asset_id"],
        }))
    );
    assert_eq!(
        base.bare_body,
        Some(json!({"action": "DELETE", "asset_ids": ["first-asset_id", "second-asset_id"]}))
    );
    assert_eq!(base.sound.provider_states.len(), 2);
    assert!(base.bare().provider_states.is_empty());
    assert!(base.before.is_empty() && base.is_shown);
}

#[test]
fn what_a_state_is_told_to_make_stays() {
    let base = base("smh", "2026-01", "batch-delete");
    assert_eq!(
        base.body.as_ref().and_then(Value::as_array).map(Vec::len),
        Some(3)
    );
    let path = base.sites.iter().find(|site| site.place == "path");
    assert!(path.is_some_and(|path| path.is_set_up));
}

#[test]
fn a_companion_follows_the_case_that_leads_to_it() {
    let task = base("smh", "2026-01", "task");
    assert_eq!(task.before.len(), 1);
    assert!(task.sound.link.is_some() && task.sound.until.is_none());
    assert_eq!(task.bare_parameters["TaskIdList"], "1");
    let job = base("roma", "2022-12", "asset-job");
    assert_eq!(job.before.len(), 1);
    assert!(job.sound.link.is_some() && !job.sound.parameters.contains_key("job_id"));
    assert_eq!(job.bare_parameters["job_id"], "sample");
}

#[test]
fn what_a_state_will_return_is_stood_in_by_what_is_allowed_there() {
    let kettles = Kettles {
        states: json!([{"state": "tea exists", "as": "tea"}]),
        ..Kettles::of([
            (
                "age",
                json!({"type": "integer", "minimum": 5}),
                json!("$states.tea.age"),
            ),
            ("any", json!({}), json!("$states.tea.any")),
            (
                "code",
                json!({"type": "string", "pattern": "^[0-9]+$"}),
                json!("$states.tea.code"),
            ),
            ("hot", json!({"type": "boolean"}), json!("$states.tea.hot")),
            ("id", json!({"type": "string"}), json!("$states.tea.id")),
        ])
    };
    assert_eq!(
        invented(&kettles).bare_body,
        Some(json!({"age": 5, "any": "tea-any", "code": "1", "hot": true, "id": "tea-id"}))
    );
}

#[test]
fn the_body_is_the_one_that_is_shown_or_is_made_of_its_tables() {
    let shown = Kettles::of([("a", json!({"type": "integer"}), json!(7))]);
    let base = invented(&shown);
    assert_eq!(base.body, Some(json!({"a": 7})));
    assert!(base.is_shown);
    let base = invented(&Kettles {
        shown: Value::Null,
        ..shown
    });
    assert_eq!(base.body, Some(json!({"a": 1})));
    assert!(!base.is_shown);
}

#[test]
fn a_request_has_all_parameters_that_it_needs_but_tenants_and_flags() {
    let parameter = |name: &str, required: bool, schema: Value| json!({"name": name, "in": "query", "required": required, "schema": schema});
    let mut flag = parameter("now", true, json!({"type": "string"}));
    flag["x-flag"] = json!(true);
    flag["allowEmptyValue"] = json!(true);
    let kettles = Kettles {
        path: "/v1/{house}/boil",
        parameters: json!([
            {"name": "house", "in": "path", "required": true, "x-tenant": true, "schema": {}},
            flag,
            parameter("hot", true, json!({"type": "boolean"})),
            parameter("idle", false, json!({"type": "boolean"})),
            parameter("ratio", true, json!({"type": "number", "minimum": 2})),
            parameter("size", true, json!({"type": "integer"})),
            parameter("word", true, json!({"type": "string"})),
        ]),
        ..Kettles::default()
    };
    let expected = [
        ("hot", "true"),
        ("ratio", "2"),
        ("size", "1"),
        ("word", "sample"),
    ];
    let expected: BTreeMap<String, String> = expected
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let base = invented(&kettles);
    assert_eq!(base.sound.parameters, expected);
    assert_eq!(base.bare_parameters, expected);
}
