//! The flags of every command, and the texts of their `--help`.

mod serving;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{FalseyValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use conformance::Partition;
use contract::Level;

pub use serving::{LimitArgs, LogArgs, LogForm, LogLevel, TlsArgs};

use crate::credential_arg::CredentialArg;
use crate::fault_arg::FaultArg;

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
    Serve(Box<ServeArgs>),
    /// List the built-in contracts, or check one of your own.
    Contracts(ContractsArgs),
    /// Join the result files of a partitioned run.
    Merge(MergeArgs),
}

const CONFORMANCE_HELP: &str = "\
Examples (with cargo, write `cargo xtask conformance` for `assetproof conformance`):

  assetproof conformance
      Starts the built-in fake server on a free port and judges it: shows what a run looks like.

  ASSETPROOF_TOKEN=… assetproof conformance --target http://127.0.0.1:8080 --api metastudio
      Judges your implementation of one API. Credentials come from the environment only:
      ASSETPROOF_TOKEN (X-Auth-Token), ASSETPROOF_ACCESS_KEY with ASSETPROOF_SECRET_KEY (AK/SK) and
      ASSETPROOF_ACCESS_TOKEN (smh's access_token).

  … --target http://127.0.0.1:8080 --state-url http://127.0.0.1:8080/_states
      Lets assetproof bring your implementation into the states that cases need, as Pact does:
      it posts {\"state\": \"asset exists\", \"params\": {…}, \"action\": \"setup\"}. Without it,
      cases that need a state are skipped, and the report says so.

  assetproof conformance --target acme
      Judges a target of assetproof.toml, where it is described once: its address, the APIs and
      revisions that it serves, where its states are set up, what it lacks, and which environment
      variables hold its credentials. The file never holds a secret:

        [targets.acme]
        base_url  = \"http://127.0.0.1:8080\"
        apis      = [\"metastudio\", \"roma\"]
        revisions = { roma = \"2025-10\" }
        state_url = \"http://127.0.0.1:8080/_states\"
        credentials.token = { env = \"ACME_TOKEN\" }

        [[targets.acme.lacks]]
        operation = \"roma/asset-job\"
        reason    = \"jobs are shown in the console only\"

      A flag weighs more than ASSETPROOF_* in the environment, and that more than the file.
      Without a state_url, [[targets.acme.known]] lists states that the target is in:
      state = \"asset exists\", params = { asset_state = \"ACTIVED\" }, returns = { asset_id = \"…\" };
      each serves one case, or with reuse = true more than one.

  … --target acme --baseline known-failures.toml
      Lets known failures fail nothing, as long as they fail: one that passes is told, and fails
      the run, until its entry is taken out.

        [[known]]
        case        = \"metastudio/batch-action/negative/**\"
        requirement = \"MS-BA-18\"                  # optional: no other finding is known
        reason      = \"the gateway answers 422, ticket 123\"

  … --target https://a.example --target https://b.example --report-dir out
      Judges several, each with a report folder of its own.

  … --tenant project_id=6a6a1f8354f64dd9b9a614def7b59d83
      Uses a tenant that exists, instead of a made-up one for each case.

  … --revision roma=2025-10
      Judges by another revision of the documentation.

  … --case 'smh/**' --strict
      Runs some cases only, and lets a missed SHOULD fail.

  … --level must --fail-fast
      Asks only what the documentation states without contradiction, and stops at the first
      failure.

  … --snapshots snapshots/acme
      Keeps the response to each documented case as a file, in the format of insta, and fails when
      one changes; --accept takes the new ones over, `cargo insta review` asks for each.

  … --partition hash:2/3 --report-dir parts/2
      Runs the second of three parts; `assetproof merge parts/*/run.ndjson` joins them.

  assetproof conformance --list
      Shows the cases without running them; --requirements shows what each promise is covered by.

Exit codes: 0 conformant, 1 not conformant, 2 could not judge (nothing tested included),
130 interrupted.

Reports are written to --report-dir: run.ndjson (everything, one line for each case),
report.html, junit.xml and summary.md; and in reproduce/ a script for each failure and warning that
shows it again, set-up included.";

/// Flags of `conformance`.
#[derive(Debug, Args)]
#[command(after_long_help = CONFORMANCE_HELP)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the user's"
)]
pub struct ConformanceArgs {
    /// Base URL of an implementation to judge, or its name in the target file; repeatable. Without
    /// it, the built-in fake server is started and judged.
    #[arg(
        long,
        value_name = "NAME|URL",
        env = "ASSETPROOF_TARGET",
        value_delimiter = ','
    )]
    pub target: Vec<String>,
    /// The file that describes targets by name; ./assetproof.toml when that is there.
    #[arg(long, value_name = "FILE", requires = "target")]
    pub targets: Option<PathBuf>,
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
    /// Only cases that can find a promise of this level, or of a stronger one, broken: `must`
    /// leaves those that can fail an implementation.
    #[arg(long, value_name = "LEVEL", value_parser = level())]
    pub level: Option<Level>,
    /// Let a missed SHOULD fail, not only warn.
    #[arg(long, env = "ASSETPROOF_STRICT", value_parser = FalseyValueParser::new())]
    pub strict: bool,
    /// A file of known failures with their reasons; they fail nothing, and passing fails.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// A value of the tenant, e.g. `project_id=6a6a1f83`; repeatable. Those left out are made for
    /// each case.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub tenant: Vec<(String, String)>,
    /// Reproduces a run: it decides on everything that is made up. Without it, one is drawn and
    /// printed.
    #[arg(long, value_name = "N", env = "ASSETPROOF_SEED")]
    pub seed: Option<u64>,
    /// Start the cases in an order that is drawn from the seed. The run amounts to the same;
    /// run.ndjson lists the cases in the order in which they ended, every report sorts them.
    #[arg(long)]
    pub shuffle: bool,
    /// Start no more cases once one has failed, those that are running aside. A case that fails is
    /// run once more, alone, before that (without this flag, after all others): if it then passes,
    /// it is called flaky and warns, and the run goes on.
    #[arg(long)]
    pub fail_fast: bool,
    /// Run one part of the selected cases: `slice:M/N` every Nth, from the Mth on, `hash:M/N` by
    /// the case's name, which moves no case when another one is added. Without --seed the seed is
    /// 0, so that the parts agree. A part without any case tests nothing, which is exit code 2;
    /// `merge` takes it all the same.
    #[arg(long, value_name = "SCHEME:M/N")]
    pub partition: Option<Partition>,
    /// How many cases run at once. One that waits for a job or a task to end leaves its place to
    /// another, so that half as many more may have begun; not with 1, nor with --fail-fast.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// The longest time (500ms, 10s, 2m) for one request, from connecting to the last byte; a case
    /// as a whole may take three times as long. 10s unless the target file says otherwise.
    #[arg(long, value_name = "DURATION", env = "ASSETPROOF_TIMEOUT", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Keep the redacted responses of the documented cases in this folder, as insta's snapshots, and
    /// compare them with what comes: a drift is shown as a diff, and is exit code 1. With several
    /// targets, a folder for each in it.
    #[arg(long, value_name = "DIR")]
    pub snapshots: Option<PathBuf>,
    /// Take the responses that came over as the snapshots, and remove those of cases that are no
    /// more.
    #[arg(long, requires = "snapshots")]
    pub accept: bool,
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

const MERGE_HELP: &str = "\
Example, for three parts that ran side by side with the same flags:

  assetproof conformance --target … --partition slice:1/3 --report-dir parts/1
  assetproof conformance --target … --partition slice:2/3 --report-dir parts/2
  assetproof conformance --target … --partition slice:3/3 --report-dir parts/3
  assetproof merge parts/*/run.ndjson --report-dir merged

The reports, what is printed and the exit code are those of one run; its time is that of the longest
part. Where each part had a server of its own, --target names it by the same name in the target
file. A part that is missing, there twice, cut short, or of another run is exit code 2.";

/// Flags of `merge`.
#[derive(Debug, Args)]
#[command(after_long_help = MERGE_HELP)]
pub struct MergeArgs {
    /// The run.ndjson of each part, in any order.
    #[arg(required = true, value_name = "RUN.ndjson")]
    pub part: Vec<PathBuf>,
    /// Where the joined run.ndjson and its reports go.
    #[arg(long, value_name = "DIR", default_value = "target/assetproof")]
    pub report_dir: PathBuf,
}

const SERVE_HELP: &str = "\
Examples:

  assetproof serve
      Serves all APIs on a free port. The first line on standard output tells the address:
      listening on http://127.0.0.1:PORT

  assetproof serve --listen 127.0.0.1:8080 --revision roma=2025-10

  assetproof serve --admin 127.0.0.1:8081 --strict-client
      Refusals say which promise a request breaks. The second line on standard output tells where
      the admin interface is, which lists the requests that came in, what is wrong with them, and
      resets, keeps and restores the state:
      admin on http://127.0.0.1:8081/__admin

Out of the box it accepts `X-Auth-Token: assetproof-token`, requests that are signed (AK/SK) by the
access key ASSETPROOFAK with the secret key assetproof-secret, and `access_token=assetproof-access`.
ASSETPROOF_TOKEN, ASSETPROOF_ACCESS_KEY with ASSETPROOF_SECRET_KEY, and ASSETPROOF_ACCESS_TOKEN in
the environment replace them.

Bring it into a state, as Pact's provider-state callback does:

  curl http://127.0.0.1:8080/_states -d \\
    '{\"state\": \"asset exists\", \"params\": {\"project_id\": \"p1\"}, \"action\": \"setup\"}'

Let it fail as asked (schemas/formats/fault.schema.json has every member): the second batch action of
each project gets a 500, every batch delete an answer that breaks off.

  assetproof serve \\
    --fault '{\"when\": {\"operation\": \"batch-action\", \"nth\": 2}, \"effect\": {\"status\": 500}}' \\
    --fault '{\"when\": {\"operation\": \"batch-delete\"}, \"effect\": {\"truncated\": {\"after\": 10}}}'

Let it differ from request to request in whatever the documents leave free, to find what a client
relies on without a document's word:

  assetproof serve --perturb 1

  assetproof serve --tls --tls-ca-out ca.pem
      Serves https with a certificate that is made; clients that trust ca.pem trust it:
      curl --cacert ca.pem https://127.0.0.1:PORT/…

  assetproof serve --state state.json
      Starts with the state of the last run, and keeps its own for the next one.

Each request is a line on standard error, credentials masked. A body is taken as it is sent: what is
compressed is no JSON, and refused as such.

Ctrl-C or SIGTERM stops it after the requests that are under way, three seconds later at most; a
second one stops it at once, without keeping the state.";

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
    /// Accept this credential: `token=VALUE`, `access_token=VALUE` or
    /// `key_pair=ACCESS_KEY:SECRET_KEY`, or a file with one on each line; repeatable. The first one of a kind takes the place of the
    /// default, and stands beside what the environment tells. Others on this machine can see a flag:
    /// put what is secret into a file.
    #[arg(long, value_name = "KIND=VALUE|@FILE", value_parser = CredentialArg::read)]
    pub credential: Vec<CredentialArg>,
    /// Misbehave in this way: a fault in JSON, or a file of one or an array of them; repeatable.
    #[arg(long, value_name = "JSON|@FILE", value_parser = FaultArg::read)]
    pub fault: Vec<FaultArg>,
    /// Take everything that the documents leave free differently for each request: order,
    /// grouping, undocumented members, spelling, ids, at once or later. The same seed does the same.
    /// A client that passes under many seeds relies on documented things only.
    #[arg(long, value_name = "SEED")]
    pub perturb: Option<u64>,
    /// Keep the state in this file: it is read at the start, if it is there, and written when
    /// Ctrl-C or SIGTERM stops the server.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// What a client may ask for.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// What is logged.
    #[command(flatten)]
    pub log: LogArgs,
    /// How https is served.
    #[command(flatten)]
    pub tls: TlsArgs,
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "the doc of a flattened member would become the command's"
    )]
    pub admin: AdminArgs,
}

/// Flags of `serve` about its admin interface and what it keeps for that.
#[derive(Debug, Args)]
pub struct AdminArgs {
    /// Where the admin interface listens; port 0 takes a free one. It has no authentication: who
    /// reaches it can reset the fake.
    #[arg(
        long = "admin",
        value_name = "ADDR:PORT",
        default_value = "127.0.0.1:0"
    )]
    pub address: SocketAddr,
    /// Serve no admin interface.
    #[arg(long, conflicts_with = "address")]
    pub no_admin: bool,
    /// How many of the latest requests are kept for the admin interface; 0 keeps none.
    #[arg(long, value_name = "N", default_value_t = fake_server::engine::DEFAULT_JOURNAL)]
    pub journal: usize,
    /// Let the refusal of a request that breaks the documentation say which promises it breaks, in
    /// place of the documented terse one; the header X-Assetproof-Findings names them.
    #[arg(long)]
    pub strict_client: bool,
}

/// Flags of `contracts`.
#[derive(Debug, Args)]
pub struct ContractsArgs {
    /// Check this contract (a folder with openapi.yaml) in full; repeatable.
    #[arg(long, value_name = "DIR")]
    pub contract: Vec<PathBuf>,
}

fn level() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(["must", "should", "may"]).map(|level| match level.as_str() {
        "must" => Level::Must,
        "should" => Level::Should,
        _ => Level::May,
    })
}

/// A length of time, and not none.
fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if duration.is_zero() {
        return Err("nothing can be answered in no time: write for instance 500ms".to_owned());
    }
    Ok(duration)
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
