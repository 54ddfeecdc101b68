//! What a clinic is: at work or suspended.

use crate::auth::Operators;
use crate::db::operacao::OperatorTx;
use crate::db::operacao::auditoria::record_change;
use crate::db::operacao::clientes::{self, ClienteFicha};
use crate::id::ClienteId;
use crate::problem::Problem;

/// A clinic's address in the trail.
pub fn target(id: ClienteId) -> String {
    format!("clientes/{id}")
}

/// Changes what a clinic is, under its lock; the trail has it before and after. A closed one is refused.
///
/// # Errors
/// What `work` refuses; [`Problem::Conflict`] for a closed clinic; [`Problem::NotFound`].
pub async fn change(
    tx: &mut OperatorTx,
    id: ClienteId,
    act: &str,
    work: impl AsyncFnOnce(&mut OperatorTx, &ClienteFicha) -> Result<(), Problem>,
) -> Result<ClienteFicha, Problem> {
    super::require(tx, Operators::Any)?;
    let before = clientes::lock(tx, id).await?;
    before.ensure_open()?;
    work(tx, &before).await?;
    let after = clientes::get(tx, id).await?;
    record_change(tx, act, &target(id), Some(&before), &after).await?;
    Ok(after)
}

/// Suspends a clinic for a reason it reads; of one that is suspended the reason changes.
///
/// # Errors
/// As [`change`].
pub async fn suspend(tx: &mut OperatorTx, id: ClienteId, motivo: &str) -> Result<ClienteFicha, Problem> {
    let suspend = async |tx: &mut OperatorTx, before: &ClienteFicha| {
        // Else it would be a way to take it up again without a payment.
        if before.suspenso_por.is_some() {
            let detail = "Esta clínica já está suspensa por uma fatura em aberto. Depois do pagamento, dá para suspendê-la por outro motivo.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        clientes::set_suspension(tx, id, Some(motivo)).await
    };
    change(tx, id, "cliente_suspenso", suspend).await
}

/// Takes up a suspended clinic again.
///
/// # Errors
/// As [`change`].
pub async fn resume(tx: &mut OperatorTx, id: ClienteId) -> Result<ClienteFicha, Problem> {
    let resume = async |tx: &mut OperatorTx, before: &ClienteFicha| {
        // The next minute would suspend it again.
        if before.suspenso_por.is_some() {
            let detail = "Esta clínica está suspensa por uma fatura em aberto. Registre o pagamento ou dê um prazo na fatura: ela volta sozinha em \
                          um minuto.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        clientes::set_suspension(tx, id, None).await
    };
    change(tx, id, "cliente_reativado", resume).await
}
