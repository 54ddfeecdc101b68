//! The record of a removal: what went and what stayed, by category, with the legal basis and until when. Written into the audit with the
//! removal, and answered again when it is asked for again.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::threads::Threads;
use crate::db::TenantTx;
use crate::domain::lgpd::{KEPT, REMOVED};
use crate::id::PacienteId;
use crate::problem::Problem;

/// Something that went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Removido {
    /// Its name.
    pub categoria: String,
    /// What of it.
    pub o_que: String,
    /// How many rows it touched, where that is counted.
    pub quantidade: Option<i64>,
}

/// Something that stayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mantido {
    /// Its name.
    pub categoria: String,
    /// What of it, without anything that tells who it was.
    pub o_que: String,
    /// Why it may.
    pub base_legal: String,
    /// Until when, in words.
    #[serde(alias = "ate")]
    pub prazo: String,
    /// How many rows that are, where that is counted.
    pub quantidade: Option<i64>,
}

/// What a removal did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Registro {
    /// What went.
    #[serde(default)]
    pub removido: Vec<Removido>,
    /// What stayed.
    #[serde(default)]
    pub mantido: Vec<Mantido>,
}

#[derive(sqlx::FromRow)]
struct Counts {
    cadastros: i64,
    agendamentos: i64,
    mensagens: i64,
    esperas: i64,
    consentimentos: i64,
    auditorias: i64,
}

/// What a removal that begins now does.
pub(super) async fn record(
    tx: &mut TenantTx,
    id: PacienteId,
    threads: &Threads,
) -> Result<Registro, Problem> {
    let (left, until): (Vec<_>, Vec<_>) =
        threads.left().into_iter().map(|(id, until, _)| (id, until.to_sqlx())).unzip();
    let counts: Counts = sqlx::query_as(
        "select (select count(*) from pacientes where cliente_id = $1 and (id = $2 or fundido_em_id = $2)) as cadastros,
                (select count(*) from agendamentos where cliente_id = $1 and paciente_id = $2) as agendamentos,
                (select count(*) from mensagens where cliente_id = $1 and conversa_id = any($3))
                  + (select count(*) from mensagens m join unnest($4::bigint[], $5::timestamptz[]) as l(id, ate)
                       on m.conversa_id = l.id and m.criado_em <= l.ate where m.cliente_id = $1) as mensagens,
                (select count(*) from lista_espera where cliente_id = $1 and paciente_id = $2)
                  + (select count(*) from reservas where cliente_id = $1 and paciente_id = $2) as esperas,
                (select count(*) from consentimentos where cliente_id = $1 and paciente_id = $2) as consentimentos,
                (select count(*) from auditoria where cliente_id = $1 and alvo = 'pacientes/' || $2::text) as auditorias",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(threads.whole())
    .bind(left)
    .bind(until)
    .fetch_one(tx.conn())
    .await?;
    let of = |categoria: &str| match categoria {
        "cadastro" => Some(counts.cadastros),
        "agendamentos" => Some(counts.agendamentos),
        "conversas" => Some(counts.mensagens),
        "espera_e_pedidos" => Some(counts.esperas),
        "consentimentos" => Some(counts.consentimentos),
        "auditoria" => Some(counts.auditorias),
        _ => None,
    };
    let removido = REMOVED.iter().map(|(categoria, o_que)| Removido {
        categoria: (*categoria).to_owned(),
        o_que: (*o_que).to_owned(),
        quantidade: of(categoria),
    });
    let mantido = KEPT.iter().map(|kept| Mantido {
        categoria: kept.categoria.to_owned(),
        o_que: kept.o_que.to_owned(),
        base_legal: kept.base.to_owned(),
        prazo: kept.prazo.to_owned(),
        quantidade: of(kept.categoria),
    });
    Ok(Registro { removido: removido.collect(), mantido: mantido.collect() })
}

/// What was written down when somebody was removed; empty for a removal of before there were records.
pub(super) async fn written(tx: &mut TenantTx, id: PacienteId) -> Result<Registro, Problem> {
    let row: Option<Option<Value>> = sqlx::query_scalar(
        "select depois from auditoria where cliente_id = $1 and alvo = $2 and acao = 'paciente_anonimizado' order by id desc limit 1",
    )
    .bind(tx.cliente_id())
    .bind(format!("pacientes/{id}"))
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.flatten().and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
}

/// Nobody with visits ahead is removed.
pub(super) async fn refuse_with_appointments_ahead(
    tx: &mut TenantTx,
    id: PacienteId,
    now: Timestamp,
) -> Result<(), Problem> {
    let ahead: i64 = sqlx::query_scalar(
        "select count(*) from agendamentos
         where cliente_id = $2 and paciente_id = $1
           and (status in ('agendado', 'confirmado') and fim_em > $3 or status = 'em_atendimento')",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    if ahead == 0 {
        return Ok(());
    }
    let detail = "O paciente ainda tem consultas marcadas. Cancele-as antes de remover os dados.".to_owned();
    Err(Problem::Conflict { detail })
}
