//! What the template of a case shows, as plain data.

use std::borrow::Cow;

use serde::Serialize;

use super::anchors::{self, Anchors, Reference};
use super::json::laid_out;
use crate::report::headline::duration;
use crate::report::scripts::Scripts;
use crate::report::standing::Standing;
use crate::report::untrusted::beginning;
use crate::report::view::{
    self, CaseView, FindingView, operation_name, particulars, reason, second_run,
};
use crate::run::{BodyRecord, Run, StateRecord, StepRecord};

/// So many cases that need attention are shown in full; a page with more of them would not open.
const IN_FULL: usize = 50;
/// More findings of one case than these are only counted.
const FINDINGS: usize = 200;
/// A longer line or script is not for pasting; the run file has it.
const PASTED: usize = 32_000;

/// How much is shown of a case.
#[derive(Debug, Clone, Copy)]
struct Detail {
    /// The beginning of a body in characters and lines.
    body: (usize, usize),
    /// More requests than these are only counted.
    steps: usize,
    /// Whether the lines and the script that send it again stand on the page.
    again: bool,
}

/// A case that somebody has to look into.
const FULL: Detail = Detail {
    body: (12_000, 400),
    steps: 30,
    again: true,
};

/// One of many such cases, or one in which nothing is to be found.
const SHORT: Detail = Detail {
    body: (2_000, 80),
    steps: 5,
    again: false,
};

/// The cases that stand alike.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) word: &'static str,
    pub(super) title: &'static str,
    pub(super) needs_attention: bool,
    pub(super) cases: Vec<Case<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Case<'a> {
    id: &'a str,
    anchor: String,
    contract: String,
    operation: String,
    kind: String,
    particulars: String,
    title: &'a str,
    tone: String,
    word: &'static str,
    open: bool,
    counted: bool,
    reason: Option<Cow<'a, str>>,
    note: Option<&'a str>,
    second_run: Option<String>,
    duration: String,
    covers: Vec<Reference<'a>>,
    /// What a reader may filter by: the requirements that it covers or found missed.
    about: String,
    findings: Vec<Finding<'a>>,
    more_findings: usize,
    states: Vec<State<'a>>,
    steps: Vec<Step<'a>>,
    steps_in_all: usize,
    script: Option<&'a str>,
    script_path: Option<String>,
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
struct State<'a> {
    name: &'a str,
    params: String,
    returned: Option<String>,
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
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    headers: &'a [(String, String)],
    body: String,
    left_out: usize,
}

/// All cases by how they stand.
pub(super) fn cases<'a>(run: &'a Run, anchors: &Anchors<'_>) -> Vec<Group<'a>> {
    let scripts = Scripts::of(run);
    let mut attention = 0;
    let groups = Standing::ALL.into_iter().map(|standing| Group {
        word: standing.word(),
        title: standing.title(),
        needs_attention: standing.needs_attention(),
        cases: view::cases(run, standing)
            .iter()
            .enumerate()
            .map(|(index, view)| {
                attention += usize::from(standing.needs_attention());
                let detail = if standing.needs_attention() && attention <= IN_FULL {
                    FULL
                } else {
                    SHORT
                };
                // The first failure is what the reader came for; more would bury the rest.
                let open = index == 0 && standing == Standing::Failed;
                case(view, (open, detail), anchors, &scripts)
            })
            .collect(),
    });
    groups.filter(|group| !group.cases.is_empty()).collect()
}

