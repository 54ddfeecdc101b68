//! Whether a voice message is worth transcribing, and how many are, asked before the message itself is handled: the answer costs one round trip, a
//! recording that nobody will read costs money.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::problem::Problem;
use crate::whatsapp::Contact;

/// How many voice messages of the clinic are turned into text in a month, this one among them; `None` when this one is not: the clinic does not want
/// it or its plan does not pay for it, the message was handled before, or the assistant will not answer it, because somebody of the clinic has
/// the conversation or the patient told the assistant to stop.
///
/// # Errors
/// When Postgres does not answer.
pub async fn most(
    tx: &mut TenantTx,
    message_id: &str,
    contact: &Contact,
    now: Timestamp,
) -> Result<Option<u32>, Problem> {
    let most: Option<i32> = sqlx::query_scalar(
        "select p.transcricoes_mes
         from clientes c join planos p on p.nome = c.plano
         where c.id = $1 and c.transcreve_audio and p.transcricao
                and not exists (
                  select from entrada e
                  where e.cliente_id = $1 and e.origem in ('evolution', 'cloud') and e.mensagem_id = $2)
                and not exists (
                  select from conversas t
                  where t.cliente_id = $1 and t.contato = $3
                    and (t.bot_parado
                      or t.modo = 'humano' and t.humano_desde > $4 - make_interval(mins => c.humano_silencio_minutos)))",
    )
    .bind(tx.cliente_id())
    .bind(message_id)
    .bind(contact.key())
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(most.and_then(|most| u32::try_from(most).ok()))
}
