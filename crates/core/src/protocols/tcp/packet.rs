//! A segment in unbounded sequence space and monotone time, as our own layer sees it.

use crate::decode::flags::{ACK, FIN, RST, SYN};
use crate::flows::Half;

/// One segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) frame: u32,
    /// Never smaller than that of the packet before.
    pub(super) now_ns: i64,
    /// Whether its own time was earlier, so that no time may be measured by it.
    pub(super) held: bool,
    pub(super) sender: Half,
    pub(super) flags: u16,
    pub(super) seq: u64,
    pub(super) ack: u64,
    pub(super) payload_bytes: u32,
    pub(super) window: u16,
    pub(super) ip_id: u16,
    pub(super) ttl: u8,
    pub(super) timestamps: Option<(u32, u32)>,
    /// The payload as far as it was captured.
    pub(super) payload: &'a [u8],
}

impl Packet<'_> {
    pub(super) fn syn(&self) -> bool {
        self.flags & SYN != 0
    }

    pub(super) fn fin(&self) -> bool {
        self.flags & FIN != 0
    }

    pub(super) fn rst(&self) -> bool {
        self.flags & RST != 0
    }

    pub(super) fn has_ack(&self) -> bool {
        self.flags & ACK != 0
    }

    /// The parts before and from `seq` on, where that lies within the payload.
    pub(super) fn split(&self, seq: u64) -> Option<(Self, Self)> {
        let head_bytes = u32::try_from(seq.checked_sub(self.seq)?).ok()?;
        if self.syn() || head_bytes == 0 || head_bytes >= self.payload_bytes {
            return None;
        }
        let (head, tail) = self.payload.split_at((head_bytes as usize).min(self.payload.len()));
        let before = Self { payload_bytes: head_bytes, flags: self.flags & !FIN, payload: head, ..*self };
        Some((before, Self { seq, payload_bytes: self.payload_bytes - head_bytes, payload: tail, ..*self }))
    }

    /// Bytes of sequence space: payload, and one each for SYN and FIN.
    pub(super) fn length(&self) -> u64 {
        u64::from(self.payload_bytes) + u64::from(((self.flags / SYN) & 1) + ((self.flags / FIN) & 1))
    }

    pub(super) fn end(&self) -> u64 {
        self.seq + self.length()
    }
}
