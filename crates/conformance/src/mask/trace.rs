//! A first look at a text: whether anything that is masked can stand in it. Nearly no text has any,
//! and the search that would find it, which disregards the case of letters, reads one byte after
//! the other; here many are compared at once.

use std::collections::BTreeSet;

use aho_corasick::packed::{Config, MatchKind, Searcher};

/// So many bytes at the end of a form are looked for: enough to be rare. Its beginning is often a
/// word that stands in many a text.
const END: usize = 8;

/// Stands between texts, so that the end of one and the beginning of the next are not taken for one.
const BETWEEN: &[u8] = b"\n";

/// Knows the ends of all that is looked for, in lower case.
#[derive(Clone, Default)]
pub(super) struct Trace {
    /// The length of the shortest of them, in bytes.
    shortest: usize,
    /// Finds the ends in a text in lower case; none where the machine cannot do that quickly, or they
    /// are too many for it.
    finder: Option<Searcher>,
}

impl Trace {
    /// That of these texts.
    pub(super) fn of<'f>(forms: impl Iterator<Item = &'f str> + Clone) -> Self {
        let ends: BTreeSet<Vec<u8>> = forms.clone().map(end).collect();
        Self {
            shortest: forms.map(str::len).min().unwrap_or_default(),
            finder: Config::new()
                .match_kind(MatchKind::LeftmostFirst)
                .builder()
                .extend(ends)
                .build(),
        }
    }

    /// Whether one of them may stand in the text, in letters of whichever case. It does not
    /// say no where one does.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        if text.len() < self.shortest {
            return false;
        }
        let finder = self.finder.as_ref();
        finder.is_none_or(|finder| finder.find(text.to_ascii_lowercase()).is_some())
    }

    /// Whether one of them may stand in any of the texts.
    pub(super) fn may_be_in_any(&self, texts: &[&mut String]) -> bool {
        let Some(finder) = &self.finder else {
            return true;
        };
        let length = texts.iter().map(|text| text.len() + BETWEEN.len()).sum();
        let mut all = Vec::with_capacity(length);
        for text in texts {
            all.extend_from_slice(text.as_bytes());
            all.extend_from_slice(BETWEEN);
        }
        all.make_ascii_lowercase();
        finder.find(all).is_some()
    }
}

fn end(form: &str) -> Vec<u8> {
    let form = form.as_bytes();
    form[form.len().saturating_sub(END)..].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Trace;

    #[rstest]
    #[case("says open-sesame", true)]
    #[case("says OPEN-sesamE and more", true)]
    #[case("open-sesam", false)]
    #[case("K\u{f6}ln/X", true)]
    #[case("k\u{f6}LN/x", true)]
    #[case("k\u{d6}ln/x is another letter", false)]
    #[case("a long text without any of them, but with open- and sesame", false)]
    #[case("", false)]
    fn a_form_is_seen_in_letters_of_either_case(#[case] text: &str, #[case] seen: bool) {
        let trace = Trace::of(["Open-Sesame", "k\u{f6}ln/x"].into_iter());
        // A machine that cannot look quickly leaves it to the search itself.
        let looks = trace.finder.is_some() || text.len() < trace.shortest;
        assert_eq!(trace.may_be_in(text), seen || !looks);
    }

    #[rstest]
    #[case(&[], false)]
    #[case(&["", "a"], false)]
    #[case(&["open", "-sesame"], false)]
    #[case(&["says open-", "sesame"], false)]
    #[case(&["a", "OPEN-sesame", "b"], true)]
    #[case(&["a", "open-sesame"], true)]
    fn a_form_is_seen_in_one_of_several_texts(#[case] texts: &[&str], #[case] seen: bool) {
        let trace = Trace::of(["Open-Sesame", "k\u{f6}ln/x"].into_iter());
        let mut texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        let texts: Vec<&mut String> = texts.iter_mut().collect();
        let looks = trace.finder.is_some();
        assert_eq!(trace.may_be_in_any(&texts), seen || !looks);
    }

    #[test]
    fn where_nothing_is_secret_the_search_itself_decides() {
        assert!(Trace::of([].into_iter()).may_be_in("anything"));
    }
}
