//! HTTP/1.x on one connection: which response answers which request.

use std::collections::VecDeque;

use super::exchange::{Exchange, Request, Response};
use super::message::{Begins, Body, Chunk, Head, Start, begins, chunk, empty_lines, head_bytes};
use super::table::HttpTransactionRow;
use super::text;
use crate::protocols::follow::{At, Bytes, Context, Step, StreamTracker, Texts};
use crate::protocols::tcp::Role;

/// Requests that may wait for their responses. A client that has more in flight is followed from its newest on.
const MOST_WAITING: usize = 256;
/// So many pieces that are no message end what is followed of a direction.
const MOST_MISSES: u8 = 16;

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
}

impl Tracker {
    pub(super) fn new(texts: Texts) -> Self {
        Self { texts, sides: Default::default(), exchanges: VecDeque::new(), next_number: 1 }
    }

    fn read_head(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let all = bytes.all();
        let side = &mut self.sides[sender as usize];
        let empty = empty_lines(all);
        if empty > 0 {
            return Step::Take(empty);
        }
        if side.searched == 0 {
            match begins(all) {
                Begins::No => return self.miss(sender, all.len()),
                Begins::More => return Step::More,
                Begins::Yes => {}
            }
        }
        let Some(length) = head_bytes(all, side.searched) else {
            side.searched = all.len().saturating_sub(2).max(1);
            return Step::More;
        };
        side.searched = 0;
        side.misses = 0;
        match Head::parse(all.get(..length).unwrap_or_default()) {
            Some(head) if matches!(head.start, Start::Request { .. }) => self.request(sender, &head, bytes, context),
            Some(head) => self.response(sender, &head, bytes, context),
            None => self.miss(sender, length),
        }
    }

    /// Passes over what is no message.
    fn miss(&mut self, sender: Role, length: usize) -> Step {
        let side = &mut self.sides[sender as usize];
        if !side.missed {
            side.misses += 1;
        }
        if side.misses > MOST_MISSES {
            side.reading = Reading::Over;
            return Step::Stop;
        }
        Step::Take(length)
    }

    fn request(&mut self, sender: Role, head: &Head<'_>, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let Start::Request { method, target } = head.start else { return Step::Stop };
        self.abandon_request(sender);
        if self.exchanges.len() >= MOST_WAITING
            && let Some(oldest) = self.exchanges.pop_front()
        {
            self.sides[oldest.requester.other() as usize].missed = true;
            self.write(oldest, context);
        }
        let mut exchange = self.exchange(sender, head.version);
        exchange.pipelined = self.exchanges.iter().any(|earlier| earlier.requester == sender && !earlier.answered());
        exchange.request = Some(Request {
            first: Some(bytes.first()),
            head: Some(bytes.whole_at(head.bytes)),
            last: None,
            target: text::target(target, head.host, method),
            method: Some(method.to_owned()),
            header_bytes: head.bytes as u64,
            body_bytes: 0,
            persists: head.persists(),
        });
        self.exchanges.push_back(exchange);
        self.begin_body(sender, head.bytes, head.body(None), bytes, context)
    }

    fn response(&mut self, sender: Role, head: &Head<'_>, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let Start::Response { status } = head.start else { return Step::Stop };
        let whole = bytes.whole_at(head.bytes);
        let index = self.answered_by(sender, head.version, context);
        let Some(exchange) = self.exchanges.get_mut(index) else { return Step::Stop };
        if matches!(status, 100 | 102..=199) {
            exchange.interim.get_or_insert((status, whole));
            return Step::Take(head.bytes);
        }
        let method = exchange.request.as_ref().and_then(|request| request.method.as_deref());
        let body = head.body(method);
        let tunnel = method == Some("CONNECT") && (200..300).contains(&status);
        exchange.response = Some(Response {
            first: Some(bytes.first()),
            last: None,
            status: Some(status),
            header_bytes: head.bytes as u64,
            body_bytes: 0,
            framing: Some(if tunnel { "none" } else { framing(body) }),
            persists: head.persists(),
            rtt_ns: context.leg_ns(sender),
        });
        if tunnel || status == 101 {
            return self.upgrade(sender, index, head, whole, context);
        }
        self.begin_body(sender, head.bytes, body, bytes, context)
    }

    /// The connection is of another protocol from here on (RFC 9110 §7.8, §9.3.6).
    fn upgrade(&mut self, sender: Role, index: usize, head: &Head<'_>, at: At, context: &mut Context<'_>) -> Step {
        let name = head.upgrade.map(|name| text::shown(name, 64).to_ascii_lowercase());
        let followed = head.start == (Start::Response { status: 101 }) && name.as_deref() == Some("websocket");
        if let Some(exchange) = self.exchanges.get_mut(index) {
            exchange.upgrade = Some(name.unwrap_or_else(|| "tunnel".to_owned()));
        }
        self.end_message(sender, at, context);
        if followed {
            self.sides.iter_mut().for_each(|side| side.reading = Reading::Over);
            return Step::Stop;
        }
        Step::Renew(head.bytes)
    }

