//! What a filter says, and whether a frame is so.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::decode::{Decoded, Fragment, Net, Protocol};

/// Which end of a packet is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The source.
    Source,
    /// The destination.
    Destination,
    /// One of them.
    Either,
}

impl End {
    fn any<T>(self, source: T, destination: T, is: impl Fn(T) -> bool) -> bool {
        match self {
            Self::Source => is(source),
            Self::Destination => is(destination),
            Self::Either => is(source) || is(destination),
        }
    }
}

/// A filter, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// An address whose first so many bits are these.
    Net(End, IpAddr, u8),
    /// A port, perhaps only of one transport protocol.
    Port(End, RangeInclusive<u16>, Option<u8>),
    /// A layer of this protocol.
    Layer(Protocol),
    /// An IP protocol by number.
    IpProtocol(u8),
    /// A VLAN, of any number or of this.
    Vlan(Option<u16>),
    /// What is not so.
    Not(Box<Expression>),
    /// All of these.
    And(Vec<Expression>),
    /// One of these.
    Or(Vec<Expression>),
}

impl Expression {
    /// Whether the frame is so.
    pub(super) fn matches(&self, frame: &Decoded<'_>) -> bool {
        match self {
            Self::Net(end, address, bits) => nets(frame)
                .any(|net| end.any(net.source, net.destination, |candidate| shares_prefix(candidate, *address, *bits))),
            Self::Port(end, ports, protocol) => has_port(frame, *end, ports, *protocol),
            Self::Layer(protocol) => frame.layers.iter().any(|layer| layer.protocol == *protocol && !layer.quoted),
            Self::IpProtocol(protocol) => {
                frame.transports.iter().any(|transport| transport.protocol == *protocol && !transport.quoted)
                    || frame.fragment.as_ref().is_some_and(|fragment| fragment.protocol == *protocol)
            }
            Self::Vlan(number) => frame.vlan.is_some_and(|vlan| number.is_none_or(|number| vlan == number)),
            Self::Not(inner) => !inner.matches(frame),
            Self::And(all) => all.iter().all(|inner| inner.matches(frame)),
            Self::Or(any) => any.iter().any(|inner| inner.matches(frame)),
        }
    }
}

/// The network headers of a frame, as far as they are kept: that of each transport, and the innermost.
fn nets<'a>(frame: &'a Decoded<'_>) -> impl Iterator<Item = &'a Net> {
    let transports = frame.transports.iter().filter(|transport| !transport.quoted).map(|transport| &transport.net);
    let fragment = frame.fragment.as_ref().map(|fragment| &fragment.net);
    transports.chain(fragment).chain(frame.net.as_ref().filter(|_| !frame.quoted))
}

/// Whether two addresses of one family have the same first bits.
fn shares_prefix(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let differing = (one.to_bits() ^ other.to_bits()).leading_zeros();
            differing >= u32::from(bits)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let differing = (one.to_bits() ^ other.to_bits()).leading_zeros();
            differing >= u32::from(bits)
        }
        _ => false,
    }
}

fn has_port(frame: &Decoded<'_>, end: End, ports: &RangeInclusive<u16>, protocol: Option<u8>) -> bool {
    let is_meant = |of: u8| protocol.is_none_or(|protocol| protocol == of);
    frame.transports.iter().any(|transport| {
        !transport.quoted
            && is_meant(transport.protocol)
            && crate::flows::has_ports(transport.protocol)
            && end.any(transport.source_port, transport.destination_port, |port| ports.contains(&port))
    }) || frame.fragment.as_ref().is_some_and(|fragment| {
        is_meant(fragment.protocol)
            && crate::flows::has_ports(fragment.protocol)
            && fragment_has_port(fragment, end, ports)
    })
}

/// Only the first fragment has ports. The others are taken, since without them the first would be of no use, and without
/// the first they do no harm.
fn fragment_has_port(fragment: &Fragment<'_>, end: End, ports: &RangeInclusive<u16>) -> bool {
    if fragment.offset_bytes > 0 {
        return true;
    }
    match (fragment.payload.u16(0), fragment.payload.u16(2)) {
        (Some(source), Some(destination)) => end.any(source, destination, |port| ports.contains(&port)),
        _ => false,
    }
}
