//! The inputs of a workflow: its tenants, what its states returned, and the defaults.
//!
//! Credentials are no values here: whoever asks for one gets the target's own (`request`).

use contract::snake_case;
use serde_json::{Map, Value};

use super::tenants::Tenants;
use super::values::Memory;
use crate::case::WorkflowPlay;
use crate::play::Stage;
use crate::tenant::Tenant;

/// What the workflow knows when its states are set up.
pub(super) fn memory<'w>(
    stage: &Stage<'_>,
    play: &'w WorkflowPlay,
    tenants: &Tenants,
) -> Memory<'w> {
    let mut inputs = play.workflow.defaults.clone();
    inputs.extend(values(stage, play, &stage.tenant));
    for (name, tenant) in tenants {
        inputs.insert(name.clone(), values(stage, play, tenant).into());
    }
    for (name, returned) in &stage.states.returned {
        inputs.insert(name.clone(), returned.clone().into());
    }
    Memory::new(inputs, &play.workflow.outputs)
}

/// The values of a tenant by name in snake case.
fn values(stage: &Stage<'_>, play: &WorkflowPlay, tenant: &Tenant) -> Map<String, Value> {
    let mut values = Map::new();
    for operation in [play.workflow.operation]
        .into_iter()
        .chain(play.operations())
    {
        for parameter in stage.operation(operation).tenant_parameters() {
            if let Some(value) = tenant.get(&parameter.name) {
                values.insert(snake_case(&parameter.name), value.into());
            }
        }
    }
    values
}
