//! Who has an address: ARP (RFC 826, RFC 5227), and neighbour discovery of IPv6 (RFC 4861 §7.2), which asks the same.

mod claims;
mod exchange;
mod message;
mod table;
mod tracker;

pub use table::{ArpExchangeRow, NdpExchangeRow};
pub(crate) use tracker::{Tracker, arp, ndp};
