//! What the matrix amounts to: by requirement, the survivors, the cases that killed nothing, and
//! what the catalogue lacks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contract::Level;
use fake_server::mutants::{Catalogue, Mutant};

use super::correct::Correct;
use super::matrix::{Judged, Outcome};
use super::suite::Suites;

/// How many mutants a MUST has at least, and how many a SHOULD.
const AT_LEAST: [(Level, usize); 2] = [(Level::Must, 2), (Level::Should, 1)];

/// A mutant with what came of it in all its revisions.
#[derive(Debug)]
pub(super) struct Fate<'m> {
    pub(super) mutant: &'m Mutant,
    /// The level of the requirement that it breaks.
    pub(super) level: Level,
    pub(super) judged: Vec<&'m Judged>,
}

impl Fate<'_> {
    /// Whether each of its revisions is killed by a case of the requirement that it breaks.
    pub(super) fn killed(&self) -> bool {
        !self.judged.is_empty() && self.judged.iter().all(|one| !one.killed_by.is_empty())
    }

    /// The level at which it is killed, in the revision where that is least; none if it is not.
    pub(super) fn killed_at(&self) -> Option<Level> {
        let of_revision = |one: &&Judged| one.killed_by.values().map(|kill| kill.level).max();
        let levels: Option<Vec<Level>> = self.judged.iter().map(of_revision).collect();
        levels?.into_iter().min()
    }

    /// What a run of it comes to, in the revision where that is mildest.
    pub(super) fn outcome(&self) -> Outcome {
        let outcomes = self.judged.iter().map(|one| one.outcome);
        outcomes.min().unwrap_or(Outcome::Conformant)
    }
}

/// How the mutants of one requirement fared.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) level: Option<Level>,
    pub(super) mutants: usize,
    pub(super) killed: usize,
    /// Of the killed, how many at MUST.
    pub(super) at_must: usize,
    pub(super) equivalent: usize,
}

/// The whole score.
pub(super) struct Score<'m> {
    pub(super) fates: Vec<Fate<'m>>,
    /// By API and requirement.
    pub(super) rows: BTreeMap<(String, String), Row>,
    /// Counted cases that killed no mutant and are no documented example; none where not the whole
    /// catalogue was run.
    pub(super) idle: Option<Vec<String>>,
    /// Requirements with fewer mutants than are asked for.
    pub(super) wanting: Vec<String>,
    /// What the runs of the matrix amount to together.
    pub(super) verdicts: usize,
    pub(super) correct: Correct,
}

impl<'m> Score<'m> {
    /// Counts. What the catalogue lacks, and which cases are idle, is only known of the `whole`.
    pub(super) fn new(
        suites: &Suites,
        catalogue: &Catalogue,
        mutants: &'m [Arc<Mutant>],
        matrix: &'m [Judged],
        correct: Correct,
        whole: bool,
    ) -> Self {
        let levels = levels(suites);
        let level = |mutant: &Mutant| {
            let key = (mutant.api.name().to_owned(), mutant.breaks.clone());
            levels.get(&key).copied().unwrap_or(Level::Must)
        };
        let fates: Vec<Fate<'m>> = mutants
            .iter()
            .map(|mutant| Fate {
                mutant,
                level: level(mutant),
                judged: matrix
                    .iter()
                    .filter(|one| one.mutant == mutant.id)
                    .collect(),
            })
            .collect();
        let mut rows: BTreeMap<(String, String), Row> = BTreeMap::new();
        for fate in &fates {
            let key = (
                fate.mutant.api.name().to_owned(),
                fate.mutant.breaks.clone(),
            );
            let row = rows.entry(key).or_default();
            row.level = Some(fate.level);
            row.mutants += 1;
            row.killed += usize::from(fate.killed());
            row.at_must += usize::from(fate.killed_at() == Some(Level::Must));
            row.equivalent += usize::from(!fate.killed() && fate.mutant.equivalent.is_some());
        }
        let (idle, wanting) = if whole {
            (
                Some(idle(suites, catalogue, matrix)),
                wanting(catalogue, &levels, &rows),
            )
        } else {
            (None, Vec::new())
        };
        Self {
            fates,
            rows,
            idle,
            wanting,
            verdicts: matrix.iter().map(|one| one.cases).sum(),
            correct,
        }
    }

    /// The mutants that nobody noticed, and of which it is not known that nobody can.
    pub(super) fn survivors(&self) -> impl Iterator<Item = &Fate<'m>> {
        let unknown = |fate: &&Fate<'m>| !fate.killed() && fate.mutant.equivalent.is_none();
        self.fates.iter().filter(unknown)
    }

    /// The mutants that are called equivalent and were killed all the same.
    pub(super) fn not_equivalent(&self) -> impl Iterator<Item = &Fate<'m>> {
        let wrongly = |fate: &&Fate<'m>| fate.killed() && fate.mutant.equivalent.is_some();
        self.fates.iter().filter(wrongly)
    }

    /// How many were killed.
    pub(super) fn killed(&self) -> usize {
        self.fates.iter().filter(|fate| fate.killed()).count()
    }

    /// How many of the killed come to that in a run.
    pub(super) fn killed_as(&self, outcome: Outcome) -> usize {
        let killed = self.fates.iter().filter(|fate| fate.killed());
        killed.filter(|fate| fate.outcome() == outcome).count()
    }

    /// Whether nothing survives, nobody is accused, and the catalogue is whole.
    pub(super) fn is_perfect(&self) -> bool {
        self.survivors().next().is_none()
            && self.not_equivalent().next().is_none()
            && self.wanting.is_empty()
            && self.correct.accusations.is_empty()
    }
}

