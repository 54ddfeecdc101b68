//! `/api/medicos/{id}/excecoes`: dates whose hours replace the weekly ones, holidays included.

use axum::extract::State;
use http::StatusCode;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::TenantTx;
use shared::db::auditoria::record_change;
use shared::db::settings::excecoes::{self, Excecao};
use shared::db::settings::medicos;
use shared::http::{Json, Path, Query};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::ensure_covered;
use crate::changes::text;
use crate::input::{Fields, clock};

/// Periods of one date.
const MOST: usize = 20;
/// Days of one question.
const MOST_DAYS: i32 = 800;
/// Days of a question without an end.
const A_YEAR: i32 = 366;

/// Which dates are asked for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Period {
    /// First date, `AAAA-MM-DD`; today when missing.
    de: Option<String>,
    /// Last date, inclusive; a year after the first when missing.
    ate: Option<String>,
}

/// Dates with hours of their own, by date.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExcecoesOut {
    excecoes: Vec<ExcecaoOut>,
    proximo: Option<String>,
}

/// A date with hours of its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExcecaoOut {
    dia: Date,
    /// `HH:MM` pairs; none = closed.
    #[schema(value_type = Vec<[String; 2]>)]
    periodos: Vec<(String, String)>,
    motivo: Option<String>,
}

impl ExcecaoOut {
    fn new(dia: Date, Excecao { mut periods, motivo }: Excecao) -> Self {
        periods.sort_unstable();
        let periodos = periods.into_iter().map(|(start, end)| (clock(start), clock(end))).collect();
        Self { dia, periodos, motivo }
    }
}

/// Hours of a date.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ExcecaoIn {
    /// `["08:00", "12:00"]` each; none = closed.
    #[schema(value_type = Vec<[String; 2]>)]
    periodos: Vec<(String, String)>,
    /// At most 200 characters.
    motivo: Option<String>,
}

impl ExcecaoIn {
    fn check(self, dia: &str) -> Result<(Date, Excecao), Problem> {
        let mut fields = Fields::default();
        let day = fields.date("dia", dia);
        if self.periodos.len() > MOST {
            fields.wrong("periodos", &format!("Use no máximo {MOST} períodos."));
        }
        let motivo = self
            .motivo
            .filter(|motivo| !motivo.trim().is_empty())
            .map(|motivo| text(200)(&motivo))
            .transpose();
        let motivo = motivo.unwrap_or_else(|sentence| {
            fields.wrong("motivo", &sentence);
            None
        });
        let mut periods: Vec<(i32, i32)> = Vec::new();
        for (at, (start, end)) in self.periodos.iter().enumerate().take(MOST) {
            let campo = format!("periodos[{at}]");
            let (Some(from), Some(to)) = (fields.minute(&campo, start), fields.minute(&campo, end)) else {
                continue;
            };
            if from >= to {
                fields.wrong(&campo, &format!("O início ({start}) precisa vir antes do fim ({end})."));
            } else if let Some((other, until)) = periods.iter().find(|other| from < other.1 && other.0 < to) {
                let (other, until) = (clock(*other), clock(*until));
                fields.wrong(&campo, &format!("Os períodos {other}–{until} e {start}–{end} se sobrepõem."));
            } else {
                periods.push((from, to));
            }
        }
        fields.finish()?;
        Ok((day.ok_or(Problem::Internal)?, Excecao { periods, motivo }))
    }
}

/// What is set for a date now.
async fn current(tx: &mut TenantTx, id: MedicoId, day: Date) -> Result<Option<ExcecaoOut>, Problem> {
    let days = excecoes::list(tx, id, (day, day)).await?;
    Ok(days.into_iter().next().map(|(day, excecao)| ExcecaoOut::new(day, excecao)))
}

/// `GET /api/medicos/{id}/excecoes?de=&ate=`: users of the clinic; a médico sees the own.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
    Query(period): Query<Period>,
) -> Result<Json<ExcecoesOut>, Problem> {
    ensure_covered(&session, id)?;
    let mut fields = Fields::default();
    let first = period.de.map(|text| fields.date("de", &text));
    let last = period.ate.map(|text| fields.date("ate", &text));
    fields.finish()?;
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::get(tx, id).await?;
            let first = first.flatten().unwrap_or_else(|| tx.time_zone().to_datetime(now).date());
            let last = last.flatten().unwrap_or_else(|| first.saturating_add(A_YEAR.days()));
            let days = last.since(first).map_or(-1, |span| span.get_days());
            if !(0..MOST_DAYS).contains(&days) {
                let sentence = format!("Peça de 1 a {MOST_DAYS} dias, a partir de “de”.");
                return Err(Problem::field("ate", sentence));
            }
            let days = excecoes::list(tx, id, (first, last)).await?;
            let excecoes = days.into_iter().map(|(day, excecao)| ExcecaoOut::new(day, excecao)).collect();
            Ok(Json(ExcecoesOut { excecoes, proximo: None }))
        })
        .await
}

/// `PUT /api/medicos/{id}/excecoes/{dia}`: users of the clinic; a médico sets the own. May be repeated without a second effect.
pub(crate) async fn replace(
    State(parts): State<HttpParts>,
    session: Session,
    Path((id, dia)): Path<(MedicoId, String)>,
    Json(body): Json<ExcecaoIn>,
) -> Result<Json<ExcecaoOut>, Problem> {
    ensure_covered(&session, id)?;
    let (day, excecao) = body.check(&dia)?;
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::lock(tx, id).await?;
            let before = current(tx, id, day).await?;
            excecoes::replace(tx, id, day, &excecao).await?;
            let after = ExcecaoOut::new(day, excecao);
            let target = format!("medicos/{id}/excecoes/{day}");
            record_change(tx, &session, "excecao_definida", &target, before.as_ref(), Some(&after)).await?;
            Ok(Json(after))
        })
        .await
}

/// `DELETE /api/medicos/{id}/excecoes/{dia}`: users of the clinic; a médico removes the own. 204 also when there is none.
pub(crate) async fn remove(
    State(parts): State<HttpParts>,
    session: Session,
    Path((id, dia)): Path<(MedicoId, String)>,
) -> Result<StatusCode, Problem> {
    ensure_covered(&session, id)?;
    let mut fields = Fields::default();
    let day = fields.date("dia", &dia);
    fields.finish()?;
    let day = day.ok_or(Problem::Internal)?;
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::lock(tx, id).await?;
            if let Some(before) = current(tx, id, day).await? {
                excecoes::remove(tx, id, day).await?;
                let target = format!("medicos/{id}/excecoes/{day}");
                record_change(tx, &session, "excecao_removida", &target, Some(&before), None).await?;
            }
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}
