//! Round trips by time stamps (RFC 7323 §3, §4.1): a value passes, and its first echo comes back.

/// Values that wait for their echo; a newer one replaces the oldest.
const WAITING: usize = 8;

/// Time stamps of one direction.
#[derive(Debug, Clone)]
pub(super) struct Echo {
    waiting: [(u32, i64); WAITING],
    next: usize,
    used: usize,
    newest: Option<u32>,
    pub(super) count: u32,
    least_ns: i64,
}

impl Default for Echo {
    fn default() -> Self {
        Self { waiting: [(0, 0); WAITING], next: 0, used: 0, newest: None, count: 0, least_ns: i64::MAX }
    }
}

impl Echo {
    /// A segment passes with this value; only the first with a value counts.
    #[inline]
    pub(super) fn pass(&mut self, value: u32, now_ns: i64) {
        if self.newest.is_some_and(|newest| (value.wrapping_sub(newest) as i32) <= 0) {
            return;
        }
        self.newest = Some(value);
        self.waiting[self.next] = (value, now_ns);
        self.next = (self.next + 1) % WAITING;
        self.used = (self.used + 1).min(WAITING);
    }

    /// Its peer echoes this value: returns the round trip and the smallest so far.
    #[inline]
    pub(super) fn echoed(&mut self, value: u32, now_ns: i64) -> Option<(i64, i64)> {
        let found =
            self.waiting[..self.used].iter_mut().find(|(waiting, since_ns)| *waiting == value && *since_ns != i64::MIN);
        let (_, since_ns) = found?;
        let rtt_ns = now_ns - std::mem::replace(since_ns, i64::MIN);
        self.count += 1;
        self.least_ns = self.least_ns.min(rtt_ns);
        Some((rtt_ns, self.least_ns))
    }

    /// Smallest round trip.
    pub(super) fn least_ns(&self) -> Option<i64> {
        (self.count > 0).then_some(self.least_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_echo_of_a_value_counts_once() {
        let mut echo = Echo::default();
        echo.pass(7, 100);
        echo.pass(7, 150);
        assert_eq!(echo.echoed(7, 300), Some((200, 200)));
        assert_eq!(echo.echoed(7, 400), None);
        assert_eq!((echo.count, echo.least_ns()), (1, Some(200)));
    }
}
