//! `GET /api/conversas`, `GET /api/conversas/contagem` and `GET /api/conversas/{id}`.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::auth::rate::Limited;
use shared::auth::{Access, Dados, Session};
use shared::db::TenantTx;
use shared::db::inbox::{self, Changed, Filter, Linked, Place, Thread, ThreadRow, Waiting};
use shared::db::saida::window;
use shared::domain::busca::Busca;
use shared::http::{Doc, Json, Path, Query, Route, cursor};
use shared::id::{ConversaId, PacienteId, UserId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::since;

const PAGE: i32 = 50;
/// How far is counted: every screen asks all day, and who sees more than two digits reads them as "many".
const MOST: i64 = 100;
/// Of fewer characters no index helps, and nearly everybody is found.
const FEWEST: usize = 3;
/// Searches of a user: each is several, as its words are typed.
const SEARCHING: Limited = Limited { name: "busca_conversas", most: 600, window: 3600 };
const MODOS: [&str; 3] = ["bot", "humano", "encerrada"];

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let desk = Access::Desk;
    vec![
        Route::new(Method::GET, "/api/conversas", desk, get(list)).shows(Dados::Conversa).doc(
            Doc::new("As conversas, urgentes primeiro, depois as mais novas; com `desde`, só o que mudou.")
                .query::<Lista>()
                .ok::<ConversasOut>(),
        ),
        Route::new(Method::GET, "/api/conversas/contagem", desk, get(count)).doc(
            Doc::new("Quantas conversas esperam por alguém, para os avisos do menu.").ok::<ContagemOut>(),
        ),
        Route::new(Method::GET, "/api/conversas/{id}", desk, get(one))
            .shows(Dados::Conversa)
            .doc(Doc::new("Uma conversa.").ok::<ConversaOut>()),
    ]
}

/// What a list asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Lista {
    /// Who answers: `bot`, `humano` or `encerrada`.
    #[param(pattern = "^(bot|humano|encerrada)$")]
    modo: Option<String>,
    /// `true`: only with something unread.
    #[serde(default)]
    nao_lidas: bool,
    /// `true`: only urgent ones.
    #[serde(default)]
    urgentes: bool,
    /// Words of the patient's or the profile's name (accents ignored), digits of the phone, or both; at least three characters.
    q: Option<String>,
    /// `proximo` of the page before.
    cursor: Option<String>,
    /// `desde` of an earlier answer; stands alone, because what changed may have left any filter.
    desde: Option<String>,
}

impl Lista {
    fn filter(&self) -> Result<Filter, Problem> {
        if self.modo.as_ref().is_some_and(|modo| !MODOS.contains(&modo.as_str())) {
            return Err(Problem::field("modo", "Use um destes valores: bot, humano, encerrada."));
        }
        let text = self.q.as_deref().map(str::trim).unwrap_or_default();
        if text.chars().count() > 120 {
            return Err(Problem::field("q", "Use no máximo 120 caracteres."));
        }
        let busca = Busca::parse(text);
        let long = |text: &String| text.chars().count() >= FEWEST;
        if !text.is_empty() && !busca.words.iter().chain(&busca.digits).any(long) {
            return Err(Problem::field(
                "q",
                "Escreva ao menos três letras do nome ou três números do telefone.",
            ));
        }
        let (nao_lidas, urgentes) = (self.nao_lidas, self.urgentes);
        Ok(Filter { modo: self.modo.clone(), nao_lidas, urgentes, busca })
    }

    fn stands_alone(&self) -> bool {
        self.modo.is_none() && !self.nao_lidas && !self.urgentes && self.q.is_none() && self.cursor.is_none()
    }
}

/// A page of conversations, or those that changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversasOut {
    conversas: Vec<ConversaOut>,
    /// The `cursor` of the next page.
    proximo: Option<String>,
    /// To be handed back, for what changes from now on.
    desde: String,
    /// With `desde`: conversations that are no more, because their person was erased.
    removidas: Vec<ConversaId>,
    /// With `desde`: too much changed to be told; ask for the list again.
    recarregar: bool,
}

