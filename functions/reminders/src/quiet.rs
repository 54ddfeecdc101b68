//! Letting what was written in quiet hours leave in the morning.

use shared::db::saida::late;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

pub(crate) async fn step(parts: &WorkerParts, tenant: &Tenant) -> Result<(), Problem> {
    let now = parts.clock.now();
    parts.db.in_tenant(tenant, async |tx| late::wake(tx, now).await).await.map(|_| ())
}
