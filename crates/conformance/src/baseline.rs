//! Known failures (`--baseline`, `schemas/formats/baseline.schema.json`): cases that fail for a
//! reason that somebody has written down. A known failure fails nothing; one that is gone does,
//! so that the list is always true.

mod entry;

use std::path::Path;

use self::entry::Entry;
use crate::run::{CaseRecord, Verdict, verdict_of};
use crate::toml_file::{self, Source, meant};
use crate::{FileError, Plan};

/// The known failures of targets, each with its reason.
#[derive(Debug, Default)]
pub struct Baseline {
    known: Vec<Entry>,
}

impl Baseline {
    /// Reads a file of known failures.
    ///
    /// # Errors
    /// [`FileError`] names the first place that is not as it should be.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Self::parse(&toml_file::text(path)?, path)
    }

    /// Parses the content of such a file; `path` is for errors and reasons.
    ///
    /// # Errors
    /// As [`Baseline::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, FileError> {
        let known = Source::new(text, path).read(|root| {
            root.only(&["known"])?;
            let known = root.get("known").map_or(Ok(Vec::new()), |it| it.tables())?;
            known.iter().map(Entry::read).collect()
        })?;
        Ok(Self { known })
    }

    /// Proves that each entry has to do with these targets, each named with its plan: that it
    /// matches a case, selected or not, and that its requirement is one. Entries of other targets
    /// are passed over.
    ///
    /// # Errors
    /// [`FileError::Line`] names the first entry that does not.
    pub fn check(&self, plans: &[(&str, &Plan)]) -> Result<(), FileError> {
        for entry in &self.known {
            let mut plans = plans.iter().filter(|(target, _)| entry.is_about(target));
            let Some(first) = plans.next() else {
                continue;
            };
            let cases = || {
                let plans = [first].into_iter().chain(plans.clone());
                plans.flat_map(|(_, plan)| plan.whole.iter())
            };
            if !cases().any(|planned| entry.matches(&planned.case.id)) {
                return Err(entry.place.error(format!(
                    "no case matches {:?}: take the entry out, or mend its pattern (--list shows \
                     all cases; * stays within one part of an id, ** crosses)",
                    entry.pattern(),
                )));
            }
            let Some(requirement) = &entry.requirement else {
                continue;
            };
            let contracts = || cases().map(|planned| planned.validator.contract());
            if !contracts().any(|contract| contract.requirements.contains_key(requirement)) {
                let of_cases = cases().filter(|planned| entry.matches(&planned.case.id));
                let known = of_cases.flat_map(|planned| planned.case.covers.iter());
                let mut known: Vec<&str> = known.map(String::as_str).collect();
                known.sort_unstable();
                known.dedup();
                return Err(entry.place.error(format!(
                    "there is no requirement {requirement:?}: {} (--requirements lists them)",
                    meant(requirement, known)
                )));
            }
        }
        Ok(())
    }

    /// Marks what a case of this target ended in: a failure of which every part is known keeps its
    /// verdict and is [`CaseRecord::known`]; a case that is known to fail, and passes, fails
    /// (without `strict`, a warning passes, too).
    pub fn apply(&self, target: &str, strict: bool, record: &mut CaseRecord) {
        let entries = self.known.iter();
        let entries: Vec<&Entry> = entries
            .filter(|entry| entry.is_about(target) && entry.matches(&record.id))
            .collect();
        let Some(first) = entries.first() else {
            return;
        };
        match record.verdict {
            Verdict::Fail => record.known = known(&entries, strict, record),
            Verdict::Warning if strict => {}
            Verdict::Pass | Verdict::Warning => {
                let passes = if record.verdict == Verdict::Pass {
                    "passes"
                } else {
                    "passes with a warning"
                };
                record.verdict = Verdict::Fail;
                record.reason = Some(format!(
                    "known to fail ({}), and {passes}: take it out of {}",
                    first.reason, first.place,
                ));
            }
            Verdict::Skipped | Verdict::Error => {}
        }
    }
}

