//! NTP (RFC 5905): requests for the time and their answers.

pub mod message;
mod table;
mod tracker;
mod transactions;

pub use table::NtpTransactionRow;
pub(crate) use tracker::recognise;
pub(crate) use transactions::Transactions;
