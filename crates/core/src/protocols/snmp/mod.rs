//! SNMP (RFC 3416, RFC 3412): requests to agents and their answers.

pub mod message;
mod table;
mod tracker;
mod transactions;

pub use table::SnmpTransactionRow;
pub(crate) use tracker::recognise;
pub(crate) use transactions::Transactions;
