//! Which plan each target is judged by: its contracts, in the revisions that it serves, and the
//! selected cases of them.

use std::collections::BTreeMap;

use conformance::{Baseline, Plan, Selection};

use crate::Result;
use crate::cli::ConformanceArgs;
use crate::contracts::{Library, Wanted};
use crate::targets::{self, FAKE, Subject};

/// A target with the plan that it is judged by.
#[derive(Debug)]
pub(crate) struct Trial {
    /// The target; none for the fake server, which is started when its turn comes.
    pub(crate) subject: Option<Subject>,
    /// Its plan.
    pub(crate) plan: Plan,
}

impl Trial {
    /// The target's name.
    pub(crate) fn name(&self) -> &str {
        let subject = self.subject.as_ref();
        subject.map_or(FAKE, |subject| &subject.target.name)
    }
}

/// A trial for each target that the flags name, or one for the fake server. Everything that the
/// target file and the baseline say has been checked.
pub(crate) fn from_flags(
    args: &ConformanceArgs,
    baseline: Option<&Baseline>,
) -> Result<Vec<Trial>> {
    let mut library = Library::new(&args.contract)?;
    let mut subjects: Vec<Option<Subject>> =
        targets::from_flags(args)?.into_iter().map(Some).collect();
    if subjects.is_empty() {
        subjects.push(None);
    }
    let mut plans = Plans::default();
    let mut trials = Vec::new();
    for subject in subjects {
        let plan = plans.of(args, subject.as_ref(), baseline, &mut library)?;
        if let Some(Subject { target, .. }) = &subject {
            target.check(&plan)?;
        }
        trials.push(Trial { subject, plan });
    }
    if let Some(baseline) = baseline {
        let plans: Vec<(&str, &Plan)> = trials
            .iter()
            .map(|trial| (trial.name(), &trial.plan))
            .collect();
        baseline.check(&plans)?;
    }
    Ok(trials)
}

/// The plans that have been made: targets that serve the same have the same.
#[derive(Default)]
struct Plans {
    /// By the names of all their contracts and of the selected APIs.
    made: BTreeMap<(Vec<String>, Vec<String>), Plan>,
}

impl Plans {
    fn of(
        &mut self,
        args: &ConformanceArgs,
        subject: Option<&Subject>,
        baseline: Option<&Baseline>,
        library: &mut Library,
    ) -> Result<Plan> {
        let chosen = library.choose(&Wanted {
            apis: &args.api,
            revisions: &args.revision,
            subject,
            // What is decided over all cases must not depend on those that are selected.
            all: baseline.is_some() || subject.is_some_and(Subject::decides_over_all),
        })?;
        let validators = chosen.validators.iter().map(AsRef::as_ref);
        if let Some(subject) = subject {
            subject.check_tenant(validators.clone())?;
        }
        targets::check_tenant(args, validators.clone())?;
        let names = validators.map(|validator| validator.contract().name());
        let key = (names.collect(), chosen.selected.clone());
        if let Some(plan) = self.made.get(&key) {
            return Ok(plan.clone());
        }
        let mut selection = Selection::new(chosen.selected, &args.case, args.requirement.clone())?;
        if let Some(level) = args.level {
            selection = selection.level(level);
        }
        let mut plan = Plan::new(chosen.validators, &selection)?;
        if let Some(partition) = &args.partition {
            plan = plan.partition(partition);
        }
        self.made.insert(key, plan.clone());
        Ok(plan)
    }
}
