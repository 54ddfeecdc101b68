//! `GET /api/uso`: what the clinic used, month by month, and how much of what its plan allows.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::TenantTx;
use shared::db::limites::{self, Usage};
use shared::db::settings::assistente;
use shared::db::uso::{self, Uso};
use shared::http::{Doc, Json, Query, Route};
use shared::meter::UsoCorrente;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::input::Fields;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/uso", Access::Gestor, get(show)).doc(
            Doc::new(
                "O que a clínica usou em cada mês, o mês corrente até agora, e quanto já foi usado do que o plano limita. Só gestores. \
                 Os meses são conferidos toda noite; o mês corrente pode estar alguns instantes atrasado, e falta quando não pode ser lido.",
            )
            .query::<UsoFilter>()
            .ok::<MesesDeUsoOut>(),
        ),
    ]
}

/// How much is asked for.
#[derive(Debug, Deserialize, IntoParams)]
struct UsoFilter {
    /// Months, 1 to 24; 12 when it is not told.
    meses: Option<String>,
}

/// Months and limits.
#[derive(Debug, Serialize, ToSchema)]
struct MesesDeUsoOut {
    meses: Vec<Uso>,
    agora: Option<UsoCorrente>,
    /// What the plan limits; what it does not is not there.
    limites: Vec<LimiteOut>,
}

/// How much of something the plan allows is used.
#[derive(Debug, Serialize, ToSchema)]
struct LimiteOut {
    /// `agendamentos`, `mensagens`, `profissionais`, `unidades`, `turnos` (messages a language model thought about).
    limite: &'static str,
    usado: i64,
    maximo: i64,
    /// What one more costs; null: one more is refused.
    excedente_centavos: Option<i64>,
}

/// `GET /api/uso`: who manages the clinic.
async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Query(query): Query<UsoFilter>,
) -> Result<Json<MesesDeUsoOut>, Problem> {
    let asked = months(query.meses.as_deref())?;
    let today = |tx: &TenantTx| tx.time_zone().to_datetime(parts.clock.now()).date();
    let read = async |tx: &mut TenantTx| {
        let today = today(tx);
        let turns = assistente::get(tx).await?;
        let turns = turns.limite_turnos.filter(|_| turns.permitida);
        Ok((uso::last(tx, asked).await?, limits(tx, today).await?, turns, today))
    };
    let (meses, mut limites, turns, today) = parts.db.in_tenant(&session, read).await?;
    let (cliente, mes) = (session.tenant().cliente_id(), today.strftime("%Y-%m").to_string());
    let sums = parts.ledger.counters(cliente, &mes).await;
    let model = parts.ledger.usage(cliente, &mes).await;
    if let Some(most) = turns
        && let Ok(used) = parts.ledger.turns(cliente, today).await
    {
        let usado = i64::try_from(used).unwrap_or(i64::MAX);
        limites.push(LimiteOut { limite: "turnos", usado, maximo: most.into(), excedente_centavos: None });
    }
    // Months are told without the running one rather than not at all.
    let agora = sums.ok().zip(model.ok()).map(|(sums, model)| UsoCorrente::new(mes, &sums, &model));
    Ok(Json(MesesDeUsoOut { meses, agora, limites }))
}

async fn limits(tx: &mut TenantTx, today: Date) -> Result<Vec<LimiteOut>, Problem> {
    let month = limites::month(tx, today)?;
    let found = [
        ("agendamentos", limites::visits(tx, month).await?),
        ("mensagens", limites::messages(tx, month).await?),
        ("profissionais", limites::professionals(tx).await?),
        ("unidades", limites::units(tx).await?),
    ];
    let limited = |(limite, usage): (&'static str, Option<Usage>)| {
        usage.map(|usage: Usage| LimiteOut {
            limite,
            usado: usage.used,
            maximo: usage.most,
            excedente_centavos: usage.excedente_centavos,
        })
    };
    Ok(found.into_iter().filter_map(limited).collect())
}

fn months(text: Option<&str>) -> Result<u8, Problem> {
    let asked = text.map_or(Some(12), |text| text.parse().ok()).filter(|months| (1..=24).contains(months));
    asked.ok_or_else(|| {
        let mut fields = Fields::default();
        fields.wrong("meses", "Peça de 1 a 24 meses.");
        fields.finish().err().unwrap_or(Problem::Internal)
    })
}
