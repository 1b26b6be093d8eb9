//! How every wire object here treats members, absence and enum values.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The members of an object that its document does not name, by name.
pub type Extra = Map<String, Value>;

/// Reads an optional member that is there.
///
/// serde takes `null` for absent, and would therefore lose it on the way back. Through this
/// function a `null` is handed to the member's own type, which refuses it unless documented.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Defines an enum of documented string values.
///
/// Each spelling stands once. Deserialising is written by hand because serde's derived one also
/// takes an object `{"DELETE": null}` for the string `"DELETE"`.
macro_rules! wire_enum {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$doc:meta])* $variant:ident = $wire:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every documented value, in the order of the document.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            const SPELLINGS: &'static [&'static str] = &[$($wire,)+];

            /// The value's spelling on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let text = ::std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                match text.as_ref() {
                    $($wire => Ok(Self::$variant),)+
                    other => Err(::serde::de::Error::unknown_variant(other, Self::SPELLINGS)),
                }
            }
        }
    };
}

pub(crate) use wire_enum;
