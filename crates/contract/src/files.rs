//! Where the files of a contract come from: compiled in, given, or a folder on disk.
//!
//! Either way a file is named by its path relative to the root of the contracts
//! (`schemas/smh/2026-01/openapi.yaml`); this module alone knows what that is on disk.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::embedded;

/// A source of files.
#[derive(Debug)]
pub(crate) enum Files {
    /// Those of `embedded`, some of them with another content.
    Embedded(BTreeMap<String, Vec<u8>>),
    /// These, by path.
    Given(BTreeMap<String, Vec<u8>>),
    /// A folder that stands for `base` (`schemas/<api>/<revision>`), and what lies around it.
    Folder { dir: PathBuf, base: String },
}

impl Files {
    pub(crate) fn read(&self, path: &str) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::Embedded(others) => others
                .get(path)
                .map(|content| Cow::Owned(content.clone()))
                .or_else(|| embedded::file(path).map(Cow::Borrowed))
                .ok_or_else(missing),
            Self::Given(files) => files
                .get(path)
                .map(|bytes| Cow::Owned(bytes.clone()))
                .ok_or_else(missing),
            Self::Folder { .. } => read_plain(&self.on_disk(path)).map(Cow::Owned),
        }
    }

    /// The file as a person finds it.
    pub(crate) fn shown(&self, path: &str) -> String {
        match self {
            Self::Embedded(_) | Self::Given(_) => path.to_owned(),
            Self::Folder { .. } => self.on_disk(path).display().to_string(),
        }
    }

    /// The names of the files in the folder in which `path` lies, sorted.
    pub(crate) fn beside(&self, path: &str) -> Vec<String> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut names: Vec<String> = match self {
            Self::Embedded(_) => in_folder(folder, embedded::files().map(|(name, _)| name)),
            Self::Given(files) => in_folder(folder, files.keys().map(String::as_str)),
            Self::Folder { .. } => {
                // What cannot be listed is only missing from a hint, or refused when it is read.
                let folder = self
                    .on_disk(path)
                    .parent()
                    .map(Path::to_owned)
                    .unwrap_or_default();
                fs::read_dir(folder)
                    .into_iter()
                    .flatten()
                    .filter_map(Result::ok)
                    .filter(|entry| entry.path().is_file())
                    .filter_map(|entry| entry.file_name().into_string().ok())
                    .collect()
            }
        };
        names.sort();
        names
    }

    fn on_disk(&self, path: &str) -> PathBuf {
        let Self::Folder { dir, base } = self else {
            return PathBuf::from(path);
        };
        let (mut from, mut to) = (base.split('/').peekable(), path.split('/').peekable());
        while from.peek().is_some() && from.peek() == to.peek() {
            from.next();
            to.next();
        }
        let mut on_disk = dir.clone();
        from.for_each(|_| on_disk.push(".."));
        on_disk.extend(to);
        on_disk
    }
}

fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "no such file")
}

/// The names of those files that lie in the folder itself.
fn in_folder<'f>(folder: &str, paths: impl Iterator<Item = &'f str>) -> Vec<String> {
    paths
        .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'))
        .filter(|name| !name.contains('/'))
        .map(str::to_owned)
        .collect()
}

/// Reads a file, but nothing that never ends (a pipe, a device).
pub(crate) fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        fs::read(path)
    } else {
        Err(io::Error::other("this is no file"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Files;

    #[test]
    fn what_lies_beside_an_embedded_file_is_named_without_its_folder() {
        let embedded = Files::Embedded(BTreeMap::new());
        let names = embedded.beside("schemas/smh/2026-01/openapi.yaml");
        assert!(
            names.iter().any(|name| name == "requirements.yaml"),
            "{names:?}"
        );
        let above = embedded.beside("schemas/README.md");
        assert!(above.iter().all(|name| !name.contains('/')), "{above:?}");
    }
}
