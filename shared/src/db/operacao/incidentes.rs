//! `incidentes`: the register of security incidents with personal data, its deadlines and whom they were communicated to (Resolução CD/ANPD
//! 15/2024). Nothing of it is deleted. Clinics are named, patients never.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::db::Db;
use crate::db::column::OptionalTimestamp;
use crate::id::{ClienteId, IncidenteId, UserId};
use crate::problem::Problem;

/// What is written of an incident.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Dados {
    /// What it is called here.
    pub titulo: String,
    /// What happened.
    pub natureza: String,
    /// Kinds of personal data it affects.
    pub categorias: Vec<String>,
    /// How many people, as far as it is known.
    pub titulares: Option<i32>,
    /// What may come of it for them.
    pub riscos: Option<String>,
    /// What was done before and after.
    pub medidas: Option<String>,
    /// Since when it is known that personal data was affected: the clock runs from then on.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub conhecido_em: Option<Timestamp>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Incidente {
    /// `incidentes.id`.
    pub id: IncidenteId,
    #[serde(flatten)]
    #[sqlx(flatten)]
    /// What is written of it.
    pub dados: Dados,
    /// Until when the ANPD and the people concerned are told.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub prazo_em: Option<Timestamp>,
    /// Until when what was missing in the communication to the ANPD is added.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub complemento_em: Option<Timestamp>,
    /// Who wrote it down.
    pub operador_id: UserId,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// Since when it is closed.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub encerrado_em: Option<Timestamp>,
    /// What it was closed with.
    pub conclusao: Option<String>,
}

/// A clinic an incident affects.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Afetada {
    /// `clientes.id`.
    pub cliente_id: ClienteId,
    /// Its name.
    pub nome: String,
    /// Since when who manages it is told; none: not yet, or nobody there has an e-mail.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub comunicado_em: Option<Timestamp>,
}

/// Somebody was told of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Comunicacao {
    /// Whom: `anpd`, `clinicas` (who are the controllers) or `titulares`.
    pub a: String,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub em: Timestamp,
    /// The ANPD's protocol, or another.
    pub protocolo: Option<String>,
    /// How.
    pub nota: Option<String>,
    /// Who wrote it down.
    pub operador_id: UserId,
    /// What that one is called now.
    pub operador_nome: Option<String>,
}

macro_rules! select_incidentes {
    ($tail:literal) => {
        concat!(
            "select id, titulo, natureza, categorias, titulares, riscos, medidas, conhecido_em, prazo_em, complemento_em, operador_id, criado_em,
                    encerrado_em, conclusao
             from incidentes ",
            $tail
        )
    };
}

/// A page of incidents, the newest first: fifty, and one more when the list goes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut OperatorTx,
    encerrados: Option<bool>,
    before: Option<IncidenteId>,
) -> Result<Vec<Incidente>, Problem> {
    let rows = sqlx::query_as(select_incidentes!(
        "where ($1::boolean is null or (encerrado_em is not null) = $1) and ($2::bigint is null or id < $2)
         order by id desc limit 51"
    ));
    Ok(rows.bind(encerrados).bind(before).fetch_all(tx.conn()).await?)
}

