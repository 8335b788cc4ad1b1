//! Packets of RTP and RTCP.

use crate::decode::View;

const VERSION: u8 = 2;
const HEADER_BYTES: usize = 12;

/// A packet of RTP (RFC 3550 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) marker: bool,
    pub(super) payload_type: u8,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    /// Bytes behind its header, as far as that was captured.
    pub(super) payload_bytes: u32,
}

impl Packet {
    /// Reads a datagram that may be one.
    pub(super) fn read(datagram: View<'_>) -> Option<Self> {
        let header = datagram.head::<HEADER_BYTES>()?;
        let [first, second, ..] = *header;
        if first >> 6 != VERSION || is_control(second) {
            return None;
        }
        let mut header_bytes = HEADER_BYTES + 4 * usize::from(first & 0x0f);
        if first & 0x10 != 0 {
            header_bytes += 4 + 4 * datagram.u16(header_bytes + 2).map_or(0, usize::from);
        }
        let payload_bytes = datagram.wire_bytes.checked_sub(header_bytes)? as u32;
        Some(Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: datagram.u16(2)?,
            timestamp: datagram.u32(4)?,
            ssrc: datagram.u32(8)?,
            payload_bytes,
        })
    }

    /// Whether its payload type is one that is assigned, or free to be agreed on (RFC 3551 §6).
    pub(super) fn has_usual_type(&self) -> bool {
        matches!(self.payload_type, 0..=34 | 96..=127)
    }
}

/// Whether the second byte is the type of a packet of RTCP (RFC 5761 §4).
fn is_control(second: u8) -> bool {
    matches!(second, 192..=223)
}

/// When a sender made a report (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SenderReport {
    pub(super) ssrc: u32,
    /// The middle half of its NTP time.
    pub(super) sent: u32,
}

/// What a receiver reports of a stream (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) ssrc: u32,
    /// Packets lost since the report before, in 1/256 of those expected.
    pub(super) fraction_lost: u8,
    pub(super) lost: i32,
    pub(super) jitter: u32,
    /// The middle half of the NTP time of the sender's last report; 0 when none came.
    pub(super) last_report: u32,
    /// How long ago that came, in 1/65,536 s.
    pub(super) delay: u32,
}

/// The reports in a datagram of RTCP.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reports {
    pub(super) sender: Option<SenderReport>,
    pub(super) blocks: arrayvec::ArrayVec<Block, 31>,
}

impl Reports {
    /// Reads a datagram if it is of RTCP: packets one behind the other, the first of which is a report (RFC 3550 §6.1). One that is
    /// encrypted (RFC 3711 §3.4) has more behind them, and nothing to read.
    pub(super) fn read(datagram: View<'_>) -> Option<Self> {
        const SENDER: u8 = 200;
        const RECEIVER: u8 = 201;
        let &[first, kind, ..] = datagram.head::<8>()?;
        if first >> 6 != VERSION || !matches!(kind, SENDER | RECEIVER) || !is_whole(datagram) {
            return None;
        }
        let length = packet_bytes(datagram)?;
        let mut reports = Self::default();
        let mut at = 8;
        if kind == SENDER {
            let sent = datagram.u32(10)?;
            reports.sender = Some(SenderReport { ssrc: datagram.u32(4)?, sent });
            at = 28;
        }
        let count = usize::from(first & 0x1f);
        let blocks = datagram.limit(length).skip(at)?;
        for block in blocks.bytes.chunks_exact(24).take(count) {
            reports.blocks.push(self::block(View::new(block, block.len()))?);
        }
        Some(reports)
    }
}

fn block(view: View<'_>) -> Option<Block> {
    let fraction_and_lost = view.u32(4)?;
    Some(Block {
        ssrc: view.u32(0)?,
        fraction_lost: (fraction_and_lost >> 24) as u8,
        lost: (fraction_and_lost as i32) << 8 >> 8,
        jitter: view.u32(12)?,
        last_report: view.u32(16)?,
        delay: view.u32(20)?,
    })
}

/// Whether packets fill the datagram, as far as it was captured.
fn is_whole(datagram: View<'_>) -> bool {
    let mut rest = datagram;
    while rest.wire_bytes > 0 {
        let Some(&[first, kind, ..]) = rest.head::<4>() else { return rest.bytes.is_empty() };
        let Some(length) = packet_bytes(rest) else { return false };
        if first >> 6 != VERSION || !is_control(kind) || length > rest.wire_bytes {
            return false;
        }
        let Some(further) = rest.skip(length) else { return true };
        rest = further;
    }
    true
}

fn packet_bytes(view: View<'_>) -> Option<usize> {
    Some(4 + 4 * usize::from(view.u16(2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(bytes: &[u8]) -> View<'_> {
        View::new(bytes, bytes.len())
    }

    #[test]
    fn a_packet_is_read_with_all_that_stands_before_its_payload() {
        let bytes =
            [&[0x92, 0xe0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 5][..], &[0; 8], &[0xbe, 0xde, 0, 1, 0, 0, 0, 0], &[1; 20]]
                .concat();
        let packet = Packet::read(view(&bytes)).expect("a packet");
        let expected = Packet { marker: true, payload_type: 96, sequence: 7, timestamp: 9, ssrc: 5, payload_bytes: 20 };
        assert_eq!(packet, expected);
        assert!(Packet::read(view(&bytes[..11])).is_none());
        assert!(Packet::read(view(&bytes[..19])).is_none(), "its header is longer than it");
        assert!(Packet::read(view(&[0x80, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])).is_none(), "that is RTCP");
        assert!(Packet::read(view(&[0x40; 40])).is_none());
    }

    #[test]
    fn reports_are_read() {
        let block = [&[0, 0, 0, 5, 64, 0xff, 0xff, 0xfe][..], &[0; 4], &[0, 0, 0, 80], &[0, 1, 2, 3], &[0, 0, 0x80, 0]]
            .concat();
        let sender = [&[0x81, 200, 0, 12, 0, 0, 0, 9][..], &[1, 2, 3, 4, 5, 6, 7, 8], &[0; 12], &block].concat();
        let both = [&sender[..], &[0x80, 202, 0, 0]].concat();
        let reports = Reports::read(view(&both)).expect("reports");
        assert_eq!(reports.sender, Some(SenderReport { ssrc: 9, sent: 0x0304_0506 }));
        let expected =
            Block { ssrc: 5, fraction_lost: 64, lost: -2, jitter: 80, last_report: 0x0001_0203, delay: 0x8000 };
        assert_eq!(reports.blocks.as_slice(), [expected]);
        let encrypted = [&sender[..], &[0x80, 0, 0, 1], &[7; 10]].concat();
        assert_eq!(Reports::read(view(&encrypted)), None);
        let receiver = [&[0x81, 201, 0, 7, 0, 0, 0, 9][..], &block].concat();
        assert_eq!(Reports::read(view(&receiver)).map(|reports| reports.blocks.len()), Some(1));
    }
}
