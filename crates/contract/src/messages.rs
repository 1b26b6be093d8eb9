//! What requests and responses are made of: parameters, bodies, statuses, headers and links.

use std::collections::BTreeMap;

use crate::citations::Pending;
use crate::document::Cursor;
use crate::examples::{self, Names};
use crate::link::Linker;
use crate::vocabulary::{Owner, refuse_unknown};
use crate::{
    Body, Error, HeaderSpec, Level, Link, Operation, Parameter, ParameterLocation, ResponseSpec,
    Result, SecurityScheme,
};

/// The parameters of an operation: its own, and those of its path that it does not replace.
pub(crate) fn parameters<'a>(
    item: &Cursor<'a>,
    operation: &Cursor<'a>,
    schemes: &BTreeMap<String, SecurityScheme>,
    linker: &mut Linker<'a>,
) -> Result<Vec<Parameter>> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for (owner, shared) in [(operation, false), (item, true)] {
        let first_shared = parameters.len();
        for cursor in owner.items_of("parameters")? {
            let place = cursor.clone();
            let parameter = parameter(&linker.follow(cursor)?, schemes, linker)?;
            let same = |other: &Parameter| {
                other.name == parameter.name && other.location == parameter.location
            };
            match parameters.iter().position(same) {
                // OpenAPI 3.1, Path Item Object: an operation overrides its path's parameters.
                Some(index) if shared && index < first_shared => {}
                Some(_) => {
                    return Err(place.fault(format!(
                        "parameter {:?} stands here a second time: remove or rename one of the two",
                        parameter.name
                    )));
                }
                None => parameters.push(parameter),
            }
        }
    }
    Ok(parameters)
}

fn parameter<'a>(
    cursor: &Cursor<'a>,
    schemes: &BTreeMap<String, SecurityScheme>,
    linker: &mut Linker<'a>,
) -> Result<Parameter> {
    refuse_unknown(cursor, Owner::Parameter)?;
    let name = cursor.required("name")?.text()?;
    let place = cursor.required("in")?;
    let location = match place.text()? {
        "path" => ParameterLocation::Path,
        "query" => ParameterLocation::Query,
        "header" => ParameterLocation::Header,
        _ => return Err(place.fault("a parameter stands in \"path\", \"query\" or \"header\"")),
    };
    let tenant = cursor.flag("x-tenant")?;
    if tenant && location != ParameterLocation::Path {
        return Err(cursor.required("x-tenant")?.fault(format!(
            "{name:?} is no path parameter, and only those separate tenants: leave \"x-tenant\" out"
        )));
    }
    let flag = cursor.flag("x-flag")?;
    if flag && location != ParameterLocation::Query {
        return Err(cursor.required("x-flag")?.fault(format!(
            "{name:?} is no query parameter, and only those can lack a value: leave \"x-flag\" out"
        )));
    }
    cursor.read_member::<crate::Volatile>("x-volatile")?;
    Ok(Parameter {
        name: name.to_owned(),
        location,
        required: cursor.flag("required")?,
        schema: linker.root_schema(&cursor.required("schema")?)?,
        requirement: linker
            .promises
            .optional_requirement(cursor, "x-requirement")?,
        tenant,
        flag,
        secret: schemes.values().any(|scheme| {
            scheme.location == location
                && match location {
                    ParameterLocation::Header => scheme.name.eq_ignore_ascii_case(name),
                    _ => scheme.name == name,
                }
        }),
    })
}

/// Each `{name}` of the path template is a required path parameter, and the other way round.
pub(crate) fn check_template(
    path: &str,
    operation: &Cursor<'_>,
    parameters: &[Parameter],
) -> Result<()> {
    let in_path = || {
        parameters
            .iter()
            .filter(|p| p.location == ParameterLocation::Path)
    };
    let mut named: Vec<&str> = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(operation.fault(format!("the path {path} has a {{ without its }}")));
        };
        named.push(name);
        rest = after;
    }
    for name in &named {
        if !in_path().any(|parameter| parameter.name == *name && parameter.required) {
            return Err(operation.fault(format!(
                "the path {path} names {{{name}}}, but no path parameter {name:?} with \"required: \
                 true\" is declared: add it to \"parameters\""
            )));
        }
    }
    match in_path().find(|parameter| !named.contains(&parameter.name.as_str())) {
        Some(stray) => Err(operation.fault(format!(
            "the path parameter {:?} does not stand in the path {path}: write {{{}}} there, or \
             take it out",
            stray.name, stray.name
        ))),
        None => Ok(()),
    }
}

