//! The report for people: one page that needs nothing but itself, neither network nor script.
//!
//! Every text goes through minijinja's escaping; only the style sheet, the rendered cases and the
//! code spans of statements are marked as safe, here and nowhere else.

mod case;
mod json;
mod page;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value};

use super::ReportError;
use super::untrusted::{one_line, visible};
use crate::run::{Run, Summary};

const STYLE: &str = include_str!("html/style.css");
const PAGE: &str = include_str!("html/template.html");
const CASE: &str = include_str!("html/case.html");

/// Renders the run as one HTML page; `summary` is [`Summary::of`] the same run.
pub fn render(run: &Run, summary: &Summary) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("line", |text: &str| one_line(text));
    environment.add_filter("block", |text: &str| visible(text));
    environment.add_filter("prose", prose);
    environment.add_template("page", PAGE)?;
    environment.add_template("case", CASE)?;
    let page = environment.get_template("page")?;
    let case = environment.get_template("case")?;
    let cases = case::cases(run)
        .into_iter()
        .map(|group| {
            let rendered = group
                .cases
                .iter()
                .map(|item| {
                    case.render(Value::from(Serde(item)))
                        .map(Value::from_safe_string)
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok((group.name, Value::from(rendered)))
        })
        .collect::<Result<BTreeMap<String, Value>, minijinja::Error>>()?;
    let context = minijinja::context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        page => Value::from(Serde(page::page(run, summary))),
        cases => cases,
    };
    Ok(page.render(context)?)
}

/// A contract's sentence: what stands between two backticks becomes code.
fn prose(text: &str) -> Value {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return Value::from_safe_string(HtmlEscape(&text).to_string());
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    for (index, part) in parts.into_iter().enumerate() {
        let part = HtmlEscape(part);
        if index % 2 == 0 {
            let _ = write!(out, "{part}");
        } else {
            let _ = write!(out, "<code>{part}</code>");
        }
    }
    Value::from_safe_string(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Verdict, fixture};

    fn rendered(run: &Run) -> String {
        render(run, &Summary::of(run)).unwrap()
    }

    #[test]
    fn the_whole_report() {
        let page = rendered(&fixture::run());
        // The style sheet is a file of its own; a snapshot of it would only say it twice.
        insta::assert_snapshot!(page.replace(STYLE, ""));
    }

    #[test]
    fn hostile_texts_stay_text() {
        let page = rendered(&fixture::run());
        assert!(!page.contains("<script"));
        assert!(page.contains("&lt;script&gt;alert(1)"));
        assert!(!page.contains("onload='x'"));
        assert!(!page.contains("<b>staging"));
        assert!(page.contains("{{ 7*7 }}"), "a text is never a template");
        assert!(
            !page
                .chars()
                .any(|c| c.is_control() && c != '\n' && c != '\t')
        );
    }

    #[test]
    fn the_page_needs_nothing_from_outside() {
        let page = rendered(&fixture::run());
        for outside in [
            "<link",
            "<img",
            "<iframe",
            "url(",
            "@import",
            " src=",
            "javascript:void",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
        let links = page.split("href=\"").skip(1);
        for link in links {
            assert!(link.starts_with('#'), "{}", &link[..20]);
        }
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        let page = rendered(&fixture::run());
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }

    #[test]
    fn every_case_and_every_requirement_is_on_the_page() {
        let run = fixture::run();
        let page = rendered(&run);
        assert_eq!(
            page.matches("<details class=\"case\"").count(),
            run.cases.len()
        );
        let requirements = Summary::of(&run).requirements.len();
        assert_eq!(page.matches("<tr id=\"r-").count(), requirements);
    }

    #[test]
    fn a_run_without_a_footer_says_so_before_its_verdict() {
        let mut run = fixture::run();
        run.footer = None;
        run.cases.retain(|case| case.verdict == Verdict::Pass);
        let page = rendered(&run);
        let said = page.find("this run was cut short").expect("it says so");
        assert!(said < page.find("<h1").unwrap());
        assert!(page.contains("Could not judge"));
    }

    #[test]
    fn an_empty_run_still_makes_a_page() {
        let mut run = fixture::run();
        run.cases.clear();
        run.header.contracts.clear();
        assert!(rendered(&run).contains("Nothing was tested."));
    }
}
