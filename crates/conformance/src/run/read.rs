//! Reading `run.ndjson` back, whole or cut short.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{CaseRecord, Counts, Footer, Header, Line, ReadError};

/// The version of the format that is written and read here.
const FORMAT: u32 = 1;

/// A run as its file tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was run against what.
    pub header: Header,
    /// The cases in order of API, revision and id.
    pub cases: Vec<CaseRecord>,
    /// The counts; none when the run was cut short, and every report says so then.
    pub footer: Option<Footer>,
}

impl Run {
    /// Reads a run file. A last line that is cut in the middle is passed over, as is a missing
    /// footer: the run was cut short then, and `footer` is none.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let bytes = std::fs::read(path).map_err(|source| ReadError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(bytes, path)
    }

    /// Parses the content of a run file; `path` is only for errors.
    ///
    /// It takes bytes, because a file that was cut short may end within a character.
    pub fn parse(content: impl AsRef<[u8]>, path: &Path) -> Result<Self, ReadError> {
        let problem = |line: usize, problem: String| ReadError::Line {
            path: path.to_owned(),
            line,
            problem,
        };
        let mut header = None;
        let mut cases: Vec<CaseRecord> = Vec::new();
        let mut footer: Option<Footer> = None;
        let lines = content.as_ref().split_inclusive(|byte| *byte == b'\n');
        for (index, raw) in lines.enumerate() {
            let number = index + 1;
            if footer.is_some() {
                return Err(problem(number, "a line after the footer".to_owned()));
            }
            let line = match serde_json::from_slice(raw) {
                Ok(line) => line,
                Err(_) if !raw.ends_with(b"\n") && header.is_some() => break,
                Err(error) => return Err(problem(number, unreadable(raw, &error))),
            };
            match line {
                Line::Header(found) if header.is_none() => {
                    if found.format != FORMAT {
                        return Err(problem(number, other_format(found.format.into())));
                    }
                    header = Some(*found);
                }
                Line::Header(_) => return Err(problem(number, "a second header".to_owned())),
                _ if header.is_none() => {
                    return Err(problem(number, "the first line is no header".to_owned()));
                }
                Line::Case(case) => cases.push(*case),
                Line::Footer(found) => {
                    let counted = counts(&cases);
                    if found.counts != counted {
                        return Err(problem(number, miscounted(found.counts, counted)));
                    }
                    footer = Some(found);
                }
            }
        }
        let header = header.ok_or_else(|| problem(1, "the file is empty".to_owned()))?;
        cases.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut seen = BTreeSet::new();
        for case in &cases {
            if !seen.insert(key(case)) {
                let doubled = format!(
                    "the case {} of {}/{} stands in the file twice",
                    case.id, case.api, case.revision
                );
                return Err(problem(1, doubled));
            }
        }
        Ok(Self {
            header,
            cases,
            footer,
        })
    }

    /// Why the run does not tell the whole story, as a sentence without a full stop; none when
    /// every selected case, or every one of the part that the run is, has ended and the footer is
    /// there. Every report says it at its top.
    pub fn cut_short(&self) -> Option<String> {
        let ended = self.cases.len();
        let (selected, whole) = match &self.header.partition {
            None => (self.header.selected, "selected cases"),
            Some(part) => (part.cases, "cases of this part"),
        };
        let of = format!("{ended} of {selected} {whole} ended");
        match &self.footer {
            None => Some(format!(
                "this run was cut short: its file has no footer; {of}"
            )),
            Some(footer) if footer.interrupted => Some(format!("this run was interrupted: {of}")),
            Some(footer) if footer.stopped.is_some() => Some(format!(
                "this run stopped early, because {}: {of}",
                footer.stopped.as_deref().unwrap_or_default()
            )),
            Some(_) if ended < selected => Some(format!("this run is incomplete: {of}")),
            Some(_) => None,
        }
    }
}

/// What makes a case one of its kind in a run: two revisions may have cases of the same id.
fn key(case: &CaseRecord) -> (&str, &str, &str) {
    (&case.api, &case.revision, &case.id)
}

fn counts(cases: &[CaseRecord]) -> Counts {
    let mut counts = Counts::default();
    for case in cases {
        counts.add(case);
    }
    counts
}

/// What to say of a line that cannot be parsed. A newer format may differ in more than its number.
fn unreadable(raw: &[u8], error: &serde_json::Error) -> String {
    if !raw.ends_with(b"\n") && error.is_eof() {
        return "the file is cut short within its header; run it again".to_owned();
    }
    let format = serde_json::from_slice::<Value>(raw)
        .ok()
        .and_then(|value| value.get("format")?.as_u64());
    match format {
        Some(format) if format != u64::from(FORMAT) => other_format(format),
        _ => format!("{error}: not a line of a run file; was it written by assetproof?"),
    }
}

fn other_format(format: u64) -> String {
    format!(
        "format {format}, but this assetproof reads format {FORMAT}; use the version that wrote it"
    )
}

