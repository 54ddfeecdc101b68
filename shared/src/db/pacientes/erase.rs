//! Erasing a person (LGPD, art. 18, IV and VI).
//!
//! What stays is what a clinic has to account for and nobody can be recognised by: that there was an appointment, when, with whom, at what
//! price, and who changed it. Medical records have to be kept for twenty years (Lei 13.787/2018, art. 6); this product holds no
//! records of care, only the agenda, so no such duty stands against erasing. The clinic's own records are the clinic's.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::json;

use super::consents::add as consent;
use super::phones::{self, Phones};
use super::removal::{self, Registro};
use super::threads::Threads;
use crate::db::agendamentos::Author;
use crate::db::{TenantTx, apagamentos, auditoria, urgencias};
use crate::domain::telefone::Telefone;
use crate::id::PacienteId;
use crate::problem::Problem;

/// What takes the place of a name.
pub const ERASED_NAME: &str = "Paciente removido";

/// What was erased.
#[derive(Debug)]
pub struct Erased {
    /// When, this time or the first.
    pub anonimizado_em: Timestamp,
    /// The phones whose conversations other stores still remember; none when it was done before.
    pub telefones: Vec<Telefone>,
    /// The same for contacts WhatsApp names by a LID.
    pub lids: Vec<String>,
    /// What went and what stayed.
    pub registro: Registro,
}

/// Erases a person: the row, what they said, what was noted about them, also on rows that were merged into theirs. Done before: answers
/// when. `reason` goes into the audit.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] while they have appointments ahead.
pub async fn erase(
    tx: &mut TenantTx,
    id: PacienteId,
    reason: &str,
    author: Author,
    now: Timestamp,
) -> Result<Erased, Problem> {
    let (erased, threads) = phones::hold(tx, id).await?;
    if let Some(anonimizado_em) = erased {
        let registro = removal::written(tx, id).await?;
        return Ok(Erased { anonimizado_em, telefones: Vec::new(), lids: Vec::new(), registro });
    }
    removal::refuse_with_appointments_ahead(tx, id, now).await?;
    let mut telefones = Phones::of(tx, id).await?.and(threads.telefones());
    // Whoever writes from a phone they left goes on.
    telefones.retain(|telefone| !threads.went_on(telefone.as_e164()));
    let registro = removal::record(tx, id, &threads).await?;
    // While the names still stand: some of what follows is found by them.
    forget_messages_about(tx, id, &threads, now).await?;
    forget_codes(tx, id).await?;
    forget_threads(tx, &threads, now).await?;
    forget_left(tx, &threads, now).await?;
    urgencias::forget(tx, &[threads.whole(), threads.shared()].concat(), None).await?;
    forget_visits(tx, id, now).await?;
    forget_row(tx, id, author, now).await?;
    phones::forget(tx, id).await?;
    sqlx::query("select hi_paciente_esquece($1)").bind(id).execute(tx.conn()).await?;
    let why = Some(json!({ "motivo": reason, "removido": registro.removido, "mantido": registro.mantido }));
    auditoria::record(tx, author, "paciente_anonimizado", &format!("pacientes/{id}"), None, why).await?;
    apagamentos::record(tx, id, None, now).await?;
    let lids = threads.lids();
    Ok(Erased { anonimizado_em: now, telefones, lids, registro })
}

