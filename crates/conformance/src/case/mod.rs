//! Cases: what they are, how the documented ones are made of a contract, and how a user selects
//! among them. Nothing in here talks to a target.

mod documented;
mod model;
mod selection;

pub(crate) use documented::documented;
pub use model::{BodyTemplate, Case, Expected, Step};
pub use selection::Selection;
