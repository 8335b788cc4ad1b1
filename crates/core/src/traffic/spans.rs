//! Counters over time, in bounded memory: the spans that they are kept for widen as the capture grows longer.

/// Widths in nanoseconds, each a whole multiple of the one before: 1, 10, 100 ms, 1, 10 s, 1, 10 min, 1 h, 1 day, 100 days.
pub const WIDTHS_NS: [i64; 10] = [
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
    10_000_000_000,
    60_000_000_000,
    600_000_000_000,
    3_600_000_000_000,
    86_400_000_000_000,
    8_640_000_000_000_000,
];

/// What is counted of one span.
pub(crate) trait Counters: Default {
    /// What is counted.
    type Sample;

    fn count(&mut self, sample: Self::Sample);

    /// Adds what was counted of another span.
    fn add(&mut self, other: &Self);
}

/// Spans in which something was counted, not many more than `MOST`. All have the same width, counted from the first sample on.
#[derive(Debug, Default)]
pub(crate) struct Spans<C, const MOST: usize> {
    origin_ns: Option<i64>,
    width: usize,
    /// By index. A new one mostly comes last.
    closed: Vec<(i64, C)>,
    /// The span of the last sample, kept apart since the next one is nearly always in it too.
    open: Option<C>,
    open_index: i64,
    open_start_ns: i64,
}

impl<C: Counters, const MOST: usize> Spans<C, MOST> {
    /// Counts one sample.
    #[inline]
    pub(crate) fn count(&mut self, time_ns: i64, sample: C::Sample) {
        if self.origin_ns.is_none() {
            self.origin_ns = Some(time_ns);
            self.open_start_ns = time_ns;
        }
        let offset_ns = time_ns.wrapping_sub(self.open_start_ns) as u64; // right wherever it is not negative
        if time_ns < self.open_start_ns || offset_ns >= WIDTHS_NS[self.width] as u64 {
            self.open_at(time_ns);
        }
        self.open.get_or_insert_default().count(sample);
    }

    /// Every span in order of time: when it begins, how long it is, and what was counted.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = (i64, i64, &C)> {
        self.close();
        let (origin_ns, width_ns) = (self.origin_ns.unwrap_or(0), WIDTHS_NS[self.width]);
        self.closed.iter().map(move |(index, counters)| (start(origin_ns, *index, width_ns), width_ns, counters))
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            add(&mut self.closed, self.open_index, open);
        }
    }

    fn open_at(&mut self, time_ns: i64) {
        self.close();
        while self.closed.len() >= MOST && self.width + 1 < WIDTHS_NS.len() {
            self.widen();
        }
        let origin_ns = self.origin_ns.unwrap_or(time_ns);
        let offset_ns = i128::from(time_ns) - i128::from(origin_ns);
        self.open_index = offset_ns.div_euclid(i128::from(WIDTHS_NS[self.width])) as i64;
        self.open_start_ns = start(origin_ns, self.open_index, WIDTHS_NS[self.width]);
    }

    fn widen(&mut self) {
        let factor = WIDTHS_NS[self.width + 1] / WIDTHS_NS[self.width];
        self.width += 1;
        let mut wider = Vec::new();
        for (index, counters) in std::mem::take(&mut self.closed) {
            add(&mut wider, index.div_euclid(factor), counters);
        }
        self.closed = wider;
    }
}

/// Adds to the span with this index.
fn add<C: Counters>(spans: &mut Vec<(i64, C)>, index: i64, counters: C) {
    if spans.last().is_none_or(|&(last, _)| last < index) {
        return spans.push((index, counters));
    }
    match spans.binary_search_by_key(&index, |&(index, _)| index) {
        Ok(at) => spans[at].1.add(&counters),
        Err(at) => spans.insert(at, (index, counters)),
    }
}

/// Where a span begins. Clamped at the ends of time, where hostile time stamps lie.
fn start(origin_ns: i64, index: i64, width_ns: i64) -> i64 {
    (i128::from(origin_ns) + i128::from(index) * i128::from(width_ns)).clamp(i128::from(i64::MIN), i128::from(i64::MAX))
        as i64
}
