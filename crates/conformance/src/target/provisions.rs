//! What a target provides for each case of a plan: which cases it cannot play at all, which known
//! state serves which case, and which cases have to wait for each other.
//!
//! All of it is decided before the first case, over all cases of the plan, selected or not: so a
//! case meets the same known state in each selection, in each part and in any order.

use std::collections::HashMap;

use contract::{Contract, Operation};
use serde_json::{Map, Value};
use tokio::sync::MutexGuard;

use super::known::KnownState;
use super::turns::Turns;
use crate::case::{Alteration, Case, needs};
use crate::expression::{self, States};
use crate::{FileError, Plan, Planned, Target, states};

/// What is provided for each case, by [`Case::name`].
#[derive(Debug)]
pub(crate) struct Provisions {
    /// Why a case is not played.
    skipped: HashMap<String, String>,
    /// The known states that serve a case, in the order in which it asks for them.
    known: HashMap<String, Vec<KnownState>>,
    /// Whose turn it is where cases meet in one tenant.
    turns: Turns,
}

impl Provisions {
    /// Decides what each case of the plan gets.
    ///
    /// # Errors
    /// [`FileError::Line`] names the first thing that the target lacks or is known to be in that
    /// has to do with no case.
    pub(crate) fn of(plan: &Plan, target: &Target) -> Result<Self, FileError> {
        let skipped = lacking(plan, target)?;
        let mut provisions = Self {
            skipped,
            known: HashMap::new(),
            turns: Turns::default(),
        };
        let mut stock = Stock::new(target);
        // What counts is served before what only observes.
        for counted in [true, false] {
            let cases = plan.whole.iter();
            for planned in cases.filter(|planned| planned.case.counted == counted) {
                provisions.serve(planned, target, &mut stock);
            }
        }
        stock.check()?;
        let contracts = plan
            .whole
            .iter()
            .map(|planned| &**planned.validator.contract());
        provisions.turns = Turns::of(contracts, target);
        Ok(provisions)
    }

    fn serve(&mut self, planned: &Planned, target: &Target, stock: &mut Stock<'_>) {
        let case = &planned.case;
        stock.look(case);
        if stock.known.is_empty() {
            return;
        }
        let name = case.name();
        if self.skipped.contains_key(&name) {
            return;
        }
        if target.state_url.is_some() || needs::states(case).next().is_none() {
            return;
        }
        let contract = planned.validator.contract();
        if needs_own_tenant(case, target) || needs::several_tenants(case) {
            let reason =
                "it needs a tenant of its own beside the one that the known states belong to";
            self.skipped.insert(name, reason.to_owned());
            return;
        }
        match stock.take(case, contract, target) {
            Ok(known) => drop(self.known.insert(name, known)),
            Err(reason) => drop(self.skipped.insert(name, reason)),
        }
    }

    /// Why the case of that name is not played; none when it is.
    pub(crate) fn skipped(&self, case: &str) -> Option<&str> {
        self.skipped.get(case).map(String::as_str)
    }

    /// The known states that serve the case of that name.
    pub(crate) fn known(&self, case: &str) -> &[KnownState] {
        self.known.get(case).map_or(&[], Vec::as_slice)
    }

    /// Whether the case of that name finds the same again when it is played a second time.
    pub(crate) fn plays_again(&self, case: &str) -> bool {
        self.known(case).iter().all(KnownState::is_reusable)
    }

    /// Waits until no other case of that contract, or of one whose tenants have a part in common
    /// with its own, is played, where they all meet in one tenant.
    pub(crate) async fn turn(&self, contract: &str) -> Option<MutexGuard<'_, ()>> {
        self.turns.wait(contract).await
    }
}

/// The cases that the target cannot play by its own word, with the reason.
fn lacking(plan: &Plan, target: &Target) -> Result<HashMap<String, String>, FileError> {
    let mut skipped = HashMap::new();
    for lack in &target.lacks {
        let mut idle = true;
        for planned in plan.whole.iter() {
            if lack.concerns(&planned.case, planned.validator.contract()) {
                idle = false;
                // The first entry that says why is told.
                skipped
                    .entry(planned.case.name())
                    .or_insert_with(|| lack.skip());
            }
        }
        if idle {
            return Err(lack.idle());
        }
    }
    Ok(skipped)
}

