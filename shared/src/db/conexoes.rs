//! `conexoes`: what is known of a clinic's connection to WhatsApp. What may happen to it is [`state`]; here it is read and written.
//!
//! Whoever changes a row holds it: events come in any order, and a sweep looks on at the same time. It is held for moments only, never while
//! WhatsApp or Evolution is asked.

mod silence;
pub mod state;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use super::column::OptionalTimestamp;
use super::{TenantTx, alertas, auditoria};
use crate::problem::Problem;

pub use silence::{Heard, heard, last_heard};
pub use state::{Conexao, Estado, Owner, Seen, Suspicion};

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
    numero_pedido: Option<String>,
    numero_esperado: Option<String>,
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
            numero_pedido: row.numero_pedido,
            numero_esperado: row.numero_esperado,
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
                    tentativas, verificada_em, falhas, suspeita_desde, suspeita_motivo, reiniciada_em, recuperar_desde,
                    numero_pedido, numero_esperado
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

/// The same, for whoever changes it. Each account of a clinic has its row: one the clinic does not use now keeps what is known of it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn hold(tx: &mut TenantTx, instancia: &str) -> Result<Conexao, Problem> {
    let cliente = tx.cliente_id();
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
pub async fn save(tx: &mut TenantTx, instancia: &str, conexao: &Conexao) -> Result<(), Problem> {
    let at = |at: Option<Timestamp>| at.map(jiff_sqlx::ToSqlx::to_sqlx);
    sqlx::query(
        "update conexoes set estado = $2, desde = $3, evento_em = $4, visto_em = $5, motivo = $6, caiu_em = $7, numero = $8,
                numero_desde = $9, perfil = $10, qr = $11, qr_em = $12, codigo_pareamento = $13, tentativas = $14, verificada_em = $15,
                falhas = $16, suspeita_desde = $17, suspeita_motivo = $18, reiniciada_em = $19, recuperar_desde = $20,
                numero_pedido = $21, numero_esperado = $22
         where cliente_id = $1 and instancia = $23",
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
    .bind(&conexao.numero_pedido)
    .bind(&conexao.numero_esperado)
    .bind(instancia)
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
    let owner = owner(tx, &conexao, seen).await?;
    if !conexao.enter(seen) {
        return Ok(false);
    }
    if let Some((owner, number)) = &owner {
        recognise(tx, &mut conexao, owner, number, seen.at).await?;
    }
    save(tx, instancia, &conexao).await?;
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

/// Whose account it turned out to be that is connected, if that was told.
async fn owner(
    tx: &mut TenantTx,
    conexao: &Conexao,
    seen: &Seen,
) -> Result<Option<(Owner, String)>, Problem> {
    let account = seen.account.as_ref().filter(|_| seen.estado == Estado::Aberta);
    let Some(account) = account else { return Ok(None) };
    let registered = match conexao.numero {
        Some(_) => None,
        None => {
            sqlx::query_scalar("select whatsapp_numero::text from clientes where id = $1")
                .bind(tx.cliente_id())
                .fetch_one(tx.conn())
                .await?
        }
    };
    Ok(Some((conexao.owner(&account.number, registered), account.number.clone())))
}

/// Keeps a trace of another number than was expected, and raises an alert, which the next look tells to who manages the clinic.
async fn recognise(
    tx: &mut TenantTx,
    conexao: &mut Conexao,
    owner: &Owner,
    number: &str,
    at: Timestamp,
) -> Result<(), Problem> {
    let numero = |number: &str| Some(serde_json::json!({ "numero": number }));
    let system = auditoria::Author::System;
    match owner {
        Owner::Known => {}
        Owner::First => {
            let action = "whatsapp_numero_conectado";
            auditoria::record(tx, system, action, "whatsapp", None, numero(number)).await?;
        }
        Owner::Back => {
            conexao.numero_esperado = None;
            alertas::resolve(tx, alertas::Tipo::Numero, at).await?;
        }
        Owner::Other { expected } => {
            conexao.numero_esperado = Some(expected.clone());
            if alertas::raise(tx, alertas::Tipo::Numero, at).await? {
                let action = "whatsapp_numero_trocado";
                auditoria::record(tx, system, action, "whatsapp", numero(expected), numero(number)).await?;
                look_by(tx, at).await?;
            }
        }
    }
    Ok(())
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
    save(tx, instancia, &conexao).await?;
    Ok(conexao)
}

/// Somebody should look at the connection by then; only the one the clinic uses is ever looked at.
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
         where cliente_id = $1 and instancia = $4 and (proxima_em is null or proxima_em <= $3)",
    )
    .bind(tx.cliente_id())
    .bind((now + EVERY).to_sqlx())
    .bind(now.to_sqlx())
    .bind(instancia)
    .execute(tx.conn())
    .await?;
    Ok((taken.rows_affected() == 1).then_some(conexao))
}
