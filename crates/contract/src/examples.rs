//! Documented and constructed examples, and the recipes that bring them about (`x-replay`).

use std::collections::{BTreeMap, BTreeSet};

use crate::citations::Pending;
use crate::document::Cursor;
use crate::link::Linker;
use crate::messages::unknown_name;
use crate::vocabulary::{Owner, refuse_unknown};
use crate::yaml::{Data, Node};
use crate::{Error, Example, ExampleBody, Operation, Place, Replay, Result};

/// The names of an operation's response examples, each of which is a case's name.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, Place>);

/// The examples of a media type. `replayed` is there on responses: the operation with the names
/// that its examples have so far.
pub(crate) fn read<'a>(
    media_type: &Cursor<'a>,
    mut replayed: Option<(&Operation, &mut Names)>,
    linker: &mut Linker<'a>,
) -> Result<Vec<Example>> {
    let mut examples = Vec::new();
    for (name, member) in media_type.members_of("examples")? {
        let cursor = linker.follow(member.clone())?;
        refuse_unknown(&cursor, Owner::Example)?;
        let replay = match (&mut replayed, cursor.get("x-replay")) {
            (Some((operation, names)), replay) => {
                names.add(name, &member)?;
                replay
                    .map(|cursor| self::replay(&cursor, operation, linker))
                    .transpose()?
            }
            (None, Some(replay)) => {
                return Err(replay.fault(
                    "a request is not brought about: move \"x-replay\" to the example of its \
                     response",
                ));
            }
            (None, None) => None,
        };
        examples.push(Example {
            name: name.to_owned(),
            summary: cursor
                .optional_text("summary")?
                .unwrap_or_default()
                .to_owned(),
            source: cursor.read_member("x-source")?,
            body: body(&cursor, linker)?,
            replay,
        });
    }
    Ok(examples)
}

impl Names {
    fn add(&mut self, name: &str, cursor: &Cursor<'_>) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || !name.chars().all(plain) {
            return Err(cursor.fault(
                "an example's name ends a case's id: only letters, digits, '-', '_' and '.' can \
                 stand in it",
            ));
        }
        match self.0.insert(name.to_owned(), cursor.place()) {
            None => Ok(()),
            Some(first) => Err(Error::Duplicate {
                place: cursor.place(),
                what: format!("response example {name:?} of this operation"),
                first,
                way_out: "it names a case: give one of the two another name",
            }),
        }
    }
}

fn body<'a>(cursor: &Cursor<'a>, linker: &Linker<'a>) -> Result<ExampleBody> {
    match (cursor.get("externalValue"), cursor.get("value")) {
        (Some(file), None) => {
            cursor.required("x-source")?;
            let (file, bytes) = linker.content(&file, "externalValue")?;
            Ok(ExampleBody::Verbatim { file, bytes })
        }
        (None, Some(value)) => Ok(ExampleBody::Constructed {
            why: cursor.required("x-constructed")?.text()?.to_owned(),
            value: value.node.to_value(),
        }),
        _ => Err(cursor.fault(
            "an example has either \"externalValue\" with \"x-source\" (as the document prints \
             it) or \"value\" with \"x-constructed\" (made from its tables)",
        )),
    }
}

fn replay<'a>(
    cursor: &Cursor<'a>,
    operation: &Operation,
    linker: &mut Linker<'a>,
) -> Result<Replay> {
    linker
        .promises
        .requirement(&cursor.required("requirement")?)?;
    let replay: Replay = cursor.read()?;
    if let Some(request) = cursor.get("request") {
        let known = operation.request.iter().flat_map(|body| &body.examples);
        let known: Vec<&str> = known.map(|example| example.name.as_str()).collect();
        let name = request.text()?;
        if !known.contains(&name) {
            return Err(unknown_name(
                &request,
                "request",
                "no request example",
                name,
                known,
            ));
        }
    }
    parameters(cursor, operation)?;
    for correction in cursor.items_of("corrections")? {
        if replay.request.is_none() {
            return Err(correction.fault("there is no request to correct: name it in \"request\""));
        }
        linker.promises.optional_erratum(&correction, "erratum")?;
        let path = correction.required("path")?;
        if !(path.text()?.is_empty() || path.text()?.starts_with('/')) {
            return Err(path.fault("a JSON pointer is empty or starts with /"));
        }
        if correction.required("op")?.text()? != "remove" {
            correction.required("value")?;
        }
    }
    for instead in cursor.items_of("instead")? {
        linker.promises.erratum(&instead.required("erratum")?)?;
    }
    if let Some(until) = cursor.get("until") {
        linker.root_schema(&until)?;
    }
    for expectation in cursor.items_of("expect")? {
        linker
            .promises
            .requirement(&expectation.required("requirement")?)?;
        linker.root_schema(&expectation.required("schema")?)?;
    }
    states(cursor, &replay)?;
    if let (Some(follows), Some(member)) = (&replay.follows, cursor.get("follows")) {
        linker.pending.push(Pending::Follows {
            cursor: member,
            follows: follows.clone(),
            operation: operation.id.clone(),
        });
    }
    Ok(replay)
}

fn parameters(cursor: &Cursor<'_>, operation: &Operation) -> Result<()> {
    let known = || {
        operation
            .parameters
            .iter()
            .filter(|parameter| !parameter.tenant)
    };
    for (name, member) in cursor.members_of("parameters")? {
        if !known().any(|parameter| parameter.name == name) {
            let known = known().map(|parameter| parameter.name.as_str());
            let what = "no parameter that separates no tenants";
            return Err(unknown_name(&member, "parameters", what, name, known));
        }
    }
    Ok(())
}

/// Each `$states.NAME.member` names a state that is set up before.
fn states(cursor: &Cursor<'_>, replay: &Replay) -> Result<()> {
    let known: BTreeSet<&str> = replay
        .provider_states
        .iter()
        .filter_map(|state| state.alias.as_deref())
        .collect();
    for key in ["parameters", "corrections", "expect"] {
        let Some(member) = cursor.get(key) else {
            continue;
        };
        let mut used = Vec::new();
        state_names(member.node, &mut used);
        if let Some(name) = used.into_iter().find(|name| !known.contains(name)) {
            let reference = format!("$states.{name}");
            return Err(unknown_name(&member, key, "no state", &reference, known).with_states());
        }
    }
    Ok(())
}

impl Error {
    /// Says where the names of states come from.
    fn with_states(mut self) -> Self {
        if let Self::MissingReference { way_out, .. } = &mut self {
            way_out.push_str("; a provider state gets its name by \"as\"");
        }
        self
    }
}

/// Collects each NAME of a `$states.NAME.member` within the node.
pub(crate) fn state_names<'n>(node: &'n Node, used: &mut Vec<&'n str>) {
    match &node.data {
        Data::String(text) => {
            if let Some(rest) = text.strip_prefix("$states.") {
                used.push(rest.split('.').next().unwrap_or(rest));
            }
        }
        Data::Sequence(items) => {
            for item in items {
                state_names(item, used);
            }
        }
        Data::Mapping(members) => {
            for member in members {
                state_names(&member.value, used);
            }
        }
        _ => {}
    }
}
