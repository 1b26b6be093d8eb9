//! The rules of the house for source files that neither rustfmt nor clippy knows.

use std::fs;
use std::path::Path;

use super::fixtures::files;

/// A longer file holds more than one thing.
const LONGEST: usize = 650;

pub(super) fn problems(root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for folder in ["crates", "xtask"] {
        for path in files(&root.join(folder), ".rs") {
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let shown = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            problems.extend(of_file(&text).map(|problem| format!("{shown}: {problem}")));
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            if matches!(&*name, "utils" | "util" | "helpers" | "helper" | "misc") {
                problems.push(format!("{shown}: name the file for what is in it"));
            }
            if name == "mod" && !shown.contains("/tests/") && text.contains("fn ") {
                problems.push(format!(
                    "{shown}: a mod.rs only says what there is: move the code"
                ));
            }
        }
    }
    problems
}

fn of_file(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().count();
    // A file that is generated or includes others may begin with an attribute.
    let documented = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with("#!["))
        .is_some_and(|line| line.starts_with("//!"));
    let undocumented =
        (!documented).then(|| "it does not begin with //! and what lives there".to_owned());
    let long = (lines > LONGEST)
        .then(|| format!("{lines} lines: look for two rooms in one (at most {LONGEST})"));
    undocumented.into_iter().chain(long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_word_about_itself_or_of_too_many_lines_is_untidy() {
        assert_eq!(of_file("//! Says it.\nfn f() {}\n").count(), 0);
        assert_eq!(of_file("#![allow(x)]\n//! Says it.\n").count(), 0);
        assert_eq!(of_file("fn f() {}\n").count(), 1);
        let long = format!("//! Says it.\n{}", "\n".repeat(LONGEST));
        assert_eq!(of_file(&long).count(), 1);
    }
}
