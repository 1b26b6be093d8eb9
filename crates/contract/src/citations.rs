//! Names that lead from one part of a contract to another, checked when all parts are known:
//! operations, examples and links by name, and what requirements and errata cite.

use crate::document::{Cursor, Document};
use crate::messages::unknown_name;
use crate::promises::Promises;
use crate::{Follows, Message, Operation, Result};

/// A name that waits until every operation is read.
pub(crate) enum Pending<'a> {
    /// A link's operation and the parameters that it fills there.
    Link {
        operation: Cursor<'a>,
        parameters: Vec<Cursor<'a>>,
    },
    /// The case before a case of `operation`, with the cursor of `follows`.
    Follows {
        cursor: Cursor<'a>,
        follows: Follows,
        operation: String,
    },
}

/// Checks a name that had to wait.
pub(crate) fn resolve(pending: &Pending<'_>, operations: &[Operation]) -> Result<()> {
    match pending {
        Pending::Link {
            operation,
            parameters,
        } => {
            let target = find(operation, "operationId", operations)?;
            let known = || {
                target
                    .parameters
                    .iter()
                    .map(|parameter| parameter.name.as_str())
            };
            for member in parameters {
                // OpenAPI 3.1, Link Object: `path.id` tells the location, too.
                let token = member.pointer.rsplit('/').next().unwrap_or_default();
                let token = token.replace("~1", "/").replace("~0", "~");
                let name = ["path.", "query.", "header."]
                    .iter()
                    .find_map(|location| token.strip_prefix(location))
                    .unwrap_or(&token);
                if !known().any(|parameter| parameter == name) {
                    let what = "no parameter of that operation";
                    return Err(unknown_name(member, "parameters", what, name, known()));
                }
            }
            Ok(())
        }
        Pending::Follows {
            cursor,
            follows,
            operation,
        } => self::follows(cursor, follows, operation, operations),
    }
}

fn find<'o>(
    cursor: &Cursor<'_>,
    member: &'static str,
    operations: &'o [Operation],
) -> Result<&'o Operation> {
    let name = cursor.text()?;
    operations
        .iter()
        .find(|operation| operation.id == name)
        .ok_or_else(|| {
            let known = operations.iter().map(|operation| operation.id.as_str());
            unknown_name(cursor, member, "no operation", name, known)
        })
}

fn follows(
    cursor: &Cursor<'_>,
    follows: &Follows,
    operation: &str,
    operations: &[Operation],
) -> Result<()> {
    let before = find(&cursor.required("operation")?, "operation", operations)?;
    let has = |name: &str| {
        before.responses.iter().find(|response| {
            response
                .body
                .iter()
                .flat_map(|body| &body.examples)
                .any(|e| e.name == name)
        })
    };
    let Some(response) = has(&follows.example) else {
        let known = before
            .responses
            .iter()
            .filter_map(|response| response.body.as_ref())
            .flat_map(|body| body.examples.iter().map(|example| example.name.as_str()));
        let example = cursor.required("example")?;
        let what = "no response example";
        return Err(unknown_name(
            &example,
            "example",
            what,
            &follows.example,
            known,
        ));
    };
    let member = cursor.required("link")?;
    let Some(link) = response.links.get(&follows.link) else {
        let known = response.links.keys().map(String::as_str);
        return Err(unknown_name(
            &member,
            "link",
            "no link",
            &follows.link,
            known,
        ));
    };
    if link.operation != operation {
        return Err(member.fault(format!(
            "the link {:?} leads to {:?}, not to {operation:?}: name the link that leads here",
            follows.link, link.operation
        )));
    }
    Ok(())
}

/// Checks what requirements and errata cite: operations, errata, requirements, examples.
pub(crate) fn check(
    requirements: &Document,
    errata: &Document,
    promises: &Promises,
    operations: &[Operation],
) -> Result<()> {
    for requirement in requirements.cursor().items_of("requirements")? {
        if let Some(operation) = requirement.get("operation") {
            find(&operation, "operation", operations)?;
        }
        for erratum in requirement.items_of("errata")? {
            promises.erratum(&erratum)?;
        }
    }
    for erratum in errata.cursor().items_of("errata")? {
        for explanation in erratum.items_of("explains")? {
            promises.requirement(&explanation.required("requirement")?)?;
            let operation = find(&explanation.required("operation")?, "operation", operations)?;
            let message: Message = explanation.required("message")?.read()?;
            let bodies: Vec<_> = match message {
                Message::Request => operation.request.iter().collect(),
                Message::Response => operation
                    .responses
                    .iter()
                    .filter_map(|r| r.body.as_ref())
                    .collect(),
            };
            let known = || {
                bodies
                    .iter()
                    .flat_map(|b| b.examples.iter().map(|e| e.name.as_str()))
            };
            let example = explanation.required("example")?;
            let name = example.text()?;
            if !known().any(|known| known == name) {
                return Err(unknown_name(
                    &example,
                    "example",
                    "no example",
                    name,
                    known(),
                ));
            }
        }
    }
    Ok(())
}
