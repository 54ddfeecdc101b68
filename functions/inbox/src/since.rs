//! `desde`: where a client's knowledge ends, opaque to it.

use shared::db::TenantTx;
use shared::db::inbox::Since;
use shared::http::cursor;
use shared::problem::Problem;

/// Where the knowledge of whoever gets this answer ends.
pub(crate) fn encode(now: &Since) -> Result<String, Problem> {
    cursor::encode(now).ok_or(Problem::Internal)
}

/// What this transaction sees now, asked before anything else is read: what is written meanwhile is told twice rather than never. And what the
/// client had seen.
///
/// # Errors
/// [`Problem::InvalidFields`] for a `desde` that is none of ours, or of a database that was replaced since.
pub(crate) async fn read(tx: &mut TenantTx, desde: Option<&str>) -> Result<(Since, Option<Since>), Problem> {
    let now = Since::now(tx).await?;
    let Some(text) = desde else { return Ok((now, None)) };
    let since = cursor::decode(text).ok().filter(|since: &Since| since.is_before(&now));
    let since = since.ok_or_else(|| {
        Problem::field("desde", "Use o valor de “desde” da resposta anterior, ou peça tudo de novo, sem ele.")
    })?;
    Ok((now, Some(since)))
}
