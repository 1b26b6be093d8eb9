//! Parameters of steps and of whole workflows, and which of them are credentials.

use super::members::{only, reusable};
use super::scope::{CREDENTIALS, Moment, Scope};
use super::{Parameter, Template};
use crate::document::Cursor;
use crate::names::way_out;
use crate::vocabulary::Owner;
use crate::yaml::Data;
use crate::{Error, Operation, ParameterLocation, Result, SecurityScheme};

/// A parameter as it is written, before it is known for which operation.
#[derive(Debug, Clone)]
pub(super) struct Written<'a> {
    /// The object, or the reference to it.
    cursor: Cursor<'a>,
    name: &'a str,
    location: ParameterLocation,
    value: Cursor<'a>,
}

impl Written<'_> {
    /// Whether both name the same parameter, so that one overrides the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.location == other.location && names_equal(self.location, self.name, other.name)
    }
}

/// A header's name has no case (RFC 9110, 5.1), every other one has.
fn names_equal(location: ParameterLocation, one: &str, other: &str) -> bool {
    match location {
        ParameterLocation::Header => one.eq_ignore_ascii_case(other),
        ParameterLocation::Path | ParameterLocation::Query => one == other,
    }
}

fn shown(location: ParameterLocation) -> &'static str {
    match location {
        ParameterLocation::Path => "path",
        ParameterLocation::Query => "query",
        ParameterLocation::Header => "header",
    }
}

/// The parameters in the member `parameters`, reusable ones included; none twice.
pub(super) fn read_all<'a>(
    owner: &Cursor<'a>,
    components: Option<&Cursor<'a>>,
) -> Result<Vec<Written<'a>>> {
    let mut parameters: Vec<Written<'a>> = Vec::new();
    for item in owner.items_of("parameters")? {
        let cursor = reusable(&item, components, "parameters")?;
        only(&cursor, Owner::ArazzoPart, &["name", "in", "value"])?;
        let place = cursor.required("in")?;
        let location = match place.text()? {
            "path" => ParameterLocation::Path,
            "query" => ParameterLocation::Query,
            "header" => ParameterLocation::Header,
            "cookie" => {
                return Err(place.fault(
                    "not supported: \"cookie\"; the contracts know parameters in path, query and \
                     header",
                ));
            }
            other => {
                return Err(place.fault(format!(
                    "a parameter does not stand in {other:?}: {}",
                    way_out(other, ["path", "query", "header"])
                )));
            }
        };
        let own = if item.get("reference").is_some() {
            item.get("value")
        } else {
            None
        };
        let written = Written {
            name: cursor.required("name")?.text()?,
            location,
            value: match own {
                Some(value) => value,
                None => cursor.required("value")?,
            },
            cursor: item,
        };
        if let Some(first) = parameters.iter().find(|known| known.is_same(&written)) {
            return Err(Error::Duplicate {
                place: written.cursor.place(),
                what: format!("parameter {:?}", written.name),
                first: first.cursor.place(),
                way_out: "take one of the two out",
            });
        }
        parameters.push(written);
    }
    Ok(parameters)
}

/// What a parameter is for an operation.
#[derive(Debug)]
pub(super) enum Meant {
    /// A value that the request carries.
    Value(Parameter),
    /// A credential, sent as it is.
    Given(Parameter),
    /// One of the target's own credentials.
    Own,
}

/// What the parameter is for this operation.
pub(super) fn meant<'s>(
    written: &Written<'_>,
    operation: &Operation,
    mut schemes: impl Iterator<Item = &'s SecurityScheme>,
    scope: &Scope<'_>,
) -> Result<Meant> {
    let is_it = |location, name: &str| {
        location == written.location && names_equal(location, name, written.name)
    };
    let scheme = schemes.find(|scheme| is_it(scheme.location, &scheme.name));
    if let (Some(scheme), Data::String(text)) = (scheme, &written.value.node.data)
        && let Some(name) = text.strip_prefix("$inputs.")
        && CREDENTIALS.contains(&name)
    {
        return match scheme.credential.as_deref() {
            Some(credential) if credential == name => Ok(Meant::Own),
            Some(credential) => Err(written
                .value
                .fault(format!("{} is filled by $inputs.{credential}", scheme.name))),
            None => Err(written.value.fault(format!(
                "{} carries no credential of its own: leave the parameter out",
                scheme.name
            ))),
        };
    }
    let documented = operation
        .parameters
        .iter()
        .find(|parameter| is_it(parameter.location, &parameter.name));
    let name = match (scheme, documented) {
        (Some(scheme), _) => &scheme.name,
        (None, Some(documented)) => &documented.name,
        (None, None) => {
            let shown = |name: &str, location| format!("{name} in {}", shown(location));
            let known: Vec<String> = operation
                .parameters
                .iter()
                .map(|parameter| shown(&parameter.name, parameter.location))
                .collect();
            let reference = shown(written.name, written.location);
            return Err(Error::MissingReference {
                place: written.cursor.place(),
                member: "parameters",
                what: "no parameter of the operation",
                way_out: way_out(&reference, known.iter().map(String::as_str)),
                reference: format!("{reference} of {}", operation.id),
            });
        }
    };
    let value = Template::read(&written.value, &|cursor, expression| {
        scope.check(cursor, expression, Moment::Request)
    })?;
    if matches!(
        value,
        Template::Array(_) | Template::Object(_) | Template::Constant(serde_json::Value::Null)
    ) {
        return Err(written
            .value
            .fault("a parameter is a string, a number, true or false"));
    }
    let parameter = Parameter {
        name: name.clone(),
        location: written.location,
        value,
    };
    Ok(match scheme {
        Some(_) => Meant::Given(parameter),
        None => Meant::Value(parameter),
    })
}
