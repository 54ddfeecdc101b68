//! `GET /api/horarios-disponiveis`: what is free, and when nothing is, why. The public page answers in the same form.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use shared::agenda::slots::{self, DaySlots};
use shared::agenda::{Audience, LONGEST_VISIT, Visit, Wish};
use shared::auth::{Access, Session};
use shared::db::{TenantTx, agenda, medicos};
use shared::http::{Doc, Json, Query, Route};
use shared::id::{AgendamentoId, ConvenioId, MedicoId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::input::{Fields, clock};

/// A longer question is many answers nobody reads.
const MOST_DAYS: i32 = 62;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/horarios-disponiveis", Access::Clinic, get(list)).doc(
            Doc::new(
                "O que está livre num dia, ou em vários com `ate`; e por quê, quando nada está. Sem `medico_id`, de todos os que atendem.",
            )
            .query::<Question>()
            .query::<Excluding>()
            .ok::<DiasOut>()
            .refuses(&[409]),
        ),
    ]
}

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Question {
    /// Missing: every professional; then `servico_id` or `duracao` says how long.
    pub(crate) medico_id: Option<MedicoId>,
    /// `AAAA-MM-DD`.
    pub(crate) data: String,
    /// The last date; the answer is a list then.
    pub(crate) ate: Option<String>,
    /// Minutes.
    pub(crate) duracao: Option<i32>,
    pub(crate) servico_id: Option<ServicoId>,
    pub(crate) convenio_id: Option<ConvenioId>,
}

/// What does not count as taken. Staff's alone: the public page does not ask it.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Excluding {
    /// An appointment that is being moved, of one `medico_id`: what it takes itself is free, and where it lies now is offered while it may stay.
    exceto: Option<AgendamentoId>,
}

/// One date of one professional, or of all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayOut {
    /// Missing when all were asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    medico_id: Option<MedicoId>,
    data: Date,
    duracao: i32,
    /// `HH:MM` in the clinic's zone.
    horarios: Vec<String>,
    total: usize,
    /// Why there is none: `nao_atende`, `feriado`, `bloqueio`, `ferias`, `lotado`, `passado`, `antecedencia`, `fora_do_periodo`,
    /// `servico`, `convenio`, `cota_convenio`.
    motivo: Option<&'static str>,
    detalhe: Option<String>,
    /// The opening periods of the date, when one professional was asked about.
    #[schema(value_type = Vec<[String; 2]>)]
    expediente: Vec<(String, String)>,
    /// Who has which, when all were asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    medicos: Option<Vec<MedicoDayOut>>,
}

/// The times of one professional.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MedicoDayOut {
    medico_id: MedicoId,
    horarios: Vec<String>,
}

/// One date, or a list when `ate` was asked.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes the two forms of the answer")]
pub(crate) enum DiasOut {
    Um(DayOut),
    Varios(Vec<DayOut>),
}

impl DayOut {
    fn of_one(medico_id: MedicoId, duracao: i32, day: &DaySlots) -> Self {
        Self {
            medico_id: Some(medico_id),
            data: day.date,
            duracao,
            total: day.times.len(),
            horarios: hours(&day.times),
            motivo: day.reason.as_ref().map(slots::EmptyReason::code),
            detalhe: day.reason.as_ref().map(slots::EmptyReason::sentence),
            expediente: day.opening.iter().map(|(from, to)| (clock(*from), clock(*to))).collect(),
            medicos: None,
        }
    }

    /// All professionals' same date: what anybody has; when nobody has anything, the reason that may change soonest.
    fn of_all(duracao: i32, date: Date, days: &[(MedicoId, &DaySlots)]) -> Self {
        let union: BTreeSet<Time> = days.iter().flat_map(|(_, day)| day.times.iter().copied()).collect();
        let union: Vec<Time> = union.into_iter().collect();
        let reasons = days.iter().filter_map(|(_, day)| day.reason.as_ref());
        let reason = reasons.max_by_key(|reason| hope(reason)).filter(|_| union.is_empty());
        let own = days.iter().filter(|(_, day)| !day.times.is_empty());
        Self {
            medico_id: None,
            data: date,
            duracao,
            total: union.len(),
            horarios: hours(&union),
            motivo: reason.map(slots::EmptyReason::code),
            detalhe: reason.map(slots::EmptyReason::sentence),
            expediente: Vec::new(),
            medicos: Some(
                own.map(|(medico_id, day)| MedicoDayOut {
                    medico_id: *medico_id,
                    horarios: hours(&day.times),
                })
                .collect(),
            ),
        }
    }
}

/// How near a reason is to having something: of a full and a closed professional, the day is full.
fn hope(reason: &slots::EmptyReason) -> u8 {
    use slots::EmptyReason::{
        BeyondHorizon, Blocked, Closed, Full, Holiday, NotOffered, Past, PlanFull, PlanNotServed, TooLong,
        TooSoon, Vacation,
    };
    match reason {
        NotOffered => 0,
        Closed => 1,
        TooLong => 2,
        PlanNotServed => 3,
        Holiday(_) => 4,
        Vacation => 5,
        Blocked => 6,
        Past => 7,
        TooSoon => 8,
        BeyondHorizon => 9,
        PlanFull => 10,
        Full => 11,
    }
}

fn hours(times: &[Time]) -> Vec<String> {
    times.iter().map(|time| time.strftime("%H:%M").to_string()).collect()
}

