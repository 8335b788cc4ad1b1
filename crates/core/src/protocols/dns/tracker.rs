//! Messages in datagrams and in streams.

use super::message::Message;
use super::transaction::{Dialect, Heard};
use crate::issue::IssueKind;
use crate::protocols::follow::{
    At, Bytes, Context, Datagram, DatagramTracker, Ends, Opening, Recognised, Step, StreamTracker,
};
use crate::protocols::tcp::Role;

const DNS_PORT: u16 = 53;
/// Bytes of the length before each message in a stream (RFC 1035 §4.2.2).
const LENGTH_BYTES: usize = 2;

/// Takes note of a message.
fn hear(message: Message<'_>, wire_bytes: usize, tcp: bool, sender: Role, at: At, context: &mut Context<'_>) {
    let ends = context.ends;
    let (source, destination) = match sender {
        Role::Client => (ends.client, ends.server),
        Role::Server => (ends.server, ends.client),
    };
    if !message.is_plausible(wire_bytes) || (message.bytes().len() == wire_bytes && !message.is_whole()) {
        note_malformed(at, context);
    }
    let heard = Heard {
        message,
        dialect: dialect(&ends).unwrap_or(Dialect::Dns),
        tcp,
        flow: ends.flow,
        stream: ends.stream,
        source,
        destination,
        at,
        wire_bytes: wire_bytes as u32,
    };
    context.shared.dns.take(&heard, context.issues, context.sink);
}

fn note_malformed(at: At, context: &mut Context<'_>) {
    context.issues.note(IssueKind::MalformedDns, 0, Some(at.frame), None);
}

/// What the ports say.
fn dialect(ends: &Ends) -> Option<Dialect> {
    let of = |port| match port {
        DNS_PORT => Some(Dialect::Dns),
        5353 => Some(Dialect::Mdns),
        5355 => Some(Dialect::Llmnr),
        137 => Some(Dialect::Nbns),
        _ => None,
    };
    of(ends.server.port).or_else(|| of(ends.client.port))
}

// ---- datagrams ------------------------------------------------------------------------------------------------------

/// Says whether a datagram is of DNS: by its port and header, or on any port when it is a plain query.
pub(crate) fn recognise_datagram(datagram: &Datagram<'_>, context: &Context<'_>) -> Option<Box<dyn DatagramTracker>> {
    let payload = datagram.payload;
    let found = match dialect(&context.ends) {
        Some(_) => Message::parse(payload.bytes).is_some_and(|message| message.is_plausible(payload.wire_bytes)),
        None => payload.bytes.len() == payload.wire_bytes && Message::is_plain_query(payload.bytes),
    };
    found.then(|| Box::new(Datagrams) as Box<dyn DatagramTracker>)
}

/// Remembers nothing of its own.
#[derive(Debug)]
struct Datagrams;

impl DatagramTracker for Datagrams {
    fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) -> bool {
        let payload = datagram.payload;
        // What is damaged counts, too, where it was sent as a message.
        let on_port = dialect(&context.ends).is_some();
        let Some(message) =
            Message::parse(payload.bytes).filter(|message| on_port || message.is_plausible(payload.wire_bytes))
        else {
            note_malformed(datagram.at, context);
            return on_port;
        };
        hear(message, payload.wire_bytes, false, datagram.sender, datagram.at, context);
        true
    }

    fn finish(&mut self, _: &mut Context<'_>) {}

    fn memory_bytes(&self) -> usize {
        0
    }
}

// ---- streams --------------------------------------------------------------------------------------------------------

/// Says whether a stream is of DNS: by its port and the first header, or on any port when a plain query comes first.
pub(crate) fn recognise_stream(opening: &Opening<'_>, context: &Context<'_>) -> Recognised {
    let on_port = context.ends.has_port(DNS_PORT);
    let Some((length, message)) = opening.bytes.split_first_chunk::<LENGTH_BYTES>() else {
        return if on_port { Recognised::More } else { Recognised::No };
    };
    let length = usize::from(u16::from_be_bytes(*length));
    let found = if on_port {
        Message::parse(message).is_some_and(|message| message.is_plausible(length))
    } else {
        message.len() == length && Message::is_plain_query(message)
    };
    match found {
        true => Recognised::Yes(Box::<Stream>::default()),
        false if on_port && message.len() < LEAST_BYTES && length >= LEAST_BYTES => Recognised::More,
        false => Recognised::No,
    }
}

/// Bytes of the shortest message.
const LEAST_BYTES: usize = 12;

/// A connection with messages, each behind its length.
#[derive(Debug, Default)]
struct Stream {
    /// By sender, whether bytes are missing, so that what comes next may begin within a message.
    lost: [bool; 2],
}

impl StreamTracker for Stream {
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let all = bytes.all();
        let Some((length, rest)) = all.split_first_chunk::<LENGTH_BYTES>() else { return Step::More };
        let length = usize::from(u16::from_be_bytes(*length));
        let message = rest.get(..length).and_then(Message::parse).filter(|message| message.is_plausible(length));
        let lost = &mut self.lost[sender as usize];
        if *lost {
            // A sender mostly begins a segment with a message.
            if !message.is_some_and(|message| message.is_whole()) {
                return Step::Take(all.len());
            }
            *lost = false;
        }
        let end = LENGTH_BYTES + length;
        let at = bytes.at(end - 1);
        match message {
            Some(message) => hear(message, length, true, sender, at, context),
            None if length >= LEAST_BYTES && rest.len() < length => return Step::More,
            None => {
                *lost = true;
                note_malformed(at, context);
            }
        }
        Step::Take(end)
    }

    fn gap(&mut self, sender: Role, _: u64, _: At, _: &mut Context<'_>) -> bool {
        self.lost[sender as usize] = true;
        true
    }

    fn finish(&mut self, _: &mut Context<'_>) {}

    fn memory_bytes(&self) -> usize {
        size_of::<Self>()
    }
}
