//! `GET /api/whatsapp`.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::auth::{Access, Session};
use shared::db::conexoes::{self, Conexao};
use shared::db::saida::doubts::{self, Counts};
use shared::db::{TenantTx, alertas};
use shared::http::{Doc, Json, Route};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::whatsapp::qr;
use utoipa::ToSchema;

use super::palavras;
use crate::AppState;

pub(super) fn routes() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::GET, "/api/whatsapp", Access::Desk, get(show)).doc(
            Doc::new("A conexão da clínica com o WhatsApp: o que é, desde quando, o que fazer, e o código para conectar.")
                .ok::<WhatsappOut>(),
        ),
    ]
}

/// The connection, as people read it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhatsappOut {
    /// `sem_linha`: nobody set one up; `nunca_conectado`; `aguardando_leitura`: a code is there to be scanned; `suspeito`: it says that it is
    /// connected, and nothing is heard.
    #[schema(
        pattern = "^(sem_linha|nunca_conectado|conectando|aguardando_leitura|conectado|suspeito|desconectado|recusado)$"
    )]
    situacao: &'static str,
    /// The same in a few words.
    titulo: &'static str,
    /// What it means and what to do.
    orientacao: String,
    /// Since when it is so.
    desde: Option<Timestamp>,
    /// The number that is, or was last, connected: `(11) 99999-0000`.
    numero: Option<String>,
    /// The name of its profile.
    perfil: Option<String>,
    /// When a patient wrote last.
    ultima_recebida_em: Option<Timestamp>,
    /// When something was sent last.
    ultima_enviada_em: Option<Timestamp>,
    /// What to scan; none when nothing is to be scanned now.
    codigo: Option<CodigoOut>,
    /// What is wrong, the oldest first.
    alertas: Vec<AlertaOut>,
    /// What waits, and what did not arrive.
    fila: FilaOut,
    /// A new number: what is sent by itself leaves more slowly for its first week.
    numero_novo: bool,
    /// Whether the caller may end the connection.
    pode_desconectar: bool,
}

/// A code to connect with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodigoOut {
    /// The QR code as a picture, `data:image/svg+xml;base64,…`.
    imagem: String,
    /// What can be typed on the phone instead, `WZYE-H1YY`.
    pareamento: Option<String>,
    /// Until when.
    expira_em: Timestamp,
}

/// Something that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertaOut {
    #[schema(pattern = "^(desconectada|silencio|envios|numero|falhas|incertas|sem_resposta)$")]
    tipo: String,
    texto: String,
    desde: Option<Timestamp>,
}

/// The outbox; figures end at 1000.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilaOut {
    /// Waiting to leave.
    pendentes: i64,
    /// Of the last day, nobody knows whether they arrived.
    incertas: i64,
    /// Of the last day, they did not arrive.
    falhas: i64,
}

/// `GET /api/whatsapp`: who works for the whole clinic.
async fn show(State(parts): State<HttpParts>, session: Session) -> Result<Json<WhatsappOut>, Problem> {
    view(&parts, &session).await.map(Json)
}

/// What everything here answers.
pub(super) async fn view(parts: &HttpParts, session: &Session) -> Result<WhatsappOut, Problem> {
    let now = parts.clock.now();
    let instance = session.tenant().instance_name();
    parts.db.in_tenant(session, async |tx| read(tx, instance, session.is_gestor(), now).await).await
}

async fn read(
    tx: &mut TenantTx,
    instance: Option<&str>,
    gestor: bool,
    now: Timestamp,
) -> Result<WhatsappOut, Problem> {
    let conexao = match instance {
        Some(instance) => conexoes::find(tx, instance).await?,
        None => None,
    };
    let counts = doubts::counts(tx, now).await?;
    let wrong = alerts(tx, conexao.as_ref(), &counts).await?;
    let situacao = palavras::situation(instance.is_some(), conexao.as_ref(), now);
    let codigo = conexao.as_ref().and_then(|conexao| shown(conexao, now));
    Ok(WhatsappOut {
        situacao: situacao.code(),
        titulo: situacao.title(),
        orientacao: situacao.guidance(conexao.as_ref()),
        desde: conexao.as_ref().and_then(|conexao| conexao.desde),
        numero: conexao.as_ref().and_then(|conexao| conexao.numero.as_deref()).map(palavras::number),
        perfil: conexao.as_ref().and_then(|conexao| conexao.perfil.clone()),
        ultima_recebida_em: conexoes::last_heard(tx, now).await?,
        ultima_enviada_em: doubts::last_sent(tx).await?,
        codigo,
        alertas: wrong,
        fila: FilaOut { pendentes: counts.pendentes, incertas: counts.incertas, falhas: counts.falhas },
        numero_novo: conexao.as_ref().is_some_and(|conexao| conexao.is_new(now)),
        pode_desconectar: gestor && conexao.is_some_and(|conexao| conexao.estado == conexoes::Estado::Aberta),
    })
}

fn shown(conexao: &Conexao, now: Timestamp) -> Option<CodigoOut> {
    let (code, expira_em) = conexao.code(now)?;
    let pareamento = conexao.codigo_pareamento.as_deref().map(palavras::pairing);
    Some(CodigoOut { imagem: qr::svg(code)?, pareamento, expira_em })
}

async fn alerts(
    tx: &mut TenantTx,
    conexao: Option<&Conexao>,
    counts: &Counts,
) -> Result<Vec<AlertaOut>, Problem> {
    let standing = alertas::standing(tx).await?.into_iter().map(|alerta| AlertaOut {
        texto: palavras::alert(&alerta.tipo, conexao),
        tipo: alerta.tipo,
        desde: Some(alerta.desde),
    });
    let counted = [
        ("falhas", palavras::failures(counts.falhas)),
        ("incertas", palavras::uncertain(counts.incertas)),
        ("sem_resposta", palavras::unanswered(conexao.map_or(0, |conexao| conexao.falhas))),
    ];
    let counted = counted
        .into_iter()
        .filter_map(|(tipo, texto)| Some(AlertaOut { tipo: tipo.to_owned(), texto: texto?, desde: None }));
    Ok(standing.chain(counted).collect())
}
