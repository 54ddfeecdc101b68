//! A clinic's entry: showing, creating and changing it.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use shared::auth::{Operators, Papel};
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::clientes::{self, ClienteDados};
use shared::db::operacao::{OperatorTx, convites, planos};
use shared::http::idempotency::{IdempotencyKey, create_once_as_operator};
use shared::http::{Json, Patch, Path};
use shared::id::ClienteId;
use shared::onboarding;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::tenant::parse_subdomain;
use utoipa::ToSchema;

use super::{ClienteOut, out, target};
use crate::caller::Caller;
use crate::input::{self, Changes, Checked, MISSING, flag, large, line, number};

/// Where most clinics are.
const FUSO: &str = onboarding::FUSO;
/// What a clinic begins with.
const PLANO: &str = onboarding::PLANO;
/// As the database has it.
const MOST_TOKENS: i64 = 1_000_000_000_000;

/// What changes of a clinic's entry.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct ClienteChanges {
    /// 2 to 200 characters.
    nome: Option<String>,
    /// One label of a host name that is none of the platform's own.
    subdomain: Option<String>,
    /// An IANA name, `America/Sao_Paulo`.
    fuso: Option<String>,
    telefone: Option<String>,
    email: Option<String>,
    endereco: Option<String>,
    /// Two letters.
    uf: Option<String>,
    municipio: Option<String>,
    /// One clinic has it.
    whatsapp_instance: Option<String>,
    /// Country, area and number.
    whatsapp_numero: Option<String>,
    /// Null: as its plan says. Only an admin changes it.
    ia_permitida: Option<bool>,
    /// Null: as its plan says. Only an admin changes it.
    ia_limite_tokens: Option<i64>,
    /// 6 to 240; null: always.
    retencao_meses: Option<i64>,
}

/// A clinic to be created.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewCliente {
    /// A plan's name; `basico` when it is left out.
    plano: Option<String>,
    #[serde(flatten)]
    dados: ClienteChanges,
}

fn subdomain(text: &str) -> Checked<String> {
    parse_subdomain(text).map_err(|refused| refused.sentence().to_owned())
}

/// Puts a body onto a clinic's entry; a new one has no name nor address yet and needs both.
fn apply(mut changes: Changes, body: ClienteChanges, row: &mut ClienteDados) -> Result<(), Problem> {
    if row.nome.is_empty() && body.nome.is_none() {
        changes.wrong("nome", MISSING);
    }
    changes.text("nome", body.nome, input::clinic, &mut row.nome);
    match (&mut row.subdomain, body.subdomain) {
        (Some(column), given) => changes.text("subdomain", given, subdomain, column),
        (column @ None, given) => *column = changes.needed("subdomain", given, subdomain),
    }
    changes.text("fuso", body.fuso, input::zone, &mut row.fuso);
    changes.optional_text("telefone", body.telefone, input::phone, &mut row.telefone);
    changes.optional_text("email", body.email, input::email, &mut row.email);
    changes.optional_text("endereco", body.endereco, line(1..=300), &mut row.endereco);
    changes.optional_text("uf", body.uf, input::uf, &mut row.uf);
    changes.optional_text("municipio", body.municipio, line(1..=120), &mut row.municipio);
    let (instance, number_of) = (body.whatsapp_instance, body.whatsapp_numero);
    changes.optional_text("whatsapp_instance", instance, input::instance, &mut row.whatsapp_instance);
    changes.optional_text("whatsapp_numero", number_of, input::whatsapp_number, &mut row.whatsapp_numero);
    changes.optional("ia_permitida", body.ia_permitida, flag, &mut row.ia_permitida);
    let tokens = body.ia_limite_tokens;
    changes.optional("ia_limite_tokens", tokens, large(0..=MOST_TOKENS), &mut row.ia_limite_tokens);
    changes.optional("retencao_meses", body.retencao_meses, number(6..=240), &mut row.retencao_meses);
    changes.finish()
}

/// `GET /api/admin/clientes/{id}`: any operator.
pub(super) async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
) -> Result<Json<ClienteOut>, Problem> {
    caller.act(&parts, async |tx| out(tx, id).await).await.map(Json)
}

