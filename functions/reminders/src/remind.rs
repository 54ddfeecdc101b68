//! Due reminders become messages.
//!
//! One is claimed with `skip locked`, its appointment is checked again, and the message is written in the same transaction, so it is sent once
//! however many sweeps run, and late rather than never after an outage; but what is late wakes nobody, and of two that are due at once the
//! patient gets the one that says more.

use jiff::{SignedDuration, Timestamp};
use shared::agenda::notice::{self, Word};
use shared::agenda::texts::Said;
use shared::db::lembretes::{self, Due};
use shared::db::{TenantTx, agendamentos};
use shared::domain::lembretes::{Kind, Quiet, Turn};
use shared::id::{SaidaId, SerieId};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

use crate::missed;

/// Who is reminded now needs no other message about the same visit that is due this soon.
const SOON: SignedDuration = SignedDuration::from_mins(30);

/// How many messages were written. A suspended clinic's patients are not reminded in its name; the rows wait.
pub(crate) async fn step(parts: &WorkerParts, tenant: &Tenant) -> Result<usize, Problem> {
    if tenant.is_suspended() {
        return Ok(0);
    }
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(tenant, async |tx| {
            let dues = lembretes::claim_due(tx, now).await?;
            // One question for all; the quiet hours are the clinic's.
            let Some(quiet) = quiet_of(tx, &dues).await? else { return Ok(0) };
            let mut count = 0;
            for due in &dues {
                count += usize::from(one(tx, tenant, due, quiet, now).await?);
            }
            Ok(count)
        })
        .await
}

async fn quiet_of(tx: &mut TenantTx, dues: &[Due]) -> Result<Option<Quiet>, Problem> {
    match dues.first() {
        Some(due) => Ok(Some(lembretes::rules_of(tx, due.medico_id).await?.quiet)),
        None => Ok(None),
    }
}

/// What becomes of one; whether it is a message now.
async fn one(
    tx: &mut TenantTx,
    tenant: &Tenant,
    due: &Due,
    quiet: Quiet,
    now: Timestamp,
) -> Result<bool, Problem> {
    let Some(kind) = due.kind().filter(|_| due.stands && due.aceita_lembretes) else {
        lembretes::finish(tx, due.id, None, None).await?;
        return Ok(false);
    };
    let ahead = (kind != Kind::Falta).then_some(due.inicio_em);
    match quiet.turn(due.enviar_em, ahead, tx.time_zone(), now) {
        Turn::Later(at) => {
            lembretes::postpone(tx, due.id, at).await?;
            return Ok(false);
        }
        Turn::Never => {
            lembretes::finish(tx, due.id, None, None).await?;
            return Ok(false);
        }
        Turn::Now => {}
    }
    if kind == Kind::Falta {
        return missed::write(tx, tenant, due, now).await;
    }
    let saida = write(tx, tenant, due, kind, now).await?;
    lembretes::finish(tx, due.id, saida, None).await?;
    if saida.is_some() && series(due).is_none() {
        lembretes::supersede(tx, due, now + SOON).await?;
    }
    Ok(saida.is_some())
}

/// The reminder as a message in the patient's thread; nothing for a patient who can't be reached.
async fn write(
    tx: &mut TenantTx,
    tenant: &Tenant,
    due: &Due,
    kind: Kind,
    now: Timestamp,
) -> Result<Option<SaidaId>, Problem> {
    let Some(conversa) = notice::thread_of(tx, due.paciente_id, due.telefone.as_deref()).await? else {
        return Ok(None);
    };
    let said = Said::of(due, tenant.nome(), tx.time_zone().clone(), now);
    if let Some(serie) = series(due) {
        let visits = agendamentos::list_series(tx, serie, None, now).await?;
        let starts: Vec<Timestamp> = visits.iter().map(|visit| visit.inicio_em).collect();
        let chave = format!("serie:{}:{}", due.id, due.vez);
        let text = said.series(&starts);
        return notice::post(tx, &conversa, Word::plain(&chave, &text), now).await;
    }
    let (text, modelo) = match kind {
        Kind::Confirmacao => (said.booked(), said.booked_template()),
        Kind::Vespera | Kind::Dia => (said.reminder(), said.reminder_template()),
        Kind::Falta => return Err(Problem::Internal),
    };
    // Whoever answers "1" is understood by this name: see the assistant's `reminder`.
    let chave = format!("lembrete:{}:{}:{}", due.id, due.inicio_em.as_second(), due.vez);
    let word = Word { chave: &chave, texto: &text, modelo: Some(modelo) };
    notice::post(tx, &conversa, word, now).await
}

/// The series a confirmation speaks of.
fn series(due: &Due) -> Option<SerieId> {
    let id = due.dados.as_ref()?.get("serie_id")?;
    serde_json::from_value(id.clone()).ok()
}
