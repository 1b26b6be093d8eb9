//! The conformance runner: cases from a contract, run against a target, judged and reported.
//!
//! It never shares code with the fake server: a runner that did would share its bugs and agree
//! with them.
//!
//! The way of a case: `case` makes it from the contract, `plan` selects it, `runner` starts it,
//! `play` plays it: `states` brings the target into its state, `request` makes a request of each
//! step, `client` sends it, `judge` makes findings and a verdict of what came back, `run` writes it
//! down.

mod baseline;
pub mod case;
mod client;
mod credentials;
mod curl;
mod error;
mod expression;
mod forgery;
mod json_body;
mod judge;
mod mask;
mod patch;
mod plan;
mod play;
mod player;
mod record;
pub mod report;
mod reproduction;
mod request;
pub mod run;
mod runner;
mod signing;
pub mod snapshot;
mod states;
mod target;
mod tenant;
mod toml_file;

pub use baseline::Baseline;
pub use case::Selection;
pub use credentials::{Credentials, HalfAKeyPair, Secret};
pub use error::{FileError, PartitionError, PlanError, RunError, TargetError};
pub use plan::{Part, Partition, Plan, Planned};
pub use player::Player;
pub use runner::{Event, Options, run};
pub use target::{KnownState, Lack, Named, Target, TargetEntry, TargetFile};
pub use tenant::snake_case;
