//! The flags of `serve` that are about serving itself, not about what is served: limits, log, TLS.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use fake_server::standalone::Limits;

/// What a client may ask for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// The most bytes of a request's body; more is answered 413.
    #[arg(long, value_name = "BYTES", default_value_t = 10 * 1024 * 1024)]
    pub max_body: usize,
    /// The most connections at once. One more closes the one that has been idle longest, and is
    /// answered 503 if all are being answered.
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = at_least_one)]
    pub max_connections: usize,
    /// How long a request's line and header fields may take (408).
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub header_timeout: Duration,
    /// How long a request's body may take (408).
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = humantime::parse_duration)]
    pub body_timeout: Duration,
    /// How long a connection may stay open without a request.
    #[arg(long, value_name = "DURATION", default_value = "75s", value_parser = humantime::parse_duration)]
    pub idle_timeout: Duration,
}

impl LimitArgs {
    /// The limits of the front; those that have no flag have their default.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            body: self.max_body,
            connections: self.max_connections,
            header_timeout: self.header_timeout,
            body_timeout: self.body_timeout,
            idle_timeout: self.idle_timeout,
            ..Limits::default()
        }
    }
}

/// What is logged, and how. The log goes to standard error.
#[derive(Debug, Args)]
#[command(next_help_heading = "Log (on standard error)")]
pub struct LogArgs {
    /// The form of the log; JSON is one object a line.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub log: LogForm,
    /// The least of what is logged; each request is `info`.
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "info",
        env = "ASSETPROOF_LOG"
    )]
    pub log_level: LogLevel,
    /// Log nothing.
    #[arg(long, short)]
    pub quiet: bool,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// The least of what is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What went wrong.
    Error,
    /// What may go wrong: limits that were reached.
    Warn,
    /// Each request too.
    Info,
    /// Each connection that ended early too.
    Debug,
    /// Everything.
    Trace,
}

/// How https is served.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// Serve https, as the vendors do: with the given certificate, or with one that is made for
    /// localhost, the loopback addresses and the address that is listened at.
    #[arg(long)]
    pub tls: bool,
    /// The certificate, its chain after it, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key as PEM, not encrypted.
    #[arg(long, value_name = "FILE", requires = "tls", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Write the authority that a client has to trust here, when the certificate is made.
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls",
        conflicts_with = "tls_cert"
    )]
    pub tls_ca_out: Option<PathBuf>,
    /// Another name or address of this server that the made certificate is for; repeatable.
    #[arg(
        long,
        value_name = "NAME",
        requires = "tls",
        conflicts_with = "tls_cert"
    )]
    pub tls_name: Vec<String>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("nobody could be served".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn the_defaults_that_the_help_shows_are_those_of_the_front() {
        let flags = Flags::parse_from(["serve"]);
        assert_eq!(flags.limits.limits(), Limits::default());
    }
}
