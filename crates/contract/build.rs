//! Writes the table of the embedded contracts: every file under `schemas/` and `fixtures/`, sorted
//! by path, with its content.
//!
//! It reads no content and knows no format: that is the library's.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let missing = |name| io::Error::other(format!("cargo did not set {name}"));
    let here =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(missing("CARGO_MANIFEST_DIR"))?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(missing("OUT_DIR"))?);
    let root = here.join("../..").canonicalize()?;

    let mut files = Vec::new();
    for folder in ["schemas", "fixtures"] {
        // Cargo watches a folder with everything below it, also when it does not exist yet.
        println!("cargo:rerun-if-changed={}", root.join(folder).display());
        collect(&root.join(folder), folder, &mut files)?;
    }
    files.sort();

    let mut table = String::from("&[\n");
    for name in &files {
        let path = root.join(name);
        let path = path
            .to_str()
            .ok_or_else(|| io::Error::other("the path is not Unicode"))?;
        writeln!(table, "    ({name:?}, include_bytes!({path:?})),").map_err(io::Error::other)?;
    }
    table.push_str("]\n");
    fs::write(out.join("files.rs"), table)
}

/// Adds the paths of the data files below `folder`, relative to the root and with `/`.
fn collect(folder: &Path, name: &str, files: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let Ok(child) = entry.file_name().into_string() else {
            continue;
        };
        let path = entry.path();
        let name = format!("{name}/{child}");
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else if matches!(
            path.extension().and_then(|e| e.to_str()),
            Some("json" | "yaml")
        ) {
            files.push(name);
        }
    }
    Ok(())
}
