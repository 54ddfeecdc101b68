//! Ending the offers nobody took in time, each with its next in line; and freed times of which a part of the line has not been asked yet.

use shared::agenda::waiting;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

use crate::writing::{Share, briefly};

/// How often one sweep goes on with the line of one clinic. Each is a transaction of its own, short as whoever waits for its professional needs it; ten come to
/// the end of the longest line there may be.
const MOST: usize = 40;

/// How many there were; a suspended clinic offers nothing.
pub(crate) async fn step(parts: &WorkerParts, tenant: &Tenant) -> Result<usize, Problem> {
    if tenant.is_suspended() {
        return Ok(0);
    }
    let now = parts.clock.now();
    parts.db.in_tenant(tenant, async |tx| waiting::expire(tx, now).await).await
}

/// Goes on with freed times from where the line was looked at, while the clinic has time; the rest is the next sweep's.
pub(crate) async fn go_on(share: &Share<'_>) -> Result<(), Problem> {
    if share.tenant.is_suspended() {
        return Ok(());
    }
    let now = share.parts.clock.now();
    for _ in 0..MOST {
        let one = share.parts.db.in_tenant(share.tenant, async |tx| waiting::go_on(tx, now).await);
        if !share.goes_on() || !briefly(one).await? {
            break;
        }
    }
    Ok(())
}
