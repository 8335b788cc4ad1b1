//! Which frames are analysed: a filter in the words of tcpdump, and a span of time.

mod expression;
mod parse;

pub use parse::FilterError;

use crate::decode::Decoded;
use expression::Expression;

/// A moment of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nanoseconds since 1970 UTC.
    At(i64),
    /// Nanoseconds after the first frame.
    After(i64),
}

impl Moment {
    fn time_ns(self, first_time_ns: i64) -> i64 {
        match self {
            Self::At(time_ns) => time_ns,
            Self::After(ns) => first_time_ns.saturating_add(ns),
        }
    }
}

/// Which frames of a capture to take.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    filter: Option<Expression>,
    /// Frames before this are left out.
    since: Option<Moment>,
    /// Frames from this on are left out.
    until: Option<Moment>,
}

impl Selection {
    /// Frames that match a filter such as `host 192.0.2.1 and tcp port 443`.
    ///
    /// The words are those of pcap-filter(7): `host`, `net`, `port`, `portrange` with `src` or `dst` before them, `ip`,
    /// `ip6`, `arp`, `tcp`, `udp`, `sctp`, `icmp`, `icmp6`, `proto`, `vlan`, `and`, `or`, `not` and parentheses. Unlike there, a
    /// frame matches by what is in its tunnels too. Names are not looked up.
    ///
    /// # Errors
    /// When the text is no filter.
    pub fn matching(filter: &str) -> Result<Self, FilterError> {
        Ok(Self { filter: Some(parse::parse(filter)?), ..Self::default() })
    }

    /// Of these frames, those from `since` on and before `until`.
    #[must_use]
    pub fn between(self, since: Option<Moment>, until: Option<Moment>) -> Self {
        Self { since, until, ..self }
    }

    /// Whether all frames are taken.
    pub(crate) fn is_all(&self) -> bool {
        self.filter.is_none() && self.since.is_none() && self.until.is_none()
    }

    /// Whether a frame is taken, in a capture that begins at `first_time_ns`. A frame without a time of its own is as old
    /// as the one before it.
    pub(crate) fn takes(&self, time_ns: i64, first_time_ns: i64, decoded: &Decoded<'_>) -> bool {
        self.since.is_none_or(|since| time_ns >= since.time_ns(first_time_ns))
            && self.until.is_none_or(|until| time_ns < until.time_ns(first_time_ns))
            && self.filter.as_ref().is_none_or(|filter| filter.matches(decoded))
    }
}
