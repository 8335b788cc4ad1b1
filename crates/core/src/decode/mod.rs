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
pub const MAX_LAYERS: usize = 100;
/// Transport headers in one frame, those in tunnels and in ICMP errors included.
pub const MAX_TRANSPORTS: usize = 32;
/// Rests of layers that hold several packets side by side, such as an A-MSDU: one for each such layer around the present one.
const MAX_WAITING: usize = 8;
/// Steps of the walk through one frame. Most steps note a layer, so this bounds those that do not.
const MAX_STEPS: usize = 3 * MAX_LAYERS;

/// Where the walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A link layer, by type.
    Link(LinkType),
    /// Behind an `EtherType`.
    EtherType(u16),
    /// IEEE 802.2 LLC.
    Llc,
    /// IEEE 802.11, its header perhaps padded to a multiple of four bytes.
    Wlan {
        /// Whether it is.
        padded: bool,
    },
    /// What is left of an IEEE 802.11 A-MSDU.
    Amsdu,
    /// PPP with optional address and control bytes.
    Ppp,
    /// PPP from its protocol number on.
    PppProtocol,
    /// IPv4 or IPv6, by the version nibble.
    Ip,
    /// Behind an IP protocol number, in the packet of [`Decoded::net`].
    IpProtocol(u8),
    /// An MPLS label stack.
    Mpls,
    /// A network service header.
    Nsh,
    /// What is left of the samples of an sFlow datagram.
    SflowSamples,
    /// What is left of a sequence of netfilter messages.
    NetfilterMessages,
}

impl Next {
    /// An Ethernet frame.
    pub const ETHERNET: Next = Next::Link(LinkType::ETHERNET);
    /// An IPv4 packet.
    pub const IPV4: Next = Next::EtherType(0x0800);
    /// An IPv6 packet.
    pub const IPV6: Next = Next::EtherType(0x86dd);
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
    /// Whether it is in a packet that an ICMP error quotes or a monitor sampled: then it was not sent in this frame.
    pub quoted: bool,
}

/// Everything found in one frame.
#[derive(Debug, Default)]
pub struct Decoded<'a> {
    /// The layers in order.
    pub layers: ArrayVec<Layer, MAX_LAYERS>,
    /// The transport headers in order, each with the network header it came in.
    pub transports: ArrayVec<Transport<'a>, MAX_TRANSPORTS>,
    /// An IP fragment. The walk ended there, unless it is the first of an IPv4 datagram and was not wholly captured: as it
    /// can take no part in reassembly, its transport header is given at once, with [`Net::fragmented`].
    pub fragment: Option<Fragment<'a>>,
    /// Oddities, each with its detail.
    pub oddities: ArrayVec<(IssueKind, u64), 8>,
    /// The innermost VLAN identifier, if any.
    pub vlan: Option<u16>,
    /// A message of ARP, from its hardware type on.
    pub arp: Option<View<'a>>,
    /// The network header that the walk is in.
    pub net: Option<Net>,
    /// Whether the walk is inside a packet that an ICMP error quotes, or that a monitor sampled elsewhere.
    pub quoted: bool,
    depth: u8,
    waiting: ArrayVec<(Next, View<'a>, u8), MAX_WAITING>,
}

impl<'a> Decoded<'a> {
    /// Notes a layer.
    #[inline]
    pub fn layer(&mut self, protocol: Protocol) {
        let (depth, quoted) = (self.depth, self.quoted);
        if self.layers.try_push(Layer { protocol, depth, quoted }).is_ok() {
            self.depth += 1;
        } else {
            self.odd(IssueKind::TooDeep, 0);
        }
    }

    /// Notes a fragment; one is kept of a frame, and it is said when there were more.
    #[cold]
    pub fn fragment(&mut self, fragment: Fragment<'a>) {
        if self.fragment.is_some() {
            return self.odd(IssueKind::TooDeep, 0);
        }
        self.fragment = Some(fragment);
    }

