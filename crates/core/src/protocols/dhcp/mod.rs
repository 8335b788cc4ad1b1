//! DHCP (RFC 2131): how hosts get their addresses.

pub mod message;
mod table;
mod tracker;
mod transaction;
mod transactions;

pub use table::DhcpTransactionRow;
pub(crate) use tracker::recognise;
pub(crate) use transactions::Transactions;
