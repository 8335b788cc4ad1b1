//! Addresses as text.

use std::fmt::Write;
use std::net::IpAddr;

use arrayvec::ArrayString;

use super::key::Endpoint;

/// The longest is an IPv6 address in brackets with its port: `[` 39 `]:65535`.
const MOST_BYTES: usize = 47;

/// The text of an address, with or without a port. It lies in its row: there are several in each, and to fetch memory for
/// each of them would take longer than to write it.
pub type AddressText = ArrayString<MOST_BYTES>;

/// The usual text of an address.
pub(crate) fn address_text(address: IpAddr) -> AddressText {
    let mut text = AddressText::new();
    push_address(&mut text, address);
    text
}

/// Address and port, an IPv6 address in brackets.
pub(crate) fn endpoint_text(end: Endpoint) -> AddressText {
    ported_text(end, true)
}

/// The same, or the address alone where the protocol has no ports.
pub(super) fn ported_text(end: Endpoint, ported: bool) -> AddressText {
    let mut text = AddressText::new();
    let brackets = ported && end.address.is_ipv6();
    if brackets {
        let _ = text.try_push('[');
    }
    push_address(&mut text, end.address);
    if brackets {
        let _ = text.try_push(']');
    }
    if ported {
        let _ = text.try_push(':');
        push_number(&mut text, end.port);
    }
    text
}

/// That of IPv4 is made here, many times quicker than by the general way.
fn push_address(text: &mut AddressText, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => {
            for (at, octet) in v4.octets().into_iter().enumerate() {
                if at > 0 {
                    let _ = text.try_push('.');
                }
                push_number(text, u16::from(octet));
            }
        }
        IpAddr::V6(v6) => {
            let _ = write!(text, "{v6}");
        }
    }
}

fn push_number(text: &mut AddressText, number: u16) {
    for divisor in [10_000, 1000, 100, 10] {
        if number >= divisor {
            let _ = text.try_push(char::from(b'0' + (number / divisor % 10) as u8));
        }
    }
    let _ = text.try_push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_the_standard_ones(v4: [u8; 4], v6: [u16; 8], port: u16) {
            for address in [IpAddr::from(v4), IpAddr::from(v6)] {
                prop_assert_eq!(address_text(address).to_string(), address.to_string());
                let socket = std::net::SocketAddr::new(address, port).to_string();
                prop_assert_eq!(endpoint_text(Endpoint { address, port }).to_string(), socket);
            }
        }
    }

    #[test]
    fn the_longest_text_has_room() {
        let end = Endpoint { address: [0xffffu16; 8].into(), port: u16::MAX };
        assert_eq!(endpoint_text(end).len(), MOST_BYTES);
    }
}
