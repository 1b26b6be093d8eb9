//! Which cases a user wants: `--api`, `--case`, `--requirement`, `--level`. Whatever selects
//! nothing is an error, because a run that tests less than it was asked to must not look complete.

use contract::{Level, Requirement};
use globset::GlobMatcher;

use super::{Case, glob};
use crate::PlanError;

/// A selection of cases; the parts narrow each other, the entries of one part add up. Empty parts
/// select all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    apis: Vec<String>,
    cases: Vec<GlobMatcher>,
    requirements: Vec<String>,
    level: Option<Level>,
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
                glob(pattern).map_err(|source| PlanError::Pattern {
                    pattern: pattern.clone(),
                    source,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            apis,
            cases,
            requirements,
            level: None,
        })
    }

    /// The same selection without the cases that could at best find a weaker promise broken.
    /// `May` leaves them all, those that only observe included.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
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
            && self.level.is_none_or(|level| can_break(case, level))
    }

    /// Proves that each part selects something of `cases`, which are made of contracts with these
    /// requirements.
    ///
    /// # Errors
    /// [`PlanError::NoMatch`], [`PlanError::NoRequirement`] or [`PlanError::NotCovered`] names the
    /// first part that does not, and what there is instead.
    pub(crate) fn check<'c>(
        &self,
        cases: &(impl Iterator<Item = &'c Case> + Clone),
        requirements: &(impl Iterator<Item = &'c Requirement> + Clone),
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
                return Err(not_covered(id, requirements.clone()));
            }
        }
        if let Some(level) = self.level
            && !cases.clone().any(|case| can_break(case, level))
        {
            let highest = cases.clone().filter(|case| case.counted);
            let way_out = match highest.map(|case| case.level).max() {
                Some(highest) => format!("the strongest promise of a case is {highest}"),
                None => "the cases only observe".to_owned(),
            };
            return Err(no_match("level", &level.to_string(), way_out));
        }
        Ok(())
    }
}

/// Whether the case can find a promise of that level, or of a stronger one, broken. One that only
/// observes finds none broken.
fn can_break(case: &Case, level: Level) -> bool {
    level == Level::May || (case.counted && case.level >= level)
}

/// Why no case covers what was asked for: there is no such requirement, or none can be shown.
fn not_covered<'c>(
    id: &str,
    requirements: impl Iterator<Item = &'c Requirement> + Clone,
) -> PlanError {
    if let Some(known) = requirements.clone().find(|known| known.id == id) {
        return PlanError::NotCovered {
            id: known.id.clone(),
            level: known.level,
            why: known
                .no_case
                .clone()
                .unwrap_or_else(|| "--requirements shows which have cases".to_owned()),
        };
    }
    let asked = id.to_uppercase();
    let nearest = requirements
        .map(|known| known.id.as_str())
        .min_by_key(|known| {
            (
                strsim::damerau_levenshtein(&asked, &known.to_uppercase()),
                *known,
            )
        });
    match nearest {
        Some(nearest) => PlanError::NoRequirement {
            id: id.to_owned(),
            nearest: nearest.to_owned(),
        },
        None => no_match("requirement", id, "the contracts have none".to_owned()),
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
            level: contract::Level::Must,
            own: None,
            covers: vec!["R-1".to_owned()],
            play: crate::case::Play::Steps(Vec::new()),
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
    #[case(&[], true)]
    #[case(&["a"], true)]
    #[case(&["b", "a"], true)]
    #[case(&["b"], false)]
    fn of_named_apis_only_those_are_selected(#[case] apis: &[&str], #[case] selected: bool) {
        let apis = apis.iter().map(|&api| api.to_owned()).collect();
        let selection = Selection::new(apis, &[], Vec::new()).expect("a selection");
        assert_eq!(selection.selects_api("a"), selected);
        assert_eq!(selection.selects(&case("a/one/documented/200")), selected);
    }

    #[rstest]
    #[case(&["b"], &[], &[], "there are a")]
    #[case(&[], &["b/**"], &[], "--list")]
    #[case(&[], &["a/**", "b/**"], &[], "\"b/**\"")]
    #[case(&[], &[], &["R-2"], "R-2 (MAY) is a requirement, but no case covers it")]
    #[case(&[], &[], &["R-2"], "--requirements")]
    #[case(&[], &[], &["R-3"], "(SHOULD) is a requirement, but no case covers it")]
    #[case(&[], &[], &["R-3"], "it takes a year")]
    #[case(&[], &[], &["R-l"], "did you mean R-1?")]
    #[case(&[], &[], &["r-33"], "did you mean R-3?")]
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
        let requirements = [
            requirement("R-1", Level::Must, None),
            requirement("R-2", Level::May, None),
            requirement("R-3", Level::Should, Some("it takes a year")),
        ];
        let error = selection
            .check(&cases.iter(), &requirements.iter())
            .expect_err("nothing matches")
            .to_string();
        assert!(error.contains(says), "{error}");
    }

    fn requirement(id: &str, level: Level, no_case: Option<&str>) -> Requirement {
        Requirement {
            id: id.to_owned(),
            level,
            operation: None,
            statement: String::new(),
            source: contract::Source {
                document: String::new(),
                section: String::new(),
            },
            errata: Vec::new(),
            no_case: no_case.map(str::to_owned),
        }
    }

    /// Cases of each level, and one that only observes.
    fn of_each_level() -> [Case; 4] {
        let of = |level: Level, counted: bool| Case {
            counted,
            level,
            ..case("a/one/documented/200")
        };
        [
            of(Level::Must, true),
            of(Level::Should, true),
            of(Level::May, true),
            of(Level::Must, false),
        ]
    }

    #[rstest]
    #[case(Level::Must, [true, false, false, false])]
    #[case(Level::Should, [true, true, false, false])]
    #[case(Level::May, [true, true, true, true])]
    fn a_level_leaves_what_can_find_that_much_broken(
        #[case] level: Level,
        #[case] expected: [bool; 4],
    ) {
        let selection = Selection::default().level(level);
        assert_eq!(
            of_each_level().map(|case| selection.selects(&case)),
            expected
        );
    }

    #[test]
    fn a_level_that_selects_nothing_is_an_error() {
        let [_, should, _, observing] = of_each_level();
        let selection = Selection::default().level(Level::Must);
        let check = |cases: &[Case]| {
            let checked = selection.check(&cases.iter(), &[].iter());
            checked.expect_err("no MUST in them").to_string()
        };
        let said = check(&[should, observing.clone()]);
        assert!(
            said.contains("strongest promise of a case is SHOULD"),
            "{said}"
        );
        let said = check(&[observing]);
        assert!(said.contains("only observe"), "{said}");
    }
}
