//! Proration: what of a month's price belongs to which of its days, in whole centavos that add up.
//!
//! A change of plan credits what of the old plan's month is not used and charges what of the new one's is. Both are parts of a whole month
//! cut at the same day, so two changes on one day leave no centavo of the plan between them, and however often a price is cut, its parts make it whole.

use jiff::civil::Date;

/// What a change of plan credits and charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rateio {
    /// Days of the month.
    pub dias_mes: i8,
    /// Of these, the days of the new plan: the day of the change and those after it.
    pub dias_restantes: i8,
    /// Of the old plan's price, the part of these days.
    pub credito_centavos: i64,
    /// Of the new plan's price, the part of these days.
    pub cobranca_centavos: i64,
}

/// A change from one monthly price to another whose first day is `day`.
pub fn change(day: Date, old_centavos: i64, new_centavos: i64) -> Rateio {
    let dias_mes = day.days_in_month();
    let dias_restantes = dias_mes - day.day() + 1;
    let weights = [i64::from(dias_mes - dias_restantes), i64::from(dias_restantes)];
    let remaining = |price: i64| split(price, &weights).last().copied().unwrap_or_default();
    Rateio {
        dias_mes,
        dias_restantes,
        credito_centavos: remaining(old_centavos),
        cobranca_centavos: remaining(new_centavos),
    }
}

/// Splits `total` by `weights` in whole parts that add up to it: each gets its share rounded down, and what is left goes, one by one, to
/// those who lost most by rounding, the earlier first. Without any weight nobody gets anything.
pub fn split(total: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if whole <= 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: i64| i128::from(total) * i128::from(weight);
    let mut parts: Vec<i128> = weights.iter().map(|weight| exact(*weight).div_euclid(whole)).collect();
    let mut left = i128::from(total) - parts.iter().sum::<i128>();
    let mut losses: Vec<(usize, i128)> =
        weights.iter().map(|weight| exact(*weight).rem_euclid(whole)).enumerate().collect();
    losses.sort_by_key(|(at, loss)| (std::cmp::Reverse(*loss), *at));
    for (at, _) in losses {
        if left > 0
            && let Some(part) = parts.get_mut(at)
        {
            *part += 1;
            left -= 1;
        }
    }
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn changed(day: &str, old: i64, new: i64) -> (i8, i8, i64, i64) {
        let Rateio { dias_mes, dias_restantes, credito_centavos, cobranca_centavos } =
            change(day.parse().unwrap(), old, new);
        (dias_mes, dias_restantes, credito_centavos, cobranca_centavos)
    }

    #[test]
    fn the_days_that_remain_decide_in_months_of_every_length() {
        // From R$ 99,00 to R$ 249,00.
        for (day, expected) in [
            ("2026-12-01", (31, 31, 9900, 24900)),
            ("2026-12-16", (31, 16, 5110, 12852)),
            ("2026-12-31", (31, 1, 319, 803)),
            ("2026-11-16", (30, 15, 4950, 12450)),
            ("2026-11-30", (30, 1, 330, 830)),
            ("2027-02-15", (28, 14, 4950, 12450)),
            ("2028-02-15", (29, 15, 5121, 12879)),
            ("2028-02-29", (29, 1, 341, 859)),
        ] {
            assert_eq!(changed(day, 9900, 24900), expected, "{day}");
        }
        assert_eq!(changed("2026-12-16", 0, 0), (31, 16, 0, 0));
    }

    #[test]
    fn of_two_changes_on_one_day_the_plan_between_costs_nothing() {
        let day = "2026-12-13".parse().unwrap();
        let (first, second) = (change(day, 9900, 24_901), change(day, 24_901, 79_900));
        assert_eq!(first.cobranca_centavos, second.credito_centavos);
        let direct = change(day, 9900, 79_900);
        let sum = |one: Rateio| one.cobranca_centavos - one.credito_centavos;
        assert_eq!(sum(first) + sum(second), sum(direct));
    }

    #[test]
    fn what_is_left_goes_to_who_lost_most_and_then_to_the_earlier() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(100, &[1, 2]), [33, 67]);
        assert_eq!(split(1, &[1, 1]), [1, 0]);
        assert_eq!(split(5, &[0, 0]), [0, 0]);
        assert_eq!(split(7, &[]), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn parts_add_up_and_none_is_further_than_a_centavo_from_its_share(
            total in 0_i64..100_000_000, weights in proptest::collection::vec(0_i64..40, 1..6)
        ) {
            let whole: i64 = weights.iter().sum();
            prop_assume!(whole > 0);
            let parts = split(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((part * whole - total * weight).abs() < whole);
            }
        }

        #[test]
        fn however_often_a_month_is_cut_one_price_stays_one_price(
            price in 0_i64..1_000_000, first in 1_i8..=31, second in 1_i8..=31
        ) {
            let (early, late) = (first.min(second), first.max(second));
            let at = |day| change(jiff::civil::date(2026, 12, day), price, price);
            prop_assert_eq!(at(early).credito_centavos, at(early).cobranca_centavos);
            prop_assert!(at(late).credito_centavos <= at(early).credito_centavos);
        }
    }
}
