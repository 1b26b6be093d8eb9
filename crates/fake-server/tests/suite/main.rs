//! The fake as a client sees it, over both fronts. Every response also goes through the validator:
//! the fake has to keep each MUST and SHOULD itself.

mod admin;
mod arbitrary;
mod concurrency;
mod fault_format;
mod fault_selection;
mod faults;
mod faults_of_connections;
mod http;
mod isolation;
mod journal;
mod metastudio;
mod mutants;
mod perturbed;
mod revisions;
mod roma;
mod served;
mod signatures;
mod smh;
mod snapshots;
mod standalone;
mod states;
mod strict;
mod traffic;
