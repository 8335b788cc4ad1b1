//! HTTP/2 in clear text (RFC 9113): which request each stream carries, and how it was answered.

use std::collections::BTreeMap;

use super::exchange::{Exchange, Request, Response};
use super::hpack::{Decoder, Fields};
use super::message::common_method;
use super::table::HttpTransactionRow;
use super::text::{self, Target};
use crate::protocols::follow::{At, Bytes, Context, Opening, Recognised, Says, Step, StreamTracker, Texts};
use crate::protocols::tcp::Role;

/// What a client sends first (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEADER_BYTES: usize = 9;
/// Streams that may be open; the oldest goes first, as it is.
const MOST_STREAMS: usize = 1024;
/// A header block in several frames may be so long.
const MOST_BLOCK_BYTES: usize = 64 << 10;
const MOST_METHOD_BYTES: usize = 24;
const MOST_HOST_BYTES: usize = 255;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const PUSH_PROMISE: u8 = 5;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 0x20;

/// Whether a connection is of HTTP/2 without encryption.
pub(in crate::protocols) fn recognise(opening: &Opening<'_>, context: &Context<'_>) -> Recognised {
    let shared = opening.bytes.iter().zip(PREFACE).take_while(|(byte, wanted)| byte == wanted).count();
    match shared {
        _ if shared == PREFACE.len() => Recognised::Yes(Box::new(Tracker::new(context.ends.texts()))),
        _ if shared == opening.bytes.len() => Recognised::More,
        _ => Recognised::No,
    }
}

/// The header of a frame (RFC 9113 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// Length of the payload.
    pub length: usize,
    /// Type.
    pub kind: u8,
    /// Flags.
    pub flags: u8,
    /// Number of the stream, 0 for the connection.
    pub stream: u32,
}

impl FrameHeader {
    /// Reads one; `None` where there are too few bytes.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [high, middle, low, kind, flags, a, b, c, d, ..] = *bytes else { return None };
        Some(Self {
            length: u32::from_be_bytes([0, high, middle, low]) as usize,
            kind,
            flags,
            stream: u32::from_be_bytes([a, b, c, d]) & 0x7fff_ffff,
        })
    }

    fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The header block in the payload, without padding and what stands before it.
    pub fn block(self, payload: &[u8]) -> Option<&[u8]> {
        let padded = self.has(PADDED) && self.kind != CONTINUATION;
        let (padding, rest) = if padded { payload.split_first()? } else { (&0, payload) };
        let before = match self.kind {
            HEADERS if self.has(PRIORITY) => 5,
            PUSH_PROMISE => 4,
            _ => 0,
        };
        rest.get(before..rest.len().checked_sub(usize::from(*padding))?)
    }
}

/// A header block as far as it came.
#[derive(Debug)]
struct Block {
    stream: u32,
    /// Whose half of the stream ends with it.
    ends: Option<Role>,
    first: At,
    bytes: Vec<u8>,
    frame_bytes: u64,
}

/// One direction.
#[derive(Debug, Default)]
struct Side {
    decoder: Decoder,
    block: Option<Block>,
    /// The stream of the data that is passed over, its length, and whether it is the last.
    data: Option<(u32, u64, bool)>,
    preface: bool,
}

/// HTTP/2 on one connection.
#[derive(Debug)]
struct Tracker {
    texts: Texts,
    sides: [Side; 2],
    streams: BTreeMap<u32, Exchange>,
    next_number: u32,
    command: Option<&'static str>,
}

impl Tracker {
    fn new(texts: Texts) -> Self {
        Self { texts, sides: Default::default(), streams: BTreeMap::new(), next_number: 1, command: None }
    }

