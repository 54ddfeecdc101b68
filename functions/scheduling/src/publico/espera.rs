//! `/api/publico/lista-espera`: a visitor who finds no time proves a phone and waits for one.

use axum::extract::State;
use axum::routing::post;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use shared::agenda::{joining, online};
use shared::auth::{Access, link};
use shared::db::codigos::{Periodo, Wanted};
use shared::db::{medicos, publico};
use shared::http::{Doc, Json, Path, Route, Source};
use shared::id::{MedicoId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::ExposeSecret;
use shared::tenant::Tenant;
use utoipa::ToSchema;

use super::counted;
use super::reservas::{FinishIn, SENDING, TRYING, count_phone, random_code};
use crate::input::Fields;

pub(super) fn routes() -> Vec<Route<HttpParts>> {
    let (path, anybody) = ("/api/publico/lista-espera", Access::Tenant);
    vec![
        Route::new(Method::POST, path, anybody, post(ask)).doc(
            Doc::new("Pede um lugar na lista de espera: manda por WhatsApp o código que prova o telefone.")
                .body::<EsperaPublicaIn>()
                .answers::<EsperaPublicaOut>(202)
                .refuses(&[429]),
        ),
        Route::new(Method::POST, "/api/publico/lista-espera/{token}/confirmacao", anybody, post(confirm))
            .doc(
                Doc::new("Entra na lista de espera, com o código recebido; repetido, a mesma resposta.")
                    .body::<FinishIn>()
                    .created::<NaListaOut>()
                    .refuses(&[409, 429]),
            ),
    ]
}

/// Who wants to wait, and for what.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EsperaPublicaIn {
    nome: String,
    /// With area code.
    telefone: String,
    /// Missing: anybody.
    medico_id: Option<MedicoId>,
    servico_id: ServicoId,
    /// `manha`, `tarde` or `noite`; missing: any.
    periodo: Option<String>,
    /// What this visitor asked for before, to be replaced.
    token: Option<String>,
}

/// A code is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EsperaPublicaOut {
    /// Who has it, and the code, gets the place.
    token: String,
}

/// The place in the line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NaListaOut {
    /// `aguardando`.
    situacao: &'static str,
}

/// `POST /api/publico/lista-espera`: anybody. The answer is the same whoever has the phone.
pub(crate) async fn ask(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Json(body): Json<EsperaPublicaIn>,
) -> Result<(StatusCode, Json<EsperaPublicaOut>), Problem> {
    let mut fields = Fields::default();
    let nome = fields.nome("nome", &body.nome);
    let telefone = fields.telefone("telefone", &body.telefone);
    let words = [("manha", Periodo::Manha), ("tarde", Periodo::Tarde), ("noite", Periodo::Noite)];
    let periodo = body.periodo.and_then(|word| fields.one_of("periodo", &word, &words));
    fields.finish()?;
    let (nome, telefone) = nome.zip(telefone).ok_or(Problem::Internal)?;
    counted(&parts, &tenant, &source, SENDING).await?;
    let token = match body.token.filter(|token| link::is_one(token)) {
        Some(token) => token,
        None => link::generate()?.expose_secret().to_owned(),
    };
    let (medico_id, servico_id) = (body.medico_id, body.servico_id);
    // Who asks for what is not there uses up nobody's codes.
    parts
        .db
        .in_tenant(&tenant, async |tx| {
            publico::ensure_online(tx, servico_id).await?;
            match medico_id {
                Some(id) => medicos::get(tx, id).await.map(drop),
                None => Ok(()),
            }
        })
        .await?;
    count_phone(&parts, &tenant, &source, &telefone).await?;
    let (now, owner, code) = (parts.clock.now(), online::owner(&token), random_code()?);
    let wanted = Wanted { medico_id, servico_id: Some(servico_id), periodo };
    parts
        .in_tenant_telling(&tenant, async |tx| {
            joining::send_code(tx, &owner, (&nome, &telefone), wanted, &code, now).await
        })
        .await?;
    Ok((StatusCode::ACCEPTED, Json(EsperaPublicaOut { token })))
}

/// `POST /api/publico/lista-espera/{token}/confirmacao`: whoever has the token and the code; repeated, the same answer.
pub(crate) async fn confirm(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Path(token): Path<String>,
    Json(body): Json<FinishIn>,
) -> Result<(StatusCode, Json<NaListaOut>), Problem> {
    counted(&parts, &tenant, &source, TRYING).await?;
    let (now, owner) = (parts.clock.now(), online::owner(&token));
    let code = body.codigo.trim().to_owned();
    let proven = parts.db.in_tenant(&tenant, async |tx| joining::prove(tx, &owner, &code, now).await).await?;
    let proven = proven.ok_or(Problem::WrongCode)?;
    parts.db.in_tenant(&tenant, async |tx| joining::join(tx, proven, now).await).await?;
    Ok((StatusCode::CREATED, Json(NaListaOut { situacao: "aguardando" })))
}
