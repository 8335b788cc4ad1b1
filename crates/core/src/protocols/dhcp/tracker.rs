//! Messages of DHCP in datagrams.

use super::message::Message;
use super::transaction::Heard;
use crate::protocols::follow::{Context, Datagram, DatagramTracker};
use crate::protocols::tcp::Role;

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;

/// Says whether a datagram is of DHCP.
pub(crate) fn recognise(datagram: &Datagram<'_>, context: &Context<'_>) -> Option<Box<dyn DatagramTracker>> {
    let on_port = context.ends.has_port(SERVER_PORT) || context.ends.has_port(CLIENT_PORT);
    let found = on_port && Message::parse(datagram.payload.bytes).is_some();
    found.then(|| Box::new(Datagrams) as Box<dyn DatagramTracker>)
}

/// Remembers nothing of its own.
#[derive(Debug)]
struct Datagrams;

impl DatagramTracker for Datagrams {
    fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) -> bool {
        let Some(message) = Message::parse(datagram.payload.bytes) else { return false };
        let ends = context.ends;
        let (source, destination) = match datagram.sender {
            Role::Client => (ends.client, ends.server),
            Role::Server => (ends.server, ends.client),
        };
        let (flow, stream, at) = (ends.flow, ends.stream, datagram.at);
        let heard = Heard { message, flow, stream, source, destination, at };
        context.shared.dhcp.take(&heard, context.issues, context.sink);
        true
    }

    fn finish(&mut self, _: &mut Context<'_>) {}

    fn memory_bytes(&self) -> usize {
        0
    }
}
