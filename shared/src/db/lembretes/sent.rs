//! How far the messages about an appointment got: whether the patient was reminded is asked by whoever sees an empty chair.

use jiff::Timestamp;

use crate::db::TenantTx;
use crate::id::AgendamentoId;
use crate::problem::Problem;

/// A message about an appointment that goes, went, or did not go.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Sent {
    /// `confirmacao`, `vespera`, `dia`, `falta`.
    pub tipo: String,
    /// `previsto`, or how far its message got, as in `mensagens.estado`.
    pub estado: String,
    /// Why it did not arrive, as in `mensagens.falha`; `medida`: the patient had been reminded as often as a day bears.
    pub falha: Option<String>,
    /// When it goes; when it left, once it did.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub em: Timestamp,
}

/// The messages about an appointment in their order. What was called off with the appointment, or not needed any more, is none.
///
/// # Errors
/// When Postgres does not answer.
pub async fn sent(tx: &mut TenantTx, id: AgendamentoId) -> Result<Vec<Sent>, Problem> {
    let rows = sqlx::query_as(
        "select l.tipo,
                case l.estado when 'pendente' then 'previsto' when 'falhou' then 'falhou' else coalesce(m.estado, 'enviada') end as estado,
                case when l.estado = 'falhou' and l.saida_id is null then 'medida' else m.falha end as falha,
                case when l.estado = 'pendente' then l.enviar_em else coalesce(s.tentada_em, s.criado_em, l.enviar_em) end as em
         from lembretes l
         left join saida s on s.cliente_id = $1 and s.id = l.saida_id
         left join mensagens m on m.cliente_id = $1 and m.id = s.mensagem_id
         where l.cliente_id = $1 and l.agendamento_id = $2 and l.estado <> 'cancelado'
         order by em, l.id",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
