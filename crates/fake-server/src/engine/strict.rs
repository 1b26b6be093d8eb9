//! Refusals that explain themselves, for developers of a client: the documented status and shape
//! stay, the texts in it say which promises the request breaks, and a header names them. That a
//! credential is missing is told; why one is not accepted never is.

use serde_json::Value;
use validator::{Check, Finding, RequestReading, Response};

use super::{Api, Engine, Notes, Refused, Unauthenticated, breaks_the_documentation, reply};

/// The header of an explaining refusal: the ids of the requirements that the request breaks.
pub const FINDINGS_HEADER: &str = "X-Assetproof-Findings";

/// How many ids the header names at most.
const NAMED: usize = 20;

impl Engine {
    /// The refusal as it is, or explained where this engine is strict with clients.
    pub(super) fn explain(
        &self,
        refusal: Response,
        api: Api,
        reading: &RequestReading,
        notes: &Notes,
    ) -> Response {
        if !self.strict_client {
            return refusal;
        }
        let findings: Vec<&Finding> = match notes.refused {
            Some(Refused::Malformed) => reading
                .findings
                .iter()
                .filter(|finding| breaks_the_documentation(finding))
                .collect(),
            Some(Refused::Unauthenticated(Unauthenticated::Missing)) => reading
                .findings
                .iter()
                .filter(|finding| finding.check == Check::RequestAuthentication)
                .collect(),
            _ => Vec::new(),
        };
        if findings.is_empty() {
            refusal
        } else {
            explained(refusal, api, &findings, notes.fits_revision.as_deref())
        }
    }
}

fn explained(
    mut refusal: Response,
    api: Api,
    findings: &[&Finding],
    fits_revision: Option<&str>,
) -> Response {
    let mut names: Vec<&str> = Vec::new();
    for finding in findings {
        let name = finding.check.name();
        let name = finding.requirement.as_deref().unwrap_or(name);
        if !names.contains(&name) && names.len() < NAMED {
            names.push(name);
        }
    }
    let texts: Vec<String> = findings.iter().map(|finding| sentence(finding)).collect();
    if let Ok(Value::Object(mut body)) = serde_json::from_slice(&refusal.body) {
        let (message, most) = match api {
            Api::Metastudio => ("error_msg", 1000),
            // The older revision's lengths, which the newer one's do not contradict.
            Api::Roma => ("error_msg", 128),
            Api::Smh => ("message", 500),
        };
        // First what may be all that is wrong: little of the rest may fit.
        let fits = fits_revision.map_or_else(String::new, |revision| {
            format!("Keeps to {revision}, which is not served. ")
        });
        let told = format!("{fits}Breaks {}. {}", names.join(", "), texts.join(" "));
        body.insert(message.to_owned(), reply::at_most(&told, most).into());
        if let Some(details) = body.get_mut("error_details") {
            *details = reply::at_most(&texts.join(" "), most).into();
        }
        let explained = reply::json(refusal.status, &body);
        refusal.body = explained.body;
    }
    let names = names.join(",").into_bytes();
    refusal.headers.push((FINDINGS_HEADER.to_owned(), names));
    refusal
}

fn sentence(finding: &Finding) -> String {
    let place = finding.location.to_string();
    let place = if place.is_empty() { "the body" } else { &place };
    format!(
        "At {place}: expected {}, was {}.",
        finding.expected, finding.actual
    )
}
