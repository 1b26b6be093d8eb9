//! The responses that are not as their snapshots, in the Markdown report.

use super::escape::{code, fenced, html};
use super::{VALUE, put};
use crate::report::headline::number;
use crate::snapshot::Comparison;

/// Of one difference and of all, so many characters are shown; the files have them all.
const DIFF: usize = 4_000;
const ALL: usize = 200_000;

pub(super) fn write(out: &mut String, comparison: &Comparison) {
    let Comparison {
        drifts,
        stale,
        unseen,
        accepted,
        ..
    } = comparison;
    if drifts.is_empty() && stale.is_empty() && *unseen == 0 {
        return;
    }
    out.push_str("## Snapshots\n\n");
    let start = out.len();
    let mut left_out = 0;
    for drift in drifts {
        if out.len() - start > ALL {
            left_out += 1;
            continue;
        }
        let word = if *accepted {
            format!("{}, accepted", drift.kind.word())
        } else {
            drift.kind.word().to_owned()
        };
        put(
            out,
            format_args!(
                "<details>\n<summary>{} ({}): {word}</summary>\n\n",
                html(&drift.case),
                html(&drift.contract)
            ),
        );
        let diff = &drift.diff;
        let shown = &diff[..diff.floor_char_boundary(DIFF)];
        out.push_str(&fenced(shown, "diff"));
        if shown.len() < diff.len() {
            let path = drift.path.display().to_string();
            let path = code(&path, VALUE);
            put(out, format_args!("The rest is in {path}.\n\n"));
        }
        out.push_str("</details>\n\n");
    }
    if left_out > 0 {
        let more = number(left_out, "more response differs", "more responses differ");
        put(out, format_args!("{more}.\n\n"));
    }
    for path in stale {
        let path = code(&path.display().to_string(), VALUE);
        let told = if *accepted { "Removed" } else { "Stale" };
        put(
            out,
            format_args!("- {told}: no case has the snapshot {path}\n"),
        );
    }
    if *unseen > 0 {
        let cases = number(*unseen, "case", "cases");
        let told = "gave no response to compare with the snapshot";
        put(out, format_args!("- {cases} {told}\n"));
    }
    if !stale.is_empty() || *unseen > 0 {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rstest::rstest;

    use super::*;
    use crate::snapshot::{Drift, DriftKind};

    fn told(comparison: &Comparison) -> String {
        let mut out = String::new();
        write(&mut out, comparison);
        out
    }

    fn drifted(diffs: impl IntoIterator<Item = String>) -> Comparison {
        let drifts = diffs.into_iter().map(|diff| Drift {
            case: "smh/task/documented/200".to_owned(),
            contract: "smh/2026-01".to_owned(),
            path: PathBuf::from("a.snap"),
            kind: DriftKind::Changed,
            diff,
        });
        Comparison {
            drifts: drifts.collect(),
            ..Comparison::default()
        }
    }

    #[test]
    fn nothing_to_tell_is_no_section() {
        assert_eq!(told(&Comparison::default()), "");
    }

    #[test]
    fn what_is_stale_or_unseen_is_told_without_any_difference() {
        let stale = Comparison {
            stale: vec![PathBuf::from("old.snap")],
            ..Comparison::default()
        };
        let unseen = Comparison {
            unseen: 1,
            ..Comparison::default()
        };
        assert_eq!(
            told(&stale),
            "## Snapshots\n\n- Stale: no case has the snapshot `old.snap`\n\n"
        );
        assert_eq!(
            told(&unseen),
            "## Snapshots\n\n- 1 case gave no response to compare with the snapshot\n\n"
        );
    }

    #[test]
    fn a_difference_alone_ends_the_section() {
        assert_eq!(
            told(&drifted(["+a".to_owned()])),
            "## Snapshots\n\n<details>\n<summary>smh/task/documented/200 (smh/2026-01): changed\
             </summary>\n\n```diff\n+a\n```\n\n</details>\n\n"
        );
    }

    #[rstest]
    #[case(DIFF, false)]
    #[case(DIFF + 1, true)]
    fn of_a_long_difference_the_file_has_the_rest(#[case] length: usize, #[case] rest: bool) {
        let told = told(&drifted(["+".repeat(length)]));
        assert_eq!(
            told.contains("The rest is in `a.snap`.\n\n"),
            rest,
            "{told}"
        );
    }

    #[test]
    fn what_is_shown_ends_where_the_room_is_full() {
        let overhead = told(&drifted(["+".to_owned()])).len() - "## Snapshots\n\n".len() - 1;
        let each = overhead + DIFF;
        let rest = ALL % each;
        assert!(rest > overhead, "the last one has a difference");
        let mut diffs = vec!["+".repeat(DIFF); ALL / each];
        diffs.push("+".repeat(rest - overhead));
        // Just full, so that there is one more.
        diffs.extend(["+".to_owned(), "+".to_owned()]);
        let told = told(&drifted(diffs));
        assert!(
            told.ends_with("1 more response differs.\n\n"),
            "{}",
            &told[told.len() - 80..]
        );
    }

    #[test]
    fn of_very_many_the_last_are_counted() {
        let whole = told(&drifted([String::new()]));
        let each = whole.len() - "## Snapshots\n\n".len() + DIFF;
        let fit = ALL / each + 1;
        let many = |count| drifted(vec!["+".repeat(DIFF); count]);
        assert!(!told(&many(fit)).contains("differ"));
        let more = told(&many(fit + 1));
        assert!(
            more.ends_with("1 more response differs.\n\n"),
            "{}",
            &more[more.len() - 80..]
        );
        let more = told(&many(fit + 3));
        assert!(
            more.ends_with("3 more responses differ.\n\n"),
            "{}",
            &more[more.len() - 80..]
        );
        assert_eq!(more.matches("<details>").count(), fit);
    }
}
