//! Round trips of one leg: from the capture point to the receiver of a direction and back (`tcp.md` C.8).

use arrayvec::ArrayVec;

/// The minimum is that of the last 10 to 20 s, so that a path that becomes longer is believed in time.
const WINDOW_NS: i64 = 10_000_000_000;
/// Bins of a quarter octave above 1 µs: the last begins at 268 s.
const BINS: usize = 112;
const BINS_PER_OCTAVE: u32 = 4;
/// Samples that are kept one by one before bins are worth their memory: short connections have no more.
const EARLY: usize = 12;

/// Samples of one leg.
#[derive(Debug, Clone)]
pub(super) struct Rtt {
    /// Of the present window and the one before.
    minima_ns: [i64; 2],
    /// The smaller of them; `i64::MAX` before any sample or seed.
    floor_ns: i64,
    window_start_ns: i64,
    least_ns: i64,
    most_ns: i64,
    sum_ns: i64,
    count: u32,
    /// The bins of the samples while they are few.
    early: ArrayVec<u8, EARLY>,
    /// Samples in each bin, once they are more.
    bins: Option<Box<[u16; BINS]>>,
}

impl Default for Rtt {
    fn default() -> Self {
        Self {
            minima_ns: [i64::MAX; 2],
            floor_ns: i64::MAX,
            window_start_ns: i64::MIN,
            least_ns: i64::MAX,
            most_ns: 0,
            sum_ns: 0,
            count: 0,
            early: ArrayVec::new_const(),
            bins: None,
        }
    }
}

impl Rtt {
    /// A sample of the handshake: it seeds the minimum, but is no sample of data.
    pub(super) fn seed(&mut self, rtt_ns: i64, now_ns: i64) {
        self.lower(rtt_ns, now_ns);
    }

    /// A sample of a segment that was sent once (Karn; RFC 6298 §3).
    #[inline]
    pub(super) fn sample(&mut self, rtt_ns: i64, now_ns: i64) {
        self.lower(rtt_ns, now_ns);
        self.least_ns = self.least_ns.min(rtt_ns);
        self.most_ns = self.most_ns.max(rtt_ns);
        self.sum_ns = self.sum_ns.saturating_add(rtt_ns);
        self.count += 1;
        self.take_bin(bin(rtt_ns));
    }

    #[inline]
    fn take_bin(&mut self, bin: usize) {
        if self.bins.is_none() && self.early.try_push(bin as u8).is_ok() {
            return;
        }
        let bins = self.bins.get_or_insert_with(|| {
            let mut bins = Box::new([0; BINS]);
            self.early.drain(..).for_each(|early| bins[usize::from(early)] += 1);
            bins
        });
        bins[bin] = bins[bin].saturating_add(1);
    }

    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.bins.as_ref().map_or(0, |bins| size_of_val(&**bins))
    }

    /// The recent minimum; `None` before any sample or seed.
    #[inline]
    pub(super) fn floor_ns(&self) -> Option<i64> {
        (self.floor_ns != i64::MAX).then_some(self.floor_ns)
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn least_ns(&self) -> Option<i64> {
        (self.count > 0).then_some(self.least_ns)
    }

    pub(super) fn most_ns(&self) -> Option<i64> {
        (self.count > 0).then_some(self.most_ns)
    }

    pub(super) fn mean_ns(&self) -> Option<i64> {
        (self.count > 0).then(|| self.sum_ns / i64::from(self.count))
    }

    /// The value that `share` percent of the samples do not exceed, to within a bin (19 %).
    pub(super) fn percentile_ns(&self, share: u32) -> Option<i64> {
        let bin = match &self.bins {
            Some(bins) => ranked_bin(&bins[..], share),
            None => ranked_sample(self.early.clone(), share),
        }?;
        Some(upper_ns(bin).clamp(self.least_ns, self.most_ns))
    }

    fn lower(&mut self, rtt_ns: i64, now_ns: i64) {
        if now_ns.saturating_sub(self.window_start_ns) >= WINDOW_NS {
            let stale = now_ns.saturating_sub(self.window_start_ns) >= 2 * WINDOW_NS;
            self.minima_ns = [i64::MAX, if stale { i64::MAX } else { self.minima_ns[0] }];
            self.window_start_ns = now_ns;
        }
        self.minima_ns[0] = self.minima_ns[0].min(rtt_ns);
        self.floor_ns = self.minima_ns[0].min(self.minima_ns[1]);
    }
}

