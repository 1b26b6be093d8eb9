//! The conformance runner: cases from a contract, run against a target, judged and reported.
//!
//! It never shares code with the fake server: a runner that did would share its bugs and agree
//! with them.
//!
//! The way of a case: `case` makes it from the contract, `plan` selects it, `runner` starts it,
//! `states` brings the target into its state, `replay` turns each step into a request, `client`
//! sends it, `judge` makes findings and a verdict of what came back, `run` writes it down.

pub mod case;
mod client;
mod credentials;
mod curl;
mod error;
mod expression;
mod judge;
mod mask;
mod patch;
mod plan;
mod record;
mod replay;
pub mod report;
mod request;
pub mod run;
mod runner;
mod snapshot;
mod states;
mod target;
mod tenant;

pub use case::Selection;
pub use credentials::{Credentials, Secret};
pub use error::{PlanError, RunError, TargetError};
pub use plan::{Plan, Planned};
pub use runner::{Event, Options, run};
pub use target::Target;
pub use tenant::snake_case;
