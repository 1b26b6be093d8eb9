//! A life from its file: every name in it is looked up, so that a misspelt one is told with its
//! line. How it reads answers is read in `results`, profiles in `profiles`, bodies in `template`.

use serde_json::Value;

use super::profiles;
use super::states::MOST;
use super::template::{self, Known};
use super::{
    Accepted, Argument, Choice, Command, Effect, ItemKind, Life, LifeState, Observe, Outcome,
    Promise, Setting, StateSet, When,
};
use crate::document::Cursor;
use crate::messages::unknown_name;
use crate::promises::Promises;
use crate::relations::query;
use crate::{Operation, ProviderState, Result};

/// What a life refers to.
pub(super) struct Around<'r> {
    pub(super) promises: &'r Promises,
    pub(super) operations: &'r [Operation],
}

/// Reads the file at `path`, whose content is at `cursor`.
pub(crate) fn read(
    cursor: &Cursor<'_>,
    promises: &Promises,
    operations: &[Operation],
) -> Result<Life> {
    let around = Around {
        promises,
        operations,
    };
    let states = around.states(&cursor.required("states")?)?;
    let item = cursor.required("item")?;
    let settings = settings(cursor)?;
    let command = around.command(cursor, &settings, &states)?;
    let results = around.results(&cursor.required("results")?, &command)?;
    let mut life = Life {
        file: cursor.document.path.clone(),
        noun: item.required("noun")?.text()?.to_owned(),
        kinds: kinds(&item.required("kinds")?, &states)?,
        settings,
        states,
        command,
        results,
        outcomes: Vec::new(),
        effects: Vec::new(),
        observe: None,
        profiles: Vec::new(),
    };
    for entry in cursor.items_of("outcomes")? {
        life.outcomes.push(around.outcome(&entry, &life)?);
    }
    for entry in cursor.items_of("effects")? {
        life.effects.push(around.effect(&entry, &life)?);
    }
    if let Some(observe) = cursor.get("observe") {
        life.observe = Some(around.observe(&observe)?);
    }
    life.profiles = profiles::read(&cursor.required("profiles")?, &life)?;
    Ok(life)
}

/// The index of the name at `cursor` among the known ones.
fn index<'n>(
    cursor: &Cursor<'_>,
    member: &'static str,
    what: &'static str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Result<usize> {
    let name = cursor.text()?;
    known
        .clone()
        .position(|known| known == name)
        .ok_or_else(|| unknown_name(cursor, member, what, name, known))
}

/// The states that the array at `cursor` names.
fn state_set(cursor: &Cursor<'_>, member: &'static str, states: &[LifeState]) -> Result<StateSet> {
    let names = states.iter().map(|state| state.name.as_str());
    let entries = cursor.items()?;
    if entries.is_empty() {
        return Err(cursor.fault(format!("{member:?} names no state: leave it out")));
    }
    let indexes = entries
        .iter()
        .map(|entry| index(entry, member, "no state", names.clone()));
    indexes.collect()
}

fn provider_states(cursor: &Cursor<'_>) -> Result<Vec<ProviderState>> {
    let states = cursor.items_of("provider-states")?;
    states.iter().map(Cursor::read).collect()
}

fn kinds(cursor: &Cursor<'_>, states: &[LifeState]) -> Result<Vec<ItemKind>> {
    let mut kinds = Vec::new();
    for (name, kind) in cursor.members()? {
        let names = states.iter().map(|state| state.name.as_str());
        let provider_states = provider_states(&kind)?;
        let id = kind.required("id")?;
        let text = id.text()?;
        match text.strip_prefix("$states.") {
            Some(path) => {
                let alias = path.split('.').next().unwrap_or_default();
                let known = provider_states.iter().filter_map(|s| s.alias.as_deref());
                if !known.clone().any(|known| known == alias) {
                    return Err(unknown_name(&id, "id", "no state set up as", alias, known));
                }
            }
            None if !text.contains("$name") => {
                return Err(id.fault(
                    "all items of this kind would have the same id: write $name into it, or \
                     $states.NAME.MEMBER",
                ));
            }
            None => {}
        }
        kinds.push(ItemKind {
            name: name.to_owned(),
            begins: index(&kind.required("begins")?, "begins", "no state", names)?,
            id: text.to_owned(),
            provider_states,
        });
    }
    Ok(kinds)
}

