//! How long, how often and how much; and why nothing came of it.
//!
//! One phone must not use up a clinic's month, and a thought costs what it costs, so a conversation has its part in tokens too: on a day of the
//! clinic an eightieth of what the month had left when it is asked. The less is left, the smaller is the part; who writes all day, every day, takes less than
//! half of a month. A few short thoughts a day are everybody's, so that somebody who writes at the end of a month is understood as well. Beyond it the
//! words alone answer, as they do beyond a day's thoughts and a month's tokens.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use shared::ledger::usage::{Thoughts, Usage};
use tokio::time::Instant;

use super::provider::{Failure, Tokens};

/// Messages of one person that are thought about in a day: one phone must not use up a clinic's month.
pub(super) const MOST_A_DAY: u32 = 40;
/// The part of what is left of the clinic's month that a conversation may take in a day: one of so many.
const SHARES: u64 = 80;
/// The same of a plan's turns: one of so many. Each is one, however short, so a phone that asks all day, every day, takes less than half of a month with fewer.
const SHARES_OF_TURNS: u64 = 50;
/// Thoughts a conversation has in a day however little is left …
const FEW: u64 = 3;
/// … and the tokens of each: a look at the agenda and an answer.
const SHORT: u64 = 6_000;
/// Calls about one message, repeated ones included.
const MOST_CALLS: u64 = 5;
/// Tokens about one message; what the last call takes beyond it is still paid.
const MOST_TOKENS: u64 = 40_000;
/// A call is not begun with less time than this.
const LEAST: Duration = Duration::from_millis(200);
/// How long after a busy server's answer it is asked again.
pub(super) const BEFORE_AGAIN: Duration = Duration::from_millis(300);
/// After so many failures in a row a server rests …
const FAILURES: u32 = 4;
/// … as long as this.
const REST: Duration = Duration::from_mins(1);

/// Why the words alone answer. Each is counted under its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fallback {
    /// The month's tokens are used up.
    Limit,
    /// The person wrote too much today.
    Often,
    /// The server failed too often just now.
    Resting,
    /// No time was left.
    TimedOut,
    /// The server was not reached.
    Unreachable,
    /// The server was busy or broken.
    Busy,
    /// The server refused the request.
    Rejected,
    /// The answer was none.
    Malformed,
    /// The model did not want to.
    Refused,
    /// The answer was cut.
    Cut,
    /// It went on and on.
    Loop,
    /// Its words were not fit for a patient.
    Unsafe,
    /// It did not know.
    Unknown,
    /// The agenda did not answer.
    Agenda,
}

impl Fallback {
    /// The word it is counted and logged under.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "limite",
            Self::Often => "demais",
            Self::Resting => "pausa",
            Self::TimedOut => "tempo",
            Self::Unreachable => "conexao",
            Self::Busy => "ocupado",
            Self::Rejected => "rejeitado",
            Self::Malformed => "malformado",
            Self::Refused => "recusa",
            Self::Cut => "cortado",
            Self::Loop => "voltas",
            Self::Unsafe => "texto",
            Self::Unknown => "nao_sabe",
            Self::Agenda => "agenda",
        }
    }
}

impl From<Failure> for Fallback {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TimedOut => Self::TimedOut,
            Failure::Unreachable => Self::Unreachable,
            Failure::Busy => Self::Busy,
            Failure::Rejected | Failure::Barred => Self::Rejected,
            Failure::Malformed => Self::Malformed,
        }
    }
}

/// Tokens the next thought about a conversation may take, of a month that has so many left; none when its day has no more.
pub(super) fn part(left: u64, today: Thoughts) -> Option<u64> {
    let part = (left / SHARES).saturating_sub(today.tokens);
    if part >= SHORT {
        return Some(part.min(MOST_TOKENS));
    }
    (today.times < FEW).then_some(SHORT)
}

/// Messages of one person that are thought about in a day, of a month that has so many turns left.
pub(super) fn turns(left: u64) -> u32 {
    let part = (left / SHARES_OF_TURNS).max(FEW);
    u32::try_from(part).unwrap_or(MOST_A_DAY).min(MOST_A_DAY)
}

/// What thinking about one message may take, and what it took.
#[derive(Debug)]
pub(super) struct Budget {
    until: Instant,
    call: Duration,
    tokens: u64,
    /// What was used.
    pub(super) used: Usage,
}

impl Budget {
    /// Until then, no call longer than `call`, and none begun after so many tokens.
    pub(super) fn new(until: Instant, call: Duration, tokens: u64) -> Self {
        Self { until, call, tokens, used: Usage::default() }
    }

    /// Whether a failure says that the server is not well, whoever asks next. One person's words may be refused, and a call that had little time left of the
    /// batch's may end unanswered: neither keeps the model from anybody else.
    pub(super) fn blames_the_server(&self, failure: Failure, given: Duration) -> bool {
        match failure {
            Failure::Rejected => false,
            Failure::TimedOut => given >= self.call,
            Failure::Unreachable | Failure::Busy | Failure::Barred | Failure::Malformed => true,
        }
    }

    /// How long the next call may take; it counts from here.
    pub(super) fn next_call(&mut self) -> Result<Duration, Fallback> {
        self.next_call_at(Instant::now())
    }

