//! `/api/admin/filas`: the queues, what nobody could handle of each, and taking it back. What a message says and who wrote it are never shown: whose
//! clinic, of what kind, since when, and why it failed last, when that is known. `hi dlq` does the same through the same door.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::routing::{get, post};
use http::Method;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use shared::auth::{Access, Operators};
use shared::db::operacao::auditoria::record;
use shared::db::operacao::instancias::{self, Conta};
use shared::http::{Doc, Json, Path, Route};
use shared::id::ClienteId;
use shared::ledger::Ledger;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::queue::Queue;
use shared::queue::letters::{Kind, Letter};
use shared::queue::redrive::{DeadLetters, Depth, RedriveError};
use utoipa::ToSchema;

use crate::AppState;
use crate::caller::Caller;

/// The queue of what WhatsApp tells; the only one.
const ENTRADA: &str = "entrada";
/// Messages that are looked at.
const MOST_SHOWN: usize = 50;
/// Messages one request takes back: a second or two, so that whoever waits sees it go on.
const MOST_TAKEN_BACK: u64 = 100;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let clinics = Access::Operator(Operators::Clinics);
    vec![
        Route::new(Method::GET, "/api/admin/filas", clinics, get(list))
            .doc(Doc::new("As filas: o que espera, o que está em trabalho e o que parou.").ok::<FilasOut>()),
        Route::new(Method::GET, "/api/admin/filas/{nome}/paradas", clinics, get(dead)).doc(
            Doc::new("As mensagens que ninguém conseguiu tratar, da mais antiga à mais nova, até 50. Sem o que dizem nem de quem são.")
                .ok::<ParadasOut>(),
        ),
        Route::new(Method::POST, "/api/admin/filas/{nome}/devolucao", clinics, post(take_back)).doc(
            Doc::new("Devolve à fila até 100 mensagens paradas, na ordem de cada conversa. Pode ser repetida até não restar nenhuma.")
                .ok::<DevolucaoOut>(),
        ),
    ]
}

/// All queues.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilasOut {
    filas: Vec<Fila>,
}

/// A queue, as far as SQS knows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fila {
    nome: &'static str,
    #[serde(flatten)]
    depth: Depth,
    /// How long the oldest message the assistant was handed last had waited; SQS itself does not say how old what waits is.
    espera_ms: Option<u64>,
    /// Since when the oldest of those it lays aside lies there.
    parada_desde: Option<Timestamp>,
}

/// What nobody could handle.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParadasOut {
    paradas: Vec<Parada>,
    /// How many there are, shown or not.
    total: u64,
}

/// One message.
#[expect(clippy::struct_field_names, reason = "it was received, and it was laid aside")]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Parada {
    /// Its name in the queue.
    id: String,
    /// `message`, `edit`, `deletion`, `delivery`, `connection`, `code`, as WhatsApp told it; `owed`, somebody is owed an answer; `nudge`, something waits to
    /// be sent; `unknown`.
    #[schema(pattern = "^(message|edit|deletion|delivery|connection|code|owed|nudge|unknown)$")]
    tipo: &'static str,
    /// Whose it is; none when no clinic has the account.
    cliente_id: Option<ClienteId>,
    /// The clinic.
    cliente_nome: Option<String>,
    /// The account it came through.
    instancia: Option<String>,
    /// When it came from WhatsApp.
    recebida_em: Option<Timestamp>,
    /// When it was laid aside.
    parada_em: Option<Timestamp>,
    /// How often it was handed to somebody; being shown here counts too.
    entregas: u64,
    /// The problem it failed with last, as logs name it; none when nobody lived to tell.
    erro: Option<String>,
}

/// What was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DevolucaoOut {
    devolvidas: u64,
    /// What lies there still.
    restantes: u64,
}

fn away(error: &RedriveError) -> Problem {
    tracing::error!(%error, "the queue did not answer");
    Problem::Unavailable
}

/// The queue of this name and what it lays aside.
async fn named(queue: &Queue, nome: &str) -> Result<DeadLetters, Problem> {
    if nome != ENTRADA {
        return Err(Problem::NotFound);
    }
    queue.dead_letters().await.map_err(|error| away(&error))
}

/// How many messages wait to be handled; none when nobody can say.
pub(crate) async fn waiting(queue: &Queue) -> Option<u64> {
    let letters = named(queue, ENTRADA).await.ok()?;
    letters.depth().await.ok().map(|depth| depth.esperando)
}

