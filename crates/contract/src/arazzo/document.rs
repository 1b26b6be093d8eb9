//! The documents that a contract names in `x-scenarios`.

use std::collections::BTreeMap;

use super::members::{id, only};
use super::{Scenario, workflow};
use crate::document::{Cursor, Document};
use crate::link::Linker;
use crate::promises::Promises;
use crate::schemas::join;
use crate::vocabulary::Owner;
use crate::{Error, Operation, Place, Result, SecurityScheme};

/// What of the contract the documents refer to.
pub(crate) struct Surroundings<'c> {
    /// Path of `openapi.yaml` relative to the root of the contracts.
    pub(crate) openapi: &'c str,
    pub(crate) operations: &'c [Operation],
    pub(crate) schemes: &'c BTreeMap<String, SecurityScheme>,
    pub(crate) promises: &'c Promises,
}

impl<'c> Surroundings<'c> {
    /// The schemes of all ways to authenticate at the operation.
    pub(super) fn schemes_of(
        &self,
        operation: &'c Operation,
    ) -> impl Iterator<Item = &'c SecurityScheme> {
        let names = operation.security.iter().flatten();
        names.filter_map(|name| self.schemes.get(name))
    }
}

/// The documents that the OpenAPI document names, parsed, in its order.
pub(crate) fn files<'a>(openapi: &Cursor<'a>, linker: &Linker<'a>) -> Result<Vec<Document>> {
    let mut documents: Vec<Document> = Vec::new();
    for item in openapi.items_of("x-scenarios")? {
        let (path, bytes) = linker.content(&item, "x-scenarios")?;
        if documents.iter().any(|known| known.path == path) {
            return Err(item.fault("this file is named a second time: take it out"));
        }
        let shown = linker.files.shown(&path);
        documents.push(Document::parse(path, shown, &bytes)?);
    }
    Ok(documents)
}

/// Reads the documents.
pub(crate) fn read(documents: &[Document], around: &Surroundings<'_>) -> Result<Vec<Scenario>> {
    let mut places = BTreeMap::new();
    documents
        .iter()
        .map(|document| scenario(&document.cursor(), around, &mut places))
        .collect()
}

fn scenario(
    cursor: &Cursor<'_>,
    around: &Surroundings<'_>,
    places: &mut BTreeMap<String, Place>,
) -> Result<Scenario> {
    only(
        cursor,
        Owner::Arazzo,
        &[
            "arazzo",
            "info",
            "sourceDescriptions",
            "workflows",
            "components",
        ],
    )?;
    let version = cursor.required("arazzo")?;
    if !version.text()?.starts_with("1.0.") {
        return Err(version.fault("scenarios are written in Arazzo 1.0: write 1.0.1"));
    }
    let info = cursor.required("info")?;
    only(
        &info,
        Owner::ArazzoPart,
        &["title", "summary", "description", "version"],
    )?;
    let source = source(cursor, around)?;
    let components = cursor.get("components");
    if let Some(components) = &components {
        only(
            components,
            Owner::ArazzoPart,
            &["inputs", "parameters", "successActions", "failureActions"],
        )?;
    }
    let mut workflows = Vec::new();
    for item in cursor.required("workflows")?.items()? {
        let id = id(&item, "workflowId")?;
        let place = item.required("workflowId")?.place();
        if let Some(first) = places.insert(id.to_owned(), place.clone()) {
            return Err(Error::Duplicate {
                place,
                what: format!("workflow {id:?}"),
                first,
                way_out: "it names a case: give one of the two another workflowId",
            });
        }
        workflows.push(workflow::read(&item, source, components.as_ref(), around)?);
    }
    Ok(Scenario {
        file: cursor.document.shown.clone(),
        title: info.required("title")?.text()?.to_owned(),
        version: info.required("version")?.text()?.to_owned(),
        workflows,
    })
}

/// The name of the one source description, which is the contract's own OpenAPI document.
fn source<'a>(cursor: &Cursor<'a>, around: &Surroundings<'_>) -> Result<&'a str> {
    let member = cursor.required("sourceDescriptions")?;
    let items = member.items()?;
    let [source] = items.as_slice() else {
        return Err(member.fault(
            "not supported: more than one source, or none; a scenario is about the openapi.yaml \
             of its own contract",
        ));
    };
    only(source, Owner::ArazzoPart, &["name", "url", "type"])?;
    if let Some(kind) = source.get("type")
        && kind.text()? != "openapi"
    {
        return Err(kind.fault(
            "not supported: sources of another type than \"openapi\"; every workflow is a case of \
             its own",
        ));
    }
    let url = source.required("url")?;
    if join(&cursor.document.path, url.text()?).as_deref() != Some(around.openapi) {
        return Err(url.fault(format!(
            "the source is the contract's own OpenAPI document: write the path from this file to \
             {}",
            around.openapi
        )));
    }
    id(source, "name")
}
