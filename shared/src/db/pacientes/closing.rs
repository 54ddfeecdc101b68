//! What becomes of everybody a clinic knew when it was closed long ago ([`CLOSED_KEPT`](crate::domain::lgpd::CLOSED_KEPT)): each is erased as one who
//! asks for it, and then the threads of whoever wrote and was no patient.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::erase::{erase, forget_threads};
use super::threads::Threads;
use crate::db::agendamentos::{Author, Canal};
use crate::db::{TenantTx, urgencias};
use crate::id::PacienteId;
use crate::problem::Problem;

const REASON: &str = "Clínica encerrada há mais de noventa dias.";
/// Threads one part forgets; a person takes some twenty statements, a thread a row of each.
const MOST_THREADS: i64 = 100;

/// Erases at most so many people of a closed clinic, and with none left some threads; done twice or cut short, it goes on where it was.
///
/// # Errors
/// [`Problem::Unavailable`] when Postgres does not answer.
pub async fn erase_part(tx: &mut TenantTx, most: i64, now: Timestamp) -> Result<(), Problem> {
    let people: Vec<PacienteId> = sqlx::query_scalar(
        "select id from pacientes where cliente_id = $1 and anonimizado_em is null and fundido_em_id is null order by id limit $2",
    )
    .bind(tx.cliente_id())
    .bind(most)
    .fetch_all(tx.conn())
    .await?;
    for id in &people {
        erase_whoever(tx, *id, REASON, now).await?;
    }
    if people.is_empty() {
        let threads = Threads::of_nobody(tx, MOST_THREADS).await?;
        urgencias::forget(tx, &threads.own(), None).await?;
        forget_threads(tx, &threads, now).await?;
    }
    Ok(())
}

/// Erases somebody nobody asks about any more: also who was left inactive, or has visits ahead, which are called off. `false` when there is nobody of
/// that number, or they were erased or united with another.
pub(super) async fn erase_whoever(
    tx: &mut TenantTx,
    id: PacienteId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, Problem> {
    let open: bool = sqlx::query_scalar(
        "select exists (select from pacientes where cliente_id = $2 and id = $1 and anonimizado_em is null and fundido_em_id is null)",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .fetch_one(tx.conn())
    .await?;
    if !open {
        return Ok(false);
    }
    // Who was left inactive is erased like anybody; their documents may be another row's by now.
    sqlx::query("update pacientes set ativo = true, cpf = null, cns = null where cliente_id = $2 and id = $1 and not ativo")
        .bind(id)
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "update agendamentos set status = 'cancelado', cancelado_em = $3, cancelado_por = 'clinica', versao = versao + 1
         where cliente_id = $2 and paciente_id = $1
           and (status in ('agendado', 'confirmado') and fim_em > $3 or status = 'em_atendimento')",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    let author = Author { canal: Canal::Sistema, user: None };
    erase(tx, id, reason, author, now).await?;
    Ok(true)
}
