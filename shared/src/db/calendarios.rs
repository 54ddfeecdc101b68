//! `calendarios`: the address at which calendar programs read a professional's agenda, and what they read there. Of the address only a
//! digest is kept; of the agenda only what may end up at third parties leaves this file.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;

use super::TenantTx;
use super::auditoria::{self, Author};
use crate::auth::UserType;
use crate::domain::status::Status;
use crate::id::{AgendamentoId, BloqueioId, MedicoId, PacienteId, UserId};
use crate::problem::Problem;

/// Gives a professional a new address, known by `digest`, made by this user; the former ends. Since when there was one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn replace(
    tx: &mut TenantTx,
    medico_id: MedicoId,
    digest: &str,
    (user_type, user_id): (UserType, UserId),
    now: Timestamp,
) -> Result<Option<Timestamp>, Problem> {
    let former = revoke(tx, medico_id, now).await?;
    sqlx::query(
        "insert into calendarios (cliente_id, medico_id, token_hash, criado_em, criado_por_tipo, criado_por_id)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tx.cliente_id())
    .bind(medico_id)
    .bind(digest)
    .bind(now.to_sqlx())
    .bind(user_type.as_str())
    .bind(user_id)
    .execute(tx.conn())
    .await?;
    Ok(former)
}

/// Ends a professional's address, if there is one; since when there was.
///
/// # Errors
/// When Postgres does not answer.
pub async fn revoke(
    tx: &mut TenantTx,
    medico_id: MedicoId,
    now: Timestamp,
) -> Result<Option<Timestamp>, Problem> {
    let since: Option<jiff_sqlx::Timestamp> = sqlx::query_scalar(
        "update calendarios set revogado_em = $2 where medico_id = $1 and revogado_em is null returning criado_em",
    )
    .bind(medico_id)
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(since.map(Into::into))
}

/// Ends the addresses this user made, and the professional's own of before makers were kept; each leaves its line in the audit. Called with the
/// end of their sessions: an address is a session that a program has.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn revoke_of(
    tx: &mut TenantTx,
    (user_type, user_id): (UserType, UserId),
    by: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    let ended: Vec<(MedicoId, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "update calendarios set revogado_em = $3
         where revogado_em is null and (criado_por_tipo = $1 and criado_por_id = $2
               or criado_por_tipo is null and $1 = 'medico' and medico_id = $2)
         returning medico_id, criado_em",
    )
    .bind(user_type.as_str())
    .bind(user_id)
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    for (medico_id, since) in ended {
        record_ended(tx, by, medico_id, since.into()).await?;
    }
    Ok(())
}

/// Writes down that a professional's address ended, which there was since `since`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn record_ended(
    tx: &mut TenantTx,
    by: impl Into<Author>,
    medico_id: MedicoId,
    since: Timestamp,
) -> Result<(), Problem> {
    let before = Some(json!({ "criado_em": since }));
    auditoria::record(tx, by, "calendario_encerrado", &target(medico_id), before, None).await
}

/// What a trail is about: a professional's address.
pub fn target(medico_id: MedicoId) -> String {
    format!("medicos/{medico_id}/calendario")
}

/// Since when a professional has an address.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find(tx: &mut TenantTx, medico_id: MedicoId) -> Result<Option<Timestamp>, Problem> {
    let since: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar("select criado_em from calendarios where medico_id = $1 and revogado_em is null")
            .bind(medico_id)
            .fetch_optional(tx.conn())
            .await?;
    Ok(since.map(Into::into))
}

/// An address that works.
#[derive(Debug)]
pub struct Aberto {
    /// The professional's name.
    pub medico: String,
    /// Who made it, and so reads there.
    pub leitor: (UserType, UserId),
}

/// The address that has this digest.
///
/// # Errors
/// [`Problem::NotFound`], one refusal for a digest that is unknown, revoked, another professional's or another clinic's, for a
/// professional who left, and for an address made by who may not see that agenda any more.
pub async fn open(tx: &mut TenantTx, medico_id: MedicoId, digest: &str) -> Result<Aberto, Problem> {
    let row: Option<(String, Option<String>, Option<UserId>)> = sqlx::query_as(
        "select m.nome, c.criado_por_tipo, c.criado_por_id from calendarios c join medicos m on m.cliente_id = c.cliente_id and m.id = c.medico_id
         where c.cliente_id = $1 and c.token_hash = $2 and c.medico_id = $3 and c.revogado_em is null and m.ativo
           and (c.criado_por_tipo is null
                or c.criado_por_tipo = 'medico' and exists (
                  select from medicos g where g.cliente_id = c.cliente_id and g.id = c.criado_por_id and g.ativo and (g.id = m.id or g.gestor))
                or c.criado_por_tipo = 'secretaria' and exists (
                  select from secretarias s where s.cliente_id = c.cliente_id and s.id = c.criado_por_id and s.ativo))",
    )
    .bind(tx.cliente_id())
    .bind(digest)
    .bind(medico_id)
    .fetch_optional(tx.conn())
    .await?;
    let (medico, tipo, id) = row.ok_or(Problem::NotFound)?;
    let leitor = match (tipo.as_deref(), id) {
        (Some("secretaria"), Some(id)) => (UserType::Secretaria, id),
        (Some(_), Some(id)) => (UserType::Medico, id),
        // One of before its maker was kept is its professional's.
        _ => (UserType::Medico, medico_id.as_user()),
    };
    Ok(Aberto { medico, leitor })
}

