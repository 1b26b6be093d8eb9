//! Writing `run.ndjson` as the run goes, so that one that is cut short leaves the cases that had
//! ended. To write each line alone costs as much as a request, so lines may wait for others; the
//! caller decides how long.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::{CaseRecord, Line, Run};

/// So much is written at once, in bytes: 64 KiB.
const AT_ONCE: usize = 65_536;

/// Writes the lines of one run. What has not been written when it is dropped is written then.
#[derive(Debug)]
pub struct RunWriter {
    file: Option<File>,
    /// Whole lines that are not in the file yet.
    behind: Vec<u8>,
}

impl RunWriter {
    /// Creates the file, or empties it.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: Some(File::create(path)?),
            behind: Vec::new(),
        })
    }

    /// Writes nothing: for a caller that wants the run's value only.
    pub fn nowhere() -> Self {
        Self {
            file: None,
            behind: Vec::new(),
        }
    }

    /// Appends one line, and writes everything.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        self.append(line)?;
        self.flush()
    }

    /// Appends the line of one case, which may be behind until [`RunWriter::flush`].
    pub fn case(&mut self, case: &CaseRecord) -> io::Result<()> {
        self.append(&CaseLine::Case(case))?;
        if self.behind.len() < AT_ONCE {
            return Ok(());
        }
        self.flush()
    }

    /// Whether a line has been appended and is not in the file yet.
    pub fn is_behind(&self) -> bool {
        !self.behind.is_empty()
    }

    /// Writes what is behind.
    pub fn flush(&mut self) -> io::Result<()> {
        let Some(file) = self.file.as_mut().filter(|_| !self.behind.is_empty()) else {
            return Ok(());
        };
        let written = file.write_all(&self.behind);
        // What could not be written is not tried again: half of it may be there.
        self.behind.clear();
        written
    }

    /// Writes a whole run, footer included if it has one.
    pub fn run(&mut self, run: &Run) -> io::Result<()> {
        self.append(&Line::Header(Box::new(run.header.clone())))?;
        for case in &run.cases {
            self.case(case)?;
        }
        if let Some(footer) = &run.footer {
            self.append(&Line::Footer(footer.clone()))?;
        }
        self.flush()
    }

    fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        if self.file.is_none() {
            return Ok(());
        }
        let whole = self.behind.len();
        let appended = serde_json::to_writer(&mut self.behind, line);
        if let Err(error) = appended {
            // Half a line would make the file unreadable.
            self.behind.truncate(whole);
            return Err(error.into());
        }
        self.behind.push(b'\n');
        Ok(())
    }
}

impl Drop for RunWriter {
    fn drop(&mut self) {
        // Whoever wants to know of an error flushes.
        let _written = self.flush();
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
    fn every_line_is_there_as_soon_as_it_is_flushed() {
        let path =
            std::env::temp_dir().join(format!("assetproof-run-{}.ndjson", std::process::id()));
        let run = fixture::run();
        let mut writer = RunWriter::create(&path).unwrap();
        writer
            .write(&Line::Header(Box::new(run.header.clone())))
            .unwrap();
        for (index, case) in run.cases.iter().enumerate() {
            writer.case(case).unwrap();
            assert!(writer.is_behind());
            writer.flush().unwrap();
            assert!(!writer.is_behind());
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
    fn what_is_behind_is_written_when_it_is_much_and_at_the_end() {
        let path =
            std::env::temp_dir().join(format!("assetproof-behind-{}.ndjson", std::process::id()));
        let run = fixture::run();
        let mut writer = RunWriter::create(&path).unwrap();
        let written = || std::fs::metadata(&path).unwrap().len();
        writer.case(&run.cases[0]).unwrap();
        assert_eq!(written(), 0);
        let one = writer.behind.len();
        // With this one there is just as much as is written at once.
        let mut long = run.cases[0].clone();
        long.title.push_str(&"x".repeat(AT_ONCE - 2 * one));
        writer.case(&long).unwrap();
        assert!(!writer.is_behind());
        assert_eq!(written(), AT_ONCE as u64);
        writer.case(&run.cases[0]).unwrap();
        assert_eq!(written(), AT_ONCE as u64);
        drop(writer);
        assert_eq!(written(), (AT_ONCE + one) as u64);
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
