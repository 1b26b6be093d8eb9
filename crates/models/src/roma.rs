//! Wire objects of ROMA's device assets, revisions 2022-12 and 2025-10.
//!
//! The revisions' `assets-delete` are types of their own, since a client of one cannot talk to a
//! server of the other.

pub mod asset_job;
pub mod assets_delete;
