//! Statuses that are typed String and shown as numbers (SM-E01, SM-E02).

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A documented set of status codes.
pub trait Code: Copy + 'static {
    /// Every documented code, in the order of the document.
    const ALL: &'static [Self];

    /// The code as a number.
    fn as_u16(self) -> u16;
}

/// A status code together with the reading in which it travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reading<C> {
    /// A JSON number, as every example shows.
    Number(C),
    /// A string of digits, as the tables say.
    Text(C),
}

impl<C: Copy> Reading<C> {
    /// The code, whichever reading it came in.
    pub const fn code(self) -> C {
        match self {
            Self::Number(code) | Self::Text(code) => code,
        }
    }
}

/// The examples' reading.
impl<C> From<C> for Reading<C> {
    fn from(code: C) -> Self {
        Self::Number(code)
    }
}

impl<C: Code> Serialize for Reading<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(code) => serializer.serialize_u16(code.as_u16()),
            Self::Text(code) => serializer.collect_str(&code.as_u16()),
        }
    }
}

impl<'de, C: Code> Deserialize<'de> for Reading<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadingVisitor(std::marker::PhantomData))
    }
}

/// Takes a number or a string of digits and looks it up among the documented codes.
struct ReadingVisitor<C>(std::marker::PhantomData<C>);

impl<C: Code> Visitor<'_> for ReadingVisitor<C> {
    type Value = Reading<C>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of")?;
        for (position, code) in C::ALL.iter().enumerate() {
            let separator = if position == 0 { " " } else { ", " };
            write!(f, "{separator}{}", code.as_u16())?;
        }
        f.write_str(", as a number or as a string")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        find(|code: C| u64::from(code.as_u16()) == number)
            .map(Reading::Number)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        // JSON Schema holds 200.0 to be the same number as 200.
        #[expect(clippy::float_cmp, reason = "small whole numbers are exact")]
        find(|code: C| f64::from(code.as_u16()) == number)
            .map(Reading::Number)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        // Compared as text: "0200" and "+200" are no documented spellings.
        find(|code: C| code.as_u16().to_string() == text)
            .map(Reading::Text)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// The first documented code that matches.
fn find<C: Code>(matches: impl Fn(C) -> bool) -> Option<C> {
    C::ALL.iter().copied().find(|code| matches(*code))
}

/// Defines an enum of documented status codes.
macro_rules! code_enum {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum $name {
            $($(#[$doc])* $variant = $code,)+
        }

        impl $name {
            /// The code's digits.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($code),)+
                }
            }
        }

        impl $crate::smh::Code for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn as_u16(self) -> u16 {
                self as u16
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use code_enum;
