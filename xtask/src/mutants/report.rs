//! The score for a terminal, and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use serde_json::{Value, json};

use super::html;
use super::matrix::{Judged, Outcome};
use super::score::{Fate, Score};
use crate::Result;

/// More lines of one kind are not printed; the files have them all.
const LINES: usize = 20;

/// Of a mutant that was not put to the test.
const NOT_MET: &str = "its defect changed no request and no answer of the run: look at its edits";

/// How far a long step is, on a terminal.
pub(super) fn bar(total: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("[{elapsed}] {bar:24} {pos}/{len} {msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total as u64)
        .with_style(style)
        .with_message(what)
        .with_finish(ProgressFinish::AndClear)
}

/// Makes the folder that the reports are written into.
pub(super) fn prepare(folder: &Path) -> Result<()> {
    let told = |error| format!("failed to write into {}: {error}", folder.display());
    Ok(fs::create_dir_all(folder).map_err(told)?)
}

/// Writes `mutants.json` and `mutants.html`.
pub(super) fn write(folder: &Path, score: &Score<'_>) -> Result<()> {
    let told = |error| format!("failed to write into {}: {error}", folder.display());
    let report = json(score);
    let text = serde_json::to_string_pretty(&report)?;
    fs::write(folder.join("mutants.json"), text).map_err(told)?;
    fs::write(folder.join("mutants.html"), html::render(&report)?).map_err(told)?;
    Ok(())
}

/// The score as data; both files hold it.
fn json(score: &Score<'_>) -> Value {
    let fate = |fate: &Fate<'_>| {
        let judged = fate.judged.iter().map(|judged| {
            json!({
                "revision": judged.revision,
                "verdict": judged.outcome.name(),
                "met": judged.met,
                "cases": judged.cases,
                "killed_by": killed_by(judged),
                "also_noticed_by": judged.also,
            })
        });
        json!({
            "id": fate.mutant.id,
            "api": fate.mutant.api.name(),
            "breaks": fate.mutant.breaks,
            "level": fate.level.to_string(),
            "does": fate.mutant.does,
            "equivalent": fate.mutant.equivalent,
            "killed": fate.killed(),
            "killed_at": fate.killed_at().map(|level| level.to_string()),
            "verdict": fate.outcome().name(),
            "judged": judged.collect::<Value>(),
        })
    };
    let rows = score.rows.iter().map(|((api, requirement), row)| {
        json!({
            "api": api,
            "requirement": requirement,
            "level": row.level.map(|level| level.to_string()),
            "mutants": row.mutants,
            "killed": row.killed,
            "killed_at_must": row.at_must,
            "equivalent": row.equivalent,
        })
    });
    json!({
        "mutants": score.fates.len(),
        "killed": score.killed(),
        "verdicts_of_killed": Outcome::ALL
            .map(|outcome| (outcome.name(), json!(score.killed_as(outcome))))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        "survivors": score.survivors().map(|one| &one.mutant.id).collect::<Vec<_>>(),
        "not_equivalent": score.not_equivalent().map(|one| &one.mutant.id).collect::<Vec<_>>(),
        "verdicts": score.verdicts,
        "requirements": rows.collect::<Value>(),
        "wanting": score.wanting,
        "idle_cases": score.idle,
        "correct": {
            "seeds": score.correct.seeds,
            "runs": score.correct.runs,
            "verdicts": score.correct.verdicts,
            "accusations": score.correct.accusations,
        },
        "catalogue": score.fates.iter().map(fate).collect::<Value>(),
    })
}

/// The cases that killed it, each with its finding.
fn killed_by(judged: &Judged) -> Value {
    let kills = judged.killed_by.iter().map(|(case, kill)| {
        let finding = json!({ "level": kill.level.to_string(), "finding": kill.finding });
        (case.clone(), finding)
    });
    Value::Object(kills.collect())
}

/// The score for a terminal.
pub(super) fn terminal(score: &Score<'_>) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _written = print(&mut out, score);
    out
}

fn print(out: &mut String, score: &Score<'_>) -> std::fmt::Result {
    writeln!(
        out,
        "requirement            level    mutants  killed  at MUST"
    )?;
    for ((api, requirement), row) in &score.rows {
        let level = row.level.map(|level| level.to_string()).unwrap_or_default();
        let (mutants, killed, at_must) = (row.mutants, row.killed, row.at_must);
        let missed = mutants - killed - row.equivalent;
        let mark = if missed > 0 { "  SURVIVED" } else { "" };
        writeln!(
            out,
            "{api:12}{requirement:10} {level:8} {mutants:7} {killed:7}  {at_must:7}{mark}"
        )?;
    }
    for fate in score.survivors() {
        let mutant = fate.mutant;
        writeln!(
            out,
            "\nsurvived: {} ({} {}, {}): {}",
            mutant.id, mutant.api, mutant.breaks, fate.level, mutant.does
        )?;
        for judged in fate.judged.iter().filter(|one| one.killed_by.is_empty()) {
            let revision = &judged.revision;
            if judged.met == Some(false) {
                writeln!(out, "  {revision}: {NOT_MET}")?;
                continue;
            }
            let Some((case, accused)) = judged.also.first_key_value() else {
                writeln!(out, "  {revision}: no case noticed anything")?;
                continue;
            };
            writeln!(
                out,
                "  {revision}: noticed by {} cases, of other requirements ({accused} by {case})",
                judged.also.len()
            )?;
        }
    }
    for fate in score.not_equivalent() {
        writeln!(
            out,
            "\ncalled equivalent, and killed: {}; take \"equivalent\" out of the catalogue",
            fate.mutant.id
        )?;
    }
    list(out, "the catalogue lacks", &score.wanting)?;
    let accusations: Vec<String> = score.correct.accusations.iter().cloned().collect();
    list(out, "false alarms", &accusations)?;
    if let Some(idle) = &score.idle {
        list(out, "cases that killed nothing", idle)?;
    }
    writeln!(
        out,
        "\n{} of {} mutants killed, {} equivalent, {} survived ({} verdicts)",
        score.killed(),
        score.fates.len(),
        score.rows.values().map(|row| row.equivalent).sum::<usize>(),
        score.survivors().count(),
        score.verdicts
    )?;
    let as_what = Outcome::ALL.map(|outcome| (score.killed_as(outcome), outcome.name()));
    let as_what = as_what.into_iter().filter(|(killed, _)| *killed > 0);
    let as_what: Vec<String> = as_what
        .map(|(killed, name)| format!("{killed} {name}"))
        .collect();
    if !as_what.is_empty() {
        writeln!(out, "the runs of the killed: {}", as_what.join(", "))?;
    }
    let correct = &score.correct;
    if correct.runs > 0 {
        writeln!(
            out,
            "{} false alarms in {} runs of correct servers under {} seeds ({} verdicts)",
            correct.accusations.len(),
            correct.runs,
            correct.seeds,
            correct.verdicts
        )?;
    }
    Ok(())
}

fn list(out: &mut String, what: &str, lines: &[String]) -> std::fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{what}: {}", lines.len())?;
    for line in lines.iter().take(LINES) {
        writeln!(out, "  {line}")?;
    }
    if lines.len() > LINES {
        writeln!(out, "  … and {} more, in mutants.json", lines.len() - LINES)?;
    }
    Ok(())
}
