//! Counts of items: one, as many as are allowed, very many, and one item twice.

use std::fmt::Write as _;
use std::rc::Rc;

use contract::{Level, ProviderState};
use serde_json::{Value, json};

use super::bench::{Bench, Promise};
use super::edit::{any_string, below, strings};
use super::facts::{Facts, Limit, Spot};
use super::names::counted;
use super::sites::{Site, holds_set_up};
use crate::case::Step;

/// A batch that no document mentions and that any client can come to send.
const MANY: usize = 1000;

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        let Value::Array(items) = &site.value else {
            continue;
        };
        if items.is_empty() {
            continue;
        }
        let around = bench.promise(site.facts.requirement.as_deref());
        let least = site
            .facts
            .items
            .least
            .as_ref()
            .map_or(0, |least| least.count);
        if least <= 1 {
            some(bench, site, 1, around);
        }
        if let Some(least) = site
            .facts
            .items
            .least
            .clone()
            .filter(|least| least.count > 1)
        {
            let promise = bench.promise(least.requirement.as_deref());
            some(bench, site, least.count, promise);
        }
        match site.facts.items.most.clone() {
            Some(most) => greatest(bench, site, &most),
            None => many(bench, site),
        }
        if least == 0 {
            let step = bench.sound_with(site, json!([]));
            bench.observe(site.positive("0-items", "is empty"), step);
        }
        let mut twice = items.clone();
        twice.extend(items.last().cloned());
        let step = bench.sound_with(site, Value::Array(twice));
        bench.observe(site.positive("item-twice", "holds one item twice"), step);
    }
}

/// As many items as are allowed. Where others may count as well, as many as are allowed in both.
fn greatest(bench: &mut Bench<'_>, site: &Site, most: &Limit) {
    let promise = bench.promise(most.requirement.as_deref());
    let Some(other) = &most.shared_with else {
        some(bench, site, most.count, promise);
        return;
    };
    let others = match bench
        .base
        .body
        .as_ref()
        .and_then(|body| body.pointer(other))
    {
        Some(Value::Array(items)) => items.len(),
        Some(_) => 1,
        None => 0,
    };
    if others > 0 && others < most.count {
        some(bench, site, most.count - others, promise);
    }
    some(bench, site, most.count, None);
}

/// The base's items, fewer or more of them. Each further one is set up like the last, so that it
/// exists, too; where nothing sets it up it is made up.
fn some(bench: &mut Bench<'_>, site: &Site, count: usize, promise: Option<Promise>) {
    let (items, step) = grown(bench, site, count);
    let made_up = items.len() > site.value.as_array().map_or(0, Vec::len)
        && step.provider_states.len() == bench.base.sound.provider_states.len();
    let promise = if made_up {
        unnamed(bench, site, promise)
    } else {
        promise
    };
    let what = counted(count, "item");
    let label = site.positive(&what, format!("has {what}"));
    bench.accept(label, step, promise);
}

/// How strongly it is promised that made-up items are accepted beside the others: as weakly as of
/// the weakest of their parts.
fn unnamed(bench: &Bench<'_>, site: &Site, promise: Option<Promise>) -> Option<Promise> {
    let (id, mut level) = promise?;
    let inside = format!("{}/0", site.pointer);
    let parts = bench
        .base
        .sites
        .iter()
        .filter(|part| part.pointer.starts_with(&inside));
    for part in parts.filter(|part| part.names_something()) {
        level = level.min(bench.made_up(part)?.1);
    }
    Some((id, level))
}

/// The sound request with so many items there.
fn grown(bench: &Bench<'_>, site: &Site, count: usize) -> (Vec<Value>, Step) {
    let mut items: Vec<Value> = site.value.as_array().cloned().unwrap_or_default();
    items.truncate(count);
    let mut states = bench.base.sound.provider_states.clone();
    if let Some(last) = items.last().cloned() {
        let numbers = items.len() + 1..=count;
        if any_string(&last, &|text| text.starts_with("$states.")) {
            items.extend(numbers.map(|number| copy(&last, number, &mut states)));
        } else {
            let variable = Variable::new(bench, &site.facts.elements, last);
            items.extend(numbers.map(|number| variable.copy(number)));
        }
    }
    let mut step = bench.sound_with(site, Value::Array(items.clone()));
    step.provider_states = states;
    (items, step)
}

