//! Requests for the time, and the responses that belong to them.

use super::message::{Message, Mode};
use super::table::NtpTransactionRow;
use crate::flows::Endpoint;
use crate::issue::{IssueKind, Issues};
use crate::protocols::exchanges::{Exchange, Exchanges, RECENT_NS};
use crate::protocols::follow::At;
use crate::tables::{Sink, TableWriter};

/// A message and where it was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) message: Message,
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
    pub(super) at: At,
}

/// A request and its response.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) client: Endpoint,
    pub(super) server: Endpoint,
    /// `None` when a response came without one.
    pub(super) request: Option<(Message, At)>,
    pub(super) requests: u32,
    pub(super) response: Option<(Message, At)>,
    pub(super) responses: u32,
}

impl Transaction {
    /// Whether a response is to this request: its origin is when the request was sent, or in the interleaved mode of
    /// RFC 9769 when the message before was received.
    fn is_answered_by(&self, response: &Message) -> bool {
        let origin = response.origin;
        self.request.is_some_and(|(request, _)| {
            request.transmit == origin || (request.receive.0 != 0 && request.receive == origin)
        })
    }
}

impl Exchange for Transaction {
    fn heap_bytes(&self) -> usize {
        0
    }
}

/// All transactions that are kept.
pub(crate) struct Transactions {
    kept: Exchanges<Transaction, 1>,
    writer: TableWriter<NtpTransactionRow>,
}

impl Transactions {
    /// None yet, and never more than take `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self { kept: Exchanges::new(memory_bytes), writer: TableWriter::default() }
    }

    /// Takes the next message.
    pub(super) fn take(&mut self, heard: &Heard, issues: &mut Issues, sink: &mut dyn Sink) {
        let answered = match heard.message.mode {
            Mode::Client => false,
            Mode::Server | Mode::SymmetricPassive | Mode::SymmetricActive => self.response(heard),
        };
        match heard.message.mode {
            Mode::Client | Mode::SymmetricActive if !answered => self.request(heard),
            _ if !answered => self.unsolicited(heard),
            _ => {}
        }
        while let Some(transaction) = self.kept.pop_excess() {
            if let (Some((_, at)), None) = (transaction.request, transaction.response)
                && heard.at.time_ns.saturating_sub(at.time_ns) <= RECENT_NS
            {
                issues.note(IssueKind::RequestsEvicted, 0, Some(at.frame), None);
            }
            self.writer.push(transaction.row(), sink);
        }
    }

    /// Writes all that is left.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        while let Some(transaction) = self.kept.pop() {
            self.writer.push(transaction.row(), sink);
        }
        self.writer.flush(sink);
    }

    /// The same message again is a repeat, whoever made it.
    fn request(&mut self, heard: &Heard) {
        let key = self.kept.hash(&(heard.source, heard.destination));
        let transmit = heard.message.transmit;
        let again = self.kept.find(0, key, |before| {
            let same = before.request.is_some_and(|(request, _)| request.transmit == transmit && transmit.0 != 0);
            (before.client, before.server) == (heard.source, heard.destination) && same && before.response.is_none()
        });
        if let Some(number) = again {
            return self.kept.update(number, |before| before.requests += 1);
        }
        let mut transaction = Self::begin(heard, heard.source, heard.destination);
        (transaction.request, transaction.requests) = (Some((heard.message, heard.at)), 1);
        self.kept.push(transaction, [Some(key)]);
    }

    /// Returns whether there is a request that it belongs to.
    fn response(&mut self, heard: &Heard) -> bool {
        let (client, server) = (heard.destination, heard.source);
        let key = self.kept.hash(&(client, server));
        let number = self.kept.find(0, key, |before| {
            (before.client, before.server) == (client, server) && before.is_answered_by(&heard.message)
        });
        let Some(number) = number else { return false };
        self.kept.update(number, |before| {
            before.response.get_or_insert((heard.message, heard.at));
            before.responses += 1;
        });
        true
    }

    fn unsolicited(&mut self, heard: &Heard) {
        let mut transaction = Self::begin(heard, heard.destination, heard.source);
        (transaction.response, transaction.responses) = (Some((heard.message, heard.at)), 1);
        self.kept.push(transaction, [None]);
    }

    fn begin(heard: &Heard, client: Endpoint, server: Endpoint) -> Transaction {
        let (flow, stream) = (heard.flow, heard.stream);
        Transaction { flow, stream, client, server, request: None, requests: 0, response: None, responses: 0 }
    }
}
