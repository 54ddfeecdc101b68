//! What an operator says became of an invoice. Each is an event, and the invoice's state follows from all of them.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::faturas::{self, FaturaResumo, NewEvento};
use shared::http::idempotency::{IdempotencyKey, create_once_as_operator};
use shared::http::{Json, Path};
use shared::id::FaturaId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::list::{FaturaAdminOut, out};
use crate::caller::Caller;
use crate::input::{Changes, Checked, line, word};

/// The ways money arrives outside the gateway.
const MEIOS: &[&str] = &["pix", "transferencia", "boleto", "cartao", "dinheiro", "outro"];
/// The platform's own days.
const ZONE: &str = "America/Sao_Paulo";
/// The longest promise, days from today.
const LONGEST_PROMISE: i32 = 60;

/// A payment that arrived.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct Pagamento {
    /// The day it arrived, in São Paulo; without one, today.
    #[schema(format = Date)]
    data: Option<String>,
    /// `pix`, `transferencia`, `boleto`, `cartao`, `dinheiro`, `outro`.
    meio: Option<String>,
    /// How much; without it, the invoice's amount. Less is not a payment of it.
    centavos: Option<i64>,
    /// Up to 300 characters; only operators read it.
    observacao: Option<String>,
}

/// Why.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct Motivo {
    /// 3 to 300 characters; only operators read it.
    motivo: Option<String>,
}

/// A promise.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct Prazo {
    /// The last day; null for none.
    #[schema(format = Date)]
    ate: Option<String>,
}

fn target(id: FaturaId) -> String {
    format!("faturas/{id}")
}

fn day(text: &str) -> Checked<Date> {
    let read = text.parse().ok().filter(|_| text.len() == 10);
    read.ok_or_else(|| "Use o formato AAAA-MM-DD, com uma data que existe.".to_owned())
}

fn today(now: Timestamp) -> Result<Date, Problem> {
    Ok(now.to_zoned(TimeZone::get(ZONE).map_err(|_| Problem::Internal)?).date())
}

fn conflict(detail: &str) -> Problem {
    Problem::Conflict { detail: detail.to_owned() }
}

/// Writes an event and its row of the trail; refused when something newer decides otherwise.
async fn settle(
    tx: &mut OperatorTx,
    before: &FaturaResumo,
    new: &NewEvento<'_>,
    (act, becomes): (&str, &str),
) -> Result<FaturaAdminOut, Problem> {
    faturas::add_event(tx, new).await?;
    let after = out(tx, before.fatura.id).await?;
    let now = faturas::get(tx, before.fatura.id).await?;
    if now.fatura.estado != becomes {
        return Err(conflict(
            "Depois dessa data a fatura já mudou: veja o que aconteceu com ela, e use a data certa.",
        ));
    }
    record_change(tx, act, &target(before.fatura.id), Some(&before.fatura), &now.fatura).await?;
    Ok(after)
}

/// `POST /api/admin/faturas/{id}/pagamento`: who looks after money; once per `Idempotency-Key`.
pub(super) async fn pay(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<FaturaId>,
    key: IdempotencyKey,
    Json(body): Json<Pagamento>,
) -> Result<Response, Problem> {
    let now = parts.clock.now();
    let mut changes = Changes::default();
    let meio = changes.needed("meio", body.meio.clone(), word(MEIOS));
    let data = body.data.clone().and_then(|data| changes.needed("data", Some(data), day));
    let observacao =
        body.observacao.clone().and_then(|text| changes.needed("observacao", Some(text), line(1..=300)));
    if data.is_some_and(|data| today(now).is_ok_and(|today| data > today)) {
        changes.wrong("data", "Este dia ainda não chegou.");
    }
    changes.finish()?;
    let meio = meio.ok_or(Problem::Internal)?;
    let at = match data.filter(|data| today(now).is_ok_and(|today| *data < today)) {
        // Noon: nobody remembers the minute of a payment of before.
        Some(data) => {
            let zone = TimeZone::get(ZONE).map_err(|_| Problem::Internal)?;
            let midnight = data.to_zoned(zone).map_err(|_| Problem::Internal)?.timestamp();
            midnight + SignedDuration::from_hours(12)
        }
        None => now,
    };
    create_once_as_operator(&parts.db, caller.acting(&parts), key, "POST pagamento", &(id, &body), {
        async |tx: &mut OperatorTx| {
            let before = faturas::lock(tx, id).await?;
            if !matches!(before.fatura.estado.as_str(), "aberta" | "estornada") {
                return Err(conflict("Esta fatura não espera pagamento."));
            }
            let centavos = body.centavos.unwrap_or(before.fatura.total_centavos);
            if centavos < before.fatura.total_centavos {
                let sentence = "É menos que o valor da fatura. Combine o resto com a clínica, ou cancele a fatura e dê um desconto no próximo mês.";
                return Err(Problem::field("centavos", sentence));
            }
            let (fatura, observacao) = (&before.fatura, observacao.as_deref());
            let new =
                NewEvento { fatura, tipo: "paga", nome: meio, centavos: Some(centavos), ocorrido_em: at, observacao };
            settle(tx, &before, &new, ("fatura_paga", "paga")).await
        }
    })
    .await
}

