//! Reading what libFuzzer says.

/// What a target did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Inputs that were tried.
    pub(super) runs: u64,
    /// Edges of the program that they reached.
    pub(super) edges: u64,
    /// Inputs that reached something new.
    pub(super) new: u64,
    /// The most memory that was used.
    pub(super) megabytes: u64,
}

/// What the log of a run counts; a run that died may not have come to all of it.
pub(super) fn figures(log: &str) -> Figures {
    let mut figures = Figures::default();
    for line in log.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("stat::number_of_executed_units:") => figures.runs = number(words.next()),
            Some("stat::new_units_added:") => figures.new = number(words.next()),
            Some("stat::peak_rss_mb:") => figures.megabytes = number(words.next()),
            Some(first) if first.starts_with('#') => {
                let mut words = words.skip_while(|word| *word != "cov:");
                if words.next().is_some() {
                    figures.edges = number(words.next());
                    figures.runs = figures.runs.max(number(first.get(1..)));
                }
            }
            _ => {}
        }
    }
    figures
}

fn number(word: Option<&str>) -> u64 {
    word.and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// The file that the failing input was written to.
pub(super) fn artifact(log: &str) -> Option<&str> {
    let (_, rest) = log.rsplit_once("Test unit written to ")?;
    rest.lines().next()
}

/// The lines that say what was wrong: the panic's, or libFuzzer's.
pub(super) fn complaint(log: &str) -> Vec<String> {
    const LINES: usize = 12;
    let lines: Vec<&str> = log.lines().collect();
    let panicked = lines.iter().position(|line| line.contains("panicked at"));
    let error = || {
        lines
            .iter()
            .position(|line| line.contains("ERROR: libFuzzer"))
    };
    let Some(begin) = panicked.or_else(error) else {
        return vec!["the process ended without a word".to_owned()];
    };
    let said = lines[begin..].iter().take(LINES);
    said.take_while(|line| !line.starts_with("note: ") && !line.starts_with("stack backtrace"))
        .map(|line| (*line).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
INFO: Running with entropic power schedule (0xFF, 100).
#2	INITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 26Mb
#4096	pulse  cov: 4711 ft: 12 corp: 3/19b lim: 43 exec/s: 2048 rss: 40Mb
thread '<unnamed>' (1) panicked at src/a.rs:1:2:
assertion failed
note: run with `RUST_BACKTRACE=1`
==1== ERROR: libFuzzer: deadly signal
artifact_prefix='/a/'; Test unit written to /a/crash-0af5
Base64: AAA=
stat::number_of_executed_units: 5000
stat::new_units_added:          17
stat::peak_rss_mb:              45
";

    #[test]
    fn a_log_tells_what_was_done_and_what_was_found() {
        let expected = Figures {
            runs: 5000,
            edges: 4711,
            new: 17,
            megabytes: 45,
        };
        assert_eq!(figures(LOG), expected);
        assert_eq!(artifact(LOG), Some("/a/crash-0af5"));
        let said = [
            "thread '<unnamed>' (1) panicked at src/a.rs:1:2:",
            "assertion failed",
        ];
        assert_eq!(complaint(LOG), said);
    }

    #[test]
    fn a_log_that_breaks_off_tells_what_it_can() {
        let cut = &LOG[..LOG.find("thread").unwrap_or_default()];
        assert_eq!((figures(cut).runs, figures(cut).edges), (4096, 4711));
        assert_eq!(artifact(cut), None);
        assert_eq!(complaint(cut).len(), 1);
    }
}
