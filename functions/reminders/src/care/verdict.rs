//! What to make of a connection. No store and no server: a row, what was heard, what was counted, and the time.
//!
//! Nothing here flaps. A connection is told to be down after ten minutes, and to be up after two. One that is doubted is restarted once in
//! six hours, told to be silent only when it stays so, and believed when something is heard that came after the doubt.

use jiff::{SignedDuration, Timestamp};
use shared::db::alertas::Tipo;
use shared::db::conexoes::{Conexao, Estado, Heard, Suspicion};
use shared::db::saida::doubts::Counts;

/// How long a connection takes at most to come back by itself.
const DOWN: SignedDuration = SignedDuration::from_mins(10);
/// How long it has to be open to be back.
const BACK: SignedDuration = SignedDuration::from_mins(2);
/// How long a restart may take to help.
const HELPS: SignedDuration = SignedDuration::from_mins(15);
/// Between two restarts.
const RESTARTS: SignedDuration = SignedDuration::from_hours(6);
/// Messages in an hour that nobody confirmed, and none that somebody did.
const MANY_UNCONFIRMED: i64 = 3;

/// What is to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Alerts that should stand, and since when.
    pub(super) raise: Vec<(Tipo, Timestamp)>,
    /// Alerts that should not.
    pub(super) resolve: Vec<Tipo>,
    /// The connection should be made anew.
    pub(super) restart: bool,
    /// It should be looked at again in a minute.
    pub(super) look_soon: bool,
}

pub(super) fn of(conexao: &mut Conexao, heard: &Heard, counts: &Counts, now: Timestamp) -> Verdict {
    match conexao.estado {
        Estado::Aberta => open(conexao, heard, counts, now),
        Estado::Desconhecida => Verdict::default(),
        Estado::Conectando | Estado::Fechada | Estado::Recusada => down(conexao, now),
    }
}

/// A clinic that never was connected is missing nothing.
fn down(conexao: &Conexao, now: Timestamp) -> Verdict {
    let mut verdict = Verdict { resolve: vec![Tipo::Silencio, Tipo::Envios], ..Verdict::default() };
    let Some(since) = conexao.caiu_em.filter(|_| conexao.numero.is_some()) else {
        return verdict;
    };
    if now.duration_since(since) >= DOWN {
        verdict.raise.push((Tipo::Desconectada, since));
    } else {
        verdict.look_soon = true;
    }
    if conexao.suspeita_desde.is_some() {
        // It is being restarted.
        verdict.resolve.clear();
    }
    verdict
}

fn open(conexao: &mut Conexao, heard: &Heard, counts: &Counts, now: Timestamp) -> Verdict {
    let mut verdict = Verdict::default();
    if conexao.desde.is_none_or(|since| now.duration_since(since) >= BACK) {
        verdict.resolve.push(Tipo::Desconectada);
    } else {
        verdict.look_soon = true;
    }
    if let (Some(since), Some(motive)) = (conexao.suspeita_desde, conexao.suspeita_motivo) {
        let (tipo, believed) = match motive {
            Suspicion::Silence => (Tipo::Silencio, heard.last.is_some_and(|last| last > since)),
            Suspicion::Sends => (Tipo::Envios, counts.confirmadas > 0),
        };
        if believed {
            conexao.forget_suspicion();
            verdict.resolve.push(tipo);
        } else if now.duration_since(since) >= HELPS {
            verdict.raise.push((tipo, since));
        }
        return verdict;
    }
    let stuck = counts.sem_confirmacao >= MANY_UNCONFIRMED && counts.confirmadas == 0;
    let motive = match (stuck, heard.strangely_silent) {
        (true, _) => Suspicion::Sends,
        (false, true) => Suspicion::Silence,
        (false, false) => return verdict,
    };
    if conexao.reiniciada_em.is_some_and(|last| now.duration_since(last) < RESTARTS) {
        return verdict;
    }
    conexao.suspeita_desde = Some(now);
    conexao.suspeita_motivo = Some(motive);
    conexao.reiniciada_em = Some(now);
    // What was not heard may have been said.
    conexao.miss(heard.last);
    verdict.restart = true;
    verdict
}
