//! The flags of every command, and the texts of their `--help`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// Proves whether an implementation of a batch asset API does what its documentation says.
#[derive(Debug, Parser)]
#[command(name = "assetproof", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge an implementation by what its documentation says.
    Conformance(Box<ConformanceArgs>),
    /// Run the fake server, for clients in any language.
    Serve(ServeArgs),
    /// List the built-in contracts, or check one of your own.
    Contracts(ContractsArgs),
}

const CONFORMANCE_HELP: &str = "\
Examples (with cargo, write `cargo xtask conformance` for `assetproof conformance`):

  assetproof conformance
      Starts the built-in fake server on a free port and judges it: shows what a run looks like.

  ASSETPROOF_TOKEN=… assetproof conformance --target http://127.0.0.1:8080 --api metastudio
      Judges your implementation of one API. Credentials come from the environment only:
      ASSETPROOF_TOKEN (X-Auth-Token) and ASSETPROOF_ACCESS_TOKEN (smh's access_token).

  … --target http://127.0.0.1:8080 --state-url http://127.0.0.1:8080/_states
      Lets assetproof bring your implementation into the states that cases need, as Pact does:
      it posts {\"state\": \"asset exists\", \"params\": {…}, \"action\": \"setup\"}. Without it,
      cases that need a state are skipped, and the report says so.

  … --target https://a.example --target https://b.example --report-dir out
      Judges several, each with a report folder of its own.

  … --tenant project_id=6a6a1f8354f64dd9b9a614def7b59d83
      Uses a tenant that exists, instead of a made-up one for each case.

  … --revision roma=2025-10
      Judges by another revision of the documentation.

  … --case 'smh/**' --strict
      Runs some cases only, and lets a missed SHOULD fail.

  assetproof conformance --list
      Shows the cases without running them; --requirements shows what each promise is covered by.

Exit codes: 0 conformant, 1 not conformant, 2 could not judge (nothing tested included),
130 interrupted.

Reports are written to --report-dir: run.ndjson (everything, one line for each case),
report.html, junit.xml and summary.md.";

/// Flags of `conformance`.
#[derive(Debug, Args)]
#[command(after_long_help = CONFORMANCE_HELP)]
pub struct ConformanceArgs {
    /// Base URL of an implementation to judge; repeatable. Without it, the built-in fake server
    /// is started and judged.
    #[arg(
        long,
        value_name = "URL",
        env = "ASSETPROOF_TARGET",
        value_delimiter = ','
    )]
    pub target: Vec<String>,
    /// Where the target's states are set up (Pact's provider-state callback); for one target only.
    #[arg(
        long,
        value_name = "URL",
        env = "ASSETPROOF_STATE_URL",
        requires = "target"
    )]
    pub state_url: Option<String>,
    /// Only this API (metastudio, roma, smh); repeatable.
    #[arg(long, value_name = "API")]
    pub api: Vec<String>,
    /// The revision of an API's documentation to judge by; repeatable.
    #[arg(long, value_name = "API=REVISION", value_parser = pair)]
    pub revision: Vec<(String, String)>,
    /// A contract of your own: a folder with openapi.yaml; repeatable. It stands in for a
    /// built-in one of the same API.
    #[arg(long, value_name = "DIR")]
    pub contract: Vec<PathBuf>,
    /// Only cases whose id matches (`*` within a part, `**` across); repeatable.
    #[arg(long, value_name = "GLOB")]
    pub case: Vec<String>,
    /// Only cases that cover this requirement; repeatable.
    #[arg(long, value_name = "ID")]
    pub requirement: Vec<String>,
    /// Let a missed SHOULD fail, not only warn.
    #[arg(long)]
    pub strict: bool,
    /// A value of the tenant, e.g. `project_id=6a6a1f83`; repeatable. Those left out are made for
    /// each case.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub tenant: Vec<(String, String)>,
    /// Reproduces a run: it decides on everything that is made up. Without it, one is drawn and
    /// printed.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many cases run at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// The longest time (500ms, 10s, 2m) for one request, from connecting to the last byte; a case as a whole may
    /// take three times as long.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
    /// Where the reports go; with several targets, a folder for each in it.
    #[arg(long, value_name = "DIR", default_value = "target/assetproof")]
    pub report_dir: PathBuf,
    /// Show the selected cases and run nothing.
    #[arg(long)]
    pub list: bool,
    /// Show each requirement with its level, its source and the selected cases that cover it, and
    /// run nothing.
    #[arg(long, conflicts_with = "list")]
    pub requirements: bool,
}

const SERVE_HELP: &str = "\
Examples:

  assetproof serve
      Serves all APIs on a free port. The first line on standard output tells the address:
      listening on http://127.0.0.1:PORT

  assetproof serve --listen 127.0.0.1:8080 --revision roma=2025-10

Out of the box it accepts `X-Auth-Token: assetproof-token` and `access_token=assetproof-access`.
ASSETPROOF_TOKEN and ASSETPROOF_ACCESS_TOKEN in the environment replace them.

Bring it into a state, as Pact's provider-state callback does:

  curl http://127.0.0.1:8080/_states -d \\
    '{\"state\": \"asset exists\", \"params\": {\"project_id\": \"p1\"}, \"action\": \"setup\"}'

Ctrl-C or SIGTERM stops it after the requests that are under way, three seconds later at most.";

/// Flags of `serve`.
#[derive(Debug, Args)]
#[command(after_long_help = SERVE_HELP)]
pub struct ServeArgs {
    /// Address and port, e.g. 127.0.0.1:8080; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The revision of an API's documentation to serve; repeatable.
    #[arg(long, value_name = "API=REVISION", value_parser = pair)]
    pub revision: Vec<(String, String)>,
}

/// Flags of `contracts`.
#[derive(Debug, Args)]
pub struct ContractsArgs {
    /// Check this contract (a folder with openapi.yaml) in full; repeatable.
    #[arg(long, value_name = "DIR")]
    pub contract: Vec<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
