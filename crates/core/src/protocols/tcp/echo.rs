//! Round trips by time stamps (RFC 7323 §3, §4.1): a value passes, and its first echo comes back.

use arrayvec::ArrayVec;

use super::lag::Lag;

/// Values that wait for their echo at once; while all are taken, further ones are passed by.
const WAITING: usize = 8;

/// Time stamps of one direction.
#[derive(Debug, Clone)]
pub(super) struct Echo {
    /// Oldest first.
    waiting: ArrayVec<(u32, i64), WAITING>,
    newest: Option<u32>,
    pub(super) count: u32,
    least_ns: Option<i64>,
    lag: Lag,
}

impl Echo {
    /// Before the first segment, which has this value.
    pub(super) fn new(value: u32, now_ns: i64) -> Self {
        let lag = Lag::new(value, now_ns);
        Self { waiting: ArrayVec::new(), newest: None, count: 0, least_ns: None, lag }
    }

    /// A segment passes with this value; only the first with a value counts.
    #[inline]
    pub(super) fn pass(&mut self, value: u32, now_ns: i64) {
        self.lag.pass(value, now_ns);
        if self.newest.is_none_or(|newest| value.wrapping_sub(newest) as i32 > 0) {
            self.newest = Some(value);
            let _ = self.waiting.try_push((value, now_ns));
        }
    }

    /// Its peer echoes this value: returns the round trip and the smallest so far, if it waited. Older ones will never come.
    #[inline]
    pub(super) fn echoed(&mut self, value: u32, now_ns: i64) -> Option<(i64, i64)> {
        let passed = self.waiting.iter().take_while(|(waiting, _)| value.wrapping_sub(*waiting) as i32 >= 0).count();
        let (newest, since_ns) = self.waiting.drain(..passed).next_back()?;
        if newest != value {
            return None;
        }
        let rtt_ns = now_ns - since_ns;
        let least_ns = self.least_ns.map_or(rtt_ns, |least| least.min(rtt_ns));
        self.count += 1;
        self.least_ns = Some(least_ns);
        Some((rtt_ns, least_ns))
    }

    /// How much longer than the fastest the newest segment was on its way; see [`Lag::ns`].
    pub(super) fn lag_ns(&self, begun_ns: i64, now_ns: i64) -> i64 {
        self.lag.ns(begun_ns, now_ns)
    }

    /// Smallest round trip.
    pub(super) fn least_ns(&self) -> Option<i64> {
        self.least_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_echo_of_a_value_counts_once() {
        let mut echo = Echo::new(7, 100);
        echo.pass(7, 100);
        echo.pass(7, 150);
        assert_eq!(echo.echoed(7, 300), Some((200, 200)));
        assert_eq!(echo.echoed(7, 400), None);
        assert_eq!((echo.count, echo.least_ns()), (1, Some(200)));
    }
}