/// One incident.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut OperatorTx, id: IncidenteId) -> Result<Incidente, Problem> {
    let row = sqlx::query_as(select_incidentes!("where id = $1"));
    row.bind(id).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut OperatorTx, id: IncidenteId) -> Result<Incidente, Problem> {
    let row = sqlx::query_as(select_incidentes!("where id = $1 for no key update"));
    row.bind(id).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// Writes down an incident; its clock runs until `prazo`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert(
    tx: &mut OperatorTx,
    dados: &Dados,
    prazo: Option<Timestamp>,
) -> Result<Incidente, Problem> {
    let (user_id, at) = (tx.user_id(), tx.at().to_sqlx());
    let id: IncidenteId = sqlx::query_scalar(
        "insert into incidentes (titulo, natureza, categorias, titulares, riscos, medidas, conhecido_em, prazo_em, operador_id, criado_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(&dados.titulo)
    .bind(&dados.natureza)
    .bind(&dados.categorias)
    .bind(dados.titulares)
    .bind(&dados.riscos)
    .bind(&dados.medidas)
    .bind(dados.conhecido_em.map(ToSqlx::to_sqlx))
    .bind(prazo.map(ToSqlx::to_sqlx))
    .bind(user_id)
    .bind(at)
    .fetch_one(tx.conn())
    .await?;
    get(tx, id).await
}

/// Writes what is known by now. Another deadline is warned of anew.
///
/// # Errors
/// When Postgres does not answer.
pub async fn update(
    tx: &mut OperatorTx,
    id: IncidenteId,
    dados: &Dados,
    prazo: Option<Timestamp>,
) -> Result<Incidente, Problem> {
    sqlx::query(
        "update incidentes set titulo = $2, natureza = $3, categorias = $4, titulares = $5, riscos = $6, medidas = $7, conhecido_em = $8,
                avisado_24h_em = case when prazo_em is not distinct from $9 then avisado_24h_em end,
                avisado_vencido_em = case when prazo_em is not distinct from $9 then avisado_vencido_em end, prazo_em = $9
         where id = $1",
    )
    .bind(id)
    .bind(&dados.titulo)
    .bind(&dados.natureza)
    .bind(&dados.categorias)
    .bind(dados.titulares)
    .bind(&dados.riscos)
    .bind(&dados.medidas)
    .bind(dados.conhecido_em.map(ToSqlx::to_sqlx))
    .bind(prazo.map(ToSqlx::to_sqlx))
    .execute(tx.conn())
    .await?;
    get(tx, id).await
}

/// The clinics an incident affects, by name.
///
/// # Errors
/// When Postgres does not answer.
pub async fn affected(tx: &mut OperatorTx, id: IncidenteId) -> Result<Vec<Afetada>, Problem> {
    let rows = sqlx::query_as(
        "select a.cliente_id, c.nome, a.comunicado_em from incidentes_clientes a join clientes c on c.id = a.cliente_id
         where a.incidente_id = $1 order by c.nome, c.id",
    );
    Ok(rows.bind(id).fetch_all(tx.conn()).await?)
}

/// Adds clinics to those an incident affects; who is among them stays.
///
/// # Errors
/// [`Problem::InvalidFields`] when one is no clinic.
pub async fn add_affected(
    tx: &mut OperatorTx,
    id: IncidenteId,
    clientes: &[ClienteId],
) -> Result<(), Problem> {
    let known: i64 = sqlx::query_scalar("select count(*) from clientes where id = any($1)")
        .bind(clientes)
        .fetch_one(tx.conn())
        .await?;
    if usize::try_from(known).ok() != Some(clientes.len()) {
        return Err(Problem::field("clientes", "Uma destas clínicas não existe, ou está repetida."));
    }
    sqlx::query(
        "insert into incidentes_clientes (cliente_id, incidente_id) select unnest($2::bigint[]), $1 on conflict do nothing",
    )
    .bind(id)
    .bind(clientes)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whom an incident was communicated to, in the order in which it was written down.
///
/// # Errors
/// When Postgres does not answer.
pub async fn communications(tx: &mut OperatorTx, id: IncidenteId) -> Result<Vec<Comunicacao>, Problem> {
    let rows = sqlx::query_as(
        "select a, em, protocolo, nota, operador_id, hi_nome_do_operador(operador_id) as operador_nome
         from incidentes_comunicacoes where incidente_id = $1 order by id",
    );
    Ok(rows.bind(id).fetch_all(tx.conn()).await?)
}

/// Writes down that somebody was told; of the ANPD, until when what was missing is added.
///
/// # Errors
/// When Postgres does not answer.
pub async fn communicated(
    tx: &mut OperatorTx,
    id: IncidenteId,
    new: &Comunicacao,
    complemento: Option<Timestamp>,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into incidentes_comunicacoes (incidente_id, a, em, protocolo, nota, operador_id) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(&new.a)
    .bind(new.em.to_sqlx())
    .bind(&new.protocolo)
    .bind(&new.nota)
    .bind(new.operador_id)
    .execute(tx.conn())
    .await?;
    if let Some(complemento) = complemento {
        sqlx::query("update incidentes set complemento_em = $2 where id = $1")
            .bind(id)
            .bind(complemento.to_sqlx())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Writes to who manages each affected clinic that was not told yet; the clinics that are told since.
///
/// # Errors
/// When Postgres does not answer.
pub async fn tell_clinics(
    tx: &mut OperatorTx,
    id: IncidenteId,
    assunto: &str,
    texto: &str,
) -> Result<Vec<ClienteId>, Problem> {
    let at = tx.at().to_sqlx();
    let told = sqlx::query_scalar("select hi_comunica_incidente($1, $2, $3, $4)")
        .bind(id)
        .bind(assunto)
        .bind(texto)
        .bind(at)
        .fetch_all(tx.conn())
        .await?;
    Ok(told)
}

/// Closes an incident, with the reason.
///
/// # Errors
/// When Postgres does not answer.
pub async fn close(tx: &mut OperatorTx, id: IncidenteId, conclusao: &str) -> Result<Incidente, Problem> {
    let at = tx.at().to_sqlx();
    sqlx::query("update incidentes set encerrado_em = $2, conclusao = $3 where id = $1")
        .bind(id)
        .bind(at)
        .bind(conclusao)
        .execute(tx.conn())
        .await?;
    get(tx, id).await
}

/// A deadline admins are to be warned of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Aviso {
    /// Of which incident.
    pub id: IncidenteId,
    /// What it is called.
    pub titulo: String,
    /// The deadline.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub prazo_em: Timestamp,
    /// Whether it is over.
    pub vencido: bool,
    /// The ANPD was not told.
    pub falta_anpd: bool,
    /// Nor the people concerned.
    pub falta_titulares: bool,
}

/// The deadlines that are less than a day away, or over, of which admins were not warned yet.
///
/// # Errors
/// When Postgres does not answer.
pub async fn to_warn_of(db: &Db, now: Timestamp) -> Result<Vec<Aviso>, Problem> {
    let rows = sqlx::query_as(
        "select id, titulo, prazo_em, vencido, falta_anpd, falta_titulares from hi_incidentes_a_avisar($1)",
    );
    Ok(rows.bind(now.to_sqlx()).fetch_all(&mut *db.connection().await?).await?)
}

/// Writes to every admin, once for each deadline; how many e-mails that were.
///
/// # Errors
/// When Postgres does not answer.
pub async fn warn(
    db: &Db,
    aviso: &Aviso,
    (assunto, texto): (&str, &str),
    now: Timestamp,
) -> Result<i64, Problem> {
    let written = sqlx::query_scalar("select hi_avisa_incidente($1, $2, $3, $4, $5, $6)")
        .bind(aviso.id)
        .bind(aviso.prazo_em.to_sqlx())
        .bind(aviso.vencido)
        .bind(assunto)
        .bind(texto)
        .bind(now.to_sqlx())
        .fetch_one(&mut *db.connection().await?)
        .await?;
    Ok(written)
}
