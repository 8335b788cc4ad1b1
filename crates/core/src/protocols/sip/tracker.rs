//! Takes the messages of all flows, and keeps calls and transactions.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::call::Call;
use super::message::{self, Message, Start, split_header};
use super::table::{SipCallRow, SipTransactionRow};
use super::transaction::Transaction;
use crate::flows::{AddressText, Endpoint, end_text};
use crate::issue::{IssueKind, Issues};
use crate::protocols::follow::{
    At, Bytes, Context, Datagram, DatagramTracker, Ends, Opening, Recognised, Step, StreamTracker,
};
use crate::protocols::pending::Pending;
use crate::protocols::rtp::{Announced, Signalling, streams_announced};
use crate::protocols::tcp::Role;
use crate::tables::{Sink, TableWriter};

/// Texts of messages are kept up to this length.
const MOST_TEXT_BYTES: usize = 128;
/// So long after its last message a transaction with its final response gets repeats no more (RFC 3261 §17: 64 × T1).
const TRANSACTION_NS: i64 = 32_000_000_000;

/// A text, as far as it is kept.
pub(super) fn kept(text: &[u8]) -> &[u8] {
    text.get(..MOST_TEXT_BYTES).unwrap_or(text)
}

/// The flow that a message was in, and who sent it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    ends: Ends,
    sender: Role,
    protocol: u8,
}

impl Place {
    pub(super) fn flow(&self) -> u64 {
        self.ends.flow
    }

    pub(super) fn stream(&self) -> u32 {
        self.ends.stream
    }

    pub(super) fn transport_name(&self) -> &'static str {
        if self.protocol == 6 { "tcp" } else { "udp" }
    }

    /// Client and server of the flow.
    pub(super) fn ends(&self) -> [AddressText; 2] {
        [self.text(self.ends.client), self.text(self.ends.server)]
    }

    pub(super) fn sender_and_receiver(&self) -> [AddressText; 2] {
        let [client, server] = self.ends();
        if self.sender == Role::Client { [client, server] } else { [server, client] }
    }

    fn text(&self, end: Endpoint) -> AddressText {
        end_text(end, self.protocol)
    }
}

/// Calls and transactions of all flows.
pub(crate) struct Shared {
    calls: Pending<u64, Call>,
    transactions: Pending<u64, Transaction>,
    call_writer: TableWriter<SipCallRow>,
    transaction_writer: TableWriter<SipTransactionRow>,
}

impl Shared {
    /// All of it, within `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self {
            calls: Pending::new(memory_bytes / 2, 3 * MOST_TEXT_BYTES),
            transactions: Pending::new(memory_bytes / 2, MOST_TEXT_BYTES),
            call_writer: TableWriter::default(),
            transaction_writer: TableWriter::default(),
        }
    }

    /// Writes out all that is left.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        while let Some(call) = self.calls.pop_if(|_| true) {
            self.call_writer.push(call.row(), sink);
        }
        while let Some(transaction) = self.transactions.pop_if(|_| true) {
            self.transaction_writer.push(transaction.row(), sink);
        }
        self.call_writer.flush(sink);
        self.transaction_writer.flush(sink);
    }

    fn message(&mut self, message: &Message<'_>, place: Place, at: At, issues: &mut Issues, sink: &mut dyn Sink) {
        let fresh = message.method == "ACK" || self.transaction(message, place, at, issues, sink);
        let key = hash(&message.call_id);
        let begins = message.start == Start::Request && message.method == "INVITE" && !message.to_has_tag;
        if begins
            && self.calls.get(&key).is_none()
            && let Some(oldest) = self.calls.insert(key, Call::new(message, place, at))
        {
            if !oldest.is_released() {
                issues.note(IssueKind::ExchangesEvicted, 0, Some(oldest.first_frame()), None);
            }
            self.call_writer.push(oldest.row(), sink);
        }
        if let Some(call) = self.calls.get_mut(&key) {
            call.message(message, fresh, &place, at);
        }
        let over = |call: &Call| call.is_released() && is_past(call.last_time_ns(), at);
        while let Some(call) = self.calls.pop_if(over) {
            self.call_writer.push(call.row(), sink);
        }
    }

    /// Puts the message to its transaction; returns whether it is no repeat.
    fn transaction(
        &mut self,
        message: &Message<'_>,
        place: Place,
        at: At,
        issues: &mut Issues,
        sink: &mut dyn Sink,
    ) -> bool {
        let over = |transaction: &Transaction| transaction.is_done() && is_past(transaction.last_time_ns(), at);
        while let Some(transaction) = self.transactions.pop_if(over) {
            self.transaction_writer.push(transaction.row(), sink);
        }
        let unique: &[u8] = if message.branch.is_empty() { message.call_id } else { message.branch };
        let key = hash(&(unique, message.sequence, message.method));
        if let Some(transaction) = self.transactions.get_mut(&key) {
            return transaction.message(message.start, at);
        }
        let mut transaction = Transaction::new(message, place);
        let fresh = transaction.message(message.start, at);
        if let Some(oldest) = self.transactions.insert(key, transaction) {
            if !oldest.is_done() {
                issues.note(IssueKind::ExchangesEvicted, 0, None, None);
            }
            self.transaction_writer.push(oldest.row(), sink);
        }
        fresh
    }
}

