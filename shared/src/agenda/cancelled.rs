//! Telling a patient that the clinic called off their visit, kindly and with a way to another time. Whoever was told to stop writing is told too, as they
//! are reminded: who hears nothing comes for nothing.

use jiff::Timestamp;

use super::notice::{self, Moment, Word};
use crate::db::TenantTx;
use crate::db::agendamentos::Agendamento;
use crate::db::saida::late;
use crate::domain::nome::first_name;
use crate::domain::status::Status;
use crate::id::AgendamentoId;
use crate::problem::Problem;
use crate::whatsapp::Modelo;
use crate::whatsapp::screen::fitted;

/// Tells the patient of a visit the clinic called off, with how many of its series; once, however often it is asked for. Whether there was
/// anything to tell and anybody to tell it to.
///
/// # Errors
/// When Postgres does not answer.
pub async fn tell(
    tx: &mut TenantTx,
    visit: &Agendamento,
    count: usize,
    now: Timestamp,
) -> Result<bool, Problem> {
    let by_clinic = visit.cancelado_por.as_deref() == Some("clinica");
    if visit.status()? != Status::Cancelado || !by_clinic || visit.inicio_em <= now {
        return Ok(false);
    }
    let clinica = notice::clinic_name(tx).await?;
    let moment = Moment::of(tx, Some(visit.inicio_em), now).await?;
    let when = notice::when_told(tx, visit.inicio_em, moment);
    let text = fitted(|room| {
        let (nome, clinica) = (room.of(first_name(&visit.paciente_nome)), room.of(&clinica));
        let medico = room.of(&visit.medico_nome);
        let what = match count {
            0 | 1 => format!("a clínica precisou cancelar a sua consulta com {medico} ({when})"),
            _ => {
                format!("a clínica precisou cancelar {count} consultas suas com {medico}, a partir de {when}")
            }
        };
        format!(
            "Olá, {nome}! Aqui é da *{clinica}*. Sentimos muito: {what}. Para escolher outro horário, escreva *marcar*; para falar com \
             uma pessoa, *atendente*."
        )
    });
    let names = (visit.paciente_nome.as_str(), visit.medico_nome.as_str());
    // Of several no template speaks.
    let modelo = match count {
        0 | 1 => Some(Modelo::ConsultaCancelada(notice::visit(tx, names, visit.inicio_em, moment).await?)),
        _ => None,
    };
    let chave = format!("{}{}", word_of(visit.id), visit.versao);
    let word = Word { chave: &chave, texto: &text, modelo };
    notice::tell(tx, visit.paciente_id, word, moment).await
}

/// A visit stands again: who was to be told in the morning that it does not hears nothing.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn untell(tx: &mut TenantTx, id: AgendamentoId, now: Timestamp) -> Result<(), Problem> {
    late::withdraw(tx, &word_of(id), "-", now).await
}

/// How the names of a visit's messages begin.
fn word_of(id: AgendamentoId) -> String {
    format!("cancelada:{id}:")
}
