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
    /// A data segment passes with this value; only the first with a value counts.
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

    /// Its peer echoes this value.
    #[inline]
    pub(super) fn echoed(&mut self, value: u32, now_ns: i64) {
        let found =
            self.waiting[..self.used].iter_mut().find(|(waiting, since_ns)| *waiting == value && *since_ns != i64::MIN);
        if let Some((_, since_ns)) = found {
            self.count += 1;
            self.least_ns = self.least_ns.min(now_ns - *since_ns);
            *since_ns = i64::MIN;
        }
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
        echo.echoed(7, 300);
        echo.echoed(7, 400);
        assert_eq!((echo.count, echo.least_ns()), (1, Some(200)));
    }
}
