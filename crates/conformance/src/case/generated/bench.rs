//! The bench on which cases are made: it proves each changed request to be what it is meant to be,
//! and drops those that are not.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Level, Operation, Refusal};
use serde_json::Value;
use validator::{Check, Finding, Location, Severity, Validator};

use super::base::{Base, json};
use super::edit::set;
use super::label::Label;
use super::sites::Site;
use crate::PlanError;
use crate::case::{Alteration, Case, Due, Play, Presented, Step, TenantValue};
use crate::expression;
use crate::play::body;
use crate::request::{self, Authentication, Values};
use crate::run::CaseKind;
use crate::tenant::Tenant;

/// What stands in for the value of a tenant parameter.
const TENANT: &str = "0123456789abcdef0123456789abcdef";

/// One operation with its base, and the cases that were made of them so far.
pub(super) struct Bench<'v> {
    pub(super) validator: &'v Validator,
    pub(super) operation: &'v Operation,
    pub(super) base: Base,
    index: usize,
    authentication: Authentication<'v>,
    /// Values of all parameters that separate tenants.
    tenants: BTreeMap<String, String>,
    ids: BTreeSet<String>,
    cases: Vec<Case>,
}

/// A requirement with how strongly it promises what a case is about.
pub(super) type Promise = (String, Level);

impl<'v> Bench<'v> {
    /// A bench for the operation with this index. `authentication` are stand-ins for credentials.
    pub(super) fn new(
        validator: &'v Validator,
        index: usize,
        authentication: Authentication<'v>,
    ) -> Result<Self, PlanError> {
        let operation = &validator.contract().operations[index];
        let tenants = operation.tenant_parameters();
        Ok(Self {
            validator,
            operation,
            base: Base::new(validator, index)?,
            index,
            authentication,
            tenants: tenants
                .map(|one| (one.name.clone(), TENANT.to_owned()))
                .collect(),
            ids: BTreeSet::new(),
            cases: Vec::new(),
        })
    }

    /// The cases.
    pub(super) fn cases(self) -> Vec<Case> {
        self.cases
    }

    /// Whether the base itself is as documented. Of one that is not, nothing can be made.
    pub(super) fn is_sound(&self) -> bool {
        [&self.base.sound, &self.base.bare()].iter().all(|step| {
            self.findings(step)
                .is_some_and(|found| failures(&found).next().is_none())
        })
    }

    /// The base's request, with its states.
    pub(super) fn sound(&self) -> Step {
        self.base.sound.clone()
    }

    /// The base's request, with made-up values.
    pub(super) fn bare(&self) -> Step {
        self.base.bare()
    }

    /// The sound request with another value at a place of its body.
    pub(super) fn sound_with(&self, site: &Site, value: Value) -> Step {
        let body = with(self.base.body.clone(), site, value);
        Step {
            body: json(body),
            ..self.sound()
        }
    }

    /// The bare request with another value at a place of its body.
    pub(super) fn bare_with(&self, site: &Site, value: Value) -> Step {
        let body = with(self.base.bare_body.clone(), site, value);
        Step {
            body: json(body),
            ..self.bare()
        }
    }

    /// The same place in the last item of the array that holds it, where that has several in the
    /// bare request.
    pub(super) fn last(&self, site: &Site) -> Option<String> {
        let (array, rest) = site.pointer.rsplit_once("/0")?;
        let is_inside = site.before.is_empty() && (rest.is_empty() || rest.starts_with('/'));
        let items = self.base.bare_body.as_ref()?.pointer(array)?.as_array()?;
        let last = items
            .len()
            .checked_sub(1)
            .filter(|last| is_inside && *last > 0)?;
        Some(format!("{array}/{last}{rest}"))
    }

    /// A requirement's own level.
    pub(super) fn level(&self, id: &str) -> Level {
        let requirements = &self.validator.contract().requirements;
        requirements
            .get(id)
            .map_or(Level::May, |requirement| requirement.level)
    }

