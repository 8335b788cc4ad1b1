//! The receive window of one half: scaled, inferred where the handshake is missing, and when it was closed.

use super::handshake::Scaling;
use super::packet::Packet;

/// In-flight samples that an inferred scale needs (`tcp.md` C.14).
const LEAST_SAMPLES: u32 = 20;

/// A span during which the window was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reopened {
    pub(super) from_ns: i64,
    pub(super) to_ns: i64,
    /// Frame of the advertisement that closed it.
    pub(super) closed_frame: u32,
    /// Whether the peer had something to send meanwhile.
    pub(super) wanted: bool,
}

/// What one half advertises.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    /// Shift of the handshake; `None` while it was not seen.
    pub(super) scale: Option<u8>,
    scaling: Scaling,
    inferred: u8,
    samples: u32,
    raw: u16,
    seen: bool,
    pub(super) least_bytes: Option<u64>,
    pub(super) most_bytes: u64,
    /// Of all advertisements but those of SYNs.
    advertisements: u32,
    sum_bytes: u64,
    /// Of a window that was ever closed.
    closures: Option<Box<Closures>>,
}

/// When a window was closed, which most never are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Closures {
    /// Segments that said so.
    pub(super) packets: u32,
    pub(super) spans: u32,
    pub(super) total_ns: i64,
    since_ns: Option<i64>,
    since_frame: u32,
    /// When it last opened again.
    reopened_ns: Option<i64>,
    /// Whether the peer probed since it closed.
    probed: bool,
    /// The last closed span, while it is not known whether the peer waited for its end.
    unproven: Option<Reopened>,
}

impl Window {
    /// The window in bytes.
    pub(super) fn bytes(&self) -> u64 {
        u64::from(self.raw) << self.shift()
    }

    /// Mean of the windows advertised, scaled as they were taken.
    pub(super) fn mean_bytes(&self) -> Option<u64> {
        self.sum_bytes.checked_div(self.advertisements.into())
    }

    /// The newest window, once there is one besides that of a SYN.
    pub(super) fn last_bytes(&self) -> Option<u64> {
        (self.advertisements > 0).then(|| self.bytes())
    }

    /// Whether its size is known well enough to say that it limits the peer.
    pub(super) fn known(&self) -> bool {
        self.seen && (self.scale.is_some() && self.scaling != Scaling::Unknown || self.samples >= LEAST_SAMPLES)
    }

    /// Whether the newest advertisement is zero.
    pub(super) fn closed(&self) -> bool {
        self.closures.as_ref().is_some_and(|closures| closures.since_ns.is_some())
    }

    /// When it was closed.
    pub(super) fn closures(&self) -> Closures {
        self.closures.as_deref().copied().unwrap_or_default()
    }

    /// When it last opened again.
    pub(super) fn reopened_ns(&self) -> Option<i64> {
        self.closures.as_ref()?.reopened_ns
    }

    /// The peer probes the closed window.
    pub(super) fn probe(&mut self) {
        if let Some(closures) = &mut self.closures {
            closures.probed = true;
        }
    }

    /// Remembers a closed span of which it is not known whether the peer waited for its end.
    pub(super) fn doubt(&mut self, span: Reopened) {
        self.closures.get_or_insert_default().unproven = Some(span);
    }

    /// That span, if there is one.
    pub(super) fn take_unproven(&mut self) -> Option<Reopened> {
        self.closures.as_mut()?.unproven.take()
    }

    /// Memory beyond the struct itself.
    pub(super) fn bytes_beyond(&self) -> usize {
        self.closures.as_ref().map_or(0, |_| size_of::<Closures>())
    }

    /// Whether the advertisement is the same as the one before.
    pub(super) fn repeats(&self, raw: u16) -> bool {
        self.seen && self.raw == raw
    }

    /// The shift in use.
    pub(super) fn shift(&self) -> u8 {
        match self.scale {
            Some(shift) if self.scaling == Scaling::On => shift,
            Some(_) => 0,
            None => self.inferred,
        }
    }