/// `POST /api/admin/faturas/{id}/estorno`: who looks after money; once per `Idempotency-Key`.
pub(super) async fn refund(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<FaturaId>,
    key: IdempotencyKey,
    Json(body): Json<Motivo>,
) -> Result<Response, Problem> {
    let refuse = "Só uma fatura paga tem o que devolver.";
    undo(&parts, &caller, (id, key, body), (&["paga"], refuse), ("estornada", "fatura_estornada")).await
}

/// `POST /api/admin/faturas/{id}/cancelamento`: who looks after money; once per `Idempotency-Key`.
pub(super) async fn cancel(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<FaturaId>,
    key: IdempotencyKey,
    Json(body): Json<Motivo>,
) -> Result<Response, Problem> {
    let refuse = "Só uma fatura em aberto ou estornada se cancela; uma paga, estorne antes.";
    undo(
        &parts,
        &caller,
        (id, key, body),
        (&["aberta", "estornada"], refuse),
        ("cancelada", "fatura_cancelada"),
    )
    .await
}

async fn undo(
    parts: &HttpParts,
    caller: &Caller,
    (id, key, body): (FaturaId, IdempotencyKey, Motivo),
    (from, refuse): (&[&str], &str),
    (becomes, act): (&'static str, &'static str),
) -> Result<Response, Problem> {
    let now = parts.clock.now();
    let mut changes = Changes::default();
    let motivo = changes.needed("motivo", body.motivo.clone(), line(3..=300));
    changes.finish()?;
    create_once_as_operator(&parts.db, caller.acting(parts), key, act, &(id, &body), {
        async |tx: &mut OperatorTx| {
            let before = faturas::lock(tx, id).await?;
            if !from.contains(&before.fatura.estado.as_str()) {
                return Err(conflict(refuse));
            }
            let (fatura, observacao) = (&before.fatura, motivo.as_deref());
            let new =
                NewEvento { fatura, tipo: becomes, nome: act, centavos: None, ocorrido_em: now, observacao };
            settle(tx, &before, &new, (act, becomes)).await
        }
    })
    .await
}

/// `PUT /api/admin/faturas/{id}/prazo`: who looks after money. Idempotent.
pub(super) async fn promise(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<FaturaId>,
    Json(body): Json<Prazo>,
) -> Result<Json<FaturaAdminOut>, Problem> {
    let today = today(parts.clock.now())?;
    let mut changes = Changes::default();
    let ate = body.ate.and_then(|ate| changes.needed("ate", Some(ate), day));
    let days = ate.map(|ate| today.until(ate).map_or(i32::MAX, |span| span.get_days()));
    if days.is_some_and(|days| !(0..=LONGEST_PROMISE).contains(&days)) {
        changes.wrong("ate", format!("Use um dia a partir de hoje, até {LONGEST_PROMISE} dias."));
    }
    changes.finish()?;
    let done = caller.act(&parts, async |tx| {
        let before = faturas::lock(tx, id).await?;
        if before.fatura.estado != "aberta" {
            return Err(conflict("Só uma fatura em aberto tem prazo."));
        }
        faturas::set_prazo(tx, id, ate).await?;
        let after = out(tx, id).await?;
        let now = faturas::get(tx, id).await?;
        record_change(tx, "fatura_prazo", &target(id), Some(&before.fatura), &now.fatura).await?;
        Ok(after)
    });
    done.await.map(Json)
}
