//! Since when a clinic pays, when, and what is taken off.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::assinaturas::{self, Assinatura, DescontoFicha};
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::clientes;
use shared::http::idempotency::{IdempotencyKey, create_once_as_operator};
use shared::http::{Json, Patch, Path};
use shared::id::{ClienteId, DescontoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::list::month;
use crate::caller::Caller;
use crate::input::{Changes, Checked, large, line, number};

/// The longest trial, days.
const LONGEST_TRIAL: i32 = 180;
/// The largest discount, centavos.
const MOST_CENTAVOS: i64 = 100_000_000;

/// What may change; what is left out stays, `null` ends the trial with today.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct AssinaturaBody {
    /// The last day that is not charged.
    #[schema(format = Date)]
    teste_ate: Option<String>,
    /// 1 to 28.
    vencimento_dia: Option<i64>,
}

/// A discount to be promised.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct NewDesconto {
    /// 1 to 100; or `centavos`.
    percentual: Option<i64>,
    /// Or `percentual`.
    centavos: Option<i64>,
    /// The first month, `2026-11`.
    de_mes: Option<String>,
    /// The last month; without one, until it is ended.
    ate_mes: Option<String>,
    /// 3 to 100 characters; the clinic reads it.
    motivo: Option<String>,
}

/// A clinic's discounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DescontosOut {
    descontos: Vec<DescontoFicha>,
}

fn target(id: ClienteId) -> String {
    format!("clientes/{id}")
}

/// `GET /api/admin/clientes/{id}/assinatura`: who looks after money.
pub(super) async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
) -> Result<Json<Assinatura>, Problem> {
    caller.act(&parts, async |tx| assinaturas::get(tx, id).await).await.map(Json)
}

/// `PUT /api/admin/clientes/{id}/assinatura`: who looks after money.
pub(super) async fn put_one(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    patch: Patch<AssinaturaBody>,
) -> Result<Json<Assinatura>, Problem> {
    let done = caller.act(&parts, async |tx| {
        let ficha = clientes::lock(tx, id).await?;
        ficha.ensure_open()?;
        let zone = TimeZone::get(&ficha.dados.fuso).map_err(|_| Problem::Internal)?;
        let today = tx.at().to_zoned(zone).date();
        let before = assinaturas::lock(tx, id).await?;
        let charged =
            assinaturas::next_month(tx, id).await?.unwrap_or(before.inicio_dia).max(before.inicio_dia);
        // Days that were promised for nothing stay so.
        let first = charged.yesterday().unwrap_or(charged).max(today);
        let mut after = before;
        let (body, mut changes) = Changes::of(patch);
        changes.optional(
            "teste_ate",
            body.teste_ate,
            |text: String| trial(&text, first),
            &mut after.teste_ate,
        );
        changes.required("vencimento_dia", body.vencimento_dia, number(1..=28), &mut after.vencimento_dia);
        changes.finish()?;
        if after.teste_ate.is_none() {
            after.teste_ate = before.teste_ate.map(|last| last.min(today));
        }
        assinaturas::update(tx, id, after).await?;
        record_change(tx, "assinatura_alterada", &target(id), Some(&before), &after).await?;
        Ok(after)
    });
    done.await.map(Json)
}

/// A trial's last day: from `first` on.
fn trial(text: &str, first: Date) -> Checked<Date> {
    let day: Date =
        text.parse().map_err(|_| "Use o formato AAAA-MM-DD, com uma data que existe.".to_owned())?;
    let days = first.until(day).map_or(i32::MAX, |span| span.get_days());
    if (0..=LONGEST_TRIAL).contains(&days) {
        return Ok(day);
    }
    Err(format!("Use um dia a partir de {}, até {LONGEST_TRIAL} dias.", first.strftime("%d/%m/%Y")))
}

/// `GET /api/admin/clientes/{id}/descontos`: who looks after money.
pub(super) async fn discounts(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
) -> Result<Json<DescontosOut>, Problem> {
    let read = async |tx: &mut OperatorTx| {
        clientes::get(tx, id).await?;
        assinaturas::discounts(tx, id).await
    };
    let descontos = caller.act(&parts, read).await?;
    Ok(Json(DescontosOut { descontos }))
}

/// `POST /api/admin/clientes/{id}/descontos`: who looks after money; once per `Idempotency-Key`.
pub(super) async fn promise(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    key: IdempotencyKey,
    Json(body): Json<NewDesconto>,
) -> Result<Response, Problem> {
    let mut changes = Changes::default();
    let (mut percentual, mut centavos) = (None, None);
    changes.optional("percentual", body.percentual, number(1..=100), &mut percentual);
    changes.optional("centavos", body.centavos, large(1..=MOST_CENTAVOS), &mut centavos);
    if body.percentual.is_some() == body.centavos.is_some() {
        changes.wrong("percentual", "Informe um dos dois: percentual ou centavos.");
    }
    let de_mes = changes.needed("de_mes", body.de_mes.clone(), month);
    let ate_mes = body.ate_mes.clone().and_then(|mes| changes.needed("ate_mes", Some(mes), month));
    if de_mes.zip(ate_mes).is_some_and(|(de, ate)| ate < de) {
        changes.wrong("ate_mes", "Use o mesmo mês ou um depois.");
    }
    let motivo = changes.needed("motivo", body.motivo.clone(), line(3..=100));
    changes.finish()?;
    let (Some(de_mes), Some(motivo)) = (de_mes, motivo) else { return Err(Problem::Internal) };
    create_once_as_operator(&parts.db, caller.acting(&parts), key, "POST descontos", &(id, &body), {
        async |tx: &mut OperatorTx| {
            clientes::lock(tx, id).await?.ensure_open()?;
            let new = assinaturas::NewDesconto {
                cliente_id: id,
                percentual,
                centavos,
                de_mes,
                ate_mes,
                motivo: &motivo,
            };
            let made = assinaturas::insert_discount(tx, &new).await?;
            record_change(tx, "desconto_prometido", &target(id), None, &made).await?;
            Ok(made)
        }
    })
    .await
}

/// `DELETE /api/admin/descontos/{id}`: who looks after money. Idempotent.
pub(super) async fn end(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<DescontoId>,
) -> Result<Json<DescontoFicha>, Problem> {
    let done = caller.act(&parts, async |tx| {
        let before = assinaturas::lock_discount(tx, id).await?;
        let ended = assinaturas::end_discount(tx, id).await?;
        record_change(tx, "desconto_encerrado", &target(ended.cliente_id), Some(&before), &ended).await?;
        Ok(ended)
    });
    done.await.map(Json)
}
