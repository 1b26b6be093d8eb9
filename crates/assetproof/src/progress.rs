//! What a terminal shows on standard error while a run goes on: a bar, and a line for each case
//! that fails. A pipe shows nothing, because everything of it is in the reports.

use std::cell::{Cell, RefCell};
use std::io::IsTerminal;
use std::time::Duration;

use conformance::Event;
use conformance::report::short_line;
use conformance::run::{CaseRecord, Verdict};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// How often the elapsed time is drawn anew while no case ends.
const TICK: Duration = Duration::from_millis(200);

/// Longer ids are cut.
const ID: usize = 70;

/// What else is said of a case is cut, too.
const MORE: usize = 100;

/// More failing cases are not printed while the run goes on; the bar counts them, and the reports
/// have them all.
const LINES: usize = 50;

/// Shows how far a run is.
pub(crate) struct Progress {
    bar: ProgressBar,
    colour: bool,
    /// The cases that are running, the longest first.
    running: RefCell<Vec<String>>,
    failing: Cell<usize>,
}

impl Progress {
    /// For a run of so many cases, on standard error if that is a terminal that can redraw a line.
    pub(crate) fn new(total: usize) -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_none_or(|term| term == "dumb");
        let shown = std::io::stderr().is_terminal() && !dumb;
        let target = if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let progress = Self::on_target(total, target, set("NO_COLOR").is_none());
        if shown {
            progress.bar.enable_steady_tick(TICK);
        }
        progress
    }

    fn on_target(total: usize, target: ProgressDrawTarget, colour: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), target)
            .with_finish(ProgressFinish::AndClear);
        let template = if colour {
            "[{elapsed}] {bar:24.cyan} {pos}/{len}{prefix} {wide_msg}"
        } else {
            "[{elapsed}] {bar:24} {pos}/{len}{prefix} {wide_msg}"
        };
        // Both are read in a test.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            colour,
            running: RefCell::new(Vec::new()),
            failing: Cell::new(0),
        }
    }

    /// Shows an event.
    pub(crate) fn on(&self, event: &Event<'_>) {
        if self.bar.is_hidden() {
            return;
        }
        match event {
            Event::CaseStarted { id } | Event::CaseRetried { id } => {
                self.running.borrow_mut().push((*id).to_owned());
            }
            Event::CaseFailed { record } => {
                self.gone(&record.id);
                self.fails(self.failing.get() + 1);
                self.line("FAIL", "31", record, &missed(record));
            }
            Event::CaseEnded { record, .. } => {
                self.gone(&record.id);
                self.bar.inc(1);
                if record.retried.is_some() && record.verdict != Verdict::Fail {
                    self.fails(self.failing.get().saturating_sub(1));
                    self.line("FLAKY", "33", record, "it passed when it was run again");
                } else if record.verdict == Verdict::Error {
                    self.line(
                        "ERROR",
                        "35",
                        record,
                        record.reason.as_deref().unwrap_or(""),
                    );
                }
            }
            _ => {}
        }
        self.tell();
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn gone(&self, id: &str) {
        let mut running = self.running.borrow_mut();
        if let Some(at) = running.iter().position(|running| running == id) {
            running.remove(at);
        }
    }

    fn fails(&self, failing: usize) {
        self.failing.set(failing);
        let prefix = match failing {
            0 => String::new(),
            _ => format!(", {}", self.styled("31", &format!("{failing} failing"))),
        };
        self.bar.set_prefix(prefix);
    }

    /// Names the case that has been running longest.
    fn tell(&self) {
        let running = self.running.borrow();
        let message = running.first().map(|id| short_line(id, ID));
        let message = message.unwrap_or_default();
        self.bar.set_message(message);
    }

    /// A line above the bar.
    fn line(&self, word: &str, style: &str, record: &CaseRecord, more: &str) {
        if self.failing.get() <= LINES {
            let word = self.styled(style, word);
            let (id, more) = (short_line(&record.id, ID), short_line(more, MORE));
            self.bar.println(format!("{word} {id} {more}").trim_end());
        }
    }

    fn styled(&self, style: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The requirements of the gravest findings.
fn missed(record: &CaseRecord) -> String {
    let findings = || record.findings.iter().map(|found| &found.finding);
    let gravest = findings().map(|finding| finding.level).max();
    let mut ids: Vec<&str> = findings()
        .filter(|finding| Some(finding.level) == gravest)
        .filter_map(|finding| finding.requirement.as_deref())
        .collect();
    ids.dedup();
    ids.join(" ")
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;
    use serde_json::json;

    use super::*;

    fn record(id: &str, verdict: &str, retried: Option<&str>) -> CaseRecord {
        let finding = |level: &str, requirement: &str| {
            json!({
                "step": 0, "check": "status_code_conformance", "requirement": requirement,
                "level": level, "message": "response", "part": "status",
                "expected": "200", "actual": "500",
            })
        };
        let mut record = json!({
            "id": id, "api": "a", "revision": "1", "operation": "o", "kind": "documented",
            "title": "", "counted": true, "level": "MUST", "covers": [], "exercised": [],
            "verdict": verdict, "findings": [finding("SHOULD", "R-2"), finding("MUST", "R-1")],
            "steps": [], "duration_us": 1,
        });
        if let Some(retried) = retried {
            record["retried"] = retried.into();
        }
        serde_json::from_value(record).expect("a record")
    }

    fn on_terminal(total: usize, colour: bool) -> (Progress, InMemoryTerm) {
        let term = InMemoryTerm::new(12, 100);
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        (Progress::on_target(total, target, colour), term)
    }

    fn ended(record: &CaseRecord) -> Event<'_> {
        Event::CaseEnded {
            record,
            snapshot: None,
        }
    }

    #[test]
    fn the_bar_counts_and_names_a_running_case() {
        let (progress, term) = on_terminal(4, false);
        progress.on(&Event::CaseStarted { id: "a/o/one" });
        progress.on(&Event::CaseStarted { id: "a/o/two" });
        progress.on(&ended(&record("a/o/one", "pass", None)));
        let shown = term.contents();
        assert!(shown.contains("1/4 a/o/two"), "{shown:?}");
        assert!(shown.starts_with("[0s] ======"), "{shown:?}");
        assert!(!shown.contains("failing"), "{shown:?}");
        progress.clear();
        assert_eq!(term.contents(), "", "nothing is left of it");
    }

    #[test]
    fn a_failing_case_is_told_above_the_bar_as_it_happens() {
        let (progress, term) = on_terminal(2, false);
        progress.on(&Event::CaseStarted { id: "a/o/one" });
        progress.on(&Event::CaseFailed {
            record: &record("a/o/one", "fail", None),
        });
        let shown = term.contents();
        let (line, bar) = shown.split_once('\n').expect("a line and the bar");
        assert_eq!(line.trim_end(), "FAIL a/o/one R-1");
        assert!(bar.contains("0/2, 1 failing"), "{bar:?}");
        progress.on(&Event::CaseRetried { id: "a/o/one" });
        assert!(
            term.contents().ends_with("1 failing a/o/one"),
            "{}",
            term.contents()
        );
        progress.on(&ended(&record("a/o/one", "warning", Some("pass"))));
        let shown = term.contents();
        assert!(
            shown.contains("FLAKY a/o/one it passed when it was run again"),
            "{shown:?}"
        );
        assert!(!shown.contains("failing"), "{shown:?}");
        progress.clear();
        assert_eq!(term.contents().lines().count(), 2, "the lines stay");
    }

    #[test]
    fn colours_are_there_only_where_they_are_wanted() {
        for colour in [false, true] {
            let (progress, term) = on_terminal(2, colour);
            progress.on(&Event::CaseFailed {
                record: &record("a/o/\u{1b}[2J", "fail", None),
            });
            let written = String::from_utf8(term.contents_formatted()).expect("UTF-8");
            assert_eq!(written.contains("\u{1b}[31mFAIL"), colour, "{written:?}");
            assert!(!written.contains("\u{1b}[2J R-1"), "{written:?}");
        }
    }
}
