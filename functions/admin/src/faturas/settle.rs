//! What an operator says became of an invoice. Each is an event, and the invoice's state follows from all of them.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::faturas::{self, NewEvento};
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
    /// The invoice is paid already, and the money came again: it is noted, and listed to be looked at.
    em_dobro: Option<bool>,
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

/// Something an operator says became of an invoice.
struct Act<'a> {
    /// What the trail calls it, and the key's route.
    name: &'static str,
    /// The event, and the state it leads to.
    tipo: &'static str,
    becomes: &'static str,
    /// What the invoice may be, and the refusal of another.
    from: &'static [&'static str],
    refuse: &'static str,
    /// In a word: `pix`.
    nome: &'a str,
    centavos: Option<i64>,
    at: Timestamp,
    observacao: Option<&'a str>,
}

/// Writes an event and its row of the trail, once for each key; refused when something newer decides otherwise.
async fn settle<B: Serialize>(
    (parts, caller): (&HttpParts, &Caller),
    (id, key, body): (FaturaId, IdempotencyKey, &B),
    act: Act<'_>,
) -> Result<Response, Problem> {
    let work = async |tx: &mut OperatorTx| {
        let before = faturas::lock(tx, id).await?;
        let twice = act.tipo == "nota";
        if !act.from.contains(&before.fatura.estado.as_str()) {
            return Err(conflict(act.refuse));
        }
        let total = before.fatura.total_centavos;
        let centavos = if act.becomes == "paga" { Some(act.centavos.unwrap_or(total)) } else { None };
        if !twice && centavos.is_some_and(|centavos| centavos < total) {
            let sentence = "É menos que o valor da fatura. Combine o resto com a clínica, ou cancele a fatura e dê um desconto no próximo mês.";
            return Err(Problem::field("centavos", sentence));
        }
        let new = NewEvento {
            fatura: &before.fatura,
            tipo: act.tipo,
            nome: act.nome,
            centavos,
            ocorrido_em: act.at,
            observacao: act.observacao,
            conferir: twice.then_some("em_dobro"),
        };
        faturas::add_event(tx, &new).await?;
        let after = out(tx, id).await?;
        let now = faturas::get(tx, id).await?;
        if now.fatura.estado != act.becomes {
            return Err(conflict(
                "Depois dessa data a fatura já mudou: veja o que aconteceu com ela, e use a data certa.",
            ));
        }
        record_change(tx, act.name, &target(id), Some(&before.fatura), &now.fatura).await?;
        Ok(after)
    };
    create_once_as_operator(&parts.db, caller.acting(parts), key, act.name, &(id, body), work).await
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
    if body.centavos.is_some_and(|centavos| centavos < 1) {
        changes.wrong("centavos", "Escreva o valor em centavos, a partir de 1.");
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
    let twice = body.em_dobro.unwrap_or(false);
    let act = Act {
        name: if twice { "fatura_paga_em_dobro" } else { "fatura_paga" },
        tipo: if twice { "nota" } else { "paga" },
        becomes: "paga",
        from: if twice { &["paga"] } else { &["aberta", "estornada"] },
        refuse: if twice {
            "Só uma fatura paga pode ter sido paga de novo."
        } else {
            "Esta fatura não espera pagamento. Se o dinheiro chegou duas vezes, registre com `em_dobro`."
        },
        nome: meio,
        centavos: body.centavos,
        at,
        observacao: observacao.as_deref(),
    };
    settle((&parts, &caller), (id, key, &body), act).await
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
    undo(
        (&parts, &caller),
        (id, key, body),
        (&["paga"], refuse),
        ("estornada", "estornada", "fatura_estornada"),
    )
    .await
}

/// `POST /api/admin/faturas/{id}/reabertura`: who looks after money; once per `Idempotency-Key`.
pub(super) async fn reopen(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<FaturaId>,
    key: IdempotencyKey,
    Json(body): Json<Motivo>,
) -> Result<Response, Problem> {
    let refuse = "Só uma fatura estornada se reabre; uma paga por engano, estorne antes.";
    undo(
        (&parts, &caller),
        (id, key, body),
        (&["estornada"], refuse),
        ("reaberta", "aberta", "fatura_reaberta"),
    )
    .await
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
    let from = (&["aberta", "estornada"][..], refuse);
    undo((&parts, &caller), (id, key, body), from, ("cancelada", "cancelada", "fatura_cancelada")).await
}

async fn undo(
    of: (&HttpParts, &Caller),
    (id, key, body): (FaturaId, IdempotencyKey, Motivo),
    (from, refuse): (&'static [&'static str], &'static str),
    (tipo, becomes, name): (&'static str, &'static str, &'static str),
) -> Result<Response, Problem> {
    let mut changes = Changes::default();
    let motivo = changes.needed("motivo", body.motivo.clone(), line(3..=300));
    changes.finish()?;
    let at = of.0.clock.now();
    let observacao = motivo.as_deref();
    let act = Act { name, tipo, becomes, from, refuse, nome: name, centavos: None, at, observacao };
    settle(of, (id, key, &body), act).await
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
