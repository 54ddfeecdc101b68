//! Who of the line could take a freed time.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::agenda::judge::{Verdict, judge};
use crate::agenda::sheet::Sheet;
use crate::agenda::{Audience, Visit, Wish};
use crate::db::TenantTx;
use crate::db::espera::{Espera, Freed, line};
use crate::db::medicos::Medico;
use crate::db::vagas::Vaga;
use crate::id::{EsperaId, ServicoId};
use crate::problem::Problem;

/// Those who could take a time, and how far the line was looked at.
pub(super) struct Looked {
    /// Each with what they would book.
    pub(super) fitting: Vec<(Espera, Wish)>,
    /// How far.
    pub(super) until: Until,
}

/// How far the line was looked at.
pub(super) enum Until {
    /// To its end, or to as many as are asked at once.
    TheEnd,
    /// To this place: more than that is not looked at in one transaction.
    ThePlace(Option<EsperaId>),
}

/// A freed time as the line is asked about it.
pub(super) fn freed(tx: &TenantTx, vaga: Vaga, now: Timestamp) -> Freed {
    let local = tx.time_zone().to_datetime(vaga.inicio_em);
    let periodo = match local.hour() {
        0..12 => "manha",
        12..18 => "tarde",
        _ => "noite",
    };
    Freed { medico_id: vaga.medico_id, start: vaga.inicio_em, date: local.date(), periodo, now }
}

/// The first of the line, after a place in it, who could take a freed time: so many at most.
pub(super) async fn first_who_fit(
    tx: &mut TenantTx,
    medico: &Medico,
    freed: &Freed,
    (after, most): (Option<EsperaId>, usize),
    now: Timestamp,
) -> Result<Looked, Problem> {
    let mut fitting: Vec<(Espera, Wish)> = Vec::new();
    // Whether a visit fits depends on its service alone, however long the line.
    let mut known: HashMap<Option<ServicoId>, Option<Wish>> = HashMap::new();
    let mut last = after;
    while line::may_look(tx) {
        let piece = line::piece(tx, freed, last).await?;
        for entry in piece.askable {
            // Who waits twice is asked once.
            if fitting.iter().any(|(other, _)| other.paciente_id == entry.paciente_id) {
                continue;
            }
            let wish = if let Some(wish) = known.get(&entry.servico_id) {
                wish.clone()
            } else {
                if !line::spend(tx, line::OF_A_VISIT) {
                    return Ok(Looked { fitting, until: Until::ThePlace(last) });
                }
                let wish = fits(tx, medico, entry.servico_id, freed, now).await?;
                known.insert(entry.servico_id, wish.clone());
                wish
            };
            last = Some(entry.id);
            fitting.extend(wish.map(|wish| (entry, wish)));
            if fitting.len() == most {
                return Ok(Looked { fitting, until: Until::TheEnd });
            }
        }
        if piece.ends {
            return Ok(Looked { fitting, until: Until::TheEnd });
        }
        last = piece.last;
    }
    Ok(Looked { fitting, until: Until::ThePlace(last) })
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
