//! Putting the report files of a run into a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ReportError, html, junit, markdown};
use crate::run::{Run, Summary};

/// Writes `report.html`, `junit.xml` and `summary.md` into `dir`, which is made if it is missing,
/// and returns their paths. A file is replaced only as a whole: whoever reads it meanwhile sees
/// the old one or the new one. Nothing is written when one of them cannot be rendered.
pub fn write_all(run: &Run, dir: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let summary = Summary::of(run);
    let reports = [
        ("report.html", html::render(run, &summary)?),
        ("junit.xml", junit::render(run, &summary)?),
        ("summary.md", markdown::render(run, &summary)),
    ];
    fs::create_dir_all(dir).map_err(|source| ReportError::Write {
        path: dir.to_owned(),
        source,
    })?;
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
mod tests {
    use super::*;
    use crate::run::fixture;

    /// A folder of this test's own, gone when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
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
    fn three_whole_files_and_nothing_else_are_left_behind() {
        let folder = Folder::new("whole");
        let dir = folder.0.join("deep/er");
        for _ in 0..2 {
            let written = write_all(&fixture::run(), &dir).unwrap();
            let mut found: Vec<_> = fs::read_dir(&dir)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            found.sort();
            let mut expected = written.clone();
            expected.sort();
            assert_eq!(found, expected);
            assert_eq!(written.len(), 3);
            let page = fs::read_to_string(&written[0]).unwrap();
            assert!(page.trim_end().ends_with("</html>"));
        }
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = Folder::new("named");
        fs::create_dir_all(folder.0.join("junit.xml/occupied")).unwrap();
        let error = write_all(&fixture::run(), &folder.0).expect_err("a folder is in the way");
        assert!(error.to_string().contains("junit.xml"), "{error}");
        let left: Vec<_> = fs::read_dir(&folder.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains(".part"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
        let file = folder.0.join("plain");
        fs::write(&file, "").unwrap();
        let error = write_all(&fixture::run(), &file).expect_err("no folder");
        assert!(error.to_string().contains("plain"), "{error}");
    }
}
