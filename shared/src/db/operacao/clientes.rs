//! `clientes` as operators see and write them: the clinic's face, its state and its numbers; who pays is in [`super::pagadores`].

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::{OperatorTx, nomes};
use crate::db::column::OptionalTimestamp;
use crate::id::ClienteId;
use crate::problem::Problem;

/// What operators write of a clinic.
#[derive(Debug, Clone, Default, Serialize, ToSchema, sqlx::FromRow)]
pub struct ClienteDados {
    /// Its name.
    pub nome: String,
    /// Its address, one label below the domain.
    pub subdomain: Option<String>,
    /// Its time zone, an IANA name.
    pub fuso: String,
    /// Its phone, as people dial it.
    pub telefone: Option<String>,
    /// Its e-mail.
    pub email: Option<String>,
    /// Where it is.
    pub endereco: Option<String>,
    /// Its state.
    pub uf: Option<String>,
    /// Its town.
    pub municipio: Option<String>,
    /// Its instance at Evolution.
    pub whatsapp_instance: Option<String>,
    /// Its number, digits.
    pub whatsapp_numero: Option<String>,
    /// Whether it may use a language model; null: as its plan says.
    pub ia_permitida: Option<bool>,
    /// Tokens of a month; null: as its plan says.
    pub ia_limite_tokens: Option<i64>,
    /// How many months conversations are kept; null: always.
    pub retencao_meses: Option<i32>,
}

/// A clinic and its state.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct ClienteFicha {
    /// Its id.
    pub id: ClienteId,
    /// `ativa`, `suspensa`, `encerrada`.
    pub estado: String,
    /// Its plan.
    pub plano: String,
    /// Since when it is suspended.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub suspenso_em: Option<Timestamp>,
    /// Why, as the clinic reads it.
    pub suspensao_motivo: Option<String>,
    /// `cobranca` when it is suspended for what it owes; else an operator did it.
    pub suspenso_por: Option<String>,
    /// When it was closed.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub encerrado_em: Option<Timestamp>,
    /// Who carries its messages, `evolution` or `cloud`.
    pub whatsapp_provedor: String,
    /// Since when it is a client.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// What operators write of it.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub dados: ClienteDados,
}

impl ClienteFicha {
    /// Refuses a closed clinic.
    ///
    /// # Errors
    /// [`Problem::Conflict`].
    pub fn ensure_open(&self) -> Result<(), Problem> {
        if self.encerrado_em.is_none() {
            return Ok(());
        }
        Err(Problem::Conflict { detail: "Esta clínica foi encerrada e não muda mais.".to_owned() })
    }
}

/// One line of the list.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct ClienteResumo {
    /// Its id.
    pub id: ClienteId,
    /// Its name.
    pub nome: String,
    /// Its address.
    pub subdomain: Option<String>,
    /// Its plan.
    pub plano: String,
    /// `ativa`, `suspensa`, `encerrada`.
    pub estado: String,
    /// Since when it is a client.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
}

/// How much a clinic is used: numbers, never whose.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Numeros {
    /// Professionals who work there now.
    pub profissionais: i64,
    /// Secretárias who do.
    pub secretarias: i64,
    /// Visits of the month that were not cancelled.
    pub agendamentos: i64,
    /// People with a visit in the year before the month's end.
    pub pacientes_ativos: i64,
    /// Messages of the month from patients.
    pub mensagens_recebidas: i64,
    /// Messages of the month to them.
    pub mensagens_enviadas: i64,
}

/// Which clinics are asked for.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    /// Part of the name, the address or the instance.
    pub busca: Option<&'a str>,
    /// Only in this state.
    pub estado: Option<&'a str>,
    /// Only of this plan.
    pub plano: Option<&'a str>,
    /// After this one, by name.
    pub after: Option<(&'a str, ClienteId)>,
}

/// A page of clinics by name: fifty, and one more when the list goes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut OperatorTx, filter: &Filter<'_>) -> Result<Vec<ClienteResumo>, Problem> {
    let rows = sqlx::query_as(
        "select id, nome, subdomain::text as subdomain, plano, estado, criado_em
         from (select id, nome, subdomain, whatsapp_instance, plano, criado_em,
                      case when not ativo then 'encerrada' when suspenso_em is not null then 'suspensa' else 'ativa' end as estado
               from clientes) c
         where ($1::text is null or position(hi_busca($1) in hi_busca(nome)) > 0 or position(lower($1) in subdomain) > 0
                or position(lower($1) in lower(whatsapp_instance)) > 0)
           and ($2::text is null or estado = $2) and ($3::text is null or plano = $3)
           and ($4::text is null or (nome, id) > ($4, $5))
         order by nome, id limit 51",
    )
    .bind(filter.busca)
    .bind(filter.estado)
    .bind(filter.plano)
    .bind(filter.after.map(|(nome, _)| nome))
    .bind(filter.after.map(|(_, id)| id))
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One clinic.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut OperatorTx, id: ClienteId) -> Result<ClienteFicha, Problem> {
    let row = sqlx::query_as(
        "select id, plano, suspenso_em, suspensao_motivo, suspenso_por, encerrado_em, whatsapp_provedor, criado_em, nome, subdomain::text as subdomain,
                fuso, telefone, email, endereco, uf, municipio, whatsapp_instance::text as whatsapp_instance,
                whatsapp_numero::text as whatsapp_numero, ia_permitida, ia_limite_tokens, retencao_meses,
                case when not ativo then 'encerrada' when suspenso_em is not null then 'suspensa' else 'ativa' end as estado
         from clientes where id = $1",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut OperatorTx, id: ClienteId) -> Result<ClienteFicha, Problem> {
    sqlx::query("select id from clientes where id = $1 for no key update")
        .bind(id)
        .execute(tx.conn())
        .await?;
    // A second statement: it sees what was committed while the first waited.
    get(tx, id).await
}

/// The clinic at an address, locked; none when nobody has it, and then nobody else takes it until the transaction ends.
///
/// # Errors
/// When Postgres does not answer.
pub async fn lock_address(tx: &mut OperatorTx, subdomain: &str) -> Result<Option<ClienteFicha>, Problem> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('clientes.subdomain:' || $1, 0))")
        .bind(subdomain)
        .execute(tx.conn())
        .await?;
    let id: Option<ClienteId> = sqlx::query_scalar("select id from clientes where subdomain = $1")
        .bind(subdomain)
        .fetch_optional(tx.conn())
        .await?;
    match id {
        Some(id) => lock(tx, id).await.map(Some),
        None => Ok(None),
    }
}

