//! The file of a snapshot, in insta's format (<https://insta.rs/docs/snapshot-files/>): a head in
//! YAML between two lines of three dashes, then the text. So `cargo insta review` shows what has
//! changed, and a test can assert a snapshot by `insta::assert_snapshot!`. insta itself stays out
//! of the program: the format is this small.

use std::fmt::Write as _;

use std::path::{Path, PathBuf};

use super::Taken;

const RULE: &str = "---";

/// Where the snapshot of a case lies below the folder of all: `<api>/<revision>/`, and there the
/// id without the API, its slashes doubled underscores, as insta names files.
pub(super) fn path(taken: &Taken) -> PathBuf {
    let id = taken.case.as_str();
    let id = id
        .strip_prefix(taken.api.as_str())
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(id);
    let parts: Vec<String> = id.split('/').map(component).collect();
    folder(&taken.api, &taken.revision).join(format!("{}.snap", parts.join("__")))
}

/// The folder of a contract's snapshots.
pub(super) fn folder(api: &str, revision: &str) -> PathBuf {
    Path::new(&component(api)).join(component(revision))
}

/// A text that is one component of a path on every system.
fn component(text: &str) -> String {
    let safe: String = text
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "._-".contains(c) => c,
            _ => '-',
        })
        .collect();
    if safe.chars().all(|c| c == '.') {
        "-".to_owned()
    } else {
        safe
    }
}

/// The content of the file.
pub(super) fn write(taken: &Taken) -> String {
    let mut text = format!("{RULE}\n");
    for (name, value) in [
        ("source", format!("{}/{}", taken.api, taken.revision)),
        ("description", taken.title.clone()),
        ("expression", taken.case.clone()),
    ] {
        // A JSON string is a YAML scalar, whatever it holds.
        let value = serde_json::Value::from(value);
        let _infallible = writeln!(text, "{name}: {value}");
    }
    let _infallible = writeln!(text, "{RULE}\n{}", normal(&taken.text));
    text
}

/// The text of a snapshot's file.
///
/// # Errors
/// What keeps the file from being a snapshot, in words.
pub(super) fn read(content: &str) -> Result<String, &'static str> {
    let mut lines = content.split_inclusive('\n');
    let is_rule = |line: &str| line.trim_end() == RULE;
    if !lines.next().is_some_and(is_rule) {
        return Err("its first line is not ---");
    }
    if !lines.any(is_rule) {
        return Err("its head has no end");
    }
    Ok(normal(&lines.collect::<String>()))
}

/// The text as it is compared: line ends and white space at the end do not count, as in insta.
pub(super) fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Taken {
        Taken {
            api: "roma".to_owned(),
            revision: "2022-12".to_owned(),
            case: "roma/assets-delete/documented/200".to_owned(),
            title: "It's \"accepted\": a job".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn the_file_is_as_insta_writes_it() {
        insta::assert_snapshot!(write(&taken("HTTP 200\n\n{}\n")), @r#"
        ---
        source: "roma/2022-12"
        description: "It's \"accepted\": a job"
        expression: "roma/assets-delete/documented/200"
        ---
        HTTP 200

        {}
        "#);
    }

    #[test]
    fn a_text_comes_back_as_it_was_written() {
        for text in [
            "HTTP 200\n\n{}",
            "",
            "---\n---\nx",
            "\n\na\r\nb\n",
            "\u{1b}\u{0}",
        ] {
            assert_eq!(read(&write(&taken(text))), Ok(normal(text)), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_snapshot_is_told() {
        for content in ["", "HTTP 200\n", "---\nsource: x\n"] {
            read(content).expect_err("it is none");
        }
    }

    #[test]
    fn a_path_stays_within_its_folder_and_two_revisions_apart() {
        let path_of = |api: &str, revision: &str, case: &str| {
            let mut taken = taken("");
            (taken.api, taken.revision) = (api.to_owned(), revision.to_owned());
            case.clone_into(&mut taken.case);
            path(&taken)
        };
        let id = "roma/assets-delete/documented/200";
        let (old, new) = (
            path_of("roma", "2022-12", id),
            path_of("roma", "2025-10", id),
        );
        assert_eq!(
            old,
            Path::new("roma/2022-12/assets-delete__documented__200.snap")
        );
        assert_ne!(old, new);
        let odd = path_of("..", "../x", "../../etc/passwd:\u{1f980}");
        assert_eq!(odd, Path::new("-/..-x/-__etc__passwd--.snap"));
    }
}
