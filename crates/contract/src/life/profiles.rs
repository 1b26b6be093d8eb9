//! The profiles of a life: how long random histories are and what they are drawn from.

use super::{Argument, Life, Profile, Range};
use crate::Result;
use crate::document::Cursor;
use crate::messages::unknown_name;

/// Reads the profiles of a life of which everything else is read.
pub(super) fn read(cursor: &Cursor<'_>, life: &Life) -> Result<Vec<Profile>> {
    let profiles = cursor.members()?;
    let profiles = profiles.iter().map(|(name, member)| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(member.fault(format!(
                "{name:?} stands in the id of a case: only lower-case letters, digits and '-' can \
                 stand in it"
            )));
        }
        profile(name, member, life)
    });
    profiles.collect()
}

fn profile(name: &str, cursor: &Cursor<'_>, life: &Life) -> Result<Profile> {
    let items = cursor.required("items")?;
    let rounds = cursor.required("rounds")?;
    let kinds = life.kinds.iter().map(|kind| kind.name.as_str());
    let profile = Profile {
        name: name.to_owned(),
        title: cursor.required("title")?.text()?.to_owned(),
        settings: settings(cursor, life)?,
        items: range(&items.required("count")?)?,
        kinds: weights(&items.required("kinds")?, "kinds", "no kind", &kinds)?,
        rounds: range(&rounds.required("count")?)?,
        parallel: rounds.read_member("parallel")?.unwrap_or(1),
        size: range(&rounds.required("size")?)?,
        repeated: rounds.read_member("repeated")?.unwrap_or(0),
        arguments: arguments(cursor, life)?,
    };
    if profile.parallel == 0 || profile.items.min < profile.parallel {
        return Err(rounds.fault(
            "batches at the same time are of different items: there are at least as many items \
             as \"parallel\" batches, of which there is at least one",
        ));
    }
    Ok(profile)
}

fn range(cursor: &Cursor<'_>) -> Result<Range> {
    let [min, max]: [usize; 2] = cursor.read()?;
    if min == 0 || min > max {
        return Err(
            cursor.fault("a range is written [AT LEAST, AT MOST], and begins with 1 or more")
        );
    }
    Ok(Range { min, max })
}

/// The weights in the order of `known`; what is not named has none.
fn weights<'n>(
    cursor: &Cursor<'_>,
    member: &'static str,
    what: &'static str,
    known: &(impl Iterator<Item = &'n str> + Clone),
) -> Result<Vec<usize>> {
    let mut weights = vec![0; known.clone().count()];
    for (name, weight) in cursor.members()? {
        let index = known.clone().position(|known| known == name);
        let index =
            index.ok_or_else(|| unknown_name(&weight, member, what, name, known.clone()))?;
        weights[index] = weight.read()?;
    }
    if weights.iter().all(|weight| *weight == 0) {
        return Err(cursor.fault(format!(
            "{member:?} leaves nothing to be drawn: give a weight"
        )));
    }
    Ok(weights)
}

fn settings(cursor: &Cursor<'_>, life: &Life) -> Result<Vec<Vec<usize>>> {
    let mut chosen: Vec<Vec<usize>> = life
        .settings
        .iter()
        .map(|setting| (0..setting.choices.len()).collect())
        .collect();
    for (name, member) in cursor.members_of("settings")? {
        let known = life.settings.iter().map(|setting| setting.name.as_str());
        let index = known.clone().position(|known| known == name);
        let index =
            index.ok_or_else(|| unknown_name(&member, "settings", "no setting", name, known))?;
        chosen[index].clear();
        for choice in member.items()? {
            let text = choice.text()?;
            let known = life.settings[index].choices.iter();
            let known = known.map(|choice| choice.name.as_str());
            let position = known.clone().position(|known| known == text);
            chosen[index].push(
                position
                    .ok_or_else(|| unknown_name(&choice, "settings", "no choice", text, known))?,
            );
        }
        if chosen[index].is_empty() {
            return Err(member.fault("there is nothing to be drawn: name a choice"));
        }
    }
    Ok(chosen)
}

fn arguments(cursor: &Cursor<'_>, life: &Life) -> Result<Vec<Vec<usize>>> {
    let known = &life.command.arguments;
    let mut drawn: Vec<Vec<usize>> = known.iter().map(|a| vec![1; a.values.len()]).collect();
    for (name, member) in cursor.members_of("arguments")? {
        let names = known.iter().map(|argument| argument.name.as_str());
        let index = names.clone().position(|known| known == name);
        let index =
            index.ok_or_else(|| unknown_name(&member, "arguments", "no argument", name, names))?;
        let values: Vec<String> = known[index].values.iter().map(Argument::named).collect();
        let values = values.iter().map(String::as_str);
        drawn[index] = weights(&member, "arguments", "no value", &values)?;
    }
    Ok(drawn)
}
