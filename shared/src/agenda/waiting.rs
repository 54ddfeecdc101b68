//! The waiting list: a freed time is offered, in the order of the line, to a few at once; it is kept for them, and the first who says yes has
//! it. The others keep their place, and nobody is asked twice about the same time.
//!
//! Nobody is asked in the clinic's quiet hours: a time that becomes free then is kept for the line, by an offer that is nobody's and ends with
//! them; then whoever waits is asked, and has the whole time to answer. One that begins too soon after them stays free for whoever comes.

mod ending;
mod looking;

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::book::{Booking, Who, book};
use super::notice::{self, Moment, Word};
use super::{Audience, Wish, hold, minutes};
use crate::db::agenda::{self, Rules};
use crate::db::agendamentos::{self, Agendamento, Author};
use crate::db::espera::{self, Espera, Freed, line};
use crate::db::medicos::Medico;
use crate::db::ofertas::{self, Oferta};
use crate::db::reservas::{self, Tipo};
use crate::db::vagas::{self, Vaga};
use crate::db::{TenantTx, lembretes, medicos, pacientes};
use crate::domain::nome::first_name;
use crate::id::{EsperaId, MedicoId, ReservaId};
use crate::problem::Problem;
use crate::whatsapp::Modelo;
use crate::whatsapp::screen::fitted;

use looking::Until;

pub use ending::{expire, leave};

/// Who answers an offer at this distance to the visit has no time left to come.
const LEAST_NOTICE: SignedDuration = SignedDuration::from_mins(15);
/// How much longer than the quiet hours a time is kept, for a sweep that comes a little late.
const SWEEP: SignedDuration = SignedDuration::from_mins(5);
/// Who lets a time go so soon took it from nobody.
const MOMENT: SignedDuration = SignedDuration::from_mins(10);

/// Offers the time an appointment leaves; not when its own patient lets go what they took a moment ago. Until then the time was free for anybody, so
/// nobody in the line lost it; and whoever takes times and lets them go, over and over, would have everybody who waits written to each time.
/// The caller holds the professional's lock.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn offer_freed(
    tx: &mut TenantTx,
    before: &Agendamento,
    author: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    if author.is_patient() && agendamentos::took_its_time_since(tx, before, now - MOMENT).await? {
        return Ok(());
    }
    offer(tx, before.medico_id, before.inicio_em, now).await
}

/// Offers a time that became free. The caller holds the professional's lock.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn offer(
    tx: &mut TenantTx,
    medico_id: MedicoId,
    start: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    offer_after(tx, Vaga { medico_id, inicio_em: start }, None, now).await
}

/// Offers it to those after a place in the line. A transaction looks at so many and no more; when none of them could take it, the sweep goes on from there ([`go_on`]).
/// Until then the time is anybody's: to keep it for whom nobody has seen yet would take it from who is there.
async fn offer_after(
    tx: &mut TenantTx,
    vaga: Vaga,
    after: Option<EsperaId>,
    now: Timestamp,
) -> Result<(), Problem> {
    let (medico_id, start) = (vaga.medico_id, vaga.inicio_em);
    let quiet = lembretes::quiet(tx).await?;
    let asked = quiet.after(now, tx.time_zone());
    if start < asked + LEAST_NOTICE {
        return Ok(());
    }
    let freed = looking::freed(tx, vaga, now);
    if !line::is_wished(tx, &freed, after).await? {
        return Ok(());
    }
    if !line::may_look(tx) {
        return vagas::put(tx, vaga, after, now).await;
    }
    espera::lock_line(tx).await?;
    let medico = match medicos::get(tx, medico_id).await {
        // Of a professional who left, nothing is offered.
        Err(Problem::NotFound) => return Ok(()),
        medico => medico?,
    };
    let rules = agenda::rules(tx).await?;
    let most = usize::try_from(rules.espera_simultaneas).unwrap_or(1);
    let looked = looking::first_who_fit(tx, &medico, &freed, (after, most), now).await?;
    if looked.fitting.is_empty() {
        return match looked.until {
            Until::ThePlace(last) => vagas::put(tx, vaga, last, now).await,
            Until::TheEnd => Ok(()),
        };
    }
    if asked > now {
        let reserva = keep(tx, &freed, &looked.fitting, asked + SWEEP).await?;
        if let Some(reserva) = reserva {
            ofertas::insert(tx, reserva, &freed, asked, &[]).await?;
        }
        return Ok(());
    }
    let until = until(&rules, start, now);
    make(tx, &medico, &freed, looked.fitting, until, now).await
}

