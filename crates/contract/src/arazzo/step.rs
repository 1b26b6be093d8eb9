//! The steps of a workflow.

use super::action::{self, After};
use super::document::Surroundings;
use super::expression::is_id;
use super::members::{only, unsupported};
use super::parameter::{self, Meant, Written};
use super::scope::{Moment, Scope};
use super::{
    Action, Credentials, Expects, Expression, Outputs, Replacement, RequestBody, Step, Template,
    criterion,
};
use crate::document::Cursor;
use crate::messages::unknown_name;
use crate::names::way_out;
use crate::vocabulary::Owner;
use crate::{Operation, Result};

/// What of a workflow a step is read with.
pub(super) struct Within<'r, 'a> {
    pub(super) around: &'r Surroundings<'r>,
    /// The name of the document's one source description.
    pub(super) source: &'a str,
    pub(super) components: Option<&'r Cursor<'a>>,
    pub(super) scope: &'r Scope<'a>,
    /// What the workflow states for all of its steps.
    pub(super) parameters: Vec<Written<'a>>,
    pub(super) on_success: Vec<Action>,
    pub(super) on_failure: Vec<Action>,
    pub(super) counted: bool,
}

impl<'a> Within<'_, 'a> {
    /// Reads one step.
    pub(super) fn step(&self, cursor: &Cursor<'a>, id: &str) -> Result<Step> {
        only(
            cursor,
            Owner::ScenarioStep,
            &[
                "stepId",
                "description",
                "operationId",
                "operationPath",
                "workflowId",
                "parameters",
                "requestBody",
                "successCriteria",
                "onSuccess",
                "onFailure",
                "outputs",
            ],
        )?;
        unsupported(
            cursor,
            "operationPath",
            "name the operation by its \"operationId\"",
        )?;
        unsupported(
            cursor,
            "workflowId",
            "every workflow is a case of its own: write its steps out here",
        )?;
        let index = operation(cursor, self.source, self.around.operations)?;
        let operation = &self.around.operations[index];
        let expects = expects(cursor)?;

        let mut written = parameter::read_all(cursor, self.components)?;
        let stated = |own: &Written<'_>| !written.iter().any(|step| step.is_same(own));
        let common: Vec<_> = self.parameters.iter().filter(|own| stated(own)).collect();
        written.extend(common.into_iter().cloned());
        let (mut parameters, mut given, mut own) = (Vec::new(), Vec::new(), None);
        for written in &written {
            let schemes = self.around.schemes_of(operation);
            match parameter::meant(written, operation, schemes, self.scope)? {
                Meant::Value(parameter) => parameters.push(parameter),
                Meant::Given(parameter) => given.push(parameter),
                Meant::Own => own = Some(written),
            }
        }
        let credentials = credentials(cursor, own.is_some(), given)?;
        self.is_refused_as_documented(cursor, operation, expects, &credentials)?;

        let actions = action::Reader {
            components: self.components,
            scope: self.scope,
            promises: self.around.promises,
        };
        let on = |after: After, common: &[Action]| {
            let mut actions = actions.actions(cursor, after.keys().0, after)?;
            let overridden = |common: &Action| actions.iter().any(|own| own.name == common.name);
            let rest: Vec<_> = common
                .iter()
                .filter(|common| !overridden(common))
                .cloned()
                .collect();
            actions.extend(rest);
            Ok(actions)
        };
        Ok(Step {
            id: id.to_owned(),
            description: cursor.optional_text("description")?.map(str::to_owned),
            operation: index,
            expects,
            credentials,
            parameters,
            without: self.without(cursor, operation, expects)?,
            body: self.body(cursor, operation, expects)?,
            success_criteria: criterion::read_all(
                cursor,
                "successCriteria",
                self.scope,
                self.around.promises,
            )?,
            on_success: on(After::Success, &self.on_success)?,
            on_failure: on(After::Failure, &self.on_failure)?,
            outputs: outputs(cursor, self.scope, Moment::Answer)?,
        })
    }

    /// A request that is to be refused needs the contract's word on how; one that proves its
    /// caller by something else than the target's credentials is to be refused.
    fn is_refused_as_documented(
        &self,
        cursor: &Cursor<'a>,
        operation: &Operation,
        expects: Expects,
        credentials: &Credentials,
    ) -> Result<()> {
        let own = *credentials == Credentials::Own || operation.security.is_empty();
        if expects == Expects::Refused {
            let (known, kind) = if own {
                (operation.refusals.malformed.is_some(), "malformed")
            } else {
                (
                    operation.refusals.unauthenticated.is_some(),
                    "unauthenticated",
                )
            };
            if !known {
                return Err(cursor.required("x-expects")?.fault(format!(
                    "the contract does not say how {} refuses this: add {kind:?} to its \
                     \"x-refusals\"",
                    operation.id
                )));
            }
        } else if !own && self.counted {
            return Err(cursor.fault(
                "a request without the target's own credentials is refused: add \"x-expects: \
                 refused\", or \"x-counted: false\" to the workflow",
            ));
        }
        Ok(())
    }

    /// What a request lacks on purpose.
    fn without(
        &self,
        step: &Cursor<'a>,
        operation: &Operation,
        expects: Expects,
    ) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in step.items_of("x-without")? {
            let name = entry.text()?;
            let known = || operation.parameters.iter().map(|own| own.name.as_str());
            if !known().any(|own| own == name) {
                return Err(unknown_name(
                    &entry,
                    "x-without",
                    "no parameter",
                    name,
                    known(),
                ));
            }
            if expects != Expects::Refused && self.counted {
                return Err(entry.fault(
                    "a request that lacks a parameter is refused: add \"x-expects: refused\", or \
                     \"x-counted: false\" to the workflow",
                ));
            }
            names.push(name.to_owned());
        }
        Ok(names)
    }

    fn body(
        &self,
        step: &Cursor<'a>,
        operation: &Operation,
        expects: Expects,
    ) -> Result<Option<RequestBody>> {
        let wrong = expects == Expects::Refused || !self.counted;
        let Some(cursor) = step.get("requestBody") else {
            let required = operation.request.as_ref().is_some_and(|body| body.required);
            if required && !wrong {
                return Err(step.fault(format!("{} needs a \"requestBody\"", operation.id)));
            }
            return Ok(None);
        };
        only(
            &cursor,
            Owner::ArazzoPart,
            &["contentType", "payload", "replacements"],
        )?;
        let Some(documented) = &operation.request else {
            return Err(cursor.fault(format!("{} takes no body", operation.id)));
        };
        let mut content_type = None;
        if let Some(member) = cursor.get("contentType") {
            let text = member.text()?;
            let essence = text.split(';').next().unwrap_or(text).trim();
            if !essence.eq_ignore_ascii_case(&documented.media_type) && !wrong {
                return Err(member.fault(format!(
                    "{} takes {}: write that, or add \"x-expects: refused\" to the step",
                    operation.id, documented.media_type
                )));
            }
            content_type = Some(text)
                .filter(|text| *text != documented.media_type)
                .map(str::to_owned);
        }
        let check = |cursor: &Cursor<'_>, expression: &Expression| {
            self.scope.check(cursor, expression, Moment::Request)
        };
        let replacements = cursor.items_of("replacements")?;
        let replacements = replacements.iter().map(|item| {
            only(item, Owner::ArazzoPart, &["target", "value"])?;
            let target = item.required("target")?;
            if !(target.text()?.is_empty() || target.text()?.starts_with('/')) {
                return Err(target.fault(
                    "the target is a JSON pointer, which is empty or begins with / (XPath is not \
                     supported)",
                ));
            }
            Ok(Replacement {
                target: target.text()?.to_owned(),
                value: Template::read(&item.required("value")?, &check)?,
            })
        });
        Ok(Some(RequestBody {
            content_type,
            replacements: replacements.collect::<Result<_>>()?,
            payload: Template::read(&cursor.required("payload")?, &check)?,
        }))
    }
}