    fn begin_body(
        &mut self,
        sender: Role,
        head_bytes: usize,
        body: Body,
        bytes: &Bytes<'_>,
        context: &mut Context<'_>,
    ) -> Step {
        let side = &mut self.sides[sender as usize];
        side.missed = false;
        match body {
            Body::Length(0) => {
                self.end_message(sender, bytes.whole_at(head_bytes), context);
                Step::Take(head_bytes)
            }
            Body::Length(length) => {
                side.reading = Reading::Body;
                self.count(sender, length);
                Step::Skip(length.saturating_add(head_bytes as u64))
            }
            Body::Chunked => {
                side.reading = Reading::Chunks;
                Step::Take(head_bytes)
            }
            Body::UntilClose => {
                side.reading = Reading::UntilClose;
                Step::Take(head_bytes)
            }
        }
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
                self.sides[sender as usize].reading = Reading::Head;
                self.miss(sender, bytes.all().len())
            }
        }
    }

    /// Adds to the length of the body that `sender` is sending.
    fn count(&mut self, sender: Role, length: u64) {
        let mut exchanges = self.exchanges.iter_mut();
        if let Some(response) = exchanges.find_map(|exchange| sent_response(exchange, sender)) {
            response.body_bytes = response.body_bytes.saturating_add(length);
        } else if let Some(request) =
            self.exchanges.iter_mut().rev().find_map(|exchange| sent_request(exchange, sender))
        {
            request.body_bytes = request.body_bytes.saturating_add(length);
        }
    }

    /// The message that `sender` is sending is whole.
    fn end_message(&mut self, sender: Role, at: At, context: &mut Context<'_>) {
        self.sides[sender as usize].reading = Reading::Head;
        let mut exchanges = self.exchanges.iter_mut();
        if let Some(response) = exchanges.find_map(|exchange| sent_response(exchange, sender)) {
            response.last = Some(at);
        } else if let Some(request) =
            self.exchanges.iter_mut().rev().find_map(|exchange| sent_request(exchange, sender))
        {
            request.last = Some(at);
        }
        while self.exchanges.front().is_some_and(|exchange| exchange.asked() && exchange.answered()) {
            let Some(exchange) = self.exchanges.pop_front() else { return };
            self.write(exchange, context);
        }
    }

    /// A request that did not become whole before the next one stays as it is.
    fn abandon_request(&mut self, sender: Role) {
        let open = |exchange: &&Exchange| exchange.requester == sender && !exchange.asked();
        if self.exchanges.iter().any(|exchange| open(&exchange)) {
            self.sides[sender.other() as usize].missed = true;
        }
    }

    /// Index of the exchange that a response from `sender` answers: responses come in the order of requests (RFC 9112
    /// §9.3.2). Where some may be missing, clients that wait for each response are supposed: it answers the newest.
    fn answered_by(&mut self, sender: Role, version: &str, context: &mut Context<'_>) -> usize {
        let missed = self.sides[sender as usize].missed;
        let begun = |exchange: &Exchange| exchange.response.is_some();
        let of_peer = |exchange: &Exchange| exchange.requester != sender;
        let newest = self.exchanges.iter().rposition(|exchange| of_peer(exchange) && !begun(exchange));
        let oldest = self.exchanges.iter().position(|exchange| of_peer(exchange) && !begun(exchange));
        let Some(index) = (if missed { newest } else { oldest }) else {
            let exchange = self.exchange(sender.other(), version);
            self.exchanges.push_back(exchange);
            return self.exchanges.len() - 1;
        };
        for _ in 0..index {
            if let Some(earlier) = self.exchanges.pop_front() {
                self.write(earlier, context);
            }
        }
        0
    }

    fn exchange(&mut self, requester: Role, version: &str) -> Exchange {
        let number = self.next_number;
        self.next_number = self.next_number.saturating_add(1);
        Exchange::new(number, requester, version)
    }

    fn write(&self, exchange: Exchange, context: &mut Context<'_>) {
        let row = HttpTransactionRow::new(exchange, &context.ends, &self.texts);
        context.shared.http.push(&row, context.sink);
    }
}

/// The response that `sender` is sending in this exchange.
fn sent_response(exchange: &mut Exchange, sender: Role) -> Option<&mut Response> {
    exchange.response.as_mut().filter(|response| exchange.requester != sender && response.last.is_none())
}

/// The request that `sender` is sending in this exchange.
fn sent_request(exchange: &mut Exchange, sender: Role) -> Option<&mut Request> {
    exchange.request.as_mut().filter(|request| exchange.requester == sender && request.last.is_none())
}

fn framing(body: Body) -> &'static str {
    match body {
        Body::Length(0) => "none",
        Body::Length(_) => "length",
        Body::Chunked => "chunked",
        Body::UntilClose => "close",
    }
}

impl StreamTracker for Tracker {
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        match self.sides[sender as usize].reading {
            Reading::Head | Reading::Body => self.read_head(sender, bytes, context),
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

    fn gap(&mut self, sender: Role, missing_bytes: u64, _at: At, _context: &mut Context<'_>) -> bool {
        let side = &mut self.sides[sender as usize];
        if side.reading == Reading::UntilClose {
            self.count(sender, missing_bytes);
            return true;
        }
        (side.reading, side.searched, side.missed) = (Reading::Head, 0, true);
        true
    }

    fn closed(&mut self, sender: Role, reset: bool, at: At, context: &mut Context<'_>) {
        if self.sides[sender as usize].reading == Reading::UntilClose && !reset {
            self.end_message(sender, at, context);
        }
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
