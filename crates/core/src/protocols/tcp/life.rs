//! Our own account of a connection: what each segment is, and what each moment went into.

mod acknowledgement;
mod closing;
mod gap;
mod recovery;
mod window;

use super::class::{Class, Trigger};
use super::classify::{Path, classify};
use super::counts::Counts;
use super::echo::Echo;
use super::event::{Event, Events};
use super::handshake::Handshake;
use super::label::{Label, Role};
use super::ledger_buckets::LedgerBuckets;
use super::limit::Limit;
use super::options::Options;
use super::packet::Packet;
use super::segment::Segment;
use super::sequence::{ORIGIN, unwrap};
use super::timeline::Timeline;
use super::tls::Tls;
use super::transfer::{Episode, Transfer};
use super::window::{Reopened, Window};
use super::zeek::{AGAIN, Letters};
use crate::decode::flags::{FIN, RST, SYN, URG};
use crate::flows::Half;

/// Payload of a full segment where no option tells (RFC 9293 §3.7.1).
const DEFAULT_MSS: u32 = 536;
/// Timestamps take so much of each segment (RFC 7323 §3.2, with padding).
const TIMESTAMP_BYTES: u32 = 12;
/// A pause of the application shorter than this is taken for the path (`tcp.md` D.5).
const LEAST_PAUSE_NS: i64 = 1_000_000;
/// A delayed acknowledgement takes at least so much longer than the path (`tcp.md` C.9).
const LEAST_DELAYED_ACK_NS: i64 = 30_000_000;
/// Sequence numbers further away than this belong to no live segment.
const FAR: u64 = 1 << 30;
/// A clock that goes back by more than this was set.
const CLOCK_STEP_NS: i64 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// From the SYN to the first acknowledgement.
    Handshake,
    /// Data may flow.
    Open,
    /// Both ends have closed, or one has reset.
    Closed,
}

/// The newest segment of new data.
#[derive(Debug, Clone, Copy)]
struct Last {
    sender: Half,
    at_ns: i64,
    end: u64,
    bytes: u32,
    /// Window left behind it, as its sender knew.
    room: u64,
    /// When its acknowledgement passed.
    acked_ns: Option<i64>,
}

/// A span to be charged when the time it lies in is.
#[derive(Debug, Clone, Copy)]
struct Charge {
    from_ns: i64,
    to_ns: i64,
    label: Label,
}

/// Everything our layer remembers of a connection.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) client: Half,
    pub(super) earliest_ns: i64,
    pub(super) now_ns: i64,
    /// Time of the newest segment as captured.
    time_ns: i64,
    begun_ns: i64,
    phase: Phase,
    open_since_ns: i64,
    /// The round trip that the segment at hand told.
    sampled_ns: Option<i64>,
    pub(super) handshake: Handshake,
    pub(super) transfers: [Transfer; 2],
    pub(super) windows: [Window; 2],
    pub(super) counts: [Counts; 2],
    pub(super) limits: [Limit; 2],
    /// Of directions with time stamps.
    echoes: [Option<Box<Echo>>; 2],
    last: Option<Last>,
    /// When data passed that its sender had held back for want of acknowledgements.
    clocked_ns: i64,
    pub(super) fin_ns: [Option<i64>; 2],
    pub(super) reset: Option<(Half, u32)>,
    pub(super) clock_steps: u32,
    pub(super) letters: Letters,
    /// Bytes of payload in a full segment.
    mss: u32,
    tls: Tls,
    too_large: [bool; 2],
    charges: Vec<Charge>,
    timeline: Timeline,
}

/// What comes with a segment besides its TCP header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    /// IP identification; 0 where there is none.
    pub(crate) ip_id: u16,
    /// Time to live or hop limit.
    pub(crate) ttl: u8,
    /// Whether the packet carries the congestion-experienced mark (RFC 3168 §5).
    pub(crate) congestion_experienced: bool,
    /// The payload as captured.
    pub(crate) payload: &'a [u8],
}

fn both(transfers: &[Transfer; 2]) -> Option<i64> {
    transfers[0].rtt.floor_ns().zip(transfers[1].rtt.floor_ns()).map(|(one, other)| one + other)
}

