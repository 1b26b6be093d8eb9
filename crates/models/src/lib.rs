//! Typed wire objects of the built-in APIs: requests, responses and errors.
//!
//! A type here is one documented JSON object, with the document's spelling on the wire and Rust's
//! in code. Nothing is judged (the `validator` does that), nothing is sent or received, and no
//! state is kept. The documents' promises are cited by requirement id (`MS-BA-05`), their slips
//! and contradictions by erratum id (`SM-E01`); both are listed beside the schemas.
//!
//! # What survives, and what is refused
//!
//! - **Members that the document does not name survive.** Each object keeps them in its `extra`
//!   map and writes them again, because an implementation may add members and a client must not
//!   lose them. Whoever fills `extra` by hand must not use a documented name: the member would be
//!   written twice.
//! - **What is absent stays absent.** An optional member is an `Option`, and a `null` is not taken
//!   for an absent one: where the document does not allow it, it is refused.
//! - **Where the document has two readings, both are held**, and the value remembers which one it
//!   was ([`smh::Reading`], [`roma::assets_delete::r2022_12::Apps`], [`roma::asset_job::Time`]).
//! - **Documented enums, lengths and counts are part of the type.** A value outside them does not
//!   deserialise; the error names what is allowed. Presence is as strict as the JSON Schemas:
//!   what a response only SHOULD or MAY carry is optional.
//!
//! So a value that its JSON Schema accepts comes back unchanged as JSON. The one exception is
//! spelling, not value: a status written as `200.0` is written back as `200`.
//!
//! ```
//! use models::metastudio::batch_action::{Action, Request};
//!
//! let request: Request =
//!     serde_json::from_str(r#"{"action":"DELETE_FORCE","asset_ids":["a1"],"trace":7}"#)?;
//! assert_eq!(request.action, Action::DeleteForce);
//! assert_eq!(request.extra["trace"], 7);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod error;
mod integer;
mod list;
pub mod metastudio;
pub mod roma;
pub mod smh;
mod text;
mod wire;

pub use error::{Error, Result};
pub use integer::Integer;
pub use list::List;
pub use text::Text;
pub use wire::Extra;
