//! SEVERAL FRAMES → FACTS: one folder for each protocol that is followed over its packets.
//!
//! A protocol on top of TCP or UDP is a folder with `message.rs` (bytes → struct, no memory), `tracker.rs` (state over
//! packets) and `table.rs`; it is entered in one of the two lists below, and what it shares between flows in [`Shared`].

pub mod arp;
pub(crate) mod control;
pub(crate) mod follow;
pub mod icmp;
pub(crate) mod pending;
pub mod rtp;
pub mod sip;
pub mod tcp;

use crate::issue::Issues;
use crate::tables::Sink;

/// Protocols on top of TCP, in the order in which they are asked whether a stream is theirs.
const STREAMS: &[follow::RecogniseStream] = &[
    rtp::recognise_rtsp,
    sip::recognise_stream, // its methods are its own
];

/// Protocols in datagrams, in the order in which they are asked whether a flow is theirs.
const DATAGRAMS: &[follow::RecogniseDatagram] = &[
    sip::recognise_datagram,
    rtp::recognise, // last: it takes what may be RTP on trial
];

/// What protocols remember besides the state of each flow: their tables, and what ties flows together.
pub(crate) struct Shared {
    /// Streams of RTP.
    pub(crate) rtp: rtp::Shared,
    /// Calls of SIP.
    pub(crate) sip: sip::Shared,
}

impl Shared {
    /// All of it, within `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        let part = memory_bytes / 8;
        Self { rtp: rtp::Shared::new(part), sip: sip::Shared::new(part) }
    }

    /// Writes out what is left when the capture ends.
    pub(crate) fn finish(&mut self, _issues: &mut Issues, sink: &mut dyn Sink) {
        self.rtp.finish(sink);
        self.sip.finish(sink);
    }
}
