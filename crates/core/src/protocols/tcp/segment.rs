//! A segment as both layers of the TCP engine see it.

use crate::decode::Tcp;
use crate::flows::Half;

/// Header length without options.
const HEADER_BYTES: u8 = 20;

/// How much of a header is there to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderState {
    /// Header and options were captured.
    Whole,
    /// Captured up to some place within it.
    Cut,
    /// Its length field is smaller than a header.
    Contradictory,
}

/// One segment.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    /// Number of its frame.
    pub frame: u32,
    /// Time of its frame.
    pub time_ns: i64,
    /// Who sent it.
    pub sender: Half,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number, also where the ACK flag is clear.
    pub ack: u32,
    /// Flags.
    pub flags: u16,
    /// Window as sent.
    pub window: u16,
    /// Urgent pointer, 0 without the flag.
    pub urgent_pointer: u16,
    /// Payload length by the headers; `None` where the header is longer than its packet.
    pub payload_bytes: Option<u32>,
    /// How much of the header is there.
    pub header: HeaderState,
}

impl Segment {
    /// The segment of a header.
    #[inline]
    pub(crate) fn new(tcp: &Tcp<'_>, sender: Half, frame: u32, time_ns: i64) -> Self {
        let header = if tcp.header_bytes < HEADER_BYTES {
            HeaderState::Contradictory
        } else if tcp.captured_header_bytes < tcp.header_bytes {
            HeaderState::Cut
        } else {
            HeaderState::Whole
        };
        Self {
            frame,
            time_ns,
            sender,
            seq: tcp.sequence,
            ack: tcp.acknowledgement,
            flags: tcp.flags,
            window: tcp.window,
            urgent_pointer: tcp.urgent_pointer,
            payload_bytes: tcp.payload_bytes,
            header,
        }
    }

    /// The length that is analysed; `None` where the segment is not.
    #[inline]
    pub(super) fn analysed_bytes(&self) -> Option<u32> {
        self.payload_bytes
    }
}