fn operation(cursor: &Cursor<'_>, source: &str, operations: &[Operation]) -> Result<usize> {
    let member = cursor.required("operationId")?;
    let text = member.text()?;
    let name = match text.strip_prefix("$sourceDescriptions.") {
        None => text,
        Some(rest) => rest
            .strip_prefix(source)
            .and_then(|rest| rest.strip_prefix('.'))
            .ok_or_else(|| {
                member.fault(format!(
                    "the one source description is called {source}: write \
                     $sourceDescriptions.{source}.OPERATION, or the operation alone"
                ))
            })?,
    };
    let found = operations.iter().position(|operation| operation.id == name);
    found.ok_or_else(|| {
        let known = operations.iter().map(|operation| operation.id.as_str());
        unknown_name(&member, "operationId", "no operation", name, known)
    })
}

fn expects(cursor: &Cursor<'_>) -> Result<Expects> {
    let Some(member) = cursor.get("x-expects") else {
        return Ok(Expects::Anything);
    };
    match member.text()? {
        "accepted" => Ok(Expects::Accepted),
        "refused" => Ok(Expects::Refused),
        other => Err(member.fault(format!(
            "a request is \"accepted\" or \"refused\": {}",
            way_out(other, ["accepted", "refused"])
        ))),
    }
}

fn credentials(
    cursor: &Cursor<'_>,
    own: bool,
    given: Vec<super::Parameter>,
) -> Result<Credentials> {
    let authenticate = match cursor.get("x-authenticate") {
        None => true,
        Some(_) => cursor.flag("x-authenticate")?,
    };
    match (authenticate, given.is_empty()) {
        (true, true) => Ok(Credentials::Own),
        (true, false) if own => Err(cursor.fault(
            "this step sends one of the target's own credentials and another value of its own: \
             send either",
        )),
        (true, false) => Ok(Credentials::Given(given)),
        (false, true) if !own => Ok(Credentials::Nothing),
        (false, _) => Err(cursor.required("x-authenticate")?.fault(
            "this step is given a credential as a parameter, its own or the workflow's, which no \
             step can take away: state it in those steps that send it",
        )),
    }
}

/// The expressions in the member `outputs`, by name.
pub(super) fn outputs(owner: &Cursor<'_>, scope: &Scope<'_>, moment: Moment) -> Result<Outputs> {
    let members = owner.members_of("outputs")?;
    let outputs = members.iter().map(|(name, member)| {
        let plain = |c: char| is_id(c) || c == '.';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(member.fault(
                "an output's name stands in expressions: only letters, digits, '-', '_' and '.' \
                 can stand in it",
            ));
        }
        let expression =
            Expression::parse(member.text()?).map_err(|error| member.fault(error.to_string()))?;
        scope.check(member, &expression, moment)?;
        Ok(((*name).to_owned(), expression))
    });
    outputs.collect()
}
