//! The contracts that are compiled in: a table of files, and which contracts it holds.
//!
//! The table is written by `build.rs` from `schemas/` and `fixtures/`. Nothing is parsed here.

use std::collections::BTreeSet;

/// Every embedded file as (path relative to the root of the contracts, content), sorted by path.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Every embedded file as (path, content) in order of path, e.g.
/// `schemas/smh/2026-01/openapi.yaml`.
pub fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().copied()
}

/// The content of the embedded file at `path`, e.g. `schemas/formats/errata.schema.json`.
pub fn file(path: &str) -> Option<&'static [u8]> {
    let index = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    Some(FILES[index].1)
}

/// The embedded contracts as (API, revision), sorted; reads nothing.
pub fn names() -> Vec<(&'static str, &'static str)> {
    let names: BTreeSet<_> = FILES
        .iter()
        .filter_map(|(path, _)| {
            let folder = path
                .strip_prefix("schemas/")?
                .strip_suffix("/openapi.yaml")?;
            folder
                .split_once('/')
                .filter(|(_, revision)| !revision.contains('/'))
        })
        .collect();
    names.into_iter().collect()
}
