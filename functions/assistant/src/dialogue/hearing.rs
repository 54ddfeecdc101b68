//! What a message says: its words, what they mean to this clinic, and a kind answer to what has none.

use jiff::Timestamp;
use jiff::civil::DateTime;
use shared::agenda::emergency::Emergency;
use shared::db::medicos::{self, Medico};
use shared::db::{TenantTx, publico};
use shared::id::MedicoId;
use shared::problem::Problem;
use shared::whatsapp::Content;

use super::{Step, Talk, joined, texts};
use crate::reading::{Context, Intent, Understanding, understand};

/// What has to be known of the clinic to read a message.
pub(super) struct Known {
    now: DateTime,
    medicos: Vec<(MedicoId, String, Option<String>)>,
    convenios: Vec<String>,
    servicos: Vec<String>,
}

impl Known {
    pub(super) async fn load(tx: &mut TenantTx, medicos: &[Medico], now: DateTime) -> Result<Self, Problem> {
        Ok(Self {
            now,
            medicos: medicos.iter().map(|m| (m.id, m.nome.clone(), m.especialidade.clone())).collect(),
            convenios: publico::convenios(tx).await?.into_iter().map(|(_, nome)| nome).collect(),
            servicos: publico::servicos(tx).await?.into_iter().map(|servico| servico.nome).collect(),
        })
    }

    pub(super) fn read(&self, text: &str) -> Understanding {
        let Self { now, medicos, convenios, servicos } = self;
        understand(text, &Context { now: *now, medicos, convenios, servicos }).of_the_first_visit()
    }
}

/// Whether two texts say the same to this clinic, as far as they are understood.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn mean_the_same(
    tx: &mut TenantTx,
    one: &str,
    other: &str,
    now: Timestamp,
) -> Result<bool, Problem> {
    let now = tx.time_zone().to_datetime(now);
    let medicos = medicos::list(tx, None).await?;
    let known = Known::load(tx, &medicos, now).await?;
    Ok(known.read(one) == known.read(other))
}

/// Whether a message tells of an emergency, whatever else is going on.
pub fn is_urgent(content: &Content, now: DateTime) -> bool {
    emergency(content, now).is_some()
}

/// The emergency a message tells of, if it tells of one; only the words count, not the clinic.
pub(crate) fn emergency(content: &Content, now: DateTime) -> Option<Emergency> {
    let nothing_known = Context { now, medicos: &[], convenios: &[], servicos: &[] };
    emergency_of(&understand(&heard(content)?, &nothing_known))
}

pub(super) fn emergency_of(said: &Understanding) -> Option<Emergency> {
    (said.intent == Intent::Urgent).then_some(if said.despair { Emergency::Mind } else { Emergency::Body })
}

/// The text to read, whether it was typed, tapped, voted or put under a picture.
pub(crate) fn heard(content: &Content) -> Option<String> {
    match content {
        Content::Text(text) | Content::Choice { text, .. } => Some(text.clone()),
        Content::Vote { options, .. } => (!options.is_empty()).then(|| options.join(", ")),
        Content::Image { caption, .. } | Content::Video { caption } | Content::Document { caption, .. } => {
            caption.clone()
        }
        Content::Audio { transcript, .. } => transcript.clone(),
        _ => None,
    }
}

/// A kind word to what can't be read; none to a thumb up.
fn unheard(content: &Content) -> Option<String> {
    match content {
        Content::Audio { transcript: None, .. } => Some(texts::cannot_hear()),
        Content::Image { .. } | Content::Video { .. } | Content::Document { .. } => Some(texts::cannot_see()),
        Content::Poll { .. } => Some(texts::got("a enquete")),
        Content::Location { .. } => Some(texts::got("a localização")),
        Content::ContactCard { .. } => Some(texts::got("o contato")),
        Content::Sticker => Some(texts::nice_sticker()),
        _ => None,
    }
}

/// Whether a message says or shows anything.
pub(super) fn says_something(content: &Content) -> bool {
    heard(content).is_some() || unheard(content).is_some()
}

impl Talk<'_> {
    /// A kind word to what can't be read, and the question that is open once more; `None` to what can.
    pub(super) async fn unread(
        &mut self,
        content: &Content,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        let Some(word) = unheard(content) else { return Ok(self.voted(content)) };
        // Words under a picture are read like any others, if they can be.
        if heard(content).is_some() && (said.intent != Intent::Unknown || said.has_facts()) {
            return Ok(None);
        }
        if self.memory.step != Step::Idle {
            return Ok(Some(joined(word, self.ask_again().await?)));
        }
        // A sticker after a goodbye needs no answer.
        if matches!(content, Content::Sticker) {
            return Ok(Some(if self.memory.introduced { Vec::new() } else { vec![texts::menu()] }));
        }
        let hint = (!matches!(content, Content::Audio { .. })).then(texts::to_book);
        Ok(Some(joined(word, hint.into_iter().collect())))
    }

    /// Several of a poll's options do not answer a question that wants one.
    fn voted(&self, content: &Content) -> Option<Vec<String>> {
        let Content::Vote { options, .. } = content else { return None };
        let many = options.len() > 1 && self.memory.step != Step::Idle;
        many.then(|| vec![texts::which_of(options)])
    }
}
