//! ARP and RARP (RFC 826, RFC 903): known by name, no flow.

use super::{Decoded, Protocol, Walk};

/// Notes the layer and ends the walk.
pub(in crate::decode) fn decode<'a>(protocol: Protocol, out: &mut Decoded<'a>) -> Walk<'a> {
    out.layer(protocol);
    None
}
