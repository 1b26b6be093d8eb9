//! The score as one HTML page that needs nothing but itself.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde_json::Value;

use crate::Result;

const PAGE: &str = include_str!("page.html");

/// Renders the report, which is the content of `mutants.json`.
pub(super) fn render(report: &Value) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template("page", PAGE)?;
    Ok(environment
        .get_template("page")?
        .render(context! { report => Serde(report) })?)
}
