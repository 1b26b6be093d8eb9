//! metastudio: its operations and its documented errors over the libraries of assets.
//!
//! - documented: unauthenticated is 400 `MSS.00000001`, malformed is 400 `MSS.00000003`, an
//!   internal error 500 `MSS.00000004`; a response has `X-Request-Id`. For `batch-action` the
//!   malformed case is inferred from its sibling (MS-E09), and for `asset-summary` the
//!   unauthenticated one (MS-E13).
//! - inferred: a status that was asked for and is not documented has the body of the 500.
//! - inferred: any accepted token may work in any project.

mod asset;
mod library;
mod scenarios;
mod slips;

use models::metastudio::{ErrorBody, asset_summary, batch_action};
use serde::Serialize;
use serde_json::{Value, json};
use validator::{RequestReading, Response};

use crate::engine::{
    Action, Call, Choices, Params, Refusal, Scope, Service, StateError, Tenants, World,
    path_parameter, reply,
};
use crate::mutants::Slip;
use asset::Asset;
pub(crate) use library::Library;

/// The libraries of all projects.
#[derive(Debug, Default)]
pub(crate) struct Metastudio {
    pub(crate) libraries: Tenants<String, Library>,
}

impl Service for Metastudio {
    fn scope(&self, reading: &RequestReading) -> Option<Scope> {
        path_parameter(reading, "project_id").map(|project| Scope::Project(project.to_owned()))
    }

    fn refuse(
        &self,
        refusal: Refusal,
        reading: &RequestReading,
        world: &World,
        choices: &Choices,
    ) -> Response {
        self.slip_before_refusing(refusal, reading, world, choices);
        let (status, code, message) = match refusal {
            Refusal::Unauthenticated | Refusal::Told(400) => (400, "MSS.00000001", "Unauthorized"),
            Refusal::Malformed => (400, "MSS.00000003", "Invalid parameter"),
            Refusal::Told(status) => (status, "MSS.00000004", "Internal Error"),
        };
        answer(status, &ErrorBody::new(code, message), world)
    }

    fn perform(&self, call: &Call<'_>) -> Response {
        let performed = match call.operation {
            "batch-action" => self.batch_action(call),
            "asset-summary" => self.asset_summary(call),
            _ => None,
        };
        performed.unwrap_or_else(|| {
            self.refuse(Refusal::Malformed, call.reading, call.world, call.choices)
        })
    }
}

impl Metastudio {
    fn batch_action(&self, call: &Call<'_>) -> Option<Response> {
        let request: batch_action::Request = call.body()?;
        let project = self.project(call, &request.asset_ids, Slip::ChangedAnywhere);
        if let Some(status) = self.unimplemented(&request, &project, call.choices) {
            let body = ErrorBody::new("MSS.00000004", "Internal Error");
            return Some(answer(status, &body, call.world));
        }
        let now = call.world.now();
        let results = self.with_library(&project, call.choices, |library| {
            library.act(
                request.action,
                request.asset_ids,
                now,
                call.struck,
                call.choices,
            )
        });
        Some(answer(
            200,
            &batch_action::Response::new(results),
            call.world,
        ))
    }

    fn asset_summary(&self, call: &Call<'_>) -> Option<Response> {
        let request: asset_summary::Request = call.body()?;
        let project = self.project(call, &request.asset_ids, Slip::ShownAnywhere);
        let now = call.world.now();
        let assets = self.libraries.with_existing(&project, |library| {
            library.summary(&project, request.asset_ids, now, call.choices)
        });
        Some(match assets {
            Some(assets) => answer(200, &asset_summary::Response::new(assets), call.world),
            None => answer(
                400,
                &ErrorBody::new("MSS.00000003", "Invalid parameter"),
                call.world,
            ),
        })
    }

    /// The state `asset exists`: makes an asset, or takes away the one that a set-up with the same
    /// parameters made.
    pub(crate) fn asset_exists(
        &self,
        params: &Params<'_>,
        action: Action,
        world: &World,
    ) -> Result<Value, StateError> {
        let project = params.required("project_id")?.to_owned();
        let state = params
            .value("asset_state")?
            .unwrap_or(asset_summary::AssetState::Actived);
        let kind = params
            .value("asset_type")?
            .unwrap_or(asset_summary::AssetType::Image);
        let name = params.text("asset_name")?.unwrap_or("asset");
        let given = params.text("asset_id")?;
        match action {
            Action::SetUp => {
                let asset = Asset::new(name, kind, state, world.now());
                let scope = format!("asset {project}");
                let id = self.libraries.with(project, |library| {
                    library.set_up(params.all(), asset, given, |number| {
                        world.id(&scope, number)
                    })
                });
                Ok(json!({"asset_id": id}))
            }
            Action::TearDown => {
                self.libraries
                    .with_existing(&project, |library| library.tear_down(params.all()));
                Ok(json!({}))
            }
        }
    }
}

fn answer<T: Serialize>(status: u16, body: &T, world: &World) -> Response {
    let mut response = reply::json(status, body);
    response
        .headers
        .push(("X-Request-Id".to_owned(), world.request_id().into_bytes()));
    response
}
