//! Reading faults: JSON as people write it, with the place of what is wrong.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Effect, Fault, FaultError};
use crate::engine::problem::{plain, pointer};

/// The faults of a text.
pub(super) struct Given {
    pub(super) faults: Vec<Fault>,
    /// Whether they stand in an array.
    is_list: bool,
}

impl Given {
    /// Reads one fault, or an array of them, and checks each by itself.
    pub(super) fn read(text: &str) -> Result<Self, FaultError> {
        let is_list = text.trim_start().starts_with('[');
        let faults = if is_list {
            let faults: Vec<One> = parse(text)?;
            faults.into_iter().map(|One(fault)| fault).collect()
        } else {
            let One(fault) = parse(text)?;
            vec![fault]
        };
        if faults.is_empty() {
            return Err(FaultError::Empty);
        }
        let given = Self { faults, is_list };
        given.each(Fault::check)?;
        Ok(given)
    }

    /// Checks each; the error tells which one it is, where there can be several.
    pub(super) fn each(
        &self,
        check: impl Fn(&Fault) -> Result<(), FaultError>,
    ) -> Result<(), FaultError> {
        for (index, fault) in self.faults.iter().enumerate() {
            check(fault).map_err(|error| {
                if !self.is_list {
                    return error;
                }
                FaultError::InList {
                    index,
                    error: Box::new(error),
                }
            })?;
        }
        Ok(())
    }
}

fn parse<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, FaultError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| FaultError::Json {
        pointer: pointer(error.path()),
        problem: plain(&error.inner().to_string()),
    })?;
    json.end().map_err(|error| FaultError::Json {
        pointer: String::new(),
        problem: error.to_string(),
    })?;
    Ok(value)
}

/// A fault of a text.
#[derive(Deserialize)]
#[serde(transparent)]
struct One(#[serde(deserialize_with = "object")] Fault);

/// Reads an object. serde also takes an array of the members' values for it, in an order that
/// nobody has written down.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(members))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}

/// Reads an effect: an object with just one member.
pub(super) fn effect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Effect, D::Error> {
    struct OneMember;

    impl<'de> Visitor<'de> for OneMember {
        type Value = Effect;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with one effect, such as {\"status\": 500}")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Effect, A::Error> {
            let first = NotEmpty(&mut members);
            let effect = Effect::deserialize(MapAccessDeserializer::new(first))?;
            match members.next_key::<IgnoredAny>()? {
                None => Ok(effect),
                Some(_) => Err(A::Error::custom(
                    "a fault has one effect: give another fault for another effect",
                )),
            }
        }
    }

    deserializer.deserialize_map(OneMember)
}

/// An object's members, of which there is at least one.
struct NotEmpty<A>(A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for NotEmpty<A> {
    type Error = A::Error;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.0.next_key_seed(seed)? {
            None => Err(A::Error::custom(
                "it has no effect: give one, such as {\"status\": 500}",
            )),
            key => Ok(key),
        }
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
}

/// Reads an optional member that is there: `null` is no way of leaving it out.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
