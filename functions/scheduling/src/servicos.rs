//! `/api/servicos`: what the clinic offers.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::auditoria::record_change;
use shared::db::settings::servicos::{self, PrecoConvenio, RecursoDoServico, Servico, ServicoSettings};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Complaints, Doc, Json, Patch, Path, Query, Route};
use shared::id::{ConvenioId, MedicoId, RecursoId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::changes::{Changes, Filter, OfSettings, centavos, color, flag, minutes, number, text, word};
use crate::clinica::GRADES;

/// More of a list than anybody reads.
const MOST: usize = 200;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (clinic, desk) = (Access::Clinic, Access::Desk);
    vec![
        Route::new(Method::GET, "/api/servicos", clinic, get(list))
            .doc(Doc::new("O que a clínica oferece, por nome.").query::<Filter>().ok::<ServicosOut>()),
        Route::new(Method::POST, "/api/servicos", desk, post(create)).doc(
            Doc::new("Cria um serviço; `nome` é obrigatório.")
                .body::<ServicoChanges>()
                .idempotent()
                .created::<Servico>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/servicos/{id}", clinic, get(one))
            .doc(Doc::new("Um serviço.").ok::<Servico>()),
        Route::new(Method::PATCH, "/api/servicos/{id}", desk, patch(change)).doc(
            Doc::new("Muda um serviço; o que falta fica como está, `null` limpa.")
                .body::<ServicoChanges>()
                .ok::<Servico>()
                .refuses(&[409]),
        ),
    ]
}

/// The services, by name; a clinic's fit in one page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServicosOut {
    servicos: Vec<Servico>,
    proximo: Option<String>,
}

/// A service to be created, or what changes of one.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct ServicoChanges {
    /// 2 to 120 characters, one of its kind in the clinic.
    nome: Option<String>,
    /// At most 500 characters.
    descricao: Option<String>,
    /// 5 to 720.
    duracao_minutos: Option<i64>,
    /// 0 to 240, kept free before.
    antes_minutos: Option<i64>,
    /// 0 to 240, kept free after.
    depois_minutos: Option<i64>,
    preco_centavos: Option<i64>,
    /// `#rrggbb`.
    cor: Option<String>,
    /// Whether patients book it by themselves.
    online: Option<bool>,
    /// Whether what patients ask for waits for approval.
    aprovacao: Option<bool>,
    /// 5 to 240 between starts; none = the clinic's.
    passo_minutos: Option<i64>,
    /// `relogio`, `periodo`, `dia`, `otimizada`; none = the clinic's.
    grade: Option<String>,
    ativo: Option<bool>,
    /// Who offers it; empty = everybody.
    medicos: Option<Vec<MedicoId>>,
    recursos: Option<Vec<RecursoIn>>,
    precos_convenio: Option<Vec<PrecoIn>>,
}

/// A resource a service needs.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct RecursoIn {
    recurso_id: RecursoId,
    /// 1 to 100; 1 when missing.
    quantidade: Option<i64>,
}

/// What a health plan pays.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct PrecoIn {
    convenio_id: ConvenioId,
    preco_centavos: i64,
}

/// Puts a body onto a service.
fn apply(patch: Patch<ServicoChanges>, row: &mut ServicoSettings) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    changes.nome(body.nome, &mut row.nome);
    changes.optional_text("descricao", body.descricao, text(500), &mut row.descricao);
    changes.required("duracao_minutos", body.duracao_minutos, minutes(5..=720), &mut row.duracao_minutos);
    changes.required("antes_minutos", body.antes_minutos, minutes(0..=240), &mut row.antes_minutos);
    changes.required("depois_minutos", body.depois_minutos, minutes(0..=240), &mut row.depois_minutos);
    changes.optional("preco_centavos", body.preco_centavos, centavos, &mut row.preco_centavos);
    changes.optional_text("cor", body.cor, color, &mut row.cor);
    changes.required("online", body.online, flag, &mut row.online);
    changes.required("aprovacao", body.aprovacao, flag, &mut row.aprovacao);
    changes.optional("passo_minutos", body.passo_minutos, minutes(5..=240), &mut row.passo_minutos);
    changes.optional_text("grade", body.grade, word(GRADES), &mut row.grade);
    changes.required("ativo", body.ativo, flag, &mut row.ativo);
    changes.list("medicos", body.medicos, medicos, &mut row.medicos);
    changes.list("recursos", body.recursos, recursos, &mut row.recursos);
    changes.list("precos_convenio", body.precos_convenio, precos, &mut row.precos_convenio);
    changes.finish()
}

