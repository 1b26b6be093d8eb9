//! Cases: what they are, how the documented ones are made of a contract, and how a user selects
//! among them. Nothing in here talks to a target.

mod documented;
mod generated;
mod glob;
mod history;
mod model;
pub(crate) mod needs;
mod selection;
#[cfg(test)]
mod tests;
mod workflow;

pub(crate) use documented::documented;
pub(crate) use generated::generated;
pub(crate) use glob::glob;
pub use history::HistoryPlay;
pub(crate) use history::histories;
pub use model::{
    Alteration, BodyTemplate, Case, Damage, Due, Expected, Forgery, Play, Presented, SignedWrong,
    Spelling, Step, TenantValue,
};
pub use selection::Selection;
pub use workflow::WorkflowPlay;
pub(crate) use workflow::workflows;
