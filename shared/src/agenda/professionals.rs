//! Telling professionals what happens in their agenda: one message for each event, by WhatsApp and by e-mail as each chose, in the transaction
//! of the event. Whoever did it themselves is not told. A message holds whom, when and for what service, and nothing else.
//!
//! The quiet hours are patients': who chose to be told is told at once.

use jiff::{SignedDuration, Timestamp};

use super::notice;
use crate::auth::UserType;
use crate::db::agendamentos::{Agendamento, Author, Canal};
use crate::db::emails::{self, NewEmail};
use crate::db::saida::avisos::{self as outbox, NewAviso, insert_aviso};
use crate::db::settings::avisos::{self, Avisos};
use crate::db::{TenantTx, clinica};
use crate::domain::nome::{in_a_letter, without_links};
use crate::domain::telefone::Telefone;
use crate::id::MedicoId;
use crate::problem::Problem;

/// The most notices about appointments to one phone, and to one address, in a day: who gets so many looks into the agenda. Where they go is what somebody
/// typed; all clinics' e-mails come from one address of ours, and what waits at a clinic's number keeps its patients' reminders waiting.
const MOST: i64 = 60;
const DAY: SignedDuration = SignedDuration::from_hours(24);
const LAST: &str = "\n\nForam muitos avisos nas últimas 24 horas: os próximos ficam só na agenda.";

/// What happened to an appointment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event<'a> {
    /// It is in the agenda now.
    New,
    /// So many of a series are.
    Series(usize),
    /// It was here before, and is elsewhere now.
    Moved(&'a Agendamento),
    /// It is in another professional's agenda now.
    HandedOver(&'a Agendamento),
    /// It was called off.
    Cancelled,
    /// So many of a series were.
    SeriesCancelled(usize),
}

impl Event<'_> {
    /// The word in the message's name.
    fn word(self) -> &'static str {
        match self {
            Self::New | Self::Series(_) => "novo",
            Self::Moved(_) => "remarcado",
            Self::HandedOver(_) | Self::Cancelled | Self::SeriesCancelled(_) => "cancelado",
        }
    }

    fn is_wanted(self, avisos: &Avisos) -> bool {
        match self {
            Self::New | Self::Series(_) => avisos.novos,
            Self::Moved(_) => avisos.remarcados,
            Self::HandedOver(_) | Self::Cancelled | Self::SeriesCancelled(_) => avisos.cancelados,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::New => "Nova consulta",
            Self::Series(_) => "Novas consultas",
            Self::Moved(_) => "Consulta remarcada",
            Self::HandedOver(_) => "Consulta com outro profissional",
            Self::Cancelled => "Consulta cancelada",
            Self::SeriesCancelled(_) => "Consultas canceladas",
        }
    }
}

/// An appointment lies elsewhere: one message to whom it stays with, or one to each of two.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn tell_move(
    tx: &mut TenantTx,
    before: &Agendamento,
    after: &Agendamento,
    author: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    if before.medico_id == after.medico_id {
        return tell(tx, after, Event::Moved(before), author, now).await;
    }
    tell(tx, after, Event::HandedOver(before), author, now).await?;
    tell(tx, after, Event::New, author, now).await
}

/// Tells the professional of an appointment, if they want to know and did not do it.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn tell(
    tx: &mut TenantTx,
    visit: &Agendamento,
    event: Event<'_>,
    author: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    let medico = match event {
        Event::HandedOver(before) => before.medico_id,
        _ => visit.medico_id,
    };
    if is_by(author, medico) {
        return Ok(());
    }
    let mut avisos = avisos::get(tx, medico).await?;
    // Meta takes no free text to who did not write: there, what was to go by WhatsApp goes by e-mail.
    if avisos.whatsapp && clinica::is_at_meta(tx).await? {
        (avisos.whatsapp, avisos.email) = (false, true);
    }
    if !event.is_wanted(&avisos) || !(avisos.whatsapp || avisos.email) {
        return Ok(());
    }
    let chave = format!("aviso:{}:{medico}:{}:{}", visit.id, event.word(), visit.versao);
    let notice = Notice { visit, event, lines: &lines(tx, visit, event, author, now), chave: &chave, now };
    if let Some(telefone) = avisos.telefone.as_deref().filter(|_| avisos.whatsapp)
        && let Ok(telefone) = Telefone::parse(telefone)
    {
        by_whatsapp(tx, telefone.digits(), &notice).await?;
    }
    if let Some(para) = avisos.email_endereco.as_deref().filter(|_| avisos.email) {
        by_email(tx, para, &notice).await?;
    }
    Ok(())
}

