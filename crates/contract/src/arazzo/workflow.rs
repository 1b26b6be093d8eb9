//! The workflows of a document.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::action::{self, After};
use super::document::Surroundings;
use super::members::{id, only, unsupported};
use super::scope::{CREDENTIALS, Moment, Scope};
use super::step::{Within, outputs};
use super::{SetUp, Workflow, parameter};
use crate::document::Cursor;
use crate::examples::state_names;
use crate::messages::unknown_name;
use crate::vocabulary::Owner;
use crate::yaml::Data;
use crate::{Error, Level, Place, Result};

/// Reads one workflow of a document, whose one source description is called `source`.
pub(super) fn read<'a>(
    cursor: &Cursor<'a>,
    source: &'a str,
    components: Option<&Cursor<'a>>,
    around: &Surroundings<'_>,
) -> Result<Workflow> {
    only(
        cursor,
        Owner::Workflow,
        &[
            "workflowId",
            "summary",
            "description",
            "inputs",
            "dependsOn",
            "parameters",
            "steps",
            "successActions",
            "failureActions",
            "outputs",
        ],
    )?;
    unsupported(
        cursor,
        "dependsOn",
        "every workflow is a case of its own and runs alone: set up what it needs by \
         x-provider-states or by steps of its own",
    )?;
    let workflow = id(cursor, "workflowId")?;
    let summary = cursor.required("summary")?.text()?;
    let counted = match cursor.get("x-counted") {
        None => true,
        Some(_) => cursor.flag("x-counted")?,
    };

    let mut scope = Scope::new(around.operations);
    for tenant in cursor.items_of("x-tenants")? {
        scope.add(&tenant, |scope| &mut scope.tenants)?;
    }
    let provider_states = states(cursor, &mut scope)?;
    let (inputs, defaults) = inputs(cursor, components)?;
    scope.defaults = defaults.keys().cloned().collect();
    let steps = cursor.required("steps")?.items()?;
    scope.steps = step_names(&steps)?;
    if steps.is_empty() {
        return Err(cursor
            .required("steps")?
            .fault("a workflow has at least one step"));
    }
    let names = |owner: &Cursor<'a>| -> Result<Vec<&'a str>> {
        let members = owner.members_of("outputs")?;
        Ok(members.into_iter().map(|(name, _)| name).collect())
    };
    scope.outputs = names(cursor)?;

    let actions = action::Reader {
        components,
        scope: &scope,
        promises: around.promises,
    };
    let common = |after: After| actions.actions(cursor, after.keys().1, after);
    let within = Within {
        around,
        source,
        components,
        scope: &scope,
        parameters: parameter::read_all(cursor, components)?,
        on_success: common(After::Success)?,
        on_failure: common(After::Failure)?,
        counted,
    };
    let read = steps.iter().zip(&scope.steps);
    let steps = read
        .map(|(step, (id, _))| within.step(step, id))
        .collect::<Result<Vec<_>>>()?;

    let (mut requirements, level) = requirements(cursor, around)?;
    let criteria = steps.iter().flat_map(|step| &step.success_criteria);
    requirements.extend(
        criteria
            .filter_map(|criterion| criterion.promise.as_ref())
            .map(|promise| promise.requirement.clone()),
    );
    requirements.sort();
    requirements.dedup();
    Ok(Workflow {
        id: workflow.to_owned(),
        summary: summary.to_owned(),
        description: cursor.optional_text("description")?.map(str::to_owned),
        inputs,
        defaults,
        operation: operation(cursor, around)?.unwrap_or(steps[0].operation),
        requirements,
        level,
        provider_states,
        tenants: scope.tenants.clone(),
        counted,
        outputs: outputs(cursor, &scope, Moment::End)?,
        steps,
    })
}

/// The ids of the steps, each with the names of its outputs; no id twice.
fn step_names<'a>(steps: &[Cursor<'a>]) -> Result<Vec<(&'a str, Vec<&'a str>)>> {
    let mut places: BTreeMap<&str, Place> = BTreeMap::new();
    let names = steps.iter().map(|step| {
        let name = id(step, "stepId")?;
        let place = step.required("stepId")?.place();
        if let Some(first) = places.insert(name, place.clone()) {
            return Err(Error::Duplicate {
                place,
                what: format!("step {name:?} of this workflow"),
                first,
                way_out: "give one of the two another stepId",
            });
        }
        let outputs = step.members_of("outputs")?;
        Ok((name, outputs.into_iter().map(|(name, _)| name).collect()))
    });
    names.collect()
}

