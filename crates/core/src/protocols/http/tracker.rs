//! HTTP/1.x on one connection: which response answers which request.

use std::collections::VecDeque;

use super::exchange::{Current, Exchange, Request, Response};
use super::message::{Begins, Body, Chunk, Head, Start, begins, chunk, common_method, empty_lines, head_bytes};
use super::table::HttpTransactionRow;
use super::text;
use crate::protocols::follow::{At, Bytes, Context, Says, Step, StreamTracker, Texts};
use crate::protocols::tcp::Role;

/// Requests that may wait for their responses. A client that has more in flight is followed from its newest on.
const MOST_WAITING: usize = 256;
/// So many pieces that are no message end what is followed of a direction.
const MOST_MISSES: u8 = 16;
const MOST_UPGRADE_BYTES: usize = 64;

/// What comes next from one end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Reading {
    /// A message.
    #[default]
    Head,
    /// The end of a body whose length is known.
    Body,
    /// A chunk, or the last.
    Chunks,
    /// The rest of a body that ends with the connection.
    UntilClose,
    /// The rest of a message whose head is cut.
    Cut,
    /// Nothing of HTTP.
    Over,
}

/// One direction.
#[derive(Debug, Default)]
struct Side {
    reading: Reading,
    /// Bytes known not to hold the end of the head that is awaited.
    searched: usize,
    misses: u8,
    /// Whether messages may have been missed since the last one.
    missed: bool,
}

/// HTTP/1.x on one connection.
#[derive(Debug)]
pub(super) struct Tracker {
    texts: Texts,
    sides: [Side; 2],
    exchanges: VecDeque<Exchange>,
    next_number: u32,
    /// Method of the newest request.
    command: Option<&'static str>,
}

impl Tracker {
    pub(super) fn new(texts: Texts) -> Self {
        Self { texts, sides: Default::default(), exchanges: VecDeque::new(), next_number: 1, command: None }
    }

    fn side(&mut self, role: Role) -> &mut Side {
        &mut self.sides[role as usize]
    }

    fn read_head(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let all = bytes.all();
        let empty = empty_lines(all);
        if empty > 0 {
            return Step::Take(empty);
        }
        let side = self.side(sender);
        if side.searched == 0 {
            match begins(all) {
                Begins::No => return self.miss(sender, bytes, all.len()),
                Begins::More => return Step::More,
                Begins::Yes => {}
            }
        }
        let Some(length) = head_bytes(all, side.searched) else {
            side.searched = all.len().saturating_sub(2).max(1);
            return Step::More;
        };
        (side.searched, side.misses) = (0, 0);
        match Head::parse(all.get(..length).unwrap_or_default()) {
            Some(head) => self.message(sender, &head, None, bytes, context),
            None => self.miss(sender, bytes, length),
        }
    }

    /// Passes over what is no message.
    fn miss(&mut self, sender: Role, bytes: &Bytes<'_>, length: usize) -> Step {
        let side = self.side(sender);
        if side.reading == Reading::Cut {
            self.extend_cut(sender, bytes.last());
            return Step::Take(length);
        }
        side.misses += u8::from(!side.missed);
        if side.misses > MOST_MISSES {
            side.reading = Reading::Over;
            return Step::Stop;
        }
        Step::Take(length)
    }

    /// Takes the head of a message; `broken` tells what became of the rest, where it is not whole.
    fn message(
        &mut self,
        sender: Role,
        head: &Head<'_>,
        broken: Option<Body>,
        bytes: &Bytes<'_>,
        context: &mut Context<'_>,
    ) -> Step {
        self.end_cut(context);
        match head.start {
            Start::Request { method, target } => {
                self.request(sender, head, (method, target), bytes, context);
                self.begin_body(sender, head.bytes, broken.unwrap_or_else(|| head.body(None)), bytes, context)
            }
            Start::Response { status } => self.response(sender, head, (status, broken), bytes, context),
        }
    }

    fn request(
        &mut self,
        sender: Role,
        head: &Head<'_>,
        (method, target): (&str, &[u8]),
        bytes: &Bytes<'_>,
        context: &mut Context<'_>,
    ) {
        if self.exchanges.iter().any(|exchange| exchange.requester == sender && !exchange.asked()) {
            self.side(sender.other()).missed = true; // who knows what the rest of it was
        }
        if self.exchanges.len() >= MOST_WAITING
            && let Some(oldest) = self.exchanges.pop_front()
        {
            self.side(oldest.requester.other()).missed = true;
            self.write(oldest, context);
        }
        self.command = common_method(method.as_bytes());
        let mut exchange = self.exchange(sender, head.version);
        exchange.pipelined = self.exchanges.iter().any(|earlier| earlier.requester == sender && !earlier.answered());
        exchange.request = Some(Request {
            first: Some(bytes.first()),
            head: Some(bytes.whole_at(head.bytes)),
            target: text::target(target, head.host, method),
            method: Some(method.to_owned()),
            header_bytes: head.bytes as u64,
            persists: head.persists(),
            ..Request::default()
        });
        self.exchanges.push_back(exchange);
    }

