//! Reading the TOML files that a user writes: targets, known failures. Values are taken out by
//! hand, so that each error names file, line and the way out, and none repeats a value, which may
//! be a secret. What the files mean is not known here.

mod meant;
mod value;

use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

pub(crate) use meant::meant;
pub(crate) use value::{Table, Value};

use crate::FileError;

/// A place in a file, for what is found wrong only later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    path: Arc<Path>,
    line: usize,
}

impl Place {
    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// An error about what stands here.
    pub(crate) fn error(&self, problem: impl Into<String>) -> FileError {
        FileError::Line {
            path: self.path.to_path_buf(),
            line: self.line,
            problem: problem.into(),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

/// The text of a file with its path, for turning offsets into lines.
#[derive(Debug)]
pub(crate) struct Source<'f> {
    text: &'f str,
    path: Arc<Path>,
}

impl<'f> Source<'f> {
    pub(crate) fn new(text: &'f str, path: &Path) -> Self {
        Self {
            text,
            path: path.into(),
        }
    }

    /// Parses the text and hands its root over.
    ///
    /// # Errors
    /// The first place that is not TOML, or what `read` says.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(Table<'_>) -> Result<T, FileError>,
    ) -> Result<T, FileError> {
        // The error's own `Display` repeats the line, and with it what may be a secret.
        let root = DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(self.text.len(), |span| span.start);
            self.place(at).error(error.message())
        })?;
        read(Table::root(self, root.get_ref()))
    }

    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        Place {
            path: Arc::clone(&self.path),
            line: 1 + before.matches('\n').count(),
        }
    }
}

/// Reads a whole file.
///
/// # Errors
/// [`FileError::Io`].
pub(crate) fn text(path: &Path) -> Result<String, FileError> {
    std::fs::read_to_string(path).map_err(|source| FileError::Io {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_is_read() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let read = text(path).expect("it is there");
        assert_eq!(read, include_str!("../Cargo.toml"));
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line_and_not_repeated() {
        let source = Source::new("a = 1\n\nb = hunter2\n", Path::new("known.toml"));
        let error = source.read(|_| Ok(())).expect_err("no TOML").to_string();
        assert!(error.starts_with("known.toml:3: "), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
