//! The generated cases: which there are, that each is what it is meant to be, and that they tell a
//! right server from a wrong one, also of an API that nobody has written a line of Rust for.

mod against_the_fake;
mod contracts;
mod ids;
mod lamps;
mod server;