/// Why each part of the failure is known; none when one is not.
fn known(entries: &[&Entry], strict: bool, record: &CaseRecord) -> Option<String> {
    let failing = record
        .findings
        .iter()
        .map(|found| &found.finding)
        .filter(|finding| verdict_of(finding, strict) == Some(Verdict::Fail));
    let mut reasons: Vec<&str> = Vec::new();
    for finding in failing {
        let requirement = finding.requirement.as_deref();
        let entry = entries.iter().find(|entry| entry.explains(requirement))?;
        if !reasons.contains(&entry.reason.as_str()) {
            reasons.push(&entry.reason);
        }
    }
    if reasons.is_empty() {
        // Nothing that has a requirement made it fail.
        let entry = entries.iter().find(|entry| entry.explains(None))?;
        reasons.push(&entry.reason);
    }
    Some(reasons.join("; "))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::run::fixture;
    use crate::target::fixture as made;

    const ACTION: &str = "metastudio/batch-action/documented/200";

    fn parse(text: &str) -> Baseline {
        Baseline::parse(text, Path::new("known.toml")).expect("a sound file")
    }

    /// A case that misses MS-BA-10, a MUST, and MS-BA-08, a SHOULD.
    fn failing() -> CaseRecord {
        let mut cases = fixture::run().cases.into_iter();
        let found = cases.find(|case| case.id == ACTION);
        found.expect("it is in the fixture")
    }

    /// An entry for that case.
    fn entry(reason: &str, more: &str) -> String {
        format!("[[known]]\ncase = {ACTION:?}\nreason = {reason:?}\n{more}\n")
    }

    #[rstest]
    #[case::of_the_case("", Some("ticket 123"))]
    #[case::of_what_is_missed("requirement = \"MS-BA-10\"", Some("ticket 123"))]
    #[case::of_what_only_warns("requirement = \"MS-BA-08\"", None)]
    #[case::of_this_target("target = \"acme\"", Some("ticket 123"))]
    #[case::of_another_target("target = \"other\"", None)]
    fn a_failure_is_known_when_an_entry_explains_it(
        #[case] more: &str,
        #[case] known: Option<&str>,
    ) {
        let mut record = failing();
        parse(&entry("ticket 123", more)).apply("acme", false, &mut record);
        assert_eq!(record.known.as_deref(), known);
        assert_eq!(record.verdict, Verdict::Fail);
    }

    #[test]
    fn a_failure_is_known_when_all_that_fails_is_explained() {
        let one = entry("ticket 1", "requirement = \"MS-BA-10\"");
        let both = format!("{one}{}", entry("ticket 2", "requirement = \"MS-BA-08\""));
        let same = format!("{one}{}", entry("ticket 1", "requirement = \"MS-BA-08\""));
        for (text, known) in [
            (one, None),
            (both, Some("ticket 1; ticket 2")),
            (same, Some("ticket 1")),
        ] {
            let mut record = failing();
            // With `strict` what misses a SHOULD fails, too.
            parse(&text).apply("acme", true, &mut record);
            assert_eq!(record.known.as_deref(), known, "{text}");
        }
    }

    /// A scenario whose calls get what they should not, for instance.
    #[rstest]
    #[case("", Some("ticket 123"))]
    #[case("requirement = \"MS-BA-10\"", None)]
    fn a_failure_without_a_requirement_is_explained_by_what_names_none(
        #[case] more: &str,
        #[case] known: Option<&str>,
    ) {
        let mut record = failing();
        record.findings.clear();
        parse(&entry("ticket 123", more)).apply("acme", false, &mut record);
        assert_eq!(record.known.as_deref(), known);
    }

    #[rstest]
    #[case(Verdict::Pass, "passes")]
    #[case(Verdict::Warning, "passes with a warning")]
    fn a_case_that_is_known_to_fail_and_passes_fails(
        #[case] verdict: Verdict,
        #[case] passes: &str,
    ) {
        let mut record = failing();
        record.verdict = verdict;
        parse(&format!("\n{}", entry("ticket 123", ""))).apply("acme", false, &mut record);
        assert_eq!(record.verdict, Verdict::Fail);
        let said = format!("known to fail (ticket 123), and {passes}: take it out of known.toml:2");
        assert_eq!(record.reason, Some(said));
    }

    #[rstest]
    #[case("case = \"**\"\ntarget = \"other\"")]
    #[case("case = \"smh/**\"\ntarget = \"acme\"")]
    #[case("case = \"smh/**\"\ntarget = \"other\"")]
    fn an_entry_of_another_case_or_target_changes_nothing(#[case] about: &str) {
        let known = parse(&format!("[[known]]\n{about}\nreason = \"ticket 123\""));
        for verdict in [Verdict::Pass, Verdict::Warning, Verdict::Fail] {
            let mut record = failing();
            record.verdict = verdict;
            let before = record.clone();
            known.apply("acme", false, &mut record);
            assert_eq!(record, before);
        }
    }

    #[rstest]
    #[case("case = \"smh/*/documented/*\"", "")]
    #[case("case = \"smh/*/documented/*\"\nrequirement = \"SM-BD-06\"", "")]
    #[case("case = \"roma/**\"\ntarget = \"other\"", "")]
    #[case(
        "case = \"roma/**\"\ntarget = \"acme\"",
        "known.toml:1: no case matches \"roma/**\": take the entry out, or mend its pattern (--list \
         shows all cases; * stays within one part of an id, ** crosses)"
    )]
    #[case(
        "case = \"smh/**\"\nrequirement = \"SM-BD-60\"",
        "known.toml:1: there is no requirement \"SM-BD-60\": did you mean SM-BD-06? \
         (--requirements lists them)"
    )]
    fn an_entry_has_to_do_with_a_case_of_the_plan(#[case] about: &str, #[case] says: &str) {
        let known = parse(&format!("[[known]]\n{about}\nreason = \"ticket 123\""));
        let mut delete = made::case("smh/batch-delete/documented/one", &[]);
        delete.covers = vec!["SM-BD-06".to_owned()];
        let other = made::case("metastudio/batch-action/documented/one", &[]);
        let plan = made::plan(vec![other, delete]);
        let checked = known.check(&[("acme", &plan)]);
        let said = checked.err().map(|error| error.to_string());
        assert_eq!(said.unwrap_or_default(), says);
    }

    /// With `--strict` a warning fails by itself, and is not taken for what passes.
    #[rstest]
    #[case(true, Verdict::Warning)]
    #[case(false, Verdict::Fail)]
    fn a_case_that_is_known_to_fail_and_warns(#[case] strict: bool, #[case] verdict: Verdict) {
        let mut cases = fixture::run().cases.into_iter();
        let mut record = cases
            .find(|case| case.verdict == Verdict::Warning)
            .expect("a warning");
        let text = format!(
            "[[known]]\ncase = {:?}\nreason = \"ticket 123\"\n",
            record.id
        );
        let known = Baseline::parse(&text, Path::new("known.toml")).expect("a sound file");
        known.apply("acme", strict, &mut record);
        assert_eq!(record.verdict, verdict);
    }

    #[test]
    fn a_file_that_is_not_there_is_no_empty_one() {
        assert!(Baseline::read(Path::new("no/such/known.toml")).is_err());
    }
}
