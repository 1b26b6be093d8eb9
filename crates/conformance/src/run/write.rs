//! Writing `run.ndjson` as the run goes: each line is flushed, so that a run that is cut short
//! leaves every case that had ended.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::Line;

/// Writes the lines of one run.
#[derive(Debug)]
pub struct RunWriter {
    file: BufWriter<File>,
}

impl RunWriter {
    /// Creates the file, or empties it.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(File::create(path)?),
        })
    }

    /// Appends one line.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, line)?;
        self.file.write_all(b"\n")?;
        self.file.flush()
    }
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
            writer.write(&Line::Case(Box::new(case.clone()))).unwrap();
            let read = Run::read(&path).unwrap();
            assert_eq!(read.cases, run.cases[..=index]);
            assert!(read.cut_short().is_some(), "the footer is not there yet");
        }
        writer
            .write(&Line::Footer(run.footer.clone().unwrap()))
            .unwrap();
        assert_eq!(Run::read(&path).unwrap(), run);
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
                if name == "reason" {
                    continue;
                }
                let mut without = line.clone();
                without.as_object_mut().unwrap().remove(name);
                assert!(!schema.is_valid(&without), "without {name}");
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
