//! Criteria: of success, and of actions.

use super::members::only;
use super::scope::{Moment, Scope};
use super::{Condition, Criterion, Expression, Pattern, Promise, Query, Quoting, Test, Text};
use crate::document::Cursor;
use crate::names::way_out;
use crate::promises::Promises;
use crate::vocabulary::Owner;
use crate::yaml::Data;
use crate::{Level, Result};

/// The versions of JSONPath that the object form can name: the draft is taken for the standard
/// that it became.
const JSON_PATH_VERSIONS: [&str; 2] = ["rfc9535", "draft-goessner-dispatch-jsonpath-00"];

/// The criteria in the member `key`, which need not be there. Only those of success can promise
/// anything.
pub(super) fn read_all(
    owner: &Cursor<'_>,
    key: &str,
    scope: &Scope<'_>,
    promises: &Promises,
) -> Result<Vec<Criterion>> {
    let items = owner.items_of(key)?;
    let criteria = items.iter().map(|cursor| {
        let criterion = read(cursor, scope, promises)?;
        if key != "successCriteria"
            && let Some(member) = cursor.get("x-requirement")
        {
            return Err(member.fault(
                "a promise stands in \"successCriteria\": these only choose what is done next",
            ));
        }
        Ok(criterion)
    });
    criteria.collect()
}

fn read(cursor: &Cursor<'_>, scope: &Scope<'_>, promises: &Promises) -> Result<Criterion> {
    only(cursor, Owner::Criterion, &["context", "condition", "type"])?;
    let condition = cursor.required("condition")?;
    let check = |cursor: &Cursor<'_>, expression: &Expression| {
        scope.check(cursor, expression, Moment::Answer)
    };
    let kind = kind(cursor)?;
    let context = match (cursor.get("context"), kind) {
        (Some(member), Kind::Simple) => {
            return Err(member.fault(
                "a simple condition says itself what it reads: leave out \"context\", or give the \
                 \"type\" of the condition",
            ));
        }
        (None, Kind::Simple) => None,
        (None, _) => return Err(cursor.fault("this type of condition needs a \"context\"")),
        (Some(member), _) => {
            let context = Expression::parse(member.text()?)
                .map_err(|error| member.fault(error.to_string()))?;
            check(&member, &context)?;
            Some(context)
        }
    };
    let test = match (kind, context) {
        (Kind::Regex, Some(context)) => {
            let pattern = text(&condition, &check)?;
            Pattern::parse(&stand_in(&pattern, Quoting::Regex)).map_err(|problem| {
                condition.fault(format!("this is no regular expression: {problem}"))
            })?;
            Test::Regex { context, pattern }
        }
        (Kind::JsonPath, Some(context)) => {
            let query = text(&condition, &check)?;
            let parsed = Query::parse(&stand_in(&query, Quoting::JsonPath)).map_err(|problem| {
                condition.fault(format!("this is no JSONPath query (RFC 9535): {problem}"))
            })?;
            let ready = query.plain().is_some().then_some(parsed);
            Test::JsonPath {
                context,
                query,
                ready,
            }
        }
        _ => Test::Simple(simple(&condition, &check)?),
    };
    Ok(Criterion {
        condition: condition.text()?.to_owned(),
        test,
        promise: promise(cursor, promises)?,
        says: cursor.optional_text("x-says")?.map(str::to_owned),
    })
}

fn simple(
    cursor: &Cursor<'_>,
    check: &impl Fn(&Cursor<'_>, &Expression) -> Result<()>,
) -> Result<Condition> {
    let condition =
        Condition::parse(cursor.text()?).map_err(|error| cursor.fault(error.to_string()))?;
    let mut result = Ok(());
    condition.expressions(&mut |expression| {
        if result.is_ok() {
            result = check(cursor, expression);
        }
    });
    result.map(|()| condition)
}

fn text(
    cursor: &Cursor<'_>,
    check: &impl Fn(&Cursor<'_>, &Expression) -> Result<()>,
) -> Result<Text> {
    let text = Text::parse(cursor.text()?).map_err(|error| cursor.fault(error.to_string()))?;
    for expression in text.expressions() {
        check(cursor, expression)?;
    }
    Ok(text)
}

/// The text with something harmless in place of each expression, to see whether it can be read.
fn stand_in(text: &Text, quoting: Quoting) -> String {
    let filled = text.fill(quoting, &mut |_| {
        Ok::<_, std::convert::Infallible>("x".into())
    });
    match filled {
        Ok(filled) => filled,
        Err(never) => match never {},
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Simple,
    Regex,
    JsonPath,
}

fn kind(cursor: &Cursor<'_>) -> Result<Kind> {
    let Some(member) = cursor.get("type") else {
        return Ok(Kind::Simple);
    };
    let name = if matches!(member.node.data, Data::Mapping(_)) {
        only(&member, Owner::ArazzoPart, &["type", "version"])?;
        let version = member.required("version")?;
        let name = member.required("type")?;
        if name.text()? == "jsonpath" && !JSON_PATH_VERSIONS.contains(&version.text()?) {
            return Err(version.fault(format!(
                "JSONPath is read as RFC 9535 has it: {}",
                way_out(version.text()?, JSON_PATH_VERSIONS)
            )));
        }
        name
    } else {
        member
    };
    match name.text()? {
        "simple" => Ok(Kind::Simple),
        "regex" => Ok(Kind::Regex),
        "jsonpath" => Ok(Kind::JsonPath),
        "xpath" => Err(name.fault(
            "not supported: \"xpath\"; a body that is JSON is asked by \"jsonpath\" or \"simple\"",
        )),
        other => Err(name.fault(format!(
            "a condition has no type {other:?}: {}",
            way_out(other, ["simple", "regex", "jsonpath"])
        ))),
    }
}

fn promise(cursor: &Cursor<'_>, promises: &Promises) -> Result<Option<Promise>> {
    let Some(member) = cursor.get("x-requirement") else {
        for key in ["x-level", "x-erratum"] {
            if let Some(member) = cursor.get(key) {
                return Err(member.fault(format!(
                    "{key:?} belongs to a promise: name it by \"x-requirement\""
                )));
            }
        }
        return Ok(None);
    };
    let requirement = promises.requirement(&member)?;
    let level: Option<Level> = cursor.read_member("x-level")?;
    if let (Some(level), Some(member)) = (level, cursor.get("x-level"))
        && level > requirement.level
    {
        return Err(member.fault(format!(
            "{} promises no more than {}: \"x-level\" can only be softer",
            requirement.id, requirement.level
        )));
    }
    Ok(Some(Promise {
        requirement: requirement.id.clone(),
        level: level.unwrap_or(requirement.level),
        erratum: promises.optional_erratum(cursor, "x-erratum")?,
    }))
}
