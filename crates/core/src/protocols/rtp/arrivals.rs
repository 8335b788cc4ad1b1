//! How evenly packets came: jitter as receivers report it, and as Wireshark shows it.

use super::codec::Codec;
use super::message::Packet;

const NS_PER_MS: f64 = 1e6;
/// Play-out buffers for which late packets are counted, in milliseconds.
pub(super) const BUFFERS_MS: [f64; 3] = [40.0, 60.0, 100.0];

/// Smallest, mean and largest of something in milliseconds, as Wireshark counts: the mean is over all packets but one, those
/// included that take no part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread {
    least: Option<f64>,
    most: f64,
    sum: f64,
}

impl Spread {
    fn add(&mut self, value: f64) {
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.most = self.most.max(value);
        self.sum += value;
    }

    /// Smallest, mean and largest in nanoseconds; `None` where there is none.
    pub(super) fn ns(&self, packets: u64) -> Option<[i64; 3]> {
        let least = self.least?;
        let mean = self.sum / packets.saturating_sub(1).max(1) as f64;
        Some([least, mean, self.most].map(|ms| (ms * NS_PER_MS).round() as i64))
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
    jitter_ms: f64,
    jitter_known: bool,
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
        let Some(before) = self.before.replace(now) else { return };
        let gap_ms = (time_ns.saturating_sub(before.time_ns)) as f64 / NS_PER_MS;
        let in_past = packet.timestamp.wrapping_sub(first.timestamp) > i32::MAX as u32;
        let even = !packet.marker && !comfort_noise && !before.comfort_noise && !in_past;
        if even {
            self.gaps.add(gap_ms);
        }
        let Some(codec) = codec.filter(|codec| codec.clock_hz > 0 && !codec.is_telephone_event()) else { return };
        let ticks = f64::from(packet.timestamp.wrapping_sub(before.timestamp) as i32);
        let difference_ms = (gap_ms - ticks / f64::from(codec.clock_hz) * 1e3).abs();
        self.jitter_known = true;
        self.jitter_ms += (difference_ms - self.jitter_ms) / 16.0;
        if !in_past {
            self.ws_jitter_ms = (15.0 * self.ws_jitter_ms + difference_ms) / 16.0;
        }
        if even {
            self.jitters.add(self.ws_jitter_ms);
        }
        self.transit(&first, &now, codec);
    }

    /// Jitter at the end (RFC 3550 §A.8).
    pub(super) fn jitter_ns(&self) -> Option<i64> {
        self.jitter_known.then(|| (self.jitter_ms * NS_PER_MS).round() as i64)
    }

    /// Smallest, mean and largest jitter, as Wireshark shows them.
    pub(super) fn ws_jitters_ns(&self) -> Option<[i64; 3]> {
        self.jitters.ns(self.packets)
    }

    /// Smallest, mean and largest time between packets, as Wireshark shows them.
    pub(super) fn ws_gaps_ns(&self) -> Option<[i64; 3]> {
        self.gaps.ns(self.packets)
    }

    /// The largest delay above the smallest until then.
    pub(super) fn most_delay_ns(&self) -> Option<i64> {
        self.jitter_known.then(|| (self.most_delay_ms * NS_PER_MS).round() as i64)
    }

    /// Packets that came too late for a play-out buffer of each of [`BUFFERS_MS`].
    pub(super) fn late(&self) -> Option<[u64; BUFFERS_MS.len()]> {
        self.jitter_known.then_some(self.late)
    }

    /// Compares how long the packet was under way with the quickest so far.
    fn transit(&mut self, first: &Before, now: &Before, codec: Codec) {
        let ticks = f64::from(now.timestamp.wrapping_sub(first.timestamp) as i32);
        let elapsed_ms = now.time_ns.saturating_sub(first.time_ns) as f64 / NS_PER_MS;
        let transit_ms = elapsed_ms - ticks / f64::from(codec.clock_hz) * 1e3;
        self.least_transit_ms = self.least_transit_ms.min(transit_ms);
        let delay_ms = transit_ms - self.least_transit_ms;
        self.most_delay_ms = self.most_delay_ms.max(delay_ms);
        for (late, buffer_ms) in self.late.iter_mut().zip(BUFFERS_MS) {
            *late += u64::from(delay_ms > buffer_ms);
        }
    }
}
