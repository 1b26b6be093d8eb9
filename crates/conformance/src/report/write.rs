//! Putting the report files of a run into a folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{ReportError, html, junit, markdown, scripts};
use crate::run::{Run, Summary};

/// The reports' files.
const REPORTS: [&str; 3] = ["report.html", "junit.xml", "summary.md"];

/// [`write_reports`] of the run alone.
pub fn write_all(run: &Run, dir: &Path) -> Result<Vec<PathBuf>, ReportError> {
    write_reports(run, &Summary::of(run), dir)
}

/// Writes `report.html`, `junit.xml` and `summary.md` into `dir`, which is made if it is missing,
/// and returns their paths; `summary` is that of the same run. A file is replaced only as a whole:
/// whoever reads it meanwhile sees the old one or the new one. Nothing is written when one of them
/// cannot be rendered. The scripts that show the failures again go to a folder beside them.
pub fn write_reports(
    run: &Run,
    summary: &Summary,
    dir: &Path,
) -> Result<Vec<PathBuf>, ReportError> {
    let [html, junit, markdown] = REPORTS;
    let reports = [
        (html, html::render(run, summary)?),
        (junit, junit::render(run, summary)?),
        (markdown, markdown::render(run, summary)),
    ];
    fs::create_dir_all(dir).map_err(|source| ReportError::Write {
        path: dir.to_owned(),
        source,
    })?;
    // The reports lead to them.
    scripts::write(run, dir)?;
    let mut written = Vec::new();
    for (name, content) in reports {
        let path = dir.join(name);
        replace(
            &path,
            &dir.join(format!(".{name}.{}.part", std::process::id())),
            &content,
        )?;
        written.push(path);
    }
    Ok(written)
}

/// Removes what [`write_reports`] wrote into `dir` for an earlier run, and nothing else.
pub fn remove_all(dir: &Path) -> Result<(), ReportError> {
    for name in REPORTS {
        let path = dir.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(ReportError::Write { path, source });
            }
            _ => {}
        }
    }
    scripts::remove(dir)
}

/// Writes to `part` first, which lies in the same folder, so that the renaming is atomic.
fn replace(path: &Path, part: &Path, content: &str) -> Result<(), ReportError> {
    fs::write(part, content)
        .and_then(|()| fs::rename(part, path))
        .map_err(|source| {
            // The reason for the failure matters; that its remains cannot be cleared away does not.
            let _ = fs::remove_file(part);
            ReportError::Write {
                path: path.to_owned(),
                source,
            }
        })
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::run::fixture;

    /// A folder of this test's own, gone when the test ends.
    pub(crate) struct Folder(pub(crate) PathBuf);

    impl Folder {
        pub(crate) fn new(name: &str) -> Self {
            let path = std::env::temp_dir()
                .join(format!("assetproof-report-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_cannot_be_removed_is_an_error_and_what_is_not_there_is_none() {
        let folder = Folder::new("removed");
        fs::create_dir(&folder.0).unwrap();
        remove_all(&folder.0).unwrap();
        let report = folder.0.join(REPORTS[0]);
        fs::write(&report, "").unwrap();
        remove_all(&folder.0).unwrap();
        assert!(!report.exists());
        fs::create_dir(&report).unwrap();
        remove_all(&folder.0).expect_err("it is a folder");
    }

    #[test]
    fn three_whole_files_and_nothing_else_are_left_behind() {
        let folder = Folder::new("whole");
        let dir = folder.0.join("deep/er");
        let run = fixture::run();
        for _ in 0..2 {
            let written = write_all(&run, &dir).unwrap();
            let mut found: Vec<_> = fs::read_dir(&dir)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            found.sort();
            let mut expected = written.clone();
            let scripts = dir.join(scripts::FOLDER);
            expected.push(scripts.clone());
            expected.sort();
            assert_eq!(found, expected);
            assert_eq!(written.len(), 3);
            let with_script = run.cases.iter().filter(|case| case.reproduction.is_some());
            let scripts = fs::read_dir(&scripts).unwrap().count();
            assert_eq!(scripts, with_script.count());
            let page = fs::read_to_string(&written[0]).unwrap();
            assert!(page.trim_end().ends_with("</html>"));
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_script_can_be_executed_and_goes_with_its_run() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("scripts");
        let mut run = fixture::run();
        write_all(&run, &folder.0).unwrap();
        let scripts = folder.0.join(scripts::FOLDER);
        for script in fs::read_dir(&scripts).unwrap() {
            let mode = script.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111);
        }
        fs::write(scripts.join("notes.txt"), "mine").unwrap();
        fs::write(scripts.join("mine.sh"), "#!/bin/sh\necho mine\n").unwrap();
        for case in &mut run.cases {
            case.reproduction = None;
        }
        write_all(&run, &folder.0).unwrap();
        let left: Vec<_> = fs::read_dir(&scripts)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(BTreeSet::from_iter(left), {
            BTreeSet::from(["mine.sh", "notes.txt"].map(Into::into))
        });
        fs::remove_file(scripts.join("notes.txt")).unwrap();
        fs::remove_file(scripts.join("mine.sh")).unwrap();
        remove_all(&folder.0).unwrap();
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = Folder::new("named");
        let run = fixture::run();
        fs::create_dir_all(folder.0.join("junit.xml/occupied")).unwrap();
        let error = write_all(&run, &folder.0).expect_err("a folder is in the way");
        assert!(error.to_string().contains("junit.xml"), "{error}");
        let left: Vec<_> = fs::read_dir(&folder.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains(".part"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
        let file = folder.0.join("plain");
        fs::write(&file, "").unwrap();
        let error = write_all(&run, &file).expect_err("no folder");
        assert!(error.to_string().contains("plain"), "{error}");
    }
}
