//! `/api/agendamentos`: appointments as JSON. One file per use: [`create`], [`read`], [`change`] (another time), [`life`] (what happens to
//! one), [`series`].

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod life;
pub(crate) mod read;
pub(crate) mod series;

use axum::routing::{MethodRouter, delete, get, patch, post};
use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::auth::{Access, Dados, Session};
use shared::db::agendamentos::{Agendamento, Author, Canal};
use shared::http::{Doc, Route};
use shared::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, SerieId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    let routes = vec![
        Route::new(Method::GET, "/api/agendamentos", clinic, get(read::list)).doc(
            Doc::new("Agendamentos de um período, por início; um médico vê os seus.")
                .query::<read::List>()
                .ok::<read::AgendamentosOut>()
                .not_modified(),
        ),
        Route::new(Method::POST, "/api/agendamentos", clinic, post(create::create)).doc(
            Doc::new("Marca um horário.")
                .body::<create::AgendamentoIn>()
                .idempotent()
                .created::<AgendamentoOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::GET, "/api/agendamentos/{id}", clinic, get(read::one))
            .doc(Doc::new("Um agendamento.").ok::<AgendamentoOut>()),
        Route::new(Method::PATCH, "/api/agendamentos/{id}", clinic, patch(change::reschedule)).doc(
            Doc::new("Muda horário, duração, profissional, serviço, convênio ou anotações.")
                .body::<change::MoveIn>()
                .ok::<AgendamentoOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::GET, "/api/agendamentos/{id}/historico", clinic, get(read::history))
            .doc(history()),
        action("/api/agendamentos/{id}/confirmacao", post(life::confirm), "Registra que o paciente vem."),
        action("/api/agendamentos/{id}/chegada", post(life::arrive), "Registra que o paciente chegou."),
        action("/api/agendamentos/{id}/inicio", post(life::start), "O atendimento começa."),
        action("/api/agendamentos/{id}/realizacao", post(life::finish), "O atendimento aconteceu."),
        action("/api/agendamentos/{id}/falta", post(life::miss), "O paciente não veio."),
        action(
            "/api/agendamentos/{id}/reativacao",
            post(life::reactivate),
            "Volta a valer, se o horário ainda está livre.",
        ),
        Route::new(Method::DELETE, "/api/agendamentos/{id}/chegada", clinic, delete(life::unarrive)).doc(
            Doc::new("Desfaz a chegada registrada por engano.").ok::<AgendamentoOut>().refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/agendamentos/{id}/cancelamento", clinic, post(life::cancel)).doc(
            Doc::new("Cancela, libera o horário, oferece-o à lista de espera e avisa o paciente.")
                .body::<life::CancelIn>()
                .ok::<life::CanceladoOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/series", clinic, post(series::create)).doc(
            Doc::new("Marca uma série: o que cabe é marcado, o resto é devolvido com o motivo.")
                .body::<series::SerieIn>()
                .idempotent()
                .created::<series::SerieOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/series/{id}/cancelamento", clinic, post(series::cancel)).doc(
            Doc::new("Cancela o que ainda resta de uma série.")
                .body::<series::CancelSerieIn>()
                .ok::<series::CanceladosOut>()
                .refuses(&[409]),
        ),
    ];
    // Whatever is done to one, who comes is in the answer.
    routes.into_iter().map(|route| route.shows(Dados::Agenda)).collect()
}

fn history() -> Doc {
    Doc::new("O que mudou, quem mudou e por onde, do mais antigo ao mais novo.")
        .query::<read::Before>()
        .ok::<read::HistoricoOut>()
}

/// A route that takes an appointment a step further; it may be repeated.
fn action(path: &'static str, handler: MethodRouter<HttpParts>, summary: &'static str) -> Route<HttpParts> {
    Route::new(Method::POST, path, Access::Clinic, handler)
        .doc(Doc::new(summary).ok::<AgendamentoOut>().refuses(&[409, 429]))
}

/// An appointment, with instants in UTC and the clinic's own date and time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgendamentoOut {
    id: AgendamentoId,
    medico_id: MedicoId,
    medico_nome: String,
    paciente_id: PacienteId,
    paciente_nome: String,
    paciente_telefone: Option<String>,
    servico_id: Option<ServicoId>,
    servico_nome: Option<String>,
    convenio_id: Option<ConvenioId>,
    /// The health plan's name when it was booked.
    convenio_nome: Option<String>,
    /// The number on the patient's card, if this is the patient's plan still.
    carteirinha: Option<String>,
    /// The price when it was booked.
    preco_centavos: Option<i64>,
    data: Date,
    /// `HH:MM`.
    hora: String,
    /// Minutes.
    duracao: i64,
    inicio_em: Timestamp,
    fim_em: Timestamp,
    status: &'static str,
    encaixe: bool,
    motivo: Option<String>,
    observacoes: Option<String>,
    canal: String,
    /// The visit this is the return of.
    retorno_de_id: Option<AgendamentoId>,
    serie_id: Option<SerieId>,
    confirmado_em: Option<Timestamp>,
    chegada_em: Option<Timestamp>,
    iniciado_em: Option<Timestamp>,
    finalizado_em: Option<Timestamp>,
    cancelado_em: Option<Timestamp>,
    /// `paciente` or `clinica`.
    cancelado_por: Option<String>,
    cancelamento_motivo: Option<String>,
    /// Grows by one with each change; sent back in a PATCH, it refuses when somebody changed it before.
    versao: i32,
}

impl AgendamentoOut {
    pub(crate) fn new(row: Agendamento, zone: &TimeZone) -> Result<Self, Problem> {
        let local = row.inicio_em.to_zoned(zone.clone());
        Ok(Self {
            id: row.id,
            medico_id: row.medico_id,
            paciente_id: row.paciente_id,
            servico_id: row.servico_id,
            convenio_id: row.convenio_id,
            data: local.date(),
            hora: local.strftime("%H:%M").to_string(),
            duracao: row.fim_em.duration_since(row.inicio_em).as_mins(),
            inicio_em: row.inicio_em,
            fim_em: row.fim_em,
            status: row.status()?.as_str(),
            encaixe: row.encaixe,
            versao: row.versao,
            medico_nome: row.medico_nome,
            paciente_nome: row.paciente_nome,
            paciente_telefone: row.paciente_telefone,
            motivo: row.motivo,
            observacoes: row.observacoes,
            canal: row.canal,
            servico_nome: row.servico_nome,
            convenio_nome: row.convenio_nome,
            carteirinha: row.carteirinha,
            preco_centavos: row.preco_centavos,
            retorno_de_id: row.retorno_de_id,
            serie_id: row.serie_id,
            confirmado_em: row.confirmado_em,
            chegada_em: row.chegada_em,
            iniciado_em: row.iniciado_em,
            finalizado_em: row.finalizado_em,
            cancelado_em: row.cancelado_em,
            cancelado_por: row.cancelado_por,
            cancelamento_motivo: row.cancelamento_motivo,
        })
    }
}

/// The session's user, as the history names them.
pub(crate) fn author(session: &Session) -> Author {
    Author { canal: Canal::Painel, user: Some((session.user_type(), session.user_id())) }
}
