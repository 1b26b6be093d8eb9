//! What an answer amounts to by the criteria of a step, and what is found when a promise is broken.

use contract::Message;
use contract::arazzo::{
    Condition, Criterion, Expression, Operand, Pattern, Promise, Query, Quoting, Source, Test, Text,
};
use serde_json::Value;
use validator::{Check, Finding, Location, shorten};

use super::condition;
use super::values::{Answer, Memory};
use crate::judge;
use crate::play::{Halt, Stage};

/// More values than these are not told of a condition that does not hold.
const VALUES: usize = 3;

/// What came of asking the criteria of success.
#[derive(Debug, Default)]
pub(super) struct Asked<'w> {
    /// The promises that were put to the test.
    promises: Vec<&'w Promise>,
    /// What those of them break that do not hold.
    findings: Vec<Finding>,
    /// The precondition that does not hold.
    unmet: Option<&'w Criterion>,
}

impl Asked<'_> {
    /// Whether everything holds.
    pub(super) fn success(&self) -> bool {
        self.findings.is_empty() && self.unmet.is_none()
    }

    /// Whether a promise is broken.
    pub(super) fn broken(&self) -> bool {
        !self.findings.is_empty()
    }

    /// The precondition that does not hold, in words.
    pub(super) fn unmet(&self) -> &str {
        self.unmet.map_or("its success", Criterion::expected)
    }

    /// Writes down what was put to the test and what was found, and tells whether anything was put
    /// to the test.
    pub(super) fn count(&self, stage: &mut Stage<'_>) -> bool {
        let requirements = self.promises.iter();
        stage
            .exercised
            .extend(requirements.map(|promise| promise.requirement.clone()));
        for finding in &self.findings {
            stage.found(finding.clone());
        }
        !self.promises.is_empty()
    }
}

/// Asks the criteria in order, up to the first precondition that does not hold.
///
/// # Errors
/// In words, when a pattern or a query is none once it is filled in.
pub(super) fn ask<'w>(
    criteria: &'w [Criterion],
    memory: &Memory<'_>,
    answer: &Answer,
) -> Result<Asked<'w>, Halt> {
    let mut asked = Asked::default();
    for criterion in criteria {
        let holds = holds(criterion, memory, answer)?;
        match &criterion.promise {
            None if !holds => {
                asked.unmet = Some(criterion);
                break;
            }
            None => {}
            Some(promise) => {
                asked.promises.push(promise);
                if !holds {
                    let finding = broken(criterion, promise, memory, answer);
                    asked.findings.push(finding);
                }
            }
        }
    }
    Ok(asked)
}