    /// The peer has so many bytes in flight: they fitted the window, so its shift is at least so large.
    pub(super) fn filled_by(&mut self, in_flight: u64) {
        if self.scale.is_some() || !self.seen || self.raw == 0 {
            return;
        }
        self.samples = self.samples.saturating_add(1);
        while self.inferred < 14 && in_flight > u64::from(self.raw) << self.inferred {
            self.inferred += 1;
        }
    }

    /// Takes an advertisement; returns the span that it ends, if the window was closed.
    pub(super) fn advertise(&mut self, packet: &Packet<'_>, scaling: Scaling) -> Option<Reopened> {
        self.scaling = scaling;
        self.seen = true;
        if packet.syn() {
            self.raw = packet.window;
            return None;
        }
        self.raw = packet.window;
        let bytes = self.bytes();
        self.least_bytes = Some(self.least_bytes.map_or(bytes, |least| least.min(bytes)));
        self.most_bytes = self.most_bytes.max(bytes);
        self.advertisements += 1;
        self.sum_bytes += bytes;
        if bytes > 0 {
            return self.end(packet.now_ns);
        }
        let closures = self.closures.get_or_insert_default();
        closures.packets += 1;
        if closures.since_ns.is_none() {
            closures.spans += 1;
            (closures.since_ns, closures.since_frame) = (Some(packet.now_ns), packet.frame);
            closures.probed = false;
        }
        None
    }

    /// Ends a closed span at `now_ns`.
    pub(super) fn end(&mut self, now_ns: i64) -> Option<Reopened> {
        let closures = self.closures.as_mut()?;
        let from_ns = closures.since_ns.take()?;
        closures.total_ns += now_ns - from_ns;
        closures.reopened_ns = Some(now_ns);
        Some(Reopened { from_ns, to_ns: now_ns, closed_frame: closures.since_frame, wanted: closures.probed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::flags::{ACK, SYN};
    use crate::flows::Half;

    fn advertises(window: u16, flags: u16, now_ns: i64) -> Packet<'static> {
        Packet {
            frame: 1,
            now_ns,
            held: false,
            sender: Half::Low,
            flags,
            seq: 0,
            ack: 0,
            payload_bytes: 0,
            window,
            ip_id: 0,
            ttl: 64,
            timestamps: None,
            payload: &[],
        }
    }

    #[test]
    fn the_window_of_a_syn_is_never_scaled() {
        let mut window = Window { scale: Some(3), ..Window::default() };
        window.advertise(&advertises(1000, SYN, 0), Scaling::Off);
        assert_eq!((window.bytes(), window.most_bytes, window.least_bytes), (1000, 0, None));
        window.advertise(&advertises(1000, ACK, 1), Scaling::On);
        assert_eq!((window.bytes(), window.most_bytes, window.least_bytes), (8000, 8000, Some(8000)));
    }

    #[test]
    fn an_inferred_window_is_believed_after_enough_samples() {
        let mut window = Window::default();
        window.advertise(&advertises(100, ACK, 0), Scaling::Off);
        for sample in 1..=LEAST_SAMPLES {
            assert!(!window.known(), "after {sample} samples less one");
            window.filled_by(u64::from(sample) * 100);
        }
        assert!(window.known());
        assert_eq!(window.bytes(), 3200, "2000 in flight, and no more than twice that");
    }

    #[test]
    fn a_closed_span_lasts_until_it_opens_however_often_it_is_said() {
        let mut window = Window { scale: Some(0), ..Window::default() };
        for now_ns in [10, 20, 30] {
            assert_eq!(window.advertise(&advertises(0, ACK, now_ns), Scaling::On), None);
        }
        window.probe();
        let reopened = window.advertise(&advertises(5, ACK, 50), Scaling::On);
        assert_eq!(reopened, Some(Reopened { from_ns: 10, to_ns: 50, closed_frame: 1, wanted: true }));
        let closures = window.closures();
        assert_eq!((closures.packets, closures.spans, closures.total_ns), (3, 1, 40));
        assert_eq!(window.advertise(&advertises(0, ACK, 60), Scaling::On), None);
        assert_eq!(window.end(70).map(|span| span.wanted), Some(false), "probes of an earlier span do not count");
    }
}
