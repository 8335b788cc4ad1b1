//! To come.

use super::{Decoded, View, Walk};

pub(super) fn gre<'a>(_view: View<'a>, _out: &mut Decoded<'a>) -> Walk<'a> {
    None
}

pub(super) fn ah<'a>(_view: View<'a>, _out: &mut Decoded<'a>) -> Walk<'a> {
    None
}

pub(super) fn l2tp_v3<'a>(_view: View<'a>, _out: &mut Decoded<'a>) -> Walk<'a> {
    None
}

/// The payload of a UDP datagram.
pub(super) fn decode_udp<'a>(_view: View<'a>, _out: &mut Decoded<'a>) -> Walk<'a> {
    None
}
