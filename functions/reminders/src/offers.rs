//! Ending the offers nobody took in time, each with its next in line.

use shared::agenda::waiting;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

/// How many there were; a suspended clinic offers nothing.
pub(crate) async fn step(parts: &WorkerParts, tenant: &Tenant) -> Result<usize, Problem> {
    if tenant.is_suspended() {
        return Ok(0);
    }
    let now = parts.clock.now();
    parts.db.in_tenant(tenant, async |tx| waiting::expire(tx, now).await).await
}
