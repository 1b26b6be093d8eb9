//! One case in the Markdown report, folded: what was found and the exchange shortened.

use super::escape::{code, fenced, html, prose, text};
use super::{VALUE, put};
use crate::report::group::{Group, named};
use crate::report::headline::number;
use crate::report::scripts::Scripts;
use crate::report::untrusted::beginning;
use crate::report::view::{FindingView, particulars, reason, second_run};
use crate::run::{BodyRecord, StepRecord};

/// A step summary of GitHub's may have 1 MiB; the rest of the failures is only named beyond this.
const SIZE: usize = 900_000;
/// More findings of one case than these are only counted.
const FINDINGS: usize = 20;
/// More requests of one case than these are only counted.
const STEPS: usize = 5;
/// The beginning of a body in characters and lines.
const BODY: (usize, usize) = (2_000, 60);
/// A longer line is not for pasting; the HTML report and the run file have it.
const CURL: usize = 8_000;

/// The entries of one kind, folded; `reserved` bytes are left for what follows.
pub(super) fn section(
    out: &mut String,
    groups: &[Group<'_>],
    title: &str,
    (reserved, scripts): (usize, &Scripts<'_>),
) {
    if groups.is_empty() {
        return;
    }
    put(out, format_args!("## {title}\n\n"));
    let mut left_out = 0;
    for group in groups {
        let mut folded = String::new();
        case(&mut folded, group, scripts);
        if out.len() + folded.len() + reserved > SIZE {
            left_out += 1 + group.others.len();
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

fn case(out: &mut String, group: &Group<'_>, scripts: &Scripts<'_>) {
    let view = &group.first;
    let case = view.case;
    let others = match group.others.len() {
        0 => String::new(),
        count => format!(" and {count} more like it"),
    };
    put(
        out,
        format_args!(
            "<details>\n<summary>{}{others}</summary>\n\n",
            html(&case.id)
        ),
    );
    put(out, format_args!("{}\n\n", text(&case.title)));
    put(out, format_args!("{}\n\n", text(&particulars(case))));
    if let Some(second) = second_run(case) {
        put(out, format_args!("**{second}**\n\n"));
    }
    if let Some(reason) = reason(case) {
        put(out, format_args!("{}\n\n", prose(&reason)));
    }
    if let Some(note) = &case.note {
        put(out, format_args!("{}\n\n", text(note)));
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
    let telling = view.telling_steps();
    for (_, step) in telling.iter().take(STEPS) {
        exchange(out, step);
    }
    if let Some(more) = telling.len().checked_sub(STEPS + 1) {
        let told = "more requests with findings are in `run.ndjson`";
        put(out, format_args!("{} {told}.\n\n", more + 1));
    }
    if let Some(path) = scripts.path(case) {
        let path = code(&format!("sh {path}"), VALUE);
        put(
            out,
            format_args!("To see it again, with its set-up: {path}\n\n"),
        );
    }
    if !group.others.is_empty() {
        let count = group.others.len();
        put(
            out,
            format_args!("{count} more cases miss the same in the same way:\n\n"),
        );
        let (named, more) = named(&group.others);
        for id in named {
            put(out, format_args!("- {}\n", text(id)));
        }
        if more > 0 {
            put(out, format_args!("- and {more} more\n"));
        }
        out.push('\n');
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
    match &step.curl {
        None => {}
        Some(curl) if curl.len() > CURL => put(
            out,
            format_args!(
                "The curl line is {} bytes long; it is in `run.ndjson`.\n\n",
                curl.len()
            ),
        ),
        Some(curl) => out.push_str(&fenced(curl, "sh")),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::group::NAMED;
    use crate::report::standing::Standing;
    use crate::report::view::cases;
    use crate::run::{Run, fixture};

    /// The section of one entry with so many others.
    fn told(run: &Run, others: usize, reserved: usize) -> String {
        let group = Group {
            first: cases(run, Standing::Failed).remove(0),
            others: vec!["another"; others],
        };
        let mut out = String::new();
        section(
            &mut out,
            &[group],
            "Failures",
            (reserved, &Scripts::of(run)),
        );
        out
    }

    #[test]
    fn of_many_others_the_rest_is_counted() {
        let run = fixture::crowded(1, 1);
        assert!(!told(&run, NAMED, 0).contains("more\n"), "each is named");
        assert!(told(&run, NAMED + 1, 0).contains("- and 1 more\n"));
        assert!(told(&run, NAMED + 5, 0).contains("- and 5 more\n"));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let run = fixture::crowded(1, 1);
        let room = SIZE - told(&run, 2, 0).len();
        assert!(!told(&run, 2, room).contains("in `report.html`"));
        let none = told(&run, 2, room + 1);
        assert!(none.contains("3 more cases are in `report.html`"), "{none}");
    }
}
