//! Which operation a request asks for, and what everything else is answered. What an operation does
//! is its API's own.

use serde_json::json;

use crate::http::{Call, Reply};
use crate::world::{Owner, World};
use crate::{metastudio, roma, smh, states};

/// The APIs, told apart by how their paths begin.
#[derive(Debug, Clone, Copy)]
enum Api {
    Metastudio,
    Roma,
    Smh,
    None,
}

/// Answers a request.
pub(crate) fn answer(world: &mut World, call: &Call) -> Reply {
    let api = api(&call.path);
    let Some(segments) = call.segments() else {
        return error(world, api, 400, "the path is not UTF-8");
    };
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let method = match segments.as_slice() {
        ["v2", _, "instances", _, "assets", "jobs", _] | ["api", "v1", "task", _, _, _] => "GET",
        ["_setup"]
        | ["v1", _, "digital-assets", "batch-action" | "summarys"]
        | ["v2", _, "instances", _, "assets", "delete"]
        | ["api", "v1", "batch", _, _] => "POST",
        _ => return error(world, api, 404, "nothing is served at this path"),
    };
    if call.method != method {
        return error(world, api, 405, "this path has another method").allowing(method);
    }
    if let Some(status) = failure(world, &segments) {
        return error(world, api, status, "set up to fail");
    }
    match segments.as_slice() {
        ["v1", project, _, "batch-action"] => metastudio::batch_action(world, project, call),
        ["v1", project, _, _] => metastudio::summary(world, project, call),
        ["v2", project, _, instance, _, "delete"] => roma::delete(world, project, instance, call),
        ["v2", project, _, instance, _, _, job] => {
            roma::progress(world, project, instance, job, call)
        }
        ["api", _, "batch", library, space] => smh::batch(world, library, space, call),
        ["api", _, _, library, space, tasks] => smh::tasks(world, library, space, tasks, call),
        _ => states::answer(world, call),
    }
}

fn api(path: &str) -> Api {
    match path.split('/').nth(1) {
        Some("v1") => Api::Metastudio,
        Some("v2") => Api::Roma,
        Some("api") => Api::Smh,
        _ => Api::None,
    }
}

/// An error in the form of the API.
fn error(world: &mut World, api: Api, status: u16, text: &str) -> Reply {
    match api {
        Api::Metastudio => metastudio::failure(status, text),
        Api::Roma => roma::refusal(&mut world.ids, status, text),
        Api::Smh => smh::error(status, text),
        Api::None => Reply::json(status, json!({"error": text})),
    }
}

/// The status that the request was set up to fail with; it fails once.
fn failure(world: &mut World, segments: &[&str]) -> Option<u16> {
    let owner = match segments {
        ["v1" | "v2", project, ..] => Owner::Project((*project).to_owned()),
        ["api", _, _, library, ..] => Owner::Library((*library).to_owned()),
        _ => return None,
    };
    world.failures.remove(&owner)
}
