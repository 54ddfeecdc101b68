//! `GET` and `POST /api/conversas/{id}/mensagens`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::auth::rate::Limited;
use shared::auth::{Access, Dados, Session};
use shared::db::inbox::acts;
use shared::db::inbox::messages::{self, Mensagem};
use shared::db::settings::respostas as templates;
use shared::db::{TenantTx, clinica, inbox, limites};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Path, Query, Route, cursor};
use shared::id::{ConversaId, MensagemId, RespostaId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::whatsapp::Detalhes;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::respostas::{LONGEST, checked, fill};
use crate::since;

const PAGE: i64 = 50;
/// What people write; each message that leaves is work for the queue all clinics share.
const WRITING: Limited = Limited { name: "mensagens_equipe", most: 60, window: 60 };
/// The same of everybody at a clinic.
const WRITING_BY_CLINIC: Limited = Limited { name: "mensagens_equipe_clinica", most: 240, window: 60 };
/// More than this changed in one conversation since somebody looked: they had better read it again.
const MOST_CHANGED: usize = 200;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let path = "/api/conversas/{id}/mensagens";
    vec![
        Route::new(Method::GET, path, Access::Desk, get(list)).shows(Dados::Conversa).doc(
            Doc::new("As mensagens de uma conversa, as mais novas primeiro; com `desde`, só as novas e as que mudaram.")
                .query::<Pagina>()
                .ok::<MensagensOut>(),
        ),
        Route::new(Method::POST, path, Access::Desk, post(answer)).doc(
            Doc::new("Responde ao paciente e assume a conversa: o assistente se cala.")
                .body::<RespostaIn>()
                .idempotent()
                .created::<MensagemOut>()
                .refuses(&[409, 429]),
        ),
    ]
}

/// Which part of a conversation.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Pagina {
    /// `proximo` of the page before.
    cursor: Option<String>,
    /// `desde` of an earlier answer, of this conversation or of the list; stands alone.
    desde: Option<String>,
}

/// A page of messages, or those that are new or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MensagensOut {
    mensagens: Vec<MensagemOut>,
    /// The `cursor` of the next page, which is older.
    proximo: Option<String>,
    /// To be handed back, for what changes from now on.
    desde: String,
    /// With `desde`: too much changed to be told; read the conversation again.
    recarregar: bool,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MensagemOut {
    id: MensagemId,
    conversa_id: ConversaId,
    #[schema(pattern = "^(paciente|bot|humano)$")]
    autor: String,
    /// Who of the clinic wrote it here; none for what was typed on a phone.
    usuario: Option<String>,
    /// `texto`, `audio`, `imagem`, …
    tipo: String,
    /// None once it was deleted, and of what has no words.
    texto: Option<String>,
    /// The patient spoke: `texto` is what was understood.
    transcricao: bool,
    /// A document's name, as its sender called it.
    arquivo: Option<String>,
    /// How long a recording is said to be.
    segundos: Option<u32>,
    /// What a poll offers.
    opcoes: Vec<String>,
    /// What was sent with it can be asked for: `GET …/arquivo`.
    abre: bool,
    /// The message it answers, reacts to or votes in; none when the conversation does not have it.
    citada: Option<CitadaOut>,
    /// `recebida`, of a patient's; of ours how far it got. `incerta`: it left, and nobody knows whether it arrived. `aguardando`: WhatsApp
    /// takes it only after the patient's next message, which was asked for.
    #[schema(pattern = "^(recebida|pendente|enviada|entregue|lida|falhou|incerta|aguardando)$")]
    estado: String,
    /// Why it did not arrive: the number is not on WhatsApp, WhatsApp refused it, we gave up; or may not have: nobody confirmed it.
    #[schema(pattern = "^(sem_whatsapp|recusada|desistimos|sem_confirmacao)$")]
    falha: Option<String>,
    criado_em: Timestamp,
    editada_em: Option<Timestamp>,
    /// When it was deleted, or taken back before it left.
    apagada_em: Option<Timestamp>,
}

/// A message another one speaks of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CitadaOut {
    id: MensagemId,
    #[schema(pattern = "^(paciente|bot|humano)$")]
    autor: String,
    /// `texto`, `audio`, `imagem`, …
    tipo: String,
    /// Its first 160 characters.
    texto: Option<String>,
}

impl CitadaOut {
    fn of(row: &Mensagem) -> Option<Self> {
        let (autor, tipo) = (row.citada_autor.clone()?, row.citada_tipo.clone()?);
        Some(Self { id: row.citada_id?, autor, tipo, texto: row.citada_texto.clone() })
    }
}