/// How many of `total` samples `share` percent are, at least one.
fn rank(total: u32, share: u32) -> u32 {
    (total * share).div_ceil(100).max(1)
}

/// The bin that holds the sample of that rank; `None` without samples.
fn ranked_bin(bins: &[u16], share: u32) -> Option<usize> {
    let rank = rank(bins.iter().map(|&count| u32::from(count)).sum(), share);
    let mut below = 0;
    bins.iter().position(|&count| {
        below += u32::from(count);
        below >= rank
    })
}

/// The same for samples one by one.
fn ranked_sample(mut early: ArrayVec<u8, EARLY>, share: u32) -> Option<usize> {
    early.sort_unstable();
    let rank = rank(early.len() as u32, share);
    early.get(rank as usize - 1).map(|&bin| usize::from(bin))
}

/// Quarter octaves above 1 µs, counted in units of 250 ns.
fn bin(rtt_ns: i64) -> usize {
    let units = (rtt_ns.max(0) as u64 / 250).max(4);
    let octave = units.ilog2();
    let quarter = (units >> (octave - 2)) & 3;
    (((octave - 2) * BINS_PER_OCTAVE) as usize + quarter as usize).min(BINS - 1)
}

/// Upper edge of a bin.
fn upper_ns(bin: usize) -> i64 {
    (1000i64 << (bin / 4)) / 4 * (5 + bin as i64 % 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_holds_what_lies_below_its_edge() {
        for rtt_ns in [1_000, 1_500, 40_000, 999_999, 41_000_000, 3_000_000_000i64] {
            assert!(upper_ns(bin(rtt_ns)) > rtt_ns, "{rtt_ns}");
            assert!(upper_ns(bin(rtt_ns)) <= rtt_ns * 5 / 4 + 1000, "{rtt_ns}");
        }
    }

    #[test]
    fn the_floor_forgets() {
        let mut rtt = Rtt::default();
        rtt.sample(10, 0);
        rtt.sample(50, 15_000_000_000);
        assert_eq!(rtt.floor_ns(), Some(10), "the window before still counts");
        rtt.sample(50, 30_000_000_000);
        assert_eq!(rtt.floor_ns(), Some(50));
        assert_eq!(rtt.least_ns(), Some(10));
    }

    #[test]
    fn percentiles_of_few_samples() {
        let mut rtt = Rtt::default();
        assert_eq!(rtt.percentile_ns(50), None);
        for sample in [1_000_000, 1_000_000, 1_000_000, 90_000_000] {
            rtt.sample(sample, 0);
        }
        assert!(rtt.percentile_ns(50).is_some_and(|p50| (1_000_000..1_250_000).contains(&p50)));
        assert_eq!(rtt.percentile_ns(95), Some(90_000_000));
    }

    #[test]
    fn percentiles_do_not_depend_on_how_samples_are_kept() {
        let mut rtt = Rtt::default();
        for sample in 1..=3 * EARLY as i64 {
            rtt.sample(sample * 777_000 % 9_000_000, 0);
            let early = rtt.early.clone();
            let mut bins = [0; BINS];
            early.iter().for_each(|&bin| bins[usize::from(bin)] += 1);
            for share in [1, 50, 95, 100] {
                assert_eq!(ranked_sample(early.clone(), share), ranked_bin(&bins, share).filter(|_| !early.is_empty()));
            }
        }
        let kept = rtt.bins.map(|bins| bins.iter().map(|&count| usize::from(count)).sum::<usize>());
        assert_eq!((kept, rtt.early.len()), (Some(3 * EARLY), 0), "none is lost on the way");
    }
}
