//! The plan of a run: contracts, and the selected cases of each, in a fixed order; or one part of
//! it.

mod partition;

use std::sync::Arc;

pub use partition::Partition;

use contract::Contract;
use validator::Validator;

use crate::PlanError;
use crate::case::{Case, Selection, documented, generated, histories, workflows};
use crate::run::PartitionRecord;

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
    /// Every case of the contracts in that order, selected or not: what is decided by all of them
    /// (known states, baselines) is the same for each selection and each part.
    pub whole: Arc<[Arc<Planned>]>,
    /// The part that `cases` is of all selected cases; none when it is all of them.
    pub part: Option<Part>,
}

/// What a plan is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which part, and of what.
    pub record: PartitionRecord,
    /// How many cases all parts have together.
    pub selected: usize,
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
            let mut made = documented(validator)?;
            made.extend(generated(validator)?);
            made.extend(workflows(validator));
            made.extend(histories(validator));
            for case in made {
                all.push(Arc::new(Planned {
                    validator: Arc::clone(validator),
                    case,
                }));
            }
        }
        let requirements = contracts
            .iter()
            .flat_map(|validator| validator.contract().requirements.values());
        selection.check(&all.iter().map(|planned| &planned.case), &requirements)?;
        let cases: Vec<_> = all
            .iter()
            .filter(|planned| selection.selects(&planned.case))
            .cloned()
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
        Ok(Self {
            contracts,
            cases,
            whole: all.into(),
            part: None,
        })
    }

    /// The cases of one part only. The contracts stay, also those of which this part has no case,
    /// and a part may have none at all: there can be more parts than cases.
    #[must_use]
    pub fn partition(self, partition: &Partition) -> Self {
        let selected = self.cases.len();
        let plan = partition::digest(self.cases.iter().map(|planned| planned.case.name()));
        let cases: Vec<_> = self
            .cases
            .into_iter()
            .enumerate()
            .filter(|(index, planned)| partition.holds(*index, &planned.case.name()))
            .map(|(_, planned)| planned)
            .collect();
        let record = PartitionRecord {
            scheme: partition.scheme().to_owned(),
            part: partition.part(),
            of: partition.of(),
            cases: cases.len(),
            plan,
        };
        Self {
            contracts: self.contracts,
            cases,
            whole: self.whole,
            part: Some(Part { record, selected }),
        }
    }

    pub(crate) fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.contracts
            .iter()
            .map(|validator| validator.contract().as_ref())
    }
}
