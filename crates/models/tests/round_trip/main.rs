//! The models and the JSON Schemas are two writings of the same documents; here they are held
//! against each other, in both directions, with generated values.
//!
//! The seed is fixed, so that a run can be repeated; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` ask
//! for others and for more.

mod generator;
mod refused;
mod schemas;
mod strategies;

use std::fmt::Debug;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use schemas::Documents;

/// Runs a property over some values of the strategy.
fn check<S: Strategy>(strategy: &S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let defaults = Config::default();
    let asked = |variable| std::env::var_os(variable).is_some();
    let config = Config {
        cases: if asked("PROPTEST_CASES") {
            defaults.cases
        } else {
            64
        },
        rng_seed: if asked("PROPTEST_RNG_SEED") {
            defaults.rng_seed
        } else {
            RngSeed::Fixed(2)
        },
        failure_persistence: None,
        ..defaults
    };
    if let Err(error) = TestRunner::new(config).run(strategy, property) {
        panic!("{error}");
    }
}

/// Fails with everything that the schema has against the value.
fn assert_accepted(validator: &Validator, value: &Value) -> Result<(), TestCaseError> {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    prop_assert!(errors.is_empty(), "the schema refuses {value}: {errors:#?}");
    Ok(())
}

/// A schema as it is checked, and as the generator reads it.
struct Judge {
    validator: Validator,
    schema: Value,
}

impl Judge {
    /// The schema that a file holds.
    fn of(file: &str) -> Self {
        let documents = Documents::embedded();
        Self {
            validator: documents.validator(file),
            schema: documents.whole(file),
        }
    }

    /// The schema of a companion operation's message; see [`schemas::as_it_should`].
    fn of_companion(file: &str) -> Self {
        let schema = schemas::as_it_should(&Documents::embedded().whole(file));
        let validator = jsonschema::draft202012::new(&schema).expect("it still is a schema");
        Self { validator, schema }
    }

    /// What the model holds serialises to JSON that the schema accepts, and comes back as it was.
    fn accepts_what_the_model_holds<T>(&self, strategy: &impl Strategy<Value = T>)
    where
        T: Debug + PartialEq + Serialize + DeserializeOwned,
    {
        check(strategy, |model| {
            let text = serde_json::to_string(&model).expect("a model serialises");
            assert_accepted(
                &self.validator,
                &serde_json::from_str(&text).expect("to JSON"),
            )?;
            let value = serde_json::to_value(&model).expect("as before");
            let back: T = serde_json::from_value(value).map_err(|error| {
                TestCaseError::fail(format!("the model refuses its own {text}: {error}"))
            })?;
            prop_assert_eq!(back, model);
            Ok(())
        });
    }

    /// What the schema accepts deserialises into the model, and comes back unchanged.
    fn accepts_what_the_model_takes<T: Serialize + DeserializeOwned>(&self) {
        check(&generator::values(&self.schema), |value| {
            assert_accepted(&self.validator, &value)?;
            let text = value.to_string();
            let value: Value = serde_json::from_str(&text).expect("a JSON value prints as JSON");
            let model: T = serde_json::from_str(&text).map_err(|error| {
                TestCaseError::fail(format!("the model refuses {text}: {error}"))
            })?;
            prop_assert_eq!(
                serde_json::to_value(&model).expect("a model serialises"),
                value
            );
            Ok(())
        });
    }
}

/// Both directions for each model with the file of its schema.
macro_rules! agree {
    ($($name:ident: $model:ty, $judge:ident($file:literal);)+) => {
        mod model_to_schema {
            $(#[test]
            fn $name() {
                let judge = super::Judge::$judge($file);
                judge.accepts_what_the_model_holds::<$model>(&super::strategies::$name());
            })+
        }

        mod schema_to_model {
            $(#[test]
            fn $name() {
                super::Judge::$judge($file).accepts_what_the_model_takes::<$model>();
            })+
        }
    };
}

agree! {
    metastudio_error: models::metastudio::ErrorBody,
        of("metastudio/2025-12/error.schema.json");
    batch_action_request: models::metastudio::batch_action::Request,
        of("metastudio/2025-12/batch-action.request.schema.json");
    batch_action_response: models::metastudio::batch_action::Response,
        of("metastudio/2025-12/batch-action.response.schema.json");
    asset_summary_request: models::metastudio::asset_summary::Request,
        of("metastudio/2025-12/asset-summary.request.schema.json");
    asset_summary_response: models::metastudio::asset_summary::Response,
        of("metastudio/2025-12/asset-summary.response.schema.json");
    r2022_12_request: models::roma::assets_delete::r2022_12::Request,
        of("roma/2022-12/assets-delete.request.schema.json");
    r2022_12_response: models::roma::assets_delete::r2022_12::Response,
        of("roma/2022-12/assets-delete.response.schema.json");
    r2022_12_error: models::roma::assets_delete::r2022_12::ErrorBody,
        of("roma/2022-12/error.schema.json");
    r2022_12_job: models::roma::asset_job::AssetJob,
        of_companion("roma/2022-12/asset-job.response.schema.json");
    r2025_10_request: models::roma::assets_delete::r2025_10::Request,
        of("roma/2025-10/assets-delete.request.schema.json");
    r2025_10_response: models::roma::assets_delete::r2025_10::Response,
        of("roma/2025-10/assets-delete.response.schema.json");
    r2025_10_error: models::roma::assets_delete::r2025_10::ErrorBody,
        of("roma/2025-10/error.schema.json");
    r2025_10_job: models::roma::asset_job::AssetJob,
        of_companion("roma/2025-10/asset-job.response.schema.json");
    batch_delete_request: models::smh::batch_delete::Request,
        of("smh/2026-01/batch-delete.request.schema.json");
    batch_delete_response: models::smh::batch_delete::Response,
        of("smh/2026-01/batch-delete.response.schema.json");
    task_response: models::smh::task::Response,
        of("smh/2026-01/task.response.schema.json");
}
