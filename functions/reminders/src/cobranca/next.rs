//! When a clinic is looked at next: at the first instant at which something may be due by the clock alone. What people and the gateway do in between has it
//! looked at by itself (the triggers of migration 0130).

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use shared::db::TenantTx;
use shared::db::faturas::cobranca::{self, Aberta, Agenda, Suspensao};
use shared::domain::prazos::is_business_day;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

use super::letters::DAYS;
use super::{GRACE_DAYS, WARNED, due_letter, is_past_grace, was_asked, was_warned};

/// The longest nobody looks, whatever was reckoned.
const LONGEST_DAYS: i32 = 7;

/// Notes when the clinic is looked at next.
pub(super) async fn end_look(
    parts: &WorkerParts,
    tenant: &Tenant,
    lease: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    let gateway = parts.pagamentos.gateway.is_some();
    let work = async |tx: &mut TenantTx| {
        let open = cobranca::read_open(tx).await?;
        let agenda = cobranca::agenda(tx).await?;
        let state = cobranca::suspension(tx).await?;
        let next = next(&open, &agenda, state, gateway, (now, tx.time_zone()));
        cobranca::end_look(tx, lease, next).await
    };
    parts.db.in_tenant(tenant, work).await
}

fn next(
    open: &[Aberta],
    agenda: &Agenda,
    state: Suspensao,
    gateway: bool,
    (now, zone): (Timestamp, &TimeZone),
) -> Timestamp {
    let today = zone.to_datetime(now).date();
    let after = |days: i32| today.saturating_add(Span::new().days(days));
    let tomorrow = after(1);
    let mut days = vec![after(LONGEST_DAYS)];
    // The month that runs is over then, unless the clinic begins later.
    days.push(today.max(agenda.inicio_dia).last_of_month().saturating_add(Span::new().days(1)));
    if let Some(last) = agenda.teste_ate.filter(|last| *last >= today) {
        days.push(last.saturating_sub(Span::new().days(3)).max(tomorrow));
    }
    if state.por_cobranca {
        days.push(tomorrow);
    }
    let mut instants: Vec<Timestamp> = agenda.gateway_em.filter(|_| gateway).into_iter().collect();
    for one in open {
        if due_letter(one, gateway, today).is_some() {
            instants.push(now);
        }
        days.extend(coming(one, today));
        if is_past_grace(one, today) && !state.suspensa && !state.encerrada {
            days.push(tomorrow);
            instants.extend(one.aviso_em.map(|at| at + WARNED).filter(|at| *at > now));
            // The gateway has answered since: nothing stands between the clinic and what follows.
            if is_business_day(today) && was_warned(one, now) && was_asked(one, gateway, now) {
                instants.push(now);
            }
        }
    }
    let midnights = days.into_iter().filter_map(|day| Some(day.to_zoned(zone.clone()).ok()?.timestamp()));
    midnights.chain(instants).min().unwrap_or(now)
}

/// The next day of an invoice at which a letter is due, or its grace or a promise is over.
fn coming(one: &Aberta, today: Date) -> Option<Date> {
    let from = one.fatura.vencimento;
    let grace = i32::try_from(GRACE_DAYS).unwrap_or(i32::MAX);
    let marks = DAYS.iter().copied().chain([grace]).map(|day| from.saturating_add(Span::new().days(day)));
    let promise = one.fatura.prazo_ate.map(|until| until.saturating_add(Span::new().days(1)));
    marks.chain(promise).filter(|day| *day > today).min()
}
