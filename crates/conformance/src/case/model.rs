//! A case: one id, what it is there for, and its steps as templates that the replay fills in.

use std::collections::BTreeMap;

use contract::{Correction, Expectation, Level, Link, ProviderState};
use serde_json::Value;

use crate::run::CaseKind;

/// One thing to try on a target.
#[derive(Debug, Clone)]
pub struct Case {
    /// A stable path of words, e.g. `metastudio/batch-action/documented/200`.
    pub id: String,
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// Name of the operation that it is about.
    pub operation: String,
    /// Its kind.
    pub kind: CaseKind,
    /// One line for people.
    pub title: String,
    /// False when it only observes.
    pub counted: bool,
    /// Ids of the requirements that it is there for, sorted.
    pub covers: Vec<String>,
    /// What is done, in order; the last step is the one that the case is about.
    pub steps: Vec<Step>,
}

/// One request with what is expected of its response.
#[derive(Debug, Clone)]
pub struct Step {
    /// Index into `Contract::operations`.
    pub operation: usize,
    /// States to set up first, in order.
    pub provider_states: Vec<ProviderState>,
    /// Whether the target's credentials are sent.
    pub authenticate: bool,
    /// Values of parameters that separate no tenants; `$states.NAME.member` is filled in.
    pub parameters: BTreeMap<String, String>,
    /// Fills further parameters by what the step before it sent and got.
    pub link: Option<Link>,
    /// The request's body.
    pub body: BodyTemplate,
    /// JSON Schema of the response body that ends the repetition of the request.
    pub until: Option<Value>,
    /// What the response has to be, beyond what the contract says of every response.
    pub expected: Expected,
}

/// A body before it is filled in.
#[derive(Debug, Clone)]
pub enum BodyTemplate {
    /// The operation takes none.
    Absent,
    /// These bytes, whatever they are.
    Bytes(Vec<u8>),
    /// This JSON value, with `$states.NAME.member` filled in after the corrections.
    Json {
        /// The value.
        value: Value,
        /// What is done to it first.
        corrections: Vec<Correction>,
    },
}

/// What a step's response has to be.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The status.
    pub status: u16,
    /// The requirement that says so.
    pub requirement: String,
    /// How strongly.
    pub level: Level,
    /// Further assertions on the body.
    pub body: Vec<Expectation>,
}
