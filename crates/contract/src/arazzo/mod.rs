//! Scenarios of several calls: Arazzo 1.0.1 documents, read into types and checked.
//!
//! `model` is what a document says; `document`, `workflow`, `parameter`, `step`, `action` and
//! `criterion` read it and refuse what leads nowhere; `expression`, `template`, `condition`,
//! `pattern` and `query` are the languages within its strings. Nothing is sent or evaluated here:
//! `conformance` plays the workflows.

mod action;
mod condition;
mod criterion;
mod document;
mod expression;
mod members;
mod model;
mod parameter;
mod pattern;
mod query;
mod scope;
mod step;
mod template;
mod workflow;

pub use condition::{Access, Comparison, Condition, Operand};
pub use expression::{Expression, ExpressionError, Source};
pub use model::{
    Action, Credentials, Criterion, Expects, Outputs, Parameter, Promise, Replacement, RequestBody,
    Scenario, SetUp, Step, Test, Then, Workflow,
};
pub use pattern::Pattern;
pub use query::Query;
pub use template::{Part, Quoting, Template, Text};

pub(crate) use document::{Surroundings, files, read};
