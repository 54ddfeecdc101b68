//! `/api/medicos`: the clinic's professionals, how they work, and their hours.

mod avisos;
mod excecoes;
mod horarios;

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post, put};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::TenantTx;
use shared::db::auditoria::record_change;
use shared::db::equipe;
use shared::db::settings::avisos::Avisos;
use shared::db::settings::medicos::{self, Medico};
use shared::db::settings::unidades;
use shared::domain::telefone::Telefone;
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Patch, Path, Query, Route};
use shared::id::{MedicoId, UnidadeId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::changes::{Changes, OfSettings, color, flag, minutes, number, text};

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    vec![
        Route::new(Method::GET, "/api/medicos", clinic, get(list)).doc(
            Doc::new("Os profissionais da clínica; um médico vê só a si mesmo.").query::<List>().ok::<MedicosOut>(),
        ),
        Route::new(Method::POST, "/api/medicos", Access::Gestor, post(create)).doc(
            Doc::new("Cria um profissional, com a semana de costume e todos os serviços da clínica; `nome` é obrigatório. Só gestores.")
                .body::<MedicoChanges>()
                .idempotent()
                .created::<Medico>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/medicos/{id}", clinic, get(one))
            .doc(Doc::new("Um profissional.").ok::<Medico>()),
        Route::new(Method::PATCH, "/api/medicos/{id}", clinic, patch(change)).doc(
            Doc::new("Muda como um profissional atende; um médico muda a própria cor, telefone e duração. Quem deixa de atender não pode ter consultas marcadas.")
                .body::<MedicoChanges>()
                .ok::<Medico>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/medicos/{id}/avisos", clinic, get(avisos::show))
            .doc(Doc::new("Como um profissional é avisado do que muda na sua agenda.").ok::<Avisos>()),
        Route::new(Method::PATCH, "/api/medicos/{id}/avisos", clinic, patch(avisos::change)).doc(
            Doc::new("Muda como um profissional é avisado; um médico muda os próprios avisos. O WhatsApp, o telefone e as urgências, só ele e um gestor.")
                .body::<avisos::AvisosChanges>()
                .ok::<Avisos>(),
        ),
        Route::new(Method::GET, "/api/medicos/{id}/horarios", clinic, get(horarios::show))
            .doc(Doc::new("A semana de um profissional.").ok::<horarios::HorariosOut>()),
        Route::new(Method::PUT, "/api/medicos/{id}/horarios", clinic, put(horarios::replace)).doc(
            Doc::new("Troca a semana inteira de um profissional; um médico troca a própria.")
                .body::<horarios::HorariosIn>()
                .ok::<horarios::HorariosOut>(),
        ),
        Route::new(Method::GET, "/api/medicos/{id}/excecoes", clinic, get(excecoes::list)).doc(
            Doc::new("As datas com horário próprio de um profissional.")
                .query::<excecoes::Period>()
                .ok::<excecoes::ExcecoesOut>(),
        ),
        Route::new(Method::PUT, "/api/medicos/{id}/excecoes/{dia}", clinic, put(excecoes::replace)).doc(
            Doc::new("Dá a uma data um horário próprio, que vale mais que a semana e os feriados; sem períodos, fecha.")
                .body::<excecoes::ExcecaoIn>()
                .ok::<excecoes::ExcecaoOut>(),
        ),
        Route::new(Method::DELETE, "/api/medicos/{id}/excecoes/{dia}", clinic, delete(excecoes::remove))
            .doc(Doc::new("Devolve a uma data o horário da semana.").no_content()),
    ]
}

/// The professionals, by name; a clinic's fit in one page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MedicosOut {
    medicos: Vec<Medico>,
    proximo: Option<String>,
}

/// Which professionals.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct List {
    /// Also those who do not attend any more.
    #[serde(default)]
    inativos: bool,
}

/// What changes of a professional.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct MedicoChanges {
    /// 2 to 200 characters, as patients read it.
    nome: Option<String>,
    /// The council's registration, at most 40 characters.
    crm: Option<String>,
    /// At most 120 characters.
    especialidade: Option<String>,
    telefone: Option<String>,
    /// `#rrggbb`.
    cor: Option<String>,
    /// 5 to 720.
    duracao_minutos: Option<i64>,
    /// 1 to 50 at the same time.
    capacidade: Option<i64>,
    /// 1 to 500 on one day; none = no limit.
    limite_dia: Option<i64>,
    /// One of the clinic's places that is open; null: wherever the clinic is.
    unidade_id: Option<UnidadeId>,
    /// Whether they attend, and may log in. Only a gestor; nobody leaves with appointments ahead.
    ativo: Option<bool>,
}

/// What a médico changes of the own row; whatever else a body may name, now or later, only those who touch the whole agenda.
const OWN: [&str; 3] = ["cor", "telefone", "duracao_minutos"];

