//! Half-open intervals of instants and the algebra of sorted lists of them. A list is *merged* when it is sorted and no two of it touch.

use jiff::{SignedDuration, Timestamp};

/// A half-open interval `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// From, inclusive.
    pub from: Timestamp,
    /// To, exclusive.
    pub to: Timestamp,
}

impl Interval {
    /// `[from, to)`.
    pub fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to }
    }

    /// Whether no instant is in it.
    pub fn is_empty(self) -> bool {
        self.from >= self.to
    }

    /// Whether the two share an instant.
    pub fn overlaps(self, other: Self) -> bool {
        self.from.max(other.from) < self.to.min(other.to)
    }

    /// Whether all of `other` lies in it.
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// How long it is; nothing when it is empty.
    pub fn length(self) -> SignedDuration {
        positive(self.to.duration_since(self.from))
    }

    /// The interval with `before` and `after` added to its ends.
    #[must_use]
    pub fn widened(self, before: SignedDuration, after: SignedDuration) -> Self {
        Self { from: minus(self.from, before), to: plus(self.to, after) }
    }

    /// Whether an instant lies in it or at one of its ends.
    pub(super) fn meets(self, at: Timestamp) -> bool {
        self.from <= at && at <= self.to
    }
}

/// Sorted, without empty ones, touching and overlapping ones made one.
pub fn merge(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.retain(|interval| !interval.is_empty());
    // Mostly sorted already, which a stable sort sees.
    intervals.sort();
    intervals.dedup_by(|next, last| {
        let touching = next.from <= last.to;
        if touching {
            last.to = last.to.max(next.to);
        }
        touching
    });
    intervals
}

/// What of `from` is not in `taken`, both merged.
pub fn subtract(from: &[Interval], taken: &[Interval]) -> Vec<Interval> {
    let mut left = Vec::with_capacity(from.len() + taken.len());
    let mut rest = taken;
    for range in from {
        let past = rest.partition_point(|taken| taken.to <= range.from);
        rest = rest.get(past..).unwrap_or_default();
        let mut open = range.from;
        for taken in rest.iter().take_while(|taken| taken.from < range.to) {
            if open < taken.from {
                left.push(Interval::new(open, taken.from));
            }
            open = taken.to;
        }
        if open < range.to {
            left.push(Interval::new(open, range.to));
        }
    }
    left
}

/// What is in both, both merged.
pub fn intersect(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut both = Vec::with_capacity(one.len().max(other.len()));
    let (mut ones, mut others) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (ones.peek(), others.peek()) {
        let common = Interval::new(a.from.max(b.from), a.to.min(b.to));
        if !common.is_empty() {
            both.push(common);
        }
        if a.to <= b.to {
            ones.next();
        } else {
            others.next();
        }
    }
    both
}

/// `at + duration`, at most the last instant there is.
pub(super) fn plus(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.saturating_add(duration).unwrap_or(at)
}

/// `at - duration`, at least the first instant there is.
pub(super) fn minus(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.saturating_sub(duration).unwrap_or(at)
}

/// A duration without a negative one.
pub(super) fn positive(duration: SignedDuration) -> SignedDuration {
    duration.max(SignedDuration::ZERO)
}
