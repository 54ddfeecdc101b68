//! `/api/publico/*`: what the clinic's page shows to anybody, and booking there. Every route is counted per source; none tells whether the
//! clinic knows somebody.

mod espera;
mod reservas;

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use http::Method;
use serde::Serialize;
use shared::agenda::Audience;
use shared::auth::Access;
use shared::auth::rate::{Count, Limited};
use shared::db::{TenantTx, logos, publico};
use shared::domain::relogio::Relogio;
use shared::http::{Doc, Json, Query, Route, Source};
use shared::id::{ConvenioId, MedicoId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use utoipa::ToSchema;

use crate::clinica::logo;
use crate::horarios::{DiasOut, Question};

/// Pages that are looked at.
pub(crate) const LOOKING: Limited = Limited { name: "publico", most: 240, window: 60 };
/// The same for several days of everybody, a megabyte in a large clinic, and for more days of one than a page shows.
const LOOKING_WIDELY: Limited = Limited { name: "publico_amplo", most: 30, window: 60 };

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let anybody = Access::Tenant;
    vec![
        Route::new(Method::GET, "/api/publico/clinica", anybody, get(clinica)).doc(
            Doc::new("O que qualquer pessoa pode saber da clínica deste endereço.")
                .ok::<Clinica>()
                .refuses(&[429]),
        ),
        Route::new(Method::GET, "/api/publico/logo", anybody, get(logo::show)).doc(
            Doc::new("O logotipo da clínica.")
                .answers_as::<String>(200, "image/png")
                .answers_as::<String>(200, "image/jpeg")
                .answers_as::<String>(200, "image/webp")
                .not_modified()
                .refuses(&[429]),
        ),
        Route::new(Method::GET, "/api/publico/servicos", anybody, get(servicos))
            .doc(Doc::new("O que se pode marcar por aqui.").ok::<ServicosPublicos>().refuses(&[429])),
        Route::new(Method::GET, "/api/publico/medicos", anybody, get(medicos))
            .doc(Doc::new("Quem atende.").ok::<MedicosPublicos>().refuses(&[429])),
        Route::new(Method::GET, "/api/publico/convenios", anybody, get(convenios))
            .doc(Doc::new("Os convênios que a clínica atende.").ok::<ConveniosPublicos>().refuses(&[429])),
        Route::new(Method::GET, "/api/publico/horarios-disponiveis", anybody, get(horarios)).doc(
            Doc::new("O que um paciente pode marcar, com a antecedência da clínica.")
                .query::<Question>()
                .ok::<DiasOut>()
                .refuses(&[429]),
        ),
        Route::new(Method::POST, "/api/publico/reservas", anybody, post(reservas::create)).doc(
            Doc::new("Guarda um horário por cinco minutos.")
                .body::<reservas::ReservaIn>()
                .created::<reservas::ReservaOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::DELETE, "/api/publico/reservas/{token}", anybody, delete(reservas::remove))
            .doc(Doc::new("Solta o horário guardado.").no_content().refuses(&[409, 429])),
        Route::new(Method::POST, "/api/publico/reservas/{token}/codigo", anybody, post(reservas::send_code))
            .doc(
                Doc::new("Manda por WhatsApp o código que prova o telefone.")
                    .body::<reservas::CodigoIn>()
                    .answers::<reservas::EnviadoOut>(202)
                    .refuses(&[409, 429]),
            ),
        Route::new(
            Method::POST,
            "/api/publico/reservas/{token}/agendamento",
            anybody,
            post(reservas::finish),
        )
        .doc(
            Doc::new("Marca o horário guardado, com o código recebido; repetido, a mesma resposta.")
                .body::<reservas::FinishIn>()
                .created::<reservas::MarcadoOut>()
                .refuses(&[409, 429]),
        ),
    ]
    .into_iter()
    .chain(espera::routes())
    .collect()
}

/// As many clinics' worth of requests a source has at all of them together.
const CLINICS_AT_ONCE: i64 = 3;

/// What a request of a source falls under: at the clinic, and over all clinics, or a network would have the limit as often as there are clinics.
pub(super) fn counts(tenant: &Tenant, source: &Source, limited: Limited) -> impl Iterator<Item = Count> {
    let anywhere = Limited { most: limited.most * CLINICS_AT_ONCE, ..limited };
    let here = limited.of_source(Some(tenant.cliente_id()), source);
    here.into_iter().chain(anywhere.of_source(None, source))
}

/// Counts a request of a source.
pub(crate) async fn counted(
    parts: &HttpParts,
    tenant: &Tenant,
    source: &Source,
    limited: Limited,
) -> Result<(), Problem> {
    let counts: Vec<Count> = counts(tenant, source, limited).collect();
    Ok(parts.rate.count_all(&counts).await?)
}

