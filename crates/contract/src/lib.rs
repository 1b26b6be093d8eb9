//! Contracts: what one revision of one API promises, loaded, linked and checked.
//!
//! This is the only crate that knows where contracts lie and how they are written
//! (`schemas/README.md` is the vocabulary). It does no HTTP and judges nothing: `validator` does.

pub mod arazzo;
mod check;
mod citations;
mod document;
pub mod embedded;
mod error;
mod examples;
mod files;
mod jsonpath;
mod life;
mod link;
mod load;
mod messages;
mod model;
mod names;
mod openapi;
mod operation;
mod promises;
mod relations;
mod replay;
mod schemas;
mod vocabulary;
mod yaml;

pub use error::{Error, Place, Result};
pub use jsonpath::{JsonPath, JsonPathError};
pub use life::{
    About, Accepted, Argument, Arguments, Choice, Command, Condition, Distinct, Effect, Is,
    ItemKind, Label, Later, Life, LifeState, Observe, Outcome, Profile, Promise, Range, Results,
    Setting, StateSet, Template, When,
};
pub use model::{Contract, Erratum, ErratumKind, Explanation, Level, Message, Requirement, Source};
pub use names::snake_case;
pub use operation::{
    Body, Example, ExampleBody, HeaderSpec, Link, Operation, Parameter, ParameterLocation, Refusal,
    Refusals, Relation, RelationKind, ResponseSpec, Rules, SecurityScheme, Volatile,
};
pub use replay::{Correction, Expectation, Follows, Instead, PatchOp, ProviderState, Replay};
pub use schemas::{SchemaRef, Schemas};