fn operation(cursor: &Cursor<'_>, around: &Surroundings<'_>) -> Result<Option<usize>> {
    let Some(member) = cursor.get("x-operation") else {
        return Ok(None);
    };
    let name = member.text()?;
    let mut operations = around.operations.iter();
    let found = operations.position(|operation| operation.id == name);
    let found = found.ok_or_else(|| {
        let known = around.operations.iter().map(|o| o.id.as_str());
        unknown_name(&member, "x-operation", "no operation", name, known)
    });
    found.map(Some)
}

/// What the workflow says that it covers, and the strongest level of it.
fn requirements(cursor: &Cursor<'_>, around: &Surroundings<'_>) -> Result<(Vec<String>, Level)> {
    let member = cursor.required("x-requirements")?;
    let mut ids = Vec::new();
    let mut strongest = None;
    for item in member.items()? {
        let requirement = around.promises.requirement(&item)?;
        strongest = strongest.max(Some(requirement.level));
        ids.push(requirement.id.clone());
    }
    match strongest {
        Some(level) => Ok((ids, level)),
        None => Err(member.fault("a case covers at least one requirement: name it here")),
    }
}

/// The states to set up; their names become inputs.
fn states<'a>(cursor: &Cursor<'a>, scope: &mut Scope<'a>) -> Result<Vec<SetUp>> {
    let mut states = Vec::new();
    for item in cursor.items_of("x-provider-states")? {
        let mut used = Vec::new();
        state_names(item.node, &mut used);
        let unknown = |name: &&&str| !scope.states.iter().any(|known| known == **name);
        if let Some(name) = used.iter().find(unknown) {
            let reference = format!("$states.{name}");
            let known = scope.states.iter().map(String::as_str);
            let what = "no state that is set up before";
            return Err(unknown_name(
                &item,
                "x-provider-states",
                what,
                &reference,
                known,
            ));
        }
        let tenant = match item.get("tenant") {
            None => None,
            Some(member) => {
                let name = member.text()?;
                if !scope.tenants.iter().any(|known| known == name) {
                    let known = scope.tenants.iter().map(String::as_str);
                    let what = "no tenant of \"x-tenants\"";
                    return Err(unknown_name(&member, "tenant", what, name, known));
                }
                Some(name.to_owned())
            }
        };
        let mut value = item.node.to_value();
        if let Value::Object(members) = &mut value {
            members.remove("tenant");
        }
        let state = serde_json::from_value(value)
            .map_err(|error| item.fault(format!("this is no provider state: {error}")))?;
        if let Some(alias) = item.get("as") {
            scope.add(&alias, |scope| &mut scope.states)?;
        }
        states.push(SetUp { state, tenant });
    }
    Ok(states)
}

/// The schema of the inputs, and the defaults in it by name.
fn inputs<'a>(
    cursor: &Cursor<'a>,
    components: Option<&Cursor<'a>>,
) -> Result<(Value, Map<String, Value>)> {
    const PREFIX: &str = "#/components/inputs/";
    let Some(member) = cursor.get("inputs") else {
        return Ok((Value::Null, Map::new()));
    };
    let schema = match member.get("$ref") {
        None => member,
        Some(reference) => {
            let text = reference.text()?;
            let Some(name) = text.strip_prefix(PREFIX) else {
                return Err(reference.fault(format!("inputs are reused by {PREFIX}NAME")));
            };
            let known = components.and_then(|components| components.get("inputs"));
            let found = known.as_ref().and_then(|known| known.get(name));
            found.ok_or_else(|| {
                let names = known.iter().flat_map(Cursor::members_or_none);
                let names = names.map(|(name, _)| name);
                unknown_name(&reference, "$ref", "no inputs", name, names)
            })?
        }
    };
    if !matches!(schema.node.data, Data::Mapping(_)) {
        return Err(schema.fault("the inputs are described by a JSON Schema, which is an object"));
    }
    let mut defaults = Map::new();
    for (name, property) in schema.members_of("properties")? {
        if let Some(default) = property.get("default")
            && !CREDENTIALS.contains(&name)
        {
            defaults.insert(name.to_owned(), default.node.to_value());
        }
    }
    Ok((schema.node.to_value(), defaults))
}
