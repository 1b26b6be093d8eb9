//! One case in the terminal report: what was found, the exchange shortened, the line to paste.

use std::path::Path;

use super::{BOLD, DIM, put, tone};
use crate::report::group::{Group, named};
use crate::report::standing::Standing;
use crate::report::untrusted::{beginning, one_line, short_line, visible};
use crate::report::view::{FindingView, particulars, reason, second_run};
use crate::run::{BodyRecord, CaseRecord, StepRecord};

/// More findings of one case than these are only counted.
const FINDINGS: usize = 20;
/// More requests of one case than these are only counted.
const STEPS: usize = 3;
/// A body's beginning in characters and lines.
const BODY: (usize, usize) = (600, 8);
/// Longer values of headers and findings are cut.
const VALUE: usize = 300;
/// A longer line is not for pasting; the HTML report and the run file have it.
const CURL: usize = 4_000;

/// An entry in full; `script` shows its first case again.
pub(super) fn write(out: &mut String, group: &Group<'_>, script: Option<&Path>) {
    let view = &group.first;
    let case = view.case;
    heading(out, case);
    out.push('\n');
    put(out, format_args!("  {}\n", short_line(&case.title, VALUE)));
    let particulars = short_line(&particulars(case), VALUE);
    put(out, format_args!("  {DIM}{particulars}{DIM:#}\n"));
    if let Some(reason) = reason(case) {
        put(out, format_args!("  {}\n", short_line(&reason, VALUE)));
    }
    if let Some(note) = &case.note {
        let note = short_line(note, VALUE);
        put(out, format_args!("  {DIM}{note}{DIM:#}\n"));
    }
    if let Some(second) = second_run(case) {
        put(out, format_args!("  {second}\n"));
    }
    for finding in view.findings.iter().take(FINDINGS) {
        out.push('\n');
        write_finding(out, finding);
    }
    if let Some(more) = view.findings.len().checked_sub(FINDINGS + 1) {
        put(
            out,
            format_args!("\n  {} more findings are in the run file\n", more + 1),
        );
    }
    let telling = view.telling_steps();
    for (index, step) in telling.iter().take(STEPS) {
        out.push('\n');
        if case.steps.len() > 1 {
            let (number, all) = (index + 1, case.steps.len());
            put(out, format_args!("  {DIM}step {number} of {all}{DIM:#}\n"));
        }
        write_step(out, step);
    }
    if let Some(more) = telling.len().checked_sub(STEPS + 1) {
        let told = "more requests with findings are in the report";
        put(out, format_args!("\n  {DIM}{} {told}{DIM:#}\n", more + 1));
    }
    if let Some(script) = script {
        let path = one_line(&script.display().to_string());
        put(out, format_args!("\n  reproduce: sh {path}\n"));
    }
    others(out, group);
    out.push('\n');
}

/// An entry in one line.
pub(super) fn brief(out: &mut String, group: &Group<'_>) {
    heading(out, group.first.case);
    if let Some(gravest) = group.first.findings.first() {
        let finding = &gravest.found.finding;
        let requirement = finding.requirement.as_deref().unwrap_or("no requirement");
        let text = format!(
            " {requirement} at {}: expected {}, actual {}",
            gravest.place, finding.expected, finding.actual
        );
        out.push_str(&short_line(&text, VALUE));
    } else if let Some(reason) = &group.first.case.reason {
        put(out, format_args!(" {}", short_line(reason, VALUE)));
    }
    out.push('\n');
    others(out, group);
}

fn heading(out: &mut String, case: &CaseRecord) {
    let standing = Standing::of(case);
    let style = tone(standing.tone()).bold();
    let word = match standing {
        Standing::Failed => "FAIL".to_owned(),
        other => other.word().to_uppercase(),
    };
    let id = one_line(&case.id);
    put(
        out,
        format_args!("{style}{word}{style:#} {BOLD}{id}{BOLD:#}"),
    );
}