fn case<'a>(
    view: &CaseView<'a>,
    (open, detail): (bool, Detail),
    anchors: &Anchors<'_>,
    scripts: &Scripts<'_>,
) -> Case<'a> {
    let case = view.case;
    let standing = Standing::of(case);
    let link = |id: &'a String| Reference {
        id,
        anchor: anchors::requirement(&case.api, &case.revision, id),
    };
    let findings = view.findings.iter().take(FINDINGS).map(|found| {
        let requirement = found.found.finding.requirement.as_ref();
        finding(found, requirement.map(link))
    });
    let script = case.reproduction.as_deref();
    Case {
        id: &case.id,
        anchor: anchors.case(case),
        contract: format!("{}/{}", case.api, case.revision),
        operation: operation_name(&case.api, &case.revision, Some(&case.operation)),
        kind: case.kind.to_string(),
        particulars: particulars(case),
        title: &case.title,
        tone: standing.tone().to_string(),
        word: standing.word(),
        open,
        counted: case.counted,
        reason: reason(case),
        note: case.note.as_deref(),
        second_run: second_run(case),
        duration: duration(case.duration_us),
        covers: case.covers.iter().map(link).collect(),
        about: about(view),
        findings: findings.collect(),
        more_findings: view.findings.len().saturating_sub(FINDINGS),
        states: if detail.again {
            case.states.iter().map(state).collect()
        } else {
            Vec::new()
        },
        steps: shown_steps(view, detail)
            .into_iter()
            .map(|index| step(index, &case.steps[index], detail))
            .collect(),
        steps_in_all: case.steps.len(),
        script: script.filter(|script| detail.again && script.len() <= PASTED),
        script_path: scripts.path(case),
    }
}

fn about(view: &CaseView<'_>) -> String {
    let case = view.case;
    let mut ids: Vec<&str> = case.covers.iter().map(String::as_str).collect();
    for finding in view.findings.iter().filter(|of| of.effect.is_some()) {
        if let Some(id) = finding.found.finding.requirement.as_deref()
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    ids.join(" ")
}

/// Indexes of the steps to show: all of them, or of too many first those that tell something.
fn shown_steps(view: &CaseView<'_>, detail: Detail) -> Vec<usize> {
    let all = view.case.steps.len();
    if all <= detail.steps {
        return (0..all).collect();
    }
    let telling = view.telling_steps().into_iter().map(|(index, _)| index);
    let mut shown: Vec<usize> = telling.take(detail.steps).collect();
    let others: Vec<usize> = (0..all).filter(|index| !shown.contains(index)).collect();
    let room = detail.steps - shown.len();
    shown.extend(others.into_iter().take(room));
    shown.sort_unstable();
    shown
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

fn state(record: &StateRecord) -> State<'_> {
    let json = |members: &serde_json::Map<String, serde_json::Value>| {
        serde_json::to_string(members).unwrap_or_default()
    };
    State {
        name: &record.state,
        params: json(&record.params),
        returned: (!record.returned.is_empty()).then(|| json(&record.returned)),
    }
}

fn step(index: usize, record: &StepRecord, detail: Detail) -> Step<'_> {
    Step {
        number: index + 1,
        operation: &record.operation,
        method: &record.request.method,
        url: &record.request.url,
        request: message(&record.request.headers, &record.request.body, detail.body),
        status: record.response.as_ref().map(|response| response.status),
        response: record
            .response
            .as_ref()
            .map(|response| message(&response.headers, &response.body, detail.body)),
        failure: record.failure.as_deref(),
        curl: record
            .curl
            .as_deref()
            .filter(|curl| detail.again && curl.len() <= PASTED),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::standing::Standing;
    use crate::report::view::cases;
    use crate::run::fixture;

    /// The steps that are shown of a case with so many, of which these have findings.
    fn shown(steps: usize, telling: &[usize]) -> Vec<usize> {
        let mut run = fixture::crowded(telling.len(), steps);
        for (found, step) in run.cases[0].findings.iter_mut().zip(telling) {
            found.step = *step;
        }
        let views = cases(&run, Standing::Failed);
        let detail = Detail { steps: 3, ..FULL };
        shown_steps(&views[0], detail)
    }

    #[test]
    fn of_too_many_requests_those_that_tell_something_are_shown_first() {
        assert_eq!(shown(3, &[1]), [0, 1, 2]);
        assert_eq!(shown(4, &[3]), [0, 1, 3]);
        assert_eq!(shown(6, &[1, 4]), [0, 1, 4]);
        assert_eq!(shown(6, &[1, 2, 4, 5]), [1, 2, 4]);
    }
}