fn settings(cursor: &Cursor<'_>) -> Result<Vec<Setting>> {
    let mut settings = Vec::new();
    for (name, setting) in cursor.members_of("settings")? {
        let mut choices = Vec::new();
        for (name, choice) in setting.members()? {
            let states = choice.items()?;
            choices.push(Choice {
                name: name.to_owned(),
                provider_states: states.iter().map(Cursor::read).collect::<Result<_>>()?,
            });
        }
        if choices.is_empty() {
            return Err(setting.fault(format!("the setting {name:?} has no choices: name some")));
        }
        settings.push(Setting {
            name: name.to_owned(),
            choices,
        });
    }
    Ok(settings)
}

/// Reads a condition on settings and arguments, each of which has to have such a value.
fn when(entry: &Cursor<'_>, settings: &[Setting], arguments: &[Argument]) -> Result<When> {
    let mut conditions = Vec::new();
    for (name, member) in entry.members_of("when")? {
        let setting = settings.iter().find(|setting| setting.name == name);
        let argument = arguments.iter().find(|argument| argument.name == name);
        let known: Vec<Value> = match (setting, argument) {
            (Some(setting), _) => {
                let names = setting.choices.iter().map(|choice| choice.name.as_str());
                names.map(Value::from).collect()
            }
            (None, Some(argument)) => argument.values.clone(),
            (None, None) => {
                let names = settings.iter().map(|setting| setting.name.as_str());
                let names = names.chain(arguments.iter().map(|argument| argument.name.as_str()));
                let what = "no setting and no argument";
                return Err(unknown_name(&member, "when", what, name, names));
            }
        };
        let mut values = Vec::new();
        for value in member.items()? {
            let read = value.node.to_value();
            if !known.contains(&read) {
                let known: Vec<String> = known.iter().map(ToString::to_string).collect();
                let known = known.iter().map(String::as_str);
                let text = read.to_string();
                return Err(unknown_name(&value, "when", "no value", &text, known));
            }
            values.push(read);
        }
        conditions.push((name.to_owned(), values));
    }
    Ok(When(conditions))
}