/// Goes on with one freed time whose line was not looked at to its end; `false` when there is none. The sweep does this, one transaction after the other.
///
/// # Errors
/// When Postgres does not answer.
pub async fn go_on(tx: &mut TenantTx, now: Timestamp) -> Result<bool, Problem> {
    let Some(vaga) = vagas::first(tx).await? else { return Ok(false) };
    medicos::lock(tx, vaga.medico_id).await?;
    if let Some(after) = vagas::take(tx, vaga).await? {
        offer_after(tx, vaga, after, now).await?;
    }
    Ok(true)
}

/// Until when a time is kept for who is asked now.
fn until(rules: &Rules, start: Timestamp, now: Timestamp) -> Timestamp {
    (now + minutes(rules.espera_oferta_minutos)).min(start - LEAST_NOTICE / 2)
}

/// Keeps the time, long enough for the longest visit among those who may be asked; not at all when there is nobody.
async fn keep(
    tx: &mut TenantTx,
    freed: &Freed,
    fitting: &[(Espera, Wish)],
    until: Timestamp,
) -> Result<Option<ReservaId>, Problem> {
    let Some((_, longest)) =
        fitting.iter().max_by_key(|(entry, wish)| (wish.visit.duration, Reverse(entry.id)))
    else {
        return Ok(None);
    };
    let keeper = Wish { owner: Some(format!("oferta:{}", Uuid::now_v7())), ..longest.clone() };
    hold::keep(tx, &keeper, Tipo::Oferta, freed.start, until).await.map(Some)
}

/// Keeps the time and asks.
async fn make(
    tx: &mut TenantTx,
    medico: &Medico,
    freed: &Freed,
    fitting: Vec<(Espera, Wish)>,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some(reserva) = keep(tx, freed, &fitting, until).await? else { return Ok(()) };
    // Nobody is asked in quiet hours.
    let moment = Moment::now(now);
    let asked: Vec<EsperaId> = fitting.iter().map(|(entry, _)| entry.id).collect();
    let oferta = ofertas::insert(tx, reserva, freed, until, &asked).await?;
    let whom = medico.with_unidade();
    for (entry, _) in &fitting {
        let names = (entry.paciente_nome.as_str(), whom.as_str());
        let (text, modelo) = words(tx, names, (freed.start, until), now).await?;
        let chave = format!("oferta:{oferta}:{}", entry.id);
        let word = Word { chave: &chave, texto: &text, modelo: Some(modelo) };
        notice::tell_unasked(tx, entry.paciente_id, word, moment).await?;
    }
    Ok(())
}

