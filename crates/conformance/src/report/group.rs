//! Many failures of one cause as one entry: a server that refuses a header fails hundreds of cases
//! in the same way, and the reader wants to see that way once.

use std::collections::BTreeMap;

use contract::Level;

use super::view::CaseView;
use crate::run::CaseKind;

/// More cases than these that miss the same in the same way become one entry.
const ALIKE: usize = 5;

/// Of the cases of an entry, so many are named.
pub(super) const NAMED: usize = 10;

/// Cases that miss the same in the same way.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The simplest of them.
    pub(super) first: CaseView<'a>,
    /// Ids of the others, in the order of the run.
    pub(super) others: Vec<&'a str>,
}

/// Groups the cases, in the order in which the groups begin in the run.
pub(super) fn groups(views: Vec<CaseView<'_>>) -> Vec<Group<'_>> {
    let causes: Vec<Cause> = views.iter().map(cause).collect();
    let mut sizes: BTreeMap<&Cause, usize> = BTreeMap::new();
    for cause in &causes {
        *sizes.entry(cause).or_default() += 1;
    }
    let mut alike: Vec<Vec<CaseView<'_>>> = Vec::new();
    let mut places: BTreeMap<&Cause, usize> = BTreeMap::new();
    for (view, cause) in views.into_iter().zip(&causes) {
        if sizes.get(cause).is_some_and(|size| *size > ALIKE) {
            if let Some(place) = places.get(cause) {
                alike[*place].push(view);
                continue;
            }
            places.insert(cause, alike.len());
        }
        alike.push(vec![view]);
    }
    alike.into_iter().filter_map(simplest_first).collect()
}

/// The group of these cases; none of no case.
fn simplest_first(mut views: Vec<CaseView<'_>>) -> Option<Group<'_>> {
    let places = views.iter().enumerate();
    let (place, _) = places.min_by_key(|(_, view)| remoteness(view))?;
    let first = views.remove(place);
    let others = views.iter().map(|view| view.case.id.as_str()).collect();
    Some(Group { first, others })
}

/// How far a case is from showing its cause plainly: an answer of the operation that it is about
/// does it better than one on the way there, a valid request better than a wrong one, few requests
/// better than many.
fn remoteness(view: &CaseView<'_>) -> (bool, u8, usize) {
    let case = view.case;
    let gravest = view.findings.first().map(|finding| finding.found.step);
    let step = gravest.and_then(|step| case.steps.get(step));
    let on_the_way = step.is_some_and(|step| step.operation != case.operation);
    let kind = match case.kind {
        CaseKind::Documented => 0,
        CaseKind::Positive => 1,
        CaseKind::Scenario => 2,
        CaseKind::Negative => 3,
    };
    (on_the_way, kind, case.steps.len())
}

/// What a case missed: requirement, check, level, and what was expected and came, each as a shape.
type Cause = Vec<(String, &'static str, Level, String, String)>;

/// The gravest findings of a case, or the shape of its reason where it has none.
fn cause(view: &CaseView<'_>) -> Cause {
    let gravest = view.findings.first().and_then(|finding| finding.effect);
    let mut cause = Cause::new();
    for finding in &view.findings {
        if finding.effect.is_none() || finding.effect != gravest {
            continue;
        }
        let found = &finding.found.finding;
        let (check, level) = (found.check.name(), found.level);
        let (expected, actual) = (shape(&found.expected), shape(&found.actual));
        // A malformed request that is accepted misses how such are refused, and what it breaks.
        let again = cause
            .iter()
            .any(|known| (known.1, &known.3, &known.4) == (check, &expected, &actual));
        if !again {
            let requirement = found.requirement.clone().unwrap_or_default();
            cause.push((requirement, check, level, expected, actual));
        }
    }
    if cause.is_empty() {
        let reason = view.case.reason.as_deref().unwrap_or_default();
        cause.push((String::new(), "", Level::May, shape(reason), String::new()));
    }
    cause.sort();
    cause
}

/// The text without what differs from case to case: quoted texts, ids, long numbers, and what is
/// in brackets or in a body. A short number stays, because it may be a status.
fn shape(text: &str) -> String {
    const STATUS: usize = 3;
    let mut shape = String::new();
    let mut rest = text.split(['{', '[']).next().unwrap_or_default();
    while let Some(c) = rest.chars().next() {
        let taken = if c == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
            shape.push_str("\"\"");
            end
        } else if c.is_alphanumeric() {
            let end = rest
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len());
            let word = &rest[..end];
            let has_digit = word.contains(|c: char| c.is_ascii_digit());
            let is_status = word.len() <= STATUS && word.chars().all(|c| c.is_ascii_digit());
            shape.push_str(if has_digit && !is_status { "#" } else { word });
            end
        } else {
            shape.push(c);
            c.len_utf8()
        };
        rest = &rest[taken..];
    }
    shape
}

/// The ids to name of a group, and how many more there are.
pub(super) fn named<'g>(others: &'g [&'g str]) -> (&'g [&'g str], usize) {
    let named = &others[..others.len().min(NAMED)];
    (named, others.len() - named.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::standing::Standing;
    use crate::report::view::cases;
    use crate::run::{Run, Verdict, fixture};

    /// The fixture with the first failure so many times over, each with an id of its own.
    fn repeated(times: usize) -> Run {
        let mut run = fixture::run();
        let failed = run.cases.iter().find(|case| case.verdict == Verdict::Fail);
        let model = failed.expect("one fails").clone();
        for index in 0..times {
            let mut case = model.clone();
            case.id = format!("{}/{index}", model.id);
            for found in &mut case.findings {
                let actual = &mut found.finding.actual;
                *actual = format!("\"wrong-{index}\" of a1b2{index}");
            }
            run.cases.push(case);
        }
        run
    }

    #[test]
    fn a_few_alike_stay_apart_and_many_become_one() {
        for (times, entries) in [(1, 1), (ALIKE, ALIKE), (ALIKE + 1, 1), (100, 1)] {
            let run = repeated(times);
            let before = groups(cases(&fixture::run(), Standing::Failed)).len();
            let groups = groups(cases(&run, Standing::Failed));
            assert_eq!(groups.len() - before, entries, "{times}");
            let of_all: usize = groups.iter().map(|group| 1 + group.others.len()).sum();
            assert_eq!(of_all, cases(&run, Standing::Failed).len());
        }
    }

    #[test]
    fn the_simplest_stands_for_all() {
        let mut run = repeated(10);
        let begin = run.cases.len() - 10;
        for case in &mut run.cases[begin..] {
            case.kind = CaseKind::Negative;
        }
        let ids: Vec<String> = run.cases.iter().map(|case| case.id.clone()).collect();
        let shown = |run: &Run| {
            let groups = groups(cases(run, Standing::Failed));
            let group = groups.iter().max_by_key(|group| group.others.len());
            let group = group.expect("there is one");
            assert!(group.others.is_sorted(), "{:?}", group.others);
            assert!(!group.others.contains(&group.first.case.id.as_str()));
            group.first.case.id.clone()
        };
        assert_eq!(shown(&run), ids[begin], "the first of equals");
        run.cases[begin + 2].kind = CaseKind::Scenario;
        assert_eq!(shown(&run), ids[begin + 2]);
        run.cases[begin + 5].kind = CaseKind::Positive;
        assert_eq!(shown(&run), ids[begin + 5]);
        run.cases[begin + 6].kind = CaseKind::Documented;
        assert_eq!(shown(&run), ids[begin + 6]);
        let more = run.cases[begin + 6].steps[0].clone();
        run.cases[begin + 6].steps.push(more);
        run.cases[begin + 7].kind = CaseKind::Documented;
        assert_eq!(shown(&run), ids[begin + 7], "fewer requests");
        for case in [6, 7] {
            run.cases[begin + case].operation = "another".to_owned();
        }
        assert_eq!(shown(&run), ids[begin + 5], "the operation at fault");
    }

    #[test]
    fn the_cause_is_what_is_gravest_each_thing_once() {
        let mut run = fixture::crowded(4, 1);
        let findings = &mut run.cases[0].findings;
        // The same again, for another promise; something else; and something less grave.
        findings[1].finding.requirement = Some("X-1".to_owned());
        findings[2].finding.expected = "something else".to_owned();
        findings[3].finding.expected = "something less grave".to_owned();
        findings[3].finding.level = Level::Should;
        let views = cases(&run, Standing::Failed);
        let expected: Vec<String> = cause(&views[0]).into_iter().map(|part| part.3).collect();
        assert_eq!(expected.len(), 2, "{expected:?}");
        assert_eq!(expected[1], "something else");
    }

    #[test]
    fn another_status_is_another_cause() {
        assert_ne!(shape("status 400"), shape("status 500"));
        assert_ne!(shape("a string"), shape("a number"));
        assert_eq!(shape("\"SUCESS\" at 3f9c2a"), shape("\"\u{e9}\" at 1234"));
        assert_eq!(
            shape("status 200, {\"a\": []}"),
            shape("status 200, {\"b\": [1]}")
        );
        assert_eq!(shape("an open \"quote"), "an open \"\"");
    }

    #[test]
    fn ten_are_named_and_the_rest_is_counted() {
        let ids: Vec<&str> = vec!["a"; 25];
        assert_eq!(named(&ids).0.len(), 10);
        assert_eq!(named(&ids).1, 15);
        assert_eq!(named(&ids[..3]), (&ids[..3], 0));
    }
}
