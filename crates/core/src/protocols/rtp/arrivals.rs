//! How evenly packets came: jitter as receivers report it, and as Wireshark shows it.

use super::codec::Codec;
use super::message::Packet;

const NS_PER_MS: f64 = 1e6;
/// Play-out buffers for which late packets are counted, in milliseconds.
pub(super) const BUFFERS_MS: [f64; 3] = [40.0, 60.0, 100.0];

/// Smallest, mean and largest of something in milliseconds. The mean is Wireshark's: each value counts as one of as many as
/// there are packets until then, those included that take no part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread {
    least: Option<f64>,
    most: f64,
    mean: f64,
}

impl Spread {
    fn add(&mut self, value: f64, number: u64) {
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.most = self.most.max(value);
        self.mean += (value - self.mean) / number as f64;
    }

    /// Smallest, mean and largest in nanoseconds; `None` where there is none.
    pub(super) fn ns(&self) -> Option<[i64; 3]> {
        Some([self.least?, self.mean, self.most].map(|ms| (ms * NS_PER_MS).round() as i64))
    }
}

/// A packet's time, and its timestamp.
#[derive(Debug, Clone, Copy)]
struct Before {
    time_ns: i64,
    timestamp: u32,
    comfort_noise: bool,
}

/// How evenly the packets of a stream came.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals {
    first: Option<Before>,
    before: Option<Before>,
    packets: u64,
    ws_jitter_ms: f64,
    jitter: Jitter,
    gaps: Spread,
    jitters: Spread,
    /// Transit of the first packet is 0; this is the smallest, and the largest above the smallest until then.
    least_transit_ms: f64,
    most_delay_ms: f64,
    late: [u64; BUFFERS_MS.len()],
}

impl Arrivals {
    /// Takes the next packet.
    pub(super) fn packet(&mut self, packet: &Packet, codec: Option<Codec>, time_ns: i64) {
        self.packets += 1;
        let comfort_noise = codec.is_some_and(Codec::is_comfort_noise);
        let now = Before { time_ns, timestamp: packet.timestamp, comfort_noise };
        let first = *self.first.get_or_insert(now);
        let known = codec.filter(|codec| codec.clock_hz > 0 && !codec.is_telephone_event());
        if let Some(codec) = known {
            self.jitter.packet(&now, codec);
            self.transit(&first, &now, codec);
        }
        let Some(before) = self.before else {
            self.before = Some(now);
            return;
        };
        // Wireshark leaves out what seems older than the first packet, but counts it.
        if packet.timestamp.wrapping_sub(first.timestamp) > i32::MAX as u32 {
            return;
        }
        let gaps = self.packets - 1;
        let gap_ms = (time_ns.saturating_sub(before.time_ns)) as f64 / NS_PER_MS;
        let even = !packet.marker && !comfort_noise && !before.comfort_noise;
        if even {
            self.gaps.add(gap_ms, gaps);
        }
        // Where the clock is not known, the timestamp before stays the one to compare with.
        let timestamp = known.map_or(before.timestamp, |_| now.timestamp);
        self.before = Some(Before { timestamp, ..now });
        let Some(codec) = known else { return };
        let difference_ms = (gap_ms - elapsed_ms(before.timestamp, packet.timestamp, codec)).abs();
        self.ws_jitter_ms = (15.0 * self.ws_jitter_ms + difference_ms) / 16.0;
        if even {
            self.jitters.add(self.ws_jitter_ms, gaps);
        }
    }

    /// Jitter at the end (RFC 3550 §A.8).
    pub(super) fn jitter_ns(&self) -> Option<i64> {
        self.jitter.known.then(|| (self.jitter.ms * NS_PER_MS).round() as i64)
    }

    /// Smallest, mean and largest jitter, as Wireshark shows them.
    pub(super) fn ws_jitters_ns(&self) -> Option<[i64; 3]> {
        self.jitters.ns()
    }

    /// Smallest, mean and largest time between packets, as Wireshark shows them.
    pub(super) fn ws_gaps_ns(&self) -> Option<[i64; 3]> {
        self.gaps.ns()
    }

    /// The largest delay above the smallest until then.
    pub(super) fn most_delay_ns(&self) -> Option<i64> {
        self.jitter.known.then(|| (self.most_delay_ms * NS_PER_MS).round() as i64)
    }

