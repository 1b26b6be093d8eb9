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
