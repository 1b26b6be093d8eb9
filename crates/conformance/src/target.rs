//! What is tested: an address, credentials, tenant, and the limits of patience; what it is known to
//! be in, and what it is known to lack.

mod file;
#[cfg(test)]
pub(crate) mod fixture;
mod known;
mod lacks;
mod provisions;
mod secret_ref;
mod turns;

use std::collections::BTreeMap;
use std::time::Duration;

use contract::Contract;
use reqwest::Url;

pub use self::file::{Named, TargetEntry, TargetFile};
pub use self::known::KnownState;
pub use self::lacks::Lack;
pub(crate) use self::provisions::Provisions;
use crate::{Credentials, FileError, Plan, TargetError, snake_case};

/// One implementation that a run is made against.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name for reports.
    pub name: String,
    /// Where its API begins; `http` or `https`, without userinfo, query and fragment. A path in it
    /// stands before each operation's path.
    pub base_url: Url,
    /// Where its states are set up (Pact's provider-state callback), if it has such a place.
    pub state_url: Option<Url>,
    /// What its callers prove themselves with.
    pub credentials: Credentials,
    /// Values of tenant parameters by their documented name or by that in snake case
    /// (`library_id`). Those left out are made for each case.
    pub tenant: BTreeMap<String, String>,
    /// How long one request may take, from connecting to the last byte of the response.
    pub timeout: Duration,
    /// The states that it is in, for cases that need one, where it has no state URL. They belong
    /// to `tenant`.
    pub known: Vec<KnownState>,
    /// What it does not implement.
    pub lacks: Vec<Lack>,
}

impl Target {
    /// How long one request may take unless the user says otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(10);

    /// A target by its base URL alone: named like the URL, with no credentials, no state URL and a
    /// new tenant for each case.
    ///
    /// # Errors
    /// As [`Target::parse_url`], and when the URL has a query or a fragment.
    pub fn new(base_url: &str) -> Result<Self, TargetError> {
        let mut url = Self::parse_url(base_url)?;
        if url.query().is_some() || url.fragment().is_some() {
            url.set_query(None);
            url.set_fragment(None);
            return Err(TargetError::NotABase {
                url: url.to_string(),
            });
        }
        Ok(Self {
            name: url.as_str().trim_end_matches('/').to_owned(),
            base_url: url,
            state_url: None,
            credentials: Credentials::default(),
            tenant: BTreeMap::new(),
            timeout: Self::TIMEOUT,
            known: Vec::new(),
            lacks: Vec::new(),
        })
    }

