//! `avisos_medicos`: how a professional wants to be told of new, moved and cancelled appointments, and of emergencies.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::MedicoId;
use crate::problem::Problem;

/// What a professional wants to be told, and where.
#[expect(clippy::struct_excessive_bools, reason = "each is a column, and chosen by itself")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Avisos {
    /// Whether by WhatsApp …
    pub whatsapp: bool,
    /// … and at which phone, E.164.
    pub telefone: Option<String>,
    /// Whether by e-mail …
    pub email: bool,
    /// … and where: the address they log in with.
    pub email_endereco: Option<String>,
    /// Of new appointments.
    pub novos: bool,
    /// Of appointments that lie elsewhere now.
    pub remarcados: bool,
    /// Of appointments that were called off.
    pub cancelados: bool,
    /// Of emergencies that patients of theirs write about; by e-mail in any case.
    pub urgencias: bool,
}

/// What a professional chose; who chose nothing is told of emergencies only.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such professional, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: MedicoId) -> Result<Avisos, Problem> {
    let row = sqlx::query_as(
        "select coalesce(a.whatsapp, false) as whatsapp, a.telefone, coalesce(a.email, false) as email, m.email as email_endereco,
                coalesce(a.novos, true) as novos, coalesce(a.remarcados, true) as remarcados, coalesce(a.cancelados, true) as cancelados,
                coalesce(a.urgencias, true) as urgencias
         from medicos m left join avisos_medicos a on a.cliente_id = m.cliente_id and a.medico_id = m.id
         where m.id = $1",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Writes what a professional chose. The professional is locked by the caller.
///
/// # Errors
/// [`Problem::InvalidFields`] for WhatsApp without a phone.
pub async fn put(tx: &mut TenantTx, id: MedicoId, avisos: &Avisos) -> Result<(), Problem> {
    sqlx::query(
        "insert into avisos_medicos (cliente_id, medico_id, whatsapp, telefone, email, novos, remarcados, cancelados, urgencias)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (cliente_id, medico_id) do update
            set whatsapp = excluded.whatsapp, telefone = excluded.telefone, email = excluded.email, novos = excluded.novos,
                remarcados = excluded.remarcados, cancelados = excluded.cancelados, urgencias = excluded.urgencias",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(avisos.whatsapp)
    .bind(&avisos.telefone)
    .bind(avisos.email)
    .bind(avisos.novos)
    .bind(avisos.remarcados)
    .bind(avisos.cancelados)
    .bind(avisos.urgencias)
    .execute(tx.conn())
    .await?;
    Ok(())
}
