//! The life of items (`x-life`): what the documents promise of each item of a batch, as a machine
//! over abstract states. `schemas/README.md` is the format; the runner plays random batches and
//! compares each item with it.
//!
//! The machine names nothing of its API but states, labels and arguments of its own file. It is
//! read in `read`, and acted on nowhere in this crate.

mod profiles;
mod read;
mod results;
mod states;
mod template;

use serde_json::Value;

use crate::{JsonPath, Level, ProviderState};

pub(crate) use read::read;
pub use states::{LifeState, StateSet};
pub use template::{Arguments, Template};

/// What is promised of each item through its life.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// Path of the file relative to the root of the contracts.
    pub file: String,
    /// What one item is called, e.g. `asset`.
    pub noun: String,
    /// How items come to be.
    pub kinds: Vec<ItemKind>,
    /// What is chosen once for a whole history.
    pub settings: Vec<Setting>,
    /// The abstract states; everything else refers to them by index.
    pub states: Vec<LifeState>,
    /// What is done to batches of items.
    pub command: Command,
    /// How each item's outcome is read.
    pub results: Results,
    /// Which outcome is promised to an item. The first entry that fits counts; where none does,
    /// any outcome is as good.
    pub outcomes: Vec<Outcome>,
    /// What becomes of an item. The first entry that fits counts; where none does, the item may be
    /// in any state afterwards.
    pub effects: Vec<Effect>,
    /// How items are looked at, where the API has an operation for that.
    pub observe: Option<Observe>,
    /// The kinds of random histories, each of which is one case.
    pub profiles: Vec<Profile>,
}

/// A requirement with how strongly it is meant at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Its id.
    pub requirement: String,
    /// The requirement's own level, unless the place states another one.
    pub level: Level,
}

/// One way in which an item comes to be.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemKind {
    /// Its name.
    pub name: String,
    /// The state in which it begins.
    pub begins: usize,
    /// States to set up for it; none for what never existed. `$name` is a name of its own.
    pub provider_states: Vec<ProviderState>,
    /// Its id: a text with `$name`, or `$states.NAME.member`.
    pub id: String,
}

/// Something that is chosen once for a whole history.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// What there is to choose.
    pub choices: Vec<Choice>,
}

/// One choice of a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// States to set up for it, before all items.
    pub provider_states: Vec<ProviderState>,
}

/// What is done to batches of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Index into `Contract::operations`.
    pub operation: usize,
    /// What it can be told.
    pub arguments: Vec<Argument>,
    /// The request's body.
    pub body: Template,
    /// That a batch is taken. The first entry that fits counts; where none does, it may be refused.
    pub accepted: Vec<Accepted>,
    /// That a batch which is refused, or an item of it, stays as it is.
    pub refused: Promise,
}

/// Something that a command can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Whether each item has a value of its own; else the whole batch has one.
    pub each_item: bool,
    /// The values; null means that it is left out.
    pub values: Vec<Value>,
}

impl Argument {
    /// The value as a profile names it: a text as it is, `absent` for null, JSON for the rest.
    pub fn named(value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Null => "absent".to_owned(),
            other => other.to_string(),
        }
    }
}

/// A condition on settings and arguments: each named one has one of the values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct When(pub Vec<(String, Vec<Value>)>);

impl When {
    /// Whether it holds, `told` giving the value of a setting or an argument by its name.
    pub fn holds<'v>(&self, told: impl Fn(&str) -> Option<&'v Value>) -> bool {
        self.0
            .iter()
            .all(|(name, values)| told(name).is_some_and(|value| values.contains(value)))
    }
}

/// That a batch is answered with a 2xx.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// For which batches.
    pub when: When,
    /// The states that each item of the batch has to be sure to be in.
    pub each: StateSet,
    /// What promises it.
    pub promise: Promise,
}

/// How each item's outcome is read from a response.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The result objects.
    pub items: JsonPath,
    /// Which of them are about an item.
    pub about: About,
    /// What a result object can say; the first one that fits counts.
    pub labels: Vec<Label>,
    /// How to get at the results of what was taken up for later.
    pub later: Option<Later>,
    /// Values that no two results of a history share.
    pub distinct: Vec<Distinct>,
}

