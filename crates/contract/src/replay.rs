//! How a documented example is brought about (`x-replay`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Level;

/// The recipe of one documented case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Replay {
    /// The requirement that says that this request gets this response's status.
    pub requirement: String,
    /// How strongly; the requirement's own level when left out.
    #[serde(default)]
    pub level: Option<Level>,
    /// Statuses that may be answered instead, because an erratum leaves it to the server.
    #[serde(default)]
    pub instead: Vec<Instead>,
    /// The request example to send.
    #[serde(default)]
    pub request: Option<String>,
    /// The request line as the document prints it (`POST /v1/…`).
    #[serde(default)]
    pub printed: Option<String>,
    /// Whether the target's credentials are sent.
    #[serde(default = "yes")]
    pub authenticate: bool,
    /// Values of parameters that do not separate tenants.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// States to set up first, in order.
    #[serde(default)]
    pub provider_states: Vec<ProviderState>,
    /// What turns the printed request into the one that counts.
    #[serde(default)]
    pub corrections: Vec<Correction>,
    /// The case whose response feeds this one.
    #[serde(default)]
    pub follows: Option<Follows>,
    /// JSON Schema of the response body that ends the repetition of the request.
    #[serde(default)]
    pub until: Option<Value>,
    /// Further assertions on the response body.
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

fn yes() -> bool {
    true
}

/// A state that the target is brought into before a case (Pact's provider state).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderState {
    /// Its name, e.g. `asset exists`.
    pub state: String,
    /// Its parameters, without those of the tenant.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// The name under which its returned values are known (`$states.NAME.member`).
    #[serde(default, rename = "as")]
    pub alias: Option<String>,
}

/// The JSON Patch operations (RFC 6902) that corrections use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchOp {
    /// Adds a member or an array element.
    Add,
    /// Removes what is there.
    Remove,
    /// Replaces what is there.
    Replace,
}

/// One step from the printed request to the one that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The erratum that it mends; none when it only fills in a value of the target.
    #[serde(default)]
    pub erratum: Option<String>,
    /// What is done.
    pub op: PatchOp,
    /// JSON pointer into the request body.
    pub path: String,
    /// The new value; a string `$states.NAME.member` stands for what a set-up returned.
    #[serde(default)]
    pub value: Value,
}

/// Another status than the example's that the documentation leaves to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instead {
    /// The status.
    pub status: u16,
    /// The erratum that leaves it open.
    pub erratum: String,
}

/// The documented case that comes before, and the link that leads on from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    /// Its operation.
    pub operation: String,
    /// Its response example.
    pub example: String,
    /// The OpenAPI link of that response.
    pub link: String,
}

/// One assertion on a response body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The requirement that states it.
    pub requirement: String,
    /// How strongly; the requirement's own level when left out.
    #[serde(default)]
    pub level: Option<Level>,
    /// JSON Schema of the body; strings `$states.NAME.member` are filled in first.
    pub schema: Value,
}
