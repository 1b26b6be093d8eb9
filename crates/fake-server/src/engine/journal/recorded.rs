//! A recorded request as people read it.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use validator::{Finding, PathParameters};

use super::entry::Entry;
use super::mask::Mask;
use crate::engine::notes::Refused;
use crate::engine::{Api, notes};

/// A recorded request. Secrets in it are masked; bytes beyond UTF-8 in its method, target and
/// headers are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its number among all requests that the engine answered, from 1 on.
    pub id: u64,
    /// When it was answered, by the engine's clock.
    pub at: SystemTime,
    /// Its method.
    pub method: String,
    /// Path and query, cut to 8 KiB.
    pub target: String,
    /// The length of the whole target.
    pub target_length: usize,
    /// Header names and values in order, the first 16 KiB of them.
    pub headers: Vec<(String, String)>,
    /// How many headers are not in there.
    pub headers_left_out: usize,
    /// The body, cut to 16 KiB.
    pub body: Bytes,
    /// The length of the whole body.
    pub body_length: usize,
    /// The status that it was answered with.
    pub status: u16,
    /// The API whose path it is.
    pub api: Option<Api>,
    /// Its operation.
    pub operation: Option<Arc<str>>,
    /// Decoded path parameters by name: whose request it is.
    pub path_parameters: PathParameters,
    /// What the validator found in it, the first hundred.
    pub findings: Vec<Finding>,
    /// How many findings are not in there.
    pub findings_left_out: usize,
    /// Why it did not get to the state machine.
    pub refused: Option<Refused>,
    /// The fault that it met.
    pub fault: Option<String>,
    /// Another revision of the API whose documentation it keeps to.
    pub fits_revision: Option<String>,
}

impl Recorded {
    pub(super) fn read(id: u64, entry: &Entry, operation: Option<Arc<str>>, mask: &Mask) -> Self {
        let mut path_parameters = entry.notes.path_parameters.clone();
        for (_, value) in &mut path_parameters {
            mask.text(value);
        }
        Self {
            id,
            at: entry.at,
            method: text(entry.method()),
            target: text(entry.target()),
            target_length: entry.target_length,
            headers: entry
                .headers()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
            headers_left_out: entry.headers_left_out,
            body: Bytes::copy_from_slice(entry.body()),
            body_length: entry.body_length,
            status: entry.status,
            api: entry.notes.api,
            operation,
            path_parameters,
            findings: entry.notes.findings.clone(),
            findings_left_out: entry.findings - entry.notes.findings.len(),
            refused: entry.notes.refused.clone(),
            fault: entry.notes.fault.clone(),
            fits_revision: entry.notes.fits_revision.clone(),
        }
    }

    /// Whether it belongs to an operation.
    pub fn is_matched(&self) -> bool {
        self.operation.is_some()
    }

    /// Whether the client did something wrong: it asked for what nobody serves, or the validator
    /// found more than an observation.
    pub fn is_blamed(&self) -> bool {
        !self.is_matched() || self.findings.iter().any(notes::is_blame)
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The values of the header of that name, whatever its case.
    pub fn header<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
