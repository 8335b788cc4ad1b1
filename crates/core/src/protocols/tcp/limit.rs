//! What holds a sender back that has data, window and unacknowledged bytes (`tcp.md` C.5, C.11, D.5).

use super::label::{Label, Role};

/// Advancing acknowledgements that the spacing test looks at, and how many it needs.
const ACKS: usize = 24;
const LEAST_ACKS: usize = 12;
/// A direction with fewer is a short exchange, of which they are not kept.
const SHORT_ACKS: u32 = 8;
/// The label is found anew after so many.
const RENEW_AFTER: u8 = 8;
/// Rounds without a new maximum after which something fixed holds the flight: a congestion window without loss would grow.
const FLAT_ROUNDS: u32 = 3;
/// Slow start doubles the flight in each round (RFC 5681 §3.1), delayed acknowledgements make it half as much again; congestion
/// avoidance adds little.
const FAST_GROWTH: (u32, u32) = (9, 8);
/// A round trip this much above its floor shows a queue.
const LEAST_QUEUE_NS: i64 = 10_000_000;

/// Rounds and the spacing of acknowledgements of one direction.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    /// The newest acknowledgements, once there are enough that the direction is no short exchange.
    acks: Option<Box<[(i64, u32); ACKS]>>,
    count: u32,
    rounds: u32,
    rounds_since_most: u32,
    round_end: u64,
    round_flight: u32,
    first_flight: Option<u32>,
    most_before: u32,
    pub(super) most_flight: u32,
    growing: bool,
    flight_before_loss: u32,
    queue_seen_ns: i64,
    acked_ns: i64,
    /// When acknowledgements came again after a silence of a quarter of a round trip: no bottleneck was busy until then.
    silent_ns: i64,
    label: Label,
    age: u8,
}

impl Default for Limit {
    fn default() -> Self {
        Self {
            acks: None,
            count: 0,
            rounds: 0,
            rounds_since_most: 0,
            round_end: 0,
            round_flight: 0,
            first_flight: None,
            most_before: 0,
            most_flight: 0,
            growing: true,
            flight_before_loss: 0,
            queue_seen_ns: i64::MIN,
            acked_ns: i64::MIN,
            silent_ns: i64::MIN,
            label: Label::SlowStart,
            age: RENEW_AFTER,
        }
    }
}

