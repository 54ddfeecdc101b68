//! Once a night, at three o'clock of each clinic's own clock: what it used in the month that runs and in the one before is counted, kept, and
//! the ledger's running sums are set to it.
//!
//! Postgres is the truth of what it keeps, the ledger of requests and of a language model. Counting is one transaction, comparing is outside any, what came of
//! it a third, and each may be done twice: who is stopped in between is followed by another some minutes later.
//!
//! Functions that answer people tell the ledger what they did some seconds later. What they have not told when the night counts is told for
//! them first, under the same names: a sum that was only set right would be one too much as soon as they do.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use shared::db::TenantTx;
use shared::db::uso::{self, Uso};
use shared::id::ClienteId;
use shared::ledger::counters::{Happened, Sums};
use shared::ledger::usage::Usage;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

use crate::counted;

/// How long after its beginning a sweep still begins to measure a clinic; messages come first.
const ENDS: SignedDuration = SignedDuration::from_secs(42);
/// How often sums that change at that moment are compared again.
const ATTEMPTS: u32 = 4;

/// Measures the clinics whose night it is, as many as the sweep has time for; how many.
pub(crate) async fn measure_all(parts: &WorkerParts, started: Timestamp) -> usize {
    let due = match parts.tenants.with_measuring_due(parts.clock.now()).await {
        Ok(due) => due,
        Err(problem) => {
            tracing::error!(codigo = problem.codigo(), "clinics to be measured can't be listed");
            return 0;
        }
    };
    let mut measured = 0;
    for tenant in &due {
        if parts.clock.now().duration_since(started) > ENDS {
            break;
        }
        measured += counted(tenant, "measuring", measure(parts, tenant).await);
    }
    measured
}

async fn measure(parts: &WorkerParts, tenant: &Tenant) -> Result<usize, Problem> {
    let now = parts.clock.now();
    let count_both = async |tx: &mut TenantTx| {
        let mut months = Vec::new();
        for mes in uso::take(tx, now).await? {
            months.push(count(tx, mes, now).await?);
        }
        Ok(months)
    };
    let months = parts.db.in_tenant(tenant, count_both).await?;
    if months.is_empty() {
        return Ok(0);
    }
    let mut found = Vec::with_capacity(months.len());
    for month in months {
        found.push(compare(parts, tenant, month).await?);
    }
    let keep = async |tx: &mut TenantTx| {
        for Compared { mes, requests, model, drift } in &found {
            uso::compared(tx, *mes, (*requests, model), drift, now).await?;
        }
        uso::measured(tx, now).await
    };
    parts.db.in_tenant(tenant, keep).await?;
    Ok(1)
}

/// What was found in the ledger.
struct Compared {
    mes: Date,
    requests: u64,
    model: Usage,
    /// Of each sum that was wrong, how much more or less it said.
    drift: BTreeMap<String, i64>,
}

/// A month as Postgres knows it.
struct Counted {
    uso: Uso,
    /// What the ledger may not have been told of it.
    untold: Vec<Happened>,
}

async fn count(tx: &mut TenantTx, mes: Date, now: Timestamp) -> Result<Counted, Problem> {
    let uso = uso::measure(tx, mes, now).await?;
    Ok(Counted { uso, untold: uso::untold(tx, mes, now).await? })
}

/// Sets the ledger's sums of a month to what was counted.
async fn compare(parts: &WorkerParts, tenant: &Tenant, mut counted: Counted) -> Result<Compared, Problem> {
    let (cliente, mes) = (tenant.cliente_id(), counted.uso.mes);
    let name = mes.strftime("%Y-%m").to_string();
    for _ in 0..ATTEMPTS {
        parts.ledger.add_events(cliente, &name, &counted.untold).await?;
        let seen = parts.ledger.counters(cliente, &name).await?;
        let truth = counted.uso.sums();
        let drift = drift(&seen, &truth);
        if !drift.is_empty() {
            // What happens between counting and looking is no error: only what is wrong while nothing happens is set right.
            let again = async |tx: &mut TenantTx| count(tx, mes, parts.clock.now()).await;
            counted = parts.db.in_tenant(tenant, again).await?;
            if counted.uso.sums() != truth || !set(parts, cliente, &name, (&seen, &truth, &drift)).await? {
                continue;
            }
        }
        let model = parts.ledger.usage(cliente, &name).await?;
        let requests = seen.get("requisicoes").copied().unwrap_or_default();
        return Ok(Compared { mes, requests, model, drift });
    }
    Err(Problem::Unavailable)
}

/// Sets what is wrong right, unless it has changed meanwhile; whether it did.
async fn set(
    parts: &WorkerParts,
    cliente: ClienteId,
    name: &str,
    (seen, truth, drift): (&Sums, &Sums, &BTreeMap<String, i64>),
) -> Result<bool, Problem> {
    let wrong: Sums = truth
        .iter()
        .filter(|(sum, _)| drift.contains_key(*sum))
        .map(|(sum, is)| (sum.clone(), *is))
        .collect();
    let done = parts.ledger.correct_counters(cliente, name, (seen, &wrong)).await?;
    for (sum, by) in drift.iter().filter(|_| done) {
        tracing::warn!(cliente.id = %cliente, mes = name, sum, by, "a counter was wrong");
    }
    Ok(done)
}

/// How much more or less than the truth each sum says.
fn drift(seen: &Sums, truth: &Sums) -> BTreeMap<String, i64> {
    let signed = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
    let wrong = |(sum, is): (&String, &u64)| {
        let said = seen.get(sum).copied().unwrap_or_default();
        let by = signed(said).saturating_sub(signed(*is));
        (by != 0).then(|| (sum.clone(), by))
    };
    truth.iter().filter_map(wrong).collect()
}
