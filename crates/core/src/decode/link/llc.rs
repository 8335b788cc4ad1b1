//! To come.

use super::{Decoded, View, Walk};

pub(in crate::decode) fn decode<'a>(_view: View<'a>, _out: &mut Decoded<'a>) -> Walk<'a> {
    None
}
