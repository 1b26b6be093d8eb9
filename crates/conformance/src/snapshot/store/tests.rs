//! Snapshots on disk: which files there are before and after a comparison.

use rstest::rstest;

use super::*;
use crate::case::Case;
use crate::target::fixture;

const ONE: &str = "metastudio/batch-action/documented/one";
const TWO: &str = "metastudio/batch-action/documented/two";

/// A folder of a test's own, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn of(name: &str) -> Self {
        let name = format!("assetproof-snapshots-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// A file of a snapshot of metastudio's.
    fn file(&self, name: &str) -> PathBuf {
        self.0.join("metastudio/2025-12").join(name)
    }

    fn write(&self, name: &str) {
        write(&self.file(name), &file::write(&taken(ONE, "HTTP 200"))).expect("written");
    }

    /// The names of all files of metastudio's.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.file("")).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn compare(&self, taken: &[Taken], accept: bool) -> Result<Comparison, SnapshotError> {
        let store = SnapshotStore::new(&self.0);
        store.compare(taken.to_vec(), &plan(), accept)
    }

    /// What a comparison says that finds nothing at all.
    fn nothing(&self) -> Comparison {
        Comparison {
            folder: self.0.clone(),
            ..Comparison::default()
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Two documented cases, one that is not selected, and one of another kind.
fn plan() -> Plan {
    let case = |id: &str| fixture::case(id, &[]);
    let positive = Case {
        kind: CaseKind::Positive,
        ..case("metastudio/batch-action/positive/one")
    };
    let unselected = case("metastudio/batch-action/documented/unselected");
    let mut plan = fixture::plan(vec![case(ONE), case(TWO), positive, unselected]);
    plan.cases.pop();
    plan
}

fn taken(case: &str, text: &str) -> Taken {
    Taken {
        api: "metastudio".to_owned(),
        revision: "2025-12".to_owned(),
        case: case.to_owned(),
        title: "A".to_owned(),
        text: text.to_owned(),
    }
}

fn drift(folder: &Folder, name: &str, kind: DriftKind, diff: &str) -> Drift {
    Drift {
        case: format!("metastudio/batch-action/documented/{name}"),
        contract: "metastudio/2025-12".to_owned(),
        path: folder.file(&format!("batch-action__documented__{name}.snap")),
        kind,
        diff: diff.to_owned(),
    }
}

#[rstest]
#[case(CaseKind::Documented, true)]
#[case(CaseKind::Positive, false)]
#[case(CaseKind::Negative, false)]
#[case(CaseKind::Scenario, false)]
fn only_what_a_document_shows_is_kept(#[case] kind: CaseKind, #[case] kept: bool) {
    let mut record = crate::run::fixture::case(ONE, "A");
    record.kind = kind;
    let expected = kept.then(|| taken(ONE, "HTTP 200"));
    assert_eq!(Taken::of(&record, Some("HTTP 200")), expected);
    assert_eq!(Taken::of(&record, None), None);
}

#[test]
fn a_new_response_lies_beside_its_snapshot_until_it_is_accepted() {
    let folder = Folder::of("new");
    let responses = [taken(TWO, "HTTP 200\n\n{}"), taken(ONE, "HTTP 202\n\n[]")];
    let news = Comparison {
        drifts: vec![
            drift(
                &folder,
                "one",
                DriftKind::New,
                "@@ -0,0 +1,3 @@\n+HTTP 202\n+\n+[]",
            ),
            drift(
                &folder,
                "two",
                DriftKind::New,
                "@@ -0,0 +1,3 @@\n+HTTP 200\n+\n+{}",
            ),
        ],
        ..folder.nothing()
    };
    assert_eq!(folder.compare(&responses, false).expect("compared"), news);
    assert_eq!(
        folder.files(),
        [
            "batch-action__documented__one.snap.new",
            "batch-action__documented__two.snap.new"
        ]
    );

    let accepted = Comparison {
        accepted: true,
        ..news
    };
    assert_eq!(
        folder.compare(&responses, true).expect("compared"),
        accepted
    );
    assert_eq!(
        folder.files(),
        [
            "batch-action__documented__one.snap",
            "batch-action__documented__two.snap"
        ]
    );
    let kept = fs::read_to_string(folder.file("batch-action__documented__two.snap"));
    assert_eq!(kept.expect("a file"), file::write(&responses[0]));

    let same = Comparison {
        same: 2,
        ..folder.nothing()
    };
    assert_eq!(folder.compare(&responses, false).expect("compared"), same);
    assert_eq!(folder.files().len(), 2, "there is nothing to look at");
}

#[test]
fn a_changed_response_is_shown_and_goes_when_it_is_as_before() {
    let folder = Folder::of("changed");
    folder.write("batch-action__documented__one.snap");
    let changed = Comparison {
        drifts: vec![drift(
            &folder,
            "one",
            DriftKind::Changed,
            "@@ -1 +1 @@\n-HTTP 200\n+HTTP 500",
        )],
        ..folder.nothing()
    };
    let compared = folder.compare(&[taken(ONE, "HTTP 500")], false);
    assert_eq!(compared.expect("compared"), changed);
    assert_eq!(
        folder.files(),
        [
            "batch-action__documented__one.snap",
            "batch-action__documented__one.snap.new"
        ]
    );

    let same = Comparison {
        same: 1,
        ..folder.nothing()
    };
    let compared = folder.compare(&[taken(ONE, "HTTP 200\r\n")], false);
    assert_eq!(compared.expect("compared"), same);
    assert_eq!(folder.files(), ["batch-action__documented__one.snap"]);
}

#[test]
fn a_snapshot_of_a_selected_case_that_gave_no_response_is_unseen() {
    let folder = Folder::of("unseen");
    folder.write("batch-action__documented__one.snap");
    folder.write("batch-action__documented__two.snap");
    folder.write("batch-action__documented__unselected.snap");
    let unseen = Comparison {
        same: 1,
        unseen: 1,
        accepted: true,
        ..folder.nothing()
    };
    let compared = folder.compare(&[taken(ONE, "HTTP 200")], true);
    assert_eq!(compared.expect("compared"), unseen);
    assert_eq!(folder.files().len(), 3, "none of them is stale");
}

#[test]
fn a_snapshot_without_a_case_is_told_and_removed_on_request_only() {
    let folder = Folder::of("stale");
    let names = [
        "batch-action__documented__gone.snap",
        "batch-action__documented__gone.snap.new",
        "batch-action__documented__one.snap",
        "batch-action__positive__one.snap",
        "notes.txt",
    ];
    for name in names {
        folder.write(name);
    }
    let stale = Comparison {
        same: 1,
        stale: vec![folder.file(names[0]), folder.file(names[3])],
        ..folder.nothing()
    };
    let responses = [taken(ONE, "HTTP 200")];
    assert_eq!(folder.compare(&responses, false).expect("compared"), stale);
    assert_eq!(folder.files(), names);
    let accepted = Comparison {
        accepted: true,
        ..stale
    };
    assert_eq!(
        folder.compare(&responses, true).expect("compared"),
        accepted
    );
    assert_eq!(folder.files(), [names[2], names[4]]);
}

#[test]
fn a_file_that_cannot_be_read_or_removed_is_named() {
    let folder = Folder::of("folders");
    let said = |taken: &[Taken]| {
        let error = folder.compare(taken, false).expect_err("it cannot be");
        error.to_string()
    };

    let new = folder.file("batch-action__documented__one.snap.new");
    folder.write("batch-action__documented__one.snap");
    fs::create_dir_all(&new).expect("a folder");
    let begins = format!("failed to remove {}: ", new.display());
    let error = said(&[taken(ONE, "HTTP 200")]);
    assert!(error.starts_with(&begins), "{error}");

    let snapshot = folder.file("batch-action__documented__two.snap");
    fs::create_dir_all(&snapshot).expect("a folder");
    let begins = format!("failed to read {}: ", snapshot.display());
    let error = said(&[taken(TWO, "HTTP 200")]);
    assert!(error.starts_with(&begins), "{error}");

    let contract = folder.0.join("smh/2026-01");
    write(&contract, "no folder").expect("written");
    let begins = format!("failed to read {}: ", contract.display());
    let error = said(&[]);
    assert!(error.starts_with(&begins), "{error}");
}
