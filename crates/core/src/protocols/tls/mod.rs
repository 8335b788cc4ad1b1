//! TLS: what of a handshake can be seen without keys (RFC 8446, RFC 5246).
//!
//! ```text
//! bytes → records → messages → Handshake → row
//! ```

pub mod certificate;
mod handshake;
pub(crate) mod ja4;
pub mod message;
pub(crate) mod names;
pub(crate) mod offer;
pub(crate) mod read;
mod table;
mod tracker;

pub use table::TlsHandshakeRow;
pub(crate) use tracker::recognise;
