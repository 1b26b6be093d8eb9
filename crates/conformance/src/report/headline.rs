//! What all reports say of a run as a whole, in the same words.

use crate::run::{Counts, Run, Summary, Verdict};

/// The verdict of a run for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Headline {
    /// One or two words, e.g. `Not conformant`.
    pub(super) verdict: &'static str,
    /// The worst that counts, for a colour.
    pub(super) tone: Verdict,
    /// Why, in one sentence.
    pub(super) sentence: String,
}

/// The verdict and the reason for it.
pub(super) fn headline(run: &Run, summary: &Summary) -> Headline {
    let counts = summary.counts;
    let (verdict, tone, sentence) = match summary.exit_code {
        0 if counts.warning > 0 => {
            let warned = number(counts.warning, "case has", "cases have");
            let kept = format!("Every MUST that was put to the test is kept; {warned} warnings");
            ("Conformant", Verdict::Warning, kept + &not_judged(summary))
        }
        0 => {
            let kept = "Every requirement that was put to the test is kept";
            (
                "Conformant",
                Verdict::Pass,
                kept.to_owned() + &not_judged(summary),
            )
        }
        1 => ("Not conformant", Verdict::Fail, failure(summary)),
        130 => (
            "Interrupted",
            Verdict::Error,
            format!(
                "The run was stopped after {} of {} cases.",
                run.cases.len(),
                run.header.selected
            ),
        ),
        _ => (
            "Could not judge",
            Verdict::Error,
            no_judgement(run, summary),
        ),
    };
    Headline {
        verdict,
        tone,
        sentence,
    }
}

/// The end of a good sentence: how much of the contract it is not about.
fn not_judged(summary: &Summary) -> String {
    let counts = summary.requirement_counts();
    match counts.not_judged {
        0 => ".".to_owned(),
        missing => format!(
            "; {missing} of {} requirements were not judged.",
            counts.total()
        ),
    }
}

fn failure(summary: &Summary) -> String {
    let mut missed: Vec<&str> = Vec::new();
    for summary in &summary.requirements {
        let id = summary.requirement.id.as_str();
        // A common requirement is missed in more than one contract, and still one.
        if summary.verdict == Some(Verdict::Fail) && !missed.contains(&id) {
            missed.push(id);
        }
    }
    let cases = number(summary.counts.fail, "case fails", "cases fail");
    match missed.as_slice() {
        [] => format!("{cases}."),
        [one] => format!("{cases}; {one} is missed."),
        [head @ .., last] if head.len() < 8 => {
            format!("{cases}; {} and {last} are missed.", head.join(", "))
        }
        head => {
            format!(
                "{cases}; {} and {} more are missed.",
                head[..7].join(", "),
                head.len() - 7
            )
        }
    }
}

fn no_judgement(run: &Run, summary: &Summary) -> String {
    if run.cases.is_empty() {
        "Nothing was tested.".to_owned()
    } else if summary.counts.error > 0 {
        format!(
            "{} could not be judged.",
            number(summary.counts.error, "case", "cases")
        )
    } else if !summary.judged {
        "No case was judged.".to_owned()
    } else if !summary.unaccepted.is_empty() {
        let told: Vec<String> = summary
            .unaccepted
            .iter()
            .map(|unaccepted| format!("Of {}, {}", unaccepted.contract, unaccepted.reason))
            .collect();
        format!(
            "{}.",
            told.join(". ")
                .replace("?.", "?")
                .trim_end_matches(['.', '?'])
        )
    } else {
        "Not every selected case was run.".to_owned()
    }
}

/// Cases by verdict with the words of the verdicts, those that matter most first; none that is 0.
pub(super) fn counted(counts: Counts) -> Vec<(Verdict, usize)> {
    [
        (Verdict::Fail, counts.fail),
        (Verdict::Error, counts.error),
        (Verdict::Warning, counts.warning),
        (Verdict::Pass, counts.pass),
        (Verdict::Skipped, counts.skipped),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .collect()
}

/// The word for so many cases of that verdict.
pub(super) fn verdict_word(verdict: Verdict, count: usize) -> &'static str {
    match verdict {
        Verdict::Fail => "failed",
        Verdict::Error if count == 1 => "error",
        Verdict::Error => "errors",
        Verdict::Warning if count == 1 => "warning",
        Verdict::Warning => "warnings",
        Verdict::Pass => "passed",
        Verdict::Skipped => "skipped",
    }
}

/// `1 failed, 3 passed`; empty when there are no cases.
pub(super) fn figures(counts: Counts) -> String {
    let figures: Vec<String> = counted(counts)
        .into_iter()
        .map(|(verdict, count)| format!("{count} {}", verdict_word(verdict, count)))
        .collect();
    figures.join(", ")
}

/// `1 case`, `2 cases`.
pub(super) fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A wall time as people read it: `840 µs`, `12.3 ms`, `1.23 s`, `2 min 5 s`.
pub(super) fn duration(microseconds: u64) -> String {
    let tenth = |value: u64, unit: u64| format!("{}.{}", value / unit, value % unit * 10 / unit);
    match microseconds {
        0..1_000 => format!("{microseconds} µs"),
        1_000..1_000_000 => format!("{} ms", tenth(microseconds, 1_000)),
        1_000_000..60_000_000 => format!("{} s", tenth(microseconds, 1_000_000)),
        _ => {
            let seconds = microseconds / 1_000_000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture;

    fn said(run: &Run) -> (&'static str, String) {
        let headline = headline(run, &Summary::of(run));
        (headline.verdict, headline.sentence)
    }

    #[test]
    fn the_verdict_comes_with_its_reason() {
        let mut run = fixture::run();
        assert_eq!(
            said(&run),
            (
                "Not conformant",
                "2 cases fail; MS-BA-10 is missed.".to_owned()
            )
        );
        run.cases.retain(|case| case.verdict != Verdict::Fail);
        run.header.selected = run.cases.len();
        assert_eq!(
            said(&run),
            ("Could not judge", "1 case could not be judged.".to_owned())
        );
        run.cases.retain(|case| case.verdict != Verdict::Error);
        run.header.selected = run.cases.len();
        let kept = "Every MUST that was put to the test is kept; 1 case has warnings; \
            9 of 12 requirements were not judged.";
        assert_eq!(said(&run), ("Conformant", kept.to_owned()));
        run.header.selected += 1;
        let reason = "Not every selected case was run.";
        assert_eq!(said(&run), ("Could not judge", reason.to_owned()));
        run.cases.retain(|case| case.verdict == Verdict::Skipped);
        assert_eq!(
            said(&run),
            ("Could not judge", "No case was judged.".to_owned())
        );
        run.cases.clear();
        assert_eq!(
            said(&run),
            ("Could not judge", "Nothing was tested.".to_owned())
        );
    }

    #[test]
    fn many_missed_requirements_are_not_all_listed() {
        let run = fixture::run();
        let mut summary = Summary::of(&run);
        for requirement in &mut summary.requirements {
            requirement.verdict = Some(Verdict::Fail);
        }
        let sentence = headline(&run, &summary).sentence;
        assert!(sentence.ends_with("and 4 more are missed."), "{sentence}");
    }

    #[test]
    fn durations_are_short_and_exact_enough() {
        let said: Vec<String> = [0, 999, 1_050, 12_340, 1_234_567, 125_000_000]
            .map(duration)
            .to_vec();
        assert_eq!(
            said,
            ["0 µs", "999 µs", "1.0 ms", "12.3 ms", "1.2 s", "2 min 5 s"]
        );
    }
}