impl Limit {
    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.acks.as_ref().map_or(0, |acks| size_of_val(&**acks))
    }

    /// An acknowledgement advanced by `bytes`.
    #[inline]
    pub(super) fn acknowledged(&mut self, now_ns: i64, bytes: u64, round_trip_ns: i64) {
        if now_ns.saturating_sub(self.acked_ns) > round_trip_ns / 4 {
            self.silent_ns = now_ns;
        }
        self.acked_ns = now_ns;
        self.count = self.count.saturating_add(1);
        if self.count >= SHORT_ACKS {
            let acks = self.acks.get_or_insert_with(|| Box::new([(0, 0); ACKS]));
            acks[self.count as usize % ACKS] = (now_ns, bytes.min(u64::from(u32::MAX)) as u32);
        }
        self.age = self.age.saturating_add(1);
    }

    /// A round trip was measured while its floor was known.
    #[inline]
    pub(super) fn round_trip(&mut self, now_ns: i64, rtt_ns: i64, floor_ns: i64, whole_ns: i64) {
        if rtt_ns - floor_ns > LEAST_QUEUE_NS.max(whole_ns / 2) {
            self.queue_seen_ns = now_ns;
        }
    }

    /// Data was sent up to `end` while the sender knew that everything below `una` had arrived. A round ends when it knows
    /// that of what was newest when the round began.
    #[inline]
    pub(super) fn sent(&mut self, una: u64, end: u64) {
        if una >= self.round_end {
            if self.round_flight > 0 {
                self.end_round();
            }
            self.round_end = end;
        }
        let flight = end.saturating_sub(una).min(u64::from(u32::MAX)) as u32;
        self.round_flight = self.round_flight.max(flight);
        self.most_flight = self.most_flight.max(flight);
    }

    /// Most bytes in flight in the first round.
    pub(super) fn initial_flight(&self) -> u32 {
        self.first_flight.unwrap_or(self.round_flight)
    }

    /// A loss was repaired.
    pub(super) fn lost(&mut self) {
        self.flight_before_loss = self.flight_before_loss.max(self.most_flight);
        self.age = RENEW_AFTER;
    }

    /// The label of a wait that ends at `now_ns`.
    #[inline]
    pub(super) fn label(&mut self, now_ns: i64, round_trip_ns: i64, mss: u32, sender: Role) -> Label {
        if self.age >= RENEW_AFTER {
            self.age = 0;
            self.label = self.find(now_ns, round_trip_ns, mss, sender);
        }
        self.label
    }

    fn end_round(&mut self) {
        self.first_flight.get_or_insert(self.round_flight);
        let (times, per) = FAST_GROWTH;
        self.growing = self.rounds < 2
            || u64::from(self.round_flight) * u64::from(per) > u64::from(self.most_before) * u64::from(times);
        self.rounds_since_most = if self.round_flight > self.most_before { 0 } else { self.rounds_since_most + 1 };
        self.most_before = self.most_before.max(self.round_flight);
        self.rounds += 1;
        self.round_flight = 0;
    }

    fn find(&self, now_ns: i64, round_trip_ns: i64, mss: u32, sender: Role) -> Label {
        let queue = now_ns.saturating_sub(self.queue_seen_ns) < 2 * round_trip_ns + LEAST_QUEUE_NS
            && self.most_flight > 2 * mss;
        // A sender that paces its flight looks even too, but falls silent in each round.
        if now_ns.saturating_sub(self.silent_ns) > 2 * round_trip_ns && self.evenly_spaced() {
            return if queue { Label::Queue } else { Label::Bandwidth };
        }
        if queue {
            return Label::Queue;
        }
        match (self.flight_before_loss, self.growing, self.rounds_since_most) {
            (0, true, _) => Label::SlowStart,
            (0, false, FLAT_ROUNDS..) => Label::sender_buffer(sender),
            _ => Label::CongestionWindow,
        }
    }

    /// The bottleneck-spacing test: a queue that is served at a constant rate spaces acknowledgements by their bytes.
    fn evenly_spaced(&self) -> bool {
        let Some(acks) = &self.acks else { return false };
        let count = ((self.count - SHORT_ACKS) as usize + 1).min(ACKS);
        if count < LEAST_ACKS {
            return false;
        }
        let oldest = self.count as usize + 1 - count;
        let at = |index: usize| acks[(oldest + index) % ACKS];
        let bytes: u64 = (1..count).map(|index| u64::from(at(index).1)).sum();
        let time_ns = at(count - 1).0 - at(0).0;
        if time_ns <= 0 || bytes == 0 {
            return false;
        }
        let rate = bytes as f64 / time_ns as f64;
        let mut spacings = [0f64; ACKS];
        for index in 1..count {
            let gap_ns = at(index).0 - at(index - 1).0;
            spacings[index - 1] = gap_ns as f64 / f64::from(at(index).1.max(1)) * rate;
        }
        let spacings = &mut spacings[..count - 1];
        spacings.sort_unstable_by(f64::total_cmp);
        spacings[spacings.len() / 4] >= 0.85 && spacings[spacings.len() * 3 / 4] <= 1.15
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_at_a_constant_rate_show_a_bottleneck() {
        let mut limit = Limit::default();
        let mut now_ns = 0;
        for step in 0..40i64 {
            let bytes = if step % 3 == 0 { 2800 } else { 1400 };
            now_ns += bytes * 1000;
            limit.acknowledged(now_ns, bytes as u64, 20_000_000);
        }
        assert_eq!(limit.label(50_000_000, 20_000_000, 1400, Role::Server), Label::Bandwidth);
    }

    #[test]
    fn bursts_show_none() {
        let mut limit = Limit::default();
        for step in 0..30i64 {
            limit.acknowledged(step / 10 * 40_000_000 + step * 1000, 1400, 40_000_000);
        }
        assert_eq!(limit.label(200_000_000, 40_000_000, 1400, Role::Server), Label::SlowStart);
    }

    #[test]
    fn a_round_trip_far_above_its_floor_shows_a_queue_however_acknowledgements_come() {
        let mut limit = Limit::default();
        limit.sent(0, 8000);
        limit.round_trip(100_000_000, 75_000_000, 40_000_000, 80_000_000); // not half a round trip above
        assert_eq!(limit.clone().label(100_000_000, 80_000_000, 1400, Role::Server), Label::SlowStart);
        limit.round_trip(100_000_000, 81_000_000, 40_000_000, 80_000_000);
        assert_eq!(limit.clone().label(100_000_000, 80_000_000, 1400, Role::Server), Label::Queue);
        assert_eq!(limit.label(300_000_000, 80_000_000, 1400, Role::Server), Label::SlowStart, "two round trips later");
    }

    #[test]
    fn a_flat_flight_without_loss_is_the_senders_buffer() {
        let mut limit = Limit::default();
        for round in 0..6u64 {
            limit.sent(round * 8000, round * 8000 + 8000);
            limit.acknowledged(round as i64 * 40_000_000, 8000, 40_000_000);
        }
        assert_eq!(limit.label(300_000_000, 40_000_000, 1400, Role::Server), Label::SenderBufferServer);
        limit.lost();
        assert_eq!(limit.label(300_000_000, 40_000_000, 1400, Role::Server), Label::CongestionWindow);
    }
}
