//! `POST /api/whatsapp/conexao` and `POST /api/whatsapp/desconexao`.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use shared::auth::rate::{Count, Limited};
use shared::auth::{Access, Session};
use shared::db::conexoes::{self, Conexao, Estado, Seen};
use shared::db::{TenantTx, auditoria, linhas};
use shared::domain::telefone::Telefone;
use shared::http::{Doc, Json, Route};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::whatsapp::{Connecting, InstanceError, Line};
use utoipa::ToSchema;

use super::estado::{WhatsappOut, view};
use super::{ensure_own, instance, refusal};
use crate::AppState;

/// A page that waits asks again when its code is over, every 45 s.
const CONNECTING: Limited = Limited { name: "whatsapp_conexao", most: 30, window: 600 };
/// A code to type rings on a phone, and the phone may be somebody else's.
const PAIRING: Limited = Limited { name: "whatsapp_pareamento", most: 6, window: 3600 };

pub(super) fn routes() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::POST, "/api/whatsapp/conexao", Access::Desk, post(connect)).doc(
            Doc::new("Começa a conectar o WhatsApp da clínica, ou continua: cria a linha se for preciso e pede um código. Pode ser repetida.")
                .body::<ConexaoIn>()
                .ok::<WhatsappOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/whatsapp/desconexao", Access::Gestor, post(disconnect)).doc(
            Doc::new("Encerra a conexão no celular da clínica. Só gestores. Pode ser repetida.")
                .ok::<WhatsappOut>()
                .refuses(&[409]),
        ),
    ]
}

/// How to connect.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ConexaoIn {
    /// The clinic's number, to type a code on its phone instead of scanning one.
    numero: Option<String>,
}

/// `POST /api/whatsapp/conexao`: who works for the whole clinic. Repeated, it goes on where it is.
async fn connect(
    State(parts): State<HttpParts>,
    State(line): State<Line>,
    session: Session,
    Json(body): Json<ConexaoIn>,
) -> Result<Json<WhatsappOut>, Problem> {
    let tenant = session.tenant();
    tenant.ensure_not_suspended()?;
    let instance = instance(tenant)?;
    let number = body.numero.as_deref().filter(|text| !text.trim().is_empty()).map(|text| {
        Telefone::parse(text)
            .map_err(|_| Problem::field("numero", "Escreva o número com DDD, como (11) 98765-4321."))
    });
    let number = number.transpose()?;
    let clinic = Some(tenant.cliente_id());
    let pairing = number.is_some().then(|| PAIRING.of(clinic, ""));
    let counts: Vec<Count> = [CONNECTING.of(clinic, "")].into_iter().chain(pairing).collect();
    parts.db.ensure_goes_on(&session).await?;
    parts.rate.count_all(&counts).await?;
    let asked = parts.clock.now();
    let digits = number.as_ref().map(Telefone::digits);
    let (known, own) =
        parts.db.in_tenant(&session, async |tx| ask_for(tx, &session, instance, digits).await).await?;
    if !own {
        claim(&parts, &line, &session, instance).await?;
    }
    let doubted = known.is_some_and(|known| known.suspeita_desde.is_some());
    let progress =
        line.begin(&parts.clock, instance, digits, doubted).await.map_err(|error| refusal(tenant, &error))?;
    let account = match progress {
        Connecting::Open => line.evolution.account(instance).await.unwrap_or_default(),
        _ => None,
    };
    parts
        .db
        .in_tenant(&session, async |tx| {
            let now = parts.clock.now();
            let before = conexoes::find(tx, instance).await?;
            let seen = |estado, at| Seen { estado, motivo: None, account: account.clone(), stamp: None, at };
            match &progress {
                Connecting::Open => {
                    conexoes::enter(tx, instance, &seen(Estado::Aberta, asked)).await?;
                }
                Connecting::Wait => {
                    conexoes::enter(tx, instance, &seen(Estado::Conectando, asked)).await?;
                }
                Connecting::Scan(code) => {
                    // Whatever was believed: what asks to be scanned is not connected.
                    conexoes::change(tx, instance, |conexao| {
                        conexao.enter(&seen(Estado::Conectando, now));
                        conexao.show(code, now, now);
                    })
                    .await?;
                }
            }
            if let Some(number) = digits.filter(|_| progress != Connecting::Open) {
                conexoes::change(tx, instance, |conexao| conexao.numero_pedido = Some(number.to_owned()))
                    .await?;
            }
            conexoes::look_by(tx, now).await?;
            trace_beginning(tx, &session, before.as_ref()).await
        })
        .await?;
    view(&parts, &session).await.map(Json)
}