/// What of an agenda is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Whose.
    pub medico_id: MedicoId,
    /// From, inclusive.
    pub from: Timestamp,
    /// Called-off visits from here on are shown as such, so that programs take them away; earlier ones are left out.
    pub today: Timestamp,
    /// To, exclusive.
    pub to: Timestamp,
}

/// An appointment, without anything a third party has no business with.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Consulta {
    /// `agendamentos.id`.
    pub id: AgendamentoId,
    /// Who comes.
    pub paciente_id: PacienteId,
    /// The patient's name; only a part of it may leave.
    pub paciente_nome: String,
    /// Start.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// End.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    status: String,
    /// Grows by one with each change.
    pub versao: i32,
    /// When it was booked.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// When it was changed last.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub atualizado_em: Timestamp,
}

impl Consulta {
    /// The status.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the column holds a word the code does not know.
    pub fn status(&self) -> Result<Status, Problem> {
        self.status.parse().map_err(|_| Problem::Internal)
    }
}

/// A block, without what it is for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Fechado {
    /// `bloqueios.id`.
    pub id: BloqueioId,
    /// From.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// To.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// When it was made.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
}

macro_rules! consultas {
    ($select:literal, $tail:literal) => {
        concat!(
            "select ",
            $select,
            " from agendamentos a join pacientes p on p.cliente_id = a.cliente_id and p.id = a.paciente_id
              where a.cliente_id = $1 and a.medico_id = $2 and a.inicio_em >= $3 and a.inicio_em < $4
                and (a.status in ('agendado', 'confirmado', 'em_atendimento', 'realizado') or a.inicio_em >= $5) ",
            $tail
        )
    };
}

macro_rules! fechados {
    ($select:literal, $tail:literal) => {
        concat!(
            "select ",
            $select,
            " from bloqueios b where b.cliente_id = $1 and (b.medico_id is null or b.medico_id = $2)
                and b.fim_em > $3 and b.inicio_em < $4 ",
            $tail
        )
    };
}

/// A text that changes whenever what is shown does, for much less than showing it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn fingerprint(tx: &mut TenantTx, shown: &Shown) -> Result<String, Problem> {
    let text = sqlx::query_scalar(concat!(
        "select md5(concat_ws(' ', c.nome, c.fuso, m.nome, u.nome, coalesce(u.endereco, c.endereco),
           (select count(*) > 1 from unidades where cliente_id = $1 and ativa), (",
        consultas!("sum(hashtextextended(concat_ws(' ', a.id, a.versao, p.nome), 0)::numeric)", ""),
        "), (",
        fechados!(
            "sum(hashtextextended(concat_ws(' ', 'bloqueio', b.id, b.inicio_em, b.fim_em), 0)::numeric)",
            ""
        ),
        "))) from medicos m join clientes c on c.id = m.cliente_id
            left join unidades u on u.cliente_id = m.cliente_id and u.id = m.unidade_id and u.ativa where m.cliente_id = $1 and m.id = $2"
    ))
    .bind(tx.cliente_id())
    .bind(shown.medico_id)
    .bind(shown.from.to_sqlx())
    .bind(shown.to.to_sqlx())
    .bind(shown.today.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(text)
}

/// The appointments that are shown, by start.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_consultas(tx: &mut TenantTx, shown: &Shown) -> Result<Vec<Consulta>, Problem> {
    let rows: Vec<Consulta> = sqlx::query_as(consultas!(
        "a.id, a.paciente_id, p.nome as paciente_nome, a.inicio_em, a.fim_em, a.status, a.versao, a.criado_em, a.atualizado_em",
        "order by a.inicio_em, a.id"
    ))
    .bind(tx.cliente_id())
    .bind(shown.medico_id)
    .bind(shown.from.to_sqlx())
    .bind(shown.to.to_sqlx())
    .bind(shown.today.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    tx.saw(rows.iter().map(|row| row.paciente_id));
    Ok(rows)
}

/// The blocks that are shown, the whole clinic's included, by start.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_fechados(tx: &mut TenantTx, shown: &Shown) -> Result<Vec<Fechado>, Problem> {
    let rows =
        sqlx::query_as(fechados!("b.id, b.inicio_em, b.fim_em, b.criado_em", "order by b.inicio_em, b.id"))
            .bind(tx.cliente_id())
            .bind(shown.medico_id)
            .bind(shown.from.to_sqlx())
            .bind(shown.to.to_sqlx())
            .fetch_all(tx.conn())
            .await?;
    Ok(rows)
}
