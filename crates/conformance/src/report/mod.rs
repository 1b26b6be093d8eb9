//! Reports: everything a reader sees of a run, rendered from its one file and nothing else.
//! No rule is judged here, and no figure is counted that `run::Summary` does not give.

mod error;
mod group;
mod headline;
pub mod html;
pub mod junit;
pub mod markdown;
mod scripts;
mod standing;
pub mod terminal;
mod untrusted;
mod view;
mod write;

pub use error::ReportError;
pub use untrusted::short_line;
pub use view::place;
pub use write::{remove_all, write_all, write_reports};