    fn response(
        &mut self,
        sender: Role,
        head: &Head<'_>,
        (status, broken): (u16, Option<Body>),
        bytes: &Bytes<'_>,
        context: &mut Context<'_>,
    ) -> Step {
        let whole = bytes.whole_at(head.bytes);
        let exchange = self.answered_by(sender, head.version, context);
        if matches!(status, 100 | 102..=199) {
            exchange.interim.get_or_insert((status, whole));
            return Step::Take(head.bytes);
        }
        let method = exchange.request.as_ref().and_then(|request| request.method.as_deref());
        let rtt_ns = context.path_ns(sender, exchange.asked_ns());
        let tunnel = method == Some("CONNECT") && (200..300).contains(&status);
        let body = broken.unwrap_or_else(|| head.body(method));
        exchange.response = Some(Response {
            first: Some(bytes.first()),
            status: Some(status),
            header_bytes: head.bytes as u64,
            framing: if tunnel { Some("none") } else { framing(body) },
            persists: head.persists(),
            rtt_ns,
            ..Response::default()
        });
        if tunnel || status == 101 {
            let name = head.upgrade.map(|name| text::shown(name, MOST_UPGRADE_BYTES).to_ascii_lowercase());
            exchange.upgrade = Some(name.filter(|_| !tunnel).unwrap_or_else(|| "tunnel".to_owned()));
            return self.upgrade(sender, head.bytes, whole, context);
        }
        self.begin_body(sender, head.bytes, body, bytes, context)
    }

    /// The connection is of another protocol from here on (RFC 9110 §7.8, §9.3.6).
    fn upgrade(&mut self, sender: Role, head_bytes: usize, at: At, context: &mut Context<'_>) -> Step {
        self.end_message(sender, at, context);
        Step::Renew(head_bytes)
    }

    fn begin_body(
        &mut self,
        sender: Role,
        head_bytes: usize,
        body: Body,
        bytes: &Bytes<'_>,
        context: &mut Context<'_>,
    ) -> Step {
        let side = self.side(sender);
        side.missed = false;
        match body {
            Body::Length(0) => self.end_message(sender, bytes.whole_at(head_bytes), context),
            Body::Length(length) => {
                side.reading = Reading::Body;
                self.count(sender, length);
                return Step::Skip(length.saturating_add(head_bytes as u64));
            }
            Body::Chunked => side.reading = Reading::Chunks,
            Body::UntilClose => side.reading = Reading::UntilClose,
            Body::Cut => self.begin_cut(sender, bytes.whole_at(head_bytes)),
            Body::Lost => {}
        }
        Step::Take(head_bytes)
    }

    fn read_chunk(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        match chunk(bytes.all()) {
            Chunk::More => Step::More,
            Chunk::Data(length, data) => {
                self.count(sender, data);
                Step::Skip(length)
            }
            Chunk::Last(length) => {
                self.end_message(sender, bytes.whole_at(length), context);
                Step::Take(length)
            }
            Chunk::Broken => {
                self.side(sender).reading = Reading::Head;
                self.miss(sender, bytes, bytes.all().len())
            }
        }
    }

