//! Streams that Wireshark counts without a connection of their own, so that the numbers of all later streams agree.
//!
//! Two of its dissectors open a conversation in the middle of a connection. VNC does so where it recognises itself by the
//! version message, away from its usual ports: from the next segment on, the connection is another stream. SOCKS does so for
//! the connection inside: a number is taken that no frame shows. Found by experiment with tshark 4.0.17.

use crate::flows::Half;

/// Ports where VNC is known by its port, so that it opens nothing.
const VNC_PORTS: [u16; 4] = [5500, 5501, 5900, 5901];
/// Ports of services that claim the connection before VNC is tried.
const CLAIMED_PORTS: [u16; 24] =
    [20, 21, 22, 23, 25, 53, 79, 80, 88, 110, 111, 119, 135, 139, 143, 179, 389, 445, 515, 554, 1433, 3128, 5432, 8080];
const SOCKS_PORT: u16 = 1080;

/// What a segment does to the numbering of streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// The next segment of the connection begins another stream.
    NextIsAnother,
    /// A number is taken.
    NumberTaken,
}

/// How far a connection is with what may open another stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Foreign {
    /// No data yet.
    #[default]
    Before,
    /// A SOCKS request is being negotiated by the half that spoke first.
    Socks(Half, Socks),
    /// Nothing more will happen.
    Over,
}

/// What a SOCKS proxy and its client say next (RFC 1928, RFC 1929).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Socks {
    /// The proxy chooses a method.
    Method,
    /// The client gives a name and password.
    Credentials,
    /// The proxy answers.
    Admission,
    /// The client asks for a connection.
    Request,
    /// The proxy answers.
    Reply,
    /// Data of the connection inside.
    Inside,
}

impl Foreign {
    /// Takes payload.
    pub(super) fn data(&mut self, sender: Half, ports: (u16, u16), payload: &[u8]) -> Effect {
        match *self {
            Self::Over => Effect::None,
            Self::Before if ports.0 == SOCKS_PORT || ports.1 == SOCKS_PORT => {
                *self = match payload {
                    [5, ..] => Self::Socks(sender, Socks::Method),
                    [4, 1, high, low, ..] if inner(*high, *low) => Self::Socks(sender, Socks::Reply),
                    _ => Self::Over,
                };
                Effect::None
            }
            Self::Before => self.vnc(ports, payload),
            Self::Socks(client, state) => self.socks(client == sender, client, state, payload),
        }
    }

    fn vnc(&mut self, ports: (u16, u16), payload: &[u8]) -> Effect {
        let claimed = |port: u16| VNC_PORTS.contains(&port) || CLAIMED_PORTS.contains(&port);
        if claimed(ports.0) || claimed(ports.1) {
            *self = Self::Over;
        } else if matches!(payload, [b'R', b'F', b'B', b' ', _, _, _, b'.', _, _, _, b'\n']) {
            *self = Self::Over;
            return Effect::NextIsAnother;
        }
        Effect::None
    }

    fn socks(&mut self, from_client: bool, client: Half, state: Socks, payload: &[u8]) -> Effect {
        let next = match (state, from_client, payload) {
            (Socks::Method, false, [5, 2]) => Socks::Credentials,
            (Socks::Credentials, true, _) => Socks::Admission,
            (Socks::Method, false, [5, 0]) | (Socks::Admission, false, _) => Socks::Request,
            (Socks::Request, true, [5, 1, .., high, low]) if inner(*high, *low) => Socks::Reply,
            (Socks::Reply, false, _) => Socks::Inside,
            (Socks::Inside, ..) => {
                *self = Self::Over;
                return Effect::NumberTaken;
            }
            _ => {
                *self = Self::Over;
                return Effect::None;
            }
        };
        *self = Self::Socks(client, next);
        Effect::None
    }
}

/// A connection inside to the proxy's own port is not followed.
fn inner(high: u8, low: u8) -> bool {
    u16::from_be_bytes([high, low]) != SOCKS_PORT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effects(ports: (u16, u16), messages: &[(Half, &[u8])]) -> Vec<Effect> {
        let mut foreign = Foreign::default();
        messages.iter().map(|(sender, payload)| foreign.data(*sender, ports, payload)).collect()
    }

    #[test]
    fn vnc_away_from_its_port_goes_on_as_another_stream_once() {
        let banner: &[u8] = b"RFB 003.008\n";
        let both = [(Half::High, banner), (Half::Low, banner)];
        assert_eq!(effects((40_000, 6900), &both), [Effect::NextIsAnother, Effect::None]);
        assert_eq!(effects((40_000, 5900), &both), [Effect::None, Effect::None]);
        assert_eq!(effects((40_000, 6900), &[(Half::High, b"RFB 003 008\n")]), [Effect::None]);
    }

    #[test]
    fn the_connection_inside_a_proxy_takes_a_number() {
        let messages: [(Half, &[u8]); 5] = [
            (Half::Low, &[5, 1, 0]),
            (Half::High, &[5, 0]),
            (Half::Low, &[5, 1, 0, 1, 1, 2, 3, 4, 1, 187]),
            (Half::High, &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
            (Half::Low, b"data"),
        ];
        assert_eq!(effects((40_000, 1080), &messages).last(), Some(&Effect::NumberTaken));
        assert_eq!(effects((40_000, 1081), &messages).last(), Some(&Effect::None));
    }
}
