//! `/api/pacientes`: the people a clinic treats. One file by use: [`read`] finds them, [`mod@write`] creates and changes, [`consultas`] are their
//! appointments, [`duplicates`] finds rows of one person and unites them, [`rights`] is what the law (LGPD) lets a person ask for, [`telefones`]
//! counts the phones a médico brings.
//!
//! A médico finds and changes those with an appointment with them, and may create; the others are hidden, so they answer 404.

pub(crate) mod consultas;
pub(crate) mod duplicates;
pub(crate) mod read;
pub(crate) mod rights;
pub(crate) mod telefones;
pub(crate) mod write;

use axum::routing::{get, patch, post};
use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::auth::{Access, Dados};
use shared::db::pacientes::Paciente;
use shared::http::{Doc, Route};
use shared::id::{ConvenioId, PacienteId};
use shared::parts::HttpParts;
use utoipa::ToSchema;

use crate::agendamentos::author;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (clinic, desk) = (Access::Clinic, Access::Desk);
    vec![
        Route::new(Method::GET, "/api/pacientes", clinic, get(read::search)).shows(Dados::Busca).doc(
            Doc::new("Pacientes por parte do nome, do telefone ou do CPF; um médico encontra os seus.")
                .query::<read::Search>()
                .ok::<read::PacientesOut>()
                .refuses(&[429]),
        ),
        Route::new(Method::POST, "/api/pacientes", clinic, post(write::create)).shows(Dados::Cadastro).doc(
            Doc::new("Cadastra um paciente; nunca une a outro do mesmo telefone.")
                .body::<write::PacienteIn>()
                .idempotent()
                .created::<PacienteOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::GET, "/api/pacientes/duplicados", desk, get(duplicates::list)).shows(Dados::Busca).doc(
            Doc::new("Cadastros que provavelmente são da mesma pessoa.")
                .query::<duplicates::List>()
                .ok::<duplicates::DuplicadosOut>()
                .refuses(&[429]),
        ),
        Route::new(Method::GET, "/api/pacientes/{id}", clinic, get(read::one)).shows(Dados::Cadastro).doc(
            Doc::new("Um paciente; o id de um cadastro unido responde com o que ficou.").ok::<PacienteOut>().refuses(&[429]),
        ),
        Route::new(Method::PATCH, "/api/pacientes/{id}", clinic, patch(write::change)).shows(Dados::Cadastro).doc(
            Doc::new("Muda o que vier; null apaga. Um médico não muda o telefone de quem também tem consultas com outro.")
                .body::<write::ChangeIn>()
                .ok::<PacienteOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::GET, "/api/pacientes/{id}/agendamentos", clinic, get(consultas::list)).shows(Dados::Cadastro).doc(
            Doc::new("Os agendamentos de um paciente, do mais novo ao mais antigo; um médico vê os seus.")
                .query::<consultas::List>()
                .ok::<consultas::ConsultasOut>(),
        ),
        Route::new(Method::POST, "/api/pacientes/{id}/fusao", desk, post(duplicates::merge)).shows(Dados::Cadastro).doc(
            Doc::new("Une um cadastro duplicado a este. Repetir não muda mais nada.")
                .body::<duplicates::MergeIn>()
                .ok::<PacienteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/pacientes/{id}/exportacao", desk, get(rights::export)).shows(Dados::Exportacao).doc(
            Doc::new("Tudo o que a clínica guarda da pessoa (LGPD).")
                .ok::<rights::ExportacaoOut>()
                .refuses(&[429]),
        ),
        Route::new(Method::GET, "/api/pacientes/{id}/consentimentos", clinic, get(rights::consents))
            .shows(Dados::Cadastro)
            .doc(
                Doc::new("O que a pessoa aceitou ou retirou, quando e por onde, e o que vale agora.")
                    .ok::<rights::ConsentimentosOut>(),
            ),
        Route::new(Method::POST, "/api/pacientes/{id}/anonimizacao", Access::Gestor, post(rights::erase)).doc(
            Doc::new("Remove os dados da pessoa (LGPD), sem volta. Só gestores. Repetir não muda mais nada.")
                .body::<rights::EraseIn>()
                .ok::<rights::AnonimizacaoOut>()
                .refuses(&[409, 429]),
        ),
    ]
}

/// A patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PacienteOut {
    id: PacienteId,
    nome: String,
    /// E.164.
    telefone: Option<String>,
    /// Eleven digits.
    cpf: Option<String>,
    /// Fifteen digits.
    cns: Option<String>,
    email: Option<String>,
    nascimento_dia: Option<Date>,
    observacoes: Option<String>,
    convenio_id: Option<ConvenioId>,
    /// The number on the plan's card.
    carteirinha: Option<String>,
    aceita_lembretes: bool,
    aceita_marketing: bool,
    criado_em: Timestamp,
    /// Grows by one with each change; sent back in a PATCH, it refuses when somebody changed it before.
    versao: i32,
}

impl From<Paciente> for PacienteOut {
    fn from(paciente: Paciente) -> Self {
        Self {
            id: paciente.id,
            nome: paciente.nome,
            telefone: paciente.telefone,
            cpf: paciente.cpf,
            cns: paciente.cns,
            email: paciente.email,
            nascimento_dia: paciente.nascimento_dia,
            observacoes: paciente.observacoes,
            convenio_id: paciente.convenio_id,
            carteirinha: paciente.carteirinha,
            aceita_lembretes: paciente.aceita_lembretes,
            aceita_marketing: paciente.aceita_marketing,
            criado_em: paciente.criado_em,
            versao: paciente.versao,
        }
    }
}