impl From<Mensagem> for MensagemOut {
    fn from(row: Mensagem) -> Self {
        let citada = CitadaOut::of(&row);
        let Detalhes { arquivo, segundos, opcoes, .. } =
            row.detalhes.map(|details| details.0).unwrap_or_default();
        Self {
            id: row.id,
            conversa_id: row.conversa_id,
            autor: row.autor,
            usuario: row.usuario,
            transcricao: row.tipo == "audio" && row.texto.is_some(),
            tipo: row.tipo,
            texto: row.texto,
            arquivo,
            segundos,
            opcoes,
            abre: row.abre,
            citada,
            estado: row.estado,
            falha: row.falha,
            criado_em: row.criado_em,
            editada_em: row.editada_em,
            apagada_em: row.apagada_em,
        }
    }
}

/// An answer: a text, or a template; one of both.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct RespostaIn {
    /// 1 to 4000 characters.
    texto: Option<String>,
    /// Sent with the patient's first name and the clinic's name filled in.
    resposta_pronta_id: Option<RespostaId>,
}

/// What is to be said, before it is filled in.
enum Words {
    Text(String),
    Template(RespostaId),
}

impl RespostaIn {
    fn check(self) -> Result<Words, Problem> {
        match (self.texto, self.resposta_pronta_id) {
            (Some(texto), None) => checked("texto", &texto, 1..=LONGEST).map(Words::Text),
            (None, Some(id)) => Ok(Words::Template(id)),
            _ => Err(Problem::field(
                "texto",
                "Escreva a mensagem ou escolha uma resposta pronta: uma das duas.",
            )),
        }
    }
}

impl Words {
    async fn spoken(self, tx: &mut TenantTx, id: ConversaId) -> Result<String, Problem> {
        let template = match self {
            Self::Text(text) => return Ok(text),
            Self::Template(id) => templates::get(tx, id).await?.settings.texto,
        };
        let thread = inbox::get(tx, id).await?;
        let text = fill(&template, thread.nome(), &clinica::get(tx).await?.nome);
        checked("resposta_pronta_id", &text, 1..=LONGEST)
    }
}

/// `GET /api/conversas/{id}/mensagens`: who works for the whole clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
    Query(query): Query<Pagina>,
) -> Result<Json<MensagensOut>, Problem> {
    if query.desde.is_some() && query.cursor.is_some() {
        return Err(Problem::field("desde", "Use “cursor” ou “desde”, um dos dois."));
    }
    let before: Option<MensagemId> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    parts
        .db
        .in_tenant(&session, async |tx| {
            let (now, since) = since::read(tx, query.desde.as_deref()).await?;
            let desde = since::encode(&now)?;
            inbox::ensure(tx, id).await?;
            if let Some(since) = &since {
                let changed = messages::changed(tx, id, since, MOST_CHANGED).await?;
                let recarregar = changed.is_none();
                let mensagens = changed.unwrap_or_default().into_iter().map(Into::into).collect();
                return Ok(Json(MensagensOut { mensagens, proximo: None, desde, recarregar }));
            }
            let mut rows = messages::list(tx, id, before, PAGE + 1).await?;
            let more = i64::try_from(rows.len()).is_ok_and(|count| count > PAGE);
            if more {
                rows.pop();
            }
            let proximo = rows.last().filter(|_| more).and_then(|last| cursor::encode(&last.id));
            let mensagens = rows.into_iter().map(Into::into).collect();
            Ok(Json(MensagensOut { mensagens, proximo, desde, recarregar: false }))
        })
        .await
}

/// `POST /api/conversas/{id}/mensagens`: who works for the whole clinic. Honours `Idempotency-Key`.
pub(crate) async fn answer(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
    key: IdempotencyKey,
    Json(body): Json<RespostaIn>,
) -> Result<Response, Problem> {
    // One key in two conversations is two requests.
    let payload = json!({ "conversa_id": id, "corpo": body });
    let words = body.check()?;
    let now = parts.clock.now();
    let clinic = Some(session.tenant().cliente_id());
    let counts = [WRITING.of(clinic, &session.counted_as()), WRITING_BY_CLINIC.of(clinic, "")];
    parts.db.ensure_goes_on(&session).await?;
    parts.rate.count_all(&counts).await?;
    let route = "POST /api/conversas/{id}/mensagens";
    create_once(&parts, &session, key, route, &payload, async |tx| {
        let held = acts::hold(tx, id).await?;
        let text = words.spoken(tx, id).await?;
        // Whoever is in danger is answered beyond any limit.
        if !held.is_urgent() {
            limites::ensure_message(tx, now).await?;
        }
        let written = messages::write(tx, &held, &text, (&session).into(), now).await?;
        acts::take_over(tx, &held, (&session).into(), now).await?;
        Ok(MensagemOut::from(written))
    })
    .await
}
