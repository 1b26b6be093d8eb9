//! Cases and findings with what the contract says about them looked up: the requirement's
//! statement and source, the erratum's statement. The texts are as they came; each report escapes.

use std::borrow::Cow;
use std::fmt::Write as _;

use contract::Message;
use validator::Location;

use super::standing::Standing;
use crate::run::{CaseFinding, CaseRecord, ContractRecord, Run, StepRecord, Verdict, effect};

/// A case with its findings looked up.
#[derive(Debug)]
pub(super) struct CaseView<'a> {
    /// The case.
    pub(super) case: &'a CaseRecord,
    /// Its findings, those with the gravest effect first.
    pub(super) findings: Vec<FindingView<'a>>,
}

/// A finding with what the contract says about it.
#[derive(Debug)]
pub(super) struct FindingView<'a> {
    /// The finding as recorded.
    pub(super) found: &'a CaseFinding,
    /// Fail or warning; none when it is only reported.
    pub(super) effect: Option<Verdict>,
    /// The requirement's statement.
    pub(super) statement: Option<&'a str>,
    /// Document and section of the requirement.
    pub(super) source: Option<String>,
    /// The erratum's statement.
    pub(super) erratum: Option<&'a str>,
    /// The place, e.g. `response body /results/0/ret_status`.
    pub(super) place: String,
}

impl<'a> CaseView<'a> {
    fn of(run: &'a Run, case: &'a CaseRecord) -> Self {
        let contract = run
            .header
            .contracts
            .iter()
            .find(|contract| contract.api == case.api && contract.revision == case.revision);
        let mut findings: Vec<FindingView<'a>> = case
            .findings
            .iter()
            .map(|found| FindingView::of(run, contract, case, found))
            .collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.effect));
        Self { case, findings }
    }

    /// The steps worth showing: those with findings that count, else the last one, where the case
    /// ended. Each with its index.
    pub(super) fn telling_steps(&self) -> Vec<(usize, &'a StepRecord)> {
        let mut steps: Vec<usize> = self
            .findings
            .iter()
            .filter(|finding| finding.effect.is_some())
            .map(|finding| finding.found.step)
            .collect();
        if steps.is_empty() {
            steps.extend(self.case.steps.len().checked_sub(1));
        }
        steps.sort_unstable();
        steps.dedup();
        steps
            .into_iter()
            .filter_map(|index| self.case.steps.get(index).map(|step| (index, step)))
            .collect()
    }
}

impl<'a> FindingView<'a> {
    fn of(
        run: &Run,
        contract: Option<&'a ContractRecord>,
        case: &CaseRecord,
        found: &'a CaseFinding,
    ) -> Self {
        let finding = &found.finding;
        let requirement = contract
            .zip(finding.requirement.as_deref())
            .and_then(|(contract, id)| contract.requirement(id));
        let erratum = contract
            .zip(finding.erratum.as_deref())
            .and_then(|(contract, id)| contract.erratum(id));
        let effect = if case.counted {
            effect(case, finding, run.header.strict)
        } else {
            None
        };
        Self {
            found,
            effect,
            statement: requirement.map(|requirement| requirement.statement.as_str()),
            source: requirement.map(|requirement| {
                format!(
                    "{}, {}",
                    requirement.source.document, requirement.source.section
                )
            }),
            erratum: erratum.map(|erratum| erratum.statement.as_str()),
            place: place(finding.message, &finding.location),
        }
    }
}

/// Why the case ended as it did, where its findings do not tell.
pub(super) fn reason(case: &CaseRecord) -> Option<Cow<'_, str>> {
    match &case.known {
        Some(known) => Some(format!("known failure: {known}").into()),
        None => case.reason.as_deref().map(Cow::Borrowed),
    }
}

/// What came of running the case once more, alone, when it had failed; none when it was not.
pub(super) fn second_run(case: &CaseRecord) -> Option<String> {
    Some(match case.retried? {
        Verdict::Pass => "flaky: it failed, and passed when it was run again alone".to_owned(),
        Verdict::Warning => {
            "flaky: it failed, and only warned when it was run again alone".to_owned()
        }
        Verdict::Fail => "it failed again when it was run alone".to_owned(),
        verdict @ (Verdict::Skipped | Verdict::Error) => {
            format!("run again alone, it came to {verdict}, which proves nothing")
        }
    })
}

/// A place in words, as every report has it, e.g. `response body /results/0`.
pub fn place(message: Message, location: &Location) -> String {
    let message = match message {
        Message::Request => "request",
        Message::Response => "response",
    };
    match location {
        Location::Body(pointer) if pointer.is_empty() => format!("{message} body"),
        Location::Body(pointer) => format!("{message} body {pointer}"),
        Location::PathParameter(name) => format!("{message} path parameter {name}"),
        other => format!("{message} {other}"),
    }
}

/// The cases that ended like this, in the order of the run.
pub(super) fn cases(run: &Run, standing: Standing) -> Vec<CaseView<'_>> {
    run.cases
        .iter()
        .filter(|case| Standing::of(case) == standing)
        .map(|case| CaseView::of(run, case))
        .collect()
}

/// What a case is about besides its title, in one line: its level, its kind, the states that it
/// began with.
pub(super) fn particulars(case: &CaseRecord) -> String {
    let mut text = format!("{}, {}", case.level, case.kind);
    let mut states: Vec<(&str, usize)> = Vec::new();
    for state in &case.states {
        match states.iter_mut().find(|(name, _)| *name == state.state) {
            Some((_, count)) => *count += 1,
            None => states.push((&state.state, 1)),
        }
    }
    for (index, (name, count)) in states.into_iter().enumerate() {
        text.push_str(if index == 0 { ", after: " } else { ", " });
        text.push_str(name);
        if count > 1 {
            let _ = write!(text, " ({count} times)");
        }
    }
    text
}

/// `api/revision`, with the operation when there is one.
pub(super) fn operation_name(api: &str, revision: &str, operation: Option<&str>) -> String {
    match operation {
        Some(operation) => format!("{api}/{revision} {operation}"),
        None => format!("{api}/{revision} common to all operations"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture;

    #[test]
    fn a_place_is_told_in_words() {
        let told = |location| place(Message::Response, &location);
        assert_eq!(told(Location::Body(String::new())), "response body");
        assert_eq!(
            told(Location::Body("/a/0".to_owned())),
            "response body /a/0"
        );
    }

    #[test]
    fn a_state_is_counted_where_it_was_set_up_several_times() {
        let mut case = fixture::case("any", "any");
        let state = |name: &str| crate::run::StateRecord {
            state: name.to_owned(),
            params: serde_json::Map::new(),
            returned: serde_json::Map::new(),
        };
        case.states = vec![state("a"), state("b"), state("a")];
        let told = particulars(&case);
        assert!(told.ends_with(", after: a (2 times), b"), "{told}");
    }

    #[test]
    fn a_promise_is_the_one_of_the_cases_own_revision() {
        let mut run = fixture::crowded(1, 1);
        let statement = |run: &Run| {
            let statement = CaseView::of(run, &run.cases[0]).findings[0].statement;
            statement.map(str::to_owned)
        };
        let own = statement(&run).expect("it is a promise");
        let mut older = run.header.contracts[0].clone();
        older.revision = "2000-01".to_owned();
        for requirement in &mut older.requirements {
            requirement.statement = "of old".to_owned();
        }
        run.header.contracts.insert(0, older);
        assert_eq!(statement(&run), Some(own));
    }
}
