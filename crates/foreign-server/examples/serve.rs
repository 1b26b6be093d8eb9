//! Serves until it is interrupted, for trying by hand.
//!
//! `serve [--roma-2025-10] [--extra-members] [--summaries as-shown|only-ids] [--latency-ms N]`

use std::error::Error;
use std::time::Duration;

use foreign_server::{Options, Server, Summaries};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--roma-2025-10" => options.roma_2025_10 = true,
            "--extra-members" => options.extra_members = true,
            "--summaries" => {
                options.summaries = match arguments.next().as_deref() {
                    Some("as-shown") => Summaries::AsShown,
                    Some("only-ids") => Summaries::OnlyIds,
                    _ => return Err("--summaries needs as-shown or only-ids".into()),
                }
            }
            "--latency-ms" => {
                let milliseconds = arguments.next().ok_or("--latency-ms needs a number")?;
                options.latency = Duration::from_millis(milliseconds.parse()?);
            }
            unknown => return Err(format!("unknown argument: {unknown}").into()),
        }
    }
    let server = Server::start(options).await?;
    println!("listening on {}", server.url());
    println!("states are set up at {}", server.state_url());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
