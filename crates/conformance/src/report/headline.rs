//! What all reports say of a run as a whole, in the same words.

use std::fmt::Write as _;

use super::untrusted::short_line;
use crate::run::{CaseFinding, Run, Summary, Unaccepted, Verdict, verdict_of};
use crate::snapshot::{Comparison, DriftKind};

/// Of an answer that is quoted, so many characters.
const SAID: usize = 200;

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
        0 if counts.known > 0 => {
            let fails = number(counts.known, "case fails", "cases fail");
            let warned = match (counts.warning, warned_of(run)) {
                (0, None) => String::new(),
                (0, Some(warned)) => format!(", but {warned}"),
                (warned, _) => format!(
                    ", {}",
                    number(warned, "case has warnings", "cases have warnings")
                ),
            };
            let known = format!("{fails} as it is known, and nothing else{warned}");
            (
                "Conformant but for known failures",
                Verdict::Warning,
                known + &not_judged(summary),
            )
        }
        0 if counts.warning > 0 => {
            let warned = number(counts.warning, "case has", "cases have");
            let kept = format!("Every MUST that was put to the test is kept; {warned} warnings");
            let kept = match summary.flaky {
                0 => kept,
                // What failed once and passed once is not simply kept.
                flaky => format!("{kept}, {flaky} of them because a failure did not show again"),
            };
            ("Conformant", Verdict::Warning, kept + &not_judged(summary))
        }
        0 => {
            let (tone, kept) = match warned_of(run) {
                None => {
                    let kept = "Every requirement that was put to the test is kept";
                    (Verdict::Pass, kept.to_owned())
                }
                Some(warned) => {
                    let kept = format!("Every MUST that was put to the test is kept; {warned}");
                    (Verdict::Warning, kept)
                }
            };
            ("Conformant", tone, kept + &not_judged(summary))
        }
        1 if counts.fail == 0 => ("Changed", Verdict::Fail, drift(summary) + "."),
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
    let sentence = match &run.header.partition {
        Some(part) => format!(
            "{sentence} This is part {} of {} ({}); `assetproof merge` joins them.",
            part.part, part.of, part.scheme
        ),
        None => sentence,
    };
    Headline {
        verdict,
        tone,
        sentence,
    }
}

/// How many cases have found a miss before they were skipped, in words; none when none has. What
/// they are about was not judged, but what they have found was seen.
fn warned_of(run: &Run) -> Option<String> {
    let strict = run.header.strict;
    let skipped = run.cases.iter().filter(|case| {
        let mut found = case.findings.iter();
        let is_miss = |found: &CaseFinding| verdict_of(&found.finding, strict).is_some();
        case.counted && case.verdict == Verdict::Skipped && found.any(is_miss)
    });
    let warned = skipped.count();
    let words = number(
        warned,
        "skipped case has warnings",
        "skipped cases have warnings",
    );
    (warned > 0).then_some(words)
}