/// `POST /api/admin/clientes`: who looks after clinics; once per `Idempotency-Key`.
pub(super) async fn create(
    State(parts): State<HttpParts>,
    caller: Caller,
    key: IdempotencyKey,
    Json(body): Json<NewCliente>,
) -> Result<Response, Problem> {
    let mut dados = ClienteDados { fuso: FUSO.to_owned(), ..ClienteDados::default() };
    let plano = body.plano.clone().unwrap_or_else(|| PLANO.to_owned());
    apply(Changes::default(), body.dados.clone(), &mut dados)?;
    let made = create_once_as_operator(&parts.db, caller.acting(&parts), key, "POST clientes", &body, {
        async |tx: &mut OperatorTx| {
            ensure_may_spend(tx.papel(), &ClienteDados::default(), &dados)?;
            planos::ensure_sold(tx, &plano).await?;
            let id = clientes::insert(tx, &plano, &dados).await?;
            let made = out(tx, id).await?;
            record_change(tx, "cliente_criado", &target(id), None, &made.ficha).await?;
            Ok(made)
        }
    });
    let made = made.await?;
    // That nobody has this address may be known still.
    parts.gate.tenants.forget(dados.subdomain.as_deref().unwrap_or_default()).await;
    Ok(made)
}

/// Where people of a clinic at work are led to, and how long its texts are kept, only an admin changes: whoever moved its WhatsApp to another clinic would
/// read what patients write, and whoever wrote another phone or street would have them call and go there.
async fn ensure_may_lead_elsewhere(
    tx: &mut OperatorTx,
    id: ClienteId,
    before: &ClienteDados,
    after: &ClienteDados,
) -> Result<(), Problem> {
    let told =
        |row: &ClienteDados| (row.nome.clone(), row.telefone.clone(), row.endereco.clone(), row.fuso.clone());
    let moved = before.subdomain != after.subdomain
        || before.whatsapp_instance != after.whatsapp_instance
        || before.whatsapp_numero != after.whatsapp_numero
        || told(before) != told(after);
    let shorter =
        after.retencao_meses.is_some_and(|months| before.retencao_meses.is_none_or(|before| months < before));
    if !(moved || shorter) || tx.papel() == Papel::Admin || !convites::is_at_work(tx, id).await? {
        return Ok(());
    }
    let detail = "O nome, o telefone, a rua, o fuso, o endereço na internet, a instância e o número do WhatsApp e um prazo menor para as conversas \
                  de uma clínica que já trabalha só um admin muda.";
    Err(Problem::Conflict { detail: detail.to_owned() })
}

/// What a language model may cost a clinic is no affair of who looks after clinics: the platform pays it.
fn ensure_may_spend(papel: Papel, before: &ClienteDados, after: &ClienteDados) -> Result<(), Problem> {
    let spent = |row: &ClienteDados| (row.ia_permitida, row.ia_limite_tokens);
    if spent(before) == spent(after) || Operators::Money.include(papel) {
        return Ok(());
    }
    let detail = "O que a inteligência artificial pode custar a uma clínica só um admin decide.";
    Err(Problem::Conflict { detail: detail.to_owned() })
}

/// `PATCH /api/admin/clientes/{id}`: who looks after clinics; what leads to a clinic at work, an admin.
pub(super) async fn change(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    patch: Patch<ClienteChanges>,
) -> Result<Json<ClienteOut>, Problem> {
    let (before, after) = caller
        .act(&parts, async |tx| {
            let before = clientes::lock(tx, id).await?;
            before.ensure_open()?;
            let mut dados = before.dados.clone();
            let (body, changes) = Changes::of(patch);
            apply(changes, body, &mut dados)?;
            ensure_may_spend(tx.papel(), &before.dados, &dados)?;
            ensure_may_lead_elsewhere(tx, id, &before.dados, &dados).await?;
            clientes::update(tx, id, &dados).await?;
            let after = out(tx, id).await?;
            record_change(tx, "cliente_alterado", &target(id), Some(&before.dados), &after.ficha.dados)
                .await?;
            Ok((before, after))
        })
        .await?;
    for address in [&before.dados.subdomain, &after.ficha.dados.subdomain] {
        parts.gate.tenants.forget(address.as_deref().unwrap_or_default()).await;
    }
    Ok(Json(after))
}
