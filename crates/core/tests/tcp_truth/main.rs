//! Our own account of TCP, from conversations made by hand: what each segment is, and what each moment went into.
//!
//! Every conversation passes a capture point 10 ms (there and back) from the client and 30 ms from the server.

#[path = "../support/mod.rs"]
mod support;

mod bulk;
mod classes;
mod counts;
mod ledger;
mod losses;
mod other_tools;
