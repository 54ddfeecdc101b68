//! Which of the days named are wanted, which are not, and which is the day of the appointment the message is about.

use jiff::civil::Date;

use super::Mention;
use crate::reading::intents::Intent;
use crate::reading::understanding::Days;
use crate::reading::words::Words;

/// The days of a message.
#[derive(Debug, Default)]
pub(in crate::reading) struct Settled {
    pub(in crate::reading) days: Days,
    pub(in crate::reading) not: Vec<Date>,
    pub(in crate::reading) current: Option<Date>,
    pub(in crate::reading) loose: bool,
    pub(in crate::reading) invalid: bool,
}

/// Sorts the days by what they are to the intent. `hour_wanted`: a new hour is named, so one day may be the old one.
pub(in crate::reading) fn settle(
    words: &Words,
    mentions: &[Mention],
    intent: Intent,
    hour_wanted: bool,
) -> Settled {
    let current = match intent {
        Intent::Reschedule => old_day(words, mentions, hour_wanted),
        Intent::Cancel | Intent::NoShow | Intent::Appointments | Intent::KeepAppointment => {
            mentions.iter().position(|mention| single(mention).is_some())
        }
        _ => None,
    };
    let mut settled = Settled::default();
    for (at, mention) in mentions.iter().enumerate() {
        if Some(at) == current {
            settled.current = single(mention);
        } else if mention.not && intent != Intent::Reschedule {
            settled.not.extend(listed(&mention.days));
        } else {
            settled.days = preferred(std::mem::take(&mut settled.days), mention.days.clone());
        }
        settled.loose |= mention.loose;
        settled.invalid |= mention.invalid;
    }
    settled
}

/// Of two that stand apart: a day wins over the month around it, else the last word counts.
fn preferred(old: Days, new: Days) -> Days {
    match (&old, &new) {
        (_, Days::Unsaid) | (Days::One(_), Days::Range(..)) => old,
        _ => new,
    }
}

fn single(mention: &Mention) -> Option<Date> {
    match mention.days {
        Days::One(day) => Some(day),
        _ => None,
    }
}

fn listed(days: &Days) -> Vec<Date> {
    match days {
        Days::One(day) => vec![*day],
        Days::AnyOf(days) => days.clone(),
        _ => Vec::new(),
    }
}

/// Of a message that moves an appointment: the day it is on.
fn old_day(words: &Words, mentions: &[Mention], hour_wanted: bool) -> Option<usize> {
    let led_by = |mention: &Mention, leads: &[&str]| {
        let start = mention.range.start;
        (1..=3).any(|places| leads.contains(&words.before(start, places)))
    };
    let wanted =
        |mention: &Mention| led_by(mention, &["para", "pro"]) && !mention.not && !booked_for(words, mention);
    let owned = |mention: &Mention| {
        mention.not
            || booked_for(words, mention)
            || (1..=6).any(|places| words.before(mention.range.start, places) == "nao")
            || led_by(
                mention,
                &["consulta", "horario", "agendamento", "retorno", "marcado", "marcada", "desmarca"],
            )
            || (led_by(mention, &["de", "do", "da"]) && mentions.len() > 1)
    };
    let others = |at: usize| mentions.iter().enumerate().any(|(other, mention)| other != at && !mention.not);
    let mut places = mentions.iter().enumerate().filter(|(_, mention)| single(mention).is_some());
    places
        .find(|(at, mention)| {
            !wanted(mention) && (owned(mention) || (*at == 0 && (others(*at) || hour_wanted)))
        })
        .map(|(at, _)| at)
}

/// "Marcada pra sexta" is the old day although it says "pra".
fn booked_for(words: &Words, mention: &Mention) -> bool {
    (1..=3).any(|places| {
        matches!(
            words.before(mention.range.start, places),
            "marcada" | "marcado" | "agendada" | "agendado" | "tenho"
        )
    })
}