    fn next_call_at(&mut self, now: Instant) -> Result<Duration, Fallback> {
        if self.used.calls >= MOST_CALLS || self.used.tokens() >= self.tokens {
            return Err(Fallback::Loop);
        }
        let left = self.until.saturating_duration_since(now);
        if left < LEAST {
            return Err(Fallback::TimedOut);
        }
        self.used.calls += 1;
        Ok(left.min(self.call))
    }

    /// Notes what a call took.
    pub(super) fn note(&mut self, tokens: Tokens) {
        self.used.tokens_in = self.used.tokens_in.saturating_add(tokens.read);
        self.used.tokens_out = self.used.tokens_out.saturating_add(tokens.written);
    }
}

/// Lets a server that fails and fails rest, so that patients do not wait for it in vain.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<(u32, Option<Instant>)>);

impl Breaker {
    /// Whether the server rests. Afterwards one call finds out whether it is back.
    pub(super) fn is_open(&self) -> bool {
        self.is_open_at(Instant::now())
    }

    fn is_open_at(&self, now: Instant) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1.is_some_and(|until| now < until)
    }

    /// It answered.
    pub(super) fn worked(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (0, None);
    }

    /// It did not.
    pub(super) fn failed(&self) {
        self.failed_at(Instant::now());
    }

    fn failed_at(&self, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = state.0.saturating_add(1);
        if state.0 >= FAILURES {
            state.1 = Some(now + REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_fails_rests_and_is_tried_again() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        (1..FAILURES).for_each(|_| breaker.failed_at(now));
        assert!(!breaker.is_open_at(now));
        breaker.failed_at(now);
        assert!(breaker.is_open_at(now));
        let later = now + REST + Duration::from_secs(1);
        assert!(!breaker.is_open_at(later));
        breaker.failed_at(later);
        assert!(breaker.is_open_at(later), "one more failure and it rests again");
        breaker.worked();
        assert!(!breaker.is_open_at(later));
    }

    #[test]
    fn a_server_is_blamed_for_what_would_fail_for_anybody() {
        let call = Duration::from_secs(8);
        let budget = Budget::new(Instant::now() + call, call, MOST_TOKENS);
        let blamed = |failure, seconds| budget.blames_the_server(failure, Duration::from_secs(seconds));
        assert!(
            !blamed(Failure::Rejected, 8) && !blamed(Failure::TimedOut, 7) && blamed(Failure::TimedOut, 8)
        );
        for failure in [Failure::Unreachable, Failure::Busy, Failure::Barred, Failure::Malformed] {
            assert!(blamed(failure, 1), "{failure:?}");
        }
    }

    #[test]
    fn time_calls_and_tokens_end() {
        let (call, now) = (Duration::from_secs(8), Instant::now());
        let after = |seconds| now + Duration::from_secs(seconds);
        let mut budget = Budget::new(after(12), call, MOST_TOKENS);
        assert_eq!(budget.next_call_at(now), Ok(call));
        assert_eq!(budget.next_call_at(after(7)), Ok(Duration::from_secs(5)));
        assert_eq!(budget.next_call_at(after(12)), Err(Fallback::TimedOut));
        let mut budget = Budget::new(Instant::now() + call, call, MOST_TOKENS);
        (0..MOST_CALLS).for_each(|_| assert!(budget.next_call().is_ok()));
        assert_eq!(budget.next_call(), Err(Fallback::Loop));
        let mut budget = Budget::new(Instant::now() + call, call, MOST_TOKENS);
        budget.note(Tokens { read: MOST_TOKENS, written: 1 });
        assert_eq!(budget.next_call(), Err(Fallback::Loop));
    }

    #[test]
    fn the_phone_that_asks_most_leaves_the_clinic_more_than_half_of_its_turns() {
        assert_eq!([turns(10_000), turns(2_000), turns(500), turns(100), turns(0)], [40, 40, 10, 3, 3]);
        let left = (0..31).fold(1_500, |left, _| left - u64::from(turns(left)));
        assert!(left > 750, "{left} left");
    }

    /// However little of a month is left, and however much of it one phone wants.
    #[test]
    fn a_conversation_has_a_part_of_what_is_left_and_a_few_short_thoughts_whatever_is_left() {
        let today = |times, tokens| Thoughts { times, tokens };
        assert_eq!(part(4_000_000, today(0, 0)), Some(MOST_TOKENS), "never more than any message");
        assert_eq!(part(2_000_000, today(0, 0)), Some(25_000));
        assert_eq!(part(1_000_000, today(0, 0)), Some(12_500), "the less is left, the less it is");
        assert_eq!(part(2_000_000, today(6, 15_000)), Some(10_000));
        assert_eq!(part(2_000_000, today(6, 20_000)), None);
        assert_eq!(part(2_000_000, today(2, 99_000)), Some(SHORT), "two long ones, and a short one");
        assert_eq!(part(100, today(2, 0)), Some(SHORT));
        assert_eq!(part(100, today(3, 0)), None);
        assert_eq!(part(1_000_000_000, today(39, 5_000_000)), Some(MOST_TOKENS), "a large month");
        // The greediest phone there can be, for a whole month.
        let mut left: u64 = 2_000_000;
        for _ in 0..31 {
            let mut day = Thoughts::default();
            while let Some(tokens) = part(left, day) {
                day = today(day.times + 1, day.tokens + tokens);
                left -= tokens;
            }
        }
        assert!(left > 1_000_000, "less than half of the month: {left} left");
    }
}
