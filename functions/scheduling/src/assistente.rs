//! `/api/assistente`: whether the clinic's assistant asks a language model, what it should know of the clinic, and what it used this month.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::routing::{get, patch};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::TenantTx;
use shared::db::auditoria::record_change;
use shared::db::settings::assistente::{self, AssistenteSettings};
use shared::http::{Doc, Json, Patch, Route};
use shared::ledger::usage::Usage;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::changes::{Changes, text, word};

/// Whose model may be asked.
const PROVEDORES: &[&str] = &["anthropic", "openai"];

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (path, gestor) = ("/api/assistente", Access::Gestor);
    vec![
        Route::new(Method::GET, path, gestor, get(show)).doc(
            Doc::new("O assistente com modelo de linguagem: se está ligado, o que sabe da clínica e o uso do mês. Só gestores.")
                .ok::<AssistenteOut>(),
        ),
        Route::new(Method::PATCH, path, gestor, patch(change)).doc(
            Doc::new(
                "Liga, desliga e instrui o assistente com modelo de linguagem; o que falta fica como está, `null` limpa. Só gestores; \
                 se é permitido e quanto, diz o plano.",
            )
            .body::<AssistenteChanges>()
            .ok::<AssistenteOut>(),
        ),
    ]
}

/// What changes.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
struct AssistenteChanges {
    ligada: Option<bool>,
    /// `anthropic` or `openai`.
    provedor: Option<String>,
    /// What patients ask and the other settings do not tell: parking, preparation, payment. At most 2000 characters; every patient may be told.
    instrucoes: Option<String>,
}

/// The settings and this month's use.
#[derive(Debug, Serialize, ToSchema)]
struct AssistenteOut {
    #[serde(flatten)]
    settings: AssistenteSettings,
    uso: UsoOut,
}

/// What was used in a month.
#[derive(Debug, Serialize, ToSchema)]
struct UsoOut {
    /// `2026-11`, in the clinic's zone.
    mes: String,
    chamadas: u64,
    tokens_entrada: u64,
    tokens_saida: u64,
    /// How often the words alone answered instead, by reason.
    recuos: BTreeMap<String, u64>,
}

impl UsoOut {
    fn new(mes: String, usage: Usage) -> Self {
        let Usage { calls, tokens_in, tokens_out, fallbacks, .. } = usage;
        Self { mes, chamadas: calls, tokens_entrada: tokens_in, tokens_saida: tokens_out, recuos: fallbacks }
    }
}

fn month(tx: &TenantTx, parts: &HttpParts) -> String {
    tx.time_zone().to_datetime(parts.clock.now()).strftime("%Y-%m").to_string()
}

async fn with_use(
    parts: &HttpParts,
    session: &Session,
    (settings, mes): (AssistenteSettings, String),
) -> Result<Json<AssistenteOut>, Problem> {
    let usage = parts.ledger.usage(session.tenant().cliente_id(), &mes).await?;
    Ok(Json(AssistenteOut { settings, uso: UsoOut::new(mes, usage) }))
}

/// `GET /api/assistente`: who manages the clinic.
async fn show(State(parts): State<HttpParts>, session: Session) -> Result<Json<AssistenteOut>, Problem> {
    let read = async |tx: &mut TenantTx| Ok((assistente::get(tx).await?, month(tx, &parts)));
    let found = parts.db.in_tenant(&session, read).await?;
    with_use(&parts, &session, found).await
}

/// `PATCH /api/assistente`: who manages the clinic.
async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    patch: Patch<AssistenteChanges>,
) -> Result<Json<AssistenteOut>, Problem> {
    let write = async |tx: &mut TenantTx| {
        let before = assistente::lock(tx).await?;
        let mut after = before.clone();
        apply(patch, &mut after)?;
        assistente::update(tx, &after).await?;
        let target = format!("clientes/{}", tx.cliente_id());
        record_change(tx, &session, "assistente_alterado", &target, Some(&before), Some(&after)).await?;
        Ok((after, month(tx, &parts)))
    };
    let changed = parts.db.in_tenant(&session, write).await?;
    with_use(&parts, &session, changed).await
}

fn apply(patch: Patch<AssistenteChanges>, row: &mut AssistenteSettings) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    let permitted = row.permitida;
    let allowed = |on: bool| {
        if on && !permitted {
            return Err("O plano da clínica não inclui o assistente com modelo de linguagem.".to_owned());
        }
        Ok(on)
    };
    changes.required("ligada", body.ligada, allowed, &mut row.ligada);
    changes.text("provedor", body.provedor, word(PROVEDORES), &mut row.provedor);
    changes.optional_text("instrucoes", body.instrucoes, text(2000), &mut row.instrucoes);
    changes.finish()
}
