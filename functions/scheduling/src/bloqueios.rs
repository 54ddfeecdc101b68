//! `/api/bloqueios`: time taken out of an agenda, with a preview of whom it affects.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use http::{Method, StatusCode};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::agenda::blocks::{self, Affected, Outcome};
use shared::agenda::instant;
use shared::auth::rate::Limited;
use shared::auth::{Access, Dados, Session};
use shared::db::bloqueios::{self, Bloqueio, NewBloqueio, Tipo};
use shared::db::{TenantTx, medicos};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Path, Query, Route, etag};
use shared::id::{BloqueioId, MedicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::agendamentos::read::agenda_mark;
use crate::agendamentos::{AgendamentoOut, author};
use crate::input::Fields;
use crate::large;

/// The longest block.
const MOST_DAYS: i32 = 366;
/// Previews of a user within a minute: each reads months of an agenda.
const PREVIEWS: Limited = Limited { name: "previa_bloqueio", most: 30, window: 60 };

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    vec![
        Route::new(Method::GET, "/api/bloqueios", clinic, get(list)).doc(
            Doc::new("Os bloqueios de um período; um médico vê os seus e os da clínica toda.")
                .query::<List>()
                .ok::<BloqueiosOut>()
                .not_modified(),
        ),
        Route::new(Method::POST, "/api/bloqueios", clinic, post(create)).shows(Dados::Agenda).doc(
            Doc::new(
                "Bloqueia um período e decide o que fazer com quem já tem horário nele: até 5000 consultas, avisando de até 1000 ou movendo até 40. Uma agenda tem até 500 bloqueios que não terminaram.",
            )
                .body::<BloqueioIn>()
                .idempotent()
                .created::<BloqueadoOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/bloqueios/previa", clinic, post(preview)).shows(Dados::Agenda).doc(
            Doc::new("Quem seria atingido por um bloqueio, até 5000 consultas; nada muda.")
                .body::<BloqueioIn>()
                .ok::<PreviaOut>()
                .refuses(&[429]),
        ),
        Route::new(Method::DELETE, "/api/bloqueios/{id}", clinic, delete(remove))
            .doc(Doc::new("Desfaz um bloqueio.").no_content()),
    ]
}

/// A block.
#[derive(Debug, Serialize, ToSchema)]
struct BloqueioOut {
    id: BloqueioId,
    /// Null: the whole clinic.
    medico_id: Option<MedicoId>,
    inicio_em: Timestamp,
    fim_em: Timestamp,
    /// In the clinic's own time, `AAAA-MM-DDTHH:MM`.
    #[schema(pattern = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$")]
    inicio: String,
    #[schema(pattern = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$")]
    fim: String,
    motivo: Option<String>,
    /// `bloqueio`, `ferias`, `folga`, `reuniao`.
    #[schema(pattern = "^(bloqueio|ferias|folga|reuniao)$")]
    tipo: &'static str,
}

/// The blocks of a period.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BloqueiosOut {
    bloqueios: Vec<BloqueioOut>,
    proximo: Option<String>,
}

/// What a list asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct List {
    /// First date, `AAAA-MM-DD`.
    de: String,
    /// Last date, inclusive.
    ate: String,
    medico_id: Option<MedicoId>,
}

/// The period to be blocked, in the clinic's own time.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct BloqueioIn {
    /// Missing: the whole clinic.
    medico_id: Option<MedicoId>,
    /// `AAAA-MM-DDTHH:MM`.
    #[schema(pattern = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$")]
    inicio: String,
    /// `AAAA-MM-DDTHH:MM`.
    #[schema(pattern = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$")]
    fim: String,
    motivo: Option<String>,
    /// `bloqueio` (when missing), `ferias`, `folga`, `reuniao`.
    #[schema(pattern = "^(bloqueio|ferias|folga|reuniao)$")]
    tipo: Option<String>,
    /// What becomes of the appointments it meets: `manter` (when missing), `avisar` (1000 at most), `mover` (40 at most).
    afetados: Option<String>,
}

/// Whom a block would meet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviaOut {
    afetados: Vec<AgendamentoOut>,
    total: usize,
}