/// `GET /api/admin/filas`: who looks after clinics.
async fn list(
    State(parts): State<HttpParts>,
    State(queue): State<Queue>,
    caller: Caller,
) -> Result<Json<FilasOut>, Problem> {
    caller.act(&parts, async |_| Ok(())).await?;
    let letters = named(&queue, ENTRADA).await?;
    let depth = letters.depth().await.map_err(|error| away(&error))?;
    let oldest =
        if depth.paradas > 0 { letters.look(1).await.map_err(|error| away(&error))? } else { vec![] };
    let waited = parts.ledger.pulse("assistant").await?.and_then(|pulse| pulse.waited);
    let fila = Fila {
        nome: ENTRADA,
        depth,
        espera_ms: waited.and_then(|waited| u64::try_from(waited.as_millis()).ok()),
        parada_desde: oldest.first().and_then(|letter| letter.laid_aside_at),
    };
    Ok(Json(FilasOut { filas: vec![fila] }))
}

/// `GET /api/admin/filas/{nome}/paradas`: who looks after clinics.
async fn dead(
    State(parts): State<HttpParts>,
    State(queue): State<Queue>,
    caller: Caller,
    Path(nome): Path<String>,
) -> Result<Json<ParadasOut>, Problem> {
    caller.act(&parts, async |_| Ok(())).await?;
    let letters = named(&queue, &nome).await?;
    let total = letters.depth().await.map_err(|error| away(&error))?.paradas;
    let seen = letters.look(MOST_SHOWN).await.map_err(|error| away(&error))?;
    let accounts: Vec<&str> = seen.iter().filter_map(|letter| letter.account.as_deref()).collect();
    let whose = caller.act(&parts, async |tx| instancias::whose(tx, &accounts).await).await?;
    let whose: BTreeMap<String, Conta> =
        whose.into_iter().map(|conta| (conta.conta.clone(), conta)).collect();
    let mut paradas = Vec::new();
    for letter in seen {
        paradas.push(Parada::of(&parts.ledger, letter, &whose).await?);
    }
    Ok(Json(ParadasOut { total: total.max(u64::try_from(paradas.len()).unwrap_or(u64::MAX)), paradas }))
}

impl Parada {
    async fn of(ledger: &Ledger, letter: Letter, whose: &BTreeMap<String, Conta>) -> Result<Self, Problem> {
        let erro = ledger.failure(&letter.id).await?;
        let conta = letter.account.as_ref().and_then(|account| whose.get(account));
        let tipo = match letter.kind {
            Kind::Told(kind) => kind,
            Kind::Owed => "owed",
            Kind::Nudge => "nudge",
            Kind::Unknown => "unknown",
        };
        Ok(Self {
            tipo,
            cliente_id: conta.map(|conta| conta.cliente_id),
            cliente_nome: conta.map(|conta| conta.nome.clone()),
            instancia: letter.account,
            recebida_em: letter.received_at,
            parada_em: letter.laid_aside_at,
            entregas: letter.received,
            id: letter.id,
            erro,
        })
    }
}

/// `POST /api/admin/filas/{nome}/devolucao`: who looks after clinics. The queue knows no transactions, so the trail has two rows: that it was asked for,
/// before anything moves, and how many it were.
async fn take_back(
    State(parts): State<HttpParts>,
    State(queue): State<Queue>,
    caller: Caller,
    Path(nome): Path<String>,
) -> Result<Json<DevolucaoOut>, Problem> {
    caller.act(&parts, async |_| Ok(())).await?;
    let letters = named(&queue, &nome).await?;
    let alvo = format!("filas/{nome}");
    let paradas = letters.depth().await.map_err(|error| away(&error))?.paradas;
    if paradas == 0 {
        return Ok(Json(DevolucaoOut { devolvidas: 0, restantes: 0 }));
    }
    let asked = json!({ "paradas": paradas, "ate": MOST_TAKEN_BACK });
    caller
        .act(&parts, async |tx| record(tx, "fila_devolucao_pedida", &alvo, None, Some(asked.clone())).await)
        .await?;
    let done = AtomicU64::new(0);
    let ended = letters.redrive(MOST_TAKEN_BACK, &|count| done.store(count, Ordering::Relaxed)).await;
    let devolvidas = done.into_inner();
    let told = json!({ "devolvidas": devolvidas, "interrompida": ended.is_err() });
    caller
        .act(&parts, async |tx| record(tx, "fila_devolvida", &alvo, None, Some(told.clone())).await)
        .await
        .inspect_err(|_| {
            tracing::error!(devolvidas, "messages were taken back and the trail does not say so");
        })?;
    ended.map_err(|error| away(&error))?;
    let restantes = letters.depth().await.map_err(|error| away(&error))?.paradas;
    Ok(Json(DevolucaoOut { devolvidas, restantes }))
}