    /// The message that `sender` is sending.
    fn current(&mut self, sender: Role) -> Option<Current<'_>> {
        let answer = self.exchanges.iter().position(|exchange| exchange.is_answering(sender));
        let index = answer.or_else(|| self.exchanges.iter().rposition(|exchange| exchange.is_asking(sender)))?;
        self.exchanges.get_mut(index)?.current(answer.is_some())
    }

    /// Adds to the length of the body that `sender` is sending.
    fn count(&mut self, sender: Role, length: u64) {
        if let Some(current) = self.current(sender) {
            *current.body_bytes = current.body_bytes.saturating_add(length);
        }
    }

    /// The message that `sender` is sending is whole.
    fn end_message(&mut self, sender: Role, at: At, context: &mut Context<'_>) {
        self.side(sender).reading = Reading::Head;
        if let Some(current) = self.current(sender) {
            *current.last = Some(at);
        }
        self.write_done(context);
    }

    /// Of the message that `sender` is sending only the beginning was captured.
    fn begin_cut(&mut self, sender: Role, at: At) {
        self.side(sender).reading = Reading::Cut;
        if let Some(current) = self.current(sender) {
            *current.cut = Some(at);
        }
        self.extend_cut(sender, at);
    }

    /// What comes behind a head that is cut belongs to the same message, for all that is known.
    fn extend_cut(&mut self, sender: Role, at: At) {
        let message = self.exchanges.iter_mut().rev().find_map(|exchange| {
            let answers = exchange.requester != sender;
            exchange.current(answers).filter(|current| current.cut.is_some())
        });
        if let Some(current) = message {
            *current.last = (*current.last).max(Some(at));
        }
    }

    /// A message whose end is not known has ended when another begins.
    fn end_cut(&mut self, context: &mut Context<'_>) {
        for side in self.sides.iter_mut().filter(|side| side.reading == Reading::Cut) {
            side.reading = Reading::Head;
        }
        self.write_done(context);
    }

    /// Writes the exchanges that are over, in their order.
    fn write_done(&mut self, context: &mut Context<'_>) {
        let is_cut = |side: &Side| side.reading == Reading::Cut;
        while let Some(exchange) = self.exchanges.front() {
            let open = is_cut(&self.sides[exchange.requester.other() as usize]);
            if open || !exchange.asked() || !exchange.answered() {
                return;
            }
            if let Some(exchange) = self.exchanges.pop_front() {
                self.write(exchange, context);
            }
        }
    }

    /// The exchange that a response from `sender` answers, moved to the front. Responses come in the order of requests
    /// (RFC 9112 §9.3.2); where some may be missing, clients that wait for each are supposed: it answers the newest.
    fn answered_by(&mut self, sender: Role, version: Option<&str>, context: &mut Context<'_>) -> &mut Exchange {
        let waits = |exchange: &Exchange| exchange.requester != sender && exchange.response.is_none();
        let index = if self.side(sender).missed {
            self.exchanges.iter().rposition(waits)
        } else {
            self.exchanges.iter().position(waits)
        };
        for _ in 0..index.unwrap_or(self.exchanges.len()) {
            if let Some(earlier) = self.exchanges.pop_front() {
                self.write(earlier, context);
            }
        }
        if self.exchanges.is_empty() {
            let exchange = self.exchange(sender.other(), version);
            self.exchanges.push_back(exchange);
        }
        &mut self.exchanges[0]
    }

    fn exchange(&mut self, requester: Role, version: Option<&str>) -> Exchange {
        let number = self.next_number;
        self.next_number = self.next_number.saturating_add(1);
        Exchange::new(number, requester, version)
    }

    fn write(&self, exchange: Exchange, context: &mut Context<'_>) {
        let row = HttpTransactionRow::new(exchange, &context.ends, &self.texts);
        context.shared.http.push(row, context.sink);
    }
}

fn framing(body: Body) -> Option<&'static str> {
    match body {
        Body::Length(0) => Some("none"),
        Body::Length(_) => Some("length"),
        Body::Chunked => Some("chunked"),
        Body::UntilClose => Some("close"),
        Body::Cut | Body::Lost => None,
    }
}

impl StreamTracker for Tracker {
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        match self.sides[sender as usize].reading {
            Reading::Head | Reading::Body | Reading::Cut => self.read_head(sender, bytes, context),
            Reading::Chunks => self.read_chunk(sender, bytes, context),
            Reading::UntilClose => {
                let length = bytes.all().len();
                self.count(sender, length as u64);
                Step::Take(length)
            }
            Reading::Over => Step::Stop,
        }
    }

    fn skipped(&mut self, sender: Role, at: At, context: &mut Context<'_>) {
        if self.sides[sender as usize].reading == Reading::Body {
            self.end_message(sender, at, context);
        }
    }

    fn broken(&mut self, sender: Role, bytes: &Bytes<'_>, cut: bool, context: &mut Context<'_>) {
        let begun = matches!(self.side(sender).reading, Reading::Head | Reading::Cut);
        if begun && let Some(head) = Head::parse_cut(bytes.all()) {
            let body = if cut { Body::Cut } else { Body::Lost };
            let _ = self.message(sender, &head, Some(body), bytes, context);
            self.side(sender).missed = true;
        }
    }

    fn gap(&mut self, sender: Role, missing_bytes: u64, at: At, _context: &mut Context<'_>) -> bool {
        self.side(sender).missed = true;
        self.side(sender).searched = 0;
        match self.side(sender).reading {
            Reading::UntilClose => self.count(sender, missing_bytes),
            Reading::Cut => self.extend_cut(sender, at),
            _ => self.side(sender).reading = Reading::Head,
        }
        true
    }

    fn closed(&mut self, sender: Role, reset: bool, at: At, context: &mut Context<'_>) {
        if self.sides[sender as usize].reading == Reading::UntilClose && !reset {
            self.end_message(sender, at, context);
        }
    }

    fn says(&self) -> Says {
        Says { service: Some("http"), command: self.command }
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        while let Some(exchange) = self.exchanges.pop_front() {
            self.write(exchange, context);
        }
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.exchanges.capacity() * size_of::<Exchange>()
            + self.exchanges.iter().map(Exchange::memory_bytes).sum::<usize>()
    }
}