impl Life {
    pub(super) fn new(client: Half, time_ns: i64) -> Self {
        Self {
            client,
            earliest_ns: time_ns,
            now_ns: time_ns,
            time_ns,
            begun_ns: time_ns,
            phase: Phase::Open,
            open_since_ns: time_ns,
            sampled_ns: None,
            handshake: Handshake::default(),
            transfers: Default::default(),
            windows: Default::default(),
            counts: Default::default(),
            limits: Default::default(),
            echoes: Default::default(),
            last: None,
            clocked_ns: i64::MIN,
            fin_ns: [None; 2],
            reset: None,
            clock_steps: 0,
            letters: Letters::default(),
            mss: DEFAULT_MSS,
            tls: Tls::default(),
            too_large: [false; 2],
            charges: Vec::new(),
            timeline: Timeline::new(time_ns),
        }
    }

    /// Becomes the life of another connection, with the memory that it has.
    pub(super) fn restart(&mut self, client: Half, time_ns: i64) {
        let mut transfers = std::mem::take(&mut self.transfers);
        transfers.iter_mut().for_each(Transfer::clear);
        let (mut charges, mut timeline) =
            (std::mem::take(&mut self.charges), std::mem::replace(&mut self.timeline, Timeline::new(0)));
        charges.clear();
        timeline.restart(time_ns);
        *self = Self { transfers, charges, timeline, ..Self::new(client, time_ns) };
    }

