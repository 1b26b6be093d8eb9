//! A stateful fake of the documented services.
//!
//! [`engine`] holds the state machines: a raw request in, a raw response out, no HTTP. Two fronts
//! serve it: [`wiremock_front`] in process, for Rust tests, and [`standalone`], a server of its own,
//! for any language. [`admin`] tells what came in, and keeps, restores and resets the state, on a
//! port of its own. Nothing here judges a response; `validator` and `conformance` do.
//!
//! Each behaviour is tagged in the docs of its module: **documented** (the vendor's page says so),
//! **inferred** (it follows from the page, or something had to be chosen), or **observed** (a
//! vendor's client or SDK page shows it).
//!
//! ```
//! use fake_server::FakeServer;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # rustls::crypto::ring::default_provider().install_default().unwrap();
//! let fake = FakeServer::builder().start().await?;
//! let asset = fake.set_up("asset exists", json!({"project_id": "p1"}))?["asset_id"].clone();
//! let response = reqwest::Client::new()
//!     .post(format!("{}/v1/p1/digital-assets/batch-action", fake.uri()))
//!     .header("X-Auth-Token", "assetproof-token")
//!     .body(json!({"action": "DELETE", "asset_ids": [asset]}).to_string())
//!     .send().await?;
//! assert_eq!(response.status(), 200);
//! assert_eq!(fake.received().await[0].path(), "/v1/p1/digital-assets/batch-action");
//! # Ok(())
//! # }
//! ```

pub mod admin;
pub mod engine;
mod error;
mod metastudio;
pub mod mutants;
mod roma;
mod smh;
pub mod standalone;
pub mod wiremock_front;

pub use engine::{Engine, EngineBuilder, StateError};
pub use error::{Error, Result};
pub use wiremock_front::FakeServer;
