//! A schema of the contract made ready to judge values: linked, compiled, its sites found.

use contract::{Contract, Level, Message, SchemaRef};
use serde_json::Value;

use crate::finding::{Check, Finding, Location};
use crate::{Error, quick, schema_errors, sites, transform};

/// A schema ready to judge values.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) linked: Value,
    /// Lists errors, each with its place in `linked`.
    pub(crate) compiled: jsonschema::Validator,
    /// Says the same of whether a value is valid, and is quicker about it.
    quick: jsonschema::Validator,
    pub(crate) sites: sites::Sites,
    /// What it asks of a value that is text on the wire.
    pub(crate) text: Text,
}

/// What a schema asks of a header, path or query value, which is text. Most ask for nothing or for
/// a length, and those need no JSON value to be made of the text first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// A string whose characters are so many, from and to.
    Length(usize, usize),
    /// Something that only the schema itself can tell.
    Schema,
}

impl Text {
    fn of(linked: &Value) -> Self {
        let (mut least, mut most) = (0, usize::MAX);
        let Value::Object(members) = linked else {
            return Self::Schema;
        };
        for (key, value) in members {
            let limit = value.as_u64().and_then(|limit| usize::try_from(limit).ok());
            match (key.as_str(), limit) {
                ("minLength", Some(limit)) => least = limit,
                ("maxLength", Some(limit)) => most = limit,
                ("type", _) if value == "string" => {}
                ("title" | "description" | "$comment", _) => {}
                (key, _) if key.starts_with("x-") => {}
                _ => return Self::Schema,
            }
        }
        Self::Length(least, most)
    }

    /// Whether it is sure that the schema has nothing to say of the text.
    pub(crate) fn accepts(self, text: &str) -> bool {
        match self {
            Self::Length(0, usize::MAX) => true,
            Self::Length(least, most) => (least..=most).contains(&text.chars().count()),
            Self::Schema => false,
        }
    }
}

/// What a finding of a schema says besides what the schema itself knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'f> {
    pub(crate) contract: &'f Contract,
    pub(crate) check: Check,
    pub(crate) message: Message,
    /// The requirement that holds where the schema names none.
    pub(crate) requirement: Option<&'f str>,
}

impl Frame<'_> {
    /// The level of a requirement as the contract states it; MUST where none is named, because
    /// the standard keywords state only what is MUST.
    pub(crate) fn level(&self, requirement: Option<&str>) -> Level {
        requirement
            .and_then(|id| self.contract.requirements.get(id))
            .map_or(Level::Must, |requirement| requirement.level)
    }
}

impl Schema {
    pub(crate) fn new(contract: &Contract, place: &SchemaRef) -> Result<Self, Error> {
        Self::from_linked(transform::link(&contract.schemas, place)?, place)
    }

    /// Compiles a schema that is self-contained; `place` is for errors.
    pub(crate) fn from_linked(linked: Value, place: &SchemaRef) -> Result<Self, Error> {
        let compile = |schema: &Value| {
            jsonschema::draft202012::options()
                .offline()
                .build(schema)
                .map_err(|error| Error::Schema {
                    document: place.document.clone(),
                    pointer: place.pointer.clone(),
                    problem: error.to_string(),
                })
        };
        let compiled = compile(&linked)?;
        let quick = compile(&quick::equivalent(&linked))?;
        Ok(Self {
            sites: sites::find(&linked),
            compiled,
            quick,
            text: Text::of(&linked),
            linked,
        })
    }

    /// Whether the body is valid.
    pub(crate) fn accepts(&self, body: &Value) -> bool {
        let valid = self.quick.is_valid(body);
        debug_assert_eq!(
            valid,
            self.compiled.is_valid(body),
            "both schemas accept the same"
        );
        valid
    }

    /// Everything that the schema finds in a body.
    pub(crate) fn judge(&self, body: &Value, frame: Frame<'_>, findings: &mut Vec<Finding>) {
        if !self.accepts(body) {
            schema_errors::collect(self, body, frame, findings);
        }
        for site in &self.sites.readings {
            let mut seen: Vec<&str> = Vec::new();
            sites::each(
                &site.path,
                body,
                &sites::Trail::Root,
                &mut |trail, value| {
                    // The first reading that accepts the value is the one that is followed.
                    let Some(branch) = site
                        .what
                        .branches
                        .iter()
                        .find(|branch| branch.schema.is_valid(value))
                    else {
                        return;
                    };
                    if seen.contains(&branch.title.as_str()) {
                        return;
                    }
                    seen.push(&branch.title);
                    findings.push(Finding {
                        check: Check::DocumentedReading,
                        requirement: site
                            .what
                            .requirement
                            .clone()
                            .or(frame.requirement.map(str::to_owned)),
                        level: Level::May,
                        erratum: Some(branch.erratum.clone()),
                        message: frame.message,
                        location: Location::Body(trail.pointer()),
                        expected: site.what.expected.clone(),
                        actual: branch.title.clone(),
                    });
                },
            );
        }
    }
}
