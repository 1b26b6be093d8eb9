//! `cargo xtask tidy`: what holds of the repository as a whole and no compiler checks. It is a test
//! as well, so that `cargo test` finds what it finds.

mod coverage;
mod figures;
mod fixtures;
mod sources;

use std::process::ExitCode;

use crate::root;

/// Everything that is untidy, a line each: the place, what is wrong, and the way out.
fn problems() -> Vec<String> {
    let mut problems = coverage::problems();
    problems.extend(figures::problems(root()));
    problems.extend(fixtures::problems(root()));
    problems.extend(sources::problems(root()));
    problems
}

/// Prints what is untidy; fails when anything is.
pub(crate) fn run() -> ExitCode {
    let problems = problems();
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() {
        println!("tidy");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let problems = super::problems();
        assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    }
}