/// How many conversations wait for somebody, counted up to a hundred.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContagemOut {
    /// With something unread.
    nao_lidas: i64,
    /// In which somebody wrote of an emergency and nobody handled it yet.
    urgentes: i64,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversaOut {
    id: ConversaId,
    /// Who is at the other end: the patient last spoken of, the only patient on the phone, or who the profile says it is.
    nome: Option<String>,
    /// What they call themselves on WhatsApp.
    nome_perfil: Option<String>,
    /// E.164; none when WhatsApp tells no phone.
    telefone: Option<String>,
    /// The patients on this phone, the one last spoken of first; at most twenty.
    pacientes: Vec<PacienteDaConversa>,
    /// Who answers.
    #[schema(pattern = "^(bot|humano|encerrada)$")]
    modo: String,
    /// Who took it over here, while a person answers.
    atendente: Option<String>,
    /// Which user that is, of those of `atendente_tipo`.
    atendente_id: Option<UserId>,
    #[schema(pattern = "^(medico|secretaria)$")]
    atendente_tipo: Option<String>,
    /// Of a clinic whose messages leave through Meta: its rule of 24 hours.
    janela: Option<JanelaOut>,
    /// From when the assistant answers again, while a person does: each answer of theirs moves it. The mode changes with the patient's
    /// next message after it.
    volta_em: Option<Timestamp>,
    /// Somebody wrote of an emergency and nobody handled it yet.
    urgente: bool,
    /// The last emergency that was handled.
    urgencia_atendida: Option<UrgenciaAtendida>,
    /// The patient asked the assistant to stop.
    bot_parado: bool,
    /// Until when the assistant is silent because it answered this conversation too often on a day: somebody should look. Over when it is past.
    calado_ate: Option<Timestamp>,
    /// Messages of the patient that nobody of the clinic has read.
    nao_lidas: i32,
    /// When somebody said something last: the order of the list. Reminders and other notices do not count.
    ultima_mensagem_em: Timestamp,
    /// The last message that was not deleted, whoever wrote it.
    ultima_mensagem: Option<UltimaMensagem>,
}

/// Meta lets a free text leave for a day after the patient's last message; later it waits until they answer, which a template asks of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JanelaOut {
    /// Until when; may be past. None: the patient has not written through Meta, or Meta says that the day is over.
    ate: Option<Timestamp>,
}

/// A patient a conversation may be about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PacienteDaConversa {
    id: PacienteId,
    nome: String,
}

/// An emergency somebody handled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UrgenciaAtendida {
    em: Timestamp,
    /// Their name.
    por: Option<String>,
}

/// The last message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UltimaMensagem {
    #[schema(pattern = "^(paciente|bot|humano)$")]
    autor: String,
    /// `texto`, `audio`, `imagem`, …
    tipo: String,
    /// Its first 160 characters.
    texto: Option<String>,
    criado_em: Timestamp,
}

impl From<Linked> for PacienteDaConversa {
    fn from(Linked { id, nome }: Linked) -> Self {
        Self { id, nome }
    }
}

impl ConversaOut {
    /// A thread as its clinic sees it.
    pub(crate) fn of(tenant: &Tenant, thread: Thread) -> Self {
        let meta = tenant.channel().is_some_and(|channel| channel.is_cloud());
        let janela = meta.then(|| JanelaOut { ate: thread.row.recebida_cloud_em.map(window::until) });
        let nome = thread.nome().map(str::to_owned);
        let Thread { row, pacientes } = thread;
        let (ultima_mensagem, urgencia_atendida) = (last_of(&row), handled(&row));
        Self {
            id: row.id,
            nome,
            nome_perfil: row.nome_perfil,
            telefone: row.telefone,
            pacientes: pacientes.into_iter().map(Into::into).collect(),
            modo: row.modo,
            atendente: row.atendente,
            atendente_id: row.atendente_id,
            atendente_tipo: row.atendente_tipo,
            janela,
            volta_em: row.volta_em,
            urgente: row.urgente,
            urgencia_atendida,
            bot_parado: row.bot_parado,
            calado_ate: row.calado_ate,
            nao_lidas: row.nao_lidas,
            ultima_mensagem_em: row.ultima_mensagem_em,
            ultima_mensagem,
        }
    }
}

