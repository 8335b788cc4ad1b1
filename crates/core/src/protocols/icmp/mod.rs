//! ICMP (RFC 792) and ICMPv6 (RFC 4443): every message, echoes matched, errors tied to the flow they quote.

mod message;
mod table;
mod tracker;

pub(crate) use message::Message;
pub use table::IcmpMessageRow;
pub(crate) use tracker::Tracker;
