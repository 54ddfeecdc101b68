//! `GET /api/acessos` and `GET /api/pacientes/{id}/acessos`: who was shown which patients, for who manages the clinic. Ids and names of the
//! clinic's own people only: what was read is in no row.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session, UserType};
use shared::db::acessos::{self, Acesso, Filter, Place};
use shared::http::{Doc, Json, Path, Query, Route, cursor};
use shared::id::{AcessoId, ConversaId, PacienteId, UserId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::input::{Fields, stretch};

const PAGE: usize = 50;
/// Days that are shown when none are asked for, today among them.
const USUAL_DAYS: i64 = 7;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let gestor = Access::Gestor;
    vec![
        Route::new(Method::GET, "/api/acessos", gestor, get(list)).doc(
            Doc::new("Quem viu dados de pacientes num período, quando, de onde e por qual rota; do mais novo ao mais antigo. Só gestores.")
                .query::<AcessosFilter>()
                .ok::<AcessosOut>(),
        ),
        Route::new(Method::GET, "/api/pacientes/{id}/acessos", gestor, get(of_patient)).doc(
            Doc::new("Quem viu dados deste paciente, também depois de removido; do mais novo ao mais antigo. Só gestores.")
                .query::<Pagina>()
                .ok::<AcessosOut>(),
        ),
    ]
}

/// Which accesses.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct AcessosFilter {
    /// First date, in the clinic's zone; a week before the last when missing.
    de: Option<String>,
    /// Last date, inclusive; today when missing.
    ate: Option<String>,
    /// `medico` or `secretaria`, with `usuario_id`: only what this person was shown.
    #[param(pattern = "^(medico|secretaria)$")]
    usuario_tipo: Option<String>,
    usuario_id: Option<UserId>,
    /// `proximo` of the page before.
    cursor: Option<String>,
}

/// Where the list goes on.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Pagina {
    /// `proximo` of the page before.
    cursor: Option<String>,
}

/// A page of accesses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcessosOut {
    acessos: Vec<AcessoOut>,
    proximo: Option<String>,
}

/// Somebody was shown patients. Shown the same again within ten minutes, it is one access.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcessoOut {
    id: AcessoId,
    em: Timestamp,
    #[schema(pattern = "^(medico|secretaria)$")]
    usuario_tipo: String,
    usuario_id: UserId,
    /// Their name, as it is now.
    usuario_nome: Option<String>,
    /// What was shown.
    #[schema(pattern = "^(agenda|cadastro|busca|espera|conversa|exportacao|calendario)$")]
    tipo: String,
    /// The method and the path, without what was in it.
    rota: String,
    /// Whom, by id.
    pacientes: Vec<PacienteId>,
    /// Which conversations, by id.
    conversas: Vec<ConversaId>,
    /// The address it was asked from, when it is known.
    origem_ip: Option<String>,
}

impl From<Acesso> for AcessoOut {
    fn from(row: Acesso) -> Self {
        Self {
            id: row.id,
            em: row.em,
            usuario_tipo: row.usuario_tipo,
            usuario_id: row.usuario_id,
            usuario_nome: row.usuario_nome,
            tipo: row.tipo,
            rota: row.rota,
            pacientes: row.pacientes,
            conversas: row.conversas,
            origem_ip: row.origem_ip,
        }
    }
}

fn page(mut rows: Vec<Acesso>) -> Json<AcessosOut> {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let proximo = rows.last().filter(|_| more).and_then(|last| cursor::encode(&(last.em, last.id)));
    Json(AcessosOut { acessos: rows.into_iter().map(Into::into).collect(), proximo })
}

/// `GET /api/acessos`: who manages the clinic.
async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(query): Query<AcessosFilter>,
) -> Result<Json<AcessosOut>, Problem> {
    let mut fields = Fields::default();
    let first = query.de.as_deref().map(|text| fields.date("de", text));
    let last = query.ate.as_deref().map(|text| fields.date("ate", text));
    let types = [("medico", UserType::Medico), ("secretaria", UserType::Secretaria)];
    let user_type = query.usuario_tipo.as_deref().map(|word| fields.one_of("usuario_tipo", word, &types));
    let usuario = match (user_type.flatten(), query.usuario_id) {
        (Some(user_type), Some(id)) => Some((user_type, id)),
        (None, None) => None,
        _ => {
            fields.wrong("usuario_id", "Use “usuario_tipo” e “usuario_id” juntos.");
            None
        }
    };
    fields.finish()?;
    let after: Option<Place> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(&session, async |tx| {
            let last = last.flatten().unwrap_or_else(|| tx.time_zone().to_datetime(now).date());
            let first = first.flatten().unwrap_or_else(|| last.saturating_sub((USUAL_DAYS - 1).days()));
            if first > last {
                return Err(Problem::field("ate", "O fim não pode vir antes do começo."));
            }
            let (from, to) = stretch(tx, first, last)?;
            // Postgres knows fewer years than a cursor that was made up.
            if after.is_some_and(|(at, _)| at < from || at >= to) {
                return Err(cursor::refused());
            }
            acessos::list(tx, &Filter { from, to, usuario, after }).await.map(page)
        })
        .await
}

/// `GET /api/pacientes/{id}/acessos`: who manages the clinic.
async fn of_patient(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
    Query(query): Query<Pagina>,
) -> Result<Json<AcessosOut>, Problem> {
    let after: Option<Place> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    if after.is_some_and(|(at, _)| at > parts.clock.now() || at < Timestamp::UNIX_EPOCH) {
        return Err(cursor::refused());
    }
    parts.db.in_tenant(&session, async |tx| acessos::list_of_patient(tx, id, after).await.map(page)).await
}
