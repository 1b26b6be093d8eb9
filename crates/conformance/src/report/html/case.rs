//! What the template of a case shows, as plain data.

use serde::Serialize;

use super::json::laid_out;
use super::page::{Reference, anchor};
use crate::report::headline::duration;
use crate::report::untrusted::beginning;
use crate::report::view::{self, CaseView, FindingView};
use crate::run::{BodyRecord, Run, StepRecord, Verdict};

/// The beginning of a body in characters and lines, where a case needs attention and elsewhere.
const BODY: (usize, usize) = (12_000, 400);
const BODY_OF_PASS: (usize, usize) = (2_000, 80);
/// More findings of one case than these are only counted.
const FINDINGS: usize = 200;
/// A longer line is not for pasting; the run file has it.
const CURL: usize = 32_000;

/// The cases of one verdict.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) name: String,
    pub(super) cases: Vec<Case<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Case<'a> {
    id: &'a str,
    anchor: String,
    contract: String,
    title: &'a str,
    tone: String,
    word: &'static str,
    open: bool,
    counted: bool,
    reason: Option<&'a str>,
    duration: String,
    covers: Vec<Reference<'a>>,
    findings: Vec<Finding<'a>>,
    more_findings: usize,
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Serialize)]
struct Finding<'a> {
    level: String,
    tone: String,
    observed: bool,
    requirement: Option<Reference<'a>>,
    check: &'static str,
    place: String,
    statement: Option<&'a str>,
    source: Option<String>,
    expected: &'a str,
    actual: &'a str,
    erratum: Option<&'a str>,
    erratum_statement: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    number: usize,
    operation: &'a str,
    method: &'a str,
    url: &'a str,
    request: Message<'a>,
    status: Option<u16>,
    response: Option<Message<'a>>,
    failure: Option<&'a str>,
    curl: Option<&'a str>,
    curl_length: usize,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    headers: &'a [(String, String)],
    body: String,
    left_out: usize,
}

/// All cases by verdict.
pub(super) fn cases(run: &Run) -> Vec<Group<'_>> {
    [
        Verdict::Fail,
        Verdict::Error,
        Verdict::Warning,
        Verdict::Pass,
        Verdict::Skipped,
    ]
    .into_iter()
    .map(|verdict| Group {
        name: verdict.to_string(),
        cases: view::cases(run, verdict)
            .iter()
            .enumerate()
            .map(|(index, view)| case(view, index))
            .collect(),
    })
    .collect()
}

fn case<'a>(view: &CaseView<'a>, index: usize) -> Case<'a> {
    let case = view.case;
    let link = |id: &'a String, kind: &str| Reference {
        id,
        anchor: anchor(kind, [&case.api, &case.revision, id]),
    };
    Case {
        id: &case.id,
        anchor: anchor("c", [&case.api, &case.revision, &case.id]),
        contract: format!("{}/{}", case.api, case.revision),
        title: &case.title,
        tone: case.verdict.to_string(),
        word: match case.verdict {
            Verdict::Fail => "failed",
            Verdict::Error => "error",
            Verdict::Warning => "warning",
            Verdict::Pass if !case.counted => "observed",
            Verdict::Pass => "passed",
            Verdict::Skipped => "skipped",
        },
        // The first failure is what the reader came for; more than that would bury the rest.
        open: index == 0 && case.verdict == Verdict::Fail,
        counted: case.counted,
        reason: case.reason.as_deref(),
        duration: duration(case.duration_us),
        covers: case.covers.iter().map(|id| link(id, "r")).collect(),
        findings: view
            .findings
            .iter()
            .take(FINDINGS)
            .map(|found| {
                finding(
                    found,
                    found
                        .found
                        .finding
                        .requirement
                        .as_ref()
                        .map(|id| link(id, "r")),
                )
            })
            .collect(),
        more_findings: view.findings.len().saturating_sub(FINDINGS),
        steps: case
            .steps
            .iter()
            .enumerate()
            .map(|(index, record)| step(index, record, case.verdict))
            .collect(),
    }
}

fn finding<'a>(view: &FindingView<'a>, requirement: Option<Reference<'a>>) -> Finding<'a> {
    let found = &view.found.finding;
    Finding {
        level: found.level.to_string(),
        tone: view
            .effect
            .map_or_else(|| "none".to_owned(), |effect| effect.to_string()),
        observed: view.effect.is_none(),
        requirement,
        check: found.check.name(),
        place: view.place.clone(),
        statement: view.statement,
        source: view.source.clone(),
        expected: &found.expected,
        actual: &found.actual,
        erratum: found.erratum.as_deref(),
        erratum_statement: view.erratum,
    }
}

fn step(index: usize, record: &StepRecord, verdict: Verdict) -> Step<'_> {
    let limit = if verdict == Verdict::Pass {
        BODY_OF_PASS
    } else {
        BODY
    };
    Step {
        number: index + 1,
        operation: &record.operation,
        method: &record.request.method,
        url: &record.request.url,
        request: message(&record.request.headers, &record.request.body, limit),
        status: record.response.as_ref().map(|response| response.status),
        response: record
            .response
            .as_ref()
            .map(|response| message(&response.headers, &response.body, limit)),
        failure: record.failure.as_deref(),
        curl: (record.curl.len() <= CURL).then_some(record.curl.as_str()),
        curl_length: record.curl.len(),
    }
}

fn message<'a>(
    headers: &'a [(String, String)],
    body: &BodyRecord,
    (characters, lines): (usize, usize),
) -> Message<'a> {
    let (shown, left_out) = beginning(&body.text, body.length, characters, lines);
    let laid_out = if left_out == 0 { laid_out(shown) } else { None };
    Message {
        headers,
        body: laid_out.unwrap_or_else(|| shown.to_owned()),
        left_out,
    }
}
