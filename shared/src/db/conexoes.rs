//! `conexoes`: what is known of a clinic's connection to WhatsApp. What may happen to it is [`state`]; here it is read and written.
//!
//! Whoever changes a row holds it: events come in any order, and a sweep looks on at the same time. It is held for moments only, never while
//! WhatsApp or Evolution is asked.

mod silence;
pub mod state;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::column::OptionalTimestamp;
use crate::problem::Problem;

pub use silence::{Heard, heard, last_heard};
pub use state::{Conexao, Estado, Seen, Suspicion};

/// How long until a connection is looked at again.
const EVERY: SignedDuration = SignedDuration::from_mins(5);

#[derive(sqlx::FromRow)]
struct Row {
    estado: String,
    #[sqlx(try_from = "OptionalTimestamp")]
    desde: Option<Timestamp>,
    #[sqlx(try_from = "OptionalTimestamp")]
    evento_em: Option<Timestamp>,
    #[sqlx(try_from = "OptionalTimestamp")]
    visto_em: Option<Timestamp>,
    motivo: Option<i32>,
    #[sqlx(try_from = "OptionalTimestamp")]
    caiu_em: Option<Timestamp>,
    numero: Option<String>,
    #[sqlx(try_from = "OptionalTimestamp")]
    numero_desde: Option<Timestamp>,
    perfil: Option<String>,
    qr: Option<String>,
    #[sqlx(try_from = "OptionalTimestamp")]
    qr_em: Option<Timestamp>,
    codigo_pareamento: Option<String>,
    tentativas: i32,
    #[sqlx(try_from = "OptionalTimestamp")]
    verificada_em: Option<Timestamp>,
    falhas: i32,
    #[sqlx(try_from = "OptionalTimestamp")]
    suspeita_desde: Option<Timestamp>,
    suspeita_motivo: Option<String>,
    #[sqlx(try_from = "OptionalTimestamp")]
    reiniciada_em: Option<Timestamp>,
    #[sqlx(try_from = "OptionalTimestamp")]
    recuperar_desde: Option<Timestamp>,
}

impl From<Row> for Conexao {
    fn from(row: Row) -> Self {
        Self {
            estado: Estado::of(&row.estado),
            desde: row.desde,
            evento_em: row.evento_em,
            visto_em: row.visto_em,
            motivo: row.motivo.and_then(|code| u16::try_from(code).ok()),
            caiu_em: row.caiu_em,
            numero: row.numero,
            numero_desde: row.numero_desde,
            perfil: row.perfil,
            qr: row.qr,
            qr_em: row.qr_em,
            codigo_pareamento: row.codigo_pareamento,
            tentativas: row.tentativas,
            verificada_em: row.verificada_em,
            falhas: row.falhas,
            suspeita_desde: row.suspeita_desde,
            suspeita_motivo: row.suspeita_motivo.as_deref().and_then(Suspicion::of),
            reiniciada_em: row.reiniciada_em,
            recuperar_desde: row.recuperar_desde,
        }
    }
}

macro_rules! select_conexoes {
    ($tail:literal) => {
        concat!(
            "select estado, desde, evento_em, visto_em, motivo, caiu_em, numero, numero_desde, perfil, qr, qr_em, codigo_pareamento,
                    tentativas, verificada_em, falhas, suspeita_desde, suspeita_motivo, reiniciada_em, recuperar_desde
             from conexoes where cliente_id = $1 and instancia = $2 ",
            $tail
        )
    };
}

/// The clinic's connection through an instance, as far as anything is known.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find(tx: &mut TenantTx, instancia: &str) -> Result<Option<Conexao>, Problem> {
    let row: Option<Row> = sqlx::query_as(select_conexoes!(""))
        .bind(tx.cliente_id())
        .bind(instancia)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(Into::into))
}

/// The same, for whoever changes it. What was known of another instance is of no use: the row begins anew.
///
/// # Errors
/// When Postgres does not answer.
pub async fn hold(tx: &mut TenantTx, instancia: &str) -> Result<Conexao, Problem> {
    let cliente = tx.cliente_id();
    sqlx::query("delete from conexoes where cliente_id = $1 and instancia <> $2")
        .bind(cliente)
        .bind(instancia)
        .execute(tx.conn())
        .await?;
    sqlx::query("insert into conexoes (cliente_id, instancia) values ($1, $2) on conflict do nothing")
        .bind(cliente)
        .bind(instancia)
        .execute(tx.conn())
        .await?;
    let row: Row = sqlx::query_as(select_conexoes!("for update"))
        .bind(cliente)
        .bind(instancia)
        .fetch_one(tx.conn())
        .await?;
    Ok(row.into())
}