/// Whether the case has to make up a value of a tenant parameter that the target gives: such a
/// case is skipped in any case.
fn needs_own_tenant(case: &Case, target: &Target) -> bool {
    let mut alterations = case.steps().iter().flat_map(|step| &step.alterations);
    alterations.any(|alteration| match alteration {
        Alteration::Tenant { name, .. } => target.tenant_value(name).is_some(),
        _ => false,
    })
}

/// The known states that are still to be had.
struct Stock<'t> {
    known: &'t [KnownState],
    /// Which of them a case has used up.
    used: Vec<bool>,
    /// Which of them any case asks for, whether it gets them or not.
    asked: Vec<bool>,
}

impl<'t> Stock<'t> {
    fn new(target: &'t Target) -> Self {
        Self {
            known: &target.known,
            used: vec![false; target.known.len()],
            asked: vec![false; target.known.len()],
        }
    }

    /// Notes what the case asks for.
    fn look(&mut self, case: &Case) {
        for state in needs::states(case) {
            self.is_asked_for(&state.state, &state.params);
        }
    }

    fn is_asked_for(&mut self, state: &str, params: &Map<String, Value>) {
        for (known, asked) in self.known.iter().zip(&mut self.asked) {
            *asked = *asked || known.serves(state, params);
        }
    }

    /// Takes all that the case asks for, or nothing.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn take(
        &mut self,
        case: &Case,
        contract: &Contract,
        target: &Target,
    ) -> Result<Vec<KnownState>, String> {
        let mut taken: Vec<usize> = Vec::new();
        let mut returned = States::new();
        for state in needs::states(case) {
            let mut params = Value::Object(state.params.clone());
            // What names nothing yet cannot be known by its parameters, and is told as such.
            let _ = expression::fill_states(&mut params, &returned);
            let Value::Object(params) = params else {
                return Err(states::no_way(&state.state));
            };
            self.is_asked_for(&state.state, &params);
            let index = self.find(&state.state, &params, &taken)?;
            taken.push(index);
            if let Some(alias) = &state.alias {
                returned.insert(alias.clone(), self.known[index].returns().clone());
            }
        }
        if let Some(missing) = missing_tenant(case, contract, target) {
            return Err(format!(
                "the known states belong to a tenant, and {missing} is not given: add it to \
                 [targets.{}.tenant] or give --tenant {missing}=…",
                target.name
            ));
        }
        for index in &taken {
            self.used[*index] = !self.known[*index].is_reusable();
        }
        Ok(taken
            .into_iter()
            .map(|index| self.known[index].clone())
            .collect())
    }

    /// A known state that is still to be had, and that the case has not taken already.
    fn find(
        &self,
        state: &str,
        params: &Map<String, Value>,
        taken: &[usize],
    ) -> Result<usize, String> {
        let serving = || {
            let known = self.known.iter().enumerate();
            known.filter(|(_, known)| known.serves(state, params))
        };
        let free = |index: &usize| !self.used[*index] && !taken.contains(index);
        if let Some(index) = serving().map(|(index, _)| index).find(free) {
            return Ok(index);
        }
        let with = if params.is_empty() {
            String::new()
        } else {
            format!(" with {}", Value::Object(params.clone()))
        };
        let file = self
            .known
            .first()
            .map(|known| known.place().path().display());
        let file = file.map_or_else(String::new, |path| path.to_string());
        Err(if serving().next().is_some() {
            format!("no known {state:?}{with} is left: list more in {file}")
        } else {
            format!(
                "it begins with the state {state:?}{with}, of which {file} lists no known one, and \
                 the target has no URL to set that up (--state-url)"
            )
        })
    }

    /// Proves that each known state is one that a case asks for.
    fn check(&self) -> Result<(), FileError> {
        let mut known = self.known.iter().zip(&self.asked);
        match known.find(|(_, asked)| !**asked) {
            None => Ok(()),
            Some((known, _)) => Err(known.place().error(format!(
                "no case asks for the state {:?} with just these params: take the entry out, or \
                 mend it (what a case asks for and is not listed is told where it is skipped)",
                known.state()
            ))),
        }
    }
}

/// The first tenant parameter of the operations that the case calls that the target does not give.
fn missing_tenant(case: &Case, contract: &Contract, target: &Target) -> Option<String> {
    let called: Vec<&str> = needs::operations(case, contract).collect();
    contract
        .operations
        .iter()
        .filter(|operation| called.contains(&operation.id.as_str()))
        .flat_map(Operation::tenant_parameters)
        .map(|parameter| &parameter.name)
        .find(|name| target.tenant_value(name).is_none())
        .cloned()
}

#[cfg(test)]
mod tests;
