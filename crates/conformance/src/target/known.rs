//! States that a target is in from the beginning, listed by hand for a target that cannot be
//! brought into one. Which of them serves which case is decided in `provisions`.

use serde_json::{Map, Value};

use crate::FileError;
use crate::toml_file::{Place, Table};

/// One state that the target is in, as `[[targets.NAME.known]]` lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownState {
    state: String,
    params: Map<String, Value>,
    returns: Map<String, Value>,
    /// Whether it may serve more than one case.
    reuse: bool,
    place: Place,
}

impl KnownState {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, FileError> {
        table.only(&["state", "params", "returns", "reuse"])?;
        let state = "\"asset exists\"";
        let object = |key: &str, example: &str| {
            let value = table.get(key);
            value.map_or(Ok(Map::new()), |value| value.object(example))
        };
        Ok(Self {
            state: table.required("state", state)?.string(state)?.to_owned(),
            params: object("params", "{ asset_state = \"ACTIVED\" }")?,
            returns: object("returns", "{ asset_id = \"…\" }")?,
            reuse: table.get("reuse").map_or(Ok(false), |it| it.boolean())?,
            place: table.place(),
        })
    }

    /// Whether it is the state of that name with just these parameters, the tenant's left out.
    pub(crate) fn serves(&self, state: &str, params: &Map<String, Value>) -> bool {
        self.state == state && self.params == *params
    }

    /// What a set-up of it would have returned.
    pub(crate) fn returns(&self) -> &Map<String, Value> {
        &self.returns
    }

    /// Whether it may serve more than one case.
    pub(super) fn is_reusable(&self) -> bool {
        self.reuse
    }

    /// The state's name.
    pub(super) fn state(&self) -> &str {
        &self.state
    }

    /// Where it is listed.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use crate::target::fixture;

    #[rstest]
    #[case("asset exists", json!({ "asset_state": "ACTIVED" }), true)]
    #[case("asset exists", json!({ "asset_state": "DELETED" }), false)]
    #[case("asset exists", json!({ "asset_state": "ACTIVED", "size": 1 }), false)]
    #[case("asset exists", json!({}), false)]
    #[case("assets exist", json!({ "asset_state": "ACTIVED" }), false)]
    fn a_state_is_known_by_its_name_and_all_of_its_parameters(
        #[case] state: &str,
        #[case] params: serde_json::Value,
        #[case] serves: bool,
    ) {
        let target = fixture::target(
            "[[targets.acme.known]]\nstate = \"asset exists\"\n\
             params = { asset_state = \"ACTIVED\" }\nreturns = { asset_id = \"a1\" }",
        );
        let known = target.known.first().expect("it lists one");
        let params = params.as_object().expect("an object");
        assert_eq!(known.serves(state, params), serves);
        assert_eq!(
            serde_json::Value::from(known.returns().clone()),
            json!({ "asset_id": "a1" })
        );
        assert!(!known.is_reusable(), "unless the file says so");
    }
}
