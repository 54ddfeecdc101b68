//! Medians, and how far they differ from one part of a run to another.
//!
//! What is compared is asked in turns, one of each, so that what the machine does meanwhile falls on all of them alike.

use std::time::Duration;

/// Measurements in the order they were made.
#[derive(Debug, Clone, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    pub fn add(&mut self, took: Duration) {
        self.0.push(took.as_secs_f64() * 1e3);
    }

    /// One more, in milliseconds.
    pub fn add_ms(&mut self, ms: f64) {
        self.0.push(ms);
    }

    /// All of another's after these.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value below which this part of them is, from 0 to 1; milliseconds, 0 without any.
    pub fn quantile(&self, part: f64) -> f64 {
        quantile(&self.0, part)
    }

    /// The middle one, milliseconds.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The medians of this many parts of the run, in order.
    pub fn parts(&self, many: usize) -> Vec<f64> {
        let long = (self.0.len() / many.max(1)).max(1);
        self.0.chunks_exact(long).map(|part| quantile(part, 0.5)).collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place in a list of thousands"
)]
fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let place = part.clamp(0.0, 1.0) * last as f64;
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or_default();
    let (low, high) = (at(place.floor()), at(place.ceil()));
    low + (high - low) * place.fract()
}

/// The parts a run is looked at in, to say how much it wavers.
const PARTS: usize = 5;

/// A measured value against a reference, in milliseconds.
#[derive(Debug, Clone)]
pub struct Ratio {
    /// The median of what was measured.
    pub measured: f64,
    /// The median of the reference.
    pub reference: f64,
    /// The smallest and the largest ratio of five parts of the run.
    pub between: (f64, f64),
}

impl Ratio {
    /// The sum of some medians against the sum of others; a term may count negatively. All were measured in turns.
    pub fn of(measured: &[(&Samples, f64)], reference: &[(&Samples, f64)]) -> Self {
        let sum = |terms: &[(&Samples, f64)]| {
            terms.iter().map(|(samples, times)| samples.median() * times).sum::<f64>()
        };
        let parts = |terms: &[(&Samples, f64)]| -> Vec<f64> {
            let each: Vec<Vec<f64>> = terms
                .iter()
                .map(|(samples, times)| samples.parts(PARTS).iter().map(|part| part * times).collect())
                .collect();
            (0..PARTS).map(|at| each.iter().filter_map(|parts| parts.get(at)).sum()).collect()
        };
        let ratios: Vec<f64> =
            parts(measured).iter().zip(parts(reference)).map(|(above, below)| above / below).collect();
        let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ratios.iter().copied().fold(0.0, f64::max);
        Self { measured: sum(measured), reference: sum(reference), between: (low, high) }
    }

    /// How many times the reference.
    pub fn times(&self) -> f64 {
        self.measured / self.reference
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_of_medians_and_says_how_it_wavered() {
        let mut slow = Samples::new();
        let mut fast = Samples::new();
        for number in 0..50_u32 {
            slow.add_ms(if number < 10 { 4.0 } else { 2.0 });
            fast.add_ms(1.0);
        }
        let ratio = Ratio::of(&[(&slow, 1.0), (&fast, -1.0)], &[(&fast, 1.0)]);
        assert!((ratio.times() - 1.0).abs() < 1e-9, "{ratio:?}");
        assert!((ratio.between.0 - 1.0).abs() < 1e-9 && (ratio.between.1 - 3.0).abs() < 1e-9, "{ratio:?}");
        assert!((slow.quantile(1.0) - 4.0).abs() < 1e-9);
    }
}
