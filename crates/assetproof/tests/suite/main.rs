//! The program as a user meets it: processes, exit codes, files. What each rule decides is tested
//! in the crates below.

mod admin;
mod conformance;
mod program;
mod reproduction;
mod running;
mod serve;
mod serve_log;
mod serve_sockets;
mod serve_state;
mod serve_tls;
mod targets;
mod wrong_server;
