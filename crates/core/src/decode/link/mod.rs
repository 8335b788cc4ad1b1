//! Link layers, one file each.

pub(super) mod ether_type;
mod ethernet;
pub(super) mod llc;
pub(super) mod mpls;
pub(super) mod ppp;

use super::{Decoded, Next, Protocol, View, Walk};
use crate::capture::LinkType;
use crate::issue::IssueKind;

/// The list of all link types that are decoded.
#[inline]
pub(super) fn decode<'a>(link_type: LinkType, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match link_type {
        LinkType::ETHERNET => ethernet::decode(view, out),
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 | LinkType::IPV4 | LinkType::IPV6 => {
            out.layer(Protocol::Raw);
            Some((Next::Ip, view))
        }
        LinkType(other) => {
            out.layer(Protocol::UnknownLink);
            out.odd(IssueKind::UnknownLinkType, u64::from(other));
            None
        }
    }
}
