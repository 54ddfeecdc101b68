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
        let left = (self.begun + ACTING).saturating_duration_since(Instant::now());
        SignedDuration::try_from(left).unwrap_or(SignedDuration::ZERO)
    }

    /// Whether nothing more is begun.
    pub(super) fn is_over(self) -> bool {
        self.left().is_zero()
    }

    /// How long something that is only polite may take: `most`, or what is left.
    pub(crate) fn courtesy(self, most: Duration) -> Duration {
        (self.begun + ACTING).saturating_duration_since(Instant::now()).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn understanding_ends_before_acting_and_acting_before_the_minute() {
        let minute = Minute::begin();
        assert!(!minute.is_over() && minute.understanding() > Instant::now());
        tokio::time::advance(UNDERSTANDING).await;
        assert!(!minute.is_over() && minute.understanding() <= Instant::now());
        tokio::time::advance(Duration::from_secs(14)).await;
        assert_eq!(minute.left(), SignedDuration::from_secs(1));
        assert_eq!(minute.courtesy(Duration::from_secs(2)), Duration::from_secs(1));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(minute.is_over() && minute.courtesy(Duration::from_secs(2)).is_zero());
    }
}
