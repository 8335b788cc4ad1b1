//! Transport layers: what flows are made of.

mod icmp;
mod ports;
mod tcp;

pub(super) use icmp::{icmp, icmpv6};
pub(super) use ports::{dccp, sctp, udp, udp_lite};
pub(super) use tcp::tcp;
pub use tcp::{Tcp, flags};

use super::{Decoded, Net, Next, Protocol, View, Walk};

/// A transport header with the network header it came in.
#[derive(Debug, Clone, Copy)]
pub struct Transport<'a> {
    /// Its network header.
    pub net: Net,
    /// IP protocol number: 6 for TCP.
    pub protocol: u8,
    /// Source port; 0 where the protocol has none.
    pub source_port: u16,
    /// Destination port; 0 where the protocol has none.
    pub destination_port: u16,
    /// What only this protocol has.
    pub header: Header<'a>,
    /// The payload. Its `wire_bytes` is the length by the headers, without padding.
    pub payload: View<'a>,
    /// Whether an ICMP error quotes it, or a monitor sampled it elsewhere: then it was not sent in this frame.
    pub quoted: bool,
}

/// What only one transport protocol has.
#[derive(Debug, Clone, Copy)]
pub enum Header<'a> {
    /// TCP.
    Tcp(Tcp<'a>),
    /// The beginning of a TCP header in an ICMP error, which needs to quote no more than eight bytes (RFC 792).
    TcpStart {
        /// Sequence number.
        sequence: u32,
    },
    /// UDP and UDP-Lite.
    Udp,
    /// SCTP.
    Sctp,
    /// DCCP.
    Dccp,
    /// ICMP and `ICMPv6`.
    Icmp {
        /// Message type.
        kind: u8,
        /// Code within the type.
        code: u8,
        /// Checksum.
        checksum: Option<u16>,
        /// The four bytes behind the checksum, whose meaning depends on the type.
        rest: Option<u32>,
        /// Identifier and sequence number of an echo.
        echo: Option<(u16, u16)>,
    },
    /// Anything else that IP carries.
    Other,
}

/// Notes a transport header; beyond the bound they are left out and said so.
#[inline]
fn push<'a>(transport: Transport<'a>, out: &mut Decoded<'a>) {
    if out.transports.try_push(transport).is_err() {
        out.odd(crate::issue::IssueKind::TooDeep, 0);
    }
}

/// A protocol without ports of which only the name is known.
pub(super) fn other<'a>(protocol: u8, name: Protocol, net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(name);
    let (net, header, quoted) = (*net, Header::Other, out.quoted);
    push(Transport { net, protocol, source_port: 0, destination_port: 0, header, payload: view, quoted }, out);
    None
}
