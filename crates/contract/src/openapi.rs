//! The OpenAPI document into operations: paths, security, and the `x-` members of operations.
//!
//! Parameters, bodies and responses are read in `messages`, examples in `examples`.

use std::collections::BTreeMap;

use crate::document::Cursor;
use crate::link::Linker;
use crate::names::way_out;
use crate::promises::Promises;
use crate::vocabulary::{Owner, refuse_unknown};
use crate::{
    Error, Operation, ParameterLocation, Place, Refusals, Result, Rules, SecurityScheme, citations,
    examples, messages, relations,
};

/// The methods that a path can have (OpenAPI 3.1, Path Item Object).
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// What the document says.
pub(crate) struct Parts {
    pub(crate) operations: Vec<Operation>,
    pub(crate) schemes: BTreeMap<String, SecurityScheme>,
}

/// Reads the whole document.
pub(crate) fn read<'a>(openapi: &Cursor<'a>, linker: &mut Linker<'a>) -> Result<Parts> {
    refuse_unknown(openapi, Owner::Document)?;
    let version = openapi.required("openapi")?;
    if !version.text()?.starts_with("3.1.") {
        return Err(version.fault("contracts are written in OpenAPI 3.1: write 3.1.1"));
    }
    let mut schemes = BTreeMap::new();
    if let Some(components) = openapi.get("components") {
        for (name, scheme) in components.members_of("securitySchemes")? {
            let scheme = security_scheme(&linker.follow(scheme)?, linker.promises)?;
            schemes.insert(name.to_owned(), scheme);
        }
        for (_, schema) in components.members_of("schemas")? {
            linker.root_schema(&schema)?;
        }
    }
    let mut seen = Seen::default();
    let mut operations = Vec::new();
    for (path, item) in openapi.required("paths")?.members()? {
        let item = linker.follow(item)?;
        refuse_unknown(&item, Owner::PathItem)?;
        for (method, operation) in item.members()? {
            if METHODS.contains(&method) {
                seen.check(method, path, &operation)?;
                let around = Around {
                    openapi,
                    item: &item,
                    schemes: &schemes,
                    method,
                    path,
                };
                operations.push(around.operation(&operation, linker)?);
            }
        }
    }
    for pending in std::mem::take(&mut linker.pending) {
        citations::resolve(&pending, &operations)?;
    }
    Ok(Parts {
        operations,
        schemes,
    })
}

/// The operations so far, to refuse a second one of the same name or of the same requests.
#[derive(Default)]
struct Seen {
    ids: BTreeMap<String, Place>,
    routes: BTreeMap<String, Place>,
}

impl Seen {
    fn check(&mut self, method: &str, path: &str, operation: &Cursor<'_>) -> Result<()> {
        let id = operation.required("operationId")?;
        let text = id.text()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.is_empty() || !text.chars().all(plain) {
            return Err(id.fault(
                "an operation's name stands in ids and paths: only letters, digits, '-', '_' and \
                 '.' can stand in it",
            ));
        }
        if let Some(first) = self.ids.insert(text.to_owned(), id.place()) {
            return Err(Error::Duplicate {
                place: id.place(),
                what: format!("operation {text:?}"),
                first,
                way_out: "give one of the two another operationId",
            });
        }
        // The same template with other parameter names matches the same requests.
        let mut route = format!("{} ", method.to_uppercase());
        for segment in path.split('/').skip(1) {
            route.push('/');
            route.push_str(if segment.starts_with('{') {
                "{}"
            } else {
                segment
            });
        }
        if let Some(first) = self.routes.insert(route.clone(), operation.place()) {
            return Err(Error::Duplicate {
                place: operation.place(),
                what: format!("method and path {route}"),
                first,
                way_out: "no request could tell the two apart: merge them",
            });
        }
        Ok(())
    }
}

fn security_scheme(cursor: &Cursor<'_>, promises: &Promises) -> Result<SecurityScheme> {
    refuse_unknown(cursor, Owner::SecurityScheme)?;
    let kind = cursor.required("type")?;
    if kind.text()? != "apiKey" {
        return Err(kind.fault("only security schemes of type apiKey are supported"));
    }
    let place = cursor.required("in")?;
    let location = match place.text()? {
        "header" => ParameterLocation::Header,
        "query" => ParameterLocation::Query,
        _ => return Err(place.fault("a credential is carried in a \"header\" or in the \"query\"")),
    };
    if let Some(member) = cursor.get("x-credential")
        && !matches!(member.text()?, "token" | "access_key" | "access_token")
    {
        return Err(member.fault(
            "\"x-credential\" names one of the credentials token, access_key, access_token",
        ));
    }
    Ok(SecurityScheme {
        name: cursor.required("name")?.text()?.to_owned(),
        location,
        credential: cursor.optional_text("x-credential")?.map(str::to_owned),
        signature: cursor.optional_text("x-signature")?.map(str::to_owned),
        erratum: cursor
            .get("x-erratum")
            .map(|erratum| Ok(promises.erratum(&erratum)?.id.clone()))
            .transpose()?,
    })
}