/// Complains about a list that is too long.
fn few(complaints: &mut Complaints, campo: &str, length: usize) {
    if length > MOST {
        complaints.wrong(campo, format!("Use no máximo {MOST} itens."));
    }
}

fn medicos(complaints: &mut Complaints, ids: &[MedicoId]) -> Vec<MedicoId> {
    few(complaints, "medicos", ids.len());
    ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

fn recursos(complaints: &mut Complaints, asked: &[RecursoIn]) -> Vec<RecursoDoServico> {
    few(complaints, "recursos", asked.len());
    let mut seen = BTreeSet::new();
    let mut needed = Vec::new();
    for (at, &RecursoIn { recurso_id, quantidade }) in asked.iter().enumerate() {
        if !seen.insert(recurso_id) {
            complaints.wrong(&format!("recursos[{at}].recurso_id"), "Este recurso já está na lista.");
        }
        match number(1..=100)(quantidade.unwrap_or(1)) {
            Ok(quantidade) => needed.push(RecursoDoServico { recurso_id, quantidade }),
            Err(sentence) => complaints.wrong(&format!("recursos[{at}].quantidade"), &sentence),
        }
    }
    needed
}

fn precos(complaints: &mut Complaints, asked: &[PrecoIn]) -> Vec<PrecoConvenio> {
    few(complaints, "precos_convenio", asked.len());
    let mut seen = BTreeSet::new();
    let mut paid = Vec::new();
    for (at, &PrecoIn { convenio_id, preco_centavos }) in asked.iter().enumerate() {
        if !seen.insert(convenio_id) {
            complaints
                .wrong(&format!("precos_convenio[{at}].convenio_id"), "Este convênio já está na lista.");
        }
        match centavos(preco_centavos) {
            Ok(preco_centavos) => paid.push(PrecoConvenio { convenio_id, preco_centavos }),
            Err(sentence) => complaints.wrong(&format!("precos_convenio[{at}].preco_centavos"), &sentence),
        }
    }
    paid
}

/// `GET /api/servicos`: users of the clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(filter): Query<Filter>,
) -> Result<Json<ServicosOut>, Problem> {
    let servicos =
        parts.db.in_tenant(&session, async |tx| servicos::list(tx, filter.ativos, None).await).await?;
    Ok(Json(ServicosOut { servicos, proximo: None }))
}

/// `GET /api/servicos/{id}`: users of the clinic.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ServicoId>,
) -> Result<Json<Servico>, Problem> {
    parts.db.in_tenant(&session, async |tx| servicos::get(tx, id).await).await.map(Json)
}

/// `POST /api/servicos`: who touches the whole agenda; creates. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    patch: Patch<ServicoChanges>,
) -> Result<Response, Problem> {
    let mut new = ServicoSettings::blank();
    apply(patch.clone(), &mut new)?;
    create_once(&parts, &session, key, "POST /api/servicos", &patch, async |tx| {
        let made = servicos::insert(tx, &new).await?;
        record_change(tx, &session, "servico_criado", &format!("servicos/{}", made.id), None, Some(&made))
            .await?;
        Ok(made)
    })
    .await
}

/// `PATCH /api/servicos/{id}`: who touches the whole agenda.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ServicoId>,
    patch: Patch<ServicoChanges>,
) -> Result<Json<Servico>, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = servicos::lock(tx, id).await?;
            let mut settings = before.settings.clone();
            apply(patch, &mut settings)?;
            let after = servicos::update(tx, id, &settings).await?;
            let target = format!("servicos/{id}");
            record_change(tx, &session, "servico_alterado", &target, Some(&before), Some(&after)).await?;
            Ok(Json(after))
        })
        .await
}
