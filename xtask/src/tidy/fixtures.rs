//! Every file under `fixtures/` belongs to a contract.

use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn problems(root: &Path) -> Vec<String> {
    let contracts: String = files(&root.join("schemas"), "yaml")
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect();
    let fixtures = root.join("fixtures");
    let unused = files(&fixtures, "").into_iter().filter(|path| {
        let name = path
            .strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string();
        !contracts.contains(&name)
    });
    unused
        .map(|path| {
            let path = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            format!("{path}: no contract names it: link it in its openapi.yaml, or remove it")
        })
        .collect()
}

/// The files below a folder, in order, whose names end like this.
pub(super) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