/// How many responses are not as their snapshots; empty when all are.
fn drift(summary: &Summary) -> String {
    let drifted = summary.snapshots.as_ref().filter(|of| of.has_drifted());
    let of_kind = |comparison: &Comparison, kind| {
        let drifts = comparison.drifts.iter();
        drifts.filter(|drift| drift.kind == kind).count()
    };
    let Some(comparison) = drifted else {
        return String::new();
    };
    let changed = of_kind(comparison, DriftKind::Changed);
    let new = of_kind(comparison, DriftKind::New);
    let differ = number(
        changed,
        "response differs from its snapshot",
        "responses differ from their snapshots",
    );
    let without = number(
        new,
        "response has no snapshot yet",
        "responses have no snapshot yet",
    );
    match (changed, new) {
        (_, 0) => differ,
        (0, _) => without,
        _ => format!("{differ}, {without}"),
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
    let mut cases = number(summary.counts.fail, "case fails", "cases fail");
    if summary.counts.known > 0 {
        cases = format!("{cases}, {} more as it is known", summary.counts.known);
    }
    let drift = drift(summary);
    if !drift.is_empty() {
        cases = format!("{cases}, {drift}");
    }
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
    let empty_part = run
        .header
        .partition
        .as_ref()
        .is_some_and(|part| part.cases == 0);
    if empty_part {
        "Nothing was tested: this part has no case, because there are more parts than cases."
            .to_owned()
    } else if run.cases.is_empty() {
        "Nothing was tested.".to_owned()
    } else if summary.counts.error > 0 {
        format!(
            "{} could not be judged.",
            number(summary.counts.error, "case", "cases")
        )
    } else if !summary.judged {
        "No case was judged.".to_owned()
    } else if !summary.unaccepted.is_empty() {
        let told: Vec<String> = summary.unaccepted.iter().map(nothing_of).collect();
        told.join(" ")
    } else {
        "Not every selected case was run.".to_owned()
    }
}

/// Why a run tells nothing of a contract, with what the target says itself.
fn nothing_of(unaccepted: &Unaccepted) -> String {
    let Unaccepted {
        contract,
        reason,
        said,
    } = unaccepted;
    let end = if reason.ends_with('?') { "" } else { "." };
    let mut sentence = format!("Of {contract}, {reason}{end}");
    if let Some(said) = said {
        let body = short_line(&said.body, SAID);
        let body = if body.is_empty() { "no body" } else { &body };
        let (case, status) = (&said.case, said.status);
        let _written = write!(sentence, " The answer to {case}: status {status}, {body}");
    }
    sentence
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
    use contract::Level;

    use super::*;
    use crate::report::standing::figures;
    use crate::run::{PartitionRecord, Said, fixture};

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
                "2 cases fail, 1 more as it is known; MS-BA-10 is missed.".to_owned()
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
        let kept = "Every MUST that was put to the test is kept; 2 cases have warnings, 1 of them \
            because a failure did not show again; 6 of 12 requirements were not judged.";
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
    fn up_to_eight_missed_requirements_are_named() {
        let of = |missed: usize| {
            let mut summary = Summary::of(&fixture::run());
            summary.counts.fail = 1;
            summary.counts.known = 0;
            let mut model = summary.requirements[0].clone();
            model.verdict = Some(Verdict::Fail);
            summary.requirements = (1..=missed)
                .map(|number| {
                    model.requirement.id = format!("X-{number}");
                    model.clone()
                })
                .collect();
            failure(&summary)
        };
        assert_eq!(of(0), "1 case fails.");
        assert_eq!(of(1), "1 case fails; X-1 is missed.");
        assert_eq!(of(2), "1 case fails; X-1 and X-2 are missed.");
        assert_eq!(
            of(8),
            "1 case fails; X-1, X-2, X-3, X-4, X-5, X-6, X-7 and X-8 are missed."
        );
        assert!(!of(9).contains("X-9"), "{}", of(9));
    }

    #[test]
    fn a_clean_run_and_a_stopped_one_are_told_as_such() {
        let mut run = fixture::run();
        run.cases.retain(|case| case.verdict == Verdict::Pass);
        run.header.selected = run.cases.len();
        let (verdict, sentence) = said(&run);
        assert_eq!(verdict, "Conformant");
        let kept = "Every requirement that was put to the test is kept;";
        assert!(sentence.starts_with(kept), "{sentence}");
        run.footer.as_mut().expect("it ended").interrupted = true;
        let (verdict, sentence) = said(&run);
        assert_eq!(verdict, "Interrupted");
        let (done, all) = (run.cases.len(), run.header.selected);
        assert_eq!(
            sentence,
            format!("The run was stopped after {done} of {all} cases.")
        );
    }

    #[test]
    fn what_a_skipped_case_has_found_is_not_told_as_kept() {
        let mut run = fixture::run();
        let mut found = run.cases.iter().flat_map(|case| case.findings.clone());
        let mut found = found
            .find(|found| found.finding.requirement.is_some())
            .expect("one cites a requirement");
        found.finding.level = Level::Should;
        run.cases.retain(|case| case.verdict == Verdict::Pass);
        run.header.selected = run.cases.len();
        let mut skipped = run.cases[0].clone();
        skipped.verdict = Verdict::Skipped;
        skipped.findings = vec![found];
        run.cases.push(skipped);
        run.header.selected += 1;
        let (verdict, sentence) = said(&run);
        assert_eq!(verdict, "Conformant");
        let kept = "Every MUST that was put to the test is kept; 1 skipped case has warnings;";
        assert!(sentence.starts_with(kept), "{sentence}");
        assert_eq!(headline(&run, &Summary::of(&run)).tone, Verdict::Warning);
        let mut known = run.cases[0].clone();
        known.verdict = Verdict::Fail;
        known.known = Some("ticket 123".to_owned());
        run.cases.push(known);
        run.header.selected += 1;
        let kept =
            "1 case fails as it is known, and nothing else, but 1 skipped case has warnings;";
        assert!(said(&run).1.starts_with(kept), "{}", said(&run).1);
    }

    #[test]
    fn a_known_failure_is_never_told_as_kept() {
        let mut run = fixture::run();
        run.cases
            .retain(|case| case.verdict == Verdict::Fail && case.known.is_none());
        run.header.selected = run.cases.len();
        run.cases[0].known = Some("ticket 123".to_owned());
        let (verdict, sentence) = said(&run);
        assert_eq!(verdict, "Not conformant");
        assert_eq!(
            sentence,
            "1 case fails, 1 more as it is known; MS-BA-10 is missed."
        );
        run.cases[1].known = Some("ticket 124".to_owned());
        let (verdict, sentence) = said(&run);
        assert_eq!(verdict, "Conformant but for known failures");
        assert!(
            sentence.starts_with("2 cases fail as it is known, and nothing else;"),
            "{sentence}"
        );
        assert_eq!(figures(Summary::of(&run).counts), "2 known failures");
    }

    #[test]
    fn a_part_and_a_flaky_case_are_told_as_such() {
        let mut run = fixture::run();
        run.cases
            .retain(|case| case.verdict == Verdict::Fail && case.known.is_none());
        for case in &mut run.cases {
            case.verdict = Verdict::Warning;
            case.retried = Some(Verdict::Pass);
        }
        run.header.partition = Some(PartitionRecord {
            scheme: "hash".to_owned(),
            part: 2,
            of: 3,
            cases: run.cases.len(),
            plan: String::new(),
        });
        let (verdict, sentence) = said(&run);
        assert_eq!(verdict, "Conformant");
        assert!(
            sentence
                .contains("2 cases have warnings, 2 of them because a failure did not show again;"),
            "{sentence}"
        );
        assert!(
            sentence.contains("This is part 2 of 3 (hash)"),
            "{sentence}"
        );
        run.cases.clear();
        run.header.partition.as_mut().unwrap().cases = 0;
        let (verdict, sentence) = said(&run);
        assert_eq!(verdict, "Could not judge");
        assert!(
            sentence.starts_with("Nothing was tested: this part has no case"),
            "{sentence}"
        );
    }

    #[test]
    fn a_response_that_differs_is_no_conformant_run_and_no_broken_promise() {
        let mut run = fixture::run();
        run.cases.retain(|case| case.verdict == Verdict::Pass);
        run.header.selected = run.cases.len();
        let said = |kinds: &[DriftKind]| {
            let summary = Summary::of(&run).with_snapshots(fixture::comparison(kinds));
            assert_eq!(summary.exit_code, u8::from(!kinds.is_empty()));
            let headline = headline(&run, &summary);
            (headline.verdict, headline.sentence)
        };
        assert_eq!(said(&[]).0, "Conformant");
        let (verdict, sentence) = said(&[DriftKind::Changed]);
        assert_eq!(
            (verdict, sentence.as_str()),
            ("Changed", "1 response differs from its snapshot.")
        );
        let (_, sentence) = said(&[DriftKind::New, DriftKind::Changed, DriftKind::New]);
        let expected = "1 response differs from its snapshot, 2 responses have no snapshot yet.";
        assert_eq!(sentence, expected);
        let (_, sentence) = said(&[DriftKind::New]);
        assert_eq!(sentence, "1 response has no snapshot yet.");
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
    fn a_target_that_accepts_nothing_says_why_itself() {
        let mut unaccepted = Unaccepted {
            contract: "smh/2026-01".to_owned(),
            reason: "no documented request was accepted: why?".to_owned(),
            said: None,
        };
        let sentence = "Of smh/2026-01, no documented request was accepted: why?";
        assert_eq!(nothing_of(&unaccepted), sentence);
        unaccepted.said = Some(Said {
            case: "smh/task/documented/200".to_owned(),
            status: 400,
            body: "{\"a\":\n1}".to_owned(),
        });
        let quoted = " The answer to smh/task/documented/200: status 400, {\"a\":\\n1}";
        assert_eq!(nothing_of(&unaccepted), format!("{sentence}{quoted}"));
        let said = unaccepted.said.as_mut().expect("it says something");
        said.body = "x".repeat(SAID + 1);
        assert!(nothing_of(&unaccepted).ends_with("xx…"));
        let said = unaccepted.said.as_mut().expect("it says something");
        said.body = String::new();
        unaccepted.reason = "every case was skipped".to_owned();
        assert_eq!(
            nothing_of(&unaccepted),
            "Of smh/2026-01, every case was skipped. The answer to smh/task/documented/200: status \
             400, no body"
        );
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
