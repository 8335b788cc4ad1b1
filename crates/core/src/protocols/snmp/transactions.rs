//! Requests to agents, and the answers that belong to them.

use super::message::{Message, Operation};
use super::table::SnmpTransactionRow;
use crate::flows::Endpoint;
use crate::issue::{IssueKind, Issues};
use crate::protocols::exchanges::{Exchange, Exchanges, RECENT_NS};
use crate::protocols::follow::At;
use crate::tables::{Sink, TableWriter};

/// A message and where it was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard<'a> {
    pub(super) message: Message<'a>,
    /// Whether it answers another.
    pub(super) answers: bool,
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
    pub(super) at: At,
}

/// What is kept of a message.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) at: At,
    pub(super) operation: Option<Operation>,
    pub(super) object: Option<String>,
    pub(super) variables: u32,
    pub(super) error_status: i64,
    pub(super) error_index: i64,
}

impl Said {
    fn of(heard: &Heard<'_>) -> Self {
        let unit = heard.message.unit;
        Self {
            at: heard.at,
            operation: unit.map(|unit| unit.operation),
            object: unit.and_then(|unit| unit.object_text()),
            variables: unit.map_or(0, |unit| unit.variables),
            error_status: unit.map_or(0, |unit| unit.error_status),
            error_index: unit.map_or(0, |unit| unit.error_index),
        }
    }
}

/// A request and its answer.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) flow: u64,
    pub(super) stream: u32,
    pub(super) client: Endpoint,
    pub(super) server: Endpoint,
    pub(super) version: &'static str,
    pub(super) id: Option<i64>,
    /// `None` when an answer came without one.
    pub(super) request: Option<Said>,
    pub(super) last_request: At,
    pub(super) requests: u32,
    pub(super) response: Option<Said>,
    pub(super) responses: u32,
}

impl Transaction {
    fn new(heard: &Heard<'_>, client: Endpoint, server: Endpoint) -> Self {
        Self {
            flow: heard.flow,
            stream: heard.stream,
            client,
            server,
            version: heard.message.version,
            id: heard.message.id(),
            request: None,
            last_request: heard.at,
            requests: 0,
            response: None,
            responses: 0,
        }
    }

    /// Whether it is of this client and number, and not answered yet.
    fn is_open(&self, client: Endpoint, message: &Message<'_>) -> bool {
        let same = self.client == client && self.version == message.version && self.id == message.id();
        same && self.request.is_some() && self.response.is_none()
    }

    /// Whether an answer is wanted: notifications are not acknowledged.
    pub(super) fn wants_answer(&self) -> bool {
        let one_way = |said: &Said| matches!(said.operation, Some(Operation::Trap | Operation::TrapV1));
        self.request.as_ref().is_some_and(|request| !one_way(request))
    }
}

impl Exchange for Transaction {
    fn heap_bytes(&self) -> usize {
        let of = |said: &Option<Said>| said.as_ref().and_then(|said| said.object.as_ref()).map_or(0, String::capacity);
        of(&self.request) + of(&self.response)
    }
}

/// All transactions that are kept.
pub(crate) struct Transactions {
    kept: Exchanges<Transaction, 1>,
    writer: TableWriter<SnmpTransactionRow>,
}

impl Transactions {
    /// None yet, and never more than take `memory_bytes`.
    pub(crate) fn new(memory_bytes: usize) -> Self {
        Self { kept: Exchanges::new(memory_bytes), writer: TableWriter::default() }
    }

    /// Takes the next message.
    pub(super) fn take(&mut self, heard: &Heard<'_>, issues: &mut Issues, sink: &mut dyn Sink) {
        if heard.answers {
            self.response(heard);
        } else {
            self.request(heard);
        }
        while let Some(transaction) = self.kept.pop_excess() {
            let waited_ns = heard.at.time_ns.saturating_sub(transaction.last_request.time_ns);
            if transaction.wants_answer() && transaction.response.is_none() && waited_ns <= RECENT_NS {
                issues.note(IssueKind::RequestsEvicted, 0, Some(transaction.last_request.frame), None);
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

    /// The same number again, without an answer in between, is a repeat.
    fn request(&mut self, heard: &Heard<'_>) {
        let (client, server) = (heard.source, heard.destination);
        let key = self.kept.hash(&(client, heard.message.id()));
        let again = self.kept.find(0, key, |before| {
            let recent = heard.at.time_ns.saturating_sub(before.last_request.time_ns) <= RECENT_NS;
            before.is_open(client, &heard.message) && before.server == server && before.wants_answer() && recent
        });
        if let Some(number) = again {
            return self.kept.update(number, |before| {
                (before.requests, before.last_request) = (before.requests + 1, heard.at);
            });
        }
        let mut transaction = Transaction::new(heard, client, server);
        (transaction.request, transaction.requests) = (Some(Said::of(heard)), 1);
        self.kept.push(transaction, [Some(key)]);
    }

    /// A request to all is answered by anybody, and an agent with several addresses may answer from another one.
    fn response(&mut self, heard: &Heard<'_>) {
        let (client, server) = (heard.destination, heard.source);
        let key = self.kept.hash(&(client, heard.message.id()));
        let find = |test: &dyn Fn(&Transaction) -> bool| self.kept.find(0, key, test);
        let repeated = |before: &Transaction| {
            (before.client, before.server, before.id) == (client, server, heard.message.id())
                && before.response.is_some()
        };
        let number = find(&|before| before.is_open(client, &heard.message) && before.server == server)
            .or_else(|| find(&repeated))
            .or_else(|| find(&|before| before.is_open(client, &heard.message)));
        if let Some(number) = number {
            return self.kept.update(number, |before| {
                before.response.get_or_insert_with(|| Said::of(heard));
                before.responses += 1;
            });
        }
        let mut transaction = Transaction::new(heard, client, server);
        (transaction.response, transaction.responses) = (Some(Said::of(heard)), 1);
        self.kept.push(transaction, [None]);
    }
}
