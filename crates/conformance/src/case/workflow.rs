//! Scenario cases: one for each workflow of a contract's Arazzo documents.

use std::sync::Arc;

use contract::arazzo::Workflow;
use contract::{Level, ProviderState};
use validator::Validator;

use super::{Case, Play};
use crate::run::CaseKind;

/// A workflow that is ready to be played.
#[derive(Debug, Clone)]
pub struct WorkflowPlay {
    /// The workflow.
    pub workflow: Arc<Workflow>,
}

impl WorkflowPlay {
    /// The states that it begins with, in order.
    pub fn states(&self) -> impl Iterator<Item = &ProviderState> {
        let states = self.workflow.provider_states.iter();
        states.map(|set_up| &set_up.state)
    }

    /// Indexes into `Contract::operations` of the operations that it calls, in order of its steps.
    pub fn operations(&self) -> impl Iterator<Item = usize> {
        self.workflow.steps.iter().map(|step| step.operation)
    }
}

/// All scenario cases of a contract, in order of its documents and their workflows.
pub(crate) fn workflows(validator: &Validator) -> Vec<Case> {
    let contract = validator.contract();
    let workflows = contract.scenarios.iter().flat_map(|file| &file.workflows);
    workflows
        .map(|workflow| {
            let operation = &contract.operations[workflow.operation].id;
            Case {
                id: format!("{}/{operation}/scenario/{}", contract.api, workflow.id),
                api: contract.api.clone(),
                revision: contract.revision.clone(),
                operation: operation.clone(),
                kind: CaseKind::Scenario,
                title: workflow.summary.clone(),
                counted: workflow.counted,
                level: if workflow.counted {
                    workflow.level
                } else {
                    Level::May
                },
                own: None,
                covers: workflow.requirements.clone(),
                play: Play::Workflow(Box::new(WorkflowPlay {
                    workflow: Arc::new(workflow.clone()),
                })),
            }
        })
        .collect()
}
