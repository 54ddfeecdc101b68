//! Telling the clinic that somebody writes of an emergency: the professionals that person knows, by e-mail and by WhatsApp where they chose
//! it, and the staff by e-mail. It is written before the answer to the patient, in the same transaction, and leaves before it. What was
//! written is not in it: e-mail is no place for that, the conversation is.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::notice;
use crate::db::TenantTx;
use crate::db::emails::{self, NewEmail};
use crate::db::saida::avisos::{NewAviso, insert_aviso};
use crate::db::urgencias::{self, Writer};
use crate::domain::telefone::Telefone;
use crate::id::ConversaId;
use crate::problem::Problem;

/// Visits that make a professional known to a patient.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24 * 180);
/// Who writes on and on is told of once in this time.
const AGAIN: i64 = 30 * 60;
const LONGEST_NAME: usize = 80;
const TITLE: &str = "Possível emergência no WhatsApp";

/// Tells whoever should know of an emergency in a thread; once in half an hour. `late` is when it was written, if that is so long ago that the
/// patient gets no answer.
///
/// # Errors
/// When Postgres does not answer.
pub async fn tell(
    tx: &mut TenantTx,
    conversa: ConversaId,
    late: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Problem> {
    let writer = urgencias::writer(tx, conversa).await?;
    let told = urgencias::professionals(tx, conversa, now - KNOWN_FOR).await?;
    let mut addresses: BTreeSet<String> = urgencias::staff(tx).await?.into_iter().collect();
    let text = words(tx, &writer, late, now);
    let chave = format!("urgencia:{conversa}:{}", now.as_second().div_euclid(AGAIN));
    for one in told {
        addresses.extend(one.email);
        let Some(telefone) = one.telefone.and_then(|text| Telefone::parse(&text).ok()) else { continue };
        let new = NewAviso {
            agendamento_id: None,
            destino: telefone.digits(),
            texto: &format!("🚨 *{TITLE}*\n{text}"),
            chave: &format!("{chave}:{}", one.medico_id),
            at: now,
        };
        insert_aviso(tx, &new).await?;
    }
    let clinica = notice::clinic_name(tx).await?;
    for para in &addresses {
        let new = NewEmail {
            para,
            assunto: TITLE,
            texto: &format!("{TITLE}\n\n{text}\n\n{clinica}"),
            chave: &format!("{chave}:{para}"),
            agendamento_id: None,
            at: now,
        };
        emails::insert(tx, &new).await?;
    }
    if addresses.is_empty() {
        tracing::error!(cliente.id = %tx.cliente_id(), %conversa, "an emergency, and nobody of the clinic has an address");
    }
    Ok(())
}

/// Who, when, and what is being done.
fn words(tx: &TenantTx, writer: &Writer, late: Option<Timestamp>, now: Timestamp) -> String {
    // A name at WhatsApp is whatever its owner likes.
    let nome = writer.nome.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
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
    let done = match late {
        None => "O assistente orienta a ligar para o SAMU (192).",
        Some(_) => "Ela chegou só agora, e a pessoa ainda não teve resposta.",
    };
    format!(
        "Quem: {who}\nQuando: {when}\n\nA mensagem pode ser de uma emergência. {done} Por favor, veja a conversa e entre em contato."
    )
}
