//! Promises that tie a response to its request (`x-relations`).

use crate::document::Cursor;
use crate::link::Linker;
use crate::{Error, JsonPath, Level, Relation, RelationKind, Result};

/// Every member that a relation can have.
const MEMBERS: [&str; 8] = [
    "relation",
    "requirement",
    "level",
    "erratum",
    "statuses",
    "request",
    "response",
    "split",
];

/// The relations of an operation.
pub(crate) fn read<'a>(operation: &Cursor<'a>, linker: &Linker<'a>) -> Result<Vec<Relation>> {
    operation
        .items_of("x-relations")?
        .iter()
        .map(|cursor| relation(cursor, linker))
        .collect()
}

fn relation<'a>(cursor: &Cursor<'a>, linker: &Linker<'a>) -> Result<Relation> {
    for (key, member) in cursor.members()? {
        if !MEMBERS.contains(&key) {
            return Err(Error::UnknownMember {
                place: member.place(),
                member: key.to_owned(),
                owner: "a relation".to_owned(),
                way_out: crate::names::way_out(key, MEMBERS),
            });
        }
    }
    let kind: RelationKind = cursor.required("relation")?.read()?;
    let requirement = linker
        .promises
        .requirement(&cursor.required("requirement")?)?;
    let level: Option<Level> = cursor.read_member("level")?;
    let request = cursor
        .get("request")
        .map(|member| query(&member))
        .transpose()?;
    match (kind, &request) {
        (RelationKind::OneType | RelationKind::Distinct, Some(_)) => {
            let member = cursor.required("request")?;
            return Err(member.fault("this relation is about the response alone: leave it out"));
        }
        (RelationKind::CoversOnce | RelationKind::WithinOnce | RelationKind::SameOrder, None) => {
            return Err(cursor.fault("this relation needs \"request\", a query of what was asked"));
        }
        _ => {}
    }
    if kind != RelationKind::SameOrder
        && let Some(split) = cursor.get("split")
    {
        return Err(split.fault("only \"same-order\" splits: leave it out"));
    }
    Ok(Relation {
        kind,
        requirement: requirement.id.clone(),
        level: level.unwrap_or(requirement.level),
        erratum: linker.promises.optional_erratum(cursor, "erratum")?,
        statuses: cursor.read_member("statuses")?.unwrap_or_default(),
        request,
        response: query(&cursor.required("response")?)?,
        split: cursor.optional_text("split")?.map(str::to_owned),
    })
}

/// The query that the text at `cursor` is.
pub(crate) fn query(cursor: &Cursor<'_>) -> Result<JsonPath> {
    JsonPath::parse(cursor.text()?).map_err(|source| Error::JsonPath {
        place: cursor.place(),
        source,
    })
}
