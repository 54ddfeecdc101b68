//! `/api/admin/rotinas`: how the functions are that no request reaches. Each tells how its last run ended ([`shared::ledger::pulse`]); whether
//! that is long ago is judged by what should have called it since.

use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::auth::{Access, Operators};
use shared::http::{Doc, Json, Route};
use shared::ledger::pulse::Pulse;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::queue::Queue;
use utoipa::ToSchema;

use crate::AppState;
use crate::caller::Caller;
use crate::filas::waiting;

/// The schedule calls every minute and the queue at once; a run takes a minute at most.
const LATE: SignedDuration = SignedDuration::from_mins(3);

pub(crate) fn routes() -> Vec<Route<AppState>> {
    vec![Route::new(Method::GET, "/api/admin/rotinas", Access::Operator(Operators::Any), get(list)).doc(
        Doc::new("Como terminou a última vez das funções que a fila e o relógio chamam.").ok::<RotinasOut>(),
    )]
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RotinasOut {
    rotinas: Vec<Rotina>,
}

/// A function and its last run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rotina {
    #[schema(pattern = "^(assistant|reminders)$")]
    nome: &'static str,
    /// `em_dia`; `ociosa`, nothing waits for it; `falhou`, some of its last run comes again; `atrasada`, it should have run since; `sem_noticia`,
    /// nobody heard of it.
    #[schema(pattern = "^(em_dia|ociosa|falhou|atrasada|sem_noticia)$")]
    situacao: &'static str,
    /// When its last run ended.
    ultima_em: Option<Timestamp>,
    /// How long that took.
    duracao_ms: Option<u64>,
    /// How long the oldest message it was handed had waited.
    espera_ms: Option<u64>,
}

impl Rotina {
    /// `called`: whether something should have called it; nobody knows when the queue does not answer.
    fn of(nome: &'static str, pulse: Option<Pulse>, called: Option<bool>, now: Timestamp) -> Self {
        let late = pulse.is_none_or(|pulse| now.duration_since(pulse.at) > LATE);
        let situacao = match (pulse, called) {
            (None, Some(false)) => "ociosa",
            (None, _) => "sem_noticia",
            (Some(_), Some(true)) if late => "atrasada",
            (Some(_), _) if late => "ociosa",
            (Some(pulse), _) if pulse.well => "em_dia",
            (Some(_), _) => "falhou",
        };
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self {
            nome,
            situacao,
            ultima_em: pulse.map(|pulse| pulse.at),
            duracao_ms: pulse.map(|pulse| millis(pulse.took)),
            espera_ms: pulse.and_then(|pulse| pulse.waited).map(millis),
        }
    }
}

/// `GET /api/admin/rotinas`: any operator.
async fn list(
    State(parts): State<HttpParts>,
    State(queue): State<Queue>,
    caller: Caller,
) -> Result<Json<RotinasOut>, Problem> {
    caller.act(&parts, async |_| Ok(())).await?;
    let assistant = parts.ledger.pulse("assistant").await?;
    let reminders = parts.ledger.pulse("reminders").await?;
    let now = parts.clock.now();
    let waits = waiting(&queue).await.map(|count| count > 0);
    let rotinas = vec![
        Rotina::of("reminders", reminders, Some(true), now),
        Rotina::of("assistant", assistant, waits, now),
    ];
    Ok(Json(RotinasOut { rotinas }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_late_when_something_should_have_called_it_since() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let pulse = |seconds: i64, well| {
            let at = now - SignedDuration::from_secs(seconds);
            Some(Pulse { at, took: Duration::from_secs(1), well, waited: None })
        };
        for (pulse, called, expected) in [
            (pulse(60, true), Some(true), "em_dia"),
            (pulse(180, true), Some(true), "em_dia"),
            (pulse(181, true), Some(true), "atrasada"),
            (pulse(181, true), Some(false), "ociosa"),
            (pulse(181, true), None, "ociosa"),
            (pulse(181, false), Some(true), "atrasada"),
            (pulse(60, false), Some(true), "falhou"),
            (None, Some(true), "sem_noticia"),
            (None, Some(false), "ociosa"),
            (None, None, "sem_noticia"),
        ] {
            assert_eq!(Rotina::of("x", pulse, called, now).situacao, expected, "{pulse:?} {called:?}");
        }
    }
}
