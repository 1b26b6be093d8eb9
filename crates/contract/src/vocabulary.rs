//! The `x-` members that contracts add to OpenAPI and JSON Schema, and where each may stand
//! (`schemas/README.md`). What they mean is read in `openapi`, `examples` and `link`.

use std::fmt;

use crate::document::Cursor;
use crate::names::{listing, nearest};
use crate::{Error, Result};

/// What an `x-` member stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Document,
    Arazzo,
    ArazzoPart,
    Workflow,
    ScenarioStep,
    Criterion,
    Info,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    Response,
    MediaType,
    Example,
    Link,
    SecurityScheme,
    Schema,
}

impl Owner {
    const ALL: [Self; 18] = [
        Self::Document,
        Self::Arazzo,
        Self::ArazzoPart,
        Self::Workflow,
        Self::ScenarioStep,
        Self::Criterion,
        Self::Info,
        Self::PathItem,
        Self::Operation,
        Self::Parameter,
        Self::Header,
        Self::RequestBody,
        Self::Response,
        Self::MediaType,
        Self::Example,
        Self::Link,
        Self::SecurityScheme,
        Self::Schema,
    ];

    fn members(self) -> &'static [&'static str] {
        match self {
            Self::PathItem | Self::RequestBody | Self::Link | Self::Arazzo | Self::ArazzoPart => {
                &[]
            }
            Self::Document => &["x-life", "x-scenarios", "x-shared-states"],
            Self::Workflow => &[
                "x-operation",
                "x-requirements",
                "x-provider-states",
                "x-tenants",
                "x-counted",
            ],
            Self::ScenarioStep => &["x-expects", "x-authenticate", "x-without"],
            Self::Criterion => &["x-requirement", "x-level", "x-says", "x-erratum"],
            Self::Info => &["x-api"],
            Self::Operation => &[
                "x-companion",
                "x-requirements",
                "x-status-errata",
                "x-refusals",
                "x-relations",
            ],
            Self::Parameter => &["x-requirement", "x-tenant", "x-flag", "x-volatile"],
            Self::Header => &["x-requirement", "x-presence", "x-volatile"],
            Self::Response | Self::MediaType => &["x-requirement"],
            Self::Example => &["x-source", "x-constructed", "x-replay"],
            Self::SecurityScheme => &["x-credential", "x-signature", "x-erratum"],
            Self::Schema => &[
                "x-requirement",
                "x-should",
                "x-may",
                "x-erratum",
                "x-slips",
                "x-volatile",
                "x-unknown-members",
                "x-unknown-value",
                "x-accepted",
                "x-shared-limit",
            ],
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Document => "the OpenAPI document",
            Self::Arazzo => "an Arazzo document",
            Self::ArazzoPart => "this part of an Arazzo document",
            Self::Workflow => "a workflow",
            Self::ScenarioStep => "a step of a workflow",
            Self::Criterion => "a criterion",
            Self::Info => "info",
            Self::PathItem => "a path",
            Self::Operation => "an operation",
            Self::Parameter => "a parameter",
            Self::Header => "a response header",
            Self::RequestBody => "a request body",
            Self::Response => "a response",
            Self::MediaType => "a media type",
            Self::Example => "an example",
            Self::Link => "a link",
            Self::SecurityScheme => "a security scheme",
            Self::Schema => "a schema",
        })
    }
}

/// Refuses the first `x-` member of `cursor` that has no meaning there. A misspelt one would
/// otherwise take a promise out of the contract without a word.
pub(crate) fn refuse_unknown(cursor: &Cursor<'_>, owner: Owner) -> Result<()> {
    let known = owner.members();
    for (key, member) in cursor.members_or_none() {
        let extension = key
            .get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case("x-"));
        if !extension || known.contains(&key) {
            continue;
        }
        let elsewhere: Vec<String> = Owner::ALL
            .iter()
            .filter(|owner| owner.members().contains(&key))
            .map(ToString::to_string)
            .collect();
        let way_out = if !elsewhere.is_empty() {
            format!("it belongs on {}", elsewhere.join(" or "))
        } else if let Some(meant) = nearest(key, known) {
            format!("did you mean {meant}?")
        } else {
            format!("take it out; {}", listing(known))
        };
        return Err(Error::UnknownMember {
            place: member.place(),
            member: key.to_owned(),
            owner: owner.to_string(),
            way_out,
        });
    }
    Ok(())
}