/// A block, and what became of whom it met.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BloqueadoOut {
    bloqueio: BloqueioOut,
    afetados: Vec<AfetadoOut>,
}

/// What became of an appointment.
#[derive(Debug, Serialize, ToSchema)]
struct AfetadoOut {
    agendamento: AgendamentoOut,
    /// Where it was.
    antes_em: Timestamp,
    movido: bool,
    avisado: bool,
}

impl BloqueioOut {
    fn new(row: Bloqueio, zone: &TimeZone) -> Self {
        let local = |at: Timestamp| zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M").to_string();
        Self {
            id: row.id,
            medico_id: row.medico_id,
            inicio: local(row.inicio_em),
            fim: local(row.fim_em),
            inicio_em: row.inicio_em,
            fim_em: row.fim_em,
            motivo: row.motivo,
            tipo: row.tipo.as_str(),
        }
    }
}

/// What was asked for, checked, still in the clinic's own time.
struct Asked {
    medico_id: Option<MedicoId>,
    from: DateTime,
    to: DateTime,
    motivo: Option<String>,
    tipo: Tipo,
    affected: Affected,
}

impl BloqueioIn {
    fn check(self) -> Result<Asked, Problem> {
        let mut fields = Fields::default();
        let from = fields.local("inicio", &self.inicio);
        let to = fields.local("fim", &self.fim);
        if let (Some(from), Some(to)) = (from, to) {
            let days = to.date().since(from.date()).map_or(-1, |span| span.get_days());
            if from >= to || days > MOST_DAYS {
                fields.wrong("fim", &format!("O fim vem depois do início, em até {MOST_DAYS} dias."));
            }
        }
        let motivo = fields.text("motivo", self.motivo, 200);
        let kinds = Tipo::ALL.map(|tipo| (tipo.as_str(), tipo));
        let tipo = self.tipo.and_then(|word| fields.one_of("tipo", &word, &kinds));
        let fates = [("manter", Affected::Keep), ("avisar", Affected::Notify), ("mover", Affected::Move)];
        let affected = self.afetados.and_then(|word| fields.one_of("afetados", &word, &fates));
        fields.finish()?;
        let (Some(from), Some(to)) = (from, to) else {
            return Err(Problem::Internal);
        };
        Ok(Asked {
            medico_id: self.medico_id,
            from,
            to,
            motivo,
            tipo: tipo.unwrap_or(Tipo::Bloqueio),
            affected: affected.unwrap_or(Affected::Keep),
        })
    }
}

impl Asked {
    /// A médico blocks the own agenda; the whole clinic is for whoever keeps all agendas.
    fn ensure_allowed(&self, session: &Session) -> Result<(), Problem> {
        match self.medico_id {
            None => session.require_clinic(),
            Some(id) if session.scope().covers(id) => Ok(()),
            Some(_) => Err(Problem::NotFound),
        }
    }

    async fn resolve(self, tx: &mut TenantTx) -> Result<(NewBloqueio, Affected), Problem> {
        if let Some(id) = self.medico_id {
            medicos::ensure_exists(tx, id).await?;
        }
        let new = NewBloqueio {
            medico_id: self.medico_id,
            inicio_em: instant(tx, self.from.date(), self.from.time())?,
            fim_em: instant(tx, self.to.date(), self.to.time())?,
            motivo: self.motivo,
            tipo: self.tipo,
        };
        Ok((new, self.affected))
    }
}

/// `GET /api/bloqueios`: users of the clinic; a médico sees the own and the whole clinic's.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    seen: etag::Asked,
    Query(query): Query<List>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let period = fields.period(("de", &query.de), ("ate", Some(&query.ate)), MOST_DAYS);
    fields.finish()?;
    let (first, last): (Date, Date) = period.ok_or(Problem::Internal)?;
    if query.medico_id.is_some_and(|id| !session.scope().covers(id)) {
        return Err(Problem::NotFound);
    }
    let medico = session.scope().only().or(query.medico_id);
    parts
        .db
        .in_tenant(&session, async |tx| {
            let etag = agenda_mark(tx, &session, &seen).await?;
            if etag.is_had(&seen) {
                return etag.unchanged();
            }
            if let Some(id) = query.medico_id {
                medicos::ensure_exists(tx, id).await?;
            }
            let stretch = crate::input::stretch(tx, first, last)?;
            let rows = bloqueios::list(tx, medico, stretch).await?;
            let zone = tx.time_zone();
            let bloqueios = rows.into_iter().map(|row| BloqueioOut::new(row, zone)).collect();
            etag.on(Json(BloqueiosOut { bloqueios, proximo: None }))
        })
        .await
}