/// What somebody is asked: whose visit, with whom, from when, and until when they may say yes.
async fn words(
    tx: &mut TenantTx,
    (paciente, medico): (&str, &str),
    (start, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<(String, Modelo), Problem> {
    let (clinica, when) = (notice::clinic_name(tx).await?, notice::when(tx, start, now));
    let limit = notice::limit(tx, until, now);
    let text = fitted(|room| {
        format!(
            "Olá, {}! Surgiu um horário na *{}*: {when}, com {}.\n\nResponda *quero* até {limit} para ficar com ele, ou *não quero*. \
             Fica com o horário quem responder primeiro; seu lugar na lista continua.",
            room.of(first_name(paciente)),
            room.of(&clinica),
            room.of(medico),
        )
    });
    let consulta = notice::visit(tx, (paciente, medico), start, Moment::now(now)).await?;
    Ok((text, Modelo::VagaOferecida { consulta, ate: limit }))
}

/// Takes the time an entry was offered, if nobody was faster; repeated, the same appointment again. `only` hides entries of other
/// professionals.
///
/// # Errors
/// [`Problem::OfferClosed`] when somebody was faster or the offer is over; the place in the line stays.
pub async fn accept(
    tx: &mut TenantTx,
    id: EsperaId,
    only: Option<MedicoId>,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let waits = espera::get(tx, id, only).await?;
    pacientes::hold(tx, waits.paciente_id).await?;
    let (entry, oferta) = locked(tx, id, only).await?;
    if let Some(made) = entry.agendamento_id {
        return agendamentos::get(tx, made, only).await;
    }
    let oferta = oferta.ok_or(Problem::OfferClosed)?;
    if only.is_some_and(|own| own != oferta.medico_id) {
        return Err(Problem::NotFound);
    }
    ensure_answers_for(tx, &entry, only).await?;
    if entry.estado != "aguardando" || oferta.estado != "aberta" || oferta.ate <= now {
        return Err(Problem::OfferClosed);
    }
    let reserva = reservas::lock(tx, oferta.reserva_id).await?;
    let local = tx.time_zone().to_datetime(oferta.inicio_em);
    let booking = Booking {
        medico_id: oferta.medico_id,
        date: local.date(),
        time: local.time(),
        duration: None,
        servico_id: entry.servico_id,
        convenio_id: None,
        who: Who::Known(entry.paciente_id),
        motivo: None,
        encaixe: false,
        retorno_de: None,
        audience: Audience::Staff,
        owner: Some(reserva.dono),
    };
    let made = book(tx, booking, author, now).await?;
    reservas::close(tx, reserva.id, Some(made.id)).await?;
    espera::close(tx, id, Some(made.id), now).await?;
    let clinica = notice::clinic_name(tx).await?;
    let moment = Moment::of(tx, None, now).await?;
    for other in ofertas::end(tx, oferta.id, Some(id), now).await? {
        let other = espera::get(tx, other, None).await?;
        let text = fitted(|room| {
            format!(
                "Olá, {}! Aqui é da *{}*. Outra pessoa respondeu primeiro e ficou com aquele horário. \
             Você continua na lista de espera, no mesmo lugar.",
                room.of(first_name(&other.paciente_nome)),
                room.of(&clinica)
            )
        });
        notice::tell_unasked(
            tx,
            other.paciente_id,
            Word::plain(&format!("oferta:{}:{}:fim", oferta.id, other.id), &text),
            moment,
        )
        .await?;
    }
    Ok(made)
}

/// Says no to what an entry was offered; when nobody is left to say yes, the next in line are asked.
///
/// # Errors
/// [`Problem::OfferClosed`] when there is nothing to say no to.
pub async fn decline(
    tx: &mut TenantTx,
    id: EsperaId,
    only: Option<MedicoId>,
    now: Timestamp,
) -> Result<Espera, Problem> {
    let (entry, oferta) = locked(tx, id, only).await?;
    let oferta = oferta.filter(|oferta| oferta.estado == "aberta").ok_or(Problem::OfferClosed)?;
    if only.is_some_and(|own| own != oferta.medico_id) {
        return Err(Problem::NotFound);
    }
    ensure_answers_for(tx, &entry, only).await?;
    if !ofertas::decline(tx, oferta.id, id, now).await? {
        pass_on(tx, &oferta, now).await?;
    }
    espera::get(tx, id, only).await
}

/// A médico answers for who waits for them and for their own patients. Who waits for anybody may be a colleague's, whose record an appointment would open.
async fn ensure_answers_for(
    tx: &mut TenantTx,
    waits: &Espera,
    only: Option<MedicoId>,
) -> Result<(), Problem> {
    if only.is_none() || only == waits.medico_id {
        return Ok(());
    }
    match pacientes::get_visible(tx, waits.paciente_id, only).await {
        Err(Problem::NotFound) => Err(Problem::Forbidden),
        seen => seen.map(drop),
    }
}

/// An entry and its last offer, with the professional and the offer locked, in that order.
async fn locked(
    tx: &mut TenantTx,
    id: EsperaId,
    only: Option<MedicoId>,
) -> Result<(Espera, Option<Oferta>), Problem> {
    espera::get(tx, id, only).await?;
    let seen = ofertas::last_of(tx, id).await?;
    let oferta = match seen {
        None => None,
        Some(seen) => {
            medicos::lock(tx, seen.medico_id).await?;
            Some(ofertas::lock(tx, seen.id).await?)
        }
    };
    Ok((espera::get(tx, id, only).await?, oferta))
}

/// Ends an offer nobody took and asks the next in line.
async fn pass_on(tx: &mut TenantTx, oferta: &Oferta, now: Timestamp) -> Result<(), Problem> {
    ofertas::end(tx, oferta.id, None, now).await?;
    reservas::close(tx, oferta.reserva_id, None).await?;
    offer(tx, oferta.medico_id, oferta.inicio_em, now).await
}
