//! The responses to documented cases as texts that stay the same from run to run: how they are
//! redacted, kept as files and compared with those of an earlier run.

mod comparison;
mod diff;
mod error;
mod file;
mod render;
mod store;

pub use comparison::{Comparison, Drift, DriftKind};
pub use error::SnapshotError;
pub(crate) use render::{Known, render};
pub(crate) use store::is_kept;
pub use store::{SnapshotStore, Taken};