/// What surrounds an operation.
struct Around<'s, 'a> {
    openapi: &'s Cursor<'a>,
    item: &'s Cursor<'a>,
    schemes: &'s BTreeMap<String, SecurityScheme>,
    method: &'a str,
    path: &'a str,
}

impl<'a> Around<'_, 'a> {
    fn operation(&self, cursor: &Cursor<'a>, linker: &mut Linker<'a>) -> Result<Operation> {
        refuse_unknown(cursor, Owner::Operation)?;
        let parameters = messages::parameters(self.item, cursor, self.schemes, linker)?;
        messages::check_template(self.path, cursor, &parameters)?;
        let mut operation = Operation {
            id: cursor.required("operationId")?.text()?.to_owned(),
            method: self.method.to_uppercase(),
            path: self.path.to_owned(),
            summary: cursor
                .optional_text("summary")?
                .unwrap_or_default()
                .to_owned(),
            companion: cursor.flag("x-companion")?,
            parameters,
            security: self.security(cursor)?,
            request: None,
            responses: Vec::new(),
            rules: rules(cursor, linker)?,
            refusals: refusals(cursor, linker)?,
            status_errata: BTreeMap::new(),
            relations: relations::read(cursor, linker)?,
        };
        if let Some(body) = cursor.get("requestBody") {
            let body = linker.follow(body)?;
            refuse_unknown(&body, Owner::RequestBody)?;
            let required = body.flag("required")?;
            operation.request = messages::body(&body, required, None, linker)?;
        }
        let mut names = examples::Names::default();
        for (status, response) in cursor.required("responses")?.members()? {
            let status = messages::status(status, &response)?;
            let response = linker.follow(response)?;
            let response = messages::response(status, &response, &operation, &mut names, linker)?;
            operation.responses.push(response);
        }
        operation.responses.sort_by_key(|response| response.status);
        operation.status_errata = status_errata(cursor, &operation, linker)?;
        Ok(operation)
    }

    fn security(&self, cursor: &Cursor<'a>) -> Result<Vec<Vec<String>>> {
        let owner = if cursor.get("security").is_some() {
            cursor
        } else {
            self.openapi
        };
        let mut alternatives = Vec::new();
        for alternative in owner.items_of("security")? {
            let mut needed = Vec::new();
            for (name, member) in alternative.members()? {
                if !self.schemes.contains_key(name) {
                    return Err(Error::MissingReference {
                        place: member.place(),
                        member: "security",
                        what: "no security scheme",
                        reference: name.to_owned(),
                        way_out: way_out(name, self.schemes.keys().map(String::as_str)),
                    });
                }
                needed.push(name.to_owned());
            }
            alternatives.push(needed);
        }
        Ok(alternatives)
    }
}

fn rules(cursor: &Cursor<'_>, linker: &Linker<'_>) -> Result<Rules> {
    let Some(member) = cursor.get("x-requirements") else {
        return Ok(Rules::default());
    };
    for (_, id) in member.members()? {
        linker.promises.requirement(&id)?;
    }
    member.read()
}

fn refusals(cursor: &Cursor<'_>, linker: &Linker<'_>) -> Result<Refusals> {
    let Some(member) = cursor.get("x-refusals") else {
        return Ok(Refusals::default());
    };
    for (_, refusal) in member.members()? {
        linker
            .promises
            .requirement(&refusal.required("requirement")?)?;
    }
    member.read()
}

fn status_errata(
    cursor: &Cursor<'_>,
    operation: &Operation,
    linker: &Linker<'_>,
) -> Result<BTreeMap<u16, String>> {
    let mut errata = BTreeMap::new();
    for (status, erratum) in cursor.members_of("x-status-errata")? {
        let status = messages::status(status, &erratum)?;
        if operation.response(status).is_some() {
            return Err(erratum.fault(format!(
                "status {status} is documented above, so no erratum has to explain it: take it \
                 out of \"responses\" or from here"
            )));
        }
        errata.insert(status, linker.promises.erratum(&erratum)?.id.clone());
    }
    Ok(errata)
}
