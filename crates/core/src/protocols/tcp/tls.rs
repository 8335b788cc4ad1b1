//! Where the TLS handshake of a connection ends, as far as the ledger needs it (RFC 8446, RFC 5246).

use super::label::Role;
use super::packet::Packet;

const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const CLIENT_HELLO: u8 = 1;
/// The extension supported_versions of a ServerHello that chooses TLS 1.3 (RFC 8446 §4.2.1).
const CHOOSES_1_3: [u8; 6] = [0x00, 0x2b, 0x00, 0x02, 0x03, 0x04];

/// How far the handshake is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tls {
    /// No data yet.
    #[default]
    Before,
    /// The ClientHello was seen.
    Hello,
    /// The server chose 1.3: what the client sends next ends the handshake.
    Hello13,
    /// Over, or no TLS at all.
    Over,
}

impl Tls {
    /// Takes new data; returns whether the time before it belongs to the handshake.
    pub(super) fn data(&mut self, packet: &Packet<'_>, sender: Role) -> bool {
        let record = packet.payload.first().copied();
        match (*self, sender) {
            (Self::Before, Role::Client) => {
                let hello = matches!(packet.payload, [HANDSHAKE, 3, _, _, _, CLIENT_HELLO, ..]);
                *self = if hello { Self::Hello } else { Self::Over };
                false
            }
            (Self::Before, Role::Server) => {
                *self = Self::Over;
                false
            }
            (Self::Hello, _) if record == Some(APPLICATION_DATA) => {
                *self = Self::Over;
                false
            }
            (Self::Hello, Role::Server) => {
                if packet.payload.windows(CHOOSES_1_3.len()).take(200).any(|part| part == CHOOSES_1_3) {
                    *self = Self::Hello13;
                }
                true
            }
            (Self::Hello13, Role::Client) => {
                *self = Self::Over;
                true
            }
            (Self::Hello | Self::Hello13, _) => true,
            (Self::Over, _) => false,
        }
    }
}
