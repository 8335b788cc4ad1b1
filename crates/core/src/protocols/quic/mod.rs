//! QUIC: what of a connection can be seen without its secrets (RFC 9000, RFC 9001, RFC 9369).
//!
//! ```text
//! datagrams → packets → frames of Initial packets → hellos → row
//!                     ↘ times, spin bit ------------------↗
//! ```

mod connection;
mod keys;
pub mod message;
mod spin;
mod table;
mod tracker;

pub use table::QuicConnectionRow;
pub(crate) use tracker::recognise;
