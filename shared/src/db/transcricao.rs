//! Whether a voice message is worth transcribing, asked before the message itself is handled: the answer costs one round trip, a
//! recording that nobody will read costs money.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::problem::Problem;
use crate::whatsapp::Contact;

/// Whether the clinic wants it and pays for it, the message was not handled before, and the assistant will answer it: nobody of the
/// clinic has the conversation now, and the patient has not told the assistant to stop.
///
/// # Errors
/// When Postgres does not answer.
pub async fn wanted(
    tx: &mut TenantTx,
    message_id: &str,
    contact: &Contact,
    now: Timestamp,
) -> Result<bool, Problem> {
    let wanted = sqlx::query_scalar(
        "select c.transcreve_audio and p.transcricao
                and not exists (
                  select from entrada e
                  where e.cliente_id = $1 and e.origem in ('evolution', 'cloud') and e.mensagem_id = $2)
                and not exists (
                  select from conversas t
                  where t.cliente_id = $1 and t.contato = $3
                    and (t.bot_parado
                      or t.modo = 'humano' and t.humano_desde > $4 - make_interval(mins => c.humano_silencio_minutos)))
         from clientes c join planos p on p.nome = c.plano where c.id = $1",
    )
    .bind(tx.cliente_id())
    .bind(message_id)
    .bind(contact.key())
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(wanted)
}
