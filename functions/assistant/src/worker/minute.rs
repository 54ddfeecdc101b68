//! How a batch's minute is spent. The function is stopped when it is over, whatever it is doing; what was in work then comes back, and is in the
//! end given up with everybody's messages. So everything that waits for somebody else's server ends in time, however many messages there are.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;

/// Until when speech is turned into text and a model thinks; then words alone answer.
const UNDERSTANDING: Duration = Duration::from_secs(25);
/// Until when a message is begun and an answer sent. The last one sent may still take the provider's time-out, a quarter of a minute.
const ACTING: Duration = Duration::from_secs(40);

/// The time a batch has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minute {
    begun: Instant,
}

impl Minute {
    /// It begins.
    pub(super) fn begin() -> Self {
        Self { begun: Instant::now() }
    }

    /// Until when others may be asked what a message means.
    pub(crate) fn understanding(self) -> Instant {
        self.begun + UNDERSTANDING
    }

    /// How long there still is to begin and to send something.
    pub(super) fn left(self) -> SignedDuration {
        SignedDuration::try_from(self.left_at(Instant::now())).unwrap_or(SignedDuration::ZERO)
    }

    /// Whether nothing more is begun.
    pub(super) fn is_over(self) -> bool {
        self.left().is_zero()
    }

    /// How long something that is only polite may take: `most`, or what is left.
    pub(crate) fn courtesy(self, most: Duration) -> Duration {
        self.left_at(Instant::now()).min(most)
    }

    fn left_at(self, now: Instant) -> Duration {
        (self.begun + ACTING).saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understanding_ends_before_acting_and_acting_before_the_minute() {
        let minute = Minute::begin();
        let after = |seconds| minute.begun + Duration::from_secs(seconds);
        assert!(minute.understanding() > after(24) && minute.understanding() <= after(25));
        assert_eq!(minute.left_at(after(25)), Duration::from_secs(15));
        assert_eq!(minute.left_at(after(39)), Duration::from_secs(1));
        assert!(minute.left_at(after(44)).is_zero());
        assert!(!minute.is_over() && minute.courtesy(Duration::from_secs(2)) == Duration::from_secs(2));
        let minute = Minute { begun: Instant::now() - ACTING };
        assert!(minute.is_over() && minute.courtesy(Duration::from_secs(2)).is_zero());
    }
}
