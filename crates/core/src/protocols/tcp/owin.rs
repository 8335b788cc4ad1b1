//! Bytes outstanding as the capture point saw them, in sequence space: sent and not yet acknowledged (tcptrace's owin,
//! `tcp.md` B.1). What the sender itself knew is in `limit`.

/// Of one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owin {
    most: u64,
    /// One less than the smallest that is not zero.
    least_less_one: u64,
    samples: u32,
    /// Bytes and segments before data was first acknowledged.
    pub(super) initial_bytes: u32,
    pub(super) initial_packets: u32,
    /// Whether data was acknowledged.
    acknowledged: bool,
    sum: u64,
    /// Times of what was acknowledged less times of what was sent, each by its bytes: bytes outstanding times how long.
    area: i128,
    /// Bytes sent less bytes acknowledged.
    now: i64,
}

impl Default for Owin {
    fn default() -> Self {
        Self {
            most: 0,
            least_less_one: u64::MAX,
            samples: 0,
            initial_bytes: 0,
            initial_packets: 0,
            acknowledged: false,
            sum: 0,
            area: 0,
            now: 0,
        }
    }
}

impl Owin {
    /// A segment was sent that leaves so much outstanding up to its end.
    #[inline]
    pub(super) fn sample(&mut self, bytes: u64) {
        self.samples += 1;
        self.sum += bytes;
        self.most = self.most.max(bytes);
        self.least_less_one = self.least_less_one.min(bytes.wrapping_sub(1));
    }

    /// Payload was sent.
    #[inline]
    pub(super) fn data(&mut self, payload_bytes: u32) {
        if !self.acknowledged {
            self.initial_packets += 1;
            self.initial_bytes = self.initial_bytes.saturating_add(payload_bytes);
        }
    }

    /// So much more is outstanding.
    #[inline]
    pub(super) fn sent(&mut self, bytes: u64, now_ns: i64) {
        self.now = self.now.wrapping_add_unsigned(bytes);
        self.area = self.area.wrapping_sub(i128::from(bytes).wrapping_mul(now_ns.into()));
    }

    /// So much less is.
    #[inline]
    pub(super) fn acknowledge(&mut self, bytes: u64, now_ns: i64) {
        self.acknowledged = true;
        self.now = self.now.wrapping_sub_unsigned(bytes);
        self.area = self.area.wrapping_add(i128::from(bytes).wrapping_mul(now_ns.into()));
    }

    /// The same by the first acknowledgement, which is that of the SYN.
    pub(super) fn acknowledge_first(&mut self, bytes: u64, now_ns: i64) {
        let acknowledged = self.acknowledged;
        self.acknowledge(bytes, now_ns);
        self.acknowledged = acknowledged;
    }

    /// Largest over the segments sent; `None` before any.
    pub(super) fn most(&self) -> Option<u64> {
        (self.samples > 0).then_some(self.most)
    }

    /// Smallest that is not zero.
    pub(super) fn least(&self) -> Option<u64> {
        self.least_less_one.checked_add(1)
    }

    /// Mean over the segments sent.
    pub(super) fn mean(&self) -> Option<u64> {
        self.sum.checked_div(u64::from(self.samples))
    }

    /// Mean over the time from `first_ns` to `last_ns`.
    pub(super) fn mean_over_time(&self, first_ns: i64, last_ns: i64) -> Option<u64> {
        let area = self.area.wrapping_add(i128::from(self.now).wrapping_mul(last_ns.into()));
        area.checked_div(i128::from(last_ns) - i128::from(first_ns)).and_then(|mean| mean.try_into().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_over_segments_and_over_time_differ() {
        let mut owin = Owin::default();
        assert_eq!((owin.mean(), owin.mean_over_time(5, 5), owin.most(), owin.least()), (None, None, None, None));
        owin.sent(1000, 5);
        owin.acknowledge(1000, 14);
        owin.sent(2000, 44);
        for bytes in [1000, 0, 2000] {
            owin.sample(bytes);
        }
        assert_eq!(owin.mean(), Some(1000));
        assert_eq!(owin.mean_over_time(5, 45), Some((1000 * 9 + 2000) / 40));
        assert_eq!((owin.most(), owin.least()), (Some(2000), Some(1000)));
    }

    #[test]
    fn the_initial_window_ends_with_the_first_acknowledgement() {
        let mut owin = Owin::default();
        (0..3).for_each(|_| owin.data(100));
        owin.acknowledge(100, 7);
        owin.data(100);
        assert_eq!((owin.initial_bytes, owin.initial_packets), (300, 3));
    }
}
