//! `GET /api/horarios-disponiveis`: what is free, and when nothing is, why.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::agenda::slots::{self, DaySlots, Wish};
use shared::agenda::{Audience, Visit};
use shared::auth::{Access, Session};
use shared::db::medicos;
use shared::http::{Doc, Json, Query, Route};
use shared::id::{MedicoId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::input::{Fields, clock};

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/horarios-disponiveis", Access::Clinic, get(list)).doc(
            Doc::new("O que está livre num dia, ou em vários com `ate`; e por quê, quando nada está.")
                .query::<Question>()
                .ok::<DiasOut>(),
        ),
    ]
}

/// A longer question is many answers nobody reads.
const MOST_DAYS: i32 = 62;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Question {
    medico_id: MedicoId,
    /// `AAAA-MM-DD`.
    data: String,
    /// The last date; the answer is a list then.
    ate: Option<String>,
    /// Minutes.
    duracao: Option<i32>,
    servico_id: Option<ServicoId>,
}

/// One date.
#[derive(Debug, Serialize, ToSchema)]
struct DayOut {
    medico_id: MedicoId,
    data: Date,
    duracao: i32,
    /// `HH:MM` in the clinic's zone.
    horarios: Vec<String>,
    total: usize,
    /// Why there is none: `nao_atende`, `feriado`, `bloqueio`, `lotado`, `passado`, `fora_do_periodo`.
    motivo: Option<&'static str>,
    detalhe: Option<String>,
    /// The opening periods of the date.
    expediente: Vec<(String, String)>,
}

impl DayOut {
    fn new(medico_id: MedicoId, duracao: i32, day: &DaySlots) -> Self {
        Self {
            medico_id,
            data: day.date,
            duracao,
            total: day.times.len(),
            horarios: day.times.iter().map(|time| time.strftime("%H:%M").to_string()).collect(),
            motivo: day.reason.as_ref().map(slots::EmptyReason::code),
            detalhe: day.reason.as_ref().map(slots::EmptyReason::sentence),
            expediente: day.opening.iter().map(|(from, to)| (clock(*from), clock(*to))).collect(),
        }
    }
}

/// One date, or a list when `ate` was asked.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes the two forms of the answer")]
enum DiasOut {
    Um(DayOut),
    Varios(Vec<DayOut>),
}

/// `GET /api/horarios-disponiveis`: users of the clinic; a médico asks about the own agenda.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(question): Query<Question>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let first = fields.date("data", &question.data);
    let last = question.ate.as_deref().map(|text| fields.date("ate", text));
    if let (Some(first), Some(Some(last))) = (first, last) {
        let days = last.since(first).map_or(-1, |span| span.get_days());
        if !(0..MOST_DAYS).contains(&days) {
            fields.wrong("ate", &format!("Peça de 1 a {MOST_DAYS} dias, a partir de “data”."));
        }
    }
    fields.finish()?;
    let first = first.ok_or(Problem::Internal)?;
    if !session.scope().covers(question.medico_id) {
        return Err(Problem::NotFound);
    }
    let now = parts.clock.now();
    let (duration, days) = parts
        .db
        .in_tenant(&session, async |tx| {
            let medico = medicos::get(tx, question.medico_id).await?;
            let visit = Visit::of(tx, &medico, question.servico_id, question.duracao).await?;
            let wish = Wish { medico_id: medico.id, visit, audience: Audience::Staff, moving: None };
            let days = slots::days(tx, &wish, (first, last.flatten().unwrap_or(first)), now).await?;
            Ok((visit.duration, days))
        })
        .await?;
    let mut days = days.into_iter().map(|day| DayOut::new(question.medico_id, duration, &day));
    match last {
        Some(_) => Ok(Json(days.collect::<Vec<_>>()).into_response()),
        None => Ok(Json(days.next().ok_or(Problem::Internal)?).into_response()),
    }
}
