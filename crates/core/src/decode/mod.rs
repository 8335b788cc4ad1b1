//! FRAME → HEADERS. Remembers nothing: what needs several frames (reassembly, flows) is elsewhere.
//!
//! A decoder of a layer is a function from a [`View`] to the next layer and what is left of the view. It notes what it
//! found in [`Decoded`]. It takes only what was captured, never panics, and returns `None` where the walk ends.
//! The walk is a loop over these functions with a bound on its steps, so work per frame is bounded.

pub mod link;
pub mod net;
mod protocol;
pub mod transport;
pub mod tunnel;
mod view;

use arrayvec::ArrayVec;

pub use net::{Fragment, Net};
pub use protocol::Protocol;
pub use transport::{Header, Tcp, Transport, flags};
pub use view::View;

use crate::capture::{Frame, LinkType};
use crate::issue::IssueKind;

/// Layers in one frame; a frame that nests deeper is not looked at further.
pub const MAX_LAYERS: usize = 40;
/// Transport headers in one frame, those in tunnels and in ICMP errors included.
pub const MAX_TRANSPORTS: usize = 8;
/// Further packets that wait in one frame, such as the others of an A-MSDU.
const MAX_WAITING: usize = 64;

/// Where the walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A link layer, by type.
    Link(LinkType),
    /// Behind an EtherType.
    EtherType(u16),
    /// IEEE 802.2 LLC.
    Llc,
    /// Behind a PPP protocol number.
    PppProtocol(u16),
    /// PPP with optional address and control bytes.
    Ppp,
    /// IPv4 or IPv6, by the version nibble.
    Ip,
    /// Behind an IP protocol number.
    IpProtocol(u8),
    /// The payload of a UDP datagram, which may be a tunnel.
    UdpPayload,
    /// An MPLS label stack.
    Mpls,
}

/// What a decoder of a layer returns: the next layer and what is left, or `None` where the walk ends.
pub type Walk<'a> = Option<(Next, View<'a>)>;

/// One layer met in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// Which protocol.
    pub protocol: Protocol,
    /// Depth in the frame: 0 for the link layer. Smaller than the number of layers before it where a frame holds several
    /// packets side by side.
    pub depth: u8,
}

/// Everything found in one frame.
#[derive(Debug, Default)]
pub struct Decoded<'a> {
    /// The layers in order.
    pub layers: ArrayVec<Layer, MAX_LAYERS>,
    /// The transport headers in order, each with the network header it came in.
    pub transports: ArrayVec<Transport<'a>, MAX_TRANSPORTS>,
    /// An IP fragment at which the walk ended.
    pub fragment: Option<Fragment<'a>>,
    /// Oddities, each with its detail.
    pub oddities: ArrayVec<(IssueKind, u64), 8>,
    /// The innermost VLAN identifier, if any.
    pub vlan: Option<u16>,
    /// The network header that the walk is in.
    pub net: Option<Net>,
    /// Whether the walk is inside a packet that an ICMP error quotes.
    pub quoted: bool,
    depth: u8,
    waiting: ArrayVec<(Next, View<'a>, u8), MAX_WAITING>,
}

impl<'a> Decoded<'a> {
    /// Notes a layer.
    #[inline]
    pub fn layer(&mut self, protocol: Protocol) {
        if self.layers.try_push(Layer { protocol, depth: self.depth }).is_ok() {
            self.depth += 1;
        }
    }

    /// Notes an oddity; the first eight of a frame are kept.
    pub fn odd(&mut self, kind: IssueKind, detail: u64) {
        let _ = self.oddities.try_push((kind, detail));
    }

    /// Says that the header of `protocol` is cut by the end of the captured bytes, and ends the walk.
    pub fn cut(&mut self, protocol: Protocol) -> Walk<'a> {
        self.odd(IssueKind::HeaderCut, protocol as u64 + 1);
        None
    }

    /// Says that the header of `protocol` contradicts itself, and ends the walk.
    pub fn malformed(&mut self, protocol: Protocol) -> Walk<'a> {
        self.odd(IssueKind::MalformedHeader, protocol as u64 + 1);
        None
    }

    /// Puts a further packet of this frame aside, to be walked when the present one is done.
    pub fn also(&mut self, next: Next, view: View<'a>) {
        if self.waiting.try_push((next, view, self.depth)).is_err() {
            self.odd(IssueKind::TooDeep, 0);
        }
    }

    fn walk(&mut self, mut next: Next, mut view: View<'a>) {
        loop {
            if self.layers.is_full() {
                return self.odd(IssueKind::TooDeep, 0);
            }
            match step(next, view, self).or_else(|| self.take_waiting()) {
                Some((further, rest)) => (next, view) = (further, rest),
                None => return,
            }
        }
    }

    fn take_waiting(&mut self) -> Walk<'a> {
        let (next, view, depth) = self.waiting.pop_at(0)?;
        self.depth = depth;
        (self.quoted, self.net) = (false, None);
        Some((next, view))
    }
}

/// Decodes one frame.
pub fn decode<'a>(frame: &Frame<'a>) -> Decoded<'a> {
    let mut decoded = Decoded::default();
    let wire_bytes = (frame.wire_bytes as usize).max(frame.data.len());
    decoded.walk(Next::Link(frame.link_type), View::new(frame.data, wire_bytes));
    decoded
}

/// Decodes the payload of a datagram that was put together from fragments, as a continuation of the frame that completed it.
pub fn decode_reassembled(net: Net, protocol: u8, payload: &[u8], depth: u8) -> Decoded<'_> {
    let mut decoded = Decoded { net: Some(net), depth, ..Decoded::default() };
    decoded.walk(Next::IpProtocol(protocol), View::new(payload, payload.len()));
    decoded
}

/// The list of all decoders behind their numbers.
#[inline]
fn step<'a>(next: Next, view: View<'a>, out: &mut Decoded<'a>) -> Walk<'a> {
    match next {
        Next::Link(link_type) => link::decode(link_type, view, out),
        Next::EtherType(ether_type) => link::ether_type::decode(ether_type, view, out),
        Next::Llc => link::llc::decode(view, out),
        Next::Ppp => link::ppp::decode(view, out),
        Next::PppProtocol(protocol) => link::ppp::decode_protocol(protocol, view, out),
        Next::Mpls => link::mpls::decode(view, out),
        Next::Ip => net::decode(view, out),
        Next::IpProtocol(protocol) => net::decode_protocol(protocol, view, out),
        Next::UdpPayload => tunnel::decode_udp(view, out),
    }
}
