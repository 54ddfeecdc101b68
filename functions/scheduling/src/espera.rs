//! `/api/lista-espera`: who waits for a time, in order, and what they answer to an offer.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use http::{Method, StatusCode};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::agenda::waiting;
use shared::auth::{Access, Dados, Session};
use shared::db::espera::{self, Espera, NewEspera};
use shared::db::ofertas::{self, Oferta};
use shared::db::{TenantTx, agenda, medicos, pacientes};
use shared::domain::nome::short_name;
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Path, Query, Route, cursor};
use shared::id::{AgendamentoId, EsperaId, MedicoId, PacienteId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::agendamentos::{AgendamentoOut, author};
use crate::input::Fields;

const PAGE: i64 = 100;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    vec![
        Route::new(Method::GET, "/api/lista-espera", clinic, get(list)).shows(Dados::Espera).doc(
            Doc::new("Quem espera, na ordem da fila; um médico vê quem espera por ele ou por qualquer um, e destes, se não são seus pacientes, só o nome abreviado.")
                .query::<List>()
                .ok::<EsperasOut>(),
        ),
        Route::new(Method::POST, "/api/lista-espera", clinic, post(create)).shows(Dados::Espera).doc(
            Doc::new("Põe um paciente no fim da fila; 409 se já espera pelo mesmo, ou se ele ou a clínica tem lugares demais.")
                .body::<EsperaIn>()
                .idempotent()
                .created::<EsperaOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/lista-espera/{id}", clinic, get(one))
            .shows(Dados::Espera)
            .doc(Doc::new("Um lugar na fila, também depois de atendido.").ok::<EsperaOut>()),
        Route::new(Method::DELETE, "/api/lista-espera/{id}", clinic, delete(leave)).doc(
            Doc::new("Tira da fila; o que lhe foi oferecido segue para o próximo.")
                .no_content(),
        ),
        Route::new(Method::POST, "/api/lista-espera/{id}/aceite", clinic, post(accept))
            .shows(Dados::Agenda)
            .doc(
                Doc::new("Fica com o horário oferecido, se ninguém respondeu antes.")
                    .ok::<AgendamentoOut>()
                    .refuses(&[409]),
            ),
        Route::new(Method::POST, "/api/lista-espera/{id}/recusa", clinic, post(decline))
            .shows(Dados::Espera)
            .doc(
                Doc::new("Não quer o horário oferecido; o lugar na fila continua.")
                    .ok::<EsperaOut>()
                    .refuses(&[409]),
            ),
    ]
}

/// Somebody who waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EsperaOut {
    id: EsperaId,
    /// Null to a médico whose patient it is not, as the phone and the notes are.
    paciente_id: Option<PacienteId>,
    /// To such a médico the first name and an initial.
    paciente_nome: String,
    paciente_telefone: Option<String>,
    medico_id: Option<MedicoId>,
    servico_id: Option<ServicoId>,
    /// 1 = segunda … 7 = domingo.
    dias: Option<Vec<i16>>,
    periodo: Option<String>,
    vale_ate: Option<Date>,
    /// `aguardando`, `atendido`, `cancelado`, `vencido`.
    estado: String,
    observacoes: Option<String>,
    agendamento_id: Option<AgendamentoId>,
    criado_em: Timestamp,
    oferta: Option<OfertaOut>,
}

/// What they were offered last.
#[derive(Debug, Serialize, ToSchema)]
struct OfertaOut {
    medico_id: MedicoId,
    inicio_em: Timestamp,
    data: Date,
    /// `HH:MM`.
    hora: String,
    /// Until when it may be taken.
    ate: Timestamp,
    /// `aberta`, `aceita`, `encerrada`.
    estado: String,
}

/// A page of the line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EsperasOut {
    lista_espera: Vec<EsperaOut>,
    proximo: Option<String>,
}

/// What a list asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct List {
    cursor: Option<String>,
}

