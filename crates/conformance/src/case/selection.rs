//! Which cases a user wants: `--api`, `--case`, `--requirement`. Whatever selects nothing is an
//! error, because a run that tests less than it was asked to must not look complete.

use globset::{GlobBuilder, GlobMatcher};

use super::Case;
use crate::PlanError;

/// A selection of cases; the parts narrow each other, the entries of one part add up. Empty parts
/// select all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    apis: Vec<String>,
    cases: Vec<GlobMatcher>,
    requirements: Vec<String>,
}

impl Selection {
    /// A selection by API names, by globs over case ids (`*` stays within a part of the id between
    /// slashes, `**` crosses them), and by requirement ids.
    ///
    /// # Errors
    /// [`PlanError::Pattern`] for a glob that is none.
    pub fn new(
        apis: Vec<String>,
        cases: &[String],
        requirements: Vec<String>,
    ) -> Result<Self, PlanError> {
        let cases = cases
            .iter()
            .map(|pattern| {
                GlobBuilder::new(pattern)
                    .literal_separator(true)
                    .build()
                    .map(|glob| glob.compile_matcher())
                    .map_err(|source| PlanError::Pattern {
                        pattern: pattern.clone(),
                        source,
                    })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            apis,
            cases,
            requirements,
        })
    }

    /// Whether cases of this API can be selected.
    pub fn selects_api(&self, api: &str) -> bool {
        self.apis.is_empty() || self.apis.iter().any(|selected| selected == api)
    }

    /// Whether the case is selected.
    pub fn selects(&self, case: &Case) -> bool {
        self.selects_api(&case.api)
            && (self.cases.is_empty() || self.cases.iter().any(|glob| glob.is_match(&case.id)))
            && (self.requirements.is_empty()
                || self.requirements.iter().any(|id| case.covers.contains(id)))
    }

    /// Proves that each part selects something of `cases`.
    ///
    /// # Errors
    /// [`PlanError::NoMatch`] names the first part that does not, and what there is instead.
    pub(crate) fn check<'c>(
        &self,
        cases: &(impl Iterator<Item = &'c Case> + Clone),
    ) -> Result<(), PlanError> {
        for api in &self.apis {
            if !cases.clone().any(|case| case.api == *api) {
                let mut known: Vec<&str> = cases.clone().map(|case| case.api.as_str()).collect();
                known.sort_unstable();
                known.dedup();
                let way_out = format!("there are {}", known.join(", "));
                return Err(no_match("API", api, way_out));
            }
        }
        for glob in &self.cases {
            if !cases.clone().any(|case| glob.is_match(&case.id)) {
                let way_out = "--list shows them all; * stays within one part of an id, ** crosses";
                return Err(no_match("id", glob.glob().glob(), way_out.to_owned()));
            }
        }
        for id in &self.requirements {
            if !cases.clone().any(|case| case.covers.contains(id)) {
                let way_out = "--requirements shows which requirement has which cases";
                return Err(no_match("requirement", id, way_out.to_owned()));
            }
        }
        Ok(())
    }
}

fn no_match(what: &'static str, pattern: &str, way_out: String) -> PlanError {
    PlanError::NoMatch {
        what,
        pattern: pattern.to_owned(),
        way_out,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::run::CaseKind;

    fn case(id: &str) -> Case {
        let mut parts = id.split('/');
        Case {
            id: id.to_owned(),
            api: parts.next().unwrap_or_default().to_owned(),
            revision: "1".to_owned(),
            operation: parts.next().unwrap_or_default().to_owned(),
            kind: CaseKind::Documented,
            title: String::new(),
            counted: true,
            covers: vec!["R-1".to_owned()],
            steps: Vec::new(),
        }
    }

    #[rstest]
    #[case("a/one/documented/200", true)]
    #[case("a/*/documented/200", true)]
    #[case("a/**", true)]
    #[case("**/200", true)]
    #[case("a/*", false)]
    #[case("a/one/documented/2*", true)]
    #[case("*", false)]
    fn a_star_stays_within_a_part(#[case] pattern: &str, #[case] selected: bool) {
        let selection =
            Selection::new(Vec::new(), &[pattern.to_owned()], Vec::new()).expect("a glob");
        assert_eq!(selection.selects(&case("a/one/documented/200")), selected);
    }

    #[rstest]
    #[case(&["b"], &[], &[], "there are a")]
    #[case(&[], &["b/**"], &[], "--list")]
    #[case(&[], &["a/**", "b/**"], &[], "\"b/**\"")]
    #[case(&[], &[], &["R-2"], "--requirements")]
    fn a_part_that_selects_nothing_is_an_error(
        #[case] apis: &[&str],
        #[case] globs: &[&str],
        #[case] requirements: &[&str],
        #[case] says: &str,
    ) {
        let own = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        let selection =
            Selection::new(own(apis), &own(globs), own(requirements)).expect("a selection");
        let cases = [case("a/one/documented/200")];
        let error = selection
            .check(&cases.iter())
            .expect_err("nothing matches")
            .to_string();
        assert!(error.contains(says), "{error}");
    }
}
