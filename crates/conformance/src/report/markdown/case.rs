//! One case in the Markdown report, folded: what was found and the exchange shortened.

use super::escape::{code, fenced, html, prose, text};
use super::{VALUE, put};
use crate::report::headline::number;
use crate::report::untrusted::beginning;
use crate::report::view::{CaseView, FindingView};
use crate::run::{BodyRecord, StepRecord};

/// A step summary of GitHub's may have 1 MiB; the rest of the failures is only named beyond this.
const SIZE: usize = 900_000;
/// More findings of one case than these are only counted.
const FINDINGS: usize = 20;
/// The beginning of a body in characters and lines.
const BODY: (usize, usize) = (2_000, 60);
/// A longer line is not for pasting; the HTML report and the run file have it.
const CURL: usize = 8_000;

/// The cases of one verdict, folded; `reserved` bytes are left for what follows.
pub(super) fn section(out: &mut String, views: &[CaseView<'_>], title: &str, reserved: usize) {
    if views.is_empty() {
        return;
    }
    put(out, format_args!("## {title}\n\n"));
    let mut left_out = 0;
    for view in views {
        let mut folded = String::new();
        case(&mut folded, view);
        if out.len() + folded.len() + reserved > SIZE {
            left_out += 1;
        } else {
            out.push_str(&folded);
        }
    }
    if left_out > 0 {
        let cases = number(left_out, "more case is", "more cases are");
        put(
            out,
            format_args!("{cases} in `report.html` and `run.ndjson`.\n\n"),
        );
    }
}

fn case(out: &mut String, view: &CaseView<'_>) {
    let case = view.case;
    put(
        out,
        format_args!("<details>\n<summary>{}</summary>\n\n", html(&case.id)),
    );
    put(out, format_args!("{}\n\n", text(&case.title)));
    if let Some(reason) = &case.reason {
        put(out, format_args!("{}\n\n", prose(reason)));
    }
    for view in view.findings.iter().take(FINDINGS) {
        finding(out, view);
    }
    if let Some(more) = view.findings.len().checked_sub(FINDINGS + 1) {
        put(
            out,
            format_args!("- {} more findings are in `run.ndjson`\n", more + 1),
        );
    }
    out.push('\n');
    for (_, step) in view.telling_steps() {
        exchange(out, step);
    }
    out.push_str("</details>\n\n");
}

fn finding(out: &mut String, view: &FindingView<'_>) {
    let found = &view.found.finding;
    let observed = if view.effect.is_some() {
        ""
    } else {
        " (observed)"
    };
    put(out, format_args!("- **{}**", found.level));
    if let Some(id) = &found.requirement {
        put(out, format_args!(" **{}**", text(id)));
    }
    put(
        out,
        format_args!(
            "{observed} `{}` at {}\n",
            found.check,
            code(&view.place, VALUE)
        ),
    );
    if let Some(statement) = view.statement {
        put(out, format_args!("  - {}", prose(statement)));
        if let Some(source) = &view.source {
            put(out, format_args!(" ({})", text(source)));
        }
        out.push('\n');
    }
    put(
        out,
        format_args!("  - expected: {}\n", code(&found.expected, VALUE)),
    );
    put(
        out,
        format_args!("  - actual: {}\n", code(&found.actual, VALUE)),
    );
    if let Some(id) = &found.erratum {
        let statement = view
            .erratum
            .map(|statement| format!(": {}", prose(statement)));
        put(
            out,
            format_args!(
                "  - erratum {}{}\n",
                text(id),
                statement.unwrap_or_default()
            ),
        );
    }
}

fn exchange(out: &mut String, step: &StepRecord) {
    let mut shown = format!("{} {}\n", step.request.method, step.request.url);
    message(&mut shown, &step.request.headers, &step.request.body);
    out.push_str(&fenced(&shown, "http"));
    if let Some(response) = &step.response {
        let mut shown = format!("{}\n", response.status);
        message(&mut shown, &response.headers, &response.body);
        out.push_str(&fenced(&shown, "http"));
    }
    if let Some(failure) = &step.failure {
        put(out, format_args!("{}\n\n", text(failure)));
    }
    if step.curl.len() > CURL {
        put(
            out,
            format_args!(
                "The curl line is {} bytes long; it is in `run.ndjson`.\n\n",
                step.curl.len()
            ),
        );
    } else {
        out.push_str(&fenced(&step.curl, "sh"));
    }
}

fn message(out: &mut String, headers: &[(String, String)], body: &BodyRecord) {
    for (name, value) in headers {
        put(out, format_args!("{name}: {value}\n"));
    }
    let (characters, lines) = BODY;
    let (shown, left_out) = beginning(&body.text, body.length, characters, lines);
    if !shown.is_empty() {
        put(out, format_args!("\n{shown}\n"));
    }
    if left_out > 0 {
        put(out, format_args!("… {left_out} more bytes\n"));
    }
}
