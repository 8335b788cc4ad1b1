//! Tunnels that are known by their UDP port. A port proves nothing: each decoder checks its header before it notes
//! anything, and leaves what does not fit to be plain UDP.

use super::super::link::mpls;
use super::{
    Decoded, Next, View, Walk, ayiya, begins_with_ip, capwap, geneve, gtp, l2tp, lisp, sflow, teredo, tzsp, vxlan,
};

/// The list of all ports of tunnels.
#[inline]
pub(in crate::decode) fn decode<'a>(
    source_port: u16,
    destination_port: u16,
    view: View<'a>,
    out: &mut Decoded<'a>,
) -> Walk<'a> {
    if !is_tunnel(destination_port) && !is_tunnel(source_port) {
        return None;
    }
    let port = if is_tunnel(destination_port) { destination_port } else { source_port };
    by_port(port, view, out)
}

#[inline]
fn is_tunnel(port: u16) -> bool {
    matches!(port, 1701 | 2152 | 3544 | 4341 | 4342 | 4789 | 4790 | 5072 | 5247 | 6081 | 6343 | 6635 | 8472 | 37008)
}

fn by_port<'a>(port: u16, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match port {
        1701 => l2tp::over_udp(view, out),
        2152 => gtp::decode(view, out),
        3544 => teredo::decode(view, out),
        4341 => lisp::data(view, out),
        4342 => lisp::control(view, out),
        4789 | 8472 => vxlan::decode(view, out),
        4790 => vxlan::decode_gpe(view, out),
        5072 => ayiya::decode(view, out),
        5247 => capwap::decode(view, out),
        6081 => geneve::decode(view, out),
        6343 => sflow::decode(view, out),
        6635 if is_label_stack(view) => Some((Next::Mpls, view)),
        37008 => tzsp::decode(view, out),
        _ => None,
    }
}

/// MPLS in UDP (RFC 7510): a label stack of plausible height that ends before an IP packet or a control word.
fn is_label_stack(view: View<'_>) -> bool {
    let height = view.bytes.chunks_exact(4).take(mpls::MAX_PLAUSIBLE_LABELS).position(|entry| entry[2] & 1 == 1);
    let payload = height.and_then(|last| view.skip(4 * (last + 1)));
    payload.is_some_and(|payload| begins_with_ip(payload) || payload.u8(0) == Some(0))
}