/// The level of each requirement of each API, the common ones included.
fn levels(suites: &Suites) -> BTreeMap<(String, String), Level> {
    let contracts = suites.contracts();
    contracts
        .flat_map(|contract| {
            let requirements = contract.requirements.iter();
            requirements.map(|(id, one)| ((contract.api.clone(), id.clone()), one.level))
        })
        .collect()
}

/// The APIs that the catalogue is about.
fn apis(catalogue: &Catalogue) -> BTreeSet<&'static str> {
    catalogue
        .mutants
        .iter()
        .map(|mutant| mutant.api.name())
        .collect()
}

/// The requirements of which the catalogue has too few mutants, and says no reason why.
fn wanting(
    catalogue: &Catalogue,
    levels: &BTreeMap<(String, String), Level>,
    rows: &BTreeMap<(String, String), Row>,
) -> Vec<String> {
    let mut wanting = Vec::new();
    let told = apis(catalogue);
    for (key @ (api, requirement), level) in levels {
        if !told.contains(api.as_str()) {
            continue;
        }
        let asked = AT_LEAST.iter().find(|(of, _)| of == level);
        let asked = asked.map_or(0, |(_, asked)| *asked);
        let there = rows.get(key).map_or(0, |row| row.mutants);
        let exempted = catalogue
            .exempt
            .iter()
            .any(|(of, exempt)| of.name() == api && exempt.requirement == *requirement);
        if there < asked && !exempted {
            wanting.push(format!(
                "{api} {requirement} ({level}): {there} of at least {asked} mutants"
            ));
        }
    }
    wanting
}

/// The counted cases that killed nothing and are no documented example.
fn idle(suites: &Suites, catalogue: &Catalogue, matrix: &[Judged]) -> Vec<String> {
    let told = apis(catalogue);
    let mut useful: BTreeSet<&str> = BTreeSet::new();
    for judged in matrix {
        useful.extend(judged.killed_by.keys().map(String::as_str));
        useful.extend(judged.also.keys().map(String::as_str));
    }
    let mut idle = BTreeSet::new();
    for roma in suites.revisions() {
        let cases = suites
            .plan(roma)
            .map(|plan| &*plan.cases)
            .unwrap_or_default();
        for planned in cases {
            let case = &planned.case;
            let documented = case.id.contains("/documented/");
            let told = told.contains(planned.validator.contract().api.as_str());
            if told && case.counted && !documented && !useful.contains(&*case.id) {
                let contract = planned.validator.contract();
                idle.insert(format!("{}: {}", contract.name(), case.id));
            }
        }
    }
    idle.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Kill;
    use super::*;

    const MUTANT: &str = "[[mutant]]\nid = \"x\"\nbreaks = \"SM-BD-10\"\ndoes = \"It.\"\n\
                          [[mutant.by.answers]]\nraw = \"empty\"\n";

    fn judged(outcome: Outcome, levels: &[Level]) -> Judged {
        let kill = |level| Kill {
            level,
            finding: String::new(),
        };
        let kills = levels.iter().enumerate();
        Judged {
            mutant: "x".to_owned(),
            revision: String::new(),
            outcome,
            met: None,
            killed_by: kills
                .map(|(case, level)| (case.to_string(), kill(*level)))
                .collect(),
            also: BTreeMap::new(),
            cases: 1,
        }
    }

    #[test]
    fn a_mutant_fares_as_in_the_revision_that_is_mildest_with_it() {
        let text = |file: &str| (file == "smh.toml").then(|| MUTANT.to_owned());
        let catalogue = Catalogue::read(text).expect("it can be read");
        let must = judged(Outcome::NotConformant, &[Level::Should, Level::Must]);
        let should = judged(Outcome::Warnings, &[Level::Should]);
        let unnoticed = judged(Outcome::Conformant, &[]);
        let of = |judged: &[&Judged]| {
            let fate = Fate {
                mutant: &catalogue.mutants[0],
                level: Level::Must,
                judged: judged.to_vec(),
            };
            (fate.killed(), fate.killed_at(), fate.outcome())
        };
        let (worst, mild) = (Some(Level::Must), Some(Level::Should));
        assert_eq!(of(&[&must]), (true, worst, Outcome::NotConformant));
        assert_eq!(of(&[&must, &should]), (true, mild, Outcome::Warnings));
        assert_eq!(of(&[&must, &unnoticed]), (false, None, Outcome::Conformant));
        assert_eq!(of(&[]), (false, None, Outcome::Conformant));
    }
}
