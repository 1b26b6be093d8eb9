//! What a request names, by API: assets, paths, applications, tasks, jobs.

use serde_json::Value;
use validator::RequestReading;

use crate::engine::{Api, path_parameter};

/// Whether one of the items that the request names is as `wanted`. A request that is not as
/// documented names what can be read of it.
pub(super) fn any(api: Api, reading: &RequestReading, wanted: impl Fn(&str) -> bool) -> bool {
    let body = reading.body.as_ref();
    let texts = |value: Option<&Value>, member: &str| {
        let Some(value) = value else { return false };
        let text = |value: &Value| {
            let text = value.as_str().or_else(|| value.get(member)?.as_str());
            text.is_some_and(&wanted)
        };
        text(value) || value.as_array().is_some_and(|all| all.iter().any(text))
    };
    match api {
        Api::Metastudio => texts(body.and_then(|body| body.get("asset_ids")), "asset_id"),
        Api::Roma => {
            let member = |name| body.and_then(|body: &Value| body.get(name));
            texts(member("apps"), "id")
                || texts(member("tasks"), "task_id")
                || texts(member("tasks"), "id")
                || path_parameter(reading, "job_id").is_some_and(&wanted)
        }
        Api::Smh => {
            texts(body, "path")
                || path_parameter(reading, "TaskIdList")
                    .is_some_and(|list| list.split(',').any(&wanted))
        }
    }
}
