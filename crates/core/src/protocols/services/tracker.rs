//! Requests of one connection that wait for their responses, whatever the service.

use std::collections::VecDeque;

use super::table::ServiceTransactionRow;
use super::wire::{Look, Part, Parts, Status, Wire};
use crate::protocols::follow::{At, Bytes, Context, Says, Step, StreamTracker, Texts};
use crate::protocols::tcp::Role;

/// Requests that may wait; the oldest goes first, unanswered.
const MOST_WAITING: usize = 1024;
/// So many pieces that are no message end what is followed.
const MOST_MISSES: u8 = 16;

/// A response as far as it came.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) first: At,
    pub(super) last: At,
    pub(super) bytes: u64,
    pub(super) status: Status,
    /// Whether its end was seen, or the next request showed it.
    pub(super) whole: bool,
    pub(super) rtt_ns: Option<i64>,
}

/// A request and its response.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) number: u32,
    pub(super) requester: Role,
    id: u64,
    pub(super) command: &'static str,
    pub(super) first: At,
    /// When the request was whole.
    pub(super) last: Option<At>,
    pub(super) bytes: u64,
    pub(super) response: Option<Response>,
}

/// The message that one end is sending.
#[derive(Debug, Default)]
struct Side {
    first: At,
    bytes: u64,
    parts: Parts,
    misses: u8,
    missed: bool,
}

/// One connection of a service.
#[derive(Debug)]
pub(super) struct Tracker {
    wire: Box<dyn Wire>,
    texts: Texts,
    sides: [Side; 2],
    exchanges: VecDeque<Exchange>,
    next_number: u32,
    command: Option<&'static str>,
}

impl Tracker {
    pub(super) fn new(wire: Box<dyn Wire>, texts: Texts) -> Self {
        let (sides, exchanges) = (Default::default(), VecDeque::new());
        Self { wire, texts, sides, exchanges, next_number: 1, command: None }
    }

    fn apply(&mut self, sender: Role, part: Part, at: At, context: &mut Context<'_>) {
        match part {
            Part::Request { id, command, whole } => self.request(sender, (id, command, whole), at, context),
            Part::Response { id, status, last } => self.response(sender, (id, status, last), at, context),
        }
    }

    fn request(
        &mut self,
        sender: Role,
        (id, command, whole): (u64, &'static str, bool),
        at: At,
        context: &mut Context<'_>,
    ) {
        let (first, bytes) = (self.sides[sender as usize].first, self.sides[sender as usize].bytes);
        self.command = Some(command);
        let last = whole.then_some(at);
        let open = self.exchanges.back_mut().filter(|newest| newest.requester == sender && newest.last.is_none());
        if let Some(open) = open {
            open.bytes += bytes;
            (open.command, open.last) = (command, last);
            return;
        }
        self.end_answers(sender, context);
        if self.exchanges.len() >= MOST_WAITING
            && let Some(oldest) = self.exchanges.pop_front()
        {
            self.write(&oldest, context);
        }
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        self.exchanges.push_back(Exchange {
            number,
            requester: sender,
            id,
            command,
            first,
            last,
            bytes,
            response: None,
        });
    }

    fn response(
        &mut self,
        sender: Role,
        (id, status, last): (u64, Option<Status>, bool),
        at: At,
        context: &mut Context<'_>,
    ) {
        let (first, bytes) = (self.sides[sender as usize].first, self.sides[sender as usize].bytes);
        let asked = |exchange: &Exchange| exchange.requester != sender && exchange.id == id;
        let Some(index) = self.exchanges.iter().position(asked) else { return };
        let Some(exchange) = self.exchanges.get_mut(index) else { return };
        let rtt_ns = match exchange.response {
            None => context.path_ns(sender, exchange.last.map(|asked| asked.time_ns)),
            Some(_) => None,
        };
        let fresh = || Response { first, last: at, bytes: 0, status: Status::OK, whole: false, rtt_ns };
        let response = exchange.response.get_or_insert_with(fresh);
        (response.last, response.whole) = (at, last);
        response.bytes = response.bytes.saturating_add(bytes);
        // The first word on how it went stands, unless an error comes later.
        if let Some(status) = status.filter(|status| status.error || response.status == Status::OK) {
            response.status = status;
        }
        if last && let Some(exchange) = self.exchanges.remove(index) {
            self.write(&exchange, context);
        }
    }

    /// Responses whose end no message says have ended when the next request comes.
    fn end_answers(&mut self, sender: Role, context: &mut Context<'_>) {
        while let Some(front) = self.exchanges.front_mut()
            && front.requester == sender
            && self.wire.next_request_ends()
            && let Some(response) = &mut front.response
        {
            response.whole = true;
            if let Some(exchange) = self.exchanges.pop_front() {
                self.write(&exchange, context);
            }
        }
    }

    /// What was asked before bytes went missing may have been answered within them.
    fn write_all(&mut self, context: &mut Context<'_>) {
        while let Some(exchange) = self.exchanges.pop_front() {
            self.write(&exchange, context);
        }
    }

    fn write(&self, exchange: &Exchange, context: &mut Context<'_>) {
        let row = ServiceTransactionRow::new(exchange, self.wire.service(), &context.ends, &self.texts);
        context.shared.services.push(row, context.sink);
    }
}

impl StreamTracker for Tracker {
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let look = self.wire.look(sender, bytes.all());
        let side = &mut self.sides[sender as usize];
        match look {
            Look::More => Step::More,
            Look::Message { bytes: length, parts } => {
                (side.first, side.bytes, side.parts) = (bytes.first(), length, parts);
                (side.misses, side.missed) = (0, false);
                Step::Skip(length)
            }
            Look::Renew(length) => {
                self.write_all(context);
                Step::Renew(length)
            }
            Look::No => {
                side.misses += if side.missed { 1 } else { MOST_MISSES };
                if side.misses < MOST_MISSES { Step::Take(bytes.all().len()) } else { Step::Stop }
            }
        }
    }

    fn skipped(&mut self, sender: Role, at: At, context: &mut Context<'_>) {
        for part in std::mem::take(&mut self.sides[sender as usize].parts) {
            self.apply(sender, part, at, context);
        }
    }

    fn gap(&mut self, sender: Role, _missing_bytes: u64, _at: At, context: &mut Context<'_>) -> bool {
        self.sides[sender as usize].missed = true;
        self.wire.missed(sender);
        self.write_all(context);
        true
    }

    fn says(&self) -> Says {
        Says { service: Some(self.wire.service()), command: self.command }
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        for exchange in &mut self.exchanges {
            if let Some(response) = exchange.response.as_mut().filter(|_| self.wire.next_request_ends()) {
                response.whole = true;
            }
        }
        self.write_all(context);
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.exchanges.capacity() * size_of::<Exchange>()
    }
}
