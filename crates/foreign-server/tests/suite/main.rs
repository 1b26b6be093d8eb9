//! The foreign server over real HTTP: what its APIs, its states and its plumbing do.
//!
//! The expectations are written from the documents too, and by hand: nothing here asks another
//! implementation or the validator.

mod client;
mod metastudio;
mod plumbing;
mod roma;
mod smh;
mod states;
