//! What is said to what was heard, and what is remembered of it.

use jiff::Timestamp;
use serde_json::json;
use shared::agenda::emergency::{self, Emergency};
use shared::db::TenantTx;
use shared::db::clinica;
use shared::db::conversas::{self, Conversa, Modo};
use shared::db::mensagens::Autor;
use shared::db::saida::{self, NewSaida};
use shared::problem::Problem;

use super::{Moment, Thread, bound};
use crate::dialogue::{self, Memory, Speaker, Step, Turn};
use crate::listening::{self, Heard};

/// Answers a message with whatever was put off before it, or puts it off too.
pub(super) async fn hear(
    tx: &mut TenantTx,
    turn: &Turn<'_>,
    new: Heard,
    moment: Moment,
    thread: &mut Thread,
) -> Result<(), Problem> {
    let mut memory = recall(&thread.conversa);
    if moment == Moment::Wait && listening::may_wait(&memory.unanswered, &new) {
        memory.unanswered.push(new);
        thread.conversa.estado = remember(&memory);
        return conversas::save(tx, &thread.conversa).await;
    }
    let mut heard = std::mem::take(&mut memory.unanswered);
    heard.push(new);
    answer(tx, turn, memory, heard, thread).await
}

/// Answers what was written in one go, unless somebody else does.
pub(super) async fn answer(
    tx: &mut TenantTx,
    turn: &Turn<'_>,
    mut memory: Memory,
    heard: Vec<Heard>,
    thread: &mut Thread,
) -> Result<(), Problem> {
    let (content, voice) = listening::as_one(heard);
    let Some(content) = content else { return keep_memory(tx, thread, &memory).await };
    if bound::is_reached(tx, &thread.conversa, turn.now) {
        keep_memory(tx, thread, &memory).await?;
        return bound::hush(tx, thread, &content, turn.now).await;
    }
    let suspended = turn.tenant.is_suspended();
    if suspended || is_taken(tx, &thread.conversa, turn.now).await? {
        // Whoever should answer may be away; an emergency does not wait for them.
        let urgent = dialogue::emergency(&content, tx.time_zone().to_datetime(turn.now));
        keep_memory(tx, thread, &memory).await?;
        if let Some(emergency) = urgent {
            alarm(tx, &mut thread.conversa, (emergency, None), turn.now).await?;
            let phone = clinica::get(tx).await?.telefone;
            let text = dialogue::texts::emergency(emergency, phone.as_deref());
            say(tx, thread, &text, None, turn.now).await?;
        } else if suspended {
            let chave = format!("suspensa:{}:{}", thread.conversa.id, turn.now.as_second() / 86_400);
            let text = dialogue::texts::suspended(turn.tenant.nome());
            say(tx, thread, &text, Some(&chave), turn.now).await?;
        } else if let Some(spoken) =
            dialogue::reply_while_silent(tx, turn, &memory, &mut thread.conversa, &content).await?
        {
            keep_memory(tx, thread, &spoken.memory).await?;
            for text in &spoken.texts {
                say(tx, thread, text, None, turn.now).await?;
            }
        }
        return Ok(());
    }
    if memory.hears_again(dialogue::heard(&content).as_deref(), turn.now) {
        // Words that come again are not answered again; an emergency is told of however often.
        if let Some(emergency) = dialogue::emergency(&content, tx.time_zone().to_datetime(turn.now)) {
            alarm(tx, &mut thread.conversa, (emergency, None), turn.now).await?;
        }
        tracing::warn!(conversa.id = %thread.conversa.id, "the same text again and again; not answered");
        return keep_memory(tx, thread, &memory).await;
    }
    thread.conversa.modo = Modo::Bot;
    thread.conversa.humano_desde = None;
    memory.before = None;
    let before = Box::new(memory.clone());
    let spoken = dialogue::reply(tx, turn, memory, &mut thread.conversa, &content).await?;
    let mut memory = spoken.memory;
    // What ended in an appointment, or in its end, is not undone by an edit.
    memory.before = (memory.step != Step::Idle).then_some(before);
    keep_memory(tx, thread, &memory).await?;
    if let Some(emergency) = spoken.emergency {
        alarm(tx, &mut thread.conversa, (emergency, None), turn.now).await?;
    }
    if voice {
        say(tx, thread, &dialogue::texts::cannot_hear_all(), None, turn.now).await?;
    }
    for text in &spoken.texts {
        say(tx, thread, text, None, turn.now).await?;
    }
    Ok(())
}

/// The alert, before the person reads a word of it: shown first, and sent to whom they know here. `late`: when it was written, if it is too old for an
/// answer.
pub(super) async fn alarm(
    tx: &mut TenantTx,
    conversa: &mut Conversa,
    (emergency, late): (Emergency, Option<Timestamp>),
    now: Timestamp,
) -> Result<(), Problem> {
    conversa.urgente = true;
    conversas::save(tx, conversa).await?;
    emergency::tell(tx, conversa.id, (emergency, late), now).await
}

/// Whether a person has the conversation. It comes back when that person has been silent for as long as the clinic says.
pub(crate) async fn is_taken(
    tx: &mut TenantTx,
    conversa: &Conversa,
    now: Timestamp,
) -> Result<bool, Problem> {
    if conversa.modo != Modo::Humano {
        return Ok(false);
    }
    let silence = clinica::humano_silencio(tx).await?;
    Ok(conversa.humano_desde.is_some_and(|since| now.duration_since(since) < silence))
}

pub(crate) fn recall(conversa: &Conversa) -> Memory {
    serde_json::from_value(conversa.estado.clone()).unwrap_or_default()
}

pub(super) async fn keep_memory(
    tx: &mut TenantTx,
    thread: &mut Thread,
    memory: &Memory,
) -> Result<(), Problem> {
    thread.conversa.estado = remember(memory);
    conversas::save(tx, &thread.conversa).await
}

pub(super) fn remember(memory: &Memory) -> serde_json::Value {
    serde_json::to_value(memory).unwrap_or_else(|_| json!({}))
}

/// Writes a message into the thread and the outbox; one with a `chave` only once.
pub(super) async fn say(
    tx: &mut TenantTx,
    thread: &mut Thread,
    text: &str,
    chave: Option<&str>,
    now: Timestamp,
) -> Result<(), Problem> {
    let new = NewSaida {
        conversa_id: thread.conversa.id,
        destino: &thread.conversa.jid,
        texto: text,
        chave,
        at: now,
        modelo: None,
    };
    if saida::insert(tx, &new, Autor::Bot).await?.is_some() {
        conversas::count_answer(tx, thread.conversa.id, tx.time_zone().to_datetime(now).date()).await?;
        thread.said.push((Speaker::Bot, text.to_owned()));
        thread.answered = true;
    }
    Ok(())
}
