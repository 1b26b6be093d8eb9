//! What a comparison of a run's responses with their snapshots says, as plain data.

use std::path::PathBuf;

/// The responses of a run compared with their snapshots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The folder of the snapshots.
    pub folder: PathBuf,
    /// How many responses are as their snapshots.
    pub same: usize,
    /// How many cases have a snapshot and gave no response to compare with it; the verdict of such
    /// a case says why.
    pub unseen: usize,
    /// The responses that are not as their snapshots, in order of the cases.
    pub drifts: Vec<Drift>,
    /// Snapshots of cases that there are no more.
    pub stale: Vec<PathBuf>,
    /// Whether the responses have become the snapshots, and the stale ones have been removed.
    pub accepted: bool,
}

impl Comparison {
    /// Whether somebody has to look: a response differs or is new, and is not accepted.
    pub fn has_drifted(&self) -> bool {
        !self.accepted && !self.drifts.is_empty()
    }
}

/// A response that is not as its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Id of the case.
    pub case: String,
    /// API and revision, e.g. `smh/2026-01`.
    pub contract: String,
    /// The snapshot's file; the response that is not accepted lies beside it, with `.new` at the
    /// end of its name.
    pub path: PathBuf,
    /// How it differs.
    pub kind: DriftKind,
    /// The difference as a unified diff, without a head; secrets are masked.
    pub diff: String,
}

/// How a response differs from its snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftKind {
    /// There was no snapshot.
    New,
    /// There was another one.
    Changed,
}

impl DriftKind {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
        }
    }
}
