//! What the platform earns, by plan and month.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::problem::Problem;

/// A plan's month in figures. A clinic counts under the plan it has now, an invoice under the plan it was written for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct ReceitaPlano {
    /// The plan.
    pub plano: String,
    /// How it is called.
    pub titulo: String,
    /// Clinics that pay, at the month's end or now: not those that try, are suspended or closed.
    pub clientes: i64,
    /// Clinics that try.
    pub em_teste: i64,
    /// Suspended clinics.
    pub suspensos: i64,
    /// What the paying ones pay a month, without what goes beyond their plan and before discounts.
    pub mrr_centavos: i64,
    /// Written for the month.
    pub emitido_centavos: i64,
    /// What the language model and transcriptions cost the platform in the month, millionths of a US dollar.
    pub ia_custo_microusd: i64,
    /// Messages that left within the month, of people and of the assistant.
    pub mensagens_enviadas: i64,
    /// What its clinics keep, bytes, as it was measured last in the month.
    pub armazenamento_bytes: i64,
    /// Charges that were paid at the gateway within the month.
    pub cobrancas_pagas: i64,
    /// Of all months, paid within this one.
    pub recebido_centavos: i64,
    /// Of all months, open and late now.
    pub vencido_centavos: i64,
    /// How many invoices that are.
    pub vencidas: i64,
    /// Clinics at the month's beginning.
    pub clientes_no_inicio: i64,
    /// Of these, closed within the month: the churn.
    pub encerrados: i64,
    /// Clinics that began within the month.
    pub novos: i64,
}

/// The figures of a month, the largest plan first. The month is that of `fuso`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn by_plan(
    tx: &mut OperatorTx,
    month: Date,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<ReceitaPlano>, Problem> {
    let at = tx.at();
    let rows = sqlx::query_as(
        "with clinica as (
           select c.plano, c.criado_em, c.encerrado_em,
                  c.criado_em < least($3, $4) and (c.encerrado_em is null or c.encerrado_em >= least($3, $4)) as esta,
                  c.suspenso_em is not null as suspensa, a.teste_ate >= (least($3, $4) at time zone c.fuso)::date as testa
           from clientes c join assinaturas a on a.cliente_id = c.id),
         gente as (
           select plano, count(*) filter (where esta and not suspensa and testa is not true) as clientes,
                  count(*) filter (where esta and not suspensa and testa) as em_teste,
                  count(*) filter (where esta and suspensa) as suspensos,
                  count(*) filter (where criado_em < $2 and (encerrado_em is null or encerrado_em >= $2)) as clientes_no_inicio,
                  count(*) filter (where criado_em < $2 and encerrado_em >= $2 and encerrado_em < $3) as encerrados,
                  count(*) filter (where criado_em >= $2 and criado_em < $3) as novos
           from clinica group by plano),
         custo as (
           select c.plano, sum(k.ia_custo_microusd)::bigint as ia, sum(u.mensagens_enviadas)::bigint as mensagens, sum(u.armazenamento_bytes)::bigint as bytes
           from uso_mensal u join clientes c on c.id = u.cliente_id left join custos_mensais k on k.cliente_id = u.cliente_id and k.mes = u.mes
           where u.mes = $1 group by c.plano),
         dinheiro as (
           select f.plano, sum(f.total_centavos) filter (where f.competencia = $1 and f.estado <> 'cancelada') as emitido,
                  sum(coalesce(f.paga_centavos, f.total_centavos)) filter (where f.paga_em >= $2 and f.paga_em < $3) as recebido,
                  count(*) filter (where f.paga_em >= $2 and f.paga_em < $3 and f.paga_por like 'PAYMENT%') as cobrancas,
                  sum(f.total_centavos) filter (where f.estado = 'aberta' and f.vencimento < ($4 at time zone c.fuso)::date) as vencido,
                  count(*) filter (where f.estado = 'aberta' and f.vencimento < ($4 at time zone c.fuso)::date) as vencidas
           from faturas f join clientes c on c.id = f.cliente_id group by f.plano)
         select p.nome as plano, p.titulo, coalesce(g.clientes, 0) as clientes, coalesce(g.em_teste, 0) as em_teste,
                coalesce(g.suspensos, 0) as suspensos, (coalesce(g.clientes, 0) * v.preco_centavos)::bigint as mrr_centavos,
                coalesce(d.emitido, 0)::bigint as emitido_centavos, coalesce(k.ia, 0) as ia_custo_microusd,
                coalesce(k.mensagens, 0) as mensagens_enviadas, coalesce(k.bytes, 0) as armazenamento_bytes, coalesce(d.cobrancas, 0) as cobrancas_pagas,
                coalesce(d.recebido, 0)::bigint as recebido_centavos,
                coalesce(d.vencido, 0)::bigint as vencido_centavos, coalesce(d.vencidas, 0) as vencidas,
                coalesce(g.clientes_no_inicio, 0) as clientes_no_inicio, coalesce(g.encerrados, 0) as encerrados, coalesce(g.novos, 0) as novos
         from planos p cross join hi_valores_do_plano(p.nome, $1) v left join gente g on g.plano = p.nome left join dinheiro d on d.plano = p.nome left join custo k on k.plano = p.nome
         order by mrr_centavos desc, p.preco_centavos desc, p.nome",
    )
    .bind(month.to_sqlx())
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .bind(at.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
