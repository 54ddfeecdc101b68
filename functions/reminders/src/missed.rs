//! A kind word to who did not come, with other times that are really free: few of them in a sweep, for each is a search in an agenda. An answer "1", "2" or "3" books one of them, after the usual
//! summary: the assistant's `dialogue::unasked` reads them from `lembretes.dados`.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::agenda::missed;
use shared::agenda::notice::{self, Word};
use shared::agenda::texts::Said;
use shared::db::lembretes::{self, Due, Which};
use shared::db::{TenantTx, agendamentos};
use shared::problem::Problem;
use shared::tenant::Tenant;

use crate::remind::work_off;
use crate::writing::Share;

/// Words of one clinic in one sweep; the rest are the next minute's.
const MOST: usize = 5;
/// After so long nobody is written to any more.
const TOO_LATE: SignedDuration = SignedDuration::from_hours(48);

/// Writes what is due, one at a time, and counts it.
pub(crate) async fn step(share: &Share<'_>, written: &mut usize) -> Result<(), Problem> {
    work_off(share, (Which::Missed, MOST), written).await
}

/// Writes it; whether there was anybody to write to and anything to say. Who has another visit with the same professional ahead, or asked
/// not to be written to, is left alone.
pub(crate) async fn write(
    tx: &mut TenantTx,
    tenant: &Tenant,
    due: &Due,
    now: Timestamp,
) -> Result<bool, Problem> {
    let coming = agendamentos::list_coming(tx, &[due.paciente_id], now).await?;
    let comes = coming.iter().any(|visit| visit.medico_id == due.medico_id);
    let conversa = notice::thread_of(tx, due.paciente_id, due.telefone.as_deref()).await?;
    let late = now.duration_since(due.inicio_em) > TOO_LATE;
    let Some(conversa) = conversa.filter(|conversa| !conversa.bot_parado && !comes && !late) else {
        lembretes::finish(tx, due.id, None, None, now).await?;
        return Ok(false);
    };
    if !notice::may_remind(tx, &conversa, (false, due.medico_id), now).await? {
        lembretes::give_up(tx, due.id).await?;
        return Ok(false);
    }
    let visit = agendamentos::get(tx, due.agendamento_id, None).await?;
    let free = missed::alternatives(tx, &visit, now).await?;
    let said = Said::of(due, tenant.nome(), tx.time_zone().clone(), now);
    let chave = format!("falta:{}:{}", due.id, due.vez);
    let word = Word { chave: &chave, texto: &said.missed(&free), modelo: said.missed_template(&free) };
    let saida = notice::post(tx, &conversa, word, now).await?;
    lembretes::finish(tx, due.id, saida, Some(&json!({ "alternativas": free })), now).await?;
    Ok(saida.is_some())
}
