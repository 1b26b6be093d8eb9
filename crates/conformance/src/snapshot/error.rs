//! Why snapshots could not be compared or kept.

use std::path::PathBuf;

/// Why snapshots could not be compared or kept.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A file or a folder cannot be read, written or removed.
    #[error("failed to {action} {path}: {source}", path = .path.display())]
    Io {
        /// `read`, `write` or `remove`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is no snapshot.
    #[error(
        "failed to read {path}: it is no snapshot, because {problem} (restore it, or delete it and \
         accept the response again with --accept)",
        path = .path.display()
    )]
    NoSnapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
}