/// Who waits for what.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct EsperaIn {
    paciente_id: PacienteId,
    /// Missing: anybody.
    medico_id: Option<MedicoId>,
    servico_id: Option<ServicoId>,
    /// 1 = segunda … 7 = domingo; missing: any day.
    dias: Option<Vec<i16>>,
    /// `manha`, `tarde` or `noite`; missing: any.
    periodo: Option<String>,
    /// `AAAA-MM-DD`.
    vale_ate: Option<String>,
    observacoes: Option<String>,
}

impl EsperaIn {
    fn check(self) -> Result<NewEspera, Problem> {
        let mut fields = Fields::default();
        let mut dias = self.dias.unwrap_or_default();
        dias.sort_unstable();
        dias.dedup();
        if dias.iter().any(|day| !(1..=7).contains(day)) {
            fields.wrong("dias", "Use números de 1 (segunda) a 7 (domingo).");
        }
        let words = ["manha", "tarde", "noite"].map(|word| (word, word));
        let periodo = self.periodo.and_then(|word| fields.one_of("periodo", &word, &words));
        let vale_ate = self.vale_ate.and_then(|text| fields.date("vale_ate", &text));
        let observacoes = fields.text("observacoes", self.observacoes, 500);
        fields.finish()?;
        Ok(NewEspera {
            paciente_id: self.paciente_id,
            medico_id: self.medico_id,
            servico_id: self.servico_id,
            dias: Some(dias).filter(|dias| !dias.is_empty()),
            periodo,
            vale_ate,
            observacoes,
        })
    }
}

impl OfertaOut {
    fn new(oferta: Oferta, zone: &TimeZone) -> Self {
        let local = zone.to_datetime(oferta.inicio_em);
        Self {
            medico_id: oferta.medico_id,
            inicio_em: oferta.inicio_em,
            data: local.date(),
            hora: local.strftime("%H:%M").to_string(),
            ate: oferta.ate,
            estado: oferta.estado,
        }
    }
}

/// Entries with their last offers, as this user may see them: who waits for anybody may be a colleague's patient.
async fn out_of(
    tx: &mut TenantTx,
    rows: Vec<Espera>,
    only: Option<MedicoId>,
) -> Result<Vec<EsperaOut>, Problem> {
    let ids: Vec<EsperaId> = rows.iter().map(|row| row.id).collect();
    let mut offers = ofertas::last_of_each(tx, &ids).await?;
    let own = match only {
        None => Vec::new(),
        Some(medico) => {
            let people: Vec<PacienteId> = rows.iter().map(|row| row.paciente_id).collect();
            pacientes::own_of(tx, &people, medico).await?
        }
    };
    let entries = rows.into_iter().map(|row| {
        let theirs = only.is_none() || only == row.medico_id || own.contains(&row.paciente_id);
        let oferta = offers.remove(&row.id).map(|oferta| OfertaOut::new(oferta, tx.time_zone()));
        let entry = EsperaOut { oferta, ..plain(row) };
        if theirs { entry } else { entry.of_a_colleague() }
    });
    Ok(entries.collect())
}

/// One of them.
async fn out(tx: &mut TenantTx, row: Espera, only: Option<MedicoId>) -> Result<EsperaOut, Problem> {
    out_of(tx, vec![row], only).await?.pop().ok_or(Problem::Internal)
}

impl EsperaOut {
    /// What a médico needs to know of it whose patient it is not: that somebody waits, and for what.
    fn of_a_colleague(self) -> Self {
        Self {
            paciente_id: None,
            paciente_nome: short_name(&self.paciente_nome),
            paciente_telefone: None,
            observacoes: None,
            ..self
        }
    }
}

fn plain(row: Espera) -> EsperaOut {
    EsperaOut {
        id: row.id,
        paciente_id: Some(row.paciente_id),
        paciente_nome: row.paciente_nome,
        paciente_telefone: row.paciente_telefone,
        medico_id: row.medico_id,
        servico_id: row.servico_id,
        dias: row.dias,
        periodo: row.periodo,
        vale_ate: row.vale_ate,
        estado: row.estado,
        observacoes: row.observacoes,
        agendamento_id: row.agendamento_id,
        criado_em: row.criado_em,
        oferta: None,
    }
}

