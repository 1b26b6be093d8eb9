//! What ties a response's body to its request's: the relations of `x-relations`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use contract::{JsonPath, Level, Message, Relation, RelationKind};
use serde_json::Value;

use crate::finding::{Check, Finding, Location};
use crate::shown;

/// Judges one relation.
pub(crate) fn judge(
    relation: &Relation,
    request: Option<&Value>,
    response: &Value,
    findings: &mut Vec<Finding>,
) {
    let problem = match relation.kind {
        RelationKind::CoversOnce => each_once(relation, request, response, true),
        RelationKind::WithinOnce => each_once(relation, request, response, false),
        RelationKind::SameOrder => same_order(relation, request, response),
        RelationKind::OneType => one_type(relation, response),
        RelationKind::Distinct => distinct(relation, response),
    };
    if let Some((expected, actual)) = problem {
        findings.push(Finding {
            check: match relation.kind {
                RelationKind::CoversOnce => Check::CoversOnce,
                RelationKind::WithinOnce => Check::WithinOnce,
                RelationKind::SameOrder => Check::SameOrder,
                RelationKind::OneType => Check::OneType,
                RelationKind::Distinct => Check::Distinct,
            },
            requirement: Some(relation.requirement.clone()),
            level: relation.level,
            erratum: relation.erratum.clone(),
            message: Message::Response,
            location: Location::Body(String::new()),
            expected,
            actual,
        });
    }
}

/// Whether the exchange has anything that the relation could be broken by.
pub(crate) fn exercised(relation: &Relation, request: Option<&Value>, response: &Value) -> bool {
    let count = |path: &JsonPath, value: &Value| {
        let mut count = 0_usize;
        path.for_each(value, &mut |_| count += 1);
        count
    };
    let answered = count(&relation.response, response);
    match (&relation.request, request) {
        (Some(path), Some(request)) => count(path, request) > 0 && answered > 0,
        (Some(_), None) => false,
        // One value alone can be neither of two types nor given twice.
        (None, _) => answered > 1,
    }
}

/// Whether a finding is about a value that the relation selects, or about one around it.
pub(crate) fn on_the_way(relation: &Relation, finding: &Finding) -> bool {
    matches!(finding.check, Check::ResponseSchemaConformance)
        && finding.level > Level::May
        && match &finding.location {
            Location::Body(pointer) => relation.response.passes(pointer),
            _ => false,
        }
}

/// Whether a response of that status is one that the relation speaks of.
pub(crate) fn applies(relation: &Relation, status: u16) -> bool {
    if relation.statuses.is_empty() {
        (200..300).contains(&status)
    } else {
        relation.statuses.contains(&status)
    }
}

type Problem = Option<(String, String)>;

fn each_once(relation: &Relation, request: Option<&Value>, response: &Value, all: bool) -> Problem {
    let asked_path = relation.request.as_ref()?;
    let request = request?;
    if fits((asked_path, request), (&relation.response, response), all) {
        return None;
    }
    let asked = selected(asked_path, request);
    let given = selected(&relation.response, response);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in &given {
        *counts.entry(value.to_string()).or_default() += 1;
    }
    let wanted: BTreeSet<String> = asked.iter().map(ToString::to_string).collect();
    let mut problems = Vec::new();
    let missing = wanted
        .iter()
        .filter(|value| all && !counts.contains_key(*value));
    name("missing", missing, &mut problems);
    name(
        "not asked for",
        counts.keys().filter(|value| !wanted.contains(*value)),
        &mut problems,
    );
    let twice = counts
        .iter()
        .filter(|(_, count)| **count > 1)
        .map(|(value, _)| value);
    name("more than once", twice, &mut problems);
    if problems.is_empty() {
        return None;
    }
    let path = &relation.response;
    let expected = if all {
        format!("each value of the request's {asked_path} exactly once in {path}, and no other")
    } else {
        format!("only values of the request's {asked_path} in {path}, each at most once")
    };
    Some((expected, problems.join("; ")))
}

/// Up to so many values, comparing each with each is quicker than hashing them.
const SMALL: usize = 16;

/// The values that a query selects.
fn selected<'v>(path: &JsonPath, value: &'v Value) -> Vec<&'v Value> {
    let mut values = Vec::new();
    path.for_each(value, &mut |value| values.push(value));
    values
}

/// The values that a query selects when they are few, in `room`; none when there are more.
fn few<'r, 'v>(
    path: &JsonPath,
    value: &'v Value,
    room: &'r mut [&'v Value; SMALL],
) -> Option<&'r [&'v Value]> {
    let mut count = 0;
    path.for_each(value, &mut |value| {
        if let Some(place) = room.get_mut(count) {
            *place = value;
        }
        count += 1;
    });
    room.get(..count)
}

