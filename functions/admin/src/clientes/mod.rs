//! `/api/admin/clientes`: the clinics.

mod convites;
mod dados;
mod estado;
mod list;
mod pagador;
mod plano;

use axum::routing::{delete, get, patch, post, put};
use http::Method;
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::auth::{Access, Operators};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::clientes::{self, ClienteFicha, Numeros};
use shared::db::operacao::mudancas::{self, Mudanca};
use shared::db::operacao::pagadores::{self, Pagador};
use shared::http::{Doc, Route};
use shared::id::ClienteId;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::AppState;

/// What is done to a clinic as a whole.
const ONE: &str = "/api/admin/clientes/{id}";

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let (any, clinics) = (Access::Operator(Operators::Any), Access::Operator(Operators::Clinics));
    let mut routes = vec![
        Route::new(Method::GET, "/api/admin/clientes", any, get(list::list)).doc(
            Doc::new("As clínicas, por nome.").query::<list::ClientesFilter>().ok::<list::ClientesOut>(),
        ),
        Route::new(Method::POST, "/api/admin/clientes", clinics, post(dados::create)).doc(
            Doc::new("Cadastra uma clínica; `nome` e `subdomain` são obrigatórios.")
                .body::<dados::NewCliente>()
                .idempotent()
                .created::<ClienteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, ONE, any, get(dados::show)).doc(
            Doc::new("Uma clínica, com os números do mês; quem paga, só para quem cuida de dinheiro.")
                .ok::<ClienteOut>(),
        ),
        Route::new(Method::PATCH, ONE, clinics, patch(dados::change)).doc(
            Doc::new("Muda o cadastro de uma clínica; o que falta fica como está, `null` limpa.")
                .body::<dados::ClienteChanges>()
                .ok::<ClienteOut>()
                .refuses(&[409]),
        ),
    ];
    routes.extend(acts());
    routes.push(
        Route::new(Method::POST, "/api/admin/clientes/{id}/convites", clinics, post(convites::invite)).doc(
            Doc::new("Convida o primeiro gestor, por e-mail; o endereço também é mostrado aqui, uma vez.")
                .body::<convites::NewConvite>()
                .created::<convites::ConviteOut>()
                .refuses(&[409]),
        ),
    );
    routes
}

/// What changes a clinic's state, plan and payer.
fn acts() -> Vec<Route<AppState>> {
    let (any, money) = (Access::Operator(Operators::Any), Access::Operator(Operators::Money));
    let suspension = "/api/admin/clientes/{id}/suspensao";
    vec![
        Route::new(Method::POST, suspension, any, post(estado::suspend)).doc(
            Doc::new("Suspende uma clínica; ela lê o motivo. De uma que já está suspensa muda o motivo.")
                .body::<estado::Suspensao>()
                .ok::<ClienteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::DELETE, suspension, any, delete(estado::resume))
            .doc(Doc::new("Reativa uma clínica suspensa.").ok::<ClienteOut>().refuses(&[409])),
        Route::new(
            Method::POST,
            "/api/admin/clientes/{id}/encerramento",
            Access::Operator(Operators::Admin),
            post(estado::close),
        )
        .doc(
            Doc::new("Encerra uma clínica; `subdomain` repete o endereço dela, por segurança.")
                .body::<estado::Encerramento>()
                .ok::<ClienteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/admin/clientes/{id}/plano", money, post(plano::change)).doc(
            Doc::new("Muda o plano, agora (com rateio) ou no próximo mês. O plano atual desfaz uma mudança que espera o mês.")
                .body::<plano::PlanoMudanca>()
                .ok::<plano::PlanoOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::PUT, "/api/admin/clientes/{id}/pagador", money, put(pagador::put_one)).doc(
            Doc::new("Diz quem paga: nome, CPF ou CNPJ, e-mail das faturas.")
                .body::<pagador::PagadorBody>()
                .ok::<ClienteOut>()
                .refuses(&[409]),
        ),
    ]
}

/// A clinic as an operator sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClienteOut {
    #[serde(flatten)]
    ficha: ClienteFicha,
    /// Of the month that runs, in the clinic's zone.
    numeros: Numeros,
    /// Only for who looks after money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pagador: Option<Pagador>,
    /// A change of plan that waits for its month; only for who looks after money.
    #[serde(skip_serializing_if = "Option::is_none")]
    mudanca_agendada: Option<Mudanca>,
}

/// The clinic as it is now, as this operator sees it.
async fn out(tx: &mut OperatorTx, id: ClienteId) -> Result<ClienteOut, Problem> {
    let ficha = clientes::get(tx, id).await?;
    let numeros = clientes::usage(tx, id, month(tx, &ficha.dados.fuso)?).await?;
    let (mut pagador, mut mudanca_agendada) = (None, None);
    if Operators::Money.include(tx.papel()) {
        pagador = pagadores::find(tx, id).await?;
        mudanca_agendada = mudancas::pending(tx, id).await?;
    }
    Ok(ClienteOut { ficha, numeros, pagador, mudanca_agendada })
}

/// The month that runs in a zone, from its first instant to the next one's.
fn month(tx: &OperatorTx, fuso: &str) -> Result<(jiff::Timestamp, jiff::Timestamp), Problem> {
    let zone = TimeZone::get(fuso).map_err(|_| Problem::Internal)?;
    let first = tx.at().to_zoned(zone.clone()).date().first_of_month();
    let next = first.last_of_month().tomorrow().map_err(|_| Problem::Internal)?;
    let instant = |day: jiff::civil::Date| {
        day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| Problem::Internal)
    };
    Ok((instant(first)?, instant(next)?))
}

/// A clinic's address in the trail.
fn target(id: ClienteId) -> String {
    format!("clientes/{id}")
}
