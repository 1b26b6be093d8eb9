//! The plan of a run: contracts, and the selected cases of each, in a fixed order.

use std::sync::Arc;

use contract::Contract;
use validator::Validator;

use crate::PlanError;
use crate::case::{Case, Selection, documented};

/// A case with the oracle that judges it.
#[derive(Debug)]
pub struct Planned {
    /// Its contract, compiled.
    pub validator: Arc<Validator>,
    /// The case.
    pub case: Case,
}

/// What a run will do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The contracts that are judged by.
    pub contracts: Vec<Arc<Validator>>,
    /// The selected cases, in order of contracts, operations and examples.
    pub cases: Vec<Arc<Planned>>,
}

impl Plan {
    /// Makes all cases of the contracts and keeps the selected ones. Contracts of which no case is
    /// selected are left out altogether.
    ///
    /// # Errors
    /// [`PlanError`] when a case cannot be made, or the selection or a part of it selects nothing.
    pub fn new(contracts: Vec<Arc<Validator>>, selection: &Selection) -> Result<Self, PlanError> {
        let mut all = Vec::new();
        for validator in &contracts {
            for case in documented(validator)? {
                all.push(Planned {
                    validator: Arc::clone(validator),
                    case,
                });
            }
        }
        selection.check(&all.iter().map(|planned| &planned.case))?;
        let cases: Vec<_> = all
            .into_iter()
            .filter(|planned| selection.selects(&planned.case))
            .map(Arc::new)
            .collect();
        if cases.is_empty() {
            return Err(PlanError::NothingLeft);
        }
        let contracts = contracts
            .into_iter()
            .filter(|validator| {
                // A contract of which nothing was asked for would fill the reports with what was
                // not judged.
                let contract = validator.contract();
                cases.iter().any(|planned| {
                    planned.case.api == contract.api && planned.case.revision == contract.revision
                })
            })
            .collect();
        Ok(Self { contracts, cases })
    }

    pub(crate) fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.contracts
            .iter()
            .map(|validator| validator.contract().as_ref())
    }
}