/// `POST /api/bloqueios/previa`: users of the clinic, a médico of the own agenda; changes nothing. 422 when it would meet more than
/// [`blocks::MOST_MET`] appointments.
pub(crate) async fn preview(
    State(parts): State<HttpParts>,
    session: Session,
    Json(body): Json<BloqueioIn>,
) -> Result<Json<PreviaOut>, Problem> {
    let asked = body.check()?;
    asked.ensure_allowed(&session)?;
    let now = parts.clock.now();
    parts.rate.count(Some(session.tenant().cliente_id()), PREVIEWS, &session.counted_as()).await?;
    parts
        .db
        .in_turn(&session, async |tx| {
            let (new, _) = asked.resolve(tx).await?;
            let rows = blocks::preview(tx, new.medico_id, (new.inicio_em, new.fim_em), now).await?;
            let zone = tx.time_zone();
            let afetados: Vec<_> =
                rows.into_iter().map(|row| AgendamentoOut::new(row, zone)).collect::<Result<_, _>>()?;
            Ok(Json(PreviaOut { total: afetados.len(), afetados }))
        })
        .await
}

/// `POST /api/bloqueios`: users of the clinic, a médico in the own agenda. 422 when it meets more than [`blocks::MOST_MET`] appointments, or
/// more than [`blocks::MOST_TOLD`] to tell of or [`blocks::MOST_MOVED`] to move, 409 when the agenda has
/// [`blocks::MOST_AHEAD`] blocks ahead, 429 when the clinic tells or moves many already, or did so too often: then nothing is blocked. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<BloqueioIn>,
) -> Result<Response, Problem> {
    let payload = serde_json::to_value(&body).map_err(|_| Problem::Internal)?;
    let asked = body.check()?;
    asked.ensure_allowed(&session)?;
    if asked.affected != Affected::Keep {
        large::BLOCKS.count(&parts, &session).await?;
    }
    let (author, now) = (author(&session), parts.clock.now());
    create_once(&parts, &session, key, "POST /api/bloqueios", &payload, async |tx| {
        let (new, affected) = asked.resolve(tx).await?;
        let (made, outcomes) = blocks::block(tx, &new, affected, author, now).await?;
        let zone = tx.time_zone();
        let afetados =
            outcomes.into_iter().map(|outcome| affected_out(outcome, zone)).collect::<Result<_, _>>()?;
        Ok(BloqueadoOut { bloqueio: BloqueioOut::new(made, zone), afetados })
    })
    .await
}

fn affected_out(outcome: Outcome, zone: &TimeZone) -> Result<AfetadoOut, Problem> {
    Ok(AfetadoOut {
        antes_em: outcome.before,
        movido: outcome.moved,
        avisado: outcome.told,
        agendamento: AgendamentoOut::new(outcome.agendamento, zone)?,
    })
}

/// `DELETE /api/bloqueios/{id}`: users of the clinic; a médico only the own.
pub(crate) async fn remove(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<BloqueioId>,
) -> Result<StatusCode, Problem> {
    let only = session.scope().only();
    parts.db.in_tenant(&session, async |tx| blocks::unblock(tx, id, only, parts.clock.now()).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_tells_the_limits() {
        let summary = |path: &str| {
            let route = routes().into_iter().find(|route| route.path == path && route.method == Method::POST);
            route.unwrap().doc.summary
        };
        let (met, told, moved) = (blocks::MOST_MET, blocks::MOST_TOLD, blocks::MOST_MOVED);
        assert!(summary("/api/bloqueios/previa").contains(&format!("até {met} consultas")));
        let limits = format!("até {met} consultas, avisando de até {told} ou movendo até {moved}");
        assert!(summary("/api/bloqueios").contains(&limits));
        assert!(summary("/api/bloqueios").contains(&format!("até {} bloqueios", blocks::MOST_AHEAD)));
    }
}