/// Whether a body touches more than [`OWN`].
fn is_reserved(patch: &Patch<MedicoChanges>) -> Result<bool, Problem> {
    Ok(patch.named()?.iter().any(|key| !OWN.contains(&key.as_str())))
}

/// Puts a body onto a professional.
fn apply(patch: Patch<MedicoChanges>, row: &mut Medico) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    changes.nome(body.nome, &mut row.nome);
    changes.optional_text("crm", body.crm, text(40), &mut row.crm);
    changes.optional_text("especialidade", body.especialidade, text(120), &mut row.especialidade);
    changes.optional_text("telefone", body.telefone, phone, &mut row.telefone);
    changes.optional_text("cor", body.cor, color, &mut row.cor);
    changes.required("duracao_minutos", body.duracao_minutos, minutes(5..=720), &mut row.duracao_minutos);
    changes.required("capacidade", body.capacidade, number(1..=50), &mut row.capacidade);
    changes.optional("limite_dia", body.limite_dia, number(1..=500), &mut row.limite_dia);
    changes.optional("unidade_id", body.unidade_id, Ok, &mut row.unidade_id);
    changes.required("ativo", body.ativo, flag, &mut row.ativo);
    changes.finish()
}

fn phone(text: &str) -> Result<String, String> {
    let phone = Telefone::parse(text).map(|phone| phone.as_e164().to_owned());
    phone.map_err(|_| "Escreva o telefone com DDD, como (11) 98765-4321.".to_owned())
}

/// Hides the professionals a user does not touch.
pub(crate) fn ensure_covered(session: &Session, id: MedicoId) -> Result<(), Problem> {
    if session.scope().covers(id) { Ok(()) } else { Err(Problem::NotFound) }
}

/// `GET /api/medicos`: users of the clinic; a médico sees only the own row.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(query): Query<List>,
) -> Result<Json<MedicosOut>, Problem> {
    let only = session.scope().only();
    let medicos =
        parts.db.in_tenant(&session, async |tx| medicos::list(tx, only, query.inativos).await).await?;
    Ok(Json(MedicosOut { medicos, proximo: None }))
}

/// `GET /api/medicos/{id}`: users of the clinic; a médico sees only the own row.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
) -> Result<Json<Medico>, Problem> {
    ensure_covered(&session, id)?;
    parts.db.in_tenant(&session, async |tx| medicos::get(tx, id).await).await.map(Json)
}

/// `POST /api/medicos`: who manages the clinic.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    patch: Patch<MedicoChanges>,
) -> Result<Response, Problem> {
    let nome = named(patch.clone())?;
    create_once(&parts, &session, key, "POST /api/medicos", &patch, async |tx| {
        let mut made = medicos::insert(tx, &nome).await?;
        apply(patch.clone(), &mut made)?;
        if let Some(unidade) = made.unidade_id {
            unidades::ensure_open(tx, unidade).await?;
        }
        medicos::update(tx, &made).await?;
        let target = format!("medicos/{}", made.id);
        record_change(tx, &session, "medico_criado", &target, None, Some(&made)).await?;
        Ok(made)
    })
    .await
}

/// The name of a new professional, which there has to be.
fn named(patch: Patch<MedicoChanges>) -> Result<String, Problem> {
    let (body, mut changes) = Changes::of(patch);
    let mut nome = String::new();
    changes.nome(body.nome, &mut nome);
    if body.ativo == Some(false) {
        changes.wrong("ativo", "Quem é criado já atende.");
    }
    changes.finish()?;
    Ok(nome)
}

/// `PATCH /api/medicos/{id}`: users of the clinic; a médico changes only [`OWN`] of the own row, and only a gestor says who attends.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
    patch: Patch<MedicoChanges>,
) -> Result<Json<Medico>, Problem> {
    ensure_covered(&session, id)?;
    if is_reserved(&patch)? {
        session.require_clinic()?;
    }
    let turns = patch.body.ativo.is_some() || patch.is_null("ativo");
    if turns {
        session.require_gestor()?;
    }
    let now = parts.clock.now();
    let work = async |tx: &mut TenantTx| {
        if turns {
            // The clinic's people before the professional, as wherever they are changed.
            equipe::lock(tx, &session).await?;
        }
        let before = medicos::lock(tx, id).await?;
        let mut after = before.clone();
        apply(patch, &mut after)?;
        if let Some(unidade) = after.unidade_id.filter(|_| after.unidade_id != before.unidade_id) {
            unidades::ensure_open(tx, unidade).await?;
        }
        medicos::update(tx, &after).await?;
        if after.ativo != before.ativo {
            equipe::turn(tx, &session, (id, after.ativo), now).await?;
        }
        let target = format!("medicos/{id}");
        record_change(tx, &session, "medico_alterado", &target, Some(&before), Some(&after)).await?;
        Ok(Json(after))
    };
    parts.db.in_tenant(&session, work).await
}
