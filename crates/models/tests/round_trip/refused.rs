//! What schema and model both refuse: without it, a schema that accepts anything and a model that
//! holds anything would agree, too.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Judge;

/// Proves that the valid body is accepted by both, and refused by both with each of the values at
/// the JSON pointer.
fn refused<T: DeserializeOwned>(file: &str, valid: &Value, pointer: &str, values: &[Value]) {
    let judge = if file.contains("asset-job") {
        Judge::of_companion(file)
    } else {
        Judge::of(file)
    };
    let validator = judge.validator;
    assert!(
        validator.is_valid(valid),
        "{file} refuses the valid {valid}"
    );
    if let Err(error) = serde_json::from_value::<T>(valid.clone()) {
        panic!("the model of {file} refuses the valid {valid}: {error}");
    }
    for value in values {
        let mut body = valid.clone();
        *body
            .pointer_mut(pointer)
            .expect("the valid body has the place") = value.clone();
        assert!(
            !validator.is_valid(&body),
            "{file} accepts {value} at {pointer}"
        );
        let model = serde_json::from_value::<T>(body);
        assert!(
            model.is_err(),
            "the model of {file} accepts {value} at {pointer}"
        );
    }
}

#[test]
fn batch_action_request() {
    use models::metastudio::batch_action::Request;
    let file = "metastudio/2025-12/batch-action.request.schema.json";
    let valid = json!({"action": "DELETE", "asset_ids": ["a"], "params": "p"});
    let near = [
        json!("DETELTE"),
        json!("delete"),
        json!(" DELETE"),
        json!({"DELETE": null}),
    ];
    refused::<Request>(file, &valid, "/action", &near);
    refused::<Request>(
        file,
        &valid,
        "/asset_ids",
        &[json!("a"), json!({}), json!(null)],
    );
    refused::<Request>(file, &valid, "/asset_ids/0", &[json!(1), json!(null)]);
    refused::<Request>(file, &valid, "/params", &[json!(1), json!({})]);
    refused::<Request>(
        file,
        &valid,
        "",
        &[json!({"action": "DELETE"}), json!({"asset_ids": []})],
    );
}

#[test]
fn batch_action_response() {
    use models::metastudio::batch_action::Response;
    let file = "metastudio/2025-12/batch-action.response.schema.json";
    let valid = json!({"results": [{"ret_status": "SUCCESS", "asset_ids": ["a"]}]});
    refused::<Response>(
        file,
        &valid,
        "/results/0/ret_status",
        &[json!("SUCESS"), json!(200)],
    );
    refused::<Response>(
        file,
        &valid,
        "/results/0/asset_ids",
        &[json!("a"), json!([1])],
    );
    refused::<Response>(
        file,
        &valid,
        "/results/0",
        &[json!({"ret_status": "SUCCESS"}), json!(1)],
    );
    refused::<Response>(file, &valid, "", &[json!({}), json!([])]);
}

#[test]
fn asset_summary_response() {
    use models::metastudio::asset_summary::Response;
    let file = "metastudio/2025-12/asset-summary.response.schema.json";
    let asset = json!({"asset_id": "a", "asset_state": "ACTIVED", "asset_type": "IMAGE"});
    let valid = json!({"asset_list": [asset]});
    let states = [json!("ACTIVE"), json!("actived"), json!(1)];
    refused::<Response>(file, &valid, "/asset_list/0/asset_state", &states);
    let types = [json!("BUSINESS_CARD_TEMPLET"), json!("Image"), json!({})];
    refused::<Response>(file, &valid, "/asset_list/0/asset_type", &types);
    refused::<Response>(
        file,
        &valid,
        "/asset_list/0",
        &[json!({"asset_state": "ACTIVED"})],
    );
}