/// Whether all of them hold.
///
/// # Errors
/// As [`ask`].
pub(super) fn all_hold(
    criteria: &[Criterion],
    memory: &Memory<'_>,
    answer: &Answer,
) -> Result<bool, Halt> {
    for criterion in criteria {
        if !holds(criterion, memory, answer)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holds(criterion: &Criterion, memory: &Memory<'_>, answer: &Answer) -> Result<bool, Halt> {
    let fill = |text: &Text, quoting| {
        let filled = text.fill(quoting, &mut |expression| {
            let value = memory.value(expression, Some(answer));
            Ok::<_, std::convert::Infallible>(value.unwrap_or_default().into_owned())
        });
        match filled {
            Ok(text) => text,
            Err(never) => match never {},
        }
    };
    let unreadable = |filled: &str, problem: &str| {
        Halt::Error(format!(
            "the condition {:?} became {:?}, which cannot be read: {problem}",
            criterion.condition,
            shorten(filled)
        ))
    };
    match &criterion.test {
        Test::Simple(condition) => Ok(condition::holds(condition, memory, answer)),
        Test::Regex { context, pattern } => {
            let filled = fill(pattern, Quoting::Regex);
            let pattern =
                Pattern::parse(&filled).map_err(|problem| unreadable(&filled, &problem))?;
            Ok(match memory.value(context, Some(answer)).as_deref() {
                None => false,
                Some(Value::String(text)) => pattern.is_match(text),
                Some(other) => pattern.is_match(&other.to_string()),
            })
        }
        Test::JsonPath {
            context,
            query,
            ready,
        } => {
            let context = memory.value(context, Some(answer));
            let selects = |query: &Query| context.is_some_and(|context| query.selects(&context));
            if let Some(ready) = ready {
                return Ok(selects(ready));
            }
            let filled = fill(query, Quoting::JsonPath);
            let query = Query::parse(&filled).map_err(|problem| unreadable(&filled, &problem))?;
            Ok(selects(&query))
        }
    }
}

/// The finding that a promise is broken.
fn broken(
    criterion: &Criterion,
    promise: &Promise,
    memory: &Memory<'_>,
    answer: &Answer,
) -> Finding {
    let (location, read) = match &criterion.test {
        Test::Simple(condition) => {
            let mut read = Vec::new();
            condition.expressions(&mut |expression| read.push(expression));
            (location(&read), told(condition, memory, answer))
        }
        Test::Regex { context, .. } => (
            location(&[context]),
            vec![value(
                &context.to_string(),
                &memory.value(context, Some(answer)).unwrap_or_default(),
            )],
        ),
        Test::JsonPath { context, .. } => (location(&[context]), Vec::new()),
    };
    let shown = judge::shown(answer.response());
    Finding {
        check: Check::CaseExpectation,
        requirement: Some(promise.requirement.clone()),
        level: promise.level,
        erratum: promise.erratum.clone(),
        message: Message::Response,
        location,
        expected: criterion.expected().to_owned(),
        actual: if read.is_empty() {
            shown
        } else {
            format!("{}; {shown}", read.join(", "))
        },
    }
}

/// The place that the condition is about: the first one of the answer that it reads.
fn location(read: &[&Expression]) -> Location {
    let places = read
        .iter()
        .filter_map(|expression| match &expression.source {
            Source::StatusCode => Some(Location::Status),
            Source::Header(Message::Response, name) => Some(Location::Header(name.clone())),
            Source::Body(Message::Response) => Some(Location::Body(expression.pointer.clone())),
            _ => None,
        });
    // The status alone is what a condition is about only when it reads nothing else.
    let mut places: Vec<Location> = places.collect();
    places.sort_by_key(|place| *place == Location::Status);
    let first = places.into_iter().next();
    first.unwrap_or_else(|| Location::Body(String::new()))
}

/// The values that the condition compares, but for what the answer in brief shows anyway.
fn told(condition: &Condition, memory: &Memory<'_>, answer: &Answer) -> Vec<String> {
    let mut told = Vec::new();
    condition.operands(&mut |operand| {
        let Operand::Expression(expression, way) = operand else {
            return;
        };
        let shown_anyway = match expression.source {
            Source::StatusCode => true,
            Source::Body(_) => expression.pointer.is_empty() && way.is_empty(),
            _ => false,
        };
        let name = if way.is_empty() {
            expression.to_string()
        } else {
            format!("{expression}…")
        };
        let value = value(&name, &condition::operand(operand, memory, answer));
        if !shown_anyway && told.len() < VALUES && !told.contains(&value) {
            told.push(value);
        }
    });
    told
}

fn value(name: &str, value: &Value) -> String {
    format!("{name} is {}", shorten(&value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::values::tests::{answer, memory};
    use super::*;

    fn criterion(test: Test) -> Criterion {
        Criterion {
            condition: "as written".to_owned(),
            test,
            promise: Some(Promise {
                requirement: "R-1".to_owned(),
                level: contract::Level::Must,
                erratum: None,
            }),
            says: None,
        }
    }

    fn simple(text: &str) -> Criterion {
        criterion(Test::Simple(Condition::parse(text).expect("a condition")))
    }

    fn on_the_body(query: &str) -> Criterion {
        criterion(Test::JsonPath {
            context: Expression::parse("$response.body").expect("an expression"),
            query: Text::parse(query).expect("a text"),
            ready: None,
        })
    }

    #[test]
    fn a_finding_is_at_the_header_that_was_read() {
        let criteria = [simple("$response.header.Location == '/jobs/9'")];
        let came = answer(202, &[("location", "/jobs/8")], "{}");
        let asked = ask(&criteria, &memory(), &came).expect("it can be asked");
        let [finding] = asked.findings.as_slice() else {
            panic!("{asked:?}")
        };
        assert_eq!(finding.location, Location::Header("Location".to_owned()));
    }

    #[test]
    fn a_finding_tells_the_values_that_were_compared() {
        let body = r#"{"state":"UNACTIVED"}"#;
        let criterion = simple("$statusCode == 200 && $response.body#/state == 'DELETED'");
        let criteria = [criterion];
        let asked = ask(&criteria, &memory(), &answer(200, &[], body)).expect("it can be asked");
        let [finding] = asked.findings.as_slice() else {
            panic!("{asked:?}")
        };
        assert_eq!(finding.location, Location::Body("/state".to_owned()));
        assert_eq!(
            finding.actual,
            r#"$response.body#/state is "UNACTIVED"; status 200, {"state":"UNACTIVED"}"#
        );
    }

    #[test]
    fn what_holds_is_a_success_and_breaks_nothing() {
        let criteria = [simple("$statusCode == 200")];
        let asked = ask(&criteria, &memory(), &answer(200, &[], "{}")).expect("it can be asked");
        assert!(asked.success() && !asked.broken());
        let mut precondition = simple("$statusCode == 200");
        precondition.promise = None;
        let criteria = [precondition];
        let asked = ask(&criteria, &memory(), &answer(404, &[], "{}")).expect("it can be asked");
        assert!(!asked.success() && !asked.broken());
        let criteria = [simple("$statusCode == 200")];
        let asked = ask(&criteria, &memory(), &answer(404, &[], "{}")).expect("it can be asked");
        assert!(!asked.success() && asked.broken());
        assert_eq!(asked.findings[0].location, Location::Status);
    }

    #[test]
    fn a_finding_tells_three_values_and_none_that_the_answer_shows() {
        let body = r#"{"a":1,"b":2,"c":3,"d":4}"#;
        let of = |name: &str| format!("$response.body#/{name} == 0");
        let all = ["a", "b", "c", "d"].map(of).join(" || ");
        let criteria = [simple(&format!("$response.body == 0 || {all}"))];
        let asked = ask(&criteria, &memory(), &answer(200, &[], body)).expect("it can be asked");
        assert_eq!(
            asked.findings[0].actual,
            format!(
                "$response.body#/a is 1, $response.body#/b is 2, $response.body#/c is 3; \
                 status 200, {body}"
            )
        );
    }

    #[test]
    fn a_query_is_asked_with_the_values_of_the_case() {
        let body = r#"{"results":[{"id":"p"},{"id":"x"}]}"#;
        let answer = answer(200, &[], body);
        for (query, expected) in [
            ("$.results[?@.id == '{$inputs.project_id}']", true),
            ("$.results[?@.id == '{$inputs.n}']", false),
            ("$.results[?@.id == {$inputs.none}]", false),
        ] {
            let holds = holds(&on_the_body(query), &memory(), &answer).expect("a query");
            assert_eq!(holds, expected, "{query}");
        }
    }

    #[test]
    fn a_query_that_a_value_makes_unreadable_is_an_error_of_the_case() {
        // An array is a literal in no query.
        let criterion = on_the_body("$[?@ == {$inputs.list}]");
        let answer = answer(200, &[], "[]");
        let Err(Halt::Error(problem)) = holds(&criterion, &memory(), &answer) else {
            panic!("it can be read")
        };
        assert!(problem.contains("cannot be read"), "{problem}");
    }

    #[test]
    fn a_pattern_is_matched_with_text_and_with_json() {
        let answer = answer(200, &[("X-A", "v7")], r#"{"list":[1]}"#);
        for (context, pattern, expected) in [
            ("$response.header.x-a", "^v{$inputs.n}$", true),
            ("$response.header.x-b", "", false),
            ("$statusCode", "^2..$", true),
            ("$response.body#/list", r"^\[1\]$", true),
        ] {
            let criterion = criterion(Test::Regex {
                context: Expression::parse(context).expect("an expression"),
                pattern: Text::parse(pattern).expect("a text"),
            });
            let holds = holds(&criterion, &memory(), &answer).expect("a pattern");
            assert_eq!(holds, expected, "{context} {pattern}");
        }
    }

    #[test]
    fn nothing_is_asked_behind_a_precondition_that_does_not_hold() {
        let mut precondition = simple("$statusCode == 200");
        precondition.promise = None;
        let before = simple("$response.body#/a == 1");
        let behind = simple("$response.body#/b == 1");
        let criteria = [before, precondition, behind];
        let asked = ask(&criteria, &memory(), &answer(404, &[], "{}")).expect("it can be asked");
        assert_eq!(asked.promises.len(), 1);
        assert!(asked.broken() && !asked.success());
        assert_eq!(asked.unmet(), "as written");
    }
}
