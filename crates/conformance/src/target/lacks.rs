//! What a target says that it does not implement: such cases are skipped with the reason that it
//! gives, and count as not judged.

use std::fmt;

use contract::Contract;
use globset::GlobMatcher;

use crate::FileError;
use crate::case::{Case, glob, needs};
use crate::toml_file::{Place, Table};

/// One thing that the target does not implement, as `[[targets.NAME.lacks]]` lists it.
#[derive(Debug, Clone)]
pub struct Lack {
    what: What,
    reason: String,
    place: Place,
}

#[derive(Debug, Clone)]
enum What {
    Operation { api: String, id: String },
    Requirement(String),
    State(String),
    Cases(GlobMatcher),
}

impl Lack {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, FileError> {
        table.only(&["operation", "requirement", "state", "case", "reason"])?;
        let why = "\"why\"";
        let reason = table.required("reason", why)?.string(why)?.to_owned();
        let kinds = ["operation", "requirement", "state", "case"];
        let mut given = kinds
            .into_iter()
            .filter_map(|kind| Some((kind, table.get(kind)?)));
        let Some((kind, value)) = given.next() else {
            let problem = "the entry names nothing: write operation, requirement, state or case";
            return Err(table.place().error(problem));
        };
        if let Some((_, second)) = given.next() {
            return Err(second.place().error(
                "the entry says more than one of operation, requirement, state and case: make an \
                 entry of each",
            ));
        }
        let what = match kind {
            "operation" => {
                let example = "\"smh/task\"";
                let named = value.string(example)?.split_once('/');
                let named = named
                    .filter(|(api, id)| !api.is_empty() && !id.is_empty() && !id.contains('/'));
                let (api, id) = named.ok_or_else(|| {
                    value.error(format!(
                        "names no operation of an API: write operation = {example}"
                    ))
                })?;
                What::Operation {
                    api: api.to_owned(),
                    id: id.to_owned(),
                }
            }
            "requirement" => What::Requirement(value.string("\"MS-BA-20\"")?.to_owned()),
            "state" => What::State(value.string("\"recycle bin\"")?.to_owned()),
            _ => What::Cases(
                glob(value.string("\"smh/task/**\"")?)
                    .map_err(|error| value.error(format!("is no pattern: {error}")))?,
            ),
        };
        Ok(Self {
            what,
            reason,
            place: table.place(),
        })
    }

    /// Whether a case cannot be tried for want of it.
    pub(super) fn concerns(&self, case: &Case, contract: &Contract) -> bool {
        match &self.what {
            What::Operation { api, id } => {
                case.api == *api && needs::operations(case, contract).any(|needed| needed == id)
            }
            What::Requirement(id) => match &case.own {
                Some(own) => own == id,
                None => case.covers.contains(id),
            },
            What::State(name) => needs::state_names(case, contract).any(|needed| needed == name),
            What::Cases(pattern) => pattern.is_match(&case.id),
        }
    }

    /// Why such a case is skipped.
    pub(super) fn skip(&self) -> String {
        format!(
            "the target does not implement {}: {}",
            self.what, self.reason
        )
    }

    /// That no case has to do with it.
    pub(super) fn idle(&self) -> FileError {
        self.place.error(format!(
            "no case has to do with {}: take the entry out, or mend its name (--list shows the \
             cases, --requirements what they are about)",
            self.what
        ))
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation { api, id } => write!(f, "the operation {api}/{id}"),
            Self::Requirement(id) => write!(f, "the requirement {id}"),
            Self::State(name) => write!(f, "the state {name:?}"),
            Self::Cases(pattern) => {
                write!(f, "what the cases {:?} try", pattern.glob().glob())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::target::fixture;

    const TASK: &str = "smh/task/documented/a";
    const DELETE: &str = "smh/batch-delete/documented/b";
    const OTHER: &str = "metastudio/batch-action/documented/c";

    /// A case that covers `SM-BD-05` and others, one that is there for `SM-BD-06` before all and
    /// needs a state, and one of another API that calls an operation of the first one's name.
    fn cases() -> [Case; 3] {
        let mut task = fixture::case(TASK, &[]);
        task.covers = vec!["SM-BD-04".to_owned(), "SM-BD-05".to_owned()];
        let bin = fixture::state("recycle bin", &json!({}));
        let mut delete = fixture::case(DELETE, &[bin]);
        delete.own = Some("SM-BD-06".to_owned());
        delete.covers = vec!["SM-BD-05".to_owned(), "SM-BD-06".to_owned()];
        let mut other = fixture::case(OTHER, &[]);
        "task".clone_into(&mut other.operation);
        [task, delete, other]
    }

    #[rstest]
    #[case("operation = \"smh/task\"", &[TASK], "the operation smh/task")]
    #[case("operation = \"metastudio/task\"", &[OTHER], "the operation metastudio/task")]
    #[case("requirement = \"SM-BD-05\"", &[TASK], "the requirement SM-BD-05")]
    #[case("requirement = \"SM-BD-06\"", &[DELETE], "the requirement SM-BD-06")]
    #[case("state = \"recycle bin\"", &[DELETE], "the state \"recycle bin\"")]
    #[case("case = \"smh/**\"", &[TASK, DELETE], "what the cases \"smh/**\" try")]
    fn what_is_lacking_concerns_the_cases_that_need_it(
        #[case] what: &str,
        #[case] concerned: &[&str],
        #[case] said: &str,
    ) {
        let target = fixture::target(&format!(
            "[[targets.acme.lacks]]\n{what}\nreason = \"ticket 7\""
        ));
        let lack = target.lacks.first().expect("it lists one");
        let cases = cases();
        let found = cases
            .iter()
            .filter(|case| lack.concerns(case, fixture::contract(&case.api)));
        let found: Vec<&str> = found.map(|case| case.id.as_str()).collect();
        assert_eq!(found, concerned);
        assert_eq!(
            lack.skip(),
            format!("the target does not implement {said}: ticket 7")
        );
    }

    #[rstest]
    #[case("task")]
    #[case("/task")]
    #[case("smh/")]
    #[case("smh/task/documented")]
    fn an_operation_is_named_with_its_api(#[case] operation: &str) {
        let rest = format!("[[targets.acme.lacks]]\noperation = {operation:?}\nreason = \"why\"");
        assert_eq!(
            fixture::entry(&rest).err().as_deref(),
            Some(
                "assetproof.toml:4: targets.acme.lacks.operation names no operation of an API: \
                 write operation = \"smh/task\""
            )
        );
    }
}