fn is_past(time_ns: i64, now: At) -> bool {
    now.time_ns.saturating_sub(time_ns) > TRANSACTION_NS
}

fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// A datagram that begins as a message does.
pub(crate) fn recognise_datagram(datagram: &Datagram<'_>, _: &Context<'_>) -> Option<Box<dyn DatagramTracker>> {
    (message::begins(datagram.payload.bytes) == Some(true)).then(|| Box::new(Tracker) as Box<dyn DatagramTracker>)
}

/// A connection that begins as a message does.
pub(crate) fn recognise_stream(opening: &Opening<'_>, _: &Context<'_>) -> Recognised {
    match message::begins(opening.bytes) {
        Some(true) => Recognised::Yes(Box::new(Tracker)),
        Some(false) => Recognised::No,
        None => Recognised::More,
    }
}

/// The messages of one flow. What is remembered of them is shared, since a call takes several flows.
#[derive(Debug)]
struct Tracker;

impl Tracker {
    fn take(bytes: &[u8], sender: Role, protocol: u8, at: At, context: &mut Context<'_>) {
        let Some(message) = Message::read(bytes) else { return };
        let place = Place { ends: context.ends, sender, protocol };
        let shared = &mut *context.shared;
        shared.sip.message(&message, place, at, context.issues, context.sink);
        if message.has_sdp {
            let call: Arc<str> = String::from_utf8_lossy(kept(message.call_id)).into();
            for stream in streams_announced(message.body) {
                let formats = Arc::new(stream.formats);
                let announced = Announced { by: Signalling::Sip(Arc::clone(&call)), formats };
                shared.rtp.media.announce(stream.address, stream.port, announced);
            }
        }
    }
}

impl DatagramTracker for Tracker {
    fn datagram(&mut self, datagram: &Datagram<'_>, context: &mut Context<'_>) -> bool {
        // Between messages there may be empty lines, which keep the way open (RFC 5626 §3.5.1), and STUN.
        Self::take(datagram.payload.bytes, datagram.sender, 17, datagram.at, context);
        true
    }

    fn finish(&mut self, _: &mut Context<'_>) {}

    fn memory_bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl StreamTracker for Tracker {
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let all = bytes.all();
        let empty = all.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if empty > 0 {
            return Step::Take(empty);
        }
        if message::begins(all) == Some(false) {
            // After a gap: a message begins on a line of its own.
            let line = all.iter().position(|&byte| byte == b'\n').map_or(all.len(), |at| at + 1);
            return Step::Take(line);
        }
        let Some((header, body)) = split_header(all) else { return Step::More };
        let content_bytes = Message::read(header).and_then(|message| message.content_bytes).unwrap_or(0);
        if body.len() < content_bytes {
            return Step::More;
        }
        let whole = header.len() + content_bytes;
        Self::take(all.get(..whole).unwrap_or(all), sender, 6, bytes.at(whole - 1), context);
        Step::Take(whole)
    }

    fn gap(&mut self, _: Role, _: u64, _: At, _: &mut Context<'_>) -> bool {
        true
    }

    fn finish(&mut self, _: &mut Context<'_>) {}

    fn memory_bytes(&self) -> usize {
        size_of::<Self>()
    }
}