    /// A frame that is followed as a whole.
    fn frame(
        &mut self,
        sender: Role,
        frame: FrameHeader,
        (payload, bytes): (&[u8], &Bytes<'_>),
        context: &mut Context<'_>,
    ) -> Option<()> {
        let whole = bytes.whole_at(FRAME_HEADER_BYTES + frame.length);
        if frame.kind == RST_STREAM {
            if let Some(exchange) = self.streams.remove(&frame.stream) {
                self.write(exchange, context);
            }
            return Some(());
        }
        let part = frame.block(payload)?;
        let side = &mut self.sides[sender as usize];
        if frame.kind == CONTINUATION {
            let block = side.block.as_mut().filter(|block| block.stream == frame.stream)?;
            (block.bytes.len() + part.len() <= MOST_BLOCK_BYTES).then_some(())?;
            block.bytes.extend_from_slice(part);
        } else {
            let promised = payload.get(usize::from(frame.has(PADDED))..)?.first_chunk();
            let stream = match frame.kind {
                PUSH_PROMISE => u32::from_be_bytes(*promised?) & 0x7fff_ffff,
                _ => frame.stream,
            };
            // A promise is the request that the client would send (RFC 9113 §8.4).
            let ends = match frame.kind {
                PUSH_PROMISE => Some(Role::Client),
                _ => frame.has(END_STREAM).then_some(sender),
            };
            side.block = Some(Block { stream, ends, first: bytes.first(), bytes: part.to_vec(), frame_bytes: 0 });
        }
        let block = side.block.as_mut()?;
        block.frame_bytes += (FRAME_HEADER_BYTES + frame.length) as u64;
        if frame.has(END_HEADERS) {
            let block = side.block.take()?;
            let fields = side.decoder.decode(&block.bytes)?;
            self.headers(sender, &block, fields, whole, context);
        }
        Some(())
    }

    fn headers(&mut self, sender: Role, block: &Block, fields: Fields, at: At, context: &mut Context<'_>) {
        match fields.status {
            Some(status) => self.response(sender, block, status, at, context),
            None if fields.method.is_some() => self.request(block, fields, at, context),
            None => {} // a trailer (RFC 9113 §8.1)
        }
        if let Some(ends) = block.ends {
            self.end(ends, block.stream, at, context);
        }
    }

    fn request(&mut self, block: &Block, fields: Fields, at: At, context: &mut Context<'_>) {
        if self.streams.len() >= MOST_STREAMS
            && let Some((_, oldest)) = self.streams.pop_first()
        {
            self.write(oldest, context);
        }
        let method = fields.method.unwrap_or_default();
        self.command = common_method(&method);
        let mut exchange = self.exchange(block.stream);
        exchange.pipelined = !self.streams.is_empty();
        exchange.request = Some(Request {
            first: Some(block.first),
            head: Some(at),
            method: Some(text::shown(&method, MOST_METHOD_BYTES)),
            target: Target {
                host: fields.authority.map(|host| text::shown(&host, MOST_HOST_BYTES)),
                path: fields.path.map(|path| text::masked_path(&path)),
            },
            header_bytes: block.frame_bytes,
            persists: true,
            ..Request::default()
        });
        self.streams.insert(block.stream, exchange);
    }

    fn response(&mut self, sender: Role, block: &Block, status: u16, at: At, context: &mut Context<'_>) {
        if !self.streams.contains_key(&block.stream) {
            let exchange = self.exchange(block.stream);
            self.streams.insert(block.stream, exchange);
        }
        let Some(exchange) = self.streams.get_mut(&block.stream) else { return };
        if (100..200).contains(&status) {
            exchange.interim.get_or_insert((status, at));
            return;
        }
        let rtt_ns = context.path_ns(sender, exchange.asked_ns());
        exchange.response = Some(Response {
            first: Some(block.first),
            status: Some(status),
            header_bytes: block.frame_bytes,
            framing: Some("stream"),
            persists: true,
            rtt_ns,
            ..Response::default()
        });
    }

    /// `sender` has ended its half of a stream.
    fn end(&mut self, sender: Role, stream: u32, at: At, context: &mut Context<'_>) {
        let Some(exchange) = self.streams.get_mut(&stream) else { return };
        match (sender, &mut exchange.request, &mut exchange.response) {
            (Role::Client, Some(request), _) => request.last = Some(at),
            (Role::Server, _, Some(response)) => response.last = Some(at),
            _ => {}
        }
        if exchange.asked()
            && exchange.answered()
            && let Some(exchange) = self.streams.remove(&stream)
        {
            self.write(exchange, context);
        }
    }

    fn exchange(&mut self, stream: u32) -> Exchange {
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        let mut exchange = Exchange::new(number, Role::Client, Some("2"));
        exchange.http2_stream = Some(stream);
        exchange
    }

    fn write(&self, exchange: Exchange, context: &mut Context<'_>) {
        let row = HttpTransactionRow::new(exchange, &context.ends, &self.texts);
        context.shared.http.push(row, context.sink);
    }
}

impl StreamTracker for Tracker {
    fn parse(&mut self, sender: Role, bytes: &Bytes<'_>, context: &mut Context<'_>) -> Step {
        let all = bytes.all();
        let side = &mut self.sides[sender as usize];
        if sender == Role::Client && !side.preface {
            side.preface = true;
            return Step::Take(PREFACE.len());
        }
        let Some(frame) = FrameHeader::parse(all) else { return Step::More };
        let total = FRAME_HEADER_BYTES + frame.length;
        match frame.kind {
            HEADERS | RST_STREAM | PUSH_PROMISE | CONTINUATION => {
                let Some(payload) = all.get(FRAME_HEADER_BYTES..total) else { return Step::More };
                match self.frame(sender, frame, (payload, bytes), context) {
                    Some(()) => Step::Take(total),
                    None => Step::Stop,
                }
            }
            DATA => {
                side.data = Some((frame.stream, frame.length as u64, frame.has(END_STREAM)));
                Step::Skip(total as u64)
            }
            _ => Step::Skip(total as u64),
        }
    }

    fn skipped(&mut self, sender: Role, at: At, context: &mut Context<'_>) {
        let Some((stream, length, ends)) = self.sides[sender as usize].data.take() else { return };
        if let Some(current) =
            self.streams.get_mut(&stream).and_then(|exchange| exchange.current(sender == Role::Server))
        {
            *current.body_bytes = current.body_bytes.saturating_add(length);
        }
        if ends {
            self.end(sender, stream, at, context);
        }
    }

    /// Frames and the table of fields hang together: without some of them nothing further can be read.
    fn gap(&mut self, _sender: Role, _missing_bytes: u64, _at: At, _context: &mut Context<'_>) -> bool {
        false
    }

    fn says(&self) -> Says {
        Says { service: Some("http"), command: self.command }
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        while let Some((_, exchange)) = self.streams.pop_first() {
            self.write(exchange, context);
        }
    }

    fn memory_bytes(&self) -> usize {
        let side =
            |side: &Side| side.decoder.memory_bytes() + side.block.as_ref().map_or(0, |block| block.bytes.capacity());
        let streams = self.streams.values().map(|exchange| size_of::<Exchange>() + exchange.memory_bytes());
        size_of::<Self>() + self.sides.iter().map(side).sum::<usize>() + streams.sum::<usize>()
    }
}
