//! QUIC in the datagrams of a flow.

use super::connection::{Belongs, Connection};
use super::message::{Kind, Long, Packet, has_fixed_bit, packet};
use crate::protocols::follow::{Context, Datagram, DatagramTracker};
use crate::protocols::tcp::Role;

/// A client fills the datagrams of its first packets to this (RFC 9000 §14.1).
const LEAST_FIRST_BYTES: usize = 1200;

/// Recognises a flow by a packet with a long header of a version that is known. One that cannot be checked with its keys must
/// at least have the size of a first packet.
pub(crate) fn recognise(datagram: &Datagram<'_>, _: &Context<'_>) -> Option<Box<dyn DatagramTracker>> {
    let (Packet::Long(long), _) = packet(datagram.payload.bytes).filter(|_| has_fixed_bit(datagram.payload.bytes))?
    else {
        return None;
    };
    let opens = long.kind == Kind::Initial && Connection::first_keys(&long).is_some();
    let plausible = match long.kind {
        Kind::Initial => opens || datagram.payload.wire_bytes >= LEAST_FIRST_BYTES,
        Kind::Handshake | Kind::ZeroRtt => datagram.payload.wire_bytes >= LEAST_FIRST_BYTES,
        Kind::Retry | Kind::VersionNegotiation => false,
    };
    let swapped = opens && datagram.sender == Role::Server;
    plausible.then(|| -> Box<dyn DatagramTracker> { Box::new(Quic { swapped, connection: Connection::default() }) })
}

/// QUIC in one flow. Ends are by their role in QUIC.
#[derive(Debug)]
struct Quic {
    /// Whether the server of the flow is the client of QUIC.
    swapped: bool,
    connection: Connection,
}

impl Quic {
    fn long(&mut self, sender: Role, long: &Long<'_>, datagram: &Datagram<'_>, context: &mut Context<'_>) {
        if self.connection.long(sender, long, datagram.at) == Belongs::ToTheNext {
            self.finish(context);
            self.connection = Connection::default();
            self.connection.long(sender, long, datagram.at);
        }
    }
}

impl DatagramTracker for Quic {
    fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) -> bool {
        let sender = if self.swapped { datagram.sender.other() } else { datagram.sender };
        let mut rest = datagram.payload.bytes;
        while let Some((packet, after)) = packet(rest) {
            match packet {
                Packet::Short { spin } => self.connection.short(sender, spin, datagram.at),
                Packet::Long(long) => self.long(sender, &long, datagram, context),
            }
            rest = after;
        }
        true
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        let row = self.connection.row(&context.ends, self.swapped);
        context.shared.quic.push(row, context.sink);
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.connection.memory_bytes()
    }
}
