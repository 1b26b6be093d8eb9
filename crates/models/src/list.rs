//! Arrays whose number of elements is documented.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// An array of at most `MAX` elements.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<T>")]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> List<T, MAX> {
    /// Takes the elements when they are not too many, else [`Error::Count`].
    pub fn new(elements: impl IntoIterator<Item = T>) -> Result<Self> {
        let elements: Vec<T> = elements.into_iter().collect();
        if elements.len() <= MAX {
            Ok(Self(elements))
        } else {
            Err(Error::Count {
                count: elements.len(),
                max: MAX,
            })
        }
    }

    /// The elements.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> TryFrom<Vec<T>> for List<T, MAX> {
    type Error = Error;

    fn try_from(elements: Vec<T>) -> Result<Self> {
        Self::new(elements)
    }
}

impl<T, const MAX: usize> Deref for List<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        assert!(serde_json::from_str::<List<u8, 2>>("[1,2]").is_ok());
        let error = serde_json::from_str::<List<u8, 2>>("[1,2,3]").expect_err("three elements");
        assert!(error.to_string().contains("expected at most 2"), "{error}");
    }
}