/// The other cases of an entry.
fn others(out: &mut String, group: &Group<'_>) {
    if group.others.is_empty() {
        return;
    }
    let count = group.others.len();
    put(
        out,
        format_args!("\n  {BOLD}{count} more cases miss the same in the same way{BOLD:#}\n"),
    );
    let (named, more) = named(&group.others);
    for id in named {
        put(out, format_args!("    {}\n", one_line(id)));
    }
    if more > 0 {
        put(out, format_args!("    {DIM}and {more} more{DIM:#}\n"));
    }
}

fn write_finding(out: &mut String, view: &FindingView<'_>) {
    let finding = &view.found.finding;
    let style = view.effect.map_or(DIM, tone);
    let level = finding.level;
    put(out, format_args!("  {style}{level}{style:#}"));
    if let Some(requirement) = &finding.requirement {
        put(
            out,
            format_args!(" {BOLD}{}{BOLD:#}", one_line(requirement)),
        );
    }
    let place = short_line(&view.place, VALUE);
    put(out, format_args!(" {} at {place}\n", finding.check));
    if let Some(statement) = view.statement {
        put(out, format_args!("    {}\n", one_line(statement)));
    }
    if let Some(source) = &view.source {
        put(out, format_args!("    {DIM}{}{DIM:#}\n", one_line(source)));
    }
    put(
        out,
        format_args!("    expected  {}\n", short_line(&finding.expected, VALUE)),
    );
    put(
        out,
        format_args!("    actual    {}\n", short_line(&finding.actual, VALUE)),
    );
    if let Some(id) = &finding.erratum {
        let statement = view.erratum.map(|text| format!(": {}", one_line(text)));
        let statement = statement.unwrap_or_default();
        put(
            out,
            format_args!("    erratum   {}{statement}\n", one_line(id)),
        );
    }
}

fn write_step(out: &mut String, step: &StepRecord) {
    let request = &step.request;
    let url = short_line(&request.url, VALUE);
    put(
        out,
        format_args!("  > {} {url}\n", one_line(&request.method)),
    );
    write_message(out, '>', &request.headers, &request.body);
    if let Some(response) = &step.response {
        put(out, format_args!("  < {}\n", response.status));
        write_message(out, '<', &response.headers, &response.body);
    }
    if let Some(failure) = &step.failure {
        put(out, format_args!("  < {}\n", short_line(failure, VALUE)));
    }
    match &step.curl {
        None => {}
        Some(curl) if curl.len() > CURL => put(
            out,
            format_args!(
                "  {DIM}the curl line is {} bytes long; it is in the run file{DIM:#}\n",
                curl.len()
            ),
        ),
        // Lines after the first are not indented: they may be inside a quoted body.
        Some(curl) => put(out, format_args!("  {}\n", visible(curl))),
    }
}

fn write_message(out: &mut String, mark: char, headers: &[(String, String)], body: &BodyRecord) {
    for (name, value) in headers {
        let value = short_line(value, VALUE);
        put(
            out,
            format_args!("  {DIM}{mark} {}: {value}{DIM:#}\n", one_line(name)),
        );
    }
    let (characters, lines) = BODY;
    let (shown, left_out) = beginning(&body.text, body.length, characters, lines);
    for line in visible(shown).lines() {
        put(out, format_args!("  {mark} {line}\n"));
    }
    if left_out > 0 {
        put(
            out,
            format_args!("  {DIM}{mark} … {left_out} more bytes{DIM:#}\n"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::group::NAMED;
    use crate::report::standing::Standing;
    use crate::report::view::cases;
    use crate::run::fixture;

    #[test]
    fn of_many_others_the_rest_is_counted() {
        let run = fixture::crowded(1, 1);
        let told = |count: usize| {
            let mut out = String::new();
            let group = Group {
                first: cases(&run, Standing::Failed).remove(0),
                others: vec!["another"; count],
            };
            others(&mut out, &group);
            out
        };
        assert_eq!(told(0), "");
        assert!(!told(NAMED).contains("and "), "{}", told(NAMED));
        assert!(told(NAMED + 1).contains("and 1 more"));
        assert!(told(NAMED + 5).contains("and 5 more"));
    }
}