/// A copy of an item that names other things: its states are set up once more, under names with a
/// number.
fn copy(item: &Value, number: usize, states: &mut Vec<ProviderState>) -> Value {
    let mut item = item.clone();
    strings(&mut item, &mut |text| {
        let Some((name, member)) = text
            .strip_prefix("$states.")
            .and_then(|path| path.split_once('.'))
        else {
            return;
        };
        let alias = format!("{name}-{number}");
        let of = |wanted: &str| {
            let mut aliases = states.iter().map(|state| state.alias.as_deref());
            aliases.position(|alias| alias == Some(wanted))
        };
        if let (None, Some(index)) = (of(&alias), of(name)) {
            let mut another = states[index].clone();
            another.alias = Some(alias.clone());
            // Right beside the first one: what comes after may depend on all of them.
            states.insert(index + 1, another);
        }
        *text = format!("$states.{alias}.{member}");
    });
    item
}

/// An item of which many copies are made that differ in each of their free texts.
pub(super) struct Variable {
    item: Value,
    /// Where its free texts stand, with the most characters that each may have.
    free: Vec<(String, Option<usize>)>,
}

impl Variable {
    /// `spots` say what the item may be.
    pub(super) fn new(bench: &Bench<'_>, spots: &[Spot], item: Value) -> Self {
        let mut free = Vec::new();
        find(bench, spots, &item, "", &mut free);
        Self { item, free }
    }

    /// The copy with this number.
    pub(super) fn copy(&self, number: usize) -> Value {
        let mut copy = self.item.clone();
        for (pointer, most) in &self.free {
            if let Some(Value::String(text)) = copy.pointer_mut(pointer) {
                let _ = write!(text, "-{number}");
                // The number is what tells them apart, so the text before it gives way.
                let excess = most.map_or(0, |most| text.chars().count().saturating_sub(most));
                *text = text.chars().skip(excess).collect();
            }
        }
        copy
    }

    /// As many copies, numbered from 1.
    pub(super) fn copies(&self, count: usize) -> Value {
        Value::Array((1..=count).map(|number| self.copy(number)).collect())
    }
}

