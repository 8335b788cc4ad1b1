//! Wireshark's answers, exactly (profile 4.0): `tcp.analysis.*`, scaled window, completeness.
//!
//! Everything here is 32-bit and wraps, as there. What is true rather than compatible is decided elsewhere.

mod work;

use work::Work;

use super::flag::{self, Flags};
use super::options::Options;
use super::outstanding::{Entry, MOST, Outstanding};
use super::segment::{HeaderState, Segment};
use super::sequence::{after, before};
use crate::decode::flags::{ACK, FIN, PSH, RST, SYN};
use crate::flows::Half;

/// Two acknowledgements that repeat one are enough for a fast retransmission.
const FAST_DUPLICATES: u32 = 2;
/// A retransmission this soon after the peer's last segment is a fast one.
const FAST_WITHIN_NS: u64 = 20_000_000;
/// An old segment this soon after the newest is out of order, where no round trip is known.
const OUT_OF_ORDER_WITHIN_NS: i64 = 3_000_000;
/// Marks that an acknowledgement of unseen data was flagged; any count of duplicates goes on from here with 1.
const LOST_ACK_FLAGGED: u32 = u32::MAX;
const SCALE_UNKNOWN: i8 = -1;
const NO_SCALING: i8 = -2;
const MAX_SCALE: u8 = 14;
/// More bytes in flight than this are taken for a wrapped sequence.
const MOST_IN_FLIGHT: u32 = 2_000_000_000;

/// Wireshark's columns for one segment. A field that is not printed is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answer {
    /// The `tcp.analysis` flags.
    pub flags: Flags,
    /// Number of this duplicate acknowledgement.
    pub duplicate_ack_number: Option<u32>,
    /// Frame whose acknowledgement it repeats.
    pub duplicate_ack_frame: Option<u32>,
    /// Frame that it acknowledges.
    pub acks_frame: Option<u32>,
    /// Time since that frame.
    pub ack_rtt_ns: Option<i64>,
    /// Initial round trip time of the stream.
    pub initial_rtt_ns: Option<i64>,
    /// Bytes in flight.
    pub bytes_in_flight: Option<u32>,
    /// Bytes since the last PSH.
    pub push_bytes_sent: Option<u32>,
    /// Time that a retransmission took.
    pub rto_ns: Option<i64>,
    /// Frame from which that time counts.
    pub rto_frame: Option<u32>,
    /// Scaled window.
    pub window_bytes: u32,
    /// Completeness of the stream before this frame.
    pub completeness: u8,
}

/// Wireshark's state of one stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Stream {
    /// Initial sequence numbers of both ends, once known.
    isns: [Option<u32>; 2],
    /// From the first answer on.
    halves: Option<Box<[HalfState; 2]>>,
    syn_time_ns: Option<i64>,
    initial_rtt_ns: i64,
    completeness: u8,
    fast_open_data: bool,
    /// Whether any segment was seen, so that the next is not the first.
    begun: bool,
    mptcp_subtypes: u16,
}

#[derive(Debug, Clone)]
struct HalfState {
    scale: i8,
    /// Raw window of the latest segment; larger than any window before the first.
    window: u32,
    ack: u32,
    ack_time_ns: i64,
    first_ack_frame: u32,
    duplicates: u32,
    /// 0 is unset, also where a sequence legitimately comes to 0.
    next_seq: u32,
    next_frame: u32,
    next_time_ns: i64,
    contiguous_end: u32,
    outstanding: Outstanding,
    sack: [(u32, u32); 3],
    sacks: u8,
    in_flight_known: bool,
    pushed_bytes: u32,
    push_last: bool,
    unscaled: bool,
    last_flags: Flags,
    mptcp_subtypes: u16,
}

impl Default for HalfState {
    fn default() -> Self {
        Self {
            scale: SCALE_UNKNOWN,
            window: u32::MAX,
            ack: 0,
            ack_time_ns: 0,
            first_ack_frame: 0,
            duplicates: 0,
            next_seq: 0,
            next_frame: 0,
            next_time_ns: 0,
            contiguous_end: 0,
            outstanding: Outstanding::default(),
            sack: [(0, 0); 3],
            sacks: 0,
            in_flight_known: true,
            pushed_bytes: 0,
            push_last: false,
            unscaled: false,
            last_flags: Flags::NONE,
            mptcp_subtypes: 0,
        }
    }
}

