//! The fake as a client sees it, over both fronts. Every response also goes through the validator:
//! the fake has to keep each MUST and SHOULD itself.

mod arbitrary;
mod concurrency;
mod http;
mod metastudio;
mod roma;
mod served;
mod smh;
mod snapshots;
mod standalone;
mod states;
mod traffic;
