//! A message of DHCP (RFC 2131 §2) or of BOOTP, its ancestor: bytes → struct, no memory.

use std::net::Ipv4Addr;

/// What precedes the options (RFC 2131 §3).
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Bytes of the fields before the cookie.
const FIELDS_BYTES: usize = 236;

/// What a message is for (RFC 2132 §9.6, RFC 3203).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A client looks for servers.
    Discover,
    /// A server offers an address.
    Offer,
    /// A client asks for an address.
    Request,
    /// A client found its address in use.
    Decline,
    /// A server grants an address.
    Ack,
    /// A server refuses an address.
    Nak,
    /// A client gives its address up.
    Release,
    /// A client asks for all but an address.
    Inform,
    /// A request of BOOTP.
    BootRequest,
    /// A reply of BOOTP.
    BootReply,
}

/// A message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Kind.
    pub kind: Kind,
    /// Identifier that the client chose.
    pub id: u32,
    /// Hardware address of the client, at most 16 bytes.
    pub hardware: &'a [u8],
    /// Address that the client has.
    pub client: Option<Ipv4Addr>,
    /// Address that the server gives.
    pub given: Option<Ipv4Addr>,
    /// The relay.
    pub relay: Option<Ipv4Addr>,
    /// Address that the client asks for.
    pub requested: Option<Ipv4Addr>,
    /// The server that is meant or that speaks.
    pub server: Option<Ipv4Addr>,
    /// For how many seconds the address is given.
    pub lease: Option<u32>,
    /// What the client calls itself.
    pub host_name: Option<&'a [u8]>,
}

impl<'a> Message<'a> {
    /// The message in `bytes`, of which the options may be cut. `None` when it is of neither protocol.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[operation, _, hardware_bytes, _], _) = bytes.split_first_chunk()?;
        let fields = bytes.get(..FIELDS_BYTES)?;
        if hardware_bytes > 16 {
            return None;
        }
        let mut message = Self {
            kind: match operation {
                1 => Kind::BootRequest,
                2 => Kind::BootReply,
                _ => return None,
            },
            id: u32::from_be_bytes(*fields.get(4..)?.first_chunk()?),
            hardware: fields.get(28..28 + usize::from(hardware_bytes))?,
            client: address(fields.get(12..16)?),
            given: address(fields.get(16..20)?),
            relay: address(fields.get(24..28)?),
            requested: None,
            server: None,
            lease: None,
            host_name: None,
        };
        if let Some(options) = bytes.get(FIELDS_BYTES..).and_then(|rest| rest.strip_prefix(&COOKIE)) {
            Options(options).for_each(|(option, value)| message.take(option, value));
        }
        Some(message)
    }

    fn take(&mut self, option: u8, value: &'a [u8]) {
        match option {
            12 => self.host_name = Some(value),
            50 => self.requested = address(value),
            51 => self.lease = value.first_chunk().copied().map(u32::from_be_bytes),
            53 => self.kind = value.first().and_then(|&number| kind(number)).unwrap_or(self.kind),
            54 => self.server = address(value),
            _ => {}
        }
    }
}

/// Options: a number, a length and so many bytes, up to the number 255; 0 is padding (RFC 2132 §2).
struct Options<'a>(&'a [u8]);

impl<'a> Iterator for Options<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&option, rest) = self.0.split_first()?;
            match option {
                0 => self.0 = rest,
                255 => return None,
                _ => {
                    let (&length, rest) = rest.split_first()?;
                    let (value, rest) = rest.split_at_checked(usize::from(length))?;
                    self.0 = rest;
                    return Some((option, value));
                }
            }
        }
    }
}

fn kind(number: u8) -> Option<Kind> {
    Some(match number {
        1 => Kind::Discover,
        2 => Kind::Offer,
        3 => Kind::Request,
        4 => Kind::Decline,
        5 => Kind::Ack,
        6 => Kind::Nak,
        7 => Kind::Release,
        8 => Kind::Inform,
        _ => return None,
    })
}

/// 0.0.0.0 is none.
fn address(bytes: &[u8]) -> Option<Ipv4Addr> {
    bytes.first_chunk::<4>().map(|&bytes| Ipv4Addr::from(bytes)).filter(|address| !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(options: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; FIELDS_BYTES];
        bytes[..4].copy_from_slice(&[1, 1, 6, 0]);
        bytes[4..8].copy_from_slice(&[1, 2, 3, 4]);
        bytes[28..34].copy_from_slice(&[2, 0, 0, 0, 0, 9]);
        [&bytes[..], &COOKIE, options].concat()
    }

    #[test]
    fn fields_and_options() {
        let bytes = message(&[0, 53, 1, 3, 50, 4, 10, 0, 0, 9, 51, 4, 0, 0, 1, 0, 12, 2, b'p', b'c', 255, 53, 1, 5]);
        let message = Message::parse(&bytes).expect("a message");
        assert_eq!((message.kind, message.id, message.hardware), (Kind::Request, 0x0102_0304, &[2, 0, 0, 0, 0, 9][..]));
        assert_eq!((message.requested, message.client), (Some(Ipv4Addr::new(10, 0, 0, 9)), None));
        assert_eq!((message.lease, message.host_name), (Some(256), Some(&b"pc"[..])));
    }

    #[test]
    fn without_a_type_it_is_bootp_and_cut_options_end_it() {
        assert_eq!(Message::parse(&message(&[])[..FIELDS_BYTES]).map(|message| message.kind), Some(Kind::BootRequest));
        assert_eq!(Message::parse(&message(&[54, 4, 1])).map(|message| message.server), Some(None));
        assert!(Message::parse(&message(&[])[..FIELDS_BYTES - 1]).is_none());
        assert!(Message::parse(&[7; 300]).is_none());
    }
}
