//! Network layers: IPv4 and IPv6 with what stands between them and the transport.

mod arp;
mod ipv4;
mod ipv6;

use std::net::IpAddr;

use super::{Decoded, Next, Protocol, View, Walk, transport, tunnel};
use crate::issue::IssueKind;

pub(super) use arp::decode as decode_arp;
pub(super) use ipv4::decode as decode_ipv4;
pub(super) use ipv6::decode as decode_ipv6;

/// What a transport layer needs of the network header it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    /// Source address.
    pub source: IpAddr,
    /// Destination address; the final one where a routing header names it.
    pub destination: IpAddr,
    /// Time to live or hop limit.
    pub ttl: u8,
    /// DSCP and ECN bits.
    pub traffic_class: u8,
    /// IPv4 identification; 0 for IPv6.
    pub id: u16,
    /// The don't-fragment bit; true for IPv6, which routers never fragment.
    pub dont_fragment: bool,
    /// Length of the whole packet, header included, in bytes on the wire.
    pub total_bytes: u32,
}

/// One IP fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// Its network header.
    pub net: Net,
    /// Protocol of the datagram's payload.
    pub protocol: u8,
    /// Identification, which all fragments of a datagram share.
    pub id: u32,
    /// Where its bytes belong in the datagram.
    pub offset_bytes: u32,
    /// Whether further fragments follow.
    pub more: bool,
    /// Its bytes.
    pub payload: View<'a>,
}

/// Decodes IPv4 or IPv6 by the version nibble.
#[inline]
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match view.u8(0)? >> 4 {
        4 => decode_ipv4(view, out),
        6 => decode_ipv6(view, out),
        _ => out.malformed(Protocol::Raw),
    }
}

/// Decodes what stands behind an IP protocol number.
#[inline]
pub(super) fn decode_protocol<'a>(protocol: u8, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match protocol {
        6 => transport::tcp(view, out),
        17 => transport::udp(view, out),
        0 => ipv6::hop_by_hop(view, out),
        1 => transport::icmp(view, out),
        4 | 41 => Some((Next::Ip, view)),
        43 => ipv6::routing(view, out),
        44 => ipv6::fragment(view, out),
        47 => tunnel::gre(view, out),
        51 => tunnel::ah(view, out),
        58 => transport::icmpv6(view, out),
        59 => None,
        60 => ipv6::destination_options(view, out),
        132 => transport::sctp(view, out),
        136 => transport::udp_lite(view, out),
        33 => transport::dccp(view, out),
        115 => tunnel::l2tp_v3(view, out),
        137 => Some((Next::Mpls, view)),
        143 => Some((Next::Link(crate::capture::LinkType::ETHERNET), view)),
        other => by_name(other, view, out),
    }
}

/// Protocols of which only the name is known: they end the walk, and count as flows without ports.
fn by_name<'a>(protocol: u8, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let name = match protocol {
        2 => Protocol::Igmp,
        46 => Protocol::Rsvp,
        50 => Protocol::Esp,
        88 => Protocol::Eigrp,
        89 => Protocol::Ospf,
        103 => Protocol::Pim,
        112 => Protocol::Vrrp,
        other => {
            out.odd(IssueKind::UnknownIpProtocol, u64::from(other));
            Protocol::Data
        }
    };
    transport::other(protocol, name, view, out)
}
