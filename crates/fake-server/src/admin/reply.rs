//! Answers and refusals of the admin interface. A refusal has WireMock's shape: `errors`, each with
//! a title and a detail, and with the place in the body where there is one.

use serde_json::{Value, json};
use validator::Response;

use crate::engine::reply;

/// What a handler gives.
pub(super) type Answer = std::result::Result<Response, Refused>;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    status: u16,
    title: &'static str,
    detail: String,
    /// A JSON pointer into the request's body.
    pointer: Option<String>,
}

impl Refused {
    pub(super) fn new(status: u16, title: &'static str, detail: &str) -> Self {
        Self {
            status,
            title,
            detail: validator::shorten(detail),
            pointer: None,
        }
    }

    /// What was sent is understood and cannot be used.
    pub(super) fn unusable(pointer: Option<&str>, detail: &str) -> Self {
        Self {
            status: 422,
            title: "Unprocessable content",
            detail: detail.to_owned(),
            pointer: pointer.map(str::to_owned),
        }
    }

    /// There is no such thing.
    pub(super) fn not_found(detail: &str) -> Self {
        Self {
            detail: detail.to_owned(),
            ..Self::new(404, "Not found", "")
        }
    }

    /// The handler failed.
    pub(super) fn internal() -> Self {
        Self::new(500, "Internal error", "the admin interface failed")
    }

    pub(super) fn into_response(self) -> Response {
        let mut error = json!({"title": self.title, "detail": self.detail});
        if let Some(pointer) = self.pointer {
            error["source"] = json!({"pointer": pointer});
        }
        reply::json(self.status, &json!({"errors": [error]}))
    }
}

/// 200 with a JSON body.
#[expect(
    clippy::needless_pass_by_value,
    reason = "`json!({…})` is written in the call"
)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "it ends handlers, which can refuse"
)]
pub(super) fn ok(body: Value) -> Answer {
    Ok(reply::json(200, &body))
}

/// The body as a JSON object; an empty body is an empty one.
pub(super) fn object(body: &[u8]) -> Result<serde_json::Map<String, Value>, Refused> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(serde_json::Map::new());
    }
    match value(body)? {
        Value::Object(members) => Ok(members),
        _ => Err(Refused::unusable(Some(""), "expected a JSON object")),
    }
}

/// The body as a JSON value.
pub(super) fn value(body: &[u8]) -> Result<Value, Refused> {
    serde_json::from_slice(body)
        .map_err(|error| Refused::unusable(Some(""), &format!("the body is no JSON: {error}")))
}

/// Refuses an object's member that is not among the known ones.
pub(super) fn only_known(
    members: &serde_json::Map<String, Value>,
    at: &str,
    known: &[&str],
) -> Result<(), Refused> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Refused::unusable(
            Some(&format!(
                "{at}/{}",
                name.replace('~', "~0").replace('/', "~1")
            )),
            &format!(
                "unknown member {:?}; known are {}",
                validator::shorten(name),
                known.join(", ")
            ),
        )),
    }
}
