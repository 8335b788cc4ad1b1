//! HTTP over any port: requests and their responses (RFC 9110, RFC 9112, RFC 9113).
//!
//! Pairs equal Wireshark's where a client waits for each response. Where it does not, responses are taken in the order of
//! requests, as the standard has it, and not each for the newest request.

mod exchange;
pub mod hpack;
pub mod http2;
mod huffman;
pub mod message;
mod table;
mod text;
mod tracker;

pub use table::HttpTransactionRow;

use crate::protocols::follow::{Context, Opening, Recognised};

/// Whether a connection is of HTTP/1.x: by the first line of either end.
pub(super) fn recognise(opening: &Opening<'_>, context: &Context<'_>) -> Recognised {
    match message::begins(opening.bytes) {
        message::Begins::No => Recognised::No,
        message::Begins::More => Recognised::More,
        message::Begins::Yes => Recognised::Yes(Box::new(tracker::Tracker::new(context.ends.texts()))),
    }
}
