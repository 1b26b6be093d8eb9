//! Wire objects of Smart Media Hosting, revision 2026-01.
//!
//! The document has no error body (SM-E07), so there is no type for one.

pub mod batch_delete;
mod reading;
pub mod task;

pub use reading::{Code, Reading};
