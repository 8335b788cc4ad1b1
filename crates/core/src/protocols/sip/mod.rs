//! SIP (RFC 3261): calls, and how long each request took to be answered.

mod call;
mod message;
mod table;
mod tracker;
mod transaction;

pub use table::{SipCallRow, SipTransactionRow};
pub(crate) use tracker::{Shared, recognise_datagram, recognise_stream};
