//! Network layers: IPv4 and IPv6 with what stands between them and the transport.

mod ipv4;
mod ipv6;

use std::net::IpAddr;

use super::{Decoded, Next, Protocol, View, Walk, transport, tunnel};
use crate::issue::IssueKind;

pub(super) use ipv4::decode as decode_ipv4;
pub(super) use ipv6::decode as decode_ipv6;

/// What a transport layer needs of the network header it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    /// Source address; the home address where a destination option names it.
    pub source: IpAddr,
    /// Destination address; the final one where a source route or a routing header names it.
    pub destination: IpAddr,
    /// Time to live or hop limit.
    pub ttl: u8,
    /// DSCP and ECN bits.
    pub traffic_class: u8,
    /// IPv4 identification; 0 for IPv6.
    pub id: u16,
    /// The don't-fragment bit; true for IPv6, which routers never fragment.
    pub dont_fragment: bool,
    /// Whether this is the first fragment of a datagram whose others are not at hand: lengths by the headers of its
    /// payload go beyond it.
    pub fragmented: bool,
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
    /// Whether all its bytes were captured. One that was cut cannot take part in reassembly.
    pub whole: bool,
}

/// Decodes IPv4 or IPv6 by the version nibble.
#[inline]
pub(super) fn decode<'a>(view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match view.u8(0)? >> 4 {
        4 => Some((Next::IPV4, view)),
        6 => Some((Next::IPV6, view)),
        _ => out.malformed(Protocol::Raw),
    }
}

/// Decodes what stands behind an IP protocol number, in the packet whose header was decoded last.
pub(super) fn decode_protocol<'a>(protocol: u8, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let net = out.net?;
    decode_payload(protocol, || net, view, out)
}

/// Decodes what stands behind an IP protocol number. The header is made anew for each place it is written to, because to
/// copy what was just written stalls the processor for as long as all the rest takes.
#[inline(always)]
#[allow(clippy::inline_always)] // on the way of nearly every frame: a call would copy the network header
fn decode_payload<'a>(protocol: u8, net: impl Fn() -> Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match protocol {
        6 => transport::tcp(net(), view, out),
        17 => transport::udp(net(), view, out),
        other => decode_other(other, &net(), view, out),
    }
}

/// Apart from the common two, so that these stay small enough to be put in place.
fn decode_other<'a>(protocol: u8, net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match protocol {
        0 => ipv6::options(Protocol::HopByHop, view, out),
        1 => transport::icmp(net, view, out),
        4 => Some((Next::IPV4, view)),
        33 => transport::dccp(net, view, out),
        41 => Some((Next::IPV6, view)),
        43 => ipv6::routing(view, out),
        44 => ipv6::fragment(view, out),
        47 => tunnel::gre(net, view, out),
        51 => tunnel::ah(view, out),
        58 => transport::icmpv6(net, view, out),
        59 => None,
        60 => ipv6::options(Protocol::DestinationOptions, view, out),
        97 => tunnel::ether_ip(view, out),
        103 => tunnel::pim(net, view, out),
        115 => tunnel::l2tp_v3(net, view, out),
        132 => transport::sctp(net, view, out),
        135 => ipv6::extension(Protocol::Mobility, view, out),
        136 => transport::udp_lite(net, view, out),
        137 => Some((Next::Mpls, view)),
        139 => ipv6::extension(Protocol::Hip, view, out),
        140 => ipv6::extension(Protocol::Shim6, view, out),
        143 => Some((Next::ETHERNET, view)),
        other => by_name(other, net, view, out),
    }
}

/// Protocols of which only the name is known: they end the walk, and count as flows without ports.
fn by_name<'a>(protocol: u8, net: &Net, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    let name = match protocol {
        2 => Protocol::Igmp,
        8 => Protocol::Egp,
        9 => Protocol::Igrp,
        46 => Protocol::Rsvp,
        50 => Protocol::Esp,
        54 => Protocol::Nhrp,
        80 => Protocol::Osi,
        88 => Protocol::Eigrp,
        89 => Protocol::Ospf,
        108 => Protocol::IpComp,
        112 => Protocol::Vrrp,
        113 => Protocol::Pgm,
        124 => Protocol::IsIs,
        other => {
            out.odd(IssueKind::UnknownIpProtocol, u64::from(other));
            Protocol::Data
        }
    };
    transport::other(protocol, name, net, view, out)
}

/// The payload of a packet of `total_bytes` by its header, which occupies `header_bytes`. A packet that an ICMP error quotes
/// is cut in the quotation: its length is the one by its header.
#[inline]
fn payload(view: View<'_>, header_bytes: usize, total_bytes: usize, quoted: bool) -> Option<View<'_>> {
    let payload = view.limit(total_bytes).skip(header_bytes)?;
    Some(if quoted { View { wire_bytes: total_bytes.saturating_sub(header_bytes), ..payload } } else { payload })
}
