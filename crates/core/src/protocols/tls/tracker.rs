//! TLS in the bytes of a connection: records, and the messages in them.

use super::handshake::{Handshake, Legs, Message, Span};
use super::ja4::Carrier;
use super::message::{Opens, RecordHeader, content, handshake, message, old_client_hello, opens_tls};
use crate::protocols::follow::{At, Bytes, Context, Opening, Recognised, Step, StreamTracker};
use crate::protocols::tcp::Role;

/// Bytes kept of messages that go on in the next record. Chains of certificates are longer only by malice.
const MOST_MESSAGE_BYTES: usize = 64 << 10;
/// The last type of a handshake message that is in use up to TLS 1.2, certificate_status (RFC 6066 §8).
const LAST_CLEAR_TYPE: u8 = 24;

/// Recognises a connection that begins, or goes on, with TLS.
pub(crate) fn recognise(opening: &Opening<'_>, _: &Context<'_>) -> Recognised {
    match opens_tls(opening.bytes) {
        Opens::Yes => Recognised::Yes(Box::new(Tls::new(opening))),
        Opens::More => Recognised::More,
        Opens::No => Recognised::No,
    }
}

/// One end.
#[derive(Debug, Default)]
struct End {
    /// The beginning of a message that goes on in the next record.
    partial: Vec<u8>,
    partial_first: At,
    /// Whether ChangeCipherSpec was sent.
    ciphered: bool,
    /// Whether bytes are missing, so that the next record is to be found.
    lost: bool,
}

/// TLS on one connection. Ends are by their role in TLS.
#[derive(Debug, Default)]
struct Tls {
    /// Whether the server of TCP is the client of TLS.
    swapped: bool,
    ends: [End; 2],
    handshake: Handshake,
}

impl Tls {
    fn new(opening: &Opening<'_>) -> Self {
        let hello = match opening.bytes {
            [content::HANDSHAKE, _, _, _, _, kind, ..] => Some(*kind),
            _ => None,
        };
        let client = match hello {
            Some(handshake::CLIENT_HELLO) => opening.sender,
            Some(_) => opening.sender.other(),
            None if old_client_hello(opening.bytes).is_some() => opening.sender,
            None => Role::Client,
        };
        Self { swapped: client == Role::Server, ..Self::default() }
    }

    fn role(&self, role: Role) -> Role {
        if self.swapped { role.other() } else { role }
    }

    fn legs_ns(&self, context: &Context<'_>) -> Legs {
        if self.handshake.has_ended() {
            return [None; 2]; // nothing is computed from them any more
        }
        [Role::Client, Role::Server].map(|role| context.leg_ns(self.role(role)))
    }

    /// Takes a record with handshake messages of which `payload` is captured.
    fn messages(&mut self, sender: Role, bytes: &Bytes<'_>, length: usize, context: &mut Context<'_>) -> Step {
        let whole_bytes = RecordHeader::BYTES + length;
        let Some(payload) = bytes.all().get(RecordHeader::BYTES..whole_bytes) else {
            self.unfinished_hello(sender, bytes);
            return Step::More;
        };
        let mut partial = std::mem::take(&mut self.ends[sender as usize].partial);
        let last = bytes.whole_at(whole_bytes);
        if !partial.is_empty() {
            partial.extend_from_slice(payload);
            let first = self.ends[sender as usize].partial_first;
            let taken = self.each_message(sender, &partial, |_| Span { first, whole: last }, context);
            partial.drain(..taken);
            self.keep(sender, partial, last);
            return Step::Take(whole_bytes);
        }
        let span = |(from, to): (usize, usize)| Span {
            first: bytes.at(RecordHeader::BYTES + from),
            whole: bytes.whole_at(RecordHeader::BYTES + to),
        };
        let taken = self.each_message(sender, payload, span, context);
        let rest = payload.get(taken..).unwrap_or_default();
        self.keep(sender, rest.to_vec(), bytes.at(RecordHeader::BYTES + taken));
        Step::Take(whole_bytes)
    }

    /// Takes the whole messages in `bytes`; returns how many bytes they are.
    fn each_message(
        &mut self,
        sender: Role,
        bytes: &[u8],
        span: impl Fn((usize, usize)) -> Span,
        context: &mut Context<'_>,
    ) -> usize {
        let mut taken = 0;
        while let Some((kind, body, message_bytes)) = message(bytes.get(taken..).unwrap_or_default())
            && taken + message_bytes <= bytes.len()
        {
            if kind == handshake::CLIENT_HELLO && self.handshake.has_ended() {
                self.write(context);
                self.ends = Default::default();
            }
            let span = span((taken, taken + message_bytes));
            let legs_ns = self.legs_ns(context);
            self.handshake.message(sender, &Message { kind, body, span }, Carrier::Tcp, legs_ns);
            taken += message_bytes;
        }
        taken
    }

