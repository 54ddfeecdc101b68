//! Requests that wait for approval: a time a patient chose, on the public page or by WhatsApp, for a service the clinic wants to decide on.

use jiff::Timestamp;

use super::book::{Booking, Who, book, resolve};
use super::notice::{self, Moment, Word};
use super::{Audience, hold, reminders, waiting};
use crate::db::agendamentos::{self, Agendamento, Author, Canal};
use crate::db::reservas::{self, Reserva};
use crate::db::saida;
use crate::db::{TenantTx, medicos, pacientes, unidades};
use crate::domain::nome::first_name;
use crate::id::{MedicoId, PacienteId, ReservaId};
use crate::problem::Problem;
use crate::whatsapp::screen::fitted;

/// Makes a request of what an owner keeps, for a service the clinic decides on; for whom.
///
/// # Errors
/// [`Problem::HoldExpired`] when nothing is kept any more.
pub async fn ask(tx: &mut TenantTx, owner: &str, who: Who, now: Timestamp) -> Result<PacienteId, Problem> {
    let kept = hold::kept(tx, owner, now).await?.ok_or(Problem::HoldExpired)?;
    let paciente = resolve(tx, who).await?;
    medicos::lock(tx, kept.medico_id).await?;
    let reserva = reservas::lock(tx, kept.id).await?;
    if !reserva.lives(now) || reserva.paciente_id.is_some() {
        return Err(Problem::HoldExpired);
    }
    reservas::make_pedido(tx, reserva.id, paciente, None, reserva.inicio_em).await?;
    Ok(paciente)
}

/// Makes the appointment a request asked for, and tells the patient; repeated, the same appointment again. `only` hides those of other
/// professionals.
///
/// # Errors
/// [`Problem::RequestClosed`] when it was refused or its time is over; what booking refuses.
pub async fn approve(
    tx: &mut TenantTx,
    id: ReservaId,
    only: Option<MedicoId>,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let reserva = lock(tx, id, only).await?;
    if let Some(made) = reserva.agendamento_id {
        return agendamentos::get(tx, made, only).await;
    }
    let paciente = who_waits(&reserva, now)?;
    let local = tx.time_zone().to_datetime(reserva.inicio_em);
    let booking = Booking {
        medico_id: reserva.medico_id,
        date: local.date(),
        time: local.time(),
        duration: i32::try_from(reserva.fim_em.duration_since(reserva.inicio_em).as_mins()).ok(),
        servico_id: reserva.servico_id,
        convenio_id: reserva.convenio_id,
        who: Who::Known(paciente),
        motivo: reserva.motivo.clone(),
        encaixe: false,
        retorno_de: None,
        audience: Audience::Staff,
        owner: Some(reserva.dono.clone()),
    };
    // Its time is no obstacle to what it becomes; a refusal undoes this with the rest.
    reservas::close(tx, id, None).await?;
    // Whoever approves it: reports by channel count where appointments come from.
    let canal = if reserva.dono.starts_with("conversa:") { Canal::Whatsapp } else { Canal::Site };
    let made = match book(tx, booking, Author { canal, ..author }, now).await {
        // The request itself is there; what it asked for was given up meanwhile.
        Err(Problem::NotFound) => {
            let reason = "Esse serviço ou esse profissional não está mais disponível.".to_owned();
            return Err(Problem::SlotRefused { reason, alternatives: Vec::new() });
        }
        made => made?,
    };
    reservas::close(tx, id, Some(made.id)).await?;
    let clinica = notice::clinic_name(tx).await?;
    let moment = Moment::of(tx, Some(made.inicio_em), now).await?;
    let when = notice::when_told(tx, made.inicio_em, moment);
    let whom = unidades::place(tx, made.medico_id).await?.with(&made.medico_nome);
    let text = fitted(|room| {
        format!(
            "Olá, {}! Seu pedido na *{}* foi confirmado: {}, com {}. Até lá!",
            room.of(first_name(&made.paciente_nome)),
            room.of(&clinica),
            when,
            room.of(&whom)
        )
    });
    if notice::tell(tx, paciente, Word::plain(&format!("pedido:{id}"), &text), moment).await? {
        reminders::told(tx, made.id).await?;
    }
    Ok(made)
}

/// Refuses a request, tells the patient and offers the time to those who wait; repeated, nothing more happens. Whether the patient was told.
///
/// # Errors
/// [`Problem::RequestClosed`] when it was approved already.
pub async fn refuse(
    tx: &mut TenantTx,
    id: ReservaId,
    only: Option<MedicoId>,
    now: Timestamp,
) -> Result<bool, Problem> {
    let reserva = lock(tx, id, only).await?;
    if reserva.agendamento_id.is_some() {
        return Err(Problem::RequestClosed);
    }
    let chave = format!("pedido:{id}");
    let Ok(paciente) = who_waits(&reserva, now) else {
        return saida::is_written(tx, &chave).await;
    };
    reservas::close(tx, id, None).await?;
    let moment = Moment::of(tx, Some(reserva.inicio_em), now).await?;
    let when = notice::when_told(tx, reserva.inicio_em, moment);
    let nome = pacientes::get(tx, paciente).await?.nome;
    let clinica = notice::clinic_name(tx).await?;
    let text = fitted(|room| {
        format!(
            "Olá, {}! Aqui é da *{}*. Infelizmente não conseguimos confirmar o horário que você pediu ({when}). \
         Responda *marcar* para escolher outro.",
            room.of(first_name(&nome)),
            room.of(&clinica)
        )
    });
    let told = notice::tell(tx, paciente, Word::plain(&chave, &text), moment).await?;
    waiting::offer(tx, reserva.medico_id, reserva.inicio_em, now).await?;
    Ok(told)
}

/// The patient, the professional, then the request.
async fn lock(tx: &mut TenantTx, id: ReservaId, only: Option<MedicoId>) -> Result<Reserva, Problem> {
    let seen = reservas::get_pedido(tx, id, only).await?;
    if let Some(paciente) = seen.paciente_id {
        pacientes::hold(tx, paciente).await?;
    }
    medicos::lock(tx, seen.medico_id).await?;
    reservas::lock(tx, id).await
}

fn who_waits(reserva: &Reserva, now: Timestamp) -> Result<PacienteId, Problem> {
    reserva.paciente_id.filter(|_| reserva.lives(now)).ok_or(Problem::RequestClosed)
}
