//! How a case stands in a report: its verdict, told apart where the same verdict means different
//! things to a reader.

use std::fmt::Write as _;

use crate::run::{CaseKind, CaseRecord, Counts, Run, Verdict};

/// How a case stands. The order is that in which reports list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It failed. So does a case that was known to fail, and passed.
    Failed,
    /// It could not be judged.
    Error,
    /// It failed, and did not when it was run again.
    Flaky,
    /// It warned.
    Warning,
    /// It failed in no other way than the baseline knows of.
    Known,
    /// It passed.
    Passed,
    /// It only observes.
    Observed,
    /// It did not apply.
    Skipped,
}

impl Standing {
    /// All of them in order.
    pub(super) const ALL: [Self; 8] = [
        Self::Failed,
        Self::Error,
        Self::Flaky,
        Self::Warning,
        Self::Known,
        Self::Passed,
        Self::Observed,
        Self::Skipped,
    ];

    /// The standing of a case.
    pub(super) fn of(case: &CaseRecord) -> Self {
        match case.verdict {
            Verdict::Fail if case.known.is_some() => Self::Known,
            Verdict::Fail => Self::Failed,
            Verdict::Error => Self::Error,
            Verdict::Warning if case.is_flaky() => Self::Flaky,
            Verdict::Warning => Self::Warning,
            Verdict::Pass if case.counted => Self::Passed,
            Verdict::Pass => Self::Observed,
            Verdict::Skipped => Self::Skipped,
        }
    }

    /// One word for people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Error => "error",
            Self::Flaky => "flaky",
            Self::Warning => "warning",
            Self::Known => "known",
            Self::Passed => "passed",
            Self::Observed => "observed",
            Self::Skipped => "skipped",
        }
    }

    /// The title of a list of such cases.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Failed => "Failures",
            Self::Error => "Errors",
            Self::Flaky => "Flaky",
            Self::Warning => "Warnings",
            Self::Known => "Known failures",
            Self::Passed => "Passed",
            Self::Observed => "Observed",
            Self::Skipped => "Skipped",
        }
    }

    /// The verdict whose colour it has.
    pub(super) fn tone(self) -> Verdict {
        match self {
            Self::Failed => Verdict::Fail,
            Self::Error => Verdict::Error,
            Self::Flaky | Self::Warning => Verdict::Warning,
            Self::Passed | Self::Observed => Verdict::Pass,
            Self::Known | Self::Skipped => Verdict::Skipped,
        }
    }

    /// Whether a reader has to look at each such case.
    pub(super) fn needs_attention(self) -> bool {
        self <= Self::Warning
    }
}

/// So many cases of one standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    /// How many; never 0.
    pub(super) count: usize,
    /// What they are, in the number that fits.
    pub(super) word: &'static str,
    /// How they stand.
    pub(super) standing: Standing,
}

/// Cases by verdict, those that matter most first.
pub(super) fn counted(counts: Counts) -> Vec<Figure> {
    [
        (Standing::Failed, counts.fail, "failed", "failed"),
        (Standing::Error, counts.error, "error", "errors"),
        (Standing::Warning, counts.warning, "warning", "warnings"),
        (
            Standing::Known,
            counts.known,
            "known failure",
            "known failures",
        ),
        (Standing::Passed, counts.pass, "passed", "passed"),
        (Standing::Skipped, counts.skipped, "skipped", "skipped"),
    ]
    .into_iter()
    .filter(|(_, count, ..)| *count > 0)
    .map(|(standing, count, one, many)| Figure {
        count,
        word: if count == 1 { one } else { many },
        standing,
    })
    .collect()
}

/// `1 failed, 3 passed`; empty when there are no cases.
pub(super) fn figures(counts: Counts) -> String {
    totals(counts, 0, false)
}

/// The same, with how many of them are flaky: those warn, and fail in a strict run.
pub(super) fn totals(counts: Counts, flaky: usize, strict: bool) -> String {
    let with_flaky = if strict {
        Standing::Failed
    } else {
        Standing::Warning
    };
    let figures: Vec<String> = counted(counts)
        .into_iter()
        .map(|figure| {
            let mut text = format!("{} {}", figure.count, figure.word);
            if flaky > 0 && figure.standing == with_flaky {
                let _ = write!(text, " ({flaky} flaky)");
            }
            text
        })
        .collect();
    figures.join(", ")
}

/// `11 documented, 139 positive`: the cases by kind; empty when there are none.
pub(super) fn kinds(run: &Run) -> String {
    let kinds = [
        CaseKind::Documented,
        CaseKind::Positive,
        CaseKind::Negative,
        CaseKind::Scenario,
    ];
    let counted: Vec<String> = kinds
        .into_iter()
        .map(|kind| {
            (
                kind,
                run.cases.iter().filter(|case| case.kind == kind).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    counted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture;

    #[test]
    fn every_case_stands_somewhere_and_every_standing_has_a_case() {
        let run = fixture::run();
        for standing in Standing::ALL {
            let stands = run.cases.iter().any(|case| Standing::of(case) == standing);
            assert!(stands, "the fixture has a case that is {}", standing.word());
        }
        let mut sorted = Standing::ALL;
        sorted.sort();
        assert_eq!(sorted, Standing::ALL);
    }

    #[test]
    fn all_cases_are_counted_by_kind() {
        let run = fixture::run();
        let counted: usize = kinds(&run)
            .split([' ', ','])
            .filter_map(|word| word.parse::<usize>().ok())
            .sum();
        assert_eq!(counted, run.cases.len());
    }

    #[test]
    fn a_kind_without_cases_is_not_told() {
        let mut run = fixture::crowded(1, 1);
        run.cases[0].kind = CaseKind::Negative;
        assert_eq!(kinds(&run), "1 negative");
    }
}