/// Locks the row against references that are being written too; when it was erased, if it was.
pub(super) async fn lock(tx: &mut TenantTx, id: PacienteId) -> Result<Option<Timestamp>, Problem> {
    let row: Option<(bool, Option<jiff_sqlx::Timestamp>)> = sqlx::query_as(
        "select ativo, anonimizado_em from pacientes where id = $1 and fundido_em_id is null for update",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    match row {
        Some((_, Some(at))) => Ok(Some(at.into())),
        Some((true, None)) => Ok(None),
        _ => Err(Problem::NotFound),
    }
}

/// What the clinic sent about their appointments, requests and waits names them, also on a phone of several people. The name of a message
/// (`saida.chave`) says what it is about.
async fn forget_messages_about(
    tx: &mut TenantTx,
    id: PacienteId,
    threads: &Threads,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "update lembretes l set estado = 'cancelado' from agendamentos a
         where a.cliente_id = $2 and a.paciente_id = $1 and l.cliente_id = $2 and l.agendamento_id = a.id
           and l.estado = 'pendente'",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    let left: Vec<_> = threads.left().into_iter().map(|(id, ..)| id).collect();
    let said: Vec<Option<crate::id::MensagemId>> = sqlx::query_scalar(
        "update saida s set estado = case when s.estado in ('pendente', 'enviando', 'aguardando', 'adiada') then 'cancelada' else s.estado end,
                lease_ate = null, texto = '(removido)', modelo = null
         where s.cliente_id = $2 and (
           s.id = any(array(
             select l.saida_id from lembretes l join agendamentos a on a.cliente_id = l.cliente_id and a.id = l.agendamento_id
             where a.cliente_id = $2 and a.paciente_id = $1 and l.saida_id is not null))
           or s.agendamento_id = any(array(select a.id from agendamentos a where a.cliente_id = $2 and a.paciente_id = $1))
           or s.conversa_id = any($3) and case regexp_replace(split_part(s.chave, ':', 1), '^(falta|serie)$', 'lembrete')
             when 'lembrete' then split_part(s.chave, ':', 2) in (
               select l.id::text from lembretes l join agendamentos a on a.cliente_id = l.cliente_id and a.id = l.agendamento_id
               where a.cliente_id = $2 and a.paciente_id = $1)
             when 'bloqueio' then split_part(s.chave, ':', 3) in (
               select a.id::text from agendamentos a where a.cliente_id = $2 and a.paciente_id = $1)
             when 'cancelada' then split_part(s.chave, ':', 2) in (
               select a.id::text from agendamentos a where a.cliente_id = $2 and a.paciente_id = $1)
             when 'oferta' then split_part(s.chave, ':', 3) in (
               select e.id::text from lista_espera e where e.cliente_id = $2 and e.paciente_id = $1)
             when 'pedido' then split_part(s.chave, ':', 2) in (
               select r.id::text from reservas r where r.cliente_id = $2 and r.paciente_id = $1)
             else false end)
         returning s.mensagem_id",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind([threads.shared(), left].concat())
    .fetch_all(tx.conn())
    .await?;
    sqlx::query("update mensagens set texto = null, apagada_em = coalesce(apagada_em, $3) where cliente_id = $2 and id = any($1)")
        .bind(said)
        .bind(tx.cliente_id())
        .bind(now.to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Codes that proved a phone carry a name.
async fn forget_codes(tx: &mut TenantTx, id: PacienteId) -> Result<(), Problem> {
    let before = Phones::of(tx, id).await?.before;
    sqlx::query(
        "delete from codigos c using pacientes p
         where p.cliente_id = $2 and (p.id = $1 or p.fundido_em_id = $1) and c.cliente_id = $2
           and ((c.telefone = p.telefone or c.telefone = any($3)) and hi_busca(c.nome) = p.busca
                or c.reserva_id in (
                  select r.id from reservas r left join agendamentos a on a.cliente_id = r.cliente_id and a.id = r.agendamento_id
                  where r.cliente_id = $2 and (r.paciente_id = $1 or a.paciente_id = $1)))",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(before)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Threads of nobody else lose everything; of the others only the link goes.
pub(super) async fn forget_threads(
    tx: &mut TenantTx,
    threads: &Threads,
    now: Timestamp,
) -> Result<(), Problem> {
    let (own, spellings, keys) = (threads.whole(), threads.spellings(), threads.keys());
    // What was sent is of a thread, or is a notice to a phone.
    sqlx::query(
        "update saida set estado = case when estado in ('pendente', 'enviando', 'aguardando', 'adiada') then 'cancelada' else estado end,
                lease_ate = null, texto = '(removido)', modelo = null, destino = 'removido', erro = null
         where cliente_id = $2 and (
           conversa_id = any($1 || array(select v.id from conversas v where v.cliente_id = $2 and v.contato = any($4)))
           or conversa_id is null and destino = any($3))",
    )
    .bind(&own)
    .bind(tx.cliente_id())
    .bind(&spellings)
    .bind(&keys)
    .execute(tx.conn())
    .await?;
    sqlx::query("update idempotencia set resposta = resposta - 'texto' where cliente_id = $2 and (resposta ->> 'conversa_id')::bigint = any($1)")
        .bind(&own)
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    // Without its id on WhatsApp no late edit brings a text back.
    sqlx::query(
        "update mensagens set texto = null, detalhes = null, citada = null, whatsapp_id = null, apagada_em = coalesce(apagada_em, $3)
         where cliente_id = $2 and conversa_id = any($1)",
    )
    .bind(&own)
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    // The row stays, so that the event counts once for ever; what it said goes, and with it whose it was. Forgotten ones say nothing already. What others
    // wrote of the person is theirs, here as in `mensagens`.
    sqlx::query(
        "update entrada set corpo = '{}' where cliente_id = $1 and esquecida_em is null and contato = any($2)",
    )
    .bind(tx.cliente_id())
    .bind(&keys)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "update conversas set contato = 'removido:' || id, telefone = null, lid = null, jid = '', nome_perfil = null,
                paciente_id = null, estado = '{}', modo = 'encerrada', urgente = false, nao_lidas = 0
         where cliente_id = $2 and id = any($1)",
    )
    .bind(&own)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Of a thread on a phone the person left, what was said until then goes. Who writes there since has their number, and keeps what they said, what is
/// answered to them and where their conversation is.
async fn forget_left(tx: &mut TenantTx, threads: &Threads, now: Timestamp) -> Result<(), Problem> {
    for (id, until, keys) in threads.left() {
        for statement in [
            "update saida set estado = case when estado in ('pendente', 'enviando', 'aguardando', 'adiada') then 'cancelada' else estado end,
                    lease_ate = null, texto = '(removido)', modelo = null, destino = 'removido', erro = null
             where cliente_id = $2 and conversa_id = $1 and criado_em <= $3",
            "update idempotencia set resposta = resposta - 'texto'
             where cliente_id = $2 and (resposta ->> 'conversa_id')::bigint = $1 and criado_em <= $3",
        ] {
            let forget = sqlx::query(statement).bind(id).bind(tx.cliente_id()).bind(until.to_sqlx());
            forget.execute(tx.conn()).await?;
        }
        sqlx::query(
            "update mensagens set texto = null, detalhes = null, citada = null, whatsapp_id = null, apagada_em = coalesce(apagada_em, $4)
             where cliente_id = $2 and conversa_id = $1 and criado_em <= $3",
        )
        .bind(id)
        .bind(tx.cliente_id())
        .bind(until.to_sqlx())
        .bind(now.to_sqlx())
        .execute(tx.conn())
        .await?;
        urgencias::forget(tx, &[id], Some(until)).await?;
        // Whose name that is, nobody knows; the next message brings the name of who writes it.
        sqlx::query("update conversas set nome_perfil = null where cliente_id = $2 and id = $1")
            .bind(id)
            .bind(tx.cliente_id())
            .execute(tx.conn())
            .await?;
        sqlx::query(
            "update entrada set corpo = '{}'
             where cliente_id = $1 and esquecida_em is null and contato = any($2) and recebido_em <= $3",
        )
        .bind(tx.cliente_id())
        .bind(keys)
        .bind(until.to_sqlx())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Appointments stay, without what was said of them; who waits waits no more.
async fn forget_visits(tx: &mut TenantTx, id: PacienteId, now: Timestamp) -> Result<(), Problem> {
    for statement in [
        "update agendamentos set motivo = null, observacoes = null, cancelamento_motivo = null
         where cliente_id = $2 and paciente_id = $1
           and (motivo is not null or observacoes is not null or cancelamento_motivo is not null)",
        // Professionals were told by e-mail, with the name.
        "delete from emails where cliente_id = $2 and agendamento_id = any(array(
           select a.id from agendamentos a where a.cliente_id = $2 and a.paciente_id = $1))",
        "update reservas set motivo = null, dono = 'removido', estado = case when estado = 'aberta' then 'solta' else estado end
         where cliente_id = $2 and paciente_id = $1",
    ] {
        sqlx::query(statement).bind(id).bind(tx.cliente_id()).execute(tx.conn()).await?;
    }
    for statement in [
        "update ofertas_espera o set estado = 'vencida', respondido_em = $3 from lista_espera e
         where e.cliente_id = $2 and e.paciente_id = $1 and o.cliente_id = $2 and o.lista_espera_id = e.id
           and o.estado = 'oferecida'",
        "update lista_espera set observacoes = null, encerrado_em = coalesce(encerrado_em, $3),
                estado = case when estado = 'aguardando' then 'cancelado' else estado end
         where cliente_id = $2 and paciente_id = $1",
    ] {
        sqlx::query(statement).bind(id).bind(tx.cliente_id()).bind(now.to_sqlx()).execute(tx.conn()).await?;
    }
    Ok(())
}

/// The row itself, rows that were merged into it, and answers kept for repeated requests. Whoever is gone agrees to nothing.
async fn forget_row(
    tx: &mut TenantTx,
    id: PacienteId,
    author: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    let (lembretes, marketing): (bool, bool) =
        sqlx::query_as("select aceita_lembretes, aceita_marketing from pacientes where id = $1")
            .bind(id)
            .fetch_one(tx.conn())
            .await?;
    for (tipo, accepted) in [("lembretes", lembretes), ("marketing", marketing)] {
        if accepted {
            consent(tx, id, tipo, false, author, now).await?;
        }
    }
    // A half-finished request on a phone of several people may name them; it starts over.
    sqlx::query(
        "update conversas v set paciente_id = null, estado = '{}' from pacientes p
         where p.cliente_id = $2 and (p.id = $1 or p.fundido_em_id = $1) and v.cliente_id = $2
           and (v.paciente_id = $1
             or (v.telefone = p.telefone or v.telefone = any($3)) and position(lower(p.nome) in lower(v.estado::text)) > 0)",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(Phones::of(tx, id).await?.before)
    .execute(tx.conn())
    .await?;
    // At any depth: a series answers `marcados[]`, a block `afetados[]`. And under the ids of merged rows, whose answers came before.
    sqlx::query(
        "update idempotencia i set resposta = jsonb_build_object('id', i.resposta -> 'id') from pacientes p
         where p.cliente_id = $2 and (p.id = $1 or p.fundido_em_id = $1) and i.cliente_id = $2 and i.resposta is not null
           and (jsonb_path_exists(i.resposta, '$.**.paciente_id ? (@ == $id)', jsonb_build_object('id', p.id))
             or i.rota like '%/api/pacientes%' and i.resposta -> 'id' = to_jsonb(p.id))",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "update pacientes set nome = $3, telefone = null, cpf = null, cns = null, email = null, nascimento_dia = null,
                observacoes = null, convenio_id = null, carteirinha = null, aceita_lembretes = false, aceita_marketing = false, ativo = false,
                anonimizado_em = $4
         where cliente_id = $2 and (id = $1 or fundido_em_id = $1)",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(ERASED_NAME)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}
