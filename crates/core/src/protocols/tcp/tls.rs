//! Where the TLS handshake of a connection ends, as far as the ledger needs it (RFC 8446, RFC 5246).

use super::label::Role;
use super::packet::Packet;
use crate::protocols::tls::message::{RecordHeader, ServerHello, content, handshake, message};

const TLS_1_3: u16 = 0x0304;

/// How far the handshake is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Tls {
    /// Not begun, or over. A connection may go on in TLS, as after STARTTLS.
    #[default]
    Outside,
    /// The ClientHello was seen.
    Hello,
    /// The server chose 1.3: what the client sends next ends the handshake.
    Hello13,
}

fn is_client_hello(payload: &[u8]) -> bool {
    matches!(payload, [content::HANDSHAKE, 3, _, _, _, handshake::CLIENT_HELLO, ..])
}

/// Whether the server chooses TLS 1.3, and does not want another ClientHello first.
fn chooses_1_3(payload: &[u8]) -> bool {
    let hello = payload
        .strip_prefix(&[content::HANDSHAKE, 3])
        .and_then(|rest| message(rest.get(RecordHeader::BYTES - 2..)?))
        .filter(|&(kind, ..)| kind == handshake::SERVER_HELLO)
        .and_then(|(_, body, _)| ServerHello::parse(body));
    hello.is_some_and(|hello| hello.version() == TLS_1_3 && !hello.is_retry)
}

impl Tls {
    /// Takes new data; returns whether the time before it belongs to the handshake.
    pub(super) fn data(&mut self, packet: &Packet<'_>, sender: Role) -> bool {
        let record = packet.payload.first().copied();
        match (*self, sender) {
            (Self::Outside, _) => {
                if sender == Role::Client && is_client_hello(packet.payload) {
                    *self = Self::Hello;
                }
                false
            }
            (Self::Hello, _) if record == Some(content::APPLICATION_DATA) => {
                *self = Self::Outside;
                false
            }
            (Self::Hello, Role::Server) => {
                if chooses_1_3(packet.payload) {
                    *self = Self::Hello13;
                }
                true
            }
            (Self::Hello13, Role::Client) => {
                *self = Self::Outside;
                true
            }
            (Self::Hello | Self::Hello13, _) => true,
        }
    }
}