/// A new clinic takes up no instance that was there before it: the phone it may be linked to is somebody else's. When Evolution has none of the name, what it
/// will have is the clinic's.
async fn claim(parts: &HttpParts, line: &Line, session: &Session, instance: &str) -> Result<(), Problem> {
    let state = line.evolution.state(instance).await;
    let now = parts.clock.now();
    let missing = match state {
        Ok(_) => false,
        Err(InstanceError::Missing) => true,
        Err(error) => return Err(refusal(session.tenant(), &error)),
    };
    let own = parts.db.in_tenant(session, async |tx| {
        if missing {
            linhas::begins(tx, instance, now).await?;
        }
        linhas::is_own(tx, instance).await
    });
    if own.await? {
        // Whoever asks next finds that messages leave through it.
        parts.gate.tenants.forget(session.tenant().subdomain()).await;
        return Ok(());
    }
    tracing::error!(cliente.id = %session.tenant().cliente_id(), "an instance of the clinic's name was not made for it");
    let detail = "A linha de WhatsApp desta clínica ainda não pode ser ligada: na Evolution há outra com o mesmo nome. Fale com o suporte.";
    Err(Problem::Conflict { detail: detail.to_owned() })
}

/// Keeps who asks for a code to type, and for which number, before anybody's phone rings; what is known of the connection, and whether it was made for
/// the clinic.
async fn ask_for(
    tx: &mut TenantTx,
    session: &Session,
    instance: &str,
    number: Option<&str>,
) -> Result<(Option<Conexao>, bool), Problem> {
    if let Some(number) = number {
        let asked = Some(json!({ "numero": number }));
        auditoria::record(tx, session, "whatsapp_codigo_pedido", "whatsapp", None, asked).await?;
    }
    Ok((conexoes::find(tx, instance).await?, linhas::is_own(tx, instance).await?))
}

/// Who began is kept once, not for each code.
async fn trace_beginning(
    tx: &mut TenantTx,
    session: &Session,
    before: Option<&Conexao>,
) -> Result<(), Problem> {
    let went_on = before.is_some_and(|before| matches!(before.estado, Estado::Conectando | Estado::Aberta));
    if went_on {
        return Ok(());
    }
    auditoria::record(tx, session, "whatsapp_conectado", "whatsapp", None, None).await
}

/// `POST /api/whatsapp/desconexao`: who manages the clinic.
async fn disconnect(
    State(parts): State<HttpParts>,
    State(line): State<Line>,
    session: Session,
) -> Result<Json<WhatsappOut>, Problem> {
    let tenant = session.tenant();
    let instance = instance(tenant)?;
    parts.db.in_tenant(&session, async |tx| ensure_own(tx, instance).await).await?;
    let asked = parts.clock.now();
    line.evolution.logout(instance).await.map_err(|error| refusal(tenant, &error))?;
    parts.db.in_tenant(&session, async |tx| ended(tx, &session, instance, asked).await).await?;
    view(&parts, &session).await.map(Json)
}

async fn ended(
    tx: &mut TenantTx,
    session: &Session,
    instance: &str,
    asked: Timestamp,
) -> Result<(), Problem> {
    let seen = Seen { estado: Estado::Fechada, motivo: Some(401), account: None, stamp: None, at: asked };
    let before = conexoes::find(tx, instance).await?;
    conexoes::enter(tx, instance, &seen).await?;
    if before.is_some_and(|before| before.estado == Estado::Fechada) {
        return Ok(());
    }
    auditoria::record(tx, session, "whatsapp_desconectado", "whatsapp", None, None).await
}
