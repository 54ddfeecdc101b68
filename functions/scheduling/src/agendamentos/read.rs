//! `GET /api/agendamentos` and `GET /api/agendamentos/{id}`.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use shared::agenda::instant;
use shared::auth::{Scope, Session};
use shared::db::agendamentos::{self, Period};
use shared::db::{TenantTx, lembretes, medicos, mudancas};
use shared::domain::lembretes::Kind;
use shared::http::etag::{Asked, Etag};
use shared::http::{Json, Path, Query, cursor};
use shared::id::{AgendamentoId, MedicoId, UserId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::AgendamentoOut;
use crate::input::Fields;

const PAGE: i64 = 200;
const LARGEST_PAGE: i64 = 500;
const MOST_DAYS: i32 = 100;
/// Changes of a visit in an answer.
const CHANGES: i64 = 200;

/// A page of appointments, by start.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgendamentosOut {
    agendamentos: Vec<AgendamentoOut>,
    proximo: Option<String>,
}

/// What a list asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct List {
    /// First date, `AAAA-MM-DD`, in the clinic's zone.
    de: String,
    /// Last date, inclusive; the first when missing.
    ate: Option<String>,
    medico_id: Option<MedicoId>,
    cursor: Option<String>,
    limite: Option<i64>,
}

/// The mark of a list of the agenda: whose it is, the clinic's clock, and how often the agenda changed. Taken before the list is read.
pub(crate) async fn agenda_mark(
    tx: &mut TenantTx,
    session: &Session,
    asked: &Asked,
) -> Result<Etag, Problem> {
    let state = mudancas::state(tx).await?;
    Ok(Etag::of(asked, &[&session.scope(), &tx.time_zone().iana_name(), &state]))
}

/// `GET /api/agendamentos?de=&ate=`: users of the clinic; a médico sees the own.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    asked: Asked,
    Query(query): Query<List>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let first = fields.date("de", &query.de);
    let last = query.ate.as_deref().map_or(first, |text| fields.date("ate", text));
    if let (Some(first), Some(last)) = (first, last) {
        let days = last.since(first).map_or(-1, |span| span.get_days());
        if !(0..MOST_DAYS).contains(&days) {
            fields.wrong("ate", &format!("Peça de 1 a {MOST_DAYS} dias, a partir de “de”."));
        }
    }
    let limit = query.limite.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        fields.wrong("limite", &format!("Use de 1 a {LARGEST_PAGE}."));
    }
    fields.finish()?;
    let (Some(first), Some(last)) = (first, last) else {
        return Err(Problem::Internal);
    };
    let after: Option<(Timestamp, AgendamentoId)> =
        query.cursor.as_deref().map(cursor::decode).transpose()?;
    let medico_id = match (session.scope(), query.medico_id) {
        (Scope::Clinic, asked) => asked,
        (Scope::Own(own), None) => Some(own),
        (scope @ Scope::Own(_), Some(asked)) if scope.covers(asked) => Some(asked),
        _ => return Err(Problem::NotFound),
    };
    parts
        .db
        .in_tenant(&session, async |tx| {
            let etag = agenda_mark(tx, &session, &asked).await?;
            if etag.is_had(&asked) {
                return etag.unchanged();
            }
            if let Some(asked) = query.medico_id {
                medicos::ensure_exists(tx, asked).await?;
            }
            let after_last = last.saturating_add(1.day());
            let from = instant(tx, first, Time::midnight())?;
            let to = instant(tx, after_last, Time::midnight())?;
            // Postgres knows fewer years than a cursor that was made up.
            if after.is_some_and(|(at, _)| at < from || at >= to) {
                return Err(cursor::refused());
            }
            let period = Period { from, to, medico_id, after, limit: limit + 1 };
            let mut rows = agendamentos::list(tx, &period).await?;
            let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
            if more {
                rows.pop();
            }
            let proximo =
                rows.last().filter(|_| more).and_then(|last| cursor::encode(&(last.inicio_em, last.id)));
            let zone = tx.time_zone();
            let agendamentos =
                rows.into_iter().map(|row| AgendamentoOut::new(row, zone)).collect::<Result<_, _>>()?;
            etag.on(Json(AgendamentosOut { agendamentos, proximo }))
        })
        .await
}