/// Writes down what became of a connection that is held.
///
/// # Errors
/// When Postgres does not answer.
pub async fn save(tx: &mut TenantTx, conexao: &Conexao) -> Result<(), Problem> {
    let at = |at: Option<Timestamp>| at.map(jiff_sqlx::ToSqlx::to_sqlx);
    sqlx::query(
        "update conexoes set estado = $2, desde = $3, evento_em = $4, visto_em = $5, motivo = $6, caiu_em = $7, numero = $8,
                numero_desde = $9, perfil = $10, qr = $11, qr_em = $12, codigo_pareamento = $13, tentativas = $14, verificada_em = $15,
                falhas = $16, suspeita_desde = $17, suspeita_motivo = $18, reiniciada_em = $19, recuperar_desde = $20
         where cliente_id = $1",
    )
    .bind(tx.cliente_id())
    .bind(conexao.estado.as_str())
    .bind(at(conexao.desde))
    .bind(at(conexao.evento_em))
    .bind(at(conexao.visto_em))
    .bind(conexao.motivo.map(i32::from))
    .bind(at(conexao.caiu_em))
    .bind(&conexao.numero)
    .bind(at(conexao.numero_desde))
    .bind(&conexao.perfil)
    .bind(&conexao.qr)
    .bind(at(conexao.qr_em))
    .bind(&conexao.codigo_pareamento)
    .bind(conexao.tentativas)
    .bind(at(conexao.verificada_em))
    .bind(conexao.falhas)
    .bind(at(conexao.suspeita_desde))
    .bind(conexao.suspeita_motivo.map(Suspicion::as_str))
    .bind(at(conexao.reiniciada_em))
    .bind(at(conexao.recuperar_desde))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes on what was seen of a connection, if nothing newer is known; whether it was. One that is back may have missed something, and
/// what waited for it leaves now instead of at its next attempt.
///
/// # Errors
/// When Postgres does not answer.
pub async fn enter(tx: &mut TenantTx, instancia: &str, seen: &Seen) -> Result<bool, Problem> {
    let mut conexao = hold(tx, instancia).await?;
    let before = conexao.estado;
    if !conexao.enter(seen) {
        return Ok(false);
    }
    save(tx, &conexao).await?;
    if conexao.estado == Estado::Aberta && before != Estado::Aberta {
        if conexao.recuperar_desde.is_some() {
            look_by(tx, seen.at).await?;
        }
        sqlx::query(
            "update saida set proxima_em = $2
             where cliente_id = $1 and estado = 'pendente' and proxima_em > $2 and tentativas > 0",
        )
        .bind(tx.cliente_id())
        .bind(seen.at.to_sqlx())
        .execute(tx.conn())
        .await?;
    }
    Ok(true)
}

/// Takes on that a restart was asked for, or that a code is there to be scanned.
///
/// # Errors
/// When Postgres does not answer.
pub async fn change(
    tx: &mut TenantTx,
    instancia: &str,
    change: impl FnOnce(&mut Conexao),
) -> Result<Conexao, Problem> {
    let mut conexao = hold(tx, instancia).await?;
    change(&mut conexao);
    save(tx, &conexao).await?;
    Ok(conexao)
}

/// Somebody should look at the connection by then.
///
/// # Errors
/// When Postgres does not answer.
pub async fn look_by(tx: &mut TenantTx, at: Timestamp) -> Result<(), Problem> {
    sqlx::query("update conexoes set proxima_em = least(proxima_em, $2) where cliente_id = $1")
        .bind(tx.cliente_id())
        .bind(at.to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes the turn to look at the connection, as it was; `None` when somebody else has it. The next turn comes by itself, also when
/// whoever has this one dies.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take_turn(
    tx: &mut TenantTx,
    instancia: &str,
    now: Timestamp,
) -> Result<Option<Conexao>, Problem> {
    let conexao = hold(tx, instancia).await?;
    let taken = sqlx::query(
        "update conexoes set proxima_em = $2, verificada_em = $3
         where cliente_id = $1 and (proxima_em is null or proxima_em <= $3)",
    )
    .bind(tx.cliente_id())
    .bind((now + EVERY).to_sqlx())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok((taken.rows_affected() == 1).then_some(conexao))
}
