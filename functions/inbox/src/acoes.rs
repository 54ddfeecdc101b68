//! What people do with a conversation: each may be repeated, and answers the conversation as it is then.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use serde::Deserialize;
use shared::auth::{Access, Dados, Session};
use shared::cache::Key;
use shared::db::inbox::acts::{self, Held};
use shared::db::{TenantTx, inbox};
use shared::domain::telefone::Telefone;
use shared::http::{Doc, Json, Path, Query, Route};
use shared::id::{ConversaId, MensagemId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::IntoParams;

use crate::AppState;
use crate::conversas::ConversaOut;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let act = |path, handler, summary| {
        Route::new(Method::POST, path, Access::Desk, handler)
            .shows(Dados::Conversa)
            .doc(Doc::new(summary).ok::<ConversaOut>())
    };
    vec![
        act("/api/conversas/{id}/assumir", post(take_over), "Assume a conversa: o assistente se cala."),
        act(
            "/api/conversas/{id}/devolver",
            post(give_back),
            "Devolve a conversa ao assistente, que recomeça.",
        ),
        act(
            "/api/conversas/{id}/encerrar",
            post(close),
            "Encerra a conversa até o paciente escrever de novo.",
        ),
        act(
            "/api/conversas/{id}/atendida",
            post(handled),
            "Registra que a urgência foi atendida, por quem e quando.",
        ),
        Route::new(Method::POST, "/api/conversas/{id}/lida", Access::Desk, post(read))
            .shows(Dados::Conversa)
            .doc(
                Doc::new("Marca a conversa como lida, até a última mensagem vista.")
                    .query::<Vista>()
                    .ok::<ConversaOut>(),
            ),
    ]
}

/// What somebody saw.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Vista {
    /// The last message they saw; what came after it stays unread. Without it everything is read.
    mensagem_id: Option<MensagemId>,
}

/// Holds the conversation, does it, and answers what became of it.
async fn act(
    parts: &HttpParts,
    session: &Session,
    id: ConversaId,
    work: impl AsyncFnOnce(&mut TenantTx, &Held) -> Result<(), Problem>,
) -> Result<(Held, Json<ConversaOut>), Problem> {
    parts
        .db
        .in_tenant(session, async |tx| {
            let held = acts::hold(tx, id).await?;
            work(tx, &held).await?;
            let thread = inbox::get(tx, id).await?;
            Ok((held, Json(ConversaOut::of(session.tenant(), thread))))
        })
        .await
}

/// `POST /api/conversas/{id}/assumir`: who works for the whole clinic; also from a colleague. Repeated, it counts the silence anew.
pub(crate) async fn take_over(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
) -> Result<Json<ConversaOut>, Problem> {
    let now = parts.clock.now();
    let done =
        act(&parts, &session, id, async |tx, held| acts::take_over(tx, held, (&session).into(), now).await);
    done.await.map(|(_, answer)| answer)
}

/// `POST /api/conversas/{id}/devolver`: who works for the whole clinic. Whoever asked the assistant to stop is not spoken to all the same.
pub(crate) async fn give_back(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
) -> Result<Json<ConversaOut>, Problem> {
    let done = act(&parts, &session, id, async |tx, held| acts::give_back(tx, held, (&session).into()).await);
    let (held, answer) = done.await?;
    forget_mirror(&parts, &session, &held).await;
    Ok(answer)
}

/// `POST /api/conversas/{id}/encerrar`: who works for the whole clinic. An urgency stays first until it is handled.
pub(crate) async fn close(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
) -> Result<Json<ConversaOut>, Problem> {
    let done = act(&parts, &session, id, async |tx, held| acts::close(tx, held, (&session).into()).await);
    let (held, answer) = done.await?;
    forget_mirror(&parts, &session, &held).await;
    Ok(answer)
}

/// `POST /api/conversas/{id}/atendida`: who works for the whole clinic; the first to say it is kept.
pub(crate) async fn handled(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
) -> Result<Json<ConversaOut>, Problem> {
    let now = parts.clock.now();
    let by = (&session).into();
    let done = act(&parts, &session, id, async |tx, held| acts::handle_urgency(tx, held, by, now).await);
    done.await.map(|(_, answer)| answer)
}

/// `POST /api/conversas/{id}/lida`: who works for the whole clinic. An act of its own, because a `GET` writes nothing: a list that is
/// only refreshed, or a page that is fetched ahead, reads nothing.
pub(crate) async fn read(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
    Query(seen): Query<Vista>,
) -> Result<Json<ConversaOut>, Problem> {
    let done = act(&parts, &session, id, async |tx, held| acts::read(tx, held, seen.mensagem_id).await);
    done.await.map(|(_, answer)| answer)
}

/// What the assistant had in mind is mirrored in Redis for whoever looks on; it has forgotten it.
async fn forget_mirror(parts: &HttpParts, session: &Session, held: &Held) {
    let cliente = session.tenant().cliente_id();
    let telefone = held.telefone.as_deref().and_then(|text| Telefone::parse(text).ok());
    let key = match (&telefone, &held.lid) {
        (Some(telefone), _) => Key::conversation(cliente, telefone),
        (None, Some(lid)) => Key::conversation_of_lid(cliente, lid),
        (None, None) => return,
    };
    parts.cache.forget(&key).await;
}
