//! The files and directories of a space.
//!
//! Inferred: a path names the same thing with or without empty segments (`/foo//bar/`); parents of
//! a file are there with it; deleting a directory takes along what is in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything in a space by its path's segments; whatever is in a directory follows it directly.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Listing", into = "Listing")]
pub(crate) struct Tree {
    nodes: BTreeMap<Vec<String>, Kind>,
}

/// The same by whole path, as it is kept.
type Listing = BTreeMap<String, Kind>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Directory,
    /// A directory that is only there for what is in it.
    ImpliedDirectory,
    File,
}

/// Why something cannot be put at a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Blocked {
    /// The path has no segment.
    #[error("it names the space itself")]
    Root,
    /// On its way is a file.
    #[error("{0} is a file")]
    File(String),
    /// A directory is there already.
    #[error("{0} is a directory")]
    Directory(String),
    /// The path is deeper than any file lies.
    #[error("it has {0} segments, and at most {DEEPEST} are taken")]
    Deep(usize),
}

/// The most segments of a path. Inferred: each parent is kept with its whole path, so that the
/// room for one path grows with the square of its depth.
const DEEPEST: usize = 256;

impl From<Tree> for Listing {
    fn from(tree: Tree) -> Self {
        let nodes = tree.nodes.into_iter();
        nodes
            .map(|(segments, kind)| (segments.join("/"), kind))
            .collect()
    }
}

impl TryFrom<Listing> for Tree {
    type Error = String;

    fn try_from(listing: Listing) -> Result<Self, String> {
        let mut nodes = BTreeMap::new();
        for (path, kind) in listing {
            let segments = segments(&path);
            if segments.is_empty() || segments.len() > DEEPEST || segments.join("/") != path {
                return Err(format!(
                    "{path:?} is no path of 1 to {DEEPEST} segments with one / between them"
                ));
            }
            nodes.insert(segments, kind);
        }
        // Parents come before what is in them, so each has to look at its own parent only.
        for segments in nodes.keys().filter(|segments| segments.len() > 1) {
            let parent = &segments[..segments.len() - 1];
            if matches!(nodes.get(parent), None | Some(Kind::File)) {
                return Err(format!(
                    "{:?} lies in {:?}, which is not listed as a directory",
                    segments.join("/"),
                    parent.join("/")
                ));
            }
        }
        Ok(Self { nodes })
    }
}

impl Tree {
    /// Puts a file at the path, with its parents; nothing happens when it is there already.
    pub(crate) fn add_file(&mut self, path: &str) -> Result<(), Blocked> {
        let segments = segments(path);
        match self.nodes.get(&segments) {
            Some(Kind::Directory | Kind::ImpliedDirectory) => {
                Err(Blocked::Directory(path.to_owned()))
            }
            _ => self.add(segments, Kind::File),
        }
    }

    /// Puts a directory at the path, with its parents; nothing happens when it is there already.
    pub(crate) fn add_directory(&mut self, path: &str) -> Result<(), Blocked> {
        let segments = segments(path);
        match self.nodes.get(&segments) {
            Some(Kind::File) => Err(Blocked::File(path.to_owned())),
            _ => self.add(segments, Kind::Directory),
        }
    }

    fn add(&mut self, segments: Vec<String>, kind: Kind) -> Result<(), Blocked> {
        if segments.is_empty() {
            return Err(Blocked::Root);
        }
        if segments.len() > DEEPEST {
            return Err(Blocked::Deep(segments.len()));
        }
        let parents = (1..segments.len()).map(|length| &segments[..length]);
        if let Some(file) = parents
            .clone()
            .find(|parent| self.nodes.get(*parent) == Some(&Kind::File))
        {
            return Err(Blocked::File(file.join("/")));
        }
        for parent in parents {
            self.nodes
                .entry(parent.to_vec())
                .or_insert(Kind::ImpliedDirectory);
        }
        self.nodes.insert(segments, kind);
        Ok(())
    }

    /// Deletes what is at the path with everything in it; tells whether something was there.
    pub(crate) fn delete(&mut self, path: &str) -> bool {
        let segments = segments(path);
        if segments.is_empty() || !self.nodes.contains_key(&segments) {
            return false;
        }
        let inside: Vec<Vec<String>> = self
            .nodes
            .range(segments.clone()..)
            .take_while(|(path, _)| path.starts_with(&segments))
            .map(|(path, _)| path.clone())
            .collect();
        for path in &inside {
            self.nodes.remove(path);
        }
        true
    }

    /// Undoes the adding: as [`Self::delete`], and parents that were only there for it go too.
    pub(crate) fn remove(&mut self, path: &str) {
        self.delete(path);
        let mut parent = segments(path);
        while parent.pop().is_some() {
            let has_children = self
                .nodes
                .range(parent.clone()..)
                .nth(1)
                .is_some_and(|(next, _)| next.starts_with(&parent));
            if has_children || self.nodes.get(&parent) != Some(&Kind::ImpliedDirectory) {
                break;
            }
            self.nodes.remove(&parent);
        }
    }

    /// Takes away every single thing whose path is one of those, and nothing along with it.
    pub(super) fn take_where(&mut self, gone: impl Fn(&[String]) -> bool) {
        self.nodes.retain(|path, _| !gone(path));
    }

    /// Whether a directory is at the path.
    pub(super) fn is_directory(&self, path: &str) -> bool {
        let kind = self.nodes.get(&segments(path));
        matches!(kind, Some(Kind::Directory | Kind::ImpliedDirectory))
    }

    /// Whether something is at the path.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.nodes.contains_key(&segments(path))
    }
}

pub(super) fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_end_takes_no_room() {
        let mut tree = Tree::default();
        let deep = "a/".repeat(100_000);
        assert_eq!(tree.add_file(&deep), Err(Blocked::Deep(100_000)));
        assert_eq!(tree.add_directory(&"a/".repeat(DEEPEST)), Ok(()));
    }

    fn tree(files: &[&str]) -> Tree {
        let mut tree = Tree::default();
        for file in files {
            tree.add_file(file).expect("nothing stands in the way");
        }
        tree
    }

    #[test]
    fn deleting_a_directory_takes_along_what_is_in_it_and_nothing_else() {
        let mut tree = tree(&[
            "foo/bar/1.jpg",
            "foo/bar/x/2.jpg",
            "foo/bar-1.jpg",
            "foo/bar.jpg",
        ]);
        assert!(tree.delete("foo/bar"));
        assert!(!tree.delete("foo/bar/x"));
        assert!(tree.contains("foo/bar-1.jpg") && tree.contains("foo/bar.jpg"));
        assert!(!tree.delete(""), "the space itself cannot be deleted");
    }

    #[test]
    fn removing_leaves_no_implied_parents_behind() {
        let mut tree = tree(&["a/b/c/1", "a/2"]);
        tree.remove("a/b/c/1");
        assert!(!tree.contains("a/b") && tree.contains("a/2"));
        tree.add_directory("d").expect("free");
        tree.add_file("d/1").expect("free");
        tree.remove("d/1");
        assert!(tree.contains("d"), "it was made for its own sake");
    }

    #[test]
    fn a_file_has_nothing_in_it() {
        let mut tree = tree(&["a"]);
        assert_eq!(tree.add_file("a/b"), Err(Blocked::File("a".to_owned())));
        assert_eq!(tree.add_directory("a"), Err(Blocked::File("a".to_owned())));
        assert_eq!(tree.add_file("//"), Err(Blocked::Root));
    }
}