/// Which result objects are about an item.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// Those among whose values here is the item's id.
    Ids(JsonPath),
    /// The one at the item's place in the batch.
    Position {
        /// The value of a result that repeats the item's id, split at `split`.
        name: JsonPath,
        /// What the id is split at.
        split: String,
        /// What promises the order.
        promise: Promise,
    },
}

/// What a result can say of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// The same in words, as findings tell it.
    pub means: String,
    /// Whether it says that the command was carried out.
    pub done: bool,
    /// What a result object has that says it.
    pub conditions: Vec<Condition>,
}

impl Label {
    /// Whether the result object says this.
    pub fn fits(&self, result: &Value) -> bool {
        self.conditions
            .iter()
            .all(|condition| condition.holds(result))
    }
}

/// A condition on one value of a result object.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The value.
    pub at: JsonPath,
    /// What it has to be.
    pub is: Is,
}

impl Condition {
    fn holds(&self, result: &Value) -> bool {
        let found = self.at.select(result);
        match &self.is {
            Is::Present => !found.is_empty(),
            Is::Absent => found.is_empty(),
            Is::OneOf(values) => found.iter().any(|found| values.contains(found)),
        }
    }
}

/// What a value has to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Is {
    /// There, whatever it is.
    Present,
    /// Not there.
    Absent,
    /// One of these.
    OneOf(Vec<Value>),
}

/// How to get at the results of what was taken up for later.
#[derive(Debug, Clone, PartialEq)]
pub struct Later {
    /// The value of the first response that says that it was.
    pub when: JsonPath,
    /// The link of the operation's responses that leads on.
    pub link: String,
    /// Index into `Contract::operations` of where it leads.
    pub operation: usize,
    /// JSON Schema of the body that ends the repetition of that request.
    pub until: Value,
    /// JSON Schema of the body that says that it is still under way. Where there is one, nothing
    /// promises how long that may take.
    pub running: Option<Value>,
    /// The result objects in it.
    pub items: JsonPath,
    /// What promises that it gets there.
    pub promise: Promise,
}

/// A value that no two results of a history share.
#[derive(Debug, Clone, PartialEq)]
pub struct Distinct {
    /// The value, in a result object.
    pub value: JsonPath,
    /// What promises it.
    pub promise: Promise,
}

/// The outcome that an item is promised.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// With which settings and arguments.
    pub when: When,
    /// In which states.
    pub from: StateSet,
    /// Indexes of the promised labels: one of them.
    pub labels: Vec<usize>,
    /// What promises it. At MAY, another outcome is only told.
    pub promise: Promise,
}

/// What becomes of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// With which settings and arguments.
    pub when: When,
    /// In which states.
    pub from: StateSet,
    /// Indexes of the labels that it follows.
    pub labels: Vec<usize>,
    /// The states in which the item may be then; none: it stays in its state.
    pub to: Option<StateSet>,
    /// What promises it.
    pub promise: Promise,
}

/// How items are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Observe {
    /// Index into `Contract::operations`.
    pub operation: usize,
    /// The request's body.
    pub body: Template,
    /// The objects of the response that show an item each.
    pub items: JsonPath,
    /// The item's id in such an object.
    pub id: JsonPath,
    /// Its state.
    pub state: JsonPath,
    /// What promises that items that are there can be asked for.
    pub accepted: Promise,
    /// What says how an item is shown that is not there.
    pub missing: Promise,
}

/// A number that is drawn from a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// At least.
    pub min: usize,
    /// At most.
    pub max: usize,
}

/// One kind of random histories.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name; the last part of the case's id.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// For each setting, the indexes of the choices that it is drawn from.
    pub settings: Vec<Vec<usize>>,
    /// How many items there are.
    pub items: Range,
    /// The weight of each kind of item.
    pub kinds: Vec<usize>,
    /// How often batches are sent and the items looked at.
    pub rounds: Range,
    /// How many batches are sent at the same time, each of other items.
    pub parallel: usize,
    /// How many different items a batch has.
    pub size: Range,
    /// How many of a hundred items stand in their batch twice.
    pub repeated: usize,
    /// For each argument, the weight of each of its values.
    pub arguments: Vec<Vec<usize>>,
}
