//! `/api/admin/implantacoes`: a clinic onboarded in one step, and how far each is; `shared::onboarding` does it, here and for `hi onboard`.

use axum::extract::State;
use axum::routing::{get, post};
use http::Method;
use serde::Serialize;
use shared::auth::{Access, Operators};
use shared::db::operacao::{clientes, convites, implantacao};
use shared::http::{Doc, Json, Path, Route};
use shared::id::ClienteId;
use shared::onboarding::{self, ConviteDeGestor, Implantacao, Passo, Pedido, steps};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::SecretString;
use shared::whatsapp::Line;
use utoipa::ToSchema;

use crate::AppState;
use crate::caller::Caller;
use crate::site::Site;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let clinics = Access::Operator(Operators::Clinics);
    vec![
        Route::new(Method::POST, "/api/admin/implantacoes", clinics, post(onboard)).doc(
            Doc::new(
                "Implanta uma clínica em um passo: cadastro, serviços e feriados para começar, convite de quem vai administrar, linha de WhatsApp com o \
                 código, e o que falta. Pode ser repetida: continua de onde parou.",
            )
            .body::<Pedido>()
            .ok::<Implantacao>()
            .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/admin/clientes/{id}/implantacao", clinics, get(show))
            .doc(Doc::new("O que está feito da implantação de uma clínica, e o que falta.").ok::<PassosOut>()),
    ]
}

/// The steps of a clinic.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PassosOut {
    passos: Vec<Passo>,
}

/// `POST /api/admin/implantacoes`: who looks after clinics. Repeated, it goes on where it is.
async fn onboard(
    State(parts): State<HttpParts>,
    State(line): State<Line>,
    caller: Caller,
    site: Site,
    Json(body): Json<Pedido>,
) -> Result<Json<Implantacao>, Problem> {
    let order = body.check()?;
    let linker = |subdomain: &str, secret: &SecretString| site.clinic(subdomain, secret);
    let acting = caller.acting(&parts);
    let made = onboarding::onboard(&parts.db, &line, &parts.clock, acting, &order, &linker).await?;
    // That nobody has this address may be known still.
    parts.gate.tenants.forget(&made.subdomain).await;
    Ok(Json(made))
}

/// `GET /api/admin/clientes/{id}/implantacao`: who looks after clinics.
async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
) -> Result<Json<PassosOut>, Problem> {
    let passos = caller.act(&parts, async |tx| {
        let ficha = clientes::get(tx, id).await?;
        let estado = implantacao::estado(tx, id).await?;
        let stands = convites::open(tx, id).await?;
        let convite = stands.map(|(email, expira_em)| ConviteDeGestor { email, expira_em, link: None });
        Ok(steps(&ficha, &estado, convite.as_ref()))
    });
    Ok(Json(PassosOut { passos: passos.await? }))
}