    /// What promises that documented values around a requirement are accepted; where none stands
    /// there, the one of the operation. A companion, and a request of which no example shows that
    /// it makes sense, promise no more than SHOULD.
    pub(super) fn promise(&self, around: Option<&str>) -> Option<Promise> {
        let own = self.operation.rules.operation.as_deref();
        let id = around.or(own)?;
        let mut level = self.level(id);
        if self.operation.companion || !self.base.is_shown {
            level = level.min(Level::Should);
        }
        Some((id.to_owned(), level))
    }

    /// What promises that a made-up value at a place is accepted: none where it has to name
    /// something, and no document says what becomes of one that names nothing.
    pub(super) fn made_up(&self, site: &Site) -> Option<Promise> {
        if site.names_something() {
            return self.promise(Some(site.facts.unknown_value.as_deref()?));
        }
        self.promise(site.facts.requirement.as_deref())
    }

    /// Keeps a request that has to be accepted, if it is as documented. Where nothing promises
    /// that, it is observed.
    pub(super) fn accept(&mut self, label: Label, mut step: Step, promise: Option<Promise>) {
        let Some((requirement, level)) = promise.filter(|(_, level)| *level > Level::May) else {
            self.observe(label, step);
            return;
        };
        let found = self.findings(&step);
        if found.is_none_or(|found| failures(&found).next().is_some()) {
            return;
        }
        let mut covers = vec![requirement.clone()];
        covers.extend(label.about.clone().filter(|about| *about != requirement));
        step.expected.due = Due::Accepted {
            requirement: requirement.clone(),
            level,
        };
        self.keep(label, step, level, Some(requirement), covers, true);
    }

    /// Keeps a request whatever is said of it: no document says what becomes of it.
    pub(super) fn observe(&mut self, label: Label, mut step: Step) {
        let rules = &self.operation.rules;
        let about = label.about.as_deref().or(rules.operation.as_deref());
        let about = about.or(rules.status.as_deref());
        let Some(requirement) = about.map(str::to_owned) else {
            return;
        };
        step.expected.due = Due::Anything {
            requirement: requirement.clone(),
        };
        let covers = vec![requirement.clone()];
        self.keep(label, step, Level::May, Some(requirement), covers, false);
    }

    /// The same, if the request is as documented.
    pub(super) fn observe_valid(&mut self, label: Label, step: Step) {
        let found = self.findings(&step);
        if found.is_some_and(|found| failures(&found).next().is_none()) {
            self.observe(label, step);
        }
    }

    /// Keeps a request of which the status is open, and all other promises are not. `covers` are
    /// the requirements that its answer can put to the test.
    pub(super) fn watch(
        &mut self,
        label: Label,
        mut step: Step,
        covers: Vec<String>,
        level: Level,
    ) {
        let found = self.findings(&step);
        let Some(first) = covers.first().cloned() else {
            return;
        };
        if found.is_some_and(|found| failures(&found).next().is_none()) {
            step.expected.due = Due::Anything { requirement: first };
            self.keep(label, step, level, None, covers, true);
        }
    }

    /// Keeps a malformed request, if each failure that the validator finds in it lies at one of
    /// these places or below; tells whether it was kept.
    pub(super) fn refuse(&mut self, label: Label, step: Step, at: &[Location]) -> bool {
        let refusal = self.operation.refusals.malformed.clone();
        refusal.is_some_and(|refusal| self.refuse_as(label, step, at, refusal))
    }

    /// The same for a request whose caller is not known either: refused as malformed or as
    /// unauthenticated, so that only what is said of both is promised.
    pub(super) fn refuse_either(&mut self, label: Label, step: Step, at: &[Location]) -> bool {
        let refusals = &self.operation.refusals;
        let (Some(malformed), Some(unauthenticated)) =
            (&refusals.malformed, &refusals.unauthenticated)
        else {
            return false;
        };
        let same = malformed.status == unauthenticated.status;
        let refusal = Refusal {
            requirement: malformed.requirement.clone(),
            status: malformed.status.filter(|_| same),
            status_level: malformed.status_level.min(unauthenticated.status_level),
            code: None,
        };
        self.refuse_as(label, step, at, refusal)
    }