/// A question whose dates were checked.
pub(crate) struct Asked {
    question: Question,
    first: Date,
    last: Date,
    audience: Audience,
}

impl Question {
    pub(crate) fn check(self, audience: Audience) -> Result<Asked, Problem> {
        let mut fields = Fields::default();
        let period = fields.period(("data", &self.data), ("ate", self.ate.as_ref()), MOST_DAYS);
        if self.medico_id.is_none() && self.servico_id.is_none() && self.duracao.is_none() {
            fields.wrong("medico_id", "Diga o profissional, o serviço ou a duração.");
        }
        if self.duracao.is_some_and(|minutes| !(5..=LONGEST_VISIT).contains(&minutes)) {
            fields.wrong("duracao", &format!("A duração precisa ficar entre 5 e {LONGEST_VISIT} minutos."));
        }
        fields.finish()?;
        let (first, last) = period.ok_or(Problem::Internal)?;
        Ok(Asked { question: self, first, last, audience })
    }
}

/// Days of one professional that are shown at once.
const PAGE_DAYS: i32 = 14;

impl Asked {
    /// Whether it costs much: several days of everybody, or more days of one than a page shows.
    pub(crate) fn is_wide(&self) -> bool {
        let days = (self.last - self.first).get_days() + 1;
        days > if self.question.medico_id.is_some() { PAGE_DAYS } else { 1 }
    }

    /// The answer, of the professional asked about or of all; `only` narrows to one.
    pub(crate) async fn answer(
        &self,
        tx: &mut TenantTx,
        only: Option<MedicoId>,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let Question { medico_id, duracao, servico_id, convenio_id, .. } = self.question;
        if let Some(id) = convenio_id {
            agenda::convenio_nome(tx, id).await?;
        }
        let days = match medico_id {
            Some(id) => {
                let medico = medicos::get(tx, id).await?;
                let visit = Visit::of(tx, &medico, servico_id, convenio_id, duracao).await?;
                let wish = self.wish(id, visit);
                let days = slots::days(tx, &wish, (self.first, self.last), now).await?;
                days.iter().map(|day| DayOut::of_one(id, wish.visit.duration, day)).collect()
            }
            None => self.of_all(tx, only, now).await?,
        };
        Ok(self.respond(days))
    }

    /// The answer for an appointment that is being moved.
    async fn answer_moving(
        &self,
        tx: &mut TenantTx,
        (id, only): (AgendamentoId, Option<MedicoId>),
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let Question { medico_id, duracao, servico_id, convenio_id, .. } = self.question;
        let medico_id = medico_id.ok_or_else(|| Problem::field("medico_id", "Diga o profissional."))?;
        let moving = slots::Moving { id, only, medico_id, servico_id, convenio_id, duration: duracao };
        let (duration, days) = slots::days_moving(tx, &moving, (self.first, self.last), now).await?;
        Ok(self.respond(days.iter().map(|day| DayOut::of_one(medico_id, duration, day)).collect()))
    }

    /// Who works at the clinic is offered what strangers only keep, for they may book it.
    fn wish(&self, medico: MedicoId, visit: Visit) -> Wish {
        let (convenio_id, over_strangers) = (self.question.convenio_id, self.audience == Audience::Staff);
        Wish { convenio_id, over_strangers, ..Wish::new(medico, visit, self.audience) }
    }

    async fn of_all(
        &self,
        tx: &mut TenantTx,
        only: Option<MedicoId>,
        now: Timestamp,
    ) -> Result<Vec<DayOut>, Problem> {
        let Question { duracao, servico_id, convenio_id, .. } = self.question;
        let rows = medicos::list(tx, only).await?;
        let Some(any) = rows.first() else {
            return Ok(Vec::new());
        };
        let visit = Visit::of(tx, any, servico_id, convenio_id, duracao).await?;
        let ids: Vec<MedicoId> = rows.iter().map(|medico| medico.id).collect();
        let wish = self.wish(any.id, visit);
        let all = slots::days_of(tx, &wish, &ids, (self.first, self.last), now).await?;
        let mut by_date: BTreeMap<Date, Vec<(MedicoId, &DaySlots)>> = BTreeMap::new();
        for (medico, days) in &all {
            for day in days {
                by_date.entry(day.date).or_default().push((*medico, day));
            }
        }
        let duration = wish.visit.duration;
        Ok(by_date.into_iter().map(|(date, days)| DayOut::of_all(duration, date, &days)).collect())
    }

    fn respond(&self, mut days: Vec<DayOut>) -> Response {
        if self.question.ate.is_some() {
            return Json(days).into_response();
        }
        match days.pop() {
            Some(day) => Json(day).into_response(),
            None => Problem::NotFound.into_response(),
        }
    }
}

/// `GET /api/horarios-disponiveis`: users of the clinic; a médico asks about the own agenda.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(question): Query<Question>,
    Query(Excluding { exceto }): Query<Excluding>,
) -> Result<Response, Problem> {
    let asked = question.check(Audience::Staff)?;
    let scope = session.scope();
    if asked.question.medico_id.is_some_and(|medico| !scope.covers(medico)) {
        return Err(Problem::NotFound);
    }
    let now = parts.clock.now();
    let only = scope.only();
    parts
        .db
        .in_tenant(&session, async |tx| match exceto {
            Some(id) => asked.answer_moving(tx, (id, only), now).await,
            None => asked.answer(tx, only, now).await,
        })
        .await
}
