//! One stream of RTP.

use arrayvec::ArrayVec;

use super::arrivals::Arrivals;
use super::codec::Codec;
use super::media::{Announced, Signalling};
use super::message::Packet;
use super::quality::{Speech, opinion_score};
use super::reports::Reported;
use super::sequence::{Arrival, Sequence};
use super::table::RtpStreamRow;
use crate::flows::{Endpoint, end_text};
use crate::protocols::follow::{At, Ends};
use crate::protocols::tcp::Role;

/// Payload types of one stream that are kept.
const MOST_TYPES: usize = 8;
/// Steps from one packet to the next by which a stream is known that nothing announced.
const LEAST_STEPS: u32 = 4;
const UDP: u8 = 17;

/// One stream of RTP.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) sender: Role,
    pub(super) ssrc: u32,
    announced: Option<Announced>,
    types: ArrayVec<u8, MOST_TYPES>,
    main_type: Option<(u8, Option<Codec>)>,
    sequence: Sequence,
    arrivals: Arrivals,
    payload_bytes: u64,
    /// Packets whose number was that of the packet before and one.
    steps: u32,
    number: u16,
    first: At,
    last: At,
}

impl Stream {
    pub(super) fn new(sender: Role, packet: &Packet, announced: Option<Announced>, at: At) -> Self {
        let mut stream = Self {
            sender,
            ssrc: packet.ssrc,
            announced,
            types: ArrayVec::new(),
            main_type: None,
            sequence: Sequence::new(packet.sequence),
            arrivals: Arrivals::default(),
            payload_bytes: 0,
            steps: 0,
            number: packet.sequence,
            first: at,
            last: at,
        };
        stream.note(packet, at);
        stream
    }

    /// Takes the next packet.
    pub(super) fn packet(&mut self, packet: &Packet, at: At) {
        if self.sequence.packet(packet.sequence) != Arrival::Astray {
            self.steps += u32::from(packet.sequence == self.number.wrapping_add(1));
        }
        self.number = packet.sequence;
        self.note(packet, at);
    }

    /// Whether it is one for sure.
    pub(super) fn is_certain(&self) -> bool {
        self.announced.is_some() || self.steps >= LEAST_STEPS
    }

    pub(super) fn last_frame(&self) -> u64 {
        self.last.frame
    }

    /// The row. What announced it may have come late.
    pub(super) fn row(
        mut self,
        ends: &Ends,
        announced: Option<&Announced>,
        reported: Option<&Reported>,
    ) -> RtpStreamRow {
        self.sequence.end();
        let (source, destination) = ends_of(self.sender, ends);
        let announced = self.announced.as_ref().or(announced);
        let (payload_type, codec) = self.main_type.unwrap_or((self.types.first().copied().unwrap_or(0), None));
        let (sequence, losses) = (&self.sequence, &self.sequence.losses);
        let [jitter_min_ns, jitter_ns, jitter_max_ns] = optional(self.arrivals.ws_jitters_ns());
        let [interval_min_ns, interval_mean_ns, interval_max_ns] = optional(self.arrivals.ws_gaps_ns());
        let [late_40ms_packets, late_60ms_packets, late_100ms_packets] = optional(self.arrivals.late());
        let rating_factor = self.speech(codec, reported).map(|speech| speech.rating());
        let nothing = Reported::default();
        let reported = reported.unwrap_or(&nothing);
        RtpStreamRow {
            flow: ends.flow,
            stream: ends.stream,
            client: end_text(ends.client, UDP),
            server: end_text(ends.server, UDP),
            sender: if self.sender == Role::Client { "client" } else { "server" },
            source: end_text(source, UDP),
            destination: end_text(destination, UDP),
            ssrc: self.ssrc,
            payload_type,
            payload_types: self.types.iter().map(u8::to_string).collect::<Vec<_>>().join(","),
            codec: codec.and_then(|codec| codec.name),
            clock_rate_hz: codec.map(|codec| codec.clock_hz),
            detected_by: match announced.map(|announced| &announced.by) {
                Some(Signalling::Sip(_)) => "sip",
                Some(Signalling::Rtsp) => "rtsp",
                None => "heuristic",
            },
            call_id: announced.and_then(|announced| match &announced.by {
                Signalling::Sip(call) => Some(call.to_string()),
                Signalling::Rtsp => None,
            }),
            packets: sequence.received,
            payload_bytes: self.payload_bytes,
            expected_packets: sequence.expected(),
            lost_packets: sequence.expected() as i64 - sequence.received as i64,
            ws_lost_packets: sequence.ws_expected() - sequence.received as i64,
            missing_packets: losses.packets,
            duplicate_packets: sequence.copies,
            reordered_packets: sequence.late,
            reorder_max_packets: sequence.latest,
            restarts: sequence.restarts,
            loss_bursts: losses.bursts,
            burst_lost_packets: losses.in_bursts,
            burst_packets: losses.burst_packets,
            gap_lost_packets: losses.in_gaps,
            longest_loss_packets: losses.longest_run,
            jitter_ns,
            jitter_min_ns,
            jitter_max_ns,
            rfc3550_jitter_ns: self.arrivals.jitter_ns(),
            interval_min_ns,
            interval_mean_ns,
            interval_max_ns,
            delay_variation_max_ns: self.arrivals.most_delay_ns(),
            late_40ms_packets,
            late_60ms_packets,
            late_100ms_packets,
            rating_factor,
            mos: rating_factor.map(opinion_score),
            rtcp_reports: reported.count,
            rtcp_lost_packets: reported.lost.map(i64::from),
            rtcp_fraction_lost_max_share: (reported.count > 0).then(|| f64::from(reported.fraction_lost_max) / 256.0),
            rtcp_jitter_max_ns: codec
                .filter(|codec| reported.count > 0 && codec.clock_hz > 0)
                .map(|codec| (u64::from(reported.jitter_max) * 1_000_000_000 / u64::from(codec.clock_hz)) as i64),
            rtcp_round_trips: reported.round_trips,
            rtcp_round_trip_mean_ns: reported.round_trip_mean_ns(),
            rtcp_round_trip_max_ns: (reported.round_trips > 0).then_some(reported.round_trip_max_ns),
            first_frame: self.first.frame,
            last_frame: self.last.frame,
            first_time_ns: self.first.time_ns,
            last_time_ns: self.last.time_ns,
            duration_ns: self.last.time_ns.saturating_sub(self.first.time_ns),
        }
    }