    /// Packets that came too late for a play-out buffer of each of [`BUFFERS_MS`].
    pub(super) fn late(&self) -> Option<[u64; BUFFERS_MS.len()]> {
        self.jitter.known.then_some(self.late)
    }

    /// Compares how long the packet was under way with the quickest so far.
    fn transit(&mut self, first: &Before, now: &Before, codec: Codec) {
        let arrived_ms = now.time_ns.saturating_sub(first.time_ns) as f64 / NS_PER_MS;
        let transit_ms = arrived_ms - elapsed_ms(first.timestamp, now.timestamp, codec);
        self.least_transit_ms = self.least_transit_ms.min(transit_ms);
        let delay_ms = transit_ms - self.least_transit_ms;
        self.most_delay_ms = self.most_delay_ms.max(delay_ms);
        for (late, buffer_ms) in self.late.iter_mut().zip(BUFFERS_MS) {
            *late += u64::from(delay_ms > buffer_ms);
        }
    }
}

/// Jitter as a receiver counts it, over all packets in the order in which they came (RFC 3550 §A.8).
#[derive(Debug, Clone, Default)]
struct Jitter {
    before: Option<Before>,
    ms: f64,
    known: bool,
}

impl Jitter {
    fn packet(&mut self, now: &Before, codec: Codec) {
        let Some(before) = self.before.replace(*now) else { return };
        let gap_ms = now.time_ns.saturating_sub(before.time_ns) as f64 / NS_PER_MS;
        let difference_ms = (gap_ms - elapsed_ms(before.timestamp, now.timestamp, codec)).abs();
        self.ms += (difference_ms - self.ms) / 16.0;
        self.known = true;
    }
}

/// From one timestamp to another, back or forth.
fn elapsed_ms(from: u32, to: u32, codec: Codec) -> f64 {
    f64::from(to.wrapping_sub(from) as i32) / f64::from(codec.clock_hz) * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn arrivals(packets: &[(i64, u32, bool)]) -> Arrivals {
        let mut arrivals = Arrivals::default();
        for &(ms, timestamp, marker) in packets {
            let packet = Packet { marker, payload_type: 0, sequence: 0, timestamp, ssrc: 0, payload_bytes: 0 };
            arrivals.packet(&packet, Codec::assigned(0), ms * MS);
        }
        arrivals
    }

    #[test]
    fn jitter_is_a_sixteenth_of_each_difference() {
        let seen = arrivals(&[(0, u32::MAX - 159, false), (36, 0, false), (56, 160, false)]);
        assert_eq!(seen.jitter_ns(), Some(937_500)); // 16 ms / 16, then 15/16 of it
        assert_eq!(seen.ws_jitters_ns(), Some([937_500, 968_750, MS]));
        assert_eq!(seen.ws_gaps_ns(), Some([20 * MS, 28 * MS, 36 * MS]));
        assert_eq!((seen.most_delay_ns(), seen.late()), (Some(16 * MS), Some([0, 0, 0])));
    }

    #[test]
    fn what_seems_older_than_the_first_counts_for_receivers_only() {
        let seen = arrivals(&[(0, 800, false), (20, 640, false), (40, 1120, false)]);
        assert_eq!(seen.ws_jitters_ns(), Some([0, 0, 0]));
        assert!(seen.jitter_ns() > Some(0));
    }

    #[test]
    fn buffers_that_are_too_short_are_told() {
        let seen = arrivals(&[(0, 0, false), (65, 160, false), (130, 320, false), (60, 480, false)]);
        assert_eq!((seen.most_delay_ns(), seen.late()), (Some(90 * MS), Some([2, 1, 0])));
    }

    #[test]
    fn a_stream_of_an_unknown_clock_has_no_jitter() {
        let mut arrivals = Arrivals::default();
        let packet = Packet { marker: false, payload_type: 99, sequence: 0, timestamp: 0, ssrc: 0, payload_bytes: 0 };
        arrivals.packet(&packet, None, 0);
        arrivals.packet(&packet, None, 20 * MS);
        assert_eq!((arrivals.jitter_ns(), arrivals.ws_jitters_ns(), arrivals.late()), (None, None, None));
        assert_eq!(arrivals.ws_gaps_ns(), Some([20 * MS; 3]));
    }
}