/// A new clinic.
///
/// # Errors
/// [`Problem::AlreadyExists`] when its address or instance is another's, [`Problem::Conflict`] when it was; [`Problem::InvalidFields`] for an unknown plan.
pub async fn insert(tx: &mut OperatorTx, plano: &str, dados: &ClienteDados) -> Result<ClienteId, Problem> {
    nomes::ensure_free(tx, None, dados).await?;
    let id = sqlx::query_scalar(
        "insert into clientes (plano, nome, subdomain, fuso, telefone, email, endereco, uf, municipio, whatsapp_instance, whatsapp_numero,
                               ia_permitida, ia_limite_tokens, retencao_meses)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id",
    )
    .bind(plano)
    .bind(&dados.nome)
    .bind(&dados.subdomain)
    .bind(&dados.fuso)
    .bind(&dados.telefone)
    .bind(&dados.email)
    .bind(&dados.endereco)
    .bind(&dados.uf)
    .bind(&dados.municipio)
    .bind(&dados.whatsapp_instance)
    .bind(&dados.whatsapp_numero)
    .bind(dados.ia_permitida)
    .bind(dados.ia_limite_tokens)
    .bind(dados.retencao_meses)
    .fetch_optional(tx.conn())
    .await?;
    // The database passes over a clinic that is restated word for word.
    id.ok_or_else(|| Problem::AlreadyExists { detail: "Esta clínica já está cadastrada.".to_owned() })
}

/// Writes what operators write of a clinic.
///
/// # Errors
/// [`Problem::AlreadyExists`] when its address or instance is another's, [`Problem::Conflict`] when it was.
pub async fn update(tx: &mut OperatorTx, id: ClienteId, dados: &ClienteDados) -> Result<(), Problem> {
    nomes::ensure_free(tx, Some(id), dados).await?;
    sqlx::query(
        "update clientes set nome = $2, subdomain = $3, fuso = $4, telefone = $5, email = $6, endereco = $7, uf = $8, municipio = $9,
                whatsapp_instance = $10, whatsapp_numero = $11, ia_permitida = $12, ia_limite_tokens = $13, retencao_meses = $14
         where id = $1",
    )
    .bind(id)
    .bind(&dados.nome)
    .bind(&dados.subdomain)
    .bind(&dados.fuso)
    .bind(&dados.telefone)
    .bind(&dados.email)
    .bind(&dados.endereco)
    .bind(&dados.uf)
    .bind(&dados.municipio)
    .bind(&dados.whatsapp_instance)
    .bind(&dados.whatsapp_numero)
    .bind(dados.ia_permitida)
    .bind(dados.ia_limite_tokens)
    .bind(dados.retencao_meses)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Suspends a clinic for a reason it reads, or, without one, takes it up again. One that is suspended stays so since when it was.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_suspension(tx: &mut OperatorTx, id: ClienteId, motivo: Option<&str>) -> Result<(), Problem> {
    let at = tx.at().to_sqlx();
    sqlx::query(
        "update clientes set suspenso_em = case when $2::text is not null then coalesce(suspenso_em, $3) end, suspensao_motivo = $2, suspenso_por = null
         where id = $1",
    )
    .bind(id)
    .bind(motivo)
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Closes a clinic: its address and its instance lead to nobody from now on, and the instance is to be ended at Evolution, which the sweep does.
///
/// # Errors
/// When Postgres does not answer.
pub async fn close(tx: &mut OperatorTx, id: ClienteId) -> Result<(), Problem> {
    let at = tx.at().to_sqlx();
    sqlx::query("update clientes set ativo = false, encerrado_em = $2 where id = $1")
        .bind(id)
        .bind(at)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes to who manages a clinic that was closed in this transaction; once each.
///
/// # Errors
/// When Postgres does not answer.
pub async fn tell_of_closing(
    tx: &mut OperatorTx,
    id: ClienteId,
    assunto: &str,
    texto: &str,
) -> Result<i64, Problem> {
    let at = tx.at().to_sqlx();
    let told = sqlx::query_scalar("select hi_despede_clinica($1, $2, $3, $4)");
    Ok(told.bind(id).bind(assunto).bind(texto).bind(at).fetch_one(tx.conn()).await?)
}

/// How much a clinic is used in a stretch of time.
///
/// # Errors
/// When Postgres does not answer.
pub async fn usage(
    tx: &mut OperatorTx,
    id: ClienteId,
    (from, to): (Timestamp, Timestamp),
) -> Result<Numeros, Problem> {
    let row = sqlx::query_as("select * from hi_numeros_da_clinica($1, $2, $3)");
    Ok(row.bind(id).bind(from.to_sqlx()).bind(to.to_sqlx()).fetch_one(tx.conn()).await?)
}