/// The quick answer for what is kept, as it nearly always is. Nothing is allocated for small
/// batches, which most are.
fn fits(asked: (&JsonPath, &Value), given: (&JsonPath, &Value), all: bool) -> bool {
    let (mut asked_room, mut given_room) = ([&Value::Null; SMALL], [&Value::Null; SMALL]);
    let few_asked = few(asked.0, asked.1, &mut asked_room);
    let few_given = few(given.0, given.1, &mut given_room);
    let (Some(few_asked), Some(few_given)) = (few_asked, few_given) else {
        return many_fit(selected(asked.0, asked.1), &selected(given.0, given.1), all);
    };
    (!all || few_given.len() == few_asked.len())
        // Most answers keep the order, and then one comparison for each value does.
        && ((few_asked == few_given) || few_given.iter().all(|value| few_asked.contains(value)))
        && no_two_equal(few_given)
}

/// The same of large batches.
fn many_fit(asked: Vec<&Value>, given: &[&Value], all: bool) -> bool {
    let distinct: HashSet<&Value> = given.iter().copied().collect();
    if distinct.len() < given.len() {
        return false;
    }
    let wanted: HashSet<&Value> = asked.into_iter().collect();
    (!all || wanted.len() == distinct.len()) && distinct.is_subset(&wanted)
}

fn no_two_equal(values: &[&Value]) -> bool {
    values
        .iter()
        .enumerate()
        .all(|(index, value)| !values[..index].contains(value))
}

fn name<'v>(what: &str, values: impl Iterator<Item = &'v String>, problems: &mut Vec<String>) {
    let values: Vec<&str> = values.map(String::as_str).collect();
    if values.is_empty() {
        return;
    }
    let shown = values
        .iter()
        .take(5)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    let more = match values.len() {
        0..=5 => String::new(),
        count => format!(" and {} more", count - 5),
    };
    problems.push(format!("{what}: {}{more}", shown::shorten(&shown)));
}

fn same_order(relation: &Relation, request: Option<&Value>, response: &Value) -> Problem {
    let asked_path = relation.request.as_ref()?;
    let asked = selected(asked_path, request?);
    let given = selected(&relation.response, response);
    let expected = || {
        format!(
            "one value of {} for each of the request's {asked_path}, in order",
            relation.response
        )
    };
    if asked.len() != given.len() {
        return Some((expected(), format!("{} for {}", given.len(), asked.len())));
    }
    let (index, (asked, given)) = asked
        .iter()
        .zip(&given)
        .enumerate()
        .find(|(_, (asked, given))| !same(asked, given, relation.split.as_deref()))?;
    Some((
        expected(),
        format!(
            "at {index}: {} for {}",
            shown::value(given),
            shown::value(asked)
        ),
    ))
}

/// Equal, or the requested string split at the separator. Empty segments (a leading, trailing or
/// doubled separator) may be there or not: no document says.
fn same(asked: &Value, given: &Value, split: Option<&str>) -> bool {
    let (Some(split), Value::String(asked), Value::Array(given)) = (split, asked, given) else {
        return asked == given;
    };
    let filled = |part: &&str| !part.is_empty();
    let given = given
        .iter()
        .map(|part| part.as_str().unwrap_or("\0"))
        .filter(filled);
    asked.split(split).filter(filled).eq(given)
}

fn one_type(relation: &Relation, response: &Value) -> Problem {
    let mut first = None;
    let mut other = None;
    relation.response.for_each(response, &mut |value| {
        let kind = shown::kind(value);
        if *first.get_or_insert(kind) != kind {
            other = Some(kind);
        }
    });
    let (first, other) = first.zip(other)?;
    Some((
        format!("one JSON type for all of {}", relation.response),
        format!("{first} beside {other}"),
    ))
}

fn distinct(relation: &Relation, response: &Value) -> Problem {
    let mut room = [&Value::Null; SMALL];
    if few(&relation.response, response, &mut room).is_some_and(no_two_equal) {
        return None;
    }
    let given = selected(&relation.response, response);
    let mut seen = BTreeSet::new();
    let mut twice = BTreeSet::new();
    for value in given {
        let text = value.to_string();
        if !seen.insert(text.clone()) {
            twice.insert(text);
        }
    }
    let mut problems = Vec::new();
    name("more than once", twice.iter(), &mut problems);
    let problem = problems.pop()?;
    Some((format!("each value of {} once", relation.response), problem))
}
