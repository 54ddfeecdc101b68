//! `GET /api/conversas/{id}/mensagens/{mensagem}/arquivo`: the picture, the recording or the document a patient sent, on demand.
//!
//! Nothing is kept: whoever carries the clinic's messages is asked each time, outside of every transaction. What came is whatever somebody
//! wanted to send, so its bytes say what it is ([`arquivo`]), and what is none of the few kinds that do no harm stays on the clinic's phone.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Method};
use shared::auth::rate::Limited;
use shared::auth::{Access, Dados, Session};
use shared::db::inbox;
use shared::db::inbox::messages::{self, Anexo};
use shared::domain::arquivo;
use shared::http::{Doc, Path, Route};
use shared::id::{ConversaId, MensagemId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::{Channel, Gateway, Media, SendError};
use tokio::time::{Duration, timeout};

use crate::AppState;

/// Bytes of the largest. A Lambda answers with six megabytes at most, and bytes travel there as base64, four letters for three.
const LARGEST: usize = 4 * 1024 * 1024;
/// Each is fetched from WhatsApp anew; people look at some in a minute.
const OPENING: Limited = Limited { name: "conversas_arquivo", most: 30, window: 60 };
/// The same of everybody at a clinic.
const OPENING_BY_CLINIC: Limited = Limited { name: "conversas_arquivo_clinica", most: 60, window: 60 };
/// How long one is waited for. How large it is only its bytes tell, and with the counts above no clinic holds more than a few executions, whatever was sent to
/// it.
const PATIENCE: Duration = Duration::from_secs(6);
const NOT_HERE: &str = "Este arquivo não abre por aqui: é grande demais, de outro tipo, ou o WhatsApp não o guarda mais. Veja no celular da clínica.";

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let path = "/api/conversas/{id}/mensagens/{mensagem}/arquivo";
    let what =
        "A foto, o áudio ou o PDF de uma mensagem, buscado no WhatsApp da clínica e não guardado; até 4 MB.";
    let doc = arquivo::TIPOS.iter().fold(Doc::new(what), |doc, tipo| doc.answers_as::<String>(200, tipo));
    vec![
        Route::new(Method::GET, path, Access::Desk, get(open))
            .shows(Dados::Conversa)
            .doc(doc.refuses(&[409, 429])),
    ]
}

/// `GET /api/conversas/{id}/mensagens/{mensagem}/arquivo`: who works for the whole clinic.
async fn open(
    State(parts): State<HttpParts>,
    State(gateway): State<Gateway>,
    session: Session,
    Path((id, mensagem)): Path<(ConversaId, MensagemId)>,
) -> Result<Response, Problem> {
    let tenant = session.tenant();
    let anexo = parts
        .db
        .in_tenant(&session, async |tx| {
            inbox::get(tx, id).await?;
            messages::anexo(tx, id, mensagem).await
        })
        .await?;
    let clinic = Some(tenant.cliente_id());
    let counts = [OPENING.of(clinic, &session.counted_as()), OPENING_BY_CLINIC.of(clinic, "")];
    parts.rate.count_all(&counts).await?;
    answer(fetch(&gateway, tenant, &anexo).await?, mensagem)
}

async fn fetch(gateway: &Gateway, tenant: &Tenant, anexo: &Anexo) -> Result<Media, Problem> {
    let refused = || Problem::Conflict { detail: NOT_HERE.to_owned() };
    // Meta's media are named by an id of their own, whichever account carries the clinic's messages by now.
    let channel = match (&anexo.midia, tenant.whatsapp_instance()) {
        (Some(_), _) => Channel::Cloud { phone_number_id: String::new() },
        (None, Some(instance)) => Channel::Evolution { instance: instance.to_owned() },
        (None, None) => return Err(refused()),
    };
    let fetching = gateway.media(&channel, &anexo.whatsapp_id, anexo.midia.as_deref(), LARGEST);
    let Ok(fetched) = timeout(PATIENCE, fetching).await else {
        tracing::warn!(cliente.id = %tenant.cliente_id(), "a file took too long");
        return Err(refused());
    };
    fetched.map_err(|error| {
        tracing::warn!(cliente.id = %tenant.cliente_id(), detail = error.detail(), "a file was not fetched");
        if matches!(error, SendError::Refused { .. }) { refused() } else { Problem::Unavailable }
    })
}

/// The bytes under the type they prove, as nothing a browser would run.
fn answer(media: Media, id: MensagemId) -> Result<Response, Problem> {
    let Some(found) = arquivo::read(&media.bytes) else {
        return Err(Problem::Conflict { detail: NOT_HERE.to_owned() });
    };
    let how = if found.mostra { "inline" } else { "attachment" };
    // The sender's name for it is not repeated: it could lie about what it is.
    let named = format!("{how}; filename=\"mensagem-{id}.{}\"", found.final_do_nome);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(found.tipo)),
        (CONTENT_DISPOSITION, HeaderValue::try_from(named).map_err(|_| Problem::Internal)?),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, media.bytes).into_response())
}
