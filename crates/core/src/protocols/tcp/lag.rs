//! How long the newest segment of one end was on its way, compared with the fastest: by its time stamp, which tells when it was
//! sent (RFC 7323 §5.4). So a queue on the path is seen although nothing goes back and forth.

/// Nearly all clocks of time stamps count milliseconds.
const TICK_NS: i64 = 1_000_000;
/// Others that are in use are slower than so many milliseconds, and tell nothing here.
const SLOWER_TICKS: i64 = 3;
/// Ticks are coarse, and clocks drift apart: less than this says nothing.
const LEAST_NS: i64 = 5_000_000;
/// The fastest is that of one or two spans of this length, as long as drift cannot tell.
const WINDOW_NS: i64 = 10_000_000_000;

#[derive(Debug, Clone, Copy)]
pub(super) struct Lag {
    /// Value and time of the first segment.
    first: (u32, i64),
    /// Ticks from the first to the newest.
    ticks: i64,
    /// Time from the first to the newest less their ticks: how much longer the newest took.
    newest_ns: i64,
    /// Least of those in this window and in the one before.
    least_ns: [i64; 2],
    window_start_ns: i64,
}

impl Lag {
    /// Begins with the first segment.
    pub(super) fn new(value: u32, now_ns: i64) -> Self {
        Self { first: (value, now_ns), ticks: 0, newest_ns: 0, least_ns: [0, i64::MAX], window_start_ns: now_ns }
    }

    /// A segment passes with this value.
    #[inline]
    pub(super) fn pass(&mut self, value: u32, now_ns: i64) {
        let (first, first_ns) = self.first;
        self.ticks = i64::from(value.wrapping_sub(first) as i32);
        self.newest_ns = now_ns.wrapping_sub(first_ns).wrapping_sub(self.ticks * TICK_NS);
        if self.newest_ns < -WINDOW_NS {
            // A finer clock, or one that jumps: some send 0 with their SYN.
            *self = Self::new(value, now_ns);
        }
        if now_ns.wrapping_sub(self.window_start_ns) >= WINDOW_NS {
            let stale = now_ns.saturating_sub(self.window_start_ns) >= 2 * WINDOW_NS;
            self.least_ns = [i64::MAX, if stale { i64::MAX } else { self.least_ns[0] }];
            self.window_start_ns = now_ns;
        }
        self.least_ns[0] = self.least_ns[0].min(self.newest_ns);
    }

    /// How much longer than the fastest the newest segment took, which was sent after `begun_ns` as the first was, and passed
    /// at `now_ns`. 0 where the clock is none of milliseconds: a slower one has fewer ticks in all this time.
    pub(super) fn ns(&self, begun_ns: i64, now_ns: i64) -> i64 {
        let counts_milliseconds = SLOWER_TICKS * (self.ticks - 1) * TICK_NS > now_ns.saturating_sub(begun_ns);
        let lag_ns = self.newest_ns.saturating_sub(self.least_ns[0].min(self.least_ns[1])) - TICK_NS;
        if counts_milliseconds && lag_ns >= LEAST_NS { lag_ns } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    #[test]
    fn what_a_queue_adds_is_seen_by_the_clock_of_the_sender() {
        let mut lag = Lag::new(u32::MAX - 10, 20 * MS);
        for (sent_ms, way_ms, seen_ms) in [(100, 20, 0), (600, 24, 0), (900, 320, 299), (1000, 20, 0)] {
            let now_ns = (sent_ms + way_ms) * MS;
            lag.pass((u32::MAX - 10).wrapping_add(sent_ms as u32), now_ns);
            assert_eq!(lag.ns(0, now_ns), seen_ms * MS, "sent at {sent_ms} ms");
        }
    }

    #[test]
    fn a_slower_clock_tells_nothing() {
        let mut lag = Lag::new(0, 20 * MS);
        for sent_ms in (40..4000).step_by(40) {
            lag.pass(sent_ms as u32 / 4, (sent_ms + 20) * MS);
            assert_eq!(lag.ns(0, (sent_ms + 20) * MS), 0);
        }
    }

    #[test]
    fn a_clock_that_jumps_or_is_finer_tells_nothing() {
        let mut jumps = Lag::new(0, 20 * MS);
        let mut finer = Lag::new(0, 20 * MS);
        for sent_ms in (100..9000).step_by(100) {
            let now_ns = (sent_ms + 20) * MS;
            jumps.pass(50_000_000 + sent_ms as u32 / 100, now_ns);
            finer.pass(sent_ms as u32 * 1000, now_ns);
            assert_eq!((jumps.ns(0, now_ns), finer.ns(0, now_ns)), (0, 0));
        }
    }

    #[test]
    fn the_fastest_is_forgotten_so_that_drift_never_adds_up() {
        let mut lag = Lag::new(0, 0);
        for second in 1..1000i64 {
            lag.pass(second as u32 * 1000, second * 1_000_100_000); // 100 millionths too slow
            assert_eq!(lag.ns(0, second * 1_000_100_000), 0);
        }
    }

    #[test]
    fn clocks_that_jump_by_centuries_do_no_harm() {
        let mut lag = Lag::new(0, i64::MIN);
        for (value, now_ns) in [(1 << 31, i64::MAX), (5, i64::MIN), (u32::MAX, 0)] {
            lag.pass(value, now_ns);
            assert!(lag.ns(i64::MIN, now_ns) >= 0);
        }
    }
}
