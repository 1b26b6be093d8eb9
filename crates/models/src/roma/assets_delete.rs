//! `assets-delete`: starts a job that deletes applications and tasks. One module a revision.

pub mod r2022_12;
pub mod r2025_10;

/// How many applications, and how many tasks, one request may name (RO-AD-05).
pub const MAX_ENTRIES: usize = 100;
