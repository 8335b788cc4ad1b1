//! TCP (RFC 9293).

use super::{Decoded, Header, Net, Protocol, Transport, View, Walk, push};

const HEADER_BYTES: usize = 20;
/// With fewer header bytes captured the segment is not counted as one: its window is missing.
const LEAST_BYTES: usize = 16;

/// Bits of [`Tcp::flags`].
pub mod flags {
    /// Sender has finished.
    pub const FIN: u16 = 0x001;
    /// Sequence numbers are synchronised.
    pub const SYN: u16 = 0x002;
    /// Connection is reset.
    pub const RST: u16 = 0x004;
    /// Push.
    pub const PSH: u16 = 0x008;
    /// The acknowledgement number counts.
    pub const ACK: u16 = 0x010;
    /// The urgent pointer counts.
    pub const URG: u16 = 0x020;
    /// ECN echo.
    pub const ECE: u16 = 0x040;
    /// Congestion window reduced.
    pub const CWR: u16 = 0x080;
}

/// A TCP header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tcp<'a> {
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgement number, also where the ACK flag is clear.
    pub acknowledgement: u32,
    /// The nine flag bits.
    pub flags: u16,
    /// Window as sent, not scaled.
    pub window: u16,
    /// Header length by its own field, in bytes.
    pub header_bytes: u8,
    /// Payload length by the headers in bytes on the wire; `None` where the header length contradicts the packet.
    pub payload_bytes: Option<u32>,
    /// The options as captured.
    pub options: &'a [u8],
    /// The urgent pointer where the URG flag is set, else 0.
    pub urgent_pointer: u16,
    /// How many bytes of the header were captured: at least 16.
    pub captured_header_bytes: u8,
}

/// Decodes a TCP header.
#[inline(always)]
#[allow(clippy::inline_always)] // on the way of nearly every frame: a call would copy the network header
pub(in crate::decode) fn tcp<'a>(net: Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(Protocol::Tcp);
    let Some(head) = view.head::<LEAST_BYTES>() else { return start(&{ net }, view, out) };
    let header_bytes = (head[12] >> 4) * 4;
    let captured_header_bytes = view.bytes.len().min(usize::from(header_bytes).max(HEADER_BYTES));
    let flags = u16::from_be_bytes([head[12] & 1, head[13]]);
    let header = Tcp {
        sequence: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
        acknowledgement: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        flags,
        window: u16::from_be_bytes([head[14], head[15]]),
        header_bytes,
        payload_bytes: (view.wire_bytes as u32).checked_sub(u32::from(header_bytes)),
        options: view.bytes.get(HEADER_BYTES..captured_header_bytes).unwrap_or_default(),
        urgent_pointer: if flags & flags::URG != 0 { urgent_pointer(view.bytes) } else { 0 },
        captured_header_bytes: captured_header_bytes as u8,
    };
    if usize::from(header_bytes) < HEADER_BYTES || header.payload_bytes.is_none() {
        out.malformed(Protocol::Tcp);
    } else if captured_header_bytes < usize::from(header_bytes) {
        out.cut(Protocol::Tcp);
    }
    let payload = view.skip(usize::from(header_bytes)).unwrap_or(View::new(&[], 0));
    let (source_port, destination_port) = super::ports::of(head);
    let (header, quoted) = (Header::Tcp(header), out.quoted);
    push(Transport { net, protocol: 6, source_port, destination_port, header, payload, quoted }, out);
    None
}

/// It is not among the bytes that are always there.
#[cold]
fn urgent_pointer(bytes: &[u8]) -> u16 {
    bytes.get(18..20).map_or(0, |field| u16::from_be_bytes([field[0], field[1]]))
}

/// A header of which too little is there. An ICMP error that quotes eight bytes of it still tells its flow and its place.
#[cold]
fn start<'a>(net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let (true, Some(head)) = (out.quoted, view.head::<8>()) else { return out.cut(Protocol::Tcp) };
    let (source_port, destination_port) = super::ports::of(head);
    let header = Header::TcpStart { sequence: u32::from_be_bytes([head[4], head[5], head[6], head[7]]) };
    let (net, payload) = (*net, View::new(&[], 0));
    push(Transport { net, protocol: 6, source_port, destination_port, header, payload, quoted: true }, out);
    None
}
