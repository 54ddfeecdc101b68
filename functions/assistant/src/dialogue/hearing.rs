//! What a message says: its words, what they mean to this clinic, and a kind answer to what has none.

use jiff::Timestamp;
use jiff::civil::DateTime;
use shared::db::medicos::{self, Medico};
use shared::db::{TenantTx, publico};
use shared::id::MedicoId;
use shared::problem::Problem;
use shared::whatsapp::Content;

use super::texts;
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
        understand(text, &Context { now: *now, medicos, convenios, servicos })
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
    let nothing_known = Context { now, medicos: &[], convenios: &[], servicos: &[] };
    heard(content).is_some_and(|text| understand(&text, &nothing_known).intent == Intent::Urgent)
}

/// The text to read, whether it was typed, tapped or voted.
pub(crate) fn heard(content: &Content) -> Option<String> {
    match content {
        Content::Text(text) | Content::Choice { text, .. } => Some(text.clone()),
        Content::Vote { options, .. } => options.first().cloned(),
        Content::Audio { transcript, .. } => transcript.clone(),
        _ => None,
    }
}

/// A kind answer to what can't be read; none to a thumb up.
pub(super) fn unheard(content: &Content) -> Option<String> {
    match content {
        Content::Audio { .. } => Some(texts::cannot_hear()),
        Content::Image { .. }
        | Content::Video { .. }
        | Content::Document { .. }
        | Content::Location { .. }
        | Content::ContactCard { .. } => Some(texts::cannot_see()),
        _ => None,
    }
}
