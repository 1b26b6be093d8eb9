//! What the recorded requests say about the client that sent them.

use std::fmt::{self, Write as _};

use validator::Finding;

use super::{Journal, Recorded};
use crate::engine::{is_blame, timestamp};

/// One finding in a recorded request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFinding {
    /// The request's id in the journal.
    pub request: u64,
    /// Its method.
    pub method: String,
    /// Its path and query, masked.
    pub target: String,
    /// The status that it was answered with.
    pub status: u16,
    /// What was found.
    pub finding: Finding,
    /// Another revision of the API whose documentation the request keeps to.
    pub fits_revision: Option<String>,
}

impl fmt::Display for ClientFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, validator::shorten(&self.target))?;
        write_finding(f, &self.finding)
    }
}

/// As `MUST MS-BA-05 at /action: expected …, was …`.
fn write_finding(out: &mut impl fmt::Write, finding: &Finding) -> fmt::Result {
    let name = finding.check.name();
    let promise = finding.requirement.as_deref().unwrap_or(name);
    let place = finding.location.to_string();
    let place = if place.is_empty() { "body" } else { &place };
    write!(
        out,
        "{} {promise} at {place}: expected {}, was {}",
        finding.level, finding.expected, finding.actual
    )
}

impl Journal {
    /// Everything that was found in the kept requests, observations included, oldest first.
    pub fn findings(&self) -> Vec<ClientFinding> {
        self.entries().into_iter().flat_map(findings_of).collect()
    }

    /// What a client did wrong, as a text for people; none when it did nothing wrong.
    ///
    /// Observations (MAY) are nothing wrong. Requests that were meant to be wrong are in it, too:
    /// whether one was meant so is not to be seen. That nothing is known, because nothing is
    /// recorded or because entries with findings had to make way, is not the same as nothing wrong.
    pub fn complaint(&self) -> Option<String> {
        if self.size() == 0 {
            return Some(
                "nothing is known of the client: the journal is off (give EngineBuilder::journal \
                 a size above 0)"
                    .to_owned(),
            );
        }
        let entries = self.entries();
        let blamed: Vec<&Recorded> = entries.iter().filter(|e| e.is_blamed()).collect();
        let dropped = self.counts().dropped_with_findings;
        if blamed.is_empty() && dropped == 0 {
            return None;
        }
        let mut text = format!(
            "the client did not keep to the documentation in {} of {} recorded requests",
            blamed.len(),
            entries.len()
        );
        if dropped > 0 {
            // Writing into a string cannot fail, here and below.
            let _infallible = write!(
                text,
                ", and in {dropped} that had to make way for newer ones (a larger \
                 EngineBuilder::journal keeps them)"
            );
        }
        for entry in blamed {
            let _infallible = write_entry(&mut text, entry);
        }
        Some(text)
    }
}

fn findings_of(entry: Recorded) -> impl Iterator<Item = ClientFinding> {
    let Recorded {
        id,
        method,
        target,
        status,
        findings,
        fits_revision,
        ..
    } = entry;
    findings.into_iter().map(move |finding| ClientFinding {
        request: id,
        method: method.clone(),
        target: target.clone(),
        status,
        finding,
        fits_revision: fits_revision.clone(),
    })
}

fn write_entry(out: &mut String, entry: &Recorded) -> fmt::Result {
    write!(
        out,
        "\n\n{} {}\n  request {}, answered {} at {}",
        entry.method,
        validator::shorten(&entry.target),
        entry.id,
        entry.status,
        timestamp::text(entry.at)
    )?;
    for finding in entry.findings.iter().filter(|finding| is_blame(finding)) {
        out.push_str("\n  ");
        write_finding(out, finding)?;
    }
    if entry.findings.is_empty() {
        out.push_str("\n  nothing is served there");
    }
    if entry.findings_left_out > 0 {
        write!(out, "\n  and {} more", entry.findings_left_out)?;
    }
    if let Some(revision) = &entry.fits_revision {
        write!(out, "\n  it keeps to revision {revision}")?;
    }
    Ok(())
}
