//! Where members stand twice in a body that is known to be JSON. Read apart from the value itself,
//! because nearly no body has any and none should pay for it.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json::{JsonFault, escape};

/// More than this tells nothing new.
const LIMIT: usize = 100;

/// The second places of members that stand twice, up to 100.
pub(crate) fn find(text: &str) -> Vec<JsonFault> {
    let mut search = Search::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The text has been read once already, so that it can be read again.
    let _read = Place(&mut search).deserialize(&mut deserializer);
    search.found
}

#[derive(Default)]
struct Search {
    path: String,
    found: Vec<JsonFault>,
}

impl Search {
    fn enter(&mut self, token: &str) -> usize {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&escape(token));
        length
    }
}

struct Place<'s>(&'s mut Search);

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            let length = self.0.enter(&index.to_string());
            let item = access.next_element_seed(Place(self.0))?;
            self.0.path.truncate(length);
            if item.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            let length = self.0.enter(&key);
            access.next_value_seed(Place(self.0))?;
            if !seen.insert(key) && self.0.found.len() < LIMIT {
                let pointer = self.0.path.clone();
                self.0.found.push(JsonFault::DuplicateMember { pointer });
            }
            self.0.path.truncate(length);
        }
        Ok(())
    }
}
