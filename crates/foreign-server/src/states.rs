//! The state callback: `POST {"state", "params", "action"}`, as Pact has it. A set-up that has
//! something to say answers 201 with it, any other one 204 without a body.

use serde_json::{Value, json};

use crate::asset_life::State;
use crate::http::{Call, Reply};
use crate::json::{Malformed, Object};
use crate::world::{Owner, World};

/// Why a state cannot be set up.
enum Refusal {
    /// There is no such state.
    Unknown,
    Malformed(Malformed),
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// Sets a state up, or takes down all that the tenant of its parameters has.
pub(crate) fn answer(world: &mut World, call: &Call) -> Reply {
    let body = match call.json() {
        Ok(body) => body,
        Err(Malformed(reason)) => return Reply::json(400, json!({"error": reason})),
    };
    match set(world, &body) {
        Ok(None) => Reply::nothing(),
        Ok(Some(returned)) => Reply::json(201, returned),
        Err(Refusal::Malformed(Malformed(reason))) => Reply::json(400, json!({"error": reason})),
        Err(Refusal::Unknown) => {
            let state = body["state"].as_str().unwrap_or_default();
            Reply::json(422, json!({"error": format!("unknown state: {state}")}))
        }
    }
}

fn set(world: &mut World, body: &Value) -> Result<Option<Value>, Refusal> {
    let body = Object::of("the body", body)?;
    let empty = json!({});
    let params = Object::of("params", body.optional("params").unwrap_or(&empty))?;
    let state = body.string("state")?;
    match body.optional_string("action")?.unwrap_or("setup") {
        "setup" => set_up(world, state, params),
        "teardown" => {
            tear_down(world, params)?;
            Ok(None)
        }
        _ => Err(Malformed("action has to be setup or teardown".to_owned()).into()),
    }
}

fn set_up(world: &mut World, state: &str, params: Object) -> Result<Option<Value>, Refusal> {
    match state {
        "asset exists" => asset(world, params).map(Some),
        "no deletion job running"
        | "deletion job running"
        | "application exists"
        | "task exists" => instance(world, state, params),
        "file exists" | "directory exists" | "recycle bin" | "batch deletes run" => {
            space(world, state, params)?;
            Ok(None)
        }
        "next request fails" => {
            failure(world, params)?;
            Ok(None)
        }
        _ => Err(Refusal::Unknown),
    }
}

fn asset(world: &mut World, params: Object) -> Result<Value, Refusal> {
    let project = params.string("project_id")?;
    let state = params.optional_string("asset_state")?.unwrap_or("ACTIVED");
    let state = State::named(state)
        .ok_or_else(|| Malformed("asset_state is none of the listed ones".to_owned()))?;
    let kind = params.optional_string("asset_type")?.unwrap_or("IMAGE");
    let name = params.optional_string("asset_name")?.unwrap_or("Étude № 1");
    let project = world.metastudio.entry(project.to_owned()).or_default();
    let id = project.create(&mut world.ids, state, kind, name)?;
    Ok(json!({"asset_id": id}))
}

fn instance(world: &mut World, state: &str, params: Object) -> Result<Option<Value>, Refusal> {
    let now = world.options.clock.now();
    let lifetime = world.options.job_lifetime;
    if state == "no deletion job running" && world.options.one_job_anywhere {
        world.roma.values_mut().for_each(|other| other.end(now));
    }
    let instance = world.roma.entry(instance_of(params)?).or_default();
    instance.settle(now, lifetime);
    let ids = &mut world.ids;
    Ok(match state {
        "deletion job running" => Some(json!({"job_id": instance.run_a_job(ids, now)})),
        "application exists" => Some(json!({"app_id": instance.create_app(ids)})),
        "task exists" => Some(json!({"task_id": instance.create_task(ids)})),
        _ => {
            instance.end(now);
            None
        }
    })
}

fn space(world: &mut World, state: &str, params: Object) -> Result<(), Malformed> {
    let tenant = space_of(params)?;
    let space = world.smh.entry(tenant).or_default();
    match state {
        "recycle bin" => {
            params.required("enabled")?;
            space.set_recycle_bin(params.boolean("enabled", true)?);
            Ok(())
        }
        // Every deletion is for later here, and the server may decide that (SM-E09).
        "batch deletes run" => match params.string("mode")? {
            "at once" | "later" => Ok(()),
            _ => Err(Malformed("mode has to be at once or later".to_owned())),
        },
        _ => space.create(params.string("path")?),
    }
}

fn failure(world: &mut World, params: Object) -> Result<(), Malformed> {
    let status = params.required("status")?.as_u64();
    let status = status
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (400..600).contains(status))
        .ok_or_else(|| Malformed("status has to be an integer from 400 to 599".to_owned()))?;
    let owners = owners(params)?;
    if owners.is_empty() {
        return Err(Malformed(
            "params lacks a project_id or library_id".to_owned(),
        ));
    }
    for owner in owners {
        world.failures.insert(owner, status);
    }
    Ok(())
}

fn owners(params: Object) -> Result<Vec<Owner>, Malformed> {
    let project = params.optional_string("project_id")?;
    let library = params.optional_string("library_id")?;
    let project = project.map(|id| Owner::Project(id.to_owned()));
    let library = library.map(|id| Owner::Library(id.to_owned()));
    Ok(project.into_iter().chain(library).collect())
}

fn tear_down(world: &mut World, params: Object) -> Result<(), Malformed> {
    for owner in owners(params)? {
        world.failures.remove(&owner);
    }
    if let Some(project) = params.optional_string("project_id")? {
        world.metastudio.remove(project);
        if params.optional("instance_id").is_some() {
            world.roma.remove(&instance_of(params)?);
        }
    }
    if params.optional("space_id").is_some() {
        world.smh.remove(&space_of(params)?);
    }
    Ok(())
}

fn instance_of(params: Object) -> Result<(String, String), Malformed> {
    let project = params.string("project_id")?.to_owned();
    Ok((project, params.string("instance_id")?.to_owned()))
}

fn space_of(params: Object) -> Result<(String, String), Malformed> {
    let library = params.string("library_id")?.to_owned();
    Ok((library, params.string("space_id")?.to_owned()))
}
