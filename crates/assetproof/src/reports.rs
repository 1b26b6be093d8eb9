//! Where the reports of a target go.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use conformance::run::{Run, Summary};
use conformance::snapshot::Comparison;
use conformance::{Target, report};

use crate::{Error, Result, announce};

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
    let path = folder.join(RUN_FILE);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(Error::ReportDir { path, source })
        }
        _ => Ok(report::remove_all(folder)?),
    }
}

/// Writes the reports of a run into the folder, prints the one for terminals, and returns the exit
/// code that the run amounts to; `snapshots` is what comparing its responses has shown.
pub(crate) fn publish(run: &Run, snapshots: Option<Comparison>, folder: &Path) -> Result<u8> {
    let mut summary = Summary::of(run);
    if let Some(snapshots) = snapshots {
        summary = summary.with_snapshots(snapshots);
    }
    let written = report::write_reports(run, &summary, folder)?;
    announce::out(&report::terminal::render_beside(run, &summary, folder));
    let html = written.iter().find(|path| {
        path.extension()
            .is_some_and(|extension| extension == "html")
    });
    if let Some(html) = html {
        announce::out(&format!("report: {}\n", html.display()));
    }
    Ok(summary.exit_code)
}

/// A folder's name for each of these targets, no two alike.
pub(crate) fn names<'t>(targets: impl Iterator<Item = &'t Target>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for target in targets {
        let name = slug(&target.name);
        let mut own = name.clone();
        let mut count = 1;
        while names.contains(&own) {
            count += 1;
            own = format!("{name}-{count}");
        }
        names.push(own);
    }
    names
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
