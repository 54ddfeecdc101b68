//! `/api/series`: appointments made together.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use shared::agenda::series::{self, LONGEST, Repeat, Unit};
use shared::agenda::status::Step;
use shared::agenda::{cancelled, instant};
use shared::auth::Session;
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Json, Path};
use shared::id::{MedicoId, SerieId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::create::{AgendamentoIn, in_sight};
use super::life::{CallOff, CancelIn};
use super::{AgendamentoOut, author};
use crate::input::Fields;
use crate::large;
use crate::pacientes::telefones;

/// The first appointment, and how it goes on.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct SerieIn {
    #[serde(flatten)]
    primeiro: AgendamentoIn,
    /// `diaria`, `semanal` or `mensal`.
    frequencia: String,
    /// Every so many days, weeks or months; 1 when missing.
    intervalo: Option<i32>,
    /// How many, the first included: 2 to 60.
    vezes: i64,
}

/// What became of a series.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SerieOut {
    serie_id: SerieId,
    marcados: Vec<AgendamentoOut>,
    recusados: Vec<RecusadoOut>,
}

/// An occurrence that was not booked.
#[derive(Debug, Serialize, ToSchema)]
struct RecusadoOut {
    data: Date,
    /// `HH:MM`.
    hora: String,
    /// `ocupado`, `feriado`, `bloqueio`, `ferias`, `nao_atende`, `passado`, `fora_do_periodo`, `convenio`, `cota_convenio`, `servico`.
    motivo: &'static str,
    detalhe: String,
    alternativas: Vec<AlternativaOut>,
}

/// A free time of the same date.
#[derive(Debug, Serialize, ToSchema)]
struct AlternativaOut {
    medico_id: MedicoId,
    data: String,
    hora: String,
}

/// From when on a series is called off, and why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CancelSerieIn {
    /// `AAAA-MM-DD`; today when missing.
    a_partir_de: Option<String>,
    #[serde(flatten)]
    cancelamento: CancelIn,
}

/// The appointments that were called off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CanceladosOut {
    cancelados: Vec<AgendamentoOut>,
    /// Whether the patient is told by WhatsApp.
    avisado: bool,
}

impl SerieIn {
    fn repeat(&self, fields: &mut Fields) -> Repeat {
        let units = [("diaria", Unit::Diaria), ("semanal", Unit::Semanal), ("mensal", Unit::Mensal)];
        // What is wrong is told before anything is repeated.
        let frequencia = fields.one_of("frequencia", &self.frequencia, &units).unwrap_or(Unit::Semanal);
        let intervalo = self.intervalo.unwrap_or(1);
        if !(1..=52).contains(&intervalo) {
            fields.wrong("intervalo", "Use de 1 a 52.");
        }
        let vezes = usize::try_from(self.vezes).unwrap_or_default();
        if !(2..=LONGEST).contains(&vezes) {
            fields.wrong("vezes", &format!("Use de 2 a {LONGEST}."));
        }
        if self.primeiro.retorno_de_id.is_some() {
            fields.wrong("retorno_de_id", "Um retorno é uma consulta só: marque-o fora da série.");
        }
        Repeat { frequencia, intervalo, vezes }
    }
}

/// `POST /api/series`: users of the clinic, a médico in the own agenda. Books what fits, reports the rest; 409 when nothing fits. Honours
/// `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<SerieIn>,
) -> Result<Response, Problem> {
    let payload = serde_json::to_value(&body).map_err(|_| Problem::Internal)?;
    let mut fields = Fields::default();
    let repeat = body.repeat(&mut fields);
    fields.finish()?;
    let booking = body.primeiro.check()?;
    if !session.scope().covers(booking.medico_id) {
        return Err(Problem::NotFound);
    }
    telefones::count_of(&parts, &session, &booking.who).await?;
    large::SERIES.count(&parts, &session).await?;
    let (now, author) = (parts.clock.now(), author(&session));
    create_once(&parts, &session, key, "POST /api/series", &payload, async |tx| {
        let booking = in_sight(tx, booking, session.scope().only()).await?;
        let made = series::book_series(tx, booking, repeat, author, now).await?;
        let zone = tx.time_zone();
        let marcados =
            made.made.into_iter().map(|row| AgendamentoOut::new(row, zone)).collect::<Result<_, _>>()?;
        let recusados = made.refused.into_iter().map(RecusadoOut::from).collect();
        Ok(SerieOut { serie_id: made.id, marcados, recusados })
    })
    .await
}

impl From<series::Refused> for RecusadoOut {
    fn from(refused: series::Refused) -> Self {
        let alternativas = refused.alternatives.into_iter();
        Self {
            data: refused.date,
            hora: refused.time.strftime("%H:%M").to_string(),
            motivo: refused.code,
            detalhe: refused.sentence,
            alternativas: alternativas
                .map(|free| AlternativaOut { medico_id: free.medico_id, data: free.data, hora: free.hora })
                .collect(),
        }
    }
}

/// `POST /api/series/{id}/cancelamento`: users of the clinic, a médico in the own agenda; calls off what still stands from a date on; may be repeated.
pub(crate) async fn cancel(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<SerieId>,
    Json(body): Json<CancelSerieIn>,
) -> Result<Json<CanceladosOut>, Problem> {
    let mut fields = Fields::default();
    let from = body.a_partir_de.and_then(|text| fields.date("a_partir_de", &text));
    let CallOff { by_patient, reason, tell } = body.cancelamento.check(&mut fields);
    fields.finish()?;
    large::SERIES.count(&parts, &session).await?;
    let (only, author, now) = (session.scope().only(), author(&session), parts.clock.now());
    let done = parts
        .in_tenant_telling(&session, async |tx| {
            let from = match from {
                Some(date) => instant(tx, date, Time::midnight())?,
                None => now,
            };
            let call_off = Step::Cancel { by_patient, reason: reason.as_deref() };
            let rows = series::cancel_rest(tx, id, only, from, call_off, author, now).await?;
            // The first of a series names its patient and professional; what another professional has of it is told by itself.
            let mut avisado = false;
            let mut told: Vec<MedicoId> = Vec::new();
            for row in rows.iter().filter(|_| tell) {
                if !told.contains(&row.medico_id) {
                    told.push(row.medico_id);
                    let count = rows.iter().filter(|other| other.medico_id == row.medico_id).count();
                    avisado |= cancelled::tell(tx, row, count, now).await?;
                }
            }
            let zone = tx.time_zone();
            let cancelados =
                rows.into_iter().map(|row| AgendamentoOut::new(row, zone)).collect::<Result<_, _>>()?;
            Ok(Json(CanceladosOut { cancelados, avisado }))
        })
        .await?;
    Ok(done)
}
