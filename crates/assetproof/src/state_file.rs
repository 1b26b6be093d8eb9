//! `--state FILE`: the fake's whole state in a file, read at the start and written at the end.
//!
//! It is written beside its place first and then renamed, so that whatever happens the file is
//! either the old state or the new one, and never half of one.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Error, Result};

/// A file that keeps a state, for one process at a time.
#[derive(Debug)]
pub(crate) struct StateFile {
    /// As the user gave it.
    shown: PathBuf,
    /// Where it really lies, links followed.
    path: PathBuf,
    _lock: Lock,
}

/// A file beside it, locked as long as the process has the state: the file itself is replaced by
/// another one when it is written.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock; none when another process has it.
    fn take(path: PathBuf) -> io::Result<Option<Self>> {
        loop {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
                Ok(()) => {}
            }
            // Who had it before has taken the file away, perhaps after it was opened here.
            if is_the_same(&file, &path) {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // One that stays is locked by nobody, and does no harm.
        let _stays = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn is_the_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let of = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(opened), Ok(there)) => of(opened) == of(there),
        _ => false,
    }
}

/// A file that is open cannot be taken away.
#[cfg(not(unix))]
fn is_the_same(_: &File, _: &Path) -> bool {
    true
}

impl StateFile {
    /// Makes sure that a file can be written there, and that no other process does: better now than
    /// when there is a state to lose.
    pub(crate) fn open(shown: &Path) -> Result<Self> {
        let path = fs::canonicalize(shown).unwrap_or_else(|_| shown.to_owned());
        let lock = Lock::take(beside(&path, "lock")).map_err(|source| unwritable(shown, source))?;
        let lock = lock.ok_or_else(|| Error::StateTaken {
            path: shown.to_owned(),
        })?;
        Ok(Self {
            shown: shown.to_owned(),
            path,
            _lock: lock,
        })
    }

    /// Hands the state that the file holds to `restore`; a file that is not there yet holds none.
    pub(crate) fn load<E: Display>(
        &self,
        restore: impl FnOnce(&Value) -> Result<(), E>,
    ) -> Result<()> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(source) => {
                return Err(Error::StateUnreadable {
                    path: self.shown.clone(),
                    source,
                });
            }
        };
        let state: Value = serde_json::from_slice(&bytes).map_err(|error| self.broken(&error))?;
        restore(&state).map_err(|error| self.broken(&error))
    }

    /// Writes a state in place of what the file holds.
    pub(crate) fn save(&self, state: &Value) -> Result<()> {
        let draft = self.draft();
        self.replace_by(&draft, state).map_err(|source| {
            // What is left of it is of no use; that it may stay is no second error.
            let _left = fs::remove_file(&draft);
            unwritable(&self.shown, source)
        })
    }

    fn replace_by(&self, draft: &Path, state: &Value) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Who may read the state stays as it is.
        #[cfg(unix)]
        let kept = fs::metadata(&self.path).ok().map(|it| it.permissions());
        #[cfg(unix)]
        if kept.is_some() {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let mut file = options.open(draft)?;
        #[cfg(unix)]
        if let Some(kept) = kept {
            file.set_permissions(kept)?;
        }
        let mut text = serde_json::to_vec_pretty(state)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(draft, &self.path)?;
        // The name has to last as well. Not every system can sync a folder, and the file is whole
        // in either case.
        let _lasting = File::open(folder_of(&self.path)).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// A file beside it, on the same file system.
    fn draft(&self) -> PathBuf {
        beside(&self.path, "draft")
    }

    fn broken(&self, problem: &dyn Display) -> Error {
        Error::StateBroken {
            path: self.shown.clone(),
            problem: problem.to_string(),
        }
    }
}

fn unwritable(shown: &Path, source: io::Error) -> Error {
    Error::StateUnwritable {
        path: shown.to_owned(),
        source,
    }
}

/// A hidden file in the same folder.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{what}"));
    folder_of(path).join(name)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let name = format!("assetproof-state-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for the test");
        folder
    }

    fn load(file: &StateFile) -> Result<Option<Value>> {
        let mut loaded = None;
        file.load(|state| {
            loaded = Some(state.clone());
            Ok::<(), String>(())
        })?;
        Ok(loaded)
    }

    #[test]
    fn what_is_saved_is_loaded_and_nothing_else_is_left() {
        let folder = folder("saved");
        let path = folder.join("state.json");
        let file = StateFile::open(&path).expect("it can be written");
        assert_eq!(load(&file).expect("none yet"), None);
        for state in [json!({"a": [1, 2]}), json!({})] {
            file.save(&state).expect("it is written");
            assert_eq!(load(&file).expect("it is read"), Some(state));
        }
        drop(file);
        let left = fs::read_dir(&folder).expect("it is there").count();
        assert_eq!(left, 1);
        fs::remove_dir_all(folder).expect("it is there");
    }

    #[test]
    fn a_file_is_of_one_server_at_a_time() {
        let folder = folder("taken");
        let path = folder.join("state.json");
        let first = StateFile::open(&path).expect("it can be written");
        let error = StateFile::open(&path).expect_err("it is taken").to_string();
        assert!(error.contains("another server"), "{error}");
        first.save(&json!({})).expect("it is written");
        assert!(StateFile::open(&path).is_err(), "it is taken even so");
        drop(first);
        let second = StateFile::open(&path).expect("it is free again");
        drop(second);
        fs::remove_dir_all(folder).expect("it is there");
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_the_file_stays_as_it_is() {
        use std::os::unix::fs::PermissionsExt;

        let folder = folder("mode");
        let path = folder.join("state.json");
        fs::write(&path, "{}").expect("it is written");
        for mode in [0o600, 0o640] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
            let file = StateFile::open(&path).expect("it can be written");
            file.save(&json!({"a": mode})).expect("it is written");
            let now = fs::metadata(&path).expect("it is there").permissions();
            assert_eq!(now.mode() & 0o777, mode);
        }
        fs::remove_dir_all(folder).expect("it is there");
    }

    #[test]
    fn a_broken_file_is_refused_with_the_place_and_stays_as_it_is() {
        let folder = folder("broken");
        let path = folder.join("state.json");
        fs::write(&path, "{\n  \"format\": 1,\n  \"a\": ]\n}\n").expect("it is written");
        let file = StateFile::open(&path).expect("it can be written");
        let error = load(&file).expect_err("it is broken").to_string();
        assert!(error.contains("line 3 column 8"), "{error}");
        assert!(error.contains("state.json"), "{error}");
        fs::write(&path, "{}").expect("it is written");
        let error = file.load(|_| Err("at \"/format\": it is missing"));
        let error = error.expect_err("it is refused").to_string();
        assert!(error.contains("at \"/format\": it is missing"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "{}");
        fs::remove_dir_all(folder).expect("it is there");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_refused_at_once() {
        let folder = folder("nowhere");
        let path = folder.join("no folder").join("state.json");
        let error = StateFile::open(&path).expect_err("there is no such folder");
        assert!(error.to_string().contains("no folder"), "{error}");
        fs::remove_dir_all(folder).expect("it is there");
    }
}
