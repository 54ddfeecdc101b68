//! How each clinic's WhatsApp is, as operators see it: states and times, nobody's number and nobody's messages.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OperatorTx;
use crate::db::column::OptionalTimestamp;
use crate::id::ClienteId;
use crate::problem::Problem;

/// The line of a clinic.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Instancia {
    /// `clientes.id`.
    pub cliente_id: ClienteId,
    /// The clinic.
    pub nome: String,
    /// Whether it is suspended.
    pub suspensa: bool,
    /// `evolution` or `cloud`.
    pub provedor: String,
    /// Its name there.
    pub instancia: Option<String>,
    /// What it is, the worst first: `desconectada`, `recusada` (a code was shown and nobody scanned it), `suspeita` (it says that it is connected and
    /// nothing is heard), `sem_resposta` (the server does not say), `conectando`, `nunca_conectada`, `conectada`, `meta` (nobody has to look), `sem_linha`.
    #[schema(
        pattern = "^(desconectada|recusada|suspeita|sem_resposta|conectando|nunca_conectada|conectada|meta|sem_linha)$"
    )]
    pub situacao: String,
    /// Since when.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub desde: Option<Timestamp>,
    /// When its state was last told or seen.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub visto_em: Option<Timestamp>,
    /// When the sweep last looked.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub verificada_em: Option<Timestamp>,
    /// WhatsApp's code for the end of it.
    pub motivo: Option<i32>,
    #[serde(skip)]
    gravidade: i32,
}

/// A place in the list: how bad, since when, whose.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Place(i32, Option<Timestamp>, ClienteId);

impl Instancia {
    /// Where the list goes on after it.
    pub fn place(&self) -> Place {
        Place(self.gravidade, self.desde, self.cliente_id)
    }
}

/// A page of lines, the worst first and of those the longest so: fifty, and one more when the list goes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut OperatorTx, after: Option<Place>) -> Result<Vec<Instancia>, Problem> {
    let rows = sqlx::query_as(
        "select cliente_id, nome, suspensa, provedor, instancia, situacao, desde, visto_em, verificada_em, motivo, gravidade
         from (
           select s.*, array_position(array['desconectada', 'recusada', 'suspeita', 'sem_resposta', 'conectando', 'nunca_conectada', 'conectada',
                                            'meta', 'sem_linha'], s.situacao) as gravidade
           from (
             select c.id as cliente_id, c.nome, c.suspenso_em is not null as suspensa, c.whatsapp_provedor as provedor,
                    c.whatsapp_instance::text as instancia, x.visto_em, x.verificada_em, x.motivo,
                    case when x.suspeita_desde is not null then x.suspeita_desde when x.estado = 'aberta' then x.desde
                         else coalesce(x.caiu_em, x.desde) end as desde,
                    case when c.whatsapp_provedor = 'cloud' then 'meta'
                         when c.whatsapp_instance is null then 'sem_linha'
                         when x.numero is null and coalesce(x.estado, 'fechada') in ('fechada', 'desconhecida') then 'nunca_conectada'
                         when x.estado in ('fechada', 'desconhecida') then 'desconectada'
                         when x.estado = 'recusada' then 'recusada'
                         when x.suspeita_desde is not null then 'suspeita'
                         when x.falhas >= 3 then 'sem_resposta'
                         when x.estado = 'conectando' then 'conectando'
                         else 'conectada' end as situacao
             from clientes c
             left join conexoes x on x.cliente_id = c.id and x.instancia = c.whatsapp_instance and c.whatsapp_provedor = 'evolution'
             where c.ativo and c.subdomain is not null) s) t
         where $1::integer is null
            or (gravidade, coalesce(desde, 'infinity'), cliente_id) > ($1, coalesce($2::timestamptz, 'infinity'), $3::bigint)
         order by gravidade, coalesce(desde, 'infinity'), cliente_id limit 51",
    )
    .bind(after.map(|Place(gravidade, ..)| gravidade))
    .bind(after.and_then(|Place(_, desde, _)| desde).map(ToSqlx::to_sqlx))
    .bind(after.map(|Place(.., id)| id))
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Whose the accounts are: an instance of Evolution's, or `cloud:` and Meta's id of a number.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Conta {
    /// The account.
    pub conta: String,
    /// `clientes.id`.
    pub cliente_id: ClienteId,
    /// The clinic.
    pub nome: String,
}

/// The clinics these accounts lead to; a clinic that is moving from one provider to the other has both.
///
/// # Errors
/// When Postgres does not answer.
pub async fn whose(tx: &mut OperatorTx, contas: &[&str]) -> Result<Vec<Conta>, Problem> {
    let rows = sqlx::query_as(
        "select k.conta, c.id as cliente_id, c.nome
         from unnest($1::text[]) as k(conta)
         join clientes c on c.whatsapp_instance = k.conta or 'cloud:' || c.whatsapp_cloud_id = k.conta",
    );
    Ok(rows.bind(contas).fetch_all(tx.conn()).await?)
}