    /// Time stamps that `half` sent, and how soon they came back.
    pub(super) fn echo(&self, half: Half) -> Option<&Echo> {
        self.echoes[half as usize].as_deref()
    }

    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.transfers.iter().map(Transfer::bytes).sum::<usize>()
            + self.limits.iter().map(Limit::bytes).sum::<usize>()
            + self.counts.iter().map(Counts::bytes).sum::<usize>()
            + self.windows.iter().map(Window::bytes_beyond).sum::<usize>()
            + self.echoes.iter().flatten().map(|_| size_of::<Echo>()).sum::<usize>()
            + self.charges.capacity() * size_of::<Charge>()
            + self.timeline.bytes()
    }

    /// Whether both ends have closed or one has reset.
    pub(super) fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Bytes of payload in a full segment, as the handshake tells.
    fn handshake_mss(&self) -> u32 {
        let told = self.handshake.mss.iter().flatten().copied().map(u32::from).min();
        let reduced = if self.handshake.timestamps { TIMESTAMP_BYTES } else { 0 };
        told.map_or(DEFAULT_MSS, |mss| mss.saturating_sub(reduced).max(1))
    }

    /// The whole round trip, both legs, where known.
    pub(super) fn round_trip_ns(&self) -> Option<i64> {
        both(&self.transfers)
    }

    /// The recent least time from the capture point to an end and back.
    pub(super) fn leg_ns(&self, to: Role) -> Option<i64> {
        let sender = if to == Role::Server { self.client } else { self.client.other() };
        self.transfers[sender as usize].rtt.floor_ns()
    }

    /// The time from the capture point to an end and back that was in what was asked at `asked_ns` and is answered by the newest
    /// segment: the least of late, and what a queue on the path added, as far as it shows and no more than was waited.
    pub(super) fn path_ns(&self, to: Role, asked_ns: i64) -> Option<i64> {
        let floor_ns = self.leg_ns(to)?;
        let asking = if to == Role::Server { self.client } else { self.client.other() };
        let waited_ns = self.now_ns.saturating_sub(asked_ns);
        let echo = &self.echoes[asking.other() as usize];
        let lag_ns = echo.as_ref().map_or(0, |echo| echo.lag_ns(self.begun_ns, self.now_ns));
        // What took longer than the wait was sent before it, or the clock of one of them was set.
        let lag_ns = if lag_ns <= waited_ns { lag_ns } else { 0 };
        let told_ns = self.transfers[asking as usize].acknowledged_within_ns(asked_ns, self.now_ns).unwrap_or(0);
        let queued_ns = floor_ns.saturating_add(lag_ns).max(told_ns).min(waited_ns);
        Some(floor_ns.max(queued_ns))
    }

    fn role(&self, half: Half) -> Role {
        Role::of(half, self.client)
    }

    /// Takes one segment, and says what it is.
    #[inline]
    pub(super) fn segment(
        &mut self,
        segment: &Segment,
        options: &Options,
        around: &Around<'_>,
        events: &mut Events,
    ) -> Class {
        self.earliest_ns = self.earliest_ns.min(segment.time_ns);
        let before_ns = std::mem::replace(&mut self.time_ns, segment.time_ns);
        self.clock_steps += u32::from(before_ns - segment.time_ns > CLOCK_STEP_NS);
        self.now_ns = self.now_ns.max(segment.time_ns);
        let Some(packet) = self.packet(segment, options, around) else { return Class::Bare };
        let me = packet.sender as usize;
        self.counts[me].segment(&packet, around.congestion_experienced);
        self.take_flags(&packet, segment.urgent_pointer);
        self.take_outstanding(&packet);
        if self.phase == Phase::Closed {
            self.timeline.extend(packet.now_ns, Label::Teardown);
        }
        if packet.rst() {
            self.take_reset(&packet, events);
            return Class::Bare;
        }
        if packet.syn() {
            self.handshake.options(&packet, options);
            self.mss = self.handshake_mss();
            self.windows[me].scale = Some(options.window_scale.map_or(0, |shift| shift.min(14)));
        }
        let class = self.take_data(&packet, events);
        if class.is_duplicate() {
            return class;
        }
        if packet.has_ack() {
            self.take_ack(&packet, options, class, events);
        }
        self.take_timestamps(&packet);
        self.take_window(&packet, events);
        self.take_close(&packet);
        class
    }

    #[inline]
    fn take_flags(&mut self, packet: &Packet<'_>, urgent_pointer: u16) {
        if packet.flags & (SYN | FIN | RST | URG) == 0 {
            return self.letters.plain(packet, self.client);
        }
        let me = packet.sender as usize;
        if packet.flags & (SYN | FIN | RST) == 0 {
            self.letters.plain(packet, self.client);
        } else {
            self.letters.special(packet, self.client);
        }
        if packet.flags & URG != 0 && packet.payload_bytes > 0 {
            let rare = self.counts[me].rare_mut();
            rare.urgent_packets += 1;
            rare.urgent_bytes += u64::from(urgent_pointer);
        }
        if packet.payload_bytes == 0 && packet.length() > 0 {
            self.take_anomaly(packet); // a SYN or FIN that is sent again
        }
        if packet.fin() && self.transfers[me].fin_end == 0 {
            self.transfers[me].fin_end = packet.end();
        }
    }

    /// What a segment leaves outstanding, and whether its payload was seen before.
    #[inline]
    fn take_outstanding(&mut self, packet: &Packet<'_>) {
        let me = packet.sender as usize;
        let transfer = &mut self.transfers[me];
        if transfer.ack_seen {
            transfer.owin.sample(packet.end().saturating_sub(transfer.told.una));
        }
        if packet.payload_bytes > 0 {
            if packet.seq >= transfer.max {
                transfer.owin.data(packet.payload_bytes);
            }
            if packet.seq < transfer.max || packet.payload_bytes == 1 {
                self.take_anomaly(packet);
            }
        }
    }

    /// Payload that does not follow what was seen, and what may be a probe.
    fn take_anomaly(&mut self, packet: &Packet<'_>) {
        let me = packet.sender as usize;
        let window_closed = self.windows[packet.sender.other() as usize].closed();
        let (transfer, counts) = (&mut self.transfers[me], &mut self.counts[me]);
        if window_closed && packet.payload_bytes == 1 {
            counts.rare_mut().anomalies.probe();
        } else if transfer.begun && packet.seq < transfer.max && !packet.rst() {
            let anomalies = &mut counts.rare_mut().anomalies;
            if anomalies.take(transfer, packet, window_closed) {
                let count = anomalies.repeated_packets;
                self.letters.count(AGAIN, count, packet.sender, self.client);
            }
        }
    }

    /// Adds what was closed since the last call to `buckets`.
    #[inline]
    pub(super) fn take_closed(&mut self, buckets: &mut LedgerBuckets, origin_ns: i64) {
        if self.timeline.has_closed() {
            self.timeline.take_closed().for_each(|span| buckets.add(span, origin_ns));
        }
    }

    /// The round trip that the last segment told, once.
    #[inline]
    pub(super) fn take_round_trip(&mut self) -> Option<i64> {
        self.sampled_ns.take()
    }

    /// Takes note that the path said that packets of `sender` are too large (RFC 1191, RFC 8201).
    pub(super) fn path_too_large(&mut self, sender: Half) {
        self.too_large[sender as usize] = true;
    }

    /// Charges what is left, and returns the time of each label. They add up to latest less earliest time.
    pub(super) fn finish(&mut self) -> [i64; Label::COUNT] {
        self.close_episodes();
        self.close_zero_windows();
        match self.phase {
            Phase::Handshake => {
                let repeated = self.counts.iter().any(|counts| counts.rare().syn_again > 0);
                self.timeline.extend(self.now_ns, if repeated { Label::HandshakeLoss } else { Label::Handshake });
            }
            Phase::Open => {
                self.extend_network(self.now_ns);
                self.timeline.extend(self.now_ns, Label::IdleEnd);
            }
            Phase::Closed => self.timeline.extend(self.now_ns, Label::Teardown),
        }
        self.apply_charges();
        self.timeline.prepend(self.earliest_ns, self.begun_ns, Label::CaptureGap);
        self.timeline.finish()
    }

    /// The segment in unbounded sequence space; `None` where its length is not known or it lies far outside.
    fn packet<'a>(&mut self, segment: &Segment, options: &Options, around: &Around<'a>) -> Option<Packet<'a>> {
        let payload_bytes = segment.payload_bytes?;
        let (me, peer) = (segment.sender as usize, segment.sender.other() as usize);
        let near = |transfer: &Transfer| if transfer.begun || transfer.ack_seen { transfer.max } else { ORIGIN };
        let packet = Packet {
            frame: segment.frame,
            now_ns: self.now_ns,
            held: segment.time_ns < self.now_ns,
            sender: segment.sender,
            flags: segment.flags,
            seq: unwrap(segment.seq, near(&self.transfers[me])),
            ack: unwrap(segment.ack, near(&self.transfers[peer])),
            payload_bytes,
            window: segment.window,
            ip_id: around.ip_id,
            ttl: around.ttl,
            timestamps: options.timestamps,
            payload: around.payload,
        };
        let stray = self.transfers[me].begun && packet.seq.abs_diff(self.transfers[me].max) > FAR;
        (!stray || packet.rst()).then_some(packet)
    }

    /// Data, SYN and FIN: what the segment's bytes are, and what the time before it went into.
    fn take_data(&mut self, packet: &Packet<'_>, events: &mut Events) -> Class {
        let me = packet.sender as usize;
        let path = Path {
            round_trip_ns: both(&self.transfers),
            window_closed: self.windows[packet.sender.other() as usize].closed(),
            too_large: self.too_large[me],
        };
        if !self.transfers[me].begun {
            self.transfers[me].begin(packet.seq);
            if packet.syn() {
                self.take_first_syn(packet);
            }
        }
        if let Some((head, tail)) = packet.split(self.transfers[me].max) {
            // A repair may go on with what is new.
            let (class, trigger) = classify(&mut self.transfers[me], &head, path);
            if class.is_retransmission() || class == Class::Reordered {
                self.take_class(&head, class, trigger, events);
                self.take_new(&tail);
                return class;
            }
        }
        let (class, trigger) = classify(&mut self.transfers[me], packet, path);
        self.take_class(packet, class, trigger, events);
        class
    }

    fn take_class(&mut self, packet: &Packet<'_>, class: Class, trigger: Option<Trigger>, events: &mut Events) {
        let me = packet.sender as usize;
        match class {
            Class::Bare => self.take_bare(packet),
            Class::New => self.take_new(packet),
            Class::Reordered => self.transfers[me].fill(packet, true),
            Class::WindowProbe => self.windows[packet.sender.other() as usize].probe(),
            _ => {}
        }
        let mut seen_before = false;
        if class != Class::New && class != Class::Bare {
            seen_before = self.transfers[me].sent_at(packet.seq).is_some_and(|sent| sent.original);
            self.note_event(class, packet, seen_before, events);
        }
        if class == Class::SynAgain {
            self.take_syn_again(packet);
        }
        if class == Class::Timeout {
            self.take_timeout(packet);
        }
        self.counts[me].class(class, packet, self.mss, seen_before);
        if let Some(trigger) = trigger {
            self.take_retransmission(packet, class, trigger);
        }
    }

    /// How long a timer ran that sent a segment again.
    fn take_timeout(&mut self, packet: &Packet<'_>) {
        let transfer = &mut self.transfers[packet.sender as usize];
        if let Some(since_ns) = transfer.sent_at(packet.seq).map(|sent| sent.last_ns) {
            let rare = self.counts[packet.sender as usize].rare_mut();
            rare.longest_timeout_ns = rare.longest_timeout_ns.max(packet.now_ns - since_ns);
        }
    }

    fn note_event(&mut self, class: Class, packet: &Packet<'_>, seen_before: bool, events: &mut Events) {
        let role = self.role(packet.sender);
        let transfer = &mut self.transfers[packet.sender as usize];
        let first = transfer.first;
        let mut event = Event::new(class.name(), packet, role);
        event.seq = packet.seq.saturating_sub(first);
        if let Some(sent) = transfer.sent_at(packet.seq) {
            event.reference_frame = Some(sent.last_frame).filter(|frame| *frame != packet.frame);
            event.first_frame = Some(sent.first_frame).filter(|frame| *frame != packet.frame);
            event.duration_ns = Some(packet.now_ns - sent.last_ns);
        } else if let Some(hole) = transfer.hole_at(packet.seq, packet.end()) {
            event.reference_frame = Some(hole.opener_frame);
            event.duration_ns = Some(packet.now_ns - hole.opened_ns);
        }
        if class.is_retransmission() && class != Class::Unneeded {
            event.place = Some(if seen_before { "downstream" } else { "upstream" });
        }
        events.push(event);
    }

    fn take_first_syn(&mut self, packet: &Packet<'_>) {
        if packet.now_ns == self.begun_ns || self.phase == Phase::Handshake {
            self.phase = Phase::Handshake;
            self.timeline.extend(packet.now_ns, Label::Handshake);
        }
        self.handshake.syn(packet);
    }

    fn take_syn_again(&mut self, packet: &Packet<'_>) {
        self.handshake.syn_again(packet);
        if self.phase == Phase::Handshake {
            self.timeline.extend(packet.now_ns, Label::HandshakeLoss);
        }
        self.transfers[packet.sender as usize].repeat(packet);
        self.transfers[packet.sender as usize].last_sent_ns = packet.now_ns;
    }

    /// The first acknowledgement ends the handshake.
    fn take_bare(&mut self, packet: &Packet<'_>) {
        if self.phase == Phase::Handshake && packet.has_ack() {
            self.establish(packet);
        }
    }

    fn establish(&mut self, packet: &Packet<'_>) {
        self.timeline.extend(packet.now_ns, Label::Handshake);
        self.phase = Phase::Open;
        self.open_since_ns = packet.now_ns;
        if let Some((server_leg_ns, client_leg_ns)) = self.handshake.establish(packet) {
            let (client, server) = (self.client as usize, self.client.other() as usize);
            for (half, leg_ns) in [(client, server_leg_ns), (server, client_leg_ns)] {
                if let Some(leg_ns) = leg_ns {
                    self.transfers[half].rtt.seed(leg_ns, packet.now_ns);
                }
            }
        }
    }

    fn take_new(&mut self, packet: &Packet<'_>) {
        let me = packet.sender as usize;
        if packet.payload_bytes > 0 {
            if self.phase == Phase::Handshake && !packet.syn() {
                self.establish(packet);
            }
            if self.phase == Phase::Open {
                self.prove_zero_window(packet);
                self.charge_gap(packet);
            }
        }
        if self.transfers[me].push(packet) && self.transfers[me].evidence_ns.is_none() {
            self.transfers[me].evidence_ns = Some(packet.now_ns);
        }
        self.transfers[me].last_sent_ns = packet.now_ns;
        if packet.payload_bytes > 0 {
            self.remember_last(packet);
        }
        if packet.payload_bytes > self.mss {
            self.counts[me].rare_mut().super_segments += 1;
        }
        self.windows[packet.sender.other() as usize].filled_by(self.transfers[me].in_flight());
    }

    /// Applies what is due to the time that is charged so far, running episodes included.
    fn apply_charges(&mut self) {
        let end_ns = self.timeline.end_ns();
        for transfer in &mut self.transfers {
            if let Some(episode) = &mut transfer.episode {
                self.timeline.charge(episode.charged_ns, end_ns, episode.label);
                episode.charged_ns = episode.charged_ns.max(end_ns);
            }
        }
        self.charges.retain_mut(|charge| {
            self.timeline.charge(charge.from_ns, charge.to_ns.min(end_ns), charge.label);
            charge.from_ns = charge.from_ns.max(end_ns);
            charge.from_ns < charge.to_ns
        });
        let undecided = |transfer: &Transfer| transfer.episode.is_some() || transfer.evidence_ns.is_some();
        if self.charges.is_empty() && !self.transfers.iter().any(undecided) && !self.windows.iter().any(Window::closed)
        {
            self.timeline.settle();
        }
    }
}
