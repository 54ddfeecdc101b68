//! `POST /api/admin/incidentes` and `PATCH /api/admin/incidentes/{id}`.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::db::operacao::OperatorTx;
use shared::db::operacao::auditoria::{record, record_change};
use shared::db::operacao::incidentes::{self, Dados};
use shared::domain::prazos::{DAYS_TO_COMMUNICATE, business_days_after};
use shared::http::idempotency::{IdempotencyKey, create_once_as_operator};
use shared::http::{Json, Patch, Path};
use shared::id::{ClienteId, IncidenteId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{IncidenteOut, opened, out, target};
use crate::caller::Caller;
use crate::input::{Changes, Checked, MISSING, line, number};

/// Kinds of personal data an incident may affect.
const CATEGORIAS: [&str; 8] =
    ["identificacao", "contato", "documentos", "saude", "agenda", "conversas", "financeiro", "credenciais"];
const LONGEST: usize = 4000;
const MOST_PEOPLE: i32 = 100_000_000;

/// An incident to be written down. No names of patients: how many, and of which clinics.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewIncidente {
    #[serde(flatten)]
    resto: IncidenteChanges,
}

/// What is known of an incident.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct IncidenteChanges {
    titulo: Option<String>,
    /// What happened, at least ten characters.
    natureza: Option<String>,
    /// `identificacao`, `contato`, `documentos`, `saude`, `agenda`, `conversas`, `financeiro`, `credenciais`; at least one.
    categorias: Option<Vec<String>>,
    /// How many people, as far as it is known.
    titulares: Option<i64>,
    /// What may come of it for them.
    riscos: Option<String>,
    /// What was done.
    medidas: Option<String>,
    /// When it was known that personal data was affected; the clock runs from then on. It may be corrected, not taken back.
    conhecido_em: Option<Timestamp>,
    /// Clinics it affects; they are added to those it has.
    clientes: Option<Vec<ClienteId>>,
}

/// A text of several lines.
fn text(allowed: std::ops::RangeInclusive<usize>) -> impl Fn(&str) -> Checked<String> {
    move |text| {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err("O texto tem um caractere que não pode ser guardado.".to_owned());
        }
        if allowed.contains(&text.chars().count()) {
            return Ok(text.to_owned());
        }
        Err(format!("Use de {} a {} caracteres.", allowed.start(), allowed.end()))
    }
}

fn categorias(words: &[String]) -> Checked<Vec<String>> {
    let known = CATEGORIAS.iter().filter(|known| words.iter().any(|word| word == *known));
    let known: Vec<String> = known.map(|&known| known.to_owned()).collect();
    if known.is_empty() || words.iter().any(|word| !CATEGORIAS.contains(&word.as_str())) {
        return Err(format!("Use ao menos um destes valores: {}.", CATEGORIAS.join(", ")));
    }
    Ok(known)
}

fn apply(
    mut changes: Changes,
    body: IncidenteChanges,
    row: &mut Dados,
    now: Timestamp,
) -> Result<(), Problem> {
    changes.text("titulo", body.titulo, line(3..=120), &mut row.titulo);
    changes.text("natureza", body.natureza, text(10..=LONGEST), &mut row.natureza);
    changes.required("categorias", body.categorias, |words| categorias(&words), &mut row.categorias);
    changes.optional("titulares", body.titulares, number(0..=MOST_PEOPLE), &mut row.titulares);
    changes.optional_text("riscos", body.riscos, text(1..=LONGEST), &mut row.riscos);
    changes.optional_text("medidas", body.medidas, text(1..=LONGEST), &mut row.medidas);
    let known = |at: Timestamp| {
        let past = at <= now && at >= now - jiff::SignedDuration::from_hours(24 * 366);
        if past { Ok(Some(at)) } else { Err("Use um momento do último ano, até agora.".to_owned()) }
    };
    // The clock of the law is not stopped by a correction, so `null` is refused.
    changes.required("conhecido_em", body.conhecido_em, known, &mut row.conhecido_em);
    changes.finish()
}

fn deadline(dados: &Dados) -> Result<Option<Timestamp>, Problem> {
    let Some(known) = dados.conhecido_em else { return Ok(None) };
    business_days_after(known, DAYS_TO_COMMUNICATE).map(Some).ok_or(Problem::Internal)
}

/// `POST /api/admin/incidentes`: admins and suporte; once per `Idempotency-Key`.
pub(super) async fn open(
    State(parts): State<HttpParts>,
    caller: Caller,
    key: IdempotencyKey,
    Json(body): Json<NewIncidente>,
) -> Result<Response, Problem> {
    let mut changes = Changes::default();
    let rest = body.resto.clone();
    changes.needed("titulo", rest.titulo.clone(), |_| Ok(()));
    changes.needed("natureza", rest.natureza.clone(), |_| Ok(()));
    if rest.categorias.is_none() {
        changes.wrong("categorias", MISSING);
    }
    let clientes = rest.clientes.clone().unwrap_or_default();
    let mut dados = Dados::default();
    apply(changes, rest, &mut dados, parts.clock.now())?;
    let prazo = deadline(&dados)?;
    create_once_as_operator(&parts.db, caller.acting(&parts), key, "POST incidentes", &body, {
        async |tx: &mut OperatorTx| {
            let made = incidentes::insert(tx, &dados, prazo).await?;
            incidentes::add_affected(tx, made.id, &clientes).await?;
            let whole = out(tx, made.id).await?;
            record_change(tx, "incidente_aberto", &target(made.id), None, &whole).await?;
            Ok(whole)
        }
    })
    .await
}

/// `PATCH /api/admin/incidentes/{id}`: admins.
pub(super) async fn change(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<IncidenteId>,
    patch: Patch<IncidenteChanges>,
) -> Result<Json<IncidenteOut>, Problem> {
    let changed = caller.act(&parts, async |tx| {
        let before = opened(tx, id).await?;
        let mut dados = before.dados.clone();
        let (body, changes) = Changes::of(patch);
        let clientes = body.clientes.clone().unwrap_or_default();
        apply(changes, body, &mut dados, tx.at())?;
        let prazo = deadline(&dados)?;
        let after = incidentes::update(tx, id, &dados, prazo).await?;
        let had = incidentes::affected(tx, id).await?;
        incidentes::add_affected(tx, id, &clientes).await?;
        let whole = out(tx, id).await?;
        if whole.clientes.len() > had.len() {
            let ids = |all: &[incidentes::Afetada]| {
                json!({ "clientes": all.iter().map(|one| one.cliente_id).collect::<Vec<_>>() })
            };
            let (before, after) = (ids(&had), ids(&whole.clientes));
            record(tx, "incidente_clinicas", &target(id), Some(before), Some(after)).await?;
        }
        record_change(tx, "incidente_alterado", &target(id), Some(&before), &after).await?;
        Ok(whole)
    });
    changed.await.map(Json)
}
