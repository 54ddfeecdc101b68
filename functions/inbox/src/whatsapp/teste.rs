//! `POST /api/whatsapp/teste`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::auth::rate::Limited;
use shared::auth::{Access, Session};
use shared::db::TenantTx;
use shared::db::conexoes::{self, Estado};
use shared::db::conversas::{self, Conversa};
use shared::db::mensagens::Autor;
use shared::db::saida::{self, NewSaida};
use shared::domain::telefone::Telefone;
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Route};
use shared::id::{ConversaId, MensagemId, SaidaId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::whatsapp::Contact;
use utoipa::ToSchema;

use super::{ensure_own, instance};
use crate::AppState;

/// It writes to a number that did not write.
const TESTING: Limited = Limited { name: "whatsapp_teste", most: 10, window: 600 };
/// And a clinic tries its connection, not people's patience.
const MOST_A_DAY: u32 = 20;

pub(super) fn routes() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::POST, "/api/whatsapp/teste", Access::Desk, post(send)).doc(
            Doc::new(
                "Envia uma mensagem de teste pelo WhatsApp da clínica; até onde ela chegou está na conversa.",
            )
            .body::<TesteIn>()
            .idempotent()
            .created::<TesteOut>()
            .refuses(&[409, 429]),
        ),
    ]
}

/// Where to.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct TesteIn {
    /// With area code.
    telefone: String,
}

/// What was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TesteOut {
    conversa_id: ConversaId,
    mensagem_id: MensagemId,
    /// `(11) 98765-4321`
    telefone: String,
}

/// `POST /api/whatsapp/teste`: who works for the whole clinic. Honours `Idempotency-Key`.
async fn send(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<TesteIn>,
) -> Result<Response, Problem> {
    let tenant = session.tenant();
    tenant.ensure_not_suspended()?;
    let instance = instance(tenant)?;
    let telefone = Telefone::parse(&body.telefone)
        .map_err(|_| Problem::field("telefone", "Escreva o telefone com DDD, como (11) 98765-4321."))?;
    parts.db.ensure_goes_on(&session).await?;
    parts.rate.count(Some(tenant.cliente_id()), TESTING, "").await?;
    let now = parts.clock.now();
    let text = format!(
        "Olá! Esta é uma *mensagem de teste* do WhatsApp da {}. Se você a recebeu, está tudo certo. Não precisa responder. 👍",
        tenant.nome()
    );
    create_once(&parts, &session, key, "POST /api/whatsapp/teste", &body, async |tx| {
        ensure_own(tx, instance).await?;
        let state = conexoes::find(tx, instance).await?.map(|conexao| conexao.estado);
        if state.is_some_and(|state| !matches!(state, Estado::Aberta | Estado::Desconhecida)) {
            return Err(Problem::Conflict {
                detail: "O WhatsApp da clínica não está conectado. Conecte antes de enviar um teste."
                    .to_owned(),
            });
        }
        let shown = telefone.display();
        let contact =
            Contact { jid: telefone.digits().to_owned(), telefone: Some(telefone.clone()), lid: None };
        let conversa = conversas::open_quietly(tx, &contact).await?;
        let id = write_one(tx, &conversa, &text, now).await?;
        let mensagem_id = saida::hurry(tx, id).await?;
        Ok(TesteOut { conversa_id: conversa.id, mensagem_id, telefone: shown })
    })
    .await
}

/// Writes the message as one of the day's, which are numbered: a number is used once, whoever asks at the same time.
async fn write_one(
    tx: &mut TenantTx,
    conversa: &Conversa,
    texto: &str,
    now: Timestamp,
) -> Result<SaidaId, Problem> {
    let today = now.to_zoned(tx.time_zone().clone());
    for number in 1..=MOST_A_DAY {
        let chave = format!("teste:{}:{number}", today.date());
        let new = NewSaida {
            conversa_id: conversa.id,
            destino: &conversa.jid,
            texto,
            chave: Some(&chave),
            at: now,
            modelo: None,
        };
        if let Some(id) = saida::insert(tx, &new, Autor::Bot).await? {
            return Ok(id);
        }
    }
    let tomorrow = today.tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
    let left = tomorrow.map_or(0, |tomorrow| tomorrow.timestamp().duration_since(now).as_secs());
    Err(Problem::DailyLimit { most: MOST_A_DAY, retry_after_seconds: u64::try_from(left).unwrap_or(1) })
}