fn miscounted(footer: Counts, cases: Counts) -> String {
    let words = |counts: Counts| {
        let Counts {
            pass,
            warning,
            fail,
            known,
            skipped,
            error,
        } = counts;
        format!(
            "{} cases ({pass} passed, {warning} with a warning, {fail} failed, {known} known, \
             {skipped} skipped, {error} errors)",
            counts.total()
        )
    };
    format!(
        "the footer counts {}, the file holds {}; lines were lost or changed",
        words(footer),
        words(cases)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::fixture;

    fn parse(content: &[u8]) -> Result<Run, ReadError> {
        Run::parse(content, Path::new("run.ndjson"))
    }

    fn refused(content: &[u8]) -> String {
        parse(content).expect_err("refused").to_string()
    }

    #[test]
    fn a_run_comes_back_as_it_was_written() {
        let run = fixture::run();
        assert_eq!(parse(&fixture::file(&run)).unwrap(), run);
        assert_eq!(run.cut_short(), None);
    }

    #[test]
    fn cases_come_in_order_whatever_the_order_in_the_file() {
        let run = fixture::run();
        let mut shuffled = run.clone();
        shuffled.cases.reverse();
        assert_eq!(parse(&fixture::file(&shuffled)).unwrap(), run);
    }

    #[test]
    fn a_file_cut_anywhere_after_its_header_keeps_the_cases_that_had_ended() {
        let run = fixture::run();
        let file = fixture::file(&run);
        let header = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let breaks: Vec<usize> = (0..file.len()).filter(|at| file[*at] == b'\n').collect();
        // Everywhere near the ends of lines, and here and there within them.
        let near = |end: usize| breaks.iter().any(|at| at.abs_diff(end) < 8);
        for end in (header..file.len() - 1).filter(|end| near(*end) || end % 997 == 0) {
            let read = parse(&file[..end]).unwrap_or_else(|error| panic!("cut at {end}: {error}"));
            let lines = breaks.iter().filter(|at| **at < end).count();
            let whole_last_line = file[end] == b'\n';
            assert_eq!(
                read.cases.len(),
                lines - 1 + usize::from(whole_last_line),
                "cut at {end}"
            );
            assert_eq!(read.footer, None, "cut at {end}");
            let said = read.cut_short().unwrap();
            assert!(said.starts_with("this run was cut short"), "{said}");
        }
    }

    #[test]
    fn an_interrupted_and_an_incomplete_run_say_so() {
        let mut run = fixture::run();
        run.header.selected += 3;
        let said = run.cut_short().unwrap();
        assert!(said.starts_with("this run is incomplete"), "{said}");
        run.footer.as_mut().unwrap().stopped = Some("a/b/c failed".to_owned());
        let said = run.cut_short().unwrap();
        assert_eq!(
            said,
            "this run stopped early, because a/b/c failed: 10 of 13 selected cases ended"
        );
        run.footer.as_mut().unwrap().interrupted = true;
        let said = run.cut_short().unwrap();
        assert!(said.starts_with("this run was interrupted"), "{said}");
    }

    #[test]
    fn a_part_is_whole_when_its_own_cases_have_ended() {
        let mut run = fixture::run();
        run.header.selected += 30;
        run.header.partition = Some(crate::run::PartitionRecord {
            scheme: "slice".to_owned(),
            part: 1,
            of: 5,
            cases: run.cases.len(),
            plan: "0".repeat(64),
        });
        assert_eq!(run.cut_short(), None);
        run.cases.pop();
        let said = run.cut_short().unwrap();
        assert!(said.ends_with("9 of 10 cases of this part ended"), "{said}");
    }

    #[test]
    fn what_is_no_run_file_is_refused_with_its_line_and_the_way_out() {
        let whole = fixture::file(&fixture::run());
        let text = String::from_utf8(whole.clone()).unwrap();
        let (header, rest) = text.split_once('\n').unwrap();
        let first_case = rest.split_once('\n').unwrap().0;
        for (content, expected) in [
            (String::new(), "run.ndjson:1: the file is empty"),
            (
                header[..40].to_owned(),
                "run.ndjson:1: the file is cut short within its header",
            ),
            ("<html>\n".to_owned(), "was it written by assetproof?"),
            ("<html>".to_owned(), "was it written by assetproof?"),
            ("{\n".to_owned(), "was it written by assetproof?"),
            (
                "{\"type\":\"header\",\"format\":1}\n".to_owned(),
                "was it written by assetproof?",
            ),
            (rest.to_owned(), "run.ndjson:1: the first line is no header"),
            (
                format!("{header}\n{header}\n"),
                "run.ndjson:2: a second header",
            ),
            (format!("{header}\n\n{rest}"), "run.ndjson:2: "),
            (format!("{text}{first_case}\n"), "a line after the footer"),
            (format!("{text}{{"), "a line after the footer"),
            (
                format!("{header}\n{first_case}\n{first_case}\n"),
                "stands in the file twice",
            ),
            (
                text.replacen(first_case, "", 1).replacen("\n\n", "\n", 1),
                "the footer counts",
            ),
            (
                text.replacen("\"format\":1", "\"format\":2", 1),
                "use the version that wrote it",
            ),
            (
                "{\"type\":\"header\",\"format\":7}\n".to_owned(),
                "format 7, but",
            ),
        ] {
            let said = refused(content.as_bytes());
            assert!(said.contains(expected), "{said:?} should say {expected:?}");
        }
    }

    #[test]
    fn a_footer_that_counts_more_than_there_can_be_is_refused() {
        let mut run = fixture::run();
        let counts = &mut run.footer.as_mut().unwrap().counts;
        (counts.pass, counts.fail) = (usize::MAX, usize::MAX);
        let said = refused(&fixture::file(&run));
        assert!(said.contains("the footer counts"), "{said}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Run::read(Path::new("/nonexistent/run.ndjson")).expect_err("refused");
        assert!(
            error.to_string().starts_with("/nonexistent/run.ndjson: "),
            "{error}"
        );
    }
}
