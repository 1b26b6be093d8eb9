//! A server that is correct and unlike the fake one: the four documented operations and their
//! companions, written a second time from the documents alone.
//!
//! It is there to prove that the conformance runner accuses no correct server. Wherever a document
//! leaves a choice or is silent, this server chooses what one would not guess first: one result for
//! each asset and in reverse order, statuses as strings, every deletion for later, ids with
//! characters that have a meaning in URLs, chunked bodies, a new connection for each request. A
//! case that fails here asks for more than the documents promise, and the case is wrong.
//!
//! **It never shares code with the fake**: no crate of this workspace is a dependency, and nothing
//! here is copied from one. Two implementations that share code share their misreadings, and would
//! prove nothing about each other. Its only sources are the documents and the page that reads them.
//!
//! What does not live here: defects (this server has no mutants), and any judging of its client.
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! let server = foreign_server::Server::start(foreign_server::Options::default()).await?;
//! println!("{} is set up at {}", server.url(), server.state_url());
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod asset_life;
mod clock;
mod http;
mod ids;
mod json;
mod metastudio;
mod roma;
mod route;
mod server;
mod signature;
mod smh;
mod states;
mod world;

pub use clock::Clock;
pub use server::{
    DEFAULT_ACCESS_TOKEN, DEFAULT_KEY_PAIR, DEFAULT_TOKEN, Options, Server, Summaries,
};
