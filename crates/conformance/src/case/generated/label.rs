//! What a case is called: the words of its id, its title, and what it is about.

use super::names::word;
use super::sites::Site;
use crate::run::CaseKind;

/// The name of a case that is still to be made.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) kind: CaseKind,
    /// The part of the request that it changes, as a part of its id.
    pub(super) place: String,
    /// What it does to that part, as the last part of its id.
    pub(super) what: String,
    pub(super) title: String,
    /// The requirement around what it changes, whatever promises that it is accepted or refused.
    pub(super) about: Option<String>,
}

impl Label {
    /// A request that is right, or whose acceptance is observed.
    pub(super) fn positive(place: &str, what: &str, title: impl Into<String>) -> Self {
        Self::new(CaseKind::Positive, place, what, title.into())
    }

    /// A request with a fault, or with what could be taken for one.
    pub(super) fn negative(place: &str, what: &str, title: impl Into<String>) -> Self {
        Self::new(CaseKind::Negative, place, what, title.into())
    }

    fn new(kind: CaseKind, place: &str, what: &str, title: String) -> Self {
        Self {
            kind,
            place: place.to_owned(),
            what: word(what),
            title,
            about: None,
        }
    }

    /// The same about what this requirement says.
    pub(super) fn about(mut self, requirement: Option<&str>) -> Self {
        self.about = requirement.map(str::to_owned);
        self
    }
}

impl Site {
    /// A right request with something else at this place; the words follow the place's name.
    pub(super) fn positive(&self, what: &str, words: impl AsRef<str>) -> Label {
        let title = format!("{} {}", self.title(), words.as_ref());
        Label::positive(&self.place, what, title).about(self.facts.requirement.as_deref())
    }

    /// A request with a fault at this place.
    pub(super) fn negative(&self, what: &str, words: impl AsRef<str>) -> Label {
        let title = format!("{} {}", self.title(), words.as_ref());
        Label::negative(&self.place, what, title).about(self.facts.requirement.as_deref())
    }
}
