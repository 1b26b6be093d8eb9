//! What the expressions of a workflow can name: inputs, steps, outputs.

use std::collections::BTreeSet;

use super::{Expression, Source};
use crate::document::Cursor;
use crate::names::{snake_case, way_out};
use crate::{Message, Operation, Result};

/// The credentials that a target can have, which are inputs by these names.
pub(super) const CREDENTIALS: [&str; 4] = ["access_key", "access_token", "secret_key", "token"];

/// When an expression is evaluated, which says what there is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before the request of a step.
    Request,
    /// When its answer is there.
    Answer,
    /// At the end of the workflow.
    End,
}

/// The names that a workflow has.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    /// The tenant's parameters, in snake case.
    tenant: BTreeSet<String>,
    /// Further tenants.
    pub(super) tenants: Vec<String>,
    /// What provider states return, by the name that `as` gives them.
    pub(super) states: Vec<String>,
    /// Inputs that have a default.
    pub(super) defaults: Vec<String>,
    /// Step ids in order, each with the names of its outputs.
    pub(super) steps: Vec<(&'a str, Vec<&'a str>)>,
    /// The names of the workflow's outputs.
    pub(super) outputs: Vec<&'a str>,
}

impl Scope<'_> {
    pub(super) fn new(operations: &[Operation]) -> Self {
        let parameters = operations.iter().flat_map(Operation::tenant_parameters);
        Self {
            tenant: parameters
                .map(|parameter| snake_case(&parameter.name))
                .collect(),
            ..Self::default()
        }
    }

    /// Adds the name that `cursor` gives to an input; two inputs cannot share one.
    pub(super) fn add(
        &mut self,
        cursor: &Cursor<'_>,
        list: impl Fn(&mut Self) -> &mut Vec<String>,
    ) -> Result<()> {
        let name = cursor.text()?;
        if name.is_empty() || !name.chars().all(super::expression::is_id) {
            return Err(cursor.fault(format!(
                "{name:?} names an input ($inputs.NAME): only letters, digits, '-' and '_' can \
                 stand in it"
            )));
        }
        if self.inputs().contains(name) {
            return Err(cursor.fault(format!(
                "$inputs.{name} is something else already: give this another name"
            )));
        }
        list(self).push(name.to_owned());
        Ok(())
    }

    /// All inputs by name.
    fn inputs(&self) -> BTreeSet<&str> {
        let own = self.tenant.iter().chain(&self.tenants).chain(&self.states);
        own.map(String::as_str).chain(CREDENTIALS).collect()
    }

    /// Refuses an expression that names what is not there, at `cursor`, where it stands.
    pub(super) fn check(
        &self,
        cursor: &Cursor<'_>,
        expression: &Expression,
        moment: Moment,
    ) -> Result<()> {
        self.problem(expression, moment)
            .map_err(|problem| cursor.fault(format!("{expression}: {problem}")))
    }

    fn problem(&self, expression: &Expression, moment: Moment) -> std::result::Result<(), String> {
        match &expression.source {
            Source::Input(name) => self.input(name),
            Source::Output(name) => {
                if moment == Moment::End {
                    return Err("an output cannot be made of the outputs".to_owned());
                }
                let known = self.outputs.iter().copied();
                named(name, known, "the workflow has no such output")
            }
            Source::Step { step, output } => {
                let Some((_, outputs)) = self.steps.iter().find(|(id, _)| id == step) else {
                    let known = self.steps.iter().map(|(id, _)| *id);
                    let hint = way_out(step, known);
                    return Err(format!("the workflow has no step {step:?} ({hint})"));
                };
                named(
                    output,
                    outputs.iter().copied(),
                    "that step has no such output",
                )
            }
            Source::Url
            | Source::Method
            | Source::StatusCode
            | Source::Header(..)
            | Source::Query(_)
            | Source::Path(_)
            | Source::Body(Message::Request | Message::Response) => match moment {
                Moment::Answer => Ok(()),
                Moment::Request | Moment::End => Err(
                    "there is no exchange here to be read: keep the value in the \"outputs\" of \
                     its step and write $steps.STEP.outputs.NAME"
                        .to_owned(),
                ),
            },
        }
    }

    fn input(&self, name: &str) -> std::result::Result<(), String> {
        let (first, rest) = name
            .split_once('.')
            .map_or((name, None), |(first, rest)| (first, Some(rest)));
        if CREDENTIALS.contains(&first) {
            return Err(
                "a credential stands nowhere but as the whole value of a parameter that a \
                 security scheme names"
                    .to_owned(),
            );
        }
        if self.defaults.iter().any(|known| known == first) || self.tenant.contains(name) {
            return Ok(());
        }
        if self.tenants.iter().any(|tenant| tenant == first) {
            let known = self.tenant.iter().map(String::as_str);
            return match rest {
                Some(rest) => named(rest, known, "a tenant has no such parameter"),
                None => Err(format!(
                    "this names a tenant: write $inputs.{first}.NAME ({})",
                    way_out("", known)
                )),
            };
        }
        if self.states.iter().any(|state| state == first) {
            return match rest {
                Some(_) => Ok(()),
                None => Err(format!(
                    "this names a state: write $inputs.{first}.NAME with a member that its set-up \
                     returns"
                )),
            };
        }
        let inputs = self.inputs();
        let defaults = self.defaults.iter().map(String::as_str);
        let known = inputs.into_iter().chain(defaults);
        Err(format!(
            "nobody supplies this input ({}); a provider state supplies what its \"as\" names, \
             a tenant what \"x-tenants\" names, and \"inputs\" a \"default\"",
            way_out(first, known)
        ))
    }
}

/// Whether `name` is a known one, or one with the way to a member of it.
fn named<'n>(
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
    problem: &str,
) -> std::result::Result<(), String> {
    let begins = |known: &str| {
        name.strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if known.clone().any(begins) {
        return Ok(());
    }
    Err(format!("{problem} ({})", way_out(name, known)))
}
