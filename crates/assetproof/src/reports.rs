//! Where the reports of a target go.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use conformance::Target;

use crate::{Error, Result};

/// Creates the folder for a target's reports: the given one, or one in it for each of several.
pub(crate) fn folder(base: &Path, target: &Target, index: usize, several: bool) -> Result<PathBuf> {
    let folder = if several {
        base.join(format!("{}-{}", index + 1, slug(&target.name)))
    } else {
        base.to_owned()
    };
    fs::create_dir_all(&folder).map_err(|source| Error::ReportDir {
        path: folder.clone(),
        source,
    })?;
    Ok(folder)
}

/// The file that everything else is rendered from.
pub(crate) const RUN_FILE: &str = "run.ndjson";

/// Removes what an earlier run left. A run that cannot be made must not leave the good reports of
/// another one standing.
pub(crate) fn remove_stale(folder: &Path) -> Result<()> {
    for name in [RUN_FILE, "report.html", "junit.xml", "summary.md"] {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(Error::ReportDir { path, source });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The target's name as a folder's name.
fn slug(name: &str) -> String {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    let slug: String = name
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' => character,
            _ => '-',
        })
        .take(80)
        .collect();
    slug.trim_matches(['-', '.']).to_owned()
}
