//! How a life reads answers: result objects, labels, and what is told later.

use serde_json::Value;

use super::read::Around;
use super::{About, Command, Condition, Distinct, Is, Label, Later, Results};
use crate::document::Cursor;
use crate::messages::unknown_name;
use crate::relations::query;
use crate::{JsonPath, Result};

impl Around<'_> {
    pub(super) fn results(&self, cursor: &Cursor<'_>, command: &Command) -> Result<Results> {
        let about = cursor.required("about")?;
        let about = match about.get("ids") {
            Some(ids) => About::Ids(query(&ids)?),
            None => About::Position {
                name: query(&about.required("name")?)?,
                split: about.required("split")?.text()?.to_owned(),
                promise: self.promise(&about)?,
            },
        };
        let mut labels = Vec::new();
        for (name, label) in cursor.required("labels")?.members()? {
            let mut conditions = Vec::new();
            for (at, is) in label.required("where")?.members()? {
                let at = JsonPath::parse(at).map_err(|source| crate::Error::JsonPath {
                    place: is.place(),
                    source,
                })?;
                conditions.push(Condition {
                    at,
                    is: condition(&is)?,
                });
            }
            labels.push(Label {
                name: name.to_owned(),
                means: label.optional_text("means")?.unwrap_or(name).to_owned(),
                done: label.flag("done")?,
                conditions,
            });
        }
        let later = cursor.get("later").map(|later| self.later(&later, command));
        let mut distinct = Vec::new();
        for entry in cursor.items_of("distinct")? {
            distinct.push(Distinct {
                value: query(&entry.required("value")?)?,
                promise: self.promise(&entry)?,
            });
        }
        Ok(Results {
            items: query(&cursor.required("items")?)?,
            about,
            labels,
            later: later.transpose()?,
            distinct,
        })
    }

    fn later(&self, cursor: &Cursor<'_>, command: &Command) -> Result<Later> {
        let link = cursor.required("link")?;
        let name = link.text()?;
        let responses = &self.operations[command.operation].responses;
        let mut links = responses.iter().flat_map(|response| &response.links);
        let Some((_, found)) = links.find(|(known, _)| *known == name) else {
            let known = responses.iter().flat_map(|response| response.links.keys());
            let known = known.map(String::as_str);
            return Err(unknown_name(&link, "link", "no link", name, known));
        };
        let mut operations = self.operations.iter();
        let operation = operations.position(|operation| operation.id == found.operation);
        Ok(Later {
            when: query(&cursor.required("when")?)?,
            link: name.to_owned(),
            operation: operation
                .ok_or_else(|| link.fault("this link leads to no operation of the contract"))?,
            until: cursor.required("until")?.node.to_value(),
            running: cursor.get("running").map(|running| running.node.to_value()),
            items: query(&cursor.required("items")?)?,
            promise: self.promise(cursor)?,
        })
    }
}

fn condition(cursor: &Cursor<'_>) -> Result<Is> {
    match cursor.node.to_value() {
        Value::Array(values) => Ok(Is::OneOf(values)),
        Value::String(text) if text == "present" => Ok(Is::Present),
        Value::String(text) if text == "absent" => Ok(Is::Absent),
        _ => Err(cursor.fault("write \"present\", \"absent\" or an array of values")),
    }
}
