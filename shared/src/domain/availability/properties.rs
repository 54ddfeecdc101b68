//! What holds for every clinic.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::scenes::{Scene, entry, scene, scene_without_changes};
use super::{Busy, Calendar, GridKind, Interval, Occupation, day_is_full, fits_open, is_free, model, reach};

fn bookable(scene: &Scene, calendar: &Calendar, start: Timestamp) -> bool {
    let last = scene.policy.last_date(&calendar.zone, scene.now);
    fits_open(calendar, scene.visit, start)
        && is_free(calendar, scene.visit, &scene.policy, scene.now, start)
        && !day_is_full(calendar, start)
        && last.is_none_or(|last| calendar.zone.to_datetime(start).date() <= last)
}

fn takes(scene: &Scene, entry: &Busy) -> bool {
    match &entry.occupation {
        Occupation::Freed => false,
        Occupation::Pending => scene.policy.pending_blocks,
        Occupation::Hold { owner, expires_at } => {
            *expires_at > scene.now && scene.policy.hold_owner.as_ref() != Some(owner)
        }
        _ => true,
    }
}

/// Whether the padded visit keeps away from the padded entry: what is kept free of one must not be taken by the other nor kept free by it.
fn clash(scene: &Scene, start: Timestamp, entry: &Busy) -> bool {
    let (visit, taken) = (scene.visit, entry.interval);
    visit.at(start).widened(visit.before, visit.after).overlaps(taken.widened(entry.before, entry.after))
}

fn shifted(scene: &Scene, weeks: i64) -> Scene {
    let (days, duration) = ((7 * weeks).days(), SignedDuration::from_hours(weeks * 7 * 24));
    let moved = |interval: &mut Interval| {
        *interval = Interval::new(interval.from + duration, interval.to + duration);
    };
    let mut scene = scene.clone();
    scene.now += duration;
    scene.window.first += days;
    scene.window.last += days;
    for calendar in scene.calendars_mut() {
        let hours = &mut calendar.hours;
        for row in hours.weekly.iter_mut().chain(&mut hours.breaks) {
            row.valid_from = row.valid_from.map(|date| date + days);
            row.valid_until = row.valid_until.map(|date| date + days);
        }
        hours.overrides =
            hours.overrides.iter().map(|(date, own)| (*date + days, own.clone())).collect::<BTreeMap<_, _>>();
        hours.closed = hours.closed.iter().map(|date| *date + days).collect::<BTreeSet<_>>();
        hours.extra.iter_mut().for_each(moved);
        for entry in &mut calendar.busy {
            moved(&mut entry.interval);
            if let Occupation::Hold { expires_at, .. } = &mut entry.occupation {
                *expires_at += duration;
            }
        }
    }
    scene
}

