//! `assetproof serve`: the fake server as a process.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::available_parallelism;

use conformance::{Credentials, Secret};
use fake_server::Engine;
use fake_server::engine::Api;
use fake_server::standalone::{self, ServeOptions};

use crate::admin_command::{self, Admin};
use crate::cli::ServeArgs;
use crate::log::Log;
use crate::state_file::StateFile;
use crate::{CONFORMANT, Error, Result, announce, certificates, contracts, interrupt};

/// More threads than these would take file descriptors from connections (four each), and there are
/// no clients for them.
const THREADS: usize = 8;

pub(crate) fn run(args: &ServeArgs) -> Result<u8> {
    let _log = Log::start(&args.log);
    let mut builder = Engine::builder();
    for (api, revision) in contracts::choose(&args.revision)? {
        if Api::named(api).is_some() {
            builder = builder.revision(api, revision);
        } else if args.revision.iter().any(|(wanted, _)| wanted == api) {
            return Err(Error::NotServed {
                api: api.to_owned(),
            });
        }
    }
    let credentials = Credentials::from_env();
    if let Some(token) = credentials.token.as_ref().map(Secret::reveal) {
        builder = builder.token(token);
    }
    if let Some(token) = credentials.access_token.as_ref().map(Secret::reveal) {
        builder = builder.access_token(token);
    }
    let pair = credentials.key_pair().map_err(Error::HalfAKeyPair)?;
    if let Some((access_key, secret_key)) = pair {
        builder = builder.key_pair(access_key.reveal(), secret_key.reveal());
    }
    for credential in &args.credential {
        builder = credential.tell(builder);
    }
    builder = admin_command::configure(builder, &args.admin);
    for fault in args.fault.iter().flat_map(|given| &given.faults) {
        builder = builder.fault(fault.clone());
    }
    if let Some(seed) = args.perturb {
        builder = builder.perturb(seed);
    }
    let engine = Arc::new(builder.build()?);
    let state = args.state.as_deref().map(StateFile::open).transpose()?;
    if let Some(file) = &state {
        file.load(|state| engine.restore(state))?;
    }
    // Requests are answered by threads of the server's own; besides, only the admin interface is
    // served.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Error::Process)?
        .block_on(serve(args, Arc::clone(&engine)))?;
    if let Some(file) = &state {
        file.save(&engine.snapshot())?;
    }
    Ok(CONFORMANT)
}

async fn serve(args: &ServeArgs, engine: Arc<Engine>) -> Result<()> {
    let listen_error = |address: SocketAddr, source: std::io::Error| Error::Listen {
        address,
        way_out: match source.kind() {
            ErrorKind::AddrInUse => {
                " (another process has the port: choose another, or 0 for a free one)"
            }
            ErrorKind::PermissionDenied => {
                " (ports below 1024 need a privilege: choose a higher one)"
            }
            _ => "",
        },
        source,
    };
    let failed = |source| listen_error(args.listen, source);
    let listener = standalone::listen(args.listen).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let admin = Admin::bind(&args.admin, listen_error).await?;
    let stop = interrupt::signal()?;
    let options = ServeOptions {
        limits: args.limits.limits(),
        tls: certificates::choose(&args.tls, bound.ip())?,
        threads: available_parallelism().map_or(1, usize::from).min(THREADS),
    };
    let scheme = if options.tls.is_some() {
        "https"
    } else {
        "http"
    };
    // Both lines at once: who reads the first one only may close the pipe after it.
    announce::out(&format!(
        "listening on {scheme}://{bound}\n{}",
        admin.announcement()
    ));
    let ahead = Arc::clone(&engine);
    drop(tokio::task::spawn_blocking(move || {
        ahead.know_other_revisions();
    }));
    let (stop, admin_ended) = admin.serve(&engine, stop);
    standalone::serve_with(listener, engine, options, stop).await;
    admin_ended.await;
    Ok(())
}