/// `GET /api/lista-espera`: users of the clinic; each with what they were offered last. A médico is told little of who waits for anybody and is
/// not their patient.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(query): Query<List>,
) -> Result<Json<EsperasOut>, Problem> {
    let after: Option<EsperaId> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let (only, now) = (session.scope().only(), parts.clock.now());
    let work = async |tx: &mut TenantTx| {
        let today = tx.time_zone().to_datetime(now).date();
        let mut rows = espera::list(tx, only, after, PAGE + 1, today).await?;
        let more = i64::try_from(rows.len()).is_ok_and(|count| count > PAGE);
        if more {
            rows.pop();
        }
        let proximo = rows.last().filter(|_| more).and_then(|row| cursor::encode(&row.id));
        let lista_espera = out_of(tx, rows, only).await?;
        Ok(Json(EsperasOut { lista_espera, proximo }))
    };
    parts.db.in_tenant(&session, work).await
}

/// `GET /api/lista-espera/{id}`: as the list; also who waits no more, a médico only who waited for them or is their patient.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<EsperaId>,
) -> Result<Json<EsperaOut>, Problem> {
    let only = session.scope().only();
    parts
        .db
        .in_tenant(&session, async |tx| {
            let row = espera::get(tx, id, only).await?;
            out(tx, row, only).await.map(Json)
        })
        .await
}

/// `POST /api/lista-espera`: users of the clinic, a médico for the own agenda and patients. Honours `Idempotency-Key`. 409 when the patient waits for
/// the very same, and where there are as many places as there may be.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<EsperaIn>,
) -> Result<Response, Problem> {
    let payload = serde_json::to_value(&body).map_err(|_| Problem::Internal)?;
    let mut new = body.check()?;
    let scope = session.scope();
    if new.medico_id.is_some_and(|id| !scope.covers(id)) {
        return Err(Problem::NotFound);
    }
    let (author, now) = (author(&session), parts.clock.now());
    create_once(&parts, &session, key, "POST /api/lista-espera", &payload, async |tx| {
        pacientes::get_visible(tx, new.paciente_id, scope.only()).await?;
        new.paciente_id = pacientes::hold(tx, new.paciente_id).await?;
        if new.vale_ate.is_some_and(|last| last < tx.time_zone().to_datetime(now).date()) {
            return Err(Problem::field("vale_ate", "A data já passou."));
        }
        if let Some(id) = new.medico_id {
            medicos::get(tx, id).await?;
        }
        if let Some(id) = new.servico_id {
            agenda::oferecido(tx, id, None).await?;
        }
        espera::insert(tx, &new, author, now).await.map(plain)
    })
    .await
}

/// `DELETE /api/lista-espera/{id}`: users of the clinic, a médico for who waits for them or is their patient; may be repeated.
pub(crate) async fn leave(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<EsperaId>,
) -> Result<StatusCode, Problem> {
    let (only, now) = (session.scope().only(), parts.clock.now());
    parts.in_tenant_telling(&session, async |tx| waiting::leave(tx, id, only, now).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/lista-espera/{id}/aceite`: users of the clinic, for the patient who called; the first wins, repeated it is the same appointment.
pub(crate) async fn accept(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<EsperaId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let (only, author, now) = (session.scope().only(), author(&session), parts.clock.now());
    let done = parts
        .in_tenant_telling(&session, async |tx| {
            let row = waiting::accept(tx, id, only, author, now).await?;
            AgendamentoOut::new(row, tx.time_zone()).map(Json)
        })
        .await?;
    Ok(done)
}

/// `POST /api/lista-espera/{id}/recusa`: the same, for a no.
pub(crate) async fn decline(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<EsperaId>,
) -> Result<Json<EsperaOut>, Problem> {
    let (only, now) = (session.scope().only(), parts.clock.now());
    let done = parts
        .in_tenant_telling(&session, async |tx| {
            let row = waiting::decline(tx, id, only, now).await?;
            out(tx, row, only).await.map(Json)
        })
        .await?;
    Ok(done)
}
