//! Round trips as tcptrace takes them (`tcp.md` B.1), SYN and FIN among them. Those that we believe are in `rtt`.

use super::moments::Moments;
use super::transfer::Sent;

/// Of one direction.
#[derive(Debug, Clone, Default)]
pub(super) struct RoundTrips {
    /// Of segments seen once, after which none before them was seen, other than full ones.
    partial: Moments,
    /// Segments acknowledged by an acknowledgement of a later one.
    pub(super) cumulative: u32,
    /// The same of full segments.
    full: Option<Box<Moments>>,
    disturbed: Option<Box<Disturbed>>,
}

/// What acknowledgements tell after a loss.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Disturbed {
    /// Of segments seen several times, from the last of them.
    pub(super) ambiguous: Moments,
    /// Acknowledgements that measure nothing, since an earlier segment came later and may have been waited for.
    pub(super) post_loss: u32,
}

impl RoundTrips {
    /// Memory beyond the struct itself.
    pub(super) fn bytes(&self) -> usize {
        self.full.as_ref().map_or(0, |_| size_of::<Moments>())
            + self.disturbed.as_ref().map_or(0, |_| size_of::<Disturbed>())
    }

    /// Of segments seen once, after which none before them was seen.
    pub(super) fn clean(&self) -> Moments {
        self.partial.and(&self.full())
    }

    /// Those of full segments.
    pub(super) fn full(&self) -> Moments {
        self.full.as_deref().copied().unwrap_or_default()
    }

    pub(super) fn disturbed(&self) -> Disturbed {
        self.disturbed.as_deref().copied().unwrap_or_default()
    }

    /// Takes the newest segment that one acknowledgement covers, which ends with it, where those before it were last seen at
    /// `before_ns`. A full segment has `mss` bytes.
    #[inline]
    pub(super) fn take(&mut self, newest: &Sent, before_ns: i64, now_ns: i64, mss: u32) {
        let rtt_ns = now_ns - newest.last_ns;
        if newest.seen_copies() > 1 {
            self.disturbed.get_or_insert_default().ambiguous.take(rtt_ns);
        } else if before_ns > newest.last_ns {
            self.disturbed.get_or_insert_default().post_loss += 1;
        } else {
            let full = newest.end - newest.seq >= u64::from(mss);
            (if full { self.full.get_or_insert_default() } else { &mut self.partial }).take(rtt_ns);
        }
    }

    /// An estimate of the time-out: the mean and four deviations.
    pub(super) fn timeout_ns(&self) -> Option<i64> {
        let clean = self.clean();
        let mean_ns = clean.mean_ns()?;
        Some(mean_ns.saturating_add(clean.deviation_ns().unwrap_or(0).saturating_mul(4)))
    }
}
