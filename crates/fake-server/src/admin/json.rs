//! Recorded requests as JSON, with WireMock's names where it has the thing.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::engine::{NearMiss, Recorded, timestamp};

/// A recorded request with its answer and all that is known of it.
pub(super) fn event(recorded: &Recorded) -> Value {
    let mut event = json!({
        "id": recorded.id.to_string(),
        "request": request(recorded),
        "response": {"status": recorded.status},
        "wasMatched": recorded.is_matched(),
        "findings": recorded.findings,
    });
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            event[name] = value;
        }
    };
    add("api", recorded.api.map(|api| api.name().into()));
    add("operation", recorded.operation.as_deref().map(Value::from));
    let tenant: Map<String, Value> = recorded
        .path_parameters
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_str().into()))
        .collect();
    add(
        "pathParameters",
        (!tenant.is_empty()).then(|| tenant.into()),
    );
    let left_out = recorded.findings_left_out;
    add("findingsLeftOut", (left_out > 0).then(|| left_out.into()));
    let refused = recorded
        .refused
        .as_ref()
        .map(|reason| reason.to_string().into());
    add("refused", refused);
    add("fault", recorded.fault.as_deref().map(Value::from));
    add(
        "fitsRevision",
        recorded.fits_revision.as_deref().map(Value::from),
    );
    event
}

/// The request alone, as WireMock logs one.
pub(super) fn request(recorded: &Recorded) -> Value {
    let mut headers = Map::new();
    for (name, value) in &recorded.headers {
        match headers.get_mut(name) {
            None => {
                headers.insert(name.clone(), value.as_str().into());
            }
            Some(Value::Array(values)) => values.push(value.as_str().into()),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    let mut request = json!({
        "id": recorded.id.to_string(),
        "method": recorded.method,
        "url": recorded.target,
        "headers": headers,
        "loggedDate": milliseconds(recorded.at),
        "loggedDateString": timestamp::text(recorded.at),
        "body": String::from_utf8_lossy(&recorded.body),
        "bodyLength": recorded.body_length,
    });
    if std::str::from_utf8(&recorded.body).is_err() {
        request["bodyAsBase64"] = STANDARD.encode(&recorded.body).into();
    }
    if recorded.body.len() < recorded.body_length {
        let kept = recorded.body.len();
        request["bodyCut"] =
            format!("only {kept} of {} bytes are kept", recorded.body_length).into();
    }
    if recorded.headers_left_out > 0 {
        request["headersLeftOut"] = recorded.headers_left_out.into();
    }
    request
}

/// An operation that a request comes close to.
pub(super) fn near_miss(recorded: &Recorded, miss: &NearMiss) -> Value {
    let differences: Vec<Value> = miss
        .differences
        .iter()
        .map(|difference| {
            json!({
                "place": difference.place,
                "expected": difference.expected,
                "actual": difference.actual,
            })
        })
        .collect();
    json!({
        "request": request(recorded),
        "operation": {"api": miss.api.name(), "method": miss.method, "path": miss.path},
        "matchResult": {"distance": miss.distance, "differences": differences},
    })
}

fn milliseconds(time: SystemTime) -> u64 {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
