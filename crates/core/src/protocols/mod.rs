//! SEVERAL FRAMES → FACTS: one folder for each protocol that is followed over its packets.
//!
//! A protocol on top of TCP or UDP is a folder with `message.rs` (bytes → struct, no memory), `tracker.rs` (state over
//! packets) and `table.rs`; it is entered in one of the two lists below, and what it shares between flows in [`Shared`].

pub(crate) mod follow;
pub mod tcp;

use crate::issue::Issues;
use crate::tables::Sink;

/// Protocols on top of TCP, in the order in which they are asked whether a stream is theirs.
const STREAMS: &[follow::RecogniseStream] = &[];

/// Protocols in datagrams, in the order in which they are asked whether a flow is theirs.
const DATAGRAMS: &[follow::RecogniseDatagram] = &[];

/// What protocols remember besides the state of each flow: their tables, and what ties flows together.
#[derive(Debug, Default)]
pub(crate) struct Shared {}

impl Shared {
    /// All of it, within `memory_bytes`.
    pub(crate) fn new(_memory_bytes: usize) -> Self {
        Self::default()
    }

    #[allow(clippy::unused_self)] // until the first protocol has something to write
    /// Writes out what is left when the capture ends.
    pub(crate) fn finish(&mut self, _issues: &mut Issues, _sink: &mut dyn Sink) {}
}
