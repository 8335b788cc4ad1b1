//! Tunnels: what carries packets inside packets, one file each.

mod ah;
mod ayiya;
mod capwap;
mod erspan;
mod geneve;
mod gre;
mod gtp;
mod l2tp;
mod lisp;
mod nsh;
mod pim;
mod sflow;
mod teredo;
mod tzsp;
mod udp;
mod vxlan;

pub(super) use ah::{ah, ether_ip};
pub(super) use gre::decode as gre;
pub(super) use l2tp::over_ip as l2tp_v3;
pub(super) use nsh::decode as nsh;
pub(super) use pim::decode as pim;
pub(super) use sflow::samples as sflow_samples;
pub(super) use udp::decode as decode_udp;

use super::{Decoded, Net, Next, Protocol, View, Walk, transport};

/// Whether a plausible IPv4 or IPv6 header begins here.
fn begins_with_ip(view: View<'_>) -> bool {
    view.u8(0).is_some_and(|first| matches!(first, 0x45..=0x4f | 0x60..=0x6f))
}