impl Around<'_> {
    pub(super) fn promise(&self, cursor: &Cursor<'_>) -> Result<Promise> {
        let requirement = self
            .promises
            .requirement(&cursor.required("requirement")?)?;
        Ok(Promise {
            requirement: requirement.id.clone(),
            level: cursor.read_member("level")?.unwrap_or(requirement.level),
        })
    }

    fn operation(&self, cursor: &Cursor<'_>) -> Result<usize> {
        let names = self
            .operations
            .iter()
            .map(|operation| operation.id.as_str());
        index(
            &cursor.required("operation")?,
            "operation",
            "no operation",
            names,
        )
    }

    fn states(&self, cursor: &Cursor<'_>) -> Result<Vec<LifeState>> {
        let members = cursor.members()?;
        if members.len() > MOST {
            return Err(cursor.fault(format!("a life has at most {MOST} states")));
        }
        let mut states = Vec::new();
        for (name, state) in &members {
            let shown = match state.get("shown") {
                None => Vec::new(),
                Some(shown) => shown.read()?,
            };
            let listed = state.get("listed").map(|id| {
                let requirement = self.promises.requirement(&id)?;
                Ok(Promise {
                    requirement: requirement.id.clone(),
                    level: requirement.level,
                })
            });
            states.push(LifeState {
                name: (*name).to_owned(),
                shown,
                listed: listed.transpose()?,
                drifts: StateSet::default(),
            });
        }
        for (index, (_, state)) in members.iter().enumerate() {
            if let Some(drifts) = state.get("drifts") {
                states[index].drifts = state_set(&drifts, "drifts", &states)?;
            }
            states[index].drifts.insert(index);
        }
        // Each step leads to one more state at most, so that this many steps reach all.
        for _ in 0..states.len() {
            let before: Vec<StateSet> = states.iter().map(|state| state.drifts).collect();
            for state in &mut states {
                let reached = state.drifts.iter().map(|next| before[next]);
                state.drifts = reached.fold(state.drifts, StateSet::union);
            }
        }
        Ok(states)
    }

    fn command(
        &self,
        life: &Cursor<'_>,
        settings: &[Setting],
        states: &[LifeState],
    ) -> Result<Command> {
        let cursor = life.required("command")?;
        let mut arguments: Vec<Argument> = Vec::new();
        for (name, argument) in cursor.members_of("arguments")? {
            if settings.iter().any(|setting| setting.name == name) || name == "id" {
                return Err(argument.fault(format!(
                    "{name:?} is the name of a setting or of the id: give the argument another one"
                )));
            }
            let of = argument.required("of")?;
            let each_item = match of.text()? {
                "batch" => false,
                "item" => true,
                _ => {
                    return Err(
                        of.fault("an argument is one \"of\" the \"batch\" or of an \"item\"")
                    );
                }
            };
            let values = argument.required("values")?;
            let read: Vec<Value> = values.read()?;
            if read.is_empty() {
                return Err(values.fault(format!("the argument {name:?} has no values")));
            }
            arguments.push(Argument {
                name: name.to_owned(),
                each_item,
                values: read,
            });
        }
        let named = |each_item| {
            let chosen = arguments.iter().filter(move |a| a.each_item == each_item);
            chosen.map(|argument| argument.name.as_str()).collect()
        };
        let known = Known {
            batch: named(false),
            item: named(true),
        };
        let body = template::read(&cursor.required("body")?, &known, false)?;
        let mut accepted = Vec::new();
        for entry in cursor.items_of("accepted")? {
            accepted.push(Accepted {
                when: when(&entry, settings, &arguments)?,
                each: match entry.get("each") {
                    Some(each) => state_set(&each, "each", states)?,
                    None => StateSet::first(states.len()),
                },
                promise: self.promise(&entry)?,
            });
        }
        Ok(Command {
            operation: self.operation(&cursor)?,
            body,
            accepted,
            refused: self.promise(&cursor.required("refused")?)?,
            arguments,
        })
    }

    fn outcome(&self, entry: &Cursor<'_>, life: &Life) -> Result<Outcome> {
        Ok(Outcome {
            when: when(entry, &life.settings, &life.command.arguments)?,
            from: from(entry, life)?,
            labels: labels(&entry.required("promised")?, "promised", life)?,
            promise: self.promise(entry)?,
        })
    }

    fn effect(&self, entry: &Cursor<'_>, life: &Life) -> Result<Effect> {
        let labels = match entry.get("after") {
            Some(after) => labels(&after, "after", life)?,
            None => (0..life.results.labels.len()).collect(),
        };
        let to = entry.get("to");
        Ok(Effect {
            when: when(entry, &life.settings, &life.command.arguments)?,
            from: from(entry, life)?,
            labels,
            to: to
                .map(|to| state_set(&to, "to", &life.states))
                .transpose()?,
            promise: self.promise(entry)?,
        })
    }

    fn observe(&self, cursor: &Cursor<'_>) -> Result<Observe> {
        let known = Known {
            batch: Vec::new(),
            item: Vec::new(),
        };
        Ok(Observe {
            operation: self.operation(cursor)?,
            body: template::read(&cursor.required("body")?, &known, false)?,
            items: query(&cursor.required("items")?)?,
            id: query(&cursor.required("id")?)?,
            state: query(&cursor.required("state")?)?,
            accepted: self.promise(&cursor.required("accepted")?)?,
            missing: self.promise(&cursor.required("missing")?)?,
        })
    }
}

/// The states of an entry's `from`, which are all where it is left out.
fn from(entry: &Cursor<'_>, life: &Life) -> Result<StateSet> {
    match entry.get("from") {
        Some(from) => state_set(&from, "from", &life.states),
        None => Ok(StateSet::first(life.states.len())),
    }
}

fn labels(cursor: &Cursor<'_>, member: &'static str, life: &Life) -> Result<Vec<usize>> {
    let names = life.results.labels.iter().map(|label| label.name.as_str());
    let entries = cursor.items()?;
    let indexes = entries
        .iter()
        .map(|entry| index(entry, member, "no label", names.clone()));
    indexes.collect()
}