    /// Reads the URL of a target or of its state set-up.
    ///
    /// # Errors
    /// When it is no URL, its scheme is not `http` or `https`, or it holds credentials. No error
    /// repeats what could be a password.
    pub fn parse_url(text: &str) -> Result<Url, TargetError> {
        let without_userinfo = || match (text.split_once("://"), text.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://***@{rest}"),
            (None, Some((_, rest))) => format!("***@{rest}"),
            (_, None) => text.to_owned(),
        };
        let url = Url::parse(text).map_err(|error| TargetError::Url {
            url: without_userinfo(),
            problem: error.to_string(),
        })?;
        let is_http = matches!(url.scheme(), "http" | "https");
        let begins = text.trim_start().get(url.scheme().len()..);
        let has_slashes = begins.is_some_and(|rest| rest.starts_with("://"));
        // `localhost:8080` reads as a URL with the scheme `localhost`, and `http:/localhost` as one
        // whose second slash is understood.
        if url.cannot_be_a_base() || (is_http && !has_slashes) {
            return Err(TargetError::Url {
                url: without_userinfo(),
                problem: "it does not begin with http:// or https://".to_owned(),
            });
        }
        if !is_http {
            return Err(TargetError::Scheme {
                url: without_userinfo(),
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Userinfo {
                host: url.host_str().unwrap_or_default().to_owned(),
            });
        }
        Ok(url)
    }

    /// Proves that everything that the target lacks, or is known to be in, has to do with a case
    /// of the plan, selected or not.
    ///
    /// # Errors
    /// [`FileError::Line`] names the first entry that has not: it is misspelt, or out of date.
    pub fn check(&self, plan: &Plan) -> Result<(), FileError> {
        Provisions::of(plan, self).map(drop)
    }

    /// Whether all cases of this contract meet in one tenant, because the target gives each of
    /// its tenant parameters (or there is none): they would disturb each other, and are played one
    /// after another.
    pub fn shares_tenant(&self, contract: &Contract) -> bool {
        tenant_parameters(contract).all(|name| self.tenant_value(&name).is_some())
    }

    /// The value of a tenant parameter by its documented name, where the target gives it.
    pub(crate) fn tenant_value(&self, name: &str) -> Option<&str> {
        let value = self.tenant.get(name);
        let value = value.or_else(|| self.tenant.get(&snake_case(name)));
        value.map(String::as_str)
    }

    /// The base URL without a closing slash, so that an operation's path can follow.
    pub(crate) fn base(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }
}

/// The documented names of what separates tenants in a contract; one may come more than once.
fn tenant_parameters(contract: &Contract) -> impl Iterator<Item = String> {
    contract
        .operations
        .iter()
        .flat_map(contract::Operation::tenant_parameters)
        .map(|parameter| parameter.name.clone())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("127.0.0.1:8080", "is no URL")]
    #[case("http:/127.0.0.1:8080", "does not begin with http://")]
    #[case("https:user:hunter2@example.org", "does not begin with http://")]
    #[case("localhost:8080", "does not begin with http://")]
    #[case("ftp://example.org", "scheme \"ftp\"")]
    #[case("http://", "is no URL")]
    #[case("http://user:hunter2@example.org", "ASSETPROOF_TOKEN")]
    #[case("http://user@example.org", "ASSETPROOF_TOKEN")]
    #[case("http://:hunter2@example.org", "ASSETPROOF_TOKEN")]
    #[case("http://user:hunter2@example.org:99999", "is no URL")]
    #[case("http://example.org/?a=b", "query or a fragment")]
    fn a_url_that_is_no_base_is_refused_with_the_way_out(#[case] url: &str, #[case] says: &str) {
        let error = Target::new(url).expect_err("not a base URL").to_string();
        assert!(error.contains(says), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_path_in_the_base_url_stays() {
        let target = Target::new("http://example.org/gateway/").expect("a base URL");
        assert_eq!(target.base(), "http://example.org/gateway");
    }

    #[rstest]
    #[case("", false)]
    #[case("tenant = { library_id = \"l1\" }", false)]
    #[case("tenant = { library_id = \"l1\", SpaceId = \"-\" }", true)]
    fn cases_meet_in_one_tenant_when_all_of_it_is_given(#[case] tenant: &str, #[case] one: bool) {
        let target = fixture::target(tenant);
        assert_eq!(target.shares_tenant(fixture::contract("smh")), one);
    }

    #[test]
    fn a_tenant_is_found_by_its_documented_name() {
        let target = fixture::target("tenant = { library_id = \"l1\" }");
        assert_eq!(target.tenant_value("LibraryId"), Some("l1"));
        assert_eq!(target.tenant_value("SpaceId"), None);
    }

    #[rstest]
    #[case("[[targets.acme.known]]\nstate = \"asset exists\"", "")]
    #[case(
        "\n[[targets.acme.known]]\nstate = \"asset exist\"",
        "assetproof.toml:4: no case asks for the state \"asset exist\" with just these params: \
         take the entry out, or mend it (what a case asks for and is not listed is told where it \
         is skipped)"
    )]
    #[case(
        "[[targets.acme.lacks]]\nstate = \"asset exist\"\nreason = \"ticket 7\"",
        "assetproof.toml:3: no case has to do with the state \"asset exist\": take the entry out, \
         or mend its name (--list shows the cases, --requirements what they are about)"
    )]
    fn what_is_listed_has_to_do_with_a_case(#[case] listed: &str, #[case] says: &str) {
        let asset = fixture::state("asset exists", &serde_json::json!({}));
        let case = fixture::case("metastudio/asset-summary/documented/one", &[asset]);
        let checked = fixture::target(listed).check(&fixture::plan(vec![case]));
        let said = checked.err().map(|error| error.to_string());
        assert_eq!(said.unwrap_or_default(), says);
    }
}
