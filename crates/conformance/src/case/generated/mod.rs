//! Generated cases: what the documentation implies beyond its examples, made from any contract.
//!
//! `base` is the request that an operation's cases begin with, `facts` and `sites` say what the
//! contract tells of each part of it, `bench` proves a changed request to be what it is meant to be
//! and keeps it as a case. The rooms beside them each change one kind of thing. Nothing in here
//! knows an API by name.

mod arrays;
mod base;
mod bench;
mod credentials;
mod edit;
mod facts;
mod generate;
#[cfg(test)]
mod kettles;
mod label;
mod limits;
mod message;
mod missing;
mod names;
mod near_misses;
mod observed;
mod parameters;
mod presence;
mod sample;
mod sites;
mod syntax;
#[cfg(test)]
mod tests;
mod texts;
mod types;
mod values;

pub(crate) use generate::generated;