#[test]
fn assets_delete() {
    use models::roma::assets_delete::{r2022_12, r2025_10};
    let file = "roma/2022-12/assets-delete.request.schema.json";
    let valid = json!({"apps": "a", "tasks": [{"task_id": "t"}]});
    refused::<r2022_12::Request>(file, &valid, "/apps", &[json!(1), json!([{"id": "a"}])]);
    let tasks = [json!("t"), json!(["t"]), json!(vec![json!({}); 101])];
    refused::<r2022_12::Request>(file, &valid, "/tasks", &tasks);
    refused::<r2022_12::Request>(file, &valid, "/tasks/0/task_id", &[json!(1)]);

    let file = "roma/2025-10/assets-delete.request.schema.json";
    let valid = json!({"apps": [{"id": "a"}], "tasks": [{"id": "t"}]});
    let apps = [json!("a"), json!(["a"]), json!(vec![json!({}); 101])];
    refused::<r2025_10::Request>(file, &valid, "/apps", &apps);
    refused::<r2025_10::Request>(file, &valid, "/tasks/0/id", &[json!(1)]);

    let file = "roma/2022-12/assets-delete.response.schema.json";
    let valid = json!({"job_id": "j"});
    let ids = [json!(""), json!("j".repeat(129)), json!(1)];
    refused::<r2022_12::Response>(file, &valid, "/job_id", &ids);
}

#[test]
fn batch_delete() {
    use models::smh::batch_delete::{Request, Response};
    let file = "smh/2026-01/batch-delete.request.schema.json";
    let valid = json!([{"path": "a", "permanent": true}]);
    refused::<Request>(file, &valid, "/0/path", &[json!(["a"]), json!(null)]);
    refused::<Request>(file, &valid, "/0/permanent", &[json!("true"), json!(1)]);
    refused::<Request>(file, &valid, "", &[json!({"path": "a"}), json!([{}])]);

    let file = "smh/2026-01/batch-delete.response.schema.json";
    let valid = json!({"result": [{"status": 200, "recycledItemId": 1, "path": ["a"]}]});
    let statuses = [
        json!(201),
        json!("0200"),
        json!(200.5),
        json!("OK"),
        json!(-200),
        json!(null),
    ];
    refused::<Response>(file, &valid, "/result/0/status", &statuses);
    refused::<Response>(
        file,
        &valid,
        "/result/0/recycledItemId",
        &[json!("1"), json!(1.5)],
    );
    refused::<Response>(file, &valid, "/result/0/path", &[json!("a"), json!([1])]);
    let both = json!({"result": [], "taskId": 1});
    refused::<Response>(file, &both, "/result", &[json!("none"), json!(null)]);
    refused::<Response>(
        file,
        &both,
        "/taskId",
        &[json!("1"), json!(0.5), json!(null)],
    );
    refused::<Response>(file, &both, "", &[json!({}), json!([])]);
}

#[test]
fn asset_job() {
    use models::roma::asset_job::AssetJob;
    let file = "roma/2022-12/asset-job.response.schema.json";
    let valid = json!({"status": "Running", "progress_percent": 0.5, "begin_time": 1});
    refused::<AssetJob>(
        file,
        &valid,
        "/status",
        &[json!("running"), json!("DONE"), json!(1)],
    );
    refused::<AssetJob>(
        file,
        &valid,
        "/progress_percent",
        &[json!(1.5), json!(-1), json!("1")],
    );
    refused::<AssetJob>(file, &valid, "/begin_time", &[json!(null), json!(["now"])]);
}

#[test]
fn task() {
    use models::smh::task::Response;
    let file = "smh/2026-01/task.response.schema.json";
    let valid = json!([{"taskId": 1, "status": "202"}]);
    refused::<Response>(
        file,
        &valid,
        "/0/status",
        &[json!(204), json!("204"), json!(true)],
    );
    refused::<Response>(file, &valid, "/0/taskId", &[json!("1"), json!(null)]);
    refused::<Response>(file, &valid, "", &[json!({"taskId": 1, "status": 200})]);
}

#[test]
fn a_status_with_a_fraction_of_zero_is_the_same_number() {
    use models::smh::task::Response;
    let body = json!([{"taskId": 1, "status": 202.0}]);
    assert!(
        Judge::of("smh/2026-01/task.response.schema.json")
            .validator
            .is_valid(&body)
    );
    let model: Response = serde_json::from_value(body).expect("as the schema has it");
    assert_eq!(
        serde_json::to_value(model).expect("a model serialises")[0]["status"],
        json!(202)
    );
}
