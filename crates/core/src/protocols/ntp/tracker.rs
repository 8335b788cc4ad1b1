//! Messages of NTP in datagrams.

use super::message::Message;
use super::transactions::Heard;
use crate::protocols::follow::{Context, Datagram, DatagramTracker};
use crate::protocols::tcp::Role;

const PORT: u16 = 123;

/// Says whether a datagram is of NTP.
pub(crate) fn recognise(datagram: &Datagram<'_>, context: &Context<'_>) -> Option<Box<dyn DatagramTracker>> {
    let found = context.ends.has_port(PORT) && Message::parse(datagram.payload.bytes).is_some();
    found.then(|| Box::new(Datagrams) as Box<dyn DatagramTracker>)
}

/// Remembers nothing of its own.
#[derive(Debug)]
struct Datagrams;

impl DatagramTracker for Datagrams {
    fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) -> bool {
        // Other modes are no requests for the time.
        if let Some(message) = Message::parse(datagram.payload.bytes) {
            let ends = context.ends;
            let (source, destination) = match datagram.sender {
                Role::Client => (ends.client, ends.server),
                Role::Server => (ends.server, ends.client),
            };
            let (flow, stream, at) = (ends.flow, ends.stream, datagram.at);
            let heard = Heard { message, flow, stream, source, destination, at };
            context.shared.ntp.take(&heard, context.issues, context.sink);
        }
        true
    }

    fn finish(&mut self, _: &mut Context<'_>) {}

    fn memory_bytes(&self) -> usize {
        0
    }
}