    fn note(&mut self, packet: &Packet, at: At) {
        self.last = at;
        self.payload_bytes += u64::from(packet.payload_bytes);
        let codec = self.codec(packet.payload_type);
        self.arrivals.packet(packet, codec, at.time_ns);
        if !self.types.contains(&packet.payload_type) {
            let _ = self.types.try_push(packet.payload_type);
        }
        let aside = codec.is_some_and(|codec| codec.is_comfort_noise() || codec.is_telephone_event());
        if self.main_type.is_none() && !aside {
            self.main_type = Some((packet.payload_type, codec));
        }
    }

    /// What a payload type stands for: what was announced comes before the registry.
    fn codec(&self, payload_type: u8) -> Option<Codec> {
        let announced = self.announced.as_ref().and_then(|announced| {
            announced.formats.iter().find(|(number, _)| *number == payload_type).map(|(_, codec)| *codec)
        });
        announced.or_else(|| Codec::assigned(payload_type))
    }

    fn speech(&self, codec: Option<Codec>, reported: Option<&Reported>) -> Option<Speech> {
        let impairment = codec?.impairment()?;
        let jitter_ms = self.arrivals.jitter_ns()? as f64 / 1e6;
        let losses = &self.sequence.losses;
        let expected = self.sequence.expected().max(1) as f64;
        let lost_share = losses.packets as f64 / expected;
        // By chance a run of losses is 1 / (1 - share) long (ITU-T G.107 §7.6).
        let burst_ratio =
            if losses.runs == 0 { 1.0 } else { losses.packets as f64 / losses.runs as f64 * (1.0 - lost_share) };
        let round_trip_ms = reported.and_then(Reported::round_trip_mean_ns).map_or(0.0, |ns| ns as f64 / 1e6);
        Some(Speech { impairment, loss_share: lost_share, burst_ratio: burst_ratio.max(1.0), jitter_ms, round_trip_ms })
    }
}

/// The ends of what `sender` sends: who sends, who receives.
pub(super) fn ends_of(sender: Role, ends: &Ends) -> (Endpoint, Endpoint) {
    if sender == Role::Client { (ends.client, ends.server) } else { (ends.server, ends.client) }
}

fn optional<T: Copy, const N: usize>(values: Option<[T; N]>) -> [Option<T>; N] {
    values.map_or([None; N], |values| values.map(Some))
}
