//! Integers of any size that JSON can spell.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::{Error, Result};

/// An integer as JSON Schema understands it: a number without fractional part.
///
/// The documents call such members "Int" and name no range, so nothing narrower than what JSON
/// can say would be right. The spelling is kept: `15.0` comes back as `15.0`, and is not equal
/// to `15` here; compare [`Integer::as_i64`] where the number counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Number", into = "Number")]
pub struct Integer(Number);

impl Integer {
    /// The value, when it fits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked just before"
    )]
    pub fn as_i64(&self) -> Option<i64> {
        // 2^63 is exact in an f64, while `i64::MAX` would be rounded up to it.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        self.0.as_i64().or_else(|| {
            self.0
                .as_f64()
                .filter(|value| (-LIMIT..LIMIT).contains(value))
                .map(|value| value as i64)
        })
    }
}

impl TryFrom<Number> for Integer {
    type Error = Error;

    fn try_from(number: Number) -> Result<Self> {
        let whole = number.is_i64()
            || number.is_u64()
            || number
                .as_f64()
                .is_some_and(|value| value.is_finite() && value.fract() == 0.0);
        if whole {
            Ok(Self(number))
        } else {
            Err(Error::Fractional(number))
        }
    }
}

impl From<Integer> for Number {
    fn from(integer: Integer) -> Self {
        integer.0
    }
}

impl From<u64> for Integer {
    fn from(value: u64) -> Self {
        Self(value.into())
    }
}

impl From<i64> for Integer {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_their_spelling_and_fractions_are_refused() {
        for text in ["15", "-1", "15.0", "18446744073709551615", "1e+300"] {
            let integer: Integer = serde_json::from_str(text).expect(text);
            let back = serde_json::to_string(&integer).expect(text);
            assert_eq!(back, text);
        }
        let error = serde_json::from_str::<Integer>("1.5").expect_err("a fraction");
        assert!(error.to_string().contains("expected an integer"), "{error}");
    }

    #[test]
    fn the_value_is_read_whatever_the_spelling() {
        let read = |text| serde_json::from_str::<Integer>(text).expect(text).as_i64();
        assert_eq!(read("15.0"), Some(15));
        assert_eq!(read("18446744073709551615"), None);
    }
}