    fn refuse_as(
        &mut self,
        label: Label,
        mut step: Step,
        at: &[Location],
        refusal: Refusal,
    ) -> bool {
        let Some(fault) = self.fault(&step, at) else {
            return false;
        };
        let requirement = fault
            .requirement
            .unwrap_or_else(|| refusal.requirement.clone());
        let mut covers = BTreeSet::from([requirement.clone(), refusal.requirement.clone()]);
        covers.retain(|id| !id.is_empty());
        step.expected.due = Due::Refused {
            fault: Some(requirement.clone()),
            refusal,
        };
        let level = step.expected.due.level();
        let covers = covers.into_iter().collect();
        self.keep(label, step, level, Some(requirement), covers, true);
        true
    }

    /// Keeps a request of somebody who may not make it. Where the contract does not say how such a
    /// one is refused, it is observed.
    pub(super) fn turn_away(&mut self, label: Label, mut step: Step) {
        let Some(refusal) = self.operation.refusals.unauthenticated.clone() else {
            self.observe(label, step);
            return;
        };
        let own = refusal.requirement.clone();
        let mut covers = BTreeSet::from([own.clone()]);
        covers.extend(self.operation.rules.authentication.clone());
        step.expected.due = Due::Refused {
            fault: None,
            refusal,
        };
        // Nothing of a companion is a MUST: the documents do not describe it.
        let level = if self.operation.companion {
            Level::Should
        } else {
            Level::Must
        };
        self.keep(
            label,
            step,
            level,
            Some(own),
            covers.into_iter().collect(),
            true,
        );
    }

    /// The one fault of a request, if the validator finds it there and nowhere else.
    fn fault(&self, step: &Step, at: &[Location]) -> Option<Finding> {
        let found = self.findings(step)?;
        let mut wrong = failures(&found).peekable();
        let first = wrong.peek().map(|first| (*first).clone());
        wrong
            .all(|finding| at.iter().any(|place| holds(place, &finding.location)))
            .then_some(first)?
    }

    /// What the validator finds in a request whose values stand-ins fill; none when it cannot be
    /// made.
    pub(super) fn findings(&self, step: &Step) -> Option<Vec<Finding>> {
        let request = self.request(step)?;
        Some(self.validator.request_for(self.index, &request).findings)
    }

    /// The request with stand-ins.
    pub(super) fn request(&self, step: &Step) -> Option<validator::Request> {
        let states = stand_ins(&self.base.stand_ins, step);
        let mut parameters = self.tenants.clone();
        if step.link.is_some() {
            parameters.extend(self.base.bare_parameters.clone());
        }
        for (name, text) in &step.parameters {
            parameters.insert(name.clone(), expression::fill_text(text, &states).ok()?);
        }
        for alteration in &step.alterations {
            if let Alteration::Tenant { name, like } = alteration {
                let value = match like {
                    TenantValue::OfLength(length) => TENANT.chars().cycle().take(*length).collect(),
                    TenantValue::Starting(start) => format!("{start}{TENANT}"),
                };
                parameters.insert(name.clone(), value);
            }
        }
        let values = Values {
            tenant: &Tenant::default(),
            parameters: &parameters,
            alterations: &step.alterations,
        };
        let nobody = Authentication::new();
        let authentication = match step.presented {
            Presented::Own | Presented::Alternative(_) => &self.authentication,
            Presented::Nothing | Presented::Forged { .. } => &nobody,
        };
        let body = body::fill(&step.body, &states).ok()?;
        request::build(self.operation, values, authentication, body).ok()
    }

    fn keep(
        &mut self,
        label: Label,
        step: Step,
        level: Level,
        own: Option<String>,
        covers: Vec<String>,
        counted: bool,
    ) {
        let contract = self.validator.contract();
        let kind = match label.kind {
            CaseKind::Negative => "negative",
            _ => "positive",
        };
        let id = format!(
            "{}/{}/{kind}/{}/{}",
            contract.api, self.operation.id, label.place, label.what
        );
        // Only where two words that differ become one: the first keeps it.
        let mut unique = id.clone();
        let mut number = 2;
        while !self.ids.insert(unique.clone()) {
            unique = format!("{id}-{number}");
            number += 1;
        }
        let mut steps = Vec::new();
        if step.link.is_some() {
            steps.clone_from(&self.base.before);
        }
        steps.push(step);
        self.cases.push(Case {
            id: unique,
            api: contract.api.clone(),
            revision: contract.revision.clone(),
            operation: self.operation.id.clone(),
            kind: label.kind,
            title: label.title,
            counted,
            level,
            own,
            covers,
            play: Play::Steps(steps),
        });
    }
}