fn find(
    bench: &Bench<'_>,
    spots: &[Spot],
    value: &Value,
    pointer: &str,
    free: &mut Vec<(String, Option<usize>)>,
) {
    let facts = Facts::of(&bench.validator.contract().schemas, spots);
    if !facts.values.is_empty() || !facts.patterns.is_empty() {
        return;
    }
    match value {
        Value::String(_) => {
            let most = facts.length.most.as_ref().map(|most| most.count);
            free.push((pointer.to_owned(), most));
        }
        Value::Object(members) => {
            for (name, member) in members {
                let spots = facts
                    .members
                    .get(name)
                    .map_or(&[][..], |known| &known.spots);
                find(bench, spots, member, &below(pointer, name), free);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let pointer = below(pointer, &index.to_string());
                find(bench, &facts.elements, item, &pointer, free);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// So many made-up items that a server may refuse them; whatever it answers, what ties the answer
/// to the request is judged.
fn many(bench: &mut Bench<'_>, site: &Site) {
    let mut covers: Vec<String> = Vec::new();
    let mut level = Level::May;
    let first = format!("{}/0", site.pointer);
    for relation in &bench.operation.relations {
        let about = relation.request.as_ref();
        if about.is_some_and(|path| path.passes(&first)) {
            level = level.max(relation.level);
            covers.push(relation.requirement.clone());
        }
    }
    covers.extend(site.facts.requirement.clone());
    covers.dedup();
    let step = made_up(bench, site, MANY);
    let label = site.positive(&format!("{MANY}-items"), format!("has {MANY} items"));
    if level > Level::May {
        bench.watch(label, step, covers, level);
    } else {
        bench.observe(label, step);
    }
}

/// The bare request with so many different items there.
pub(super) fn made_up(bench: &Bench<'_>, site: &Site, count: usize) -> Step {
    let bare = bench.base.bare_body.as_ref();
    let there = bare.and_then(|body| body.pointer(&site.pointer));
    let item = there
        .or(Some(&site.value))
        .and_then(|items| items.get(0))
        .cloned();
    let item = item.unwrap_or_default();
    let items = Variable::new(bench, &site.facts.elements, item).copies(count);
    bench.bare_with(site, items)
}

/// The sound request with so many items there, where all of them can be set up; none where they
/// cannot.
pub(super) fn set_up(bench: &Bench<'_>, site: &Site, count: usize) -> Option<Step> {
    let states = &bench.base.sound.provider_states;
    if !holds_set_up(&site.value, states) {
        return None;
    }
    let (_, step) = grown(bench, site, count);
    (step.provider_states.len() > states.len()).then_some(step)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use contract::Contract;
    use validator::Validator;

    use super::*;
    use crate::case::{BodyTemplate, Due, Play, generated};

    /// The last step of the case whose id ends like this, and whether it counts.
    fn step(api: &str, revision: &str, id: &str) -> (bool, Step) {
        let contract = Contract::embedded_one(api, revision).expect("a sound contract");
        let validator = Validator::new(Arc::new(contract)).expect("it compiles");
        let cases = generated(&validator).expect("cases");
        let case = cases.into_iter().find(|case| case.id.ends_with(id));
        let case = case.unwrap_or_else(|| panic!("no case is called {id}"));
        let Play::Steps(mut steps) = case.play else {
            panic!("it is a row of steps");
        };
        (case.counted, steps.pop().expect("a step"))
    }

    fn body(step: &Step) -> &Value {
        match &step.body {
            BodyTemplate::Json { value, .. } => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_further_item_is_set_up_by_a_state_of_its_own() {
        let (counted, step) = step("roma", "2022-12", "positive/tasks/99-items");
        assert!(counted);
        let tasks = body(&step)["tasks"].as_array().expect("a list");
        assert_eq!(tasks.len(), 99);
        assert_eq!(tasks[0], json!({"task_id": "$states.task.task_id"}));
        assert_eq!(tasks[98], json!({"task_id": "$states.task-99.task_id"}));
        let aliases = step.provider_states.iter();
        let aliases: BTreeSet<&str> = aliases.filter_map(|one| one.alias.as_deref()).collect();
        assert_eq!(aliases.len(), 100);
        assert!(aliases.contains("app") && aliases.contains("task-99"));
    }

    #[test]
    fn where_a_limit_may_be_shared_only_what_both_readings_allow_counts() {
        // One application and 99 tasks are 100 together; 100 tasks are 100 of them alone.
        assert!(!step("roma", "2022-12", "positive/tasks/100-items").0);
        let (_, step) = step("roma", "2022-12", "negative/tasks/101-items");
        assert!(step.provider_states.is_empty());
        assert!(matches!(
            &step.expected.due,
            Due::Refused { fault: Some(fault), .. } if fault == "RO-AD-05"
        ));
        let tasks = body(&step)["tasks"].as_array().expect("a list");
        let distinct: BTreeSet<String> = tasks.iter().map(ToString::to_string).collect();
        assert_eq!(
            distinct.len(),
            101,
            "one that is given twice may be counted once"
        );
    }

    #[test]
    fn a_batch_of_very_many_items_is_judged_by_what_ties_the_answer_to_it() {
        let (counted, step) = step("smh", "2026-01", "positive/body/1000-items");
        assert!(counted);
        assert_eq!(body(&step).as_array().map(Vec::len), Some(1000));
        assert_eq!(body(&step)[999]["path"], json!("foo/bar-1000"));
        assert!(matches!(step.expected.due, Due::Anything { .. }));
    }
}
