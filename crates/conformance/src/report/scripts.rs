//! The scripts that show failures again, each as a file of its own beside the reports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::ReportError;
use crate::run::{CaseRecord, Run};

/// The folder of the scripts, beside the reports.
pub(super) const FOLDER: &str = "reproduce";

/// What stands in the head of each script (`reproduction`).
const MARK: &[u8] = b"# Seen by assetproof ";

/// The scripts of a run by their files.
#[derive(Debug)]
pub(super) struct Scripts<'r> {
    names: BTreeMap<(&'r str, &'r str, &'r str), String>,
}

impl<'r> Scripts<'r> {
    /// A file name for each case of the run that has a script: its id, and its revision where the
    /// run has more than one of that API.
    pub(super) fn of(run: &'r Run) -> Self {
        let contracts = &run.header.contracts;
        let mut taken = BTreeSet::new();
        let mut names = BTreeMap::new();
        for case in run.cases.iter().filter(|case| case.reproduction.is_some()) {
            let revisions = contracts.iter().filter(|of| of.api == case.api).count();
            let mut stem = stem(&case.id);
            if revisions > 1 {
                stem = format!("{stem}-{}", self::stem(&case.revision));
            }
            let mut name = format!("{stem}.sh");
            let mut count = 1;
            while !taken.insert(name.clone()) {
                count += 1;
                name = format!("{stem}-{count}.sh");
            }
            names.insert(key(case), name);
        }
        Self { names }
    }

    /// The path of a case's script from the folder of the reports, with `/`.
    pub(super) fn path(&self, case: &CaseRecord) -> Option<String> {
        let name = self.names.get(&key(case))?;
        Some(format!("{FOLDER}/{name}"))
    }
}

fn key(case: &CaseRecord) -> (&str, &str, &str) {
    (&case.api, &case.revision, &case.id)
}

/// A text as a part of a file's name that no shell and no URL reads as anything else.
fn stem(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "._-".contains(c) => c,
            _ => '-',
        })
        .collect()
}

/// Writes the scripts of the run into `dir`, in a folder of their own, and removes what an earlier
/// run left there.
pub(super) fn write(run: &Run, dir: &Path) -> Result<Vec<PathBuf>, ReportError> {
    remove(dir)?;
    let scripts = Scripts::of(run);
    if scripts.names.is_empty() {
        return Ok(Vec::new());
    }
    let folder = dir.join(FOLDER);
    fs::create_dir_all(&folder).map_err(failed(&folder))?;
    let mut written = Vec::new();
    for case in &run.cases {
        if let (Some(script), Some(name)) = (&case.reproduction, scripts.names.get(&key(case))) {
            let path = folder.join(name);
            fs::write(&path, script)
                .and_then(|()| make_executable(&path))
                .map_err(failed(&path))?;
            written.push(path);
        }
    }
    Ok(written)
}

/// Removes the scripts that an earlier run left in `dir`; nothing else that lies there.
pub(super) fn remove(dir: &Path) -> Result<(), ReportError> {
    let folder = dir.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed(&folder))?,
    };
    for entry in entries {
        let path = entry.map_err(failed(&folder))?.path();
        let is_script = path.extension().is_some_and(|extension| extension == "sh");
        if is_script && is_ours(&path) {
            fs::remove_file(&path).map_err(failed(&path))?;
        }
    }
    // Whoever keeps something else there keeps the folder too.
    let _kept = fs::remove_dir(&folder);
    Ok(())
}

/// Whether it is a plain file that a run wrote: each script says by which program it was seen.
fn is_ours(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|file| file.is_file());
    is_file && fs::read(path).is_ok_and(|text| memchr::memmem::find(&text, MARK).is_some())
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_mode(permissions.mode() | 0o111);
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> ReportError {
    let path = path.to_owned();
    move |source| ReportError::Write { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::write::tests::Folder;
    use crate::run::fixture;

    #[cfg(unix)]
    #[test]
    fn a_script_becomes_executable_and_stays_so() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("executable");
        fs::create_dir(&folder.0).expect("it can be made");
        let path = folder.0.join("a.sh");
        fs::write(&path, "").expect("it can be written");
        let mut permissions = fs::metadata(&path).expect("it is there").permissions();
        permissions.set_mode(0o644);
        fs::set_permissions(&path, permissions).expect("it is ours");
        for _ in 0..2 {
            make_executable(&path).expect("it is ours");
            let mode = fs::metadata(&path)
                .expect("it is there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o755);
        }
    }

    #[test]
    fn a_file_in_the_folders_place_is_an_error() {
        let folder = Folder::new("in-the-way");
        fs::create_dir(&folder.0).expect("it can be made");
        remove(&folder.0).expect("there is nothing to remove");
        fs::write(folder.0.join(FOLDER), "").expect("it can be written");
        remove(&folder.0).expect_err("it is no folder");
    }

    #[test]
    fn every_script_has_a_name_of_its_own() {
        let mut run = fixture::run();
        let model = run.cases[0].clone();
        run.cases.clear();
        for (revision, id) in [
            ("1", "a/b-c"),
            ("1", "a-b/c"),
            ("2", "a/b-c"),
            ("1", "../x y;$z"),
        ] {
            let mut case = model.clone();
            case.api = "metastudio".to_owned();
            (case.revision, case.id) = (revision.to_owned(), id.to_owned());
            case.reproduction = Some("#!/bin/sh\n".to_owned());
            run.cases.push(case);
        }
        let paths = |run: &Run| {
            let scripts = Scripts::of(run);
            let paths = run.cases.iter().map(|case| scripts.path(case));
            paths.collect::<Option<Vec<_>>>().expect("each has one")
        };
        let expected = ["a-b-c.sh", "a-b-c-2.sh", "a-b-c-3.sh", "..-x-y--z.sh"];
        assert_eq!(paths(&run), expected.map(|name| format!("{FOLDER}/{name}")));
        let mut other = run.header.contracts[0].clone();
        other.revision = "2".to_owned();
        run.header.contracts.push(other);
        let expected = ["a-b-c-1.sh", "a-b-c-1-2.sh", "a-b-c-2.sh", "..-x-y--z-1.sh"];
        assert_eq!(paths(&run), expected.map(|name| format!("{FOLDER}/{name}")));
    }
}
