//! TLS: what of a handshake can be seen without keys (RFC 8446, RFC 5246, RFC 6347).
//!
//! ```text
//! bytes or datagrams → records → messages → Handshake → row
//! ```

pub mod certificate;
mod dtls;
mod handshake;
pub(crate) mod ja4;
pub mod message;
pub(crate) mod names;
pub(crate) mod offer;
pub(crate) mod pieces;
pub(crate) mod read;
mod table;
mod tracker;

pub(crate) use dtls::recognise as recognise_datagram;
pub use table::TlsHandshakeRow;
pub(crate) use tracker::recognise;