/// No file of failures is kept: what one shows becomes a case of its own.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn the_engine_answers_what_the_rules_say(scene in scene()) {
        prop_assert_eq!(scene.starts(), model::starts(&scene.question()));
    }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn every_offered_start_can_be_booked(scene in scene()) {
        let starts = scene.starts();
        for start in &starts {
            prop_assert!(*start >= scene.policy.earliest(scene.now));
            // Marks are the calendars' own, in whatever zone they are read; a clock that moves by half an hour moves them.
            let zone = &scene.all.iter().chain(&scene.any).next().unwrap().zone;
            let moves = zone.iana_name() == Some("Australia/Lord_Howe");
            prop_assert!(moves || scene.grid.may_stand_at(zone.to_datetime(*start).time()));
            prop_assert!(scene.all.iter().all(|calendar| bookable(&scene, calendar, *start)));
            let any = scene.any.is_empty() || scene.any.iter().any(|calendar| bookable(&scene, calendar, *start));
            prop_assert!(any);
        }
        prop_assert!(starts.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn no_offered_visit_meets_an_entry_with_the_padding_of_both(mut scene in scene()) {
        scene.any.clear();
        let single = |calendar: &&Calendar| calendar.capacity <= 1;
        for start in scene.starts() {
            for entry in scene.all.iter().filter(single).flat_map(|calendar| &calendar.busy) {
                prop_assert!(!takes(&scene, entry) || !clash(&scene, start, entry));
            }
        }
    }

    #[test]
    fn a_month_is_the_days_of_it(scene in scene(), more in 0_i64..4) {
        let mut month = scene;
        month.window.last += more.days();
        let mut days = Vec::new();
        let mut day = month.clone();
        let mut date = month.window.first;
        while date <= month.window.last {
            day.window.first = date;
            day.window.last = date;
            days.extend(day.starts());
            date = date.tomorrow().unwrap();
        }
        prop_assert_eq!(month.starts(), days);
    }

    #[test]
    fn a_shift_by_weeks_shifts_the_answer(mut scene in scene_without_changes(), weeks in -60_i64..60) {
        scene.window.zone = TimeZone::UTC;
        let by = SignedDuration::from_hours(weeks * 7 * 24);
        let expected: Vec<_> = scene.starts().into_iter().map(|start| start + by).collect();
        prop_assert_eq!(shifted(&scene, weeks).starts(), expected);
    }

    #[test]
    fn the_readers_zone_groups_and_moves_nothing(scene in scene()) {
        let bounds = scene.window.bounds();
        let mut wide = scene.clone();
        wide.window.zone = TimeZone::get("Pacific/Auckland").unwrap();
        wide.window.first -= 2.days();
        wide.window.last += 2.days();
        let mut same = wide.starts();
        same.retain(|start| bounds.from <= *start && *start < bounds.to);
        prop_assert_eq!(scene.starts(), same);
    }

    #[test]
    fn a_new_entry_takes_its_time_and_gives_it_back(
        (scene, new) in scene().prop_flat_map(|scene| {
            let new = entry(scene.window.bounds().from, scene.now);
            (Just(scene), new)
        })
    ) {
        let mut scene = scene;
        scene.all.append(&mut scene.any);
        scene.all[0].capacity = 1;
        let before = scene.starts();
        scene.all[0].busy.push(new.clone());
        let with = scene.starts();
        for start in &with {
            prop_assert!(!takes(&scene, &new) || !clash(&scene, *start, &new));
        }
        if scene.grid.kind == GridKind::DayGrid {
            prop_assert!(with.iter().all(|start| before.contains(start)), "a fixed grid gains nothing");
        }
        let last = scene.all[0].busy.len() - 1;
        scene.all[0].busy[last].occupation = Occupation::Freed;
        prop_assert_eq!(&scene.starts(), &before, "cancelled");
        scene.all[0].busy[last].occupation = new.occupation;
        prop_assert_eq!(&scene.starts(), &with, "booked again");
        scene.all[0].busy.pop();
        prop_assert_eq!(&scene.starts(), &before, "removed");
    }

    #[test]
    fn order_does_not_matter(scene in scene()) {
        let mut other = scene.clone();
        other.all.reverse();
        other.any.reverse();
        for calendar in other.calendars_mut() {
            calendar.busy.reverse();
            calendar.hours.weekly.reverse();
            calendar.hours.breaks.reverse();
            calendar.hours.extra.reverse();
            calendar.hours.overrides.values_mut().for_each(|own| own.reverse());
        }
        prop_assert_eq!(scene.starts(), other.starts());
    }

    #[test]
    fn entries_out_of_reach_change_nothing(scene in scene()) {
        let reach = reach(&scene.question());
        let mut near = scene.clone();
        for calendar in near.calendars_mut() {
            calendar.busy.retain(|entry| {
                let widened = entry.interval.widened(entry.before, entry.after);
                reach.is_some_and(|reach| reach.overlaps(widened))
            });
        }
        prop_assert_eq!(scene.starts(), near.starts());
    }
}
