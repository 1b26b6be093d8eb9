//! What the rooms make of small invented bodies and parameters.

mod bodies;
mod requests;
