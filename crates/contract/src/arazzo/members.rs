//! Which members the parts of an Arazzo document have.

use crate::document::Cursor;
use crate::messages::unknown_name;
use crate::names::way_out;
use crate::vocabulary::{Owner, refuse_unknown};
use crate::{Error, Result};

/// Refuses the first member of `cursor` that its kind of object does not have: one that is not
/// `known`, or an `x-` member that has no meaning there.
pub(super) fn only(cursor: &Cursor<'_>, owner: Owner, known: &[&str]) -> Result<()> {
    for (key, member) in cursor.members()? {
        let extension = key
            .get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case("x-"));
        if !extension && !known.contains(&key) {
            return Err(Error::UnknownMember {
                place: member.place(),
                member: key.to_owned(),
                owner: owner.to_string(),
                way_out: way_out(key, known.iter().copied()),
            });
        }
    }
    refuse_unknown(cursor, owner)
}

/// Refuses a member that Arazzo has and this project does not play.
pub(super) fn unsupported(cursor: &Cursor<'_>, key: &str, way_out: &str) -> Result<()> {
    match cursor.get(key) {
        None => Ok(()),
        Some(member) => Err(member.fault(format!("not supported: {key:?}; {way_out}"))),
    }
}

/// The id in the member `key`: letters, digits, `-` and `_` (Arazzo 1.0.1 recommends just these).
pub(super) fn id<'a>(cursor: &Cursor<'a>, key: &str) -> Result<&'a str> {
    let member = cursor.required(key)?;
    let text = member.text()?;
    if text.is_empty() || !text.chars().all(super::expression::is_id) {
        return Err(member.fault(format!(
            "{key:?} stands in ids and expressions: only letters, digits, '-' and '_' can stand \
             in it"
        )));
    }
    Ok(text)
}

/// The object itself, or the one among the components that it refers to.
pub(super) fn reusable<'a>(
    cursor: &Cursor<'a>,
    components: Option<&Cursor<'a>>,
    kind: &'static str,
) -> Result<Cursor<'a>> {
    let Some(reference) = cursor.get("reference") else {
        return Ok(cursor.clone());
    };
    only(
        cursor,
        Owner::ArazzoPart,
        if kind == "parameters" {
            &["reference", "value"]
        } else {
            &["reference"]
        },
    )?;
    let text = reference.text()?;
    let prefix = format!("$components.{kind}.");
    let Some(name) = text.strip_prefix(&prefix) else {
        return Err(reference.fault(format!("this refers to {kind}: write {prefix}NAME")));
    };
    let known = components.and_then(|components| components.get(kind));
    let found = known.as_ref().and_then(|known| known.get(name));
    found.ok_or_else(|| {
        let names = known
            .iter()
            .flat_map(Cursor::members_or_none)
            .map(|(name, _)| name);
        unknown_name(&reference, "reference", "no such component", text, names)
    })
}
