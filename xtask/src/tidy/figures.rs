//! The figures in README.md are those of the catalogue of mutants.

use std::fs;
use std::path::Path;

use fake_server::mutants::Catalogue;

pub(super) fn problems(root: &Path) -> Vec<String> {
    let catalogue = match Catalogue::embedded() {
        Ok(catalogue) => catalogue,
        Err(error) => return vec![error.to_string()],
    };
    let all = catalogue.mutants.len();
    let mutants = catalogue.mutants.iter();
    let equivalent = mutants.filter(|one| one.equivalent.is_some()).count();
    let killed = all - equivalent;
    let figures = [
        format!("against {all} servers with one realistic defect"),
        format!("{killed} of {all} mutants killed, {equivalent} equivalent, 0 survived"),
    ];
    let readme = fs::read_to_string(root.join("README.md")).unwrap_or_default();
    let missing = figures.iter().filter(|figure| !readme.contains(*figure));
    missing
        .map(|figure| {
            format!("README.md: it has to say {figure:?}: run `cargo xtask mutants` and copy the figures")
        })
        .collect()
}
