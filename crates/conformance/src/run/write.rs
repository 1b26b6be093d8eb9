//! Writing `run.ndjson` as the run goes: each line is flushed, so that a run that is cut short
//! leaves every case that had ended.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::{CaseRecord, Line, Run};

/// Writes the lines of one run.
#[derive(Debug)]
pub struct RunWriter {
    file: Option<File>,
    /// The line that is written, which goes to the system at once.
    line: Vec<u8>,
}

impl RunWriter {
    /// Creates the file, or empties it.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: Some(File::create(path)?),
            line: Vec::new(),
        })
    }

    /// Writes nothing: for a caller that wants the run's value only.
    pub fn nowhere() -> Self {
        Self {
            file: None,
            line: Vec::new(),
        }
    }

    /// Appends one line.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        self.append(line)
    }

    /// Appends the line of one case.
    pub fn case(&mut self, case: &CaseRecord) -> io::Result<()> {
        self.append(&CaseLine::Case(case))
    }

    /// Writes a whole run, footer included if it has one.
    pub fn run(&mut self, run: &Run) -> io::Result<()> {
        self.append(&Line::Header(Box::new(run.header.clone())))?;
        for case in &run.cases {
            self.case(case)?;
        }
        match &run.footer {
            Some(footer) => self.append(&Line::Footer(footer.clone())),
            None => Ok(()),
        }
    }

    fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        file.write_all(&self.line)
    }
}

/// [`Line::Case`] of a record that stays where it is: a case can hold megabytes.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum CaseLine<'r> {
    Case(&'r CaseRecord),
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::run::{Run, fixture};

    fn schema() -> jsonschema::Validator {
        let text = include_str!("../../../../schemas/formats/run.schema.json");
        let schema = serde_json::from_str(text).expect("the schema is JSON");
        jsonschema::draft202012::meta::validate(&schema).expect("the schema is one");
        jsonschema::draft202012::new(&schema).expect("the schema compiles")
    }

    fn lines() -> Vec<Value> {
        let file = fixture::file(&fixture::run());
        let text = String::from_utf8(file).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn every_line_is_there_as_soon_as_it_is_written() {
        let path =
            std::env::temp_dir().join(format!("assetproof-run-{}.ndjson", std::process::id()));
        let run = fixture::run();
        let mut writer = RunWriter::create(&path).unwrap();
        writer
            .write(&Line::Header(Box::new(run.header.clone())))
            .unwrap();
        for (index, case) in run.cases.iter().enumerate() {
            writer.case(case).unwrap();
            let read = Run::read(&path).unwrap();
            assert_eq!(read.cases, run.cases[..=index]);
            assert!(read.cut_short().is_some(), "the footer is not there yet");
        }
        writer
            .write(&Line::Footer(run.footer.clone().unwrap()))
            .unwrap();
        assert_eq!(Run::read(&path).unwrap(), run);
        let line_by_line = std::fs::read(&path).unwrap();
        RunWriter::create(&path).unwrap().run(&run).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), line_by_line);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn every_line_is_as_its_schema_says() {
        let schema = schema();
        for line in lines() {
            let errors: Vec<String> = schema
                .iter_errors(&line)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert_eq!(errors, Vec::<String>::new(), "{line:#}");
        }
    }

    #[test]
    fn the_schema_refuses_what_is_no_line() {
        let schema = schema();
        for line in lines() {
            for name in line.as_object().unwrap().keys() {
                let mut without = line.clone();
                without.as_object_mut().unwrap().remove(name);
                let optional = [
                    "reason",
                    "known",
                    "retried",
                    "states",
                    "note",
                    "reproduction",
                ];
                let is_valid = schema.is_valid(&without);
                assert_eq!(
                    is_valid,
                    optional.contains(&name.as_str()),
                    "without {name}"
                );
                let mut other = line.clone();
                other[name] = json!({"no": "such"});
                assert!(!schema.is_valid(&other), "{name} of another type");
            }
            let mut more = line.clone();
            more["surprise"] = json!(1);
            assert!(!schema.is_valid(&more), "with an unknown member");
        }
    }
}
