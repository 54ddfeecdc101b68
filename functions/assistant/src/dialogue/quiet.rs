//! What is heard while the assistant is silent, because the patient told it to stop or somebody of the clinic has the conversation: an answer
//! to what was written unasked. A reminder says "1 confirma, 2 remarca, 3 cancela" to them too, and must keep its word.

use shared::db::TenantTx;
use shared::db::conversas::{Conversa, Modo};
use shared::db::medicos;
use shared::db::mensagens::{self, Autor};
use shared::problem::Problem;
use shared::whatsapp::Content;

use super::hearing::{Known, heard};
use super::memory::{Memory, Step};
use super::{Spoken, Talk, Turn};

/// What to say to an answer to a reminder or an offer that is the last thing this person was told; `None` when it is none. Where that opens
/// something ("2" asks for another time), the assistant is back.
///
/// # Errors
/// When Postgres does not answer; nothing was said or done then.
pub(crate) async fn reply_while_silent(
    tx: &mut TenantTx,
    turn: &Turn<'_>,
    memory: &Memory,
    conversa: &mut Conversa,
    content: &Content,
) -> Result<Option<Spoken>, Problem> {
    let Some(text) = heard(content) else { return Ok(None) };
    let said_last = mensagens::last(tx, conversa.id).await?;
    let last = said_last.iter().rev().map(|(autor, _)| *autor).find(|autor| *autor != Autor::Paciente);
    if last != Some(Autor::Bot) {
        return Ok(None);
    }
    let now = tx.time_zone().to_datetime(turn.now);
    let medicos = medicos::list(tx, None).await?;
    let said = Known::load(tx, &medicos, now).await?.read(&text);
    let mut talk = Box::pin(Talk::begin(tx, turn, memory.clone(), medicos, conversa)).await?;
    let texts = match Box::pin(talk.reminded(&said)).await? {
        Some(texts) => Some(texts),
        None => Box::pin(talk.offered(&text, &said)).await?,
    };
    let Some(texts) = texts else { return Ok(None) };
    conversa.paciente_id = talk.linked;
    if talk.memory.step != Step::Idle {
        (conversa.modo, conversa.humano_desde, conversa.bot_parado) = (Modo::Bot, None, false);
    }
    Ok(Some(Spoken { texts, memory: talk.memory, emergency: None }))
}
