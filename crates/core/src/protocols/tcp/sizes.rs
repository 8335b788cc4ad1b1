//! The first packets and messages of one direction (Tstat's pktsize, sit and msgsize; `tcp.md` B.2).

use arrayvec::ArrayString;

use super::packet::Packet;
use crate::decode::flags::PSH;

/// How many of each are kept.
const MOST: usize = 4;
/// The longest list: three numbers of ten digits, two commas.
const TEXT_BYTES: usize = 32;

#[derive(Debug, Clone, Default)]
pub(super) struct Sizes {
    /// Microseconds from the packet before it to each of the first packets with payload.
    pauses_us: [u32; MOST],
    /// Payload of those packets.
    packets: [u16; MOST],
    /// Payload up to each PSH.
    messages: [u16; MOST],
    /// Payload since the last one.
    message: u32,
    packets_seen: u8,
    messages_seen: u8,
}

/// What is larger counts as this.
fn clamped(bytes: u32) -> u16 {
    bytes.min(u16::MAX.into()) as u16
}

impl Sizes {
    /// Whether nothing more is kept.
    #[inline]
    pub(super) fn are_full(&self) -> bool {
        usize::from(self.messages_seen) == MOST // each has a packet of its own
    }

    /// Takes payload; `pause_ns` is the time since the packet with payload before it.
    pub(super) fn data(&mut self, packet: &Packet<'_>, pause_ns: i64) {
        let at = usize::from(self.packets_seen);
        if let (Some(size), Some(pause)) = (self.packets.get_mut(at), self.pauses_us.get_mut(at)) {
            *size = clamped(packet.payload_bytes);
            *pause = (pause_ns / 1000).clamp(0, u32::MAX.into()) as u32;
            self.packets_seen += 1;
        }
        if let Some(size) = self.messages.get_mut(usize::from(self.messages_seen)) {
            self.message = self.message.saturating_add(packet.payload_bytes);
            if packet.flags & PSH != 0 {
                *size = clamped(std::mem::take(&mut self.message));
                self.messages_seen += 1;
            }
        }
    }

    pub(super) fn packets(&self) -> ArrayString<TEXT_BYTES> {
        listed(self.packets.iter().take(self.packets_seen.into()).map(|&bytes| bytes.into()))
    }

    pub(super) fn pauses_us(&self) -> ArrayString<TEXT_BYTES> {
        listed(self.pauses_us.iter().take(self.packets_seen.into()).skip(1).copied())
    }

    pub(super) fn messages(&self) -> ArrayString<TEXT_BYTES> {
        listed(self.messages.iter().take(self.messages_seen.into()).map(|&bytes| bytes.into()))
    }
}

/// Numbers separated by commas.
fn listed(numbers: impl Iterator<Item = u32>) -> ArrayString<TEXT_BYTES> {
    let mut text = ArrayString::new();
    for number in numbers {
        if !text.is_empty() {
            text.push(',');
        }
        // For six lists of each connection the formatting machinery is too much.
        let digits = number.checked_ilog10().unwrap_or(0);
        (0..=digits).rev().for_each(|at| text.push(char::from(b'0' + (number / 10u32.pow(at) % 10) as u8)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_listed_digit_by_digit() {
        assert_eq!(&listed([0, 7, 1460, u32::MAX].into_iter()), "0,7,1460,4294967295");
        assert_eq!(&listed([u32::MAX; 3].into_iter()), "4294967295,4294967295,4294967295");
        assert_eq!(&listed([].into_iter()), "");
    }
}