/// Everything that happened to an appointment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoricoOut {
    historico: Vec<MudancaOut>,
    /// With it as `cursor`, what was changed before these; null: nothing was.
    proximo: Option<String>,
    /// What its patient is told of it by itself, in its order.
    lembretes: Vec<LembreteEnviadoOut>,
}

/// A message about an appointment, and how far it got.
#[derive(Debug, Serialize, ToSchema)]
struct LembreteEnviadoOut {
    #[schema(value_type = Kind)]
    tipo: String,
    /// `previsto`: it has not been written yet; the others as in a conversation.
    #[schema(pattern = "^(previsto|pendente|enviada|entregue|lida|falhou|incerta|aguardando)$")]
    estado: String,
    /// Why it did not arrive, as in a conversation; `medida`: the patient had been reminded as often as a day bears.
    #[schema(pattern = "^(sem_whatsapp|recusada|desistimos|sem_confirmacao|medida)$")]
    falha: Option<String>,
    /// When it goes; when it left, once it did.
    em: Timestamp,
}

/// Which changes of an appointment are asked for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Before {
    /// `proximo` of the last answer; the last 200 changes when missing.
    cursor: Option<String>,
}

/// A change.
#[derive(Debug, Serialize, ToSchema)]
struct MudancaOut {
    em: Timestamp,
    /// `criado`, `remarcado`, `alterado`, `confirmado`, `chegada`, `em_atendimento`, `realizado`, `faltou`, `cancelado`, `reativado`.
    acao: String,
    canal: String,
    /// `medico`, `secretaria`, `paciente`, `sistema`.
    autor_tipo: Option<String>,
    autor_id: Option<UserId>,
    autor_nome: Option<String>,
    #[schema(value_type = Option<Object>)]
    antes: Option<serde_json::Value>,
    #[schema(value_type = Option<Object>)]
    depois: Option<serde_json::Value>,
}

/// `GET /api/agendamentos/{id}/historico`: users of the clinic; a médico of the own.
pub(crate) async fn history(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
    Query(query): Query<Before>,
) -> Result<Json<HistoricoOut>, Problem> {
    let only = session.scope().only();
    let before: Option<(i64,)> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let (mut rows, sent) = parts
        .db
        .in_tenant(&session, async |tx| {
            agendamentos::get(tx, id, only).await?;
            let rows = agendamentos::history(tx, id, before.map(|(id,)| id), CHANGES + 1).await?;
            Ok((rows, lembretes::sent(tx, id).await?))
        })
        .await?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > CHANGES;
    if more {
        rows.remove(0);
    }
    let proximo = rows.first().filter(|_| more).and_then(|first| cursor::encode(&(first.id,)));
    let historico = rows.into_iter().map(|change| MudancaOut {
        em: change.em,
        acao: change.acao,
        canal: change.canal,
        autor_tipo: change.autor_tipo,
        autor_id: change.autor_id,
        autor_nome: change.autor_nome,
        antes: change.antes,
        depois: change.depois,
    });
    let lembretes = sent.into_iter().map(|one| LembreteEnviadoOut {
        tipo: one.tipo,
        estado: one.estado,
        falha: one.falha,
        em: one.em,
    });
    Ok(Json(HistoricoOut { historico: historico.collect(), proximo, lembretes: lembretes.collect() }))
}

/// `GET /api/agendamentos/{id}`: users of the clinic; a médico sees the own.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let only = session.scope().only();
    parts
        .db
        .in_tenant(&session, async |tx| {
            let row = agendamentos::get(tx, id, only).await?;
            AgendamentoOut::new(row, tx.time_zone()).map(Json)
        })
        .await
}