/// The clinic's face.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Clinica {
    nome: String,
    subdomain: String,
    /// Its zone in the IANA database: every date and hour here is of its clock.
    fuso: String,
    /// Those clocks, for whoever would not read tables of zones to know what they show.
    relogio: Relogio,
    /// `#rrggbb`, dark enough for white letters; null where none was chosen.
    cor: Option<String>,
    /// Where its logo is shown, a path of this address; null where there is none.
    logo: Option<String>,
    /// As people dial it.
    telefone: Option<String>,
    endereco: Option<String>,
}

/// What may be booked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServicosPublicos {
    servicos: Vec<ServicoPublico>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ServicoPublico {
    id: ServicoId,
    nome: String,
    descricao: Option<String>,
    duracao_minutos: i32,
    preco_centavos: Option<i64>,
    /// Whether the clinic answers before it counts.
    aprovacao: bool,
    /// Who offers it.
    medicos: Vec<MedicoId>,
}

/// Who treats.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MedicosPublicos {
    medicos: Vec<MedicoPublico>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MedicoPublico {
    id: MedicoId,
    nome: String,
    especialidade: Option<String>,
    /// At which of the clinic's places; null where it has only one.
    unidade: Option<String>,
}

/// The health plans.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConveniosPublicos {
    convenios: Vec<ConvenioPublico>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ConvenioPublico {
    id: ConvenioId,
    nome: String,
}

/// `GET /api/publico/clinica`: anybody, at the address of a clinic that is not suspended. The transaction notices one that was just closed
/// or renamed, and knows its zone.
pub(crate) async fn clinica(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
) -> Result<Json<Clinica>, Problem> {
    counted(&parts, &tenant, &source, LOOKING).await?;
    face(State(parts), tenant).await
}

/// The same for who has shown to be of the clinic: what strangers of the same network ask is not held against them.
pub(crate) async fn face(State(parts): State<HttpParts>, tenant: Tenant) -> Result<Json<Clinica>, Problem> {
    let look = async |tx: &mut TenantTx| Ok((tx.time_zone().clone(), logos::rosto(tx).await?));
    let (zone, rosto) = parts.db.in_tenant(&tenant, look).await?;
    let fuso = zone.iana_name().ok_or(Problem::Internal)?.to_owned();
    Ok(Json(Clinica {
        nome: tenant.nome().to_owned(),
        subdomain: tenant.subdomain().to_owned(),
        fuso,
        relogio: Relogio::at(&zone, parts.clock.now()),
        cor: rosto.cor,
        logo: rosto.logo.as_deref().map(logo::path),
        telefone: rosto.telefone,
        endereco: rosto.endereco,
    }))
}

/// `GET /api/publico/servicos`: anybody.
pub(crate) async fn servicos(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
) -> Result<Json<ServicosPublicos>, Problem> {
    counted(&parts, &tenant, &source, LOOKING).await?;
    let rows = parts.db.in_tenant(&tenant, publico::servicos).await?;
    let servicos = rows.into_iter().map(|row| ServicoPublico {
        id: row.id,
        nome: row.nome,
        descricao: row.descricao,
        duracao_minutos: row.duracao_minutos,
        preco_centavos: row.preco_centavos,
        aprovacao: row.aprovacao,
        medicos: row.medicos,
    });
    Ok(Json(ServicosPublicos { servicos: servicos.collect() }))
}

/// `GET /api/publico/medicos`: anybody.
pub(crate) async fn medicos(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
) -> Result<Json<MedicosPublicos>, Problem> {
    counted(&parts, &tenant, &source, LOOKING).await?;
    let rows = parts.db.in_tenant(&tenant, async |tx| shared::db::medicos::list(tx, None).await).await?;
    let medicos = rows.into_iter().map(|row| MedicoPublico {
        id: row.id,
        nome: row.nome,
        especialidade: row.especialidade,
        unidade: row.unidade,
    });
    Ok(Json(MedicosPublicos { medicos: medicos.collect() }))
}

/// `GET /api/publico/convenios`: anybody.
pub(crate) async fn convenios(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
) -> Result<Json<ConveniosPublicos>, Problem> {
    counted(&parts, &tenant, &source, LOOKING).await?;
    let rows = parts.db.in_tenant(&tenant, publico::convenios).await?;
    let convenios = rows.into_iter().map(|(id, nome)| ConvenioPublico { id, nome });
    Ok(Json(ConveniosPublicos { convenios: convenios.collect() }))
}

/// `GET /api/publico/horarios-disponiveis`: anybody; only what patients may book.
pub(crate) async fn horarios(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Query(question): Query<Question>,
) -> Result<Response, Problem> {
    counted(&parts, &tenant, &source, LOOKING).await?;
    // The length is the service's: a visitor does not choose it.
    let servico = question.servico_id.ok_or_else(|| Problem::field("servico_id", "Diga o serviço."))?;
    let asked = Question { duracao: None, ..question }.check(Audience::Patient)?;
    if asked.is_wide() {
        counted(&parts, &tenant, &source, LOOKING_WIDELY).await?;
    }
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(&tenant, async |tx| {
            publico::ensure_online(tx, servico).await?;
            asked.answer(tx, None, now).await
        })
        .await
}
