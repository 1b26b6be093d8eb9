//! The selected cases of each target with what plays them, for a test harness that makes a test of
//! each (`tests/cases.rs`). Nothing is reported from here.

use conformance::{Options, Plan, Player};
use tokio::sync::watch;

use crate::cli::ConformanceArgs;
use crate::conformance_command::{seed, start_fake};
use crate::trials::{self, Trial};
use crate::{Result, targets};

/// The cases of one target, ready to be played.
#[derive(Debug)]
pub struct Suite {
    /// The target's name.
    pub target: String,
    /// Its plan.
    pub plan: Plan,
    /// What plays the cases of that plan.
    pub player: Player,
    /// The fake server, where it is the target, is stopped with this.
    _running: watch::Sender<()>,
}

/// A suite for each target that the flags name, or one for the built-in fake server, which is
/// started. To be called within the runtime that plays the cases.
///
/// # Errors
/// As `assetproof conformance` with the same flags, before its first case.
pub async fn suites(args: &ConformanceArgs) -> Result<Vec<Suite>> {
    let mut suites = Vec::new();
    for Trial { subject, plan } in trials::from_flags(args, None)? {
        let (running, ended) = watch::channel(());
        let target = match subject {
            Some(subject) => subject.complete()?,
            None => targets::override_by_flags(start_fake(&plan, ended).await?, args)?,
        };
        let options = Options {
            seed: seed(args),
            strict: args.strict,
            case_limit: target.timeout.saturating_mul(3),
            ..Options::default()
        };
        suites.push(Suite {
            player: Player::new(&plan, &target, &options)?,
            target: target.name,
            plan,
            _running: running,
        });
    }
    Ok(suites)
}
