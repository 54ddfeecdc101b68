//! Due reminders become messages.
//!
//! One is claimed with `skip locked`, its appointment is checked again, and the message is written in the same transaction, so it is sent once
//! however many sweeps run, and late rather than never after an outage; but what is late wakes nobody, and of two that are due at once the
//! patient gets the one that says more.
//!
//! A few at a time, so that what does not end undoes little. Where something did not end lately, one at a time, and the one that does not end is put off.

use jiff::{SignedDuration, Timestamp};
use shared::agenda::notice::{self, Word};
use shared::agenda::texts::Said;
use shared::db::conversas::Conversa;
use shared::db::lembretes::{self, Due, Which};
use shared::db::{TenantTx, agendamentos, varreduras};
use shared::domain::lembretes::{Kind, Quiet, Turn};
use shared::id::{LembreteId, SaidaId, SerieId};
use shared::problem::Problem;
use shared::tenant::Tenant;

use crate::missed;
use crate::writing::{Share, briefly};

/// Who is reminded now needs no other message about the same visit that is due this soon.
const SOON: SignedDuration = SignedDuration::from_mins(30);

/// Reminders of one transaction …
const AT_ONCE: i64 = 5;
/// … and of one clinic in one sweep.
const MOST: usize = 50;
/// How long what did not end is put off, and what only another version can say.
const PUT_OFF: SignedDuration = SignedDuration::from_mins(15);

/// Counts how many messages were written. A suspended clinic's patients are not reminded in its name; the rows wait.
pub(crate) async fn step(share: &Share<'_>, written: &mut usize) -> Result<(), Problem> {
    work_off(share, (Which::Coming, MOST), written).await
}

/// What is due of a kind, as far as there is time.
pub(crate) async fn work_off(
    share: &Share<'_>,
    (which, most): (Which, usize),
    written: &mut usize,
) -> Result<(), Problem> {
    if share.tenant.is_suspended() {
        return Ok(());
    }
    let mut seen = 0;
    while seen < most && share.goes_on() {
        let few = few(share, which).await?;
        *written += few.written;
        seen += few.seen;
        if few.last {
            break;
        }
    }
    Ok(())
}

/// What one transaction did.
#[derive(Default)]
struct Few {
    seen: usize,
    written: usize,
    /// Nothing more is due.
    last: bool,
}

async fn few(share: &Share<'_>, which: Which) -> Result<Few, Problem> {
    let (parts, tenant, now) = (share.parts, share.tenant, share.parts.clock.now());
    let mut alone: Option<LembreteId> = None;
    let work = async |tx: &mut TenantTx| {
        let slow = which == Which::Missed || varreduras::is_slow(tx, now).await?;
        let most = if slow { 1 } else { AT_ONCE };
        let dues = lembretes::claim(tx, which, most, now).await?;
        alone = dues.first().map(|due| due.id).filter(|_| slow);
        // One question for all; the quiet hours are the clinic's.
        let Some(quiet) = quiet_of(tx, &dues).await? else {
            return Ok(Few { last: true, ..Few::default() });
        };
        let mut written = 0;
        for due in &dues {
            written += usize::from(one(tx, tenant, due, quiet, now).await?);
        }
        let last = i64::try_from(dues.len()).is_ok_and(|seen| seen < most);
        Ok(Few { seen: dues.len(), written, last })
    };
    let done = briefly(parts.db.in_tenant(tenant, work)).await;
    if let (Err(_), Some(id)) = (&done, alone) {
        briefly(parts.db.in_tenant(tenant, async |tx| lembretes::postpone(tx, id, now + PUT_OFF).await))
            .await?;
    }
    done
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
    let Some(kind) = due.kind() else {
        // Who armed it is of another version and knows what it says: it waits for them, and somebody hears that it waits.
        let (clinic, tipo) = (tenant.cliente_id(), &due.tipo);
        tracing::error!(cliente.id = %clinic, lembrete.id = %due.id, tipo, "lembretes.tipo is not a known word");
        lembretes::postpone(tx, due.id, now + PUT_OFF).await?;
        return Ok(false);
    };
    if !due.stands || !due.aceita_lembretes {
        lembretes::finish(tx, due.id, None, None, now).await?;
        return Ok(false);
    }
    let ahead = (!kind.is_for_the_missed()).then_some(due.inicio_em);
    match quiet.turn(due.enviar_em, ahead, tx.time_zone(), now) {
        Turn::Later(at) => {
            lembretes::postpone(tx, due.id, at).await?;
            return Ok(false);
        }
        Turn::Never => {
            lembretes::finish(tx, due.id, None, None, now).await?;
            return Ok(false);
        }
        Turn::Now => {}
    }
    if kind == Kind::Falta {
        return missed::write(tx, tenant, due, now).await;
    }
    // Who can't be reached is told nothing.
    let Some(conversa) = notice::thread_of(tx, due.paciente_id, due.telefone.as_deref()).await? else {
        lembretes::finish(tx, due.id, None, None, now).await?;
        return Ok(false);
    };
    if !notice::may_remind(tx, &conversa, (kind.confirms(), due.medico_id), now).await? {
        lembretes::give_up(tx, due.id).await?;
        return Ok(false);
    }
    let saida = write(tx, (tenant, &conversa), due, kind, now).await?;
    lembretes::finish(tx, due.id, saida, None, now).await?;
    if saida.is_some() && series(due).is_none() {
        lembretes::supersede(tx, due, now + SOON).await?;
    }
    Ok(saida.is_some())
}

/// The reminder as a message in the patient's thread.
async fn write(
    tx: &mut TenantTx,
    (tenant, conversa): (&Tenant, &Conversa),
    due: &Due,
    kind: Kind,
    now: Timestamp,
) -> Result<Option<SaidaId>, Problem> {
    let said = Said::of(due, tenant.nome(), tx.time_zone().clone(), now);
    if let Some(serie) = series(due) {
        let visits = agendamentos::list_series(tx, serie, None, now).await?;
        let starts: Vec<Timestamp> = visits.iter().map(|visit| visit.inicio_em).collect();
        let chave = format!("serie:{}:{}", due.id, due.vez);
        let text = said.series(&starts);
        return notice::post(tx, conversa, Word::plain(&chave, &text), now).await;
    }
    let (text, modelo) = match kind {
        Kind::Confirmacao => (said.booked(), said.booked_template()),
        Kind::Vespera | Kind::Dia => (said.reminder(), said.reminder_template()),
        Kind::Falta => return Err(Problem::Internal),
    };
    // Whoever answers "1" is understood by this name: see the assistant's `reminder`.
    let chave = format!("lembrete:{}:{}:{}", due.id, due.inicio_em.as_second(), due.vez);
    let word = Word { chave: &chave, texto: &text, modelo: Some(modelo) };
    notice::post(tx, conversa, word, now).await
}

/// The series a confirmation speaks of.
fn series(due: &Due) -> Option<SerieId> {
    let id = due.dados.as_ref()?.get("serie_id")?;
    serde_json::from_value(id.clone()).ok()
}
