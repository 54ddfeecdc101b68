//! What is known of a message before it is thought about, read in one short transaction that locks nothing; and whether it is thought about at all.

use jiff::Timestamp;
use jiff::civil::DateTime;
use shared::db::conversas::{self, Conversa, Modo};
use shared::db::medicos::Medico;
use shared::db::mensagens::{self, Autor};
use shared::db::publico::{self, Funcionamento, ServicoOnline};
use shared::db::settings::assistente::{self, AssistenteSettings};
use shared::db::unidades::{self, Unidade};
use shared::db::{TenantTx, clinica::Clinica};
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::{Contact, Content, Inbound, Message};

use super::mask::mask;
use super::need::is_needed;
use super::provider::Line;
use crate::dialogue::{self, Memory, Turn, look};
use crate::listening::{self, Heard};
use crate::turn::TOO_OLD;
use crate::turn::answer::{is_taken, recall};
use crate::turn::bound::is_reached;

/// Characters of one line of the conversation.
const LONGEST: usize = 1200;

/// What may be known.
#[derive(Debug)]
pub(super) struct Scene {
    /// The id under which the message counts once.
    pub(super) id: String,
    /// The month it counts in.
    pub(super) month: String,
    /// What the message says, with whatever was put off before it.
    pub(super) text: String,
    /// Everything the patient wrote that is shown, unmasked: a name must be from there.
    pub(super) written: String,
    /// Who wrote.
    pub(super) contact: Contact,
    /// Their thread.
    pub(super) conversa: Conversa,
    /// What is remembered of it.
    pub(super) memory: Memory,
    /// Now, and in the clinic's zone.
    pub(super) at: Timestamp,
    pub(super) now: DateTime,
    /// The first name of the one patient of the phone.
    pub(super) first_name: Option<String>,
    /// The conversation, masked, the message at its end.
    pub(super) lines: Vec<Line>,
    pub(super) settings: AssistenteSettings,
    pub(super) clinica: Clinica,
    /// Its places, where it has several.
    pub(super) unidades: Vec<Unidade>,
    pub(super) medicos: Vec<Medico>,
    pub(super) servicos: Vec<ServicoOnline>,
    pub(super) convenios: Vec<String>,
    pub(super) semana: Vec<Funcionamento>,
}

impl Scene {
    /// Looks; `None` when the message is not for a model.
    pub(super) async fn look(
        tx: &mut TenantTx,
        tenant: &Tenant,
        (inbound, message): (&Inbound, &Message),
        at: Timestamp,
    ) -> Result<Option<Self>, Problem> {
        let settings = assistente::get(tx).await?;
        let id = inbound.dedupe_id();
        let is_late = at.duration_since(inbound.sent_at) > TOO_OLD;
        if !settings.is_on() || tenant.is_suspended() || is_late || conversas::was_received(tx, &id).await? {
            return Ok(None);
        }
        let conversa = match conversas::find(tx, &message.contact).await? {
            Some(conversa) => conversa,
            None => nobody(&message.contact)?,
        };
        if conversa.bot_parado || is_reached(tx, &conversa, at) || is_taken(tx, &conversa, at).await? {
            return Ok(None);
        }
        let mut memory = recall(&conversa);
        let mut heard = std::mem::take(&mut memory.unanswered);
        heard.push(Heard { id: message.id.clone(), at: inbound.sent_at, content: message.content.clone() });
        let Some(Content::Text(text) | Content::Audio { transcript: Some(text), .. }) =
            listening::as_one(heard).0
        else {
            return Ok(None);
        };
        memory.wake(at);
        if memory.hears_again(Some(&text), at) {
            return Ok(None);
        }
        let turn = Turn { tenant, contact: &message.contact, now: at, thought: None };
        let (clinica, medicos) = look::clinic(tx).await?;
        let said = look::read(tx, &turn, &medicos, &text).await?;
        let now = tx.time_zone().to_datetime(at);
        let urgent = dialogue::is_urgent(&Content::Text(text.clone()), now);
        if urgent || !is_needed(memory.step, &said, &text) {
            return Ok(None);
        }
        let (_, people) = look::coming(tx, &turn, &conversa).await?;
        let people: Vec<String> = people.into_iter().map(|paciente| paciente.nome).collect();
        let past = mensagens::last(tx, conversa.id).await?;
        let names: Vec<String> = people.iter().cloned().chain(memory.request.nome.clone()).collect();
        let (lines, written) = lines(&past, &text, &names);
        Ok(Some(Self {
            id,
            month: now.strftime("%Y-%m").to_string(),
            text,
            written,
            contact: message.contact.clone(),
            conversa,
            memory,
            at,
            now,
            first_name: first_name(&people),
            lines,
            settings,
            clinica,
            unidades: unidades::several(tx).await?,
            medicos,
            servicos: publico::servicos(tx).await?,
            convenios: publico::convenios(tx).await?.into_iter().map(|(_, nome)| nome).collect(),
            semana: publico::semana(tx, now.date()).await?,
        }))
    }
}

/// The thread of somebody who writes for the first time; the turn opens it.
fn nobody(contact: &Contact) -> Result<Conversa, Problem> {
    Ok(Conversa {
        id: "0".parse().map_err(|_| Problem::Internal)?,
        jid: contact.jid.clone(),
        paciente_id: None,
        modo: Modo::Bot,
        humano_desde: None,
        urgente: false,
        bot_parado: false,
        calado_ate: None,
        respostas: None,
        estado: serde_json::Value::Null,
    })
}

fn first_name(people: &[String]) -> Option<String> {
    let [only] = people else { return None };
    only.split(' ').next().map(str::to_owned)
}

/// The conversation as a model may see it, and all the patient wrote in it.
fn lines(past: &[(Autor, String)], text: &str, names: &[String]) -> (Vec<Line>, String) {
    let masked = |text: &str| mask(&text.chars().take(LONGEST).collect::<String>(), names);
    // A conversation begins with the patient.
    let past = past.iter().skip_while(|(autor, _)| *autor != Autor::Paciente);
    let mut lines: Vec<Line> = Vec::new();
    let mut written = String::new();
    let said = past.map(|(autor, text)| (*autor, text.as_str())).chain([(Autor::Paciente, text)]);
    for (autor, text) in said.filter(|(_, text)| !text.trim().is_empty()) {
        if autor == Autor::Paciente {
            written.push_str(text);
            written.push('\n');
        }
        let text = masked(text);
        match (lines.last_mut(), autor) {
            (Some(Line::Patient(said)), Autor::Paciente) => *said = format!("{said}\n{text}"),
            (Some(Line::Clinic(said)), Autor::Bot | Autor::Humano) => *said = format!("{said}\n\n{text}"),
            (_, Autor::Paciente) => lines.push(Line::Patient(text)),
            (_, _) => lines.push(Line::Clinic(text)),
        }
    }
    (lines, written)
}
