//! Closing and deleting what is of no use any more: answers kept for repeated requests, codes, choices, e-mails, links.

use shared::db::{codigos, emails, idempotencia, reservas, senhas};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

pub(crate) async fn step(parts: &WorkerParts, tenant: &Tenant) -> Result<(), Problem> {
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(tenant, async |tx| {
            idempotencia::forget_old(tx, now).await?;
            codigos::forget_old(tx, now).await?;
            senhas::forget_old(tx, now).await?;
            emails::forget_old(tx, now).await?;
            reservas::forget_old(tx, now).await
        })
        .await
}