    fn keep(&mut self, sender: Role, partial: Vec<u8>, first: At) {
        let end = &mut self.ends[sender as usize];
        if partial.len() <= MOST_MESSAGE_BYTES {
            (end.partial, end.partial_first) = (partial, first);
        }
    }

    /// Takes what there is of a ClientHello, of which the rest may not be captured.
    fn unfinished_hello(&mut self, sender: Role, bytes: &Bytes<'_>) {
        let payload = bytes.all().get(RecordHeader::BYTES..).unwrap_or_default();
        if let Some((handshake::CLIENT_HELLO, body, _)) = message(payload)
            && self.ends[sender as usize].partial.is_empty()
            && !self.handshake.has_ended()
        {
            let span = Span { first: bytes.first(), whole: bytes.last() };
            self.handshake.client_hello(body, span, Carrier::Tcp, false);
        }
    }

    /// Whether the handshake messages of a record can be read. After ChangeCipherSpec only hellos can: those that a retry
    /// asked for.
    fn is_clear(&self, sender: Role, payload: &[u8], length: usize) -> bool {
        let end = &self.ends[sender as usize];
        let Some((kind, _, message_bytes)) = message(payload) else { return !end.ciphered };
        if end.ciphered {
            matches!(kind, handshake::CLIENT_HELLO | handshake::SERVER_HELLO) && message_bytes == length
        } else {
            !end.partial.is_empty() || (kind <= LAST_CLEAR_TYPE && message_bytes <= MOST_MESSAGE_BYTES)
        }
    }

    /// What is no record: a hello of old, less than a header, what follows on missing bytes, or no TLS at all.
    fn odd(&mut self, sender: Role, bytes: &Bytes<'_>) -> Step {
        let all = bytes.all();
        if let Some((version, whole_bytes)) = old_client_hello(all).filter(|_| !self.handshake.has_begun()) {
            if whole_bytes > all.len() {
                return Step::More;
            }
            let span = Span { first: bytes.first(), whole: bytes.whole_at(whole_bytes) };
            self.handshake.old_client_hello(version, span);
            return Step::Take(whole_bytes);
        }
        match all {
            [content::CHANGE_CIPHER_SPEC..=content::HEARTBEAT] => Step::More,
            [content::CHANGE_CIPHER_SPEC..=content::HEARTBEAT, 3, ..] if all.len() < RecordHeader::BYTES => Step::More,
            _ if self.ends[sender as usize].lost => Step::Take(all.len()),
            _ => Step::Stop,
        }
    }

    fn write(&mut self, context: &mut Context<'_>) {
        let row = std::mem::take(&mut self.handshake).row(&context.ends, self.swapped, Carrier::Tcp);
        context.shared.tls.push(row, context.sink);
    }
}

impl StreamTracker for Tls {
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let all = bytes.all();
        let sender = self.role(sender);
        let Some(header) = RecordHeader::parse(all) else { return self.odd(sender, bytes) };
        self.ends[sender as usize].lost = false;
        let payload = all.get(RecordHeader::BYTES..).unwrap_or_default();
        match (header.content, payload) {
            (content::HANDSHAKE, _) if self.is_clear(sender, payload, header.length) => {
                return self.messages(sender, bytes, header.length, context);
            }
            (content::ALERT, _) if header.length == 2 => {
                let &[level, description, ..] = payload else { return Step::More };
                self.handshake.alert(sender, level, description, bytes.first());
            }
            (content::CHANGE_CIPHER_SPEC, _) => self.ends[sender as usize].ciphered = true,
            (kind, _) => {
                let legs_ns = self.legs_ns(context);
                self.handshake.record(sender, kind, header.length, bytes.first(), legs_ns);
            }
        }
        Step::Skip(header.whole_bytes() as u64)
    }

    fn gap(&mut self, sender: Role, _: u64, _: At, _: &mut Context<'_>) -> bool {
        let sender = self.role(sender);
        let end = &mut self.ends[sender as usize];
        (end.partial, end.lost) = (Vec::new(), true);
        self.handshake.gaps = true;
        true
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        self.write(context);
    }

    fn memory_bytes(&self) -> usize {
        let partial: usize = self.ends.iter().map(|end| end.partial.capacity()).sum();
        size_of::<Self>() + partial + self.handshake.memory_bytes()
    }
}
