//! Whether a voice message is worth transcribing, and how many are, asked before the message itself is handled: the answer costs one round trip, a
//! recording that nobody will read costs money.

use super::TenantTx;
use crate::problem::Problem;

/// How many voice messages of the clinic are turned into text in a month, this one among them; `None` when this one is not: the clinic does not want
/// it or its plan does not pay for it, or the message was handled before. It is heard while somebody of the clinic has the conversation too, and when
/// the patient told the assistant to stop: it may tell of an emergency.
///
/// # Errors
/// When Postgres does not answer.
pub async fn most(tx: &mut TenantTx, message_id: &str) -> Result<Option<u32>, Problem> {
    let most: Option<i32> = sqlx::query_scalar(
        "select p.transcricoes_mes
         from clientes c join planos p on p.nome = c.plano
         where c.id = $1 and c.transcreve_audio and p.transcricao
                and not exists (
                  select from entrada e
                  where e.cliente_id = $1 and e.origem in ('evolution', 'cloud') and e.mensagem_id = $2)",
    )
    .bind(tx.cliente_id())
    .bind(message_id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(most.and_then(|most| u32::try_from(most).ok()))
}
