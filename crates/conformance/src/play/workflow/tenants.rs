//! The tenants that a workflow plays in: the case's own, and further ones beside it.

use std::collections::BTreeMap;

use crate::case::WorkflowPlay;
use crate::play::{Halt, Stage};
use crate::tenant::Tenant;

/// Further tenants by name.
pub(super) type Tenants = BTreeMap<String, Tenant>;

/// Makes the values of the case's own tenant, and of the further ones.
///
/// # Errors
/// A target with a tenant of its own has no second one.
pub(super) fn enter(stage: &mut Stage<'_>, play: &WorkflowPlay) -> Result<Tenants, Halt> {
    let operations: Vec<usize> = [play.workflow.operation]
        .into_iter()
        .chain(play.operations())
        .collect();
    for operation in &operations {
        stage.enter(*operation);
    }
    let mut tenants = Tenants::new();
    for name in &play.workflow.tenants {
        tenants.insert(name.clone(), stage.further_tenant(name, &operations)?);
    }
    Ok(tenants)
}
