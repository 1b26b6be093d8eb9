//! What is done after a step: success actions and failure actions.

use std::time::Duration;

use super::members::{only, reusable, unsupported};
use super::scope::Scope;
use super::{Action, Then, criterion};
use crate::document::Cursor;
use crate::messages::unknown_name;
use crate::names::way_out;
use crate::promises::Promises;
use crate::vocabulary::Owner;
use crate::{Error, Result};

/// Success or failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Success,
    Failure,
}

impl After {
    /// The member of a step, of a workflow and of the components that holds such actions.
    pub(super) fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Success => ("onSuccess", "successActions"),
            Self::Failure => ("onFailure", "failureActions"),
        }
    }
}

/// What actions are read with.
pub(super) struct Reader<'r, 'a> {
    pub(super) components: Option<&'r Cursor<'a>>,
    pub(super) scope: &'r Scope<'a>,
    pub(super) promises: &'r Promises,
}

impl<'a> Reader<'_, 'a> {
    /// The actions in the member `key`, reusable ones included; no name twice.
    pub(super) fn actions(
        &self,
        owner: &Cursor<'a>,
        key: &str,
        after: After,
    ) -> Result<Vec<Action>> {
        let mut actions: Vec<Action> = Vec::new();
        let mut places = Vec::new();
        for item in owner.items_of(key)? {
            let cursor = reusable(&item, self.components, after.keys().1)?;
            let action = self.action(&cursor, after)?;
            if let Some(first) = actions.iter().position(|known| known.name == action.name) {
                return Err(Error::Duplicate {
                    place: item.place(),
                    what: format!("action {:?}", action.name),
                    first: places.swap_remove(first),
                    way_out: "give one of the two another name",
                });
            }
            places.push(item.place());
            actions.push(action);
        }
        Ok(actions)
    }

    fn action(&self, cursor: &Cursor<'a>, after: After) -> Result<Action> {
        const COMMON: [&str; 5] = ["name", "type", "workflowId", "stepId", "criteria"];
        const RETRY: [&str; 2] = ["retryAfter", "retryLimit"];
        let known: Vec<&str> = match after {
            After::Success => COMMON.to_vec(),
            After::Failure => [&COMMON[..], &RETRY[..]].concat(),
        };
        only(cursor, Owner::ArazzoPart, &known)?;
        let kind = cursor.required("type")?;
        unsupported(
            cursor,
            "workflowId",
            "every workflow is a case of its own: go to a step of this one",
        )?;
        let name = kind.text()?;
        if name != "retry"
            && let Some(member) = RETRY.iter().find_map(|key| cursor.get(key))
        {
            return Err(member.fault("only an action of type \"retry\" repeats: leave it out"));
        }
        let then = match (name, after) {
            ("end", _) => Then::End,
            ("goto", _) => {
                let member = cursor.required("stepId")?;
                Then::Goto(self.step(&member)?)
            }
            ("retry", After::Failure) => {
                unsupported(
                    cursor,
                    "stepId",
                    "a retry repeats its own step and no other: leave it out, or use \"goto\"",
                )?;
                retry(cursor)?
            }
            ("retry", After::Success) => {
                return Err(kind.fault("what was successful is not repeated: use \"goto\""));
            }
            (other, _) => {
                return Err(kind.fault(format!(
                    "an action has no type {other:?}: {}",
                    way_out(other, ["end", "goto", "retry"])
                )));
            }
        };
        if then == Then::End
            && let Some(member) = cursor.get("stepId")
        {
            return Err(member.fault("only an action of type \"goto\" leads to a step"));
        }
        Ok(Action {
            name: cursor.required("name")?.text()?.to_owned(),
            then,
            criteria: criterion::read_all(cursor, "criteria", self.scope, self.promises)?,
        })
    }

    fn step(&self, cursor: &Cursor<'_>) -> Result<usize> {
        let id = cursor.text()?;
        let mut steps = self.scope.steps.iter();
        steps.position(|(step, _)| *step == id).ok_or_else(|| {
            let known = self.scope.steps.iter().map(|(id, _)| *id);
            unknown_name(cursor, "stepId", "no step of this workflow", id, known)
        })
    }
}

fn retry(cursor: &Cursor<'_>) -> Result<Then> {
    let after: f64 = cursor.read_member("retryAfter")?.unwrap_or(0.0);
    let limit: u32 = cursor.read_member("retryLimit")?.unwrap_or(1);
    match Duration::try_from_secs_f64(after) {
        Ok(after) => Ok(Then::Retry { after, limit }),
        Err(_) => Err(cursor
            .required("retryAfter")?
            .fault("\"retryAfter\" is a number of seconds, and not a negative one")),
    }
}