/// What a professional is told.
struct Notice<'a> {
    visit: &'a Agendamento,
    event: Event<'a>,
    lines: &'a str,
    chave: &'a str,
    now: Timestamp,
}

impl Notice<'_> {
    /// What ends one of which so many were written before, if it is written at all.
    fn ending(written: i64) -> Option<&'static str> {
        (written < MOST).then_some(if written + 1 == MOST { LAST } else { "" })
    }
}

async fn by_whatsapp(tx: &mut TenantTx, destino: &str, notice: &Notice<'_>) -> Result<(), Problem> {
    let written = outbox::about_appointments(tx, destino, notice.now - DAY).await?;
    let Some(last) = Notice::ending(written) else { return Ok(()) };
    let new = NewAviso {
        agendamento_id: Some(notice.visit.id),
        destino,
        texto: &format!("*{}*\n{}{last}", notice.event.title(), notice.lines),
        chave: notice.chave,
        at: notice.now,
    };
    insert_aviso(tx, &new).await
}

async fn by_email(tx: &mut TenantTx, para: &str, notice: &Notice<'_>) -> Result<(), Problem> {
    let written = emails::about_appointments(tx, para, notice.now - DAY).await?;
    let Some(last) = Notice::ending(written) else { return Ok(()) };
    let clinica = in_a_letter(&notice::clinic_name(tx).await?);
    let (title, when) = (notice.event.title(), notice::when(tx, notice.visit.inicio_em, notice.now));
    let new = NewEmail {
        para,
        assunto: &format!("{title}: {when}"),
        texto: &format!("{title}\n\n{}{last}\n\n{clinica}", notice.lines),
        chave: notice.chave,
        agendamento_id: Some(notice.visit.id),
        at: notice.now,
        urgente: false,
    };
    emails::insert(tx, &new).await
}

fn is_by(author: Author, medico: MedicoId) -> bool {
    author.user.is_some_and(|(user_type, id)| user_type == UserType::Medico && id.as_medico() == medico)
}

/// Whom, when, for what, and who did it.
fn lines(tx: &TenantTx, visit: &Agendamento, event: Event<'_>, author: Author, now: Timestamp) -> String {
    let when = notice::when(tx, visit.inicio_em, now);
    let nome = without_links(&visit.paciente_nome);
    let (what, done) = match event {
        Event::New => (format!("{nome}: {when}"), "Marcada"),
        Event::Series(count) => (format!("{nome}: {count} consultas, a partir de {when}"), "Marcadas"),
        Event::Moved(before) => {
            let from = notice::when(tx, before.inicio_em, now);
            (format!("{nome}: de {from} para {when}"), "Remarcada")
        }
        Event::HandedOver(before) => {
            let from = notice::when(tx, before.inicio_em, now);
            (format!("{nome}: {from}, agora com {}", visit.medico_nome), "Alterada")
        }
        Event::Cancelled => (format!("{nome}: {when}"), "Cancelada"),
        Event::SeriesCancelled(count) => {
            (format!("{nome}: {count} consultas, a partir de {when}"), "Canceladas")
        }
    };
    let service = visit.servico_nome.as_deref().map(|nome| format!("\n{nome}")).unwrap_or_default();
    format!("{what}{service}\n\n{done} {}.", by_whom(author))
}

fn by_whom(author: Author) -> &'static str {
    match (author.user, author.canal) {
        (Some(_), _) | (None, Canal::Painel) => "pela equipe da clínica",
        (None, Canal::Whatsapp) => "pelo paciente, no WhatsApp",
        (None, Canal::Site) => "pelo paciente, no site",
        (None, Canal::Sistema) => "pelo sistema",
    }
}
