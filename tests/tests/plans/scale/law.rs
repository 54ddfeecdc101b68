//! Numbers measured at sizes a factor apart, the law they follow, and what that comes to elsewhere.

/// How a number grows with what it depends on. Which one it is is known beforehand, from what makes the number; the measure tells how well it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Law {
    /// As much for one as for all.
    Constant,
    /// As the depth of a tree.
    Logarithmic,
    /// As much for each.
    Linear,
    /// As sorting.
    LinearLog,
}

impl Law {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Constant => "constante",
            Self::Logarithmic => "log n",
            Self::Linear => "n",
            Self::LinearLog => "n log n",
        }
    }

    /// What is multiplied by the slope.
    fn term(self, size: f64) -> f64 {
        match self {
            Self::Constant => 0.0,
            Self::Logarithmic => size.ln(),
            Self::Linear => size,
            Self::LinearLog => size * size.ln(),
        }
    }
}

/// Measures and their law.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Size and number, the smallest size first.
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) law: Law,
    base: f64,
    slope: f64,
}

impl Measured {
    /// The line through the points that is off by the smallest part of each: `base + slope · term`, neither below zero. What is the same everywhere is
    /// taken at its highest.
    pub(crate) fn new(law: Law, points: Vec<(f64, f64)>) -> Self {
        let highest = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let flat = Self { base: highest, slope: 0.0, law, points: points.clone() };
        if law == Law::Constant || points.len() < 2 {
            return flat;
        }
        let (mut w, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (size, value) in &points {
            let (weight, term) = (1.0 / value.max(1e-12).powi(2), law.term(*size));
            (w, x, y) = (w + weight, x + weight * term, y + weight * value);
            (xx, xy) = (xx + weight * term * term, xy + weight * term * value);
        }
        let slope = (w * xy - x * y) / (w * xx - x * x);
        let base = (y - slope * x) / w;
        if slope <= 0.0 {
            return flat;
        }
        if base < 0.0 && law != Law::Logarithmic {
            return Self { points, law, base: 0.0, slope: xy / xx };
        }
        Self { points, law, base, slope }
    }

    /// What the law says of a size.
    pub(crate) fn at(&self, size: f64) -> f64 {
        self.base + self.slope * self.law.term(size)
    }

    /// By how much of itself the worst of the points is off.
    pub(crate) fn deviation(&self) -> f64 {
        let off = |(size, value): &(f64, f64)| (self.at(*size) / value.max(1e-12) - 1.0).abs();
        self.points.iter().map(off).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(law: Law, at: impl Fn(f64) -> f64) -> Measured {
        Measured::new(law, [25e3, 100e3, 400e3].map(|size| (size, at(size))).to_vec())
    }

    fn near(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-6, "{value} is not {expected}");
    }

    #[test]
    fn what_follows_a_law_is_found_again_at_any_size() {
        type Grows = (Law, fn(f64) -> f64);
        let laws: [Grows; 4] = [
            (Law::Constant, |_| 7.0),
            (Law::Logarithmic, |size| 2.0 + 3.0 * size.ln()),
            (Law::Linear, |size| 40.0 + 0.5 * size),
            (Law::LinearLog, |size| 0.1 * size * size.ln()),
        ];
        for (law, at) in laws {
            let measured = measured(law, at);
            assert!(measured.deviation() < 1e-6, "{law:?}: {measured:?}");
            near(measured.at(50e6), at(50e6));
        }
    }

    #[test]
    fn what_follows_another_law_is_off() {
        assert!(measured(Law::Constant, |size| size).deviation() > 1.0);
        assert!(measured(Law::Logarithmic, |size| size).deviation() > 0.3);
        assert!(measured(Law::Linear, |size| size * size).deviation() > 0.3);
        assert!(measured(Law::Linear, |size| 5.0 + size).deviation() < 1e-6);
    }

    #[test]
    fn nothing_shrinks_as_it_grows() {
        let falls = measured(Law::Linear, |size| 1e6 - size);
        near(falls.at(50e6), 975e3);
        let offset = measured(Law::LinearLog, |size| size * size.ln() - 1e5);
        assert!(offset.at(50e6) > offset.at(400e3) && offset.at(1.0) >= 0.0);
    }
}
