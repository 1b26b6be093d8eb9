//! A folder of snapshots: comparing the responses of a run with it, and taking them over.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Comparison, Drift, DriftKind, SnapshotError, diff, file};
use crate::run::{CaseKind, CaseRecord};
use crate::{Plan, Planned};

/// A response that was taken from a target, redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// Id of the case.
    pub case: String,
    /// The case in one line.
    pub title: String,
    /// Status, documented headers and body.
    pub text: String,
}

impl Taken {
    /// What a case leaves ([`crate::Event::CaseEnded`]), where it is of the kind whose responses
    /// are kept: those that a document shows.
    pub fn of(case: &CaseRecord, snapshot: Option<&str>) -> Option<Self> {
        let text = snapshot.filter(|_| is_kept(case.kind))?;
        Some(Self {
            api: case.api.clone(),
            revision: case.revision.clone(),
            case: case.id.clone(),
            title: case.title.clone(),
            text: text.to_owned(),
        })
    }
}

/// Whether the responses of cases of that kind are kept.
pub(crate) fn is_kept(kind: CaseKind) -> bool {
    kind == CaseKind::Documented
}

/// The snapshots of one target.
#[derive(Debug, Clone)]
pub struct SnapshotStore {
    folder: PathBuf,
}

impl SnapshotStore {
    /// The snapshots in this folder, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Compares what was taken in a run with what is kept. A response that differs or is new is
    /// written beside its snapshot, as `NAME.snap.new`; one that is as its snapshot has no such
    /// file afterwards. With `accept` they become the snapshots, and the stale ones, of which the
    /// contracts of the plan have no case any more, are removed.
    ///
    /// # Errors
    /// [`SnapshotError`] names the file that cannot be read or written.
    pub fn compare(
        &self,
        mut taken: Vec<Taken>,
        plan: &Plan,
        accept: bool,
    ) -> Result<Comparison, SnapshotError> {
        taken.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut comparison = Comparison {
            folder: self.folder.clone(),
            accepted: accept,
            ..Comparison::default()
        };
        let mut seen = BTreeSet::new();
        for taken in &taken {
            let path = self.folder.join(file::path(taken));
            let drift = drift(taken, &path)?;
            if drift.is_some() && !accept {
                write(&beside(&path), &file::write(taken))?;
            } else {
                remove(&beside(&path))?;
            }
            if drift.is_some() && accept {
                write(&path, &file::write(taken))?;
            }
            match drift {
                None => comparison.same += 1,
                Some(drift) => comparison.drifts.push(drift),
            }
            seen.insert(path);
        }
        comparison.unseen = paths(&plan.cases, &self.folder)
            .difference(&seen)
            .filter(|path| path.exists())
            .count();
        comparison.stale = self.stale(plan)?;
        if accept {
            for path in &comparison.stale {
                remove(path)?;
                remove(&beside(path))?;
            }
        }
        Ok(comparison)
    }

    /// The snapshots of the plan's contracts that belong to no case.
    fn stale(&self, plan: &Plan) -> Result<Vec<PathBuf>, SnapshotError> {
        let of_cases = paths(&plan.whole, &self.folder);
        let mut stale = Vec::new();
        for validator in &plan.contracts {
            let contract = validator.contract();
            let folder = self
                .folder
                .join(file::folder(&contract.api, &contract.revision));
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                entries => entries.and_then(Iterator::collect::<Result<Vec<_>, _>>),
            };
            let failed = |source| io("read", &folder, source);
            for entry in entries.map_err(failed)? {
                let path = entry.path();
                let is_snapshot = path
                    .extension()
                    .is_some_and(|extension| extension == "snap");
                if is_snapshot && !of_cases.contains(&path) {
                    stale.push(path);
                }
            }
        }
        stale.sort();
        Ok(stale)
    }
}

/// How the response differs from what is kept in this file, if it does.
fn drift(taken: &Taken, path: &Path) -> Result<Option<Drift>, SnapshotError> {
    let kept = read(path)?;
    let now = file::normal(&taken.text);
    if kept.as_ref() == Some(&now) {
        return Ok(None);
    }
    let with_end = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            format!("{text}\n")
        }
    };
    let diff = diff::unified(
        &with_end(kept.as_deref().unwrap_or_default()),
        &with_end(&now),
    );
    Ok(Some(Drift {
        case: taken.case.clone(),
        contract: format!("{}/{}", taken.api, taken.revision),
        path: path.to_owned(),
        kind: if kept.is_some() {
            DriftKind::Changed
        } else {
            DriftKind::New
        },
        diff,
    }))
}

fn key(taken: &Taken) -> (&str, &str, &str) {
    (&taken.api, &taken.revision, &taken.case)
}

/// Where the snapshots of these cases lie.
fn paths(cases: &[Arc<Planned>], folder: &Path) -> BTreeSet<PathBuf> {
    let cases = cases.iter().map(|planned| &planned.case);
    cases
        .filter(|case| is_kept(case.kind))
        .map(|case| {
            folder.join(file::path(&Taken {
                api: case.api.clone(),
                revision: case.revision.clone(),
                case: case.id.clone(),
                title: String::new(),
                text: String::new(),
            }))
        })
        .collect()
}

/// The file for a response that is not accepted.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("snap.new")
}

fn read(path: &Path) -> Result<Option<String>, SnapshotError> {
    let content = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        content => content.map_err(|source| io("read", path, source))?,
    };
    let text = file::read(&content).map_err(|problem| SnapshotError::NoSnapshot {
        path: path.to_owned(),
        problem,
    })?;
    Ok(Some(text))
}

fn write(path: &Path, content: &str) -> Result<(), SnapshotError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|source| io("write", folder, source))?;
    fs::write(path, content).map_err(|source| io("write", path, source))
}

fn remove(path: &Path) -> Result<(), SnapshotError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io("remove", path, error)),
        _ => Ok(()),
    }
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> SnapshotError {
    SnapshotError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
