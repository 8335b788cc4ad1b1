//! The E-model (ITU-T G.107), reduced to delay and loss: all else has its default value.

use super::codec::Impairment;

/// What is left of the default rating factor with both-way delay and codec taken out.
const BASE: f64 = 93.2;
/// A play-out buffer holds at least so much.
const LEAST_BUFFER_MS: f64 = 40.0;

/// What is known of a stream of speech.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speech {
    pub(super) impairment: Impairment,
    /// Share of packets that did not come, or came too late, 0 to 1.
    pub(super) loss_share: f64,
    /// How many times longer runs of losses are than they would be by chance, at least 1.
    pub(super) burst_ratio: f64,
    pub(super) jitter_ms: f64,
    /// Both ways over the network; 0 where it is not known.
    pub(super) round_trip_ms: f64,
}

impl Speech {
    /// The rating factor R.
    pub(super) fn rating(&self) -> f64 {
        let delay_ms = self.round_trip_ms / 2.0 + self.buffer_ms();
        let delay = 0.024 * delay_ms + 0.11 * (delay_ms - 177.3).max(0.0);
        let Impairment { factor, robustness } = self.impairment;
        let percent = 100.0 * self.loss_share;
        let loss = factor + (95.0 - factor) * percent / (percent / self.burst_ratio + robustness);
        (BASE - delay - loss).clamp(0.0, 100.0)
    }

    /// How long a play-out buffer holds packets back: twice the jitter.
    fn buffer_ms(&self) -> f64 {
        (2.0 * self.jitter_ms).max(LEAST_BUFFER_MS)
    }
}

/// The mean opinion score that goes with a rating factor (ITU-T G.107, annex B).
pub(super) fn opinion_score(rating: f64) -> f64 {
    (1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6).clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_those_of_the_recommendation() {
        let speech = Speech {
            impairment: Impairment { factor: 0.0, robustness: 4.3 },
            loss_share: 0.0,
            burst_ratio: 1.0,
            jitter_ms: 0.0,
            round_trip_ms: 0.0,
        };
        assert!((speech.rating() - 92.24).abs() < 0.01, "{}", speech.rating());
        assert!((opinion_score(93.2) - 4.41).abs() < 0.01);
        assert!((opinion_score(50.0) - 2.58).abs() < 0.01);
        let lossy = Speech { loss_share: 0.043, ..speech };
        assert!((speech.rating() - lossy.rating() - 47.5).abs() < 1e-9, "half of the most at the robustness");
        let slow = Speech { round_trip_ms: 400.0, ..speech };
        assert!((speech.rating() - slow.rating() - (0.024 * 200.0 + 0.11 * 62.7)).abs() < 1e-9);
        assert!(Speech { burst_ratio: 2.0, ..lossy }.rating() < lossy.rating());
    }
}
