//! One function for each parser of what comes from outside: it takes any bytes, and panics when
//! something does not hold that has to hold of all of them.
//!
//! The fuzz targets in `fuzz/` call these functions, and so does this crate's test with every input
//! that was kept. Nothing here knows libFuzzer. [`parts`] and [`http_text`] say how an input is
//! written down that is more than one text.

#![expect(
    clippy::missing_panics_doc,
    reason = "to panic is how a function here says what does not hold"
)]

pub mod baseline;
pub mod contract_files;
pub mod exchange;
pub mod expression;
pub mod fake;
pub mod fault;
pub mod http_text;
pub mod json_body;
pub mod json_path;
pub mod parts;
pub mod reports;
pub mod run_file;
pub mod schema;
pub mod shaped_exchange;
pub mod signature;
pub mod snapshot;
pub mod target_file;

/// A fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// What is done with an input.
    pub run: fn(&[u8]),
}

/// Every target, in order of name.
pub const TARGETS: [Target; 16] = [
    target("arazzo", contract_files::arazzo),
    target("baseline", baseline::run),
    target("exchange", exchange::run),
    target("expression", expression::run),
    target("fake", fake::run),
    target("fault", fault::run),
    target("json_body", json_body::run),
    target("json_path", json_path::run),
    target("life", contract_files::life),
    target("openapi", contract_files::openapi),
    target("promises", contract_files::promises),
    target("run_file", run_file::run),
    target("shaped_exchange", shaped_exchange::run),
    target("signature", signature::run),
    target("snapshot", snapshot::run),
    target("target_file", target_file::run),
];

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}
