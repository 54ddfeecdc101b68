//! What was changed after it was written: an edit may be what was meant, a deletion is not answered.

use jiff::{SignedDuration, Timestamp};
use shared::db::TenantTx;
use shared::db::conversas;
use shared::db::mensagens::{self, Changed};
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::{Content, Deletion, Edit};

use super::Thread;
use super::answer::{answer, keep_memory, recall, remember};
use crate::dialogue::{self, Speaker, Turn};
use crate::listening::Heard;

/// Until when an edit of what was written last is taken as what was meant; WhatsApp allows edits as long.
const EDITED: SignedDuration = SignedDuration::from_mins(15);

/// An edit: of what waits for its answer, or of what was written last and means something else now. That one is said again, from where the
/// conversation was before it.
pub(super) async fn edited(
    tx: &mut TenantTx,
    tenant: &Tenant,
    edit: &Edit,
    now: Timestamp,
) -> Result<Option<Thread>, Problem> {
    let Edit { id, contact, from_me, text, .. } = edit;
    let changed = Changed { whatsapp_id: id, contact: contact.as_ref(), from_me: *from_me };
    let (Some(edited), false, Some(contact)) = (mensagens::edit(tx, changed, text).await?, *from_me, contact)
    else {
        return Ok(None);
    };
    let Some(conversa) = conversas::reopen(tx, contact).await? else { return Ok(None) };
    let mut thread = Thread { conversa, said: vec![(Speaker::Paciente, text.clone())], answered: false };
    let mut memory = recall(&thread.conversa);
    if let Some(waiting) = memory.unanswered.iter_mut().find(|heard| heard.id == *id) {
        waiting.content = Content::Text(text.clone());
        keep_memory(tx, &mut thread, &memory).await?;
        return Ok(None);
    }
    let before = edited.antes.unwrap_or_default();
    let late = now.duration_since(edited.criado_em) > EDITED;
    if late || !edited.ultima || dialogue::mean_the_same(tx, &before, text, now).await? {
        return Ok(None);
    }
    let memory = memory.before.take().map_or(memory, |before| *before);
    let heard = Heard { id: id.clone(), at: edited.criado_em, content: Content::Text(text.clone()) };
    let turn = Turn { tenant, contact, now, thought: None };
    answer(tx, &turn, memory, vec![heard], &mut thread).await?;
    Ok(Some(thread))
}

/// A deletion; what was taken back before it was answered is not answered.
pub(super) async fn deleted(tx: &mut TenantTx, deletion: &Deletion) -> Result<(), Problem> {
    let Deletion { id, contact, from_me } = deletion;
    let changed = Changed { whatsapp_id: id, contact: contact.as_ref(), from_me: *from_me };
    mensagens::mark_deleted(tx, changed).await?;
    let (false, Some(contact)) = (*from_me, contact) else { return Ok(()) };
    let Some(mut conversa) = conversas::reopen(tx, contact).await? else { return Ok(()) };
    let mut memory = recall(&conversa);
    let count = memory.unanswered.len();
    memory.unanswered.retain(|heard| heard.id != *id);
    if memory.unanswered.len() < count {
        conversa.estado = remember(&memory);
        conversas::save(tx, &conversa).await?;
    }
    Ok(())
}