/// A status that stands as a member's name.
pub(crate) fn status(text: &str, cursor: &Cursor<'_>) -> Result<u16> {
    text.parse()
        .ok()
        .filter(|status| (100..=599).contains(status))
        .ok_or_else(|| {
            cursor.fault(format!(
            "{text:?} is no status: every documented one is written out as a number from 100 to 599"
        ))
        })
}

/// The one body that `owner` (a request body or a response) has under `content`, if any.
///
/// On a response, `replayed` is the operation with the names that its examples have so far.
pub(crate) fn body<'a>(
    owner: &Cursor<'a>,
    required: bool,
    replayed: Option<(&Operation, &mut Names)>,
    linker: &mut Linker<'a>,
) -> Result<Option<Body>> {
    let Some(content) = owner.get("content") else {
        return Ok(None);
    };
    let mut types = content.members()?;
    let Some((media_type, cursor)) = types.pop().filter(|_| types.is_empty()) else {
        return Err(content.fault("a body is documented in exactly one media type"));
    };
    refuse_unknown(&cursor, Owner::MediaType)?;
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    Ok(Some(Body {
        required,
        media_type: essence,
        schema: linker.root_schema(&cursor.required("schema")?)?,
        requirement: linker
            .promises
            .optional_requirement(&cursor, "x-requirement")?,
        examples: examples::read(&cursor, replayed, linker)?,
    }))
}

/// One documented response of `operation`, whose parameters and request are read already.
pub(crate) fn response<'a>(
    status: u16,
    cursor: &Cursor<'a>,
    operation: &Operation,
    names: &mut Names,
    linker: &mut Linker<'a>,
) -> Result<ResponseSpec> {
    refuse_unknown(cursor, Owner::Response)?;
    let mut headers = Vec::new();
    for (name, header) in cursor.members_of("headers")? {
        headers.push(self::header(name, &linker.follow(header)?, linker)?);
    }
    let mut links = BTreeMap::new();
    for (name, link) in cursor.members_of("links")? {
        links.insert(name.to_owned(), self::link(&linker.follow(link)?, linker)?);
    }
    Ok(ResponseSpec {
        status,
        description: cursor
            .optional_text("description")?
            .unwrap_or_default()
            .to_owned(),
        requirement: linker
            .promises
            .optional_requirement(cursor, "x-requirement")?,
        headers,
        body: body(cursor, true, Some((operation, names)), linker)?,
        links,
    })
}

fn header<'a>(name: &str, cursor: &Cursor<'a>, linker: &mut Linker<'a>) -> Result<HeaderSpec> {
    refuse_unknown(cursor, Owner::Header)?;
    let schema = cursor.required("schema")?;
    let presence = match cursor.read_member("x-presence")? {
        _ if cursor.flag("required")? => Level::Must,
        presence => presence.unwrap_or(Level::May),
    };
    let volatile = match cursor.read_member("x-volatile")? {
        None => schema.read_member("x-volatile")?,
        volatile => volatile,
    };
    Ok(HeaderSpec {
        name: name.to_owned(),
        presence,
        schema: linker.root_schema(&schema)?,
        requirement: linker
            .promises
            .optional_requirement(cursor, "x-requirement")?,
        volatile,
    })
}

fn link<'a>(cursor: &Cursor<'a>, linker: &mut Linker<'a>) -> Result<Link> {
    refuse_unknown(cursor, Owner::Link)?;
    let operation = cursor.required("operationId")?;
    let mut parameters = BTreeMap::new();
    for (name, value) in cursor.members_of("parameters")? {
        parameters.insert(name.to_owned(), value.text()?.to_owned());
    }
    let names = cursor.members_of("parameters")?;
    let link = Link {
        operation: operation.text()?.to_owned(),
        parameters,
    };
    linker.pending.push(Pending::Link {
        operation,
        parameters: names.into_iter().map(|(_, member)| member).collect(),
    });
    Ok(link)
}

/// A name that has to be one of `known`, for the errors of several modules.
pub(crate) fn unknown_name<'n>(
    cursor: &Cursor<'_>,
    member: &'static str,
    what: &'static str,
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Error {
    Error::MissingReference {
        place: cursor.place(),
        member,
        what,
        reference: name.to_owned(),
        way_out: crate::names::way_out(name, known),
    }
}
