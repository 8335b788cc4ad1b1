//! DTLS in the datagrams of a flow: records, and messages that may come in fragments (RFC 6347 §4.1 and §4.2).

use super::handshake::{Handshake, Message, Span};
use super::ja4::Carrier;
use super::message::{DtlsRecord, Fragment, content, handshake};
use super::pieces::Pieces;
use crate::protocols::follow::{At, Context, Datagram, DatagramTracker};
use crate::protocols::tcp::Role;

const VERIFY_REQUEST: u8 = 3;

/// Recognises a flow by a hello.
pub(crate) fn recognise(datagram: &Datagram<'_>, _: &Context<'_>) -> Option<Box<dyn DatagramTracker>> {
    let (record, _) = DtlsRecord::parse(datagram.payload.bytes)?;
    let (fragment, _) = Fragment::parse(record.payload).filter(|_| record.is_clear(content::HANDSHAKE))?;
    let client = match fragment.kind {
        handshake::CLIENT_HELLO => datagram.sender,
        handshake::SERVER_HELLO | VERIFY_REQUEST => datagram.sender.other(),
        _ => return None,
    };
    Some(Box::new(Dtls { swapped: client == Role::Server, ..Dtls::default() }))
}

/// A message of which fragments have come.
#[derive(Debug, Default)]
struct Partial {
    number: u16,
    first: At,
    pieces: Pieces,
}

/// DTLS in one flow. Ends are by their role in TLS.
#[derive(Debug, Default)]
struct Dtls {
    /// Whether the server of the flow is the client of TLS.
    swapped: bool,
    partials: [Option<Partial>; 2],
    handshake: Handshake,
}

impl Dtls {
    fn record(&mut self, sender: Role, record: &DtlsRecord<'_>, at: At) {
        match record.payload {
            mut rest if record.is_clear(content::HANDSHAKE) => {
                while let Some((fragment, after)) = Fragment::parse(rest) {
                    self.fragment(sender, &fragment, at);
                    rest = after;
                }
            }
            &[level, description] if record.is_clear(content::ALERT) => {
                self.handshake.alert(sender, level, description, at);
            }
            _ if !record.is_clear(record.content) => {
                self.handshake.record(sender, record.content, record.length, at, [None; 2]);
            }
            _ => {}
        }
    }

    fn fragment(&mut self, sender: Role, fragment: &Fragment<'_>, at: At) {
        let whole = |first| Span { first, whole: at };
        if fragment.bytes.len() == fragment.message_bytes {
            return self.message(sender, fragment.kind, fragment.bytes, whole(at));
        }
        let slot = &mut self.partials[sender as usize];
        let mut partial = match slot.take() {
            Some(partial) if partial.number == fragment.number => partial,
            _ => Partial { number: fragment.number, first: at, pieces: Pieces::default() },
        };
        partial.pieces.insert(fragment.offset as u64, fragment.bytes);
        if partial.pieces.known().len() < fragment.message_bytes {
            *slot = Some(partial);
            return;
        }
        self.message(sender, fragment.kind, partial.pieces.known(), whole(partial.first));
    }

    fn message(&mut self, sender: Role, kind: u8, body: &[u8], span: Span) {
        if kind == VERIFY_REQUEST {
            self.handshake.verify_request(span.whole);
        } else {
            self.handshake.message(sender, &Message { kind, body, span }, Carrier::Dtls, [None; 2]);
        }
    }
}

impl DatagramTracker for Dtls {
    /// Media share the flow with DTLS, whose handshake gives them their keys (RFC 5764 §5.1.2): the flow is theirs once it is
    /// over.
    fn datagram(&mut self, datagram: &Datagram<'_>, _: &mut Context<'_>) -> bool {
        let sender = if self.swapped { datagram.sender.other() } else { datagram.sender };
        let mut rest = datagram.payload.bytes;
        let mut is_ours = false;
        while let Some((record, after)) = DtlsRecord::parse(rest) {
            self.record(sender, &record, datagram.at);
            (rest, is_ours) = (after, true);
        }
        is_ours || !self.handshake.is_complete()
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        let row = std::mem::take(&mut self.handshake).row(&context.ends, self.swapped, Carrier::Dtls);
        context.shared.tls.push(row, context.sink);
    }

    fn memory_bytes(&self) -> usize {
        let partials: usize = self.partials.iter().flatten().map(|partial| partial.pieces.memory_bytes()).sum();
        size_of::<Self>() + partials + self.handshake.memory_bytes()
    }
}