fn handled(row: &ThreadRow) -> Option<UrgenciaAtendida> {
    let em = row.urgencia_atendida_em?;
    Some(UrgenciaAtendida { em, por: row.urgencia_atendida_por.clone() })
}

fn last_of(row: &ThreadRow) -> Option<UltimaMensagem> {
    let (autor, tipo) = (row.ultima_autor.clone()?, row.ultima_tipo.clone()?);
    Some(UltimaMensagem { autor, tipo, texto: row.ultima_texto.clone(), criado_em: row.ultima_em? })
}

/// `GET /api/conversas`: who works for the whole clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(query): Query<Lista>,
) -> Result<Json<ConversasOut>, Problem> {
    if query.desde.is_some() && !query.stands_alone() {
        let rule = "Com “desde” não use filtros: o que mudou pode ter saído deles.";
        return Err(Problem::field("desde", rule));
    }
    let filter = query.filter()?;
    let tenant = session.tenant();
    let after: Option<Place> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let work = async |tx: &mut TenantTx| {
        let (now, since) = since::read(tx, query.desde.as_deref()).await?;
        let desde = since::encode(&now)?;
        if let Some(since) = since {
            return Ok(Json(news(tenant, inbox::changed(tx, &since).await?, desde)));
        }
        let mut rows = inbox::list(tx, &filter, after, PAGE + 1).await?;
        let more = i32::try_from(rows.len()).is_ok_and(|count| count > PAGE);
        if more {
            rows.pop();
        }
        let proximo = rows.last().filter(|_| more).and_then(|last| {
            let row = &last.row;
            cursor::encode(&(row.urgente, row.ultima_mensagem_em, row.id))
        });
        let conversas = rows.into_iter().map(|row| ConversaOut::of(tenant, row)).collect();
        Ok(Json(ConversasOut { conversas, proximo, desde, removidas: Vec::new(), recarregar: false }))
    };
    if filter.busca.is_empty() {
        return parts.db.in_tenant(&session, work).await;
    }
    // A common word is many people's, whose threads are all found before the newest are told.
    parts.rate.count(Some(tenant.cliente_id()), SEARCHING, &session.counted_as()).await?;
    parts.db.in_turn_to_search(&session, work).await
}

fn news(tenant: &Tenant, changed: Changed, desde: String) -> ConversasOut {
    let (conversas, removidas, recarregar) = match changed {
        Changed::Threads(threads, removed) => {
            (threads.into_iter().map(|thread| ConversaOut::of(tenant, thread)).collect(), removed, false)
        }
        Changed::TooMuch => (Vec::new(), Vec::new(), true),
    };
    ConversasOut { conversas, proximo: None, desde, removidas, recarregar }
}

/// `GET /api/conversas/contagem`: who works for the whole clinic.
pub(crate) async fn count(
    State(parts): State<HttpParts>,
    session: Session,
) -> Result<Json<ContagemOut>, Problem> {
    let Waiting { nao_lidas, urgentes } =
        parts.db.in_tenant(&session, async |tx| inbox::waiting(tx, MOST).await).await?;
    Ok(Json(ContagemOut { nao_lidas, urgentes }))
}

/// `GET /api/conversas/{id}`: who works for the whole clinic. Reading marks nothing as read; `POST …/lida` does.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConversaId>,
) -> Result<Json<ConversaOut>, Problem> {
    let thread = parts.db.in_tenant(&session, async |tx| inbox::get(tx, id).await).await?;
    Ok(Json(ConversaOut::of(session.tenant(), thread)))
}
