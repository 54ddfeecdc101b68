//! Once a night, at three o'clock of each clinic's own clock: what it used in the month that runs and in the one before is counted, kept, and
//! the ledger's running sums are set to it.
//!
//! Postgres is the truth of what it keeps, the ledger of requests and of a language model. Counting is one transaction, comparing is outside any, what came of
//! it a third, and each may be done twice: who is stopped in between is followed by another some minutes later.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use shared::db::TenantTx;
use shared::db::uso::{self, Uso};
use shared::ledger::counters::Sums;
use shared::ledger::usage::Usage;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored;
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
            tracing::error!(codigo = problem.slug(), "clinics to be measured can't be listed");
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
    let count = async |tx: &mut TenantTx| {
        let Some(this) = uso::take(tx, now).await? else { return Ok(Vec::new()) };
        let before = this.yesterday().map_err(|_| Problem::Internal)?.first_of_month();
        Ok(vec![uso::measure(tx, before, now).await?, uso::measure(tx, this, now).await?])
    };
    let months = parts.db.in_tenant(tenant, count).await?;
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

/// Sets the ledger's sums of a month to what was counted.
async fn compare(parts: &WorkerParts, tenant: &Tenant, uso: Uso) -> Result<Compared, Problem> {
    let (cliente, name) = (tenant.cliente_id(), uso.mes.strftime("%Y-%m").to_string());
    let mut truth = uso.sums();
    for _ in 0..ATTEMPTS {
        let seen = parts.ledger.counters(cliente, &name).await?;
        let drift = drift(&seen, &truth);
        let wrong: Sums = truth
            .iter()
            .filter(|(sum, _)| drift.contains_key(*sum))
            .map(|(sum, is)| (sum.clone(), *is))
            .collect();
        if wrong.is_empty() || parts.ledger.correct_counters(cliente, &name, (&seen, &wrong)).await? {
            for (sum, by) in &drift {
                tracing::warn!(cliente.id = %cliente, mes = name, sum, by, "a counter was wrong");
            }
            let model = parts.ledger.usage(cliente, &name).await?;
            let requests = seen.get("requisicoes").copied().unwrap_or_default();
            return Ok(Compared { mes: uso.mes, requests, model, drift });
        }
        // Something happened between looking and setting: it is in Postgres too, so that is asked again.
        let again = async |tx: &mut TenantTx| uso::measure(tx, uso.mes, parts.clock.now()).await;
        match parts.db.in_tenant(tenant, again).await {
            Ok(again) => truth = again.sums(),
            Err(problem) => Err::<(), _>(problem).ignored("counting again"),
        }
    }
    Err(Problem::Unavailable)
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
