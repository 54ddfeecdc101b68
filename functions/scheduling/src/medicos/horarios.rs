//! `/api/medicos/{id}/horarios`: the week of a professional, read and replaced whole.

use axum::extract::State;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::auditoria::record_change;
use shared::db::settings::{horarios, medicos};
use shared::domain::semana::{Kind, Period, Wrong, check};
use shared::http::{Json, Path};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::portuguese;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::ensure_covered;
use crate::input::{Fields, clock};

const MOST: usize = 100;

/// A week.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HorariosOut {
    horarios: Vec<HorarioOut>,
    proximo: Option<String>,
}

/// A weekly period.
#[derive(Debug, Serialize, ToSchema)]
struct HorarioOut {
    /// 1 = Monday … 7 = Sunday.
    dia_semana: i8,
    /// `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    inicio: String,
    /// `HH:MM`, up to `24:00`.
    #[schema(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
    fim: String,
    /// `atendimento` or `pausa`.
    #[schema(pattern = "^(atendimento|pausa)$")]
    tipo: &'static str,
    vale_de: Option<Date>,
    vale_ate: Option<Date>,
}

impl From<&Period> for HorarioOut {
    fn from(period: &Period) -> Self {
        Self {
            dia_semana: period.weekday,
            inicio: clock(period.start),
            fim: clock(period.end),
            tipo: period.kind.as_str(),
            vale_de: period.from,
            vale_ate: period.until,
        }
    }
}

fn answer(week: &[Period]) -> HorariosOut {
    HorariosOut { horarios: week.iter().map(Into::into).collect(), proximo: None }
}

/// A week to put in the place of another; empty = never at work.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HorariosIn {
    horarios: Vec<HorarioIn>,
}

/// A weekly period to be stored.
#[derive(Debug, Deserialize, ToSchema)]
struct HorarioIn {
    /// 1 = Monday … 7 = Sunday.
    #[schema(minimum = 1, maximum = 7)]
    dia_semana: i64,
    /// `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    inicio: String,
    /// `HH:MM`, up to `24:00`.
    #[schema(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
    fim: String,
    /// `atendimento` (when missing) or `pausa`.
    #[schema(pattern = "^(atendimento|pausa)$")]
    tipo: Option<String>,
    /// First date, `AAAA-MM-DD`.
    vale_de: Option<String>,
    /// Last date, `AAAA-MM-DD`.
    vale_ate: Option<String>,
}

impl HorarioIn {
    fn read(self, fields: &mut Fields, at: usize) -> Option<Period> {
        let campo = |name: &str| format!("horarios[{at}].{name}");
        let weekday = i8::try_from(self.dia_semana).ok().filter(|day| (1..=7).contains(day));
        if weekday.is_none() {
            fields.wrong(&campo("dia_semana"), "Use um número de 1 (segunda-feira) a 7 (domingo).");
        }
        let kind = self.tipo.as_deref().map_or(Some(Kind::Work), Kind::parse);
        if kind.is_none() {
            fields.wrong(&campo("tipo"), "Use um destes valores: atendimento, pausa.");
        }
        let start = fields.minute(&campo("inicio"), &self.inicio);
        let end = fields.minute(&campo("fim"), &self.fim);
        let from = self.vale_de.map(|text| fields.date(&campo("vale_de"), &text));
        let until = self.vale_ate.map(|text| fields.date(&campo("vale_ate"), &text));
        Some(Period {
            weekday: weekday?,
            start: start?,
            end: end?,
            kind: kind?,
            from: from.flatten(),
            until: until.flatten(),
        })
    }
}

impl HorariosIn {
    fn check(self) -> Result<Vec<Period>, Problem> {
        if self.horarios.len() > MOST {
            return Err(Problem::field("horarios", format!("Use no máximo {MOST} períodos.")));
        }
        let mut fields = Fields::default();
        let read = |(at, horario): (usize, HorarioIn)| horario.read(&mut fields, at);
        let week: Vec<Option<Period>> = self.horarios.into_iter().enumerate().map(read).collect();
        fields.finish()?;
        let week: Vec<Period> = week.into_iter().flatten().collect();
        let mut fields = Fields::default();
        for (at, wrong) in check(&week) {
            if let Some(sentence) = sentence(&week, at, wrong) {
                fields.wrong(&format!("horarios[{at}]"), &sentence);
            }
        }
        fields.finish()?;
        Ok(week)
    }
}

/// What is wrong with a period, in a sentence that names the day.
fn sentence(week: &[Period], at: usize, wrong: Wrong) -> Option<String> {
    let period = week.get(at)?;
    let day =
        portuguese::capitalized(portuguese::weekday(Weekday::from_monday_one_offset(period.weekday).ok()?));
    let hours = |period: &Period| format!("{}–{}", clock(period.start), clock(period.end));
    let pause = if period.kind == Kind::Break { "as pausas " } else { "" };
    Some(match wrong {
        Wrong::Backward => format!(
            "{day}: o início ({}) precisa vir antes do fim ({}).",
            clock(period.start),
            clock(period.end)
        ),
        Wrong::NeverValid => format!("{day}: “vale_de” precisa vir antes de “vale_ate”."),
        Wrong::Overlaps(other) => {
            format!("{day}: {pause}{} e {} se sobrepõem.", hours(week.get(other)?), hours(period))
        }
        Wrong::BreakOutside => format!("{day}: a pausa {} fica fora do atendimento.", hours(period)),
    })
}

/// `GET /api/medicos/{id}/horarios`: users of the clinic; a médico sees the own.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
) -> Result<Json<HorariosOut>, Problem> {
    ensure_covered(&session, id)?;
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::get(tx, id).await?;
            Ok(Json(answer(&horarios::week(tx, id).await?)))
        })
        .await
}

/// `PUT /api/medicos/{id}/horarios`: users of the clinic; a médico replaces the own. May be repeated without a second effect. Two at once
/// come one after the other: the professional's row is the lock.
pub(crate) async fn replace(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
    Json(body): Json<HorariosIn>,
) -> Result<Json<HorariosOut>, Problem> {
    ensure_covered(&session, id)?;
    let week = body.check()?;
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::lock(tx, id).await?;
            let before = answer(&horarios::week(tx, id).await?);
            horarios::replace(tx, id, &week).await?;
            let after = answer(&horarios::week(tx, id).await?);
            let target = format!("medicos/{id}/horarios");
            let (before, now) = (&before.horarios, &after.horarios);
            record_change(tx, &session, "horarios_alterados", &target, Some(before), Some(now)).await?;
            Ok(Json(after))
        })
        .await
}
