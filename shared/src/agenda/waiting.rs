//! The waiting list: a freed time is offered, in the order of the line, to a few at once; it is kept for them, and the first who says yes has
//! it. The others keep their place, and nobody is asked twice about the same time.
//!
//! Nobody is asked in the clinic's quiet hours: a time that becomes free then is kept for the line, by an offer that is nobody's and ends with
//! them; then whoever waits is asked, and has the whole time to answer. One that begins too soon after them stays free for whoever comes.

mod ending;

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::book::{Booking, Who, book};
use super::judge::{Verdict, judge};
use super::notice::{self, Moment, Word};
use super::sheet::Sheet;
use super::{Audience, Visit, Wish, hold, minutes};
use crate::db::agenda::{self, Rules};
use crate::db::agendamentos::{self, Agendamento, Author};
use crate::db::espera::{self, Espera, Freed};
use crate::db::medicos::Medico;
use crate::db::ofertas::{self, Oferta};
use crate::db::reservas::{self, Tipo};
use crate::db::{TenantTx, lembretes, medicos, pacientes};
use crate::domain::nome::first_name;
use crate::id::{EsperaId, MedicoId, ReservaId, ServicoId};
use crate::problem::Problem;
use crate::whatsapp::Modelo;
use crate::whatsapp::screen::fitted;

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
    let quiet = lembretes::quiet(tx).await?;
    let asked = quiet.after(now, tx.time_zone());
    if start < asked + LEAST_NOTICE {
        return Ok(());
    }
    let local = tx.time_zone().to_datetime(start);
    let periodo = match local.hour() {
        0..12 => "manha",
        12..18 => "tarde",
        _ => "noite",
    };
    let freed = Freed { medico_id, start, date: local.date(), periodo, now };
    if espera::candidates(tx, &freed, None).await?.is_empty() {
        return Ok(());
    }
    espera::lock_line(tx).await?;
    let medico = match medicos::get(tx, medico_id).await {
        // Of a professional who left, nothing is offered.
        Err(Problem::NotFound) => return Ok(()),
        medico => medico?,
    };
    let rules = agenda::rules(tx).await?;
    let most = usize::try_from(rules.espera_simultaneas).unwrap_or(1);
    let fitting = first_who_fit(tx, &medico, &freed, most, now).await?;
    if asked > now {
        let reserva = keep(tx, &freed, &fitting, asked + SWEEP).await?;
        if let Some(reserva) = reserva {
            ofertas::insert(tx, reserva, &freed, asked, &[]).await?;
        }
        return Ok(());
    }
    let until = until(&rules, start, now);
    make(tx, &medico, &freed, fitting, until, now).await
}

/// Until when a time is kept for who is asked now.
fn until(rules: &Rules, start: Timestamp, now: Timestamp) -> Timestamp {
    (now + minutes(rules.espera_oferta_minutos)).min(start - LEAST_NOTICE / 2)
}

/// The first of the line who could take a freed time, each with what they would book.
async fn first_who_fit(
    tx: &mut TenantTx,
    medico: &Medico,
    freed: &Freed,
    most: usize,
    now: Timestamp,
) -> Result<Vec<(Espera, Wish)>, Problem> {
    let mut fitting: Vec<(Espera, Wish)> = Vec::new();
    // Whether a visit fits depends on its service alone, however long the line.
    let mut known: HashMap<Option<ServicoId>, Option<Wish>> = HashMap::new();
    let mut after = None;
    loop {
        let line = espera::candidates(tx, freed, after).await?;
        let whole = line.len() < espera::PAGE;
        after = line.last().map(|entry| entry.id);
        for entry in line {
            // Who waits twice is asked once.
            if fitting.iter().any(|(other, _)| other.paciente_id == entry.paciente_id) {
                continue;
            }
            let wish = if let Some(wish) = known.get(&entry.servico_id) {
                wish.clone()
            } else {
                let wish = fits(tx, medico, entry.servico_id, freed, now).await?;
                known.insert(entry.servico_id, wish.clone());
                wish
            };
            fitting.extend(wish.map(|wish| (entry, wish)));
            if fitting.len() == most {
                return Ok(fitting);
            }
        }
        if whole {
            return Ok(fitting);
        }
    }
}

/// What somebody who waits for a service, or for any visit, would book at a freed time, if they could.
async fn fits(
    tx: &mut TenantTx,
    medico: &Medico,
    servico: Option<ServicoId>,
    freed: &Freed,
    now: Timestamp,
) -> Result<Option<Wish>, Problem> {
    let visit = match Visit::of(tx, medico, servico, None, None).await {
        Err(Problem::NotFound) => return Ok(None),
        visit => visit?,
    };
    // Rooms are not locked: locks of an appointment being moved may be held here, and to wait for more in another order could deadlock.
    // Whoever says yes books under all locks, so at worst they hear that the time is gone.
    let wish = Wish::new(medico.id, visit, Audience::Staff);
    let sheet = Sheet::load(tx, &wish, &[medico.id], (freed.date, freed.date), now).await?;
    let verdict = judge(tx, &sheet, &wish, freed.start, false, now);
    Ok((verdict == Verdict::Bookable).then_some(wish))
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
