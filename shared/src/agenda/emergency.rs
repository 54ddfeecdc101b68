//! Telling the clinic that somebody writes of an emergency: the professionals that person knows, by e-mail and by WhatsApp where they chose
//! it, and the staff by e-mail. It is written before the answer to the patient, in the same transaction: by WhatsApp it leaves before the answer,
//! by e-mail with the next sweep, within a minute. What was written is not in it: e-mail is no place for that, the conversation is.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::notice;
use crate::db::emails::{self, NewEmail};
use crate::db::saida::avisos::{NewAviso, insert_aviso};
use crate::db::urgencias::{self, Writer};
use crate::db::{TenantTx, clinica};
use crate::domain::nome::without_links;
use crate::domain::telefone::Telefone;
use crate::id::ConversaId;
use crate::problem::Problem;

/// Visits that make a professional known to a patient.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 180);
/// Who writes on and on is told of once in this time.
const AGAIN: i64 = 30 * 60;
/// Tellings of one thread in a day.
const DAY: SignedDuration = SignedDuration::from_hours(24);
const MOST_A_DAY: i64 = 4;
const LONGEST_NAME: usize = 80;
const TITLE: &str = "Possível emergência no WhatsApp";

/// What kind of help is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emergency {
    /// Of the body: an ambulance.
    Body,
    /// Of the mind: somebody to talk to, and an ambulance.
    Mind,
}

/// Tells whoever should know of an emergency in a thread; once in each half hour of the clock. `late` is when it was written, if that is so long ago that the
/// patient gets no answer.
///
/// # Errors
/// When Postgres does not answer.
pub async fn tell(
    tx: &mut TenantTx,
    conversa: ConversaId,
    (emergency, late): (Emergency, Option<Timestamp>),
    now: Timestamp,
) -> Result<(), Problem> {
    // The thread is shown first in any case; whoever cries wolf all day fills nobody's mail.
    if urgencias::count_told(tx, conversa, now - DAY).await? >= MOST_A_DAY {
        return Ok(());
    }
    let writer = urgencias::writer(tx, conversa).await?;
    let told = urgencias::professionals(tx, conversa, now - KNOWN_FOR).await?;
    let text = words(tx, &writer, (emergency, late), now);
    // Who runs the conversations can read it; a professional may not, and calls.
    let staff = format!("{text} Por favor, veja a conversa e entre em contato.");
    let professional = format!("{text} Por favor, ligue para a pessoa ou fale com a recepção.");
    let mut letters: BTreeMap<String, &str> =
        told.iter().filter_map(|one| Some((one.email.clone()?, professional.as_str()))).collect();
    letters.extend(urgencias::staff(tx).await?.into_iter().map(|para| (para, staff.as_str())));
    let at_meta = clinica::is_at_meta(tx).await?;
    let chave = format!("urgencia:{conversa}:{}", now.as_second().div_euclid(AGAIN));
    for one in told {
        // Meta takes no free text to who did not write; the e-mail goes in any case.
        let telefone = one.telefone.filter(|_| !at_meta).and_then(|text| Telefone::parse(&text).ok());
        let Some(telefone) = telefone else { continue };
        let new = NewAviso {
            agendamento_id: None,
            destino: telefone.digits(),
            texto: &format!("🚨 *{TITLE}*\n{professional}"),
            chave: &format!("{chave}:{}", one.medico_id),
            at: now,
        };
        insert_aviso(tx, &new).await?;
    }
    let clinica = notice::clinic_name(tx).await?;
    for (para, text) in &letters {
        let new = NewEmail {
            para,
            assunto: TITLE,
            texto: &format!("{TITLE}\n\n{text}\n\n{clinica}"),
            chave: &format!("{chave}:{para}"),
            agendamento_id: None,
            at: now,
            urgente: true,
        };
        emails::insert(tx, &new).await?;
    }
    if letters.is_empty() {
        tracing::error!(cliente.id = %tx.cliente_id(), %conversa, "an emergency, and nobody of the clinic has an address");
    }
    Ok(())
}

/// Who, when, and what is being done.
fn words(
    tx: &TenantTx,
    writer: &Writer,
    (emergency, late): (Emergency, Option<Timestamp>),
    now: Timestamp,
) -> String {
    // A name at WhatsApp is whatever its owner likes.
    let nome = writer.nome.as_deref().map(without_links).unwrap_or_default();
    let telefone = writer.telefone.as_deref().and_then(|text| Telefone::parse(text).ok());
    let who: Vec<String> = [
        (!nome.is_empty()).then(|| nome.chars().take(LONGEST_NAME).collect()),
        telefone.map(|telefone| telefone.display()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let who = if who.is_empty() { "alguém sem nome nem telefone".to_owned() } else { who.join(", ") };
    let when = notice::when(tx, late.unwrap_or(now), now);
    let done = match (late, emergency) {
        (None, Emergency::Body) => "O assistente orienta a ligar para o SAMU (192).",
        (None, Emergency::Mind) => {
            "O assistente orienta a ligar para o CVV (188) ou, se houver perigo, para o SAMU (192)."
        }
        (Some(_), _) => "Ela chegou só agora, e a pessoa ainda não teve resposta.",
    };
    format!("Quem: {who}\nQuando: {when}\n\nA mensagem pode ser de uma emergência. {done}")
}
