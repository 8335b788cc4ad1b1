//! DNS and its relatives: mDNS (RFC 6762), LLMNR (RFC 4795) and the NetBIOS name service (RFC 1002).
//!
//! Queries and responses meet in what flows share, since a response may come in another flow than its query: by multicast,
//! from another resolver, over TCP after a truncated one.

mod answer;
mod codes;
pub mod message;
mod name;
mod table;
mod tracker;
mod transaction;
mod transactions;

pub use table::DnsTransactionRow;
pub(crate) use tracker::{recognise_datagram, recognise_stream};
pub(crate) use transactions::Transactions;