impl Stream {
    /// Whether a pure SYN opens a new stream on the same ports (A.3).
    #[inline]
    pub(super) fn reopened_by(&self, sender: Half, seq: u32) -> bool {
        self.isns[sender as usize].is_some_and(|isn| isn != seq)
    }

    /// Completeness so far (A.11).
    pub(super) fn completeness(&self) -> u8 {
        self.completeness
    }

    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.halves
            .as_deref()
            .map_or(0, |halves| size_of_val(halves) + halves.iter().map(|half| half.outstanding.bytes()).sum::<usize>())
    }

    /// Gives back memory that is not in use.
    pub(super) fn shrink(&mut self) {
        self.halves.iter_mut().flat_map(|halves| halves.iter_mut()).for_each(|half| half.outstanding.shrink());
    }

    /// Takes a header that an ICMP error quotes: it leaves traces but is not analysed (A.2.7).
    pub(super) fn quote(&mut self, sender: Half, flags: u16, time_ns: i64) {
        if let Some(halves) = &mut self.halves {
            halves[sender as usize].sacks = 0;
        }
        self.complete(flags, 0);
        if flags & (SYN | ACK) == SYN {
            self.syn_time_ns = Some(time_ns);
        }
    }

    /// Takes one segment, and answers as Wireshark does in one pass. `reused` says that it opened this stream on ports that
    /// had another.
    #[inline]
    pub(super) fn segment(&mut self, segment: &Segment, options: &Options, reused: bool) -> Answer {
        if reused {
            self.reuse();
        }
        let completeness = self.completeness;
        let (flags, syn) = (segment.flags, segment.flags & SYN != 0);
        let ack = flags & ACK != 0;
        let (me, peer) = pair(self.halves.get_or_insert_default(), segment.sender);
        let isn = &mut self.isns[segment.sender as usize];
        me.sacks = 0;
        let mut flagged = if reused { flag::REUSED_PORTS } else { Flags::NONE };
        let mut node = reused;
        match (syn, ack, *isn) {
            (true, false, Some(isn)) if isn == segment.seq => {
                me.next_seq = me.contiguous_end;
                node = true;
            }
            (true, true, Some(known)) if known != segment.seq => {
                *isn = Some(segment.seq);
                flagged |= flag::REUSED_PORTS;
                node = true;
            }
            _ => {}
        }
        let mut answer = Answer { flags: flagged, ..Answer::default() };
        if let Some(length) = segment.analysed_bytes() {
            let (initial_rtt_ns, mptcp_subtypes) = (self.initial_rtt_ns, self.mptcp_subtypes);
            learn_isns(&mut self.isns, segment);
            let isn = self.isns[segment.sender as usize].unwrap_or(0);
            let mut work = Work { me, peer, isn, segment, length, initial_rtt_ns, mptcp_subtypes, answer, node };
            work.run();
            (answer, node) = (work.answer, work.node);
        }
        answer.window_bytes = self.scaled_window(segment);
        answer.completeness = completeness;
        if segment.header != HeaderState::Contradictory {
            self.complete(flags, segment.payload_bytes.unwrap_or(0));
        }
        self.time_handshake(segment);
        if segment.header != HeaderState::Contradictory {
            self.take_options(segment, options, &mut answer);
        }
        self.show(answer, node, segment)
    }

    /// Takes one segment of which no answer is wanted: what remains is how streams are numbered, and completeness.
    #[inline]
    pub(super) fn pass(&mut self, segment: &Segment, reused: bool) {
        if reused {
            self.reuse();
        }
        if segment.flags & (SYN | ACK) == SYN | ACK
            && let Some(isn) = &mut self.isns[segment.sender as usize]
        {
            *isn = segment.seq;
        }
        if segment.analysed_bytes().is_some() {
            learn_isns(&mut self.isns, segment);
        }
        if segment.header != HeaderState::Contradictory {
            self.complete(segment.flags, segment.payload_bytes.unwrap_or(0));
        }
    }

    /// Begins on ports that had another stream: the SYN counts before it is shown, and its data never (A.3).
    fn reuse(&mut self) {
        (self.completeness, self.begun) = (1, true);
    }

    fn scaled_window(&self, segment: &Segment) -> u32 {
        let scale = self.halves.as_ref().map_or(SCALE_UNKNOWN, |halves| halves[segment.sender as usize].scale);
        let raw = u32::from(segment.window);
        if segment.flags & SYN != 0 || scale < 0 { raw } else { raw << scale }
    }

    /// A.11.
    fn complete(&mut self, flags: u16, length: u32) {
        let first = !std::mem::replace(&mut self.begun, true);
        let (syn, ack) = (flags & SYN != 0, flags & ACK != 0);
        if first {
            if syn && !ack {
                self.completeness = 1 | if length > 0 { 8 } else { 0 };
            }
            return;
        }
        self.completeness |= match (syn, ack) {
            (true, true) => 2,
            (false, true) if length > 0 => 8,
            (false, true) => 4,
            _ => 0,
        };
        if flags & FIN != 0 && ack {
            self.completeness |= 16;
        }
        if flags & RST != 0 {
            self.completeness |= 32;
        }
    }

    /// A.9.
    fn time_handshake(&mut self, segment: &Segment) {
        let me = &mut self.halves.get_or_insert_default()[segment.sender as usize];
        match (segment.flags & SYN != 0, segment.flags & ACK != 0) {
            (true, false) => self.syn_time_ns = Some(segment.time_ns),
            (false, true) if self.initial_rtt_ns == 0 => {
                if let Some(syn_time_ns) = self.syn_time_ns {
                    self.initial_rtt_ns = segment.time_ns.wrapping_sub(syn_time_ns);
                }
            }
            _ => {}
        }
        if segment.flags & SYN != 0 {
            me.unscaled = true;
        } else if segment.flags & ACK != 0 {
            me.unscaled = false;
        }
    }

    /// A.8, A.10, A.12: options count from the next segment on.
    fn take_options(&mut self, segment: &Segment, options: &Options, answer: &mut Answer) {
        let (me, peer) = pair(self.halves.get_or_insert_default(), segment.sender);
        if let Some(shift) = options.window_scale {
            me.scale = shift.min(MAX_SCALE) as i8;
        }
        me.sacks = options.sack.len().min(me.sack.len()) as u8;
        for (kept, block) in me.sack.iter_mut().zip(&options.sack) {
            *kept = *block;
        }
        let (syn, ack) = (segment.flags & SYN != 0, segment.flags & ACK != 0);
        if syn && !ack && options.fast_open_cookie {
            answer.flags |= flag::TFO_SYN;
            self.fast_open_data |= segment.payload_bytes.is_some_and(|length| length > 0);
        }
        if syn && ack {
            let acknowledged =
                self.isns[segment.sender.other() as usize].map_or(0, |isn| segment.ack.wrapping_sub(isn));
            if acknowledged > 1 {
                answer.flags |= flag::TFO_ACK;
            } else if self.fast_open_data {
                answer.flags |= flag::TFO_IGNORED;
            }
        }
        if syn && segment.header == HeaderState::Whole {
            if me.scale == SCALE_UNKNOWN {
                me.scale = NO_SCALING;
                peer.scale = NO_SCALING;
            } else if ack && peer.scale == NO_SCALING {
                me.scale = NO_SCALING;
            }
        }
        me.mptcp_subtypes = self.mptcp_subtypes;
        self.mptcp_subtypes |= options.mptcp_subtypes;
    }

    /// A.2.4: what was captured of the header decides what is shown.
    fn show(&self, answer: Answer, node: bool, segment: &Segment) -> Answer {
        let (window_bytes, completeness) = (answer.window_bytes, answer.completeness);
        if segment.header != HeaderState::Whole {
            return Answer { window_bytes, completeness, ..Answer::default() };
        }
        let initial_rtt_ns = (node && self.initial_rtt_ns != 0).then_some(self.initial_rtt_ns);
        Answer { initial_rtt_ns, ..answer }
    }
}

/// The initial sequence numbers, where the segment is the first to tell them (A.6).
#[inline]
fn learn_isns(isns: &mut [Option<u32>; 2], segment: &Segment) {
    let Segment { seq, ack, flags, sender, .. } = *segment;
    isns[sender as usize].get_or_insert(if flags & SYN != 0 { seq } else { seq.wrapping_sub(1) });
    if flags & ACK != 0 {
        isns[sender.other() as usize].get_or_insert(ack.wrapping_sub(1));
    }
}

/// Sender and receiver.
#[inline]
fn pair(halves: &mut [HalfState; 2], sender: Half) -> (&mut HalfState, &mut HalfState) {
    let [low, high] = halves;
    match sender {
        Half::Low => (low, high),
        Half::High => (high, low),
    }
}