    /// Notes a message of ARP, and ends the walk.
    #[cold]
    pub fn arp(&mut self, view: View<'a>) -> Walk<'a> {
        self.layer(Protocol::Arp);
        self.arp = self.arp.or(Some(view).filter(|_| !self.quoted));
        None
    }

    /// Notes a layer of which only the name is known, and ends the walk.
    pub fn name(&mut self, protocol: Protocol) -> Walk<'a> {
        self.layer(protocol);
        None
    }

    /// Notes an `EtherType` that is not known, and ends the walk.
    pub fn unknown_ether_type(&mut self, ether_type: u16) -> Walk<'a> {
        self.odd(IssueKind::UnknownEtherType, u64::from(ether_type));
        self.name(Protocol::Data)
    }

    /// Notes the payload of a tunnel that is of a type that is not known, and ends the walk.
    pub fn unknown_tunnel_payload(&mut self, number: u16) -> Walk<'a> {
        self.odd(IssueKind::UnknownTunnelPayload, u64::from(number));
        self.name(Protocol::Data)
    }

    /// Notes an oddity; the first eight of a frame are kept, and that layers were not looked at is always said.
    #[cold]
    pub fn odd(&mut self, kind: IssueKind, detail: u64) {
        if self.oddities.is_full() && kind == IssueKind::TooDeep {
            self.oddities.pop();
        }
        let _ = self.oddities.try_push((kind, detail));
    }

    /// Says that the header of `protocol` is cut by the end of the captured bytes, and ends the walk.
    #[cold]
    pub fn cut(&mut self, protocol: Protocol) -> Walk<'a> {
        self.odd(IssueKind::HeaderCut, protocol as u64 + 1);
        None
    }

    /// Says that the header of `protocol` contradicts itself, and ends the walk.
    #[cold]
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

    #[inline]
    fn walk(&mut self, mut next: Next, mut view: View<'a>) {
        for _ in 0..MAX_STEPS {
            if self.layers.is_full() {
                break;
            }
            match step(next, view, self).or_else(|| self.take_waiting()) {
                Some((further, rest)) => (next, view) = (further, rest),
                None => return,
            }
        }
        self.odd(IssueKind::TooDeep, 0);
    }

    #[inline]
    fn take_waiting(&mut self) -> Walk<'a> {
        let (next, view, depth) = self.waiting.pop()?;
        self.depth = depth;
        (self.quoted, self.net) = (false, None);
        Some((next, view))
    }
}

/// Decodes one frame into `out`, which must be fresh.
///
/// A [`Decoded`] is large, though little of it is ever touched: it is filled where it stands, because moving it would cost
/// more than decoding does.
#[inline]
pub fn decode_into<'a>(frame: &Frame<'a>, out: &mut Decoded<'a>) {
    let wire_bytes = (frame.wire_bytes as usize).max(frame.data.len());
    out.walk(Next::Link(frame.link_type), View::new(frame.data, wire_bytes));
}

/// Decodes one frame. For many frames, [`decode_into`] is faster.
pub fn decode<'a>(frame: &Frame<'a>) -> Decoded<'a> {
    let mut decoded = Decoded::default();
    decode_into(frame, &mut decoded);
    decoded
}

/// Decodes the payload of a datagram that was put together from fragments, as a continuation of the frame that completed it.
pub fn decode_reassembled(net: Net, protocol: u8, payload: &[u8], depth: u8) -> Decoded<'_> {
    let net = Net { fragmented: false, ..net };
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
        Next::Wlan { padded } => link::wlan::decode(padded, view, out),
        Next::Amsdu => link::wlan::amsdu(view, out),
        Next::Ppp => link::ppp::decode(view, out),
        Next::PppProtocol => link::ppp::decode_protocol(view, out),
        Next::Mpls => link::mpls::decode(view, out),
        Next::Nsh => tunnel::nsh(view, out),
        Next::SflowSamples => tunnel::sflow_samples(view, out),
        Next::NetfilterMessages => link::netlink::netfilter_messages(view, out),
        Next::Ip => net::decode(view, out),
        Next::IpProtocol(protocol) => net::decode_protocol(protocol, view, out),
    }
}

#[cfg(test)]
mod tests;
