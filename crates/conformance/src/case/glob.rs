//! Patterns of case ids, the same wherever a user writes one.

use globset::{GlobBuilder, GlobMatcher};

/// A pattern: `*` stays within a part of the id between slashes, `**` crosses them.
pub(crate) fn glob(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map(|glob| glob.compile_matcher())
}