/// The findings for which a request is malformed; credentials are another matter.
pub(super) fn failures(found: &[Finding]) -> impl Iterator<Item = &Finding> {
    found.iter().filter(|finding| {
        finding.severity() == Severity::Failure && finding.check != Check::RequestAuthentication
    })
}

/// Whether a place is the other or holds it.
fn holds(place: &Location, other: &Location) -> bool {
    match (place, other) {
        (Location::Body(place), Location::Body(other)) => {
            let below = other.strip_prefix(place.as_str());
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        }
        _ => place == other,
    }
}

/// The body with another value at a place.
fn with(body: Option<Value>, site: &Site, value: Value) -> Value {
    let mut body = body.unwrap_or_default();
    for (pointer, before) in &site.before {
        set(&mut body, pointer, before.clone());
    }
    set(&mut body, &site.pointer, value);
    body
}

/// What stands in for the states of a step, those included that were copied for it.
fn stand_ins(known: &expression::States, step: &Step) -> expression::States {
    let mut states = known.clone();
    for alias in step
        .provider_states
        .iter()
        .filter_map(|state| state.alias.as_ref())
    {
        if states.contains_key(alias) {
            continue;
        }
        // A copy is called like the first one, with a number.
        let original = alias.rsplit_once('-').and_then(|(name, _)| known.get(name));
        let mut members = original.cloned().unwrap_or_default();
        for value in members.values_mut() {
            if let Value::String(text) = value {
                *text = format!("{text}-{alias}");
            }
        }
        states.insert(alias.clone(), members);
    }
    states
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::Contract;
    use serde_json::json;

    use super::*;
    use crate::credentials::Credentials;

    /// What becomes of a batch action with this body, as one that is malformed at this place.
    fn refused(body: Value, at: &str) -> Option<Vec<String>> {
        let contract = Contract::embedded_one("metastudio", "2025-12").expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let stand_ins = Credentials::from_lookup(|_| Some("credential".to_owned()));
        let operation = &validator.contract().operations[0];
        let caller = crate::signing::Caller::of_nobody(&stand_ins);
        let way = request::authentication(validator.contract(), operation, &caller);
        let mut bench = Bench::new(&validator, 0, way.expect("a way")).expect("a bench");
        assert!(bench.is_sound());
        let step = Step {
            body: super::json(body),
            ..bench.bare()
        };
        let label = Label::negative("place", "what", "title");
        bench
            .refuse(label, step, &[Location::Body(at.to_owned())])
            .then(|| bench.cases().remove(0).covers)
    }

    #[test]
    fn only_a_request_with_a_fault_there_and_nowhere_else_is_to_be_refused() {
        let ids = json!(["a"]);
        // As documented, or of what nothing is said.
        let sound = json!({"action": "DELETE", "asset_ids": ids});
        assert_eq!(refused(sound, "/action"), None);
        let null = json!({"action": "DELETE", "asset_ids": ids, "params": null});
        assert_eq!(refused(null, "/params"), None);
        let unknown = json!({"action": "DELETE", "asset_ids": ids, "x": 1});
        assert_eq!(refused(unknown, ""), None);
        // Wrong elsewhere, and wrong in two places.
        let elsewhere = json!({"action": "DELETE", "asset_ids": [1]});
        assert_eq!(refused(elsewhere, "/action"), None);
        let twice = json!({"action": "delete", "asset_ids": [1]});
        assert_eq!(refused(twice, "/action"), None);
        // Wrong there, and below.
        let there = json!({"action": "delete", "asset_ids": ids});
        let covers = ["MS-BA-05", "MS-BA-18"].map(str::to_owned);
        assert_eq!(refused(there, "/action").as_deref(), Some(&covers[..]));
        let below = json!({"action": "DELETE", "asset_ids": ["a", 1]});
        assert!(refused(below, "/asset_ids").is_some());
    }
}
