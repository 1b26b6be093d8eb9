//! One case in the terminal report: what was found, the exchange shortened, the line to paste.

use super::{BOLD, DIM, put, tone};
use crate::report::untrusted::{beginning, one_line, short_line, visible};
use crate::report::view::{CaseView, FindingView};
use crate::run::{BodyRecord, StepRecord, Verdict};

/// More findings of one case than these are only counted.
const FINDINGS: usize = 20;
/// A body's beginning in characters and lines.
const BODY: (usize, usize) = (600, 8);
/// Longer values of headers and findings are cut.
const VALUE: usize = 300;
/// A longer line is not for pasting; the HTML report and the run file have it.
const CURL: usize = 4_000;

pub(super) fn write(out: &mut String, view: &CaseView<'_>) {
    let case = view.case;
    let style = tone(case.verdict).bold();
    let verdict = match case.verdict {
        Verdict::Fail => "FAIL",
        Verdict::Error => "ERROR",
        Verdict::Warning => "WARNING",
        Verdict::Pass => "PASS",
        Verdict::Skipped => "SKIPPED",
    };
    put(
        out,
        format_args!(
            "{style}{verdict}{style:#} {BOLD}{}{BOLD:#}\n",
            one_line(&case.id)
        ),
    );
    put(out, format_args!("  {}\n", short_line(&case.title, VALUE)));
    if let Some(reason) = &case.reason {
        put(out, format_args!("  {}\n", short_line(reason, VALUE)));
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
    for (index, step) in view.telling_steps() {
        out.push('\n');
        if case.steps.len() > 1 {
            let (number, all) = (index + 1, case.steps.len());
            put(out, format_args!("  {DIM}step {number} of {all}{DIM:#}\n"));
        }
        write_step(out, step);
    }
    out.push('\n');
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
    if step.curl.len() > CURL {
        put(
            out,
            format_args!(
                "  {DIM}the curl line is {} bytes long; it is in the run file{DIM:#}\n",
                step.curl.len()
            ),
        );
    } else {
        // Lines after the first are not indented: they may be inside a quoted body.
        put(out, format_args!("  {}\n", visible(&step.curl)));
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
