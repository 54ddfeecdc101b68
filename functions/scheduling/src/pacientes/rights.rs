//! What the law (LGPD, Lei 13.709/2018, art. 18) lets a person ask for: `GET /api/pacientes/{id}/exportacao` and
//! `POST /api/pacientes/{id}/anonimizacao`.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::auth::Session;
use shared::cache::Key;
use shared::db::pacientes::removal::{Mantido, Registro, Removido};
use shared::db::pacientes::{self, erase, export};
use shared::db::{TenantTx, auditoria, heavy};
use shared::http::{Json, Path};
use shared::id::{ConversaId, PacienteId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::author;
use crate::exportacoes::COPIES;
use crate::input::Fields;
use crate::large::REMOVALS;

/// Everything a clinic holds of a person. The rows have the columns' names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportacaoOut {
    gerado_em: Timestamp,
    #[schema(value_type = Object)]
    paciente: Value,
    /// Rows that were merged into this one.
    #[schema(value_type = Vec<Object>)]
    cadastros_unidos: Value,
    /// What they agreed to or refused, when and how.
    #[schema(value_type = Vec<Object>)]
    consentimentos: Value,
    /// Each with its `historico`, the last 1000 changes; `historico_incompleto` says whether there were more.
    #[schema(value_type = Vec<Object>)]
    agendamentos: Value,
    #[schema(value_type = Vec<Object>)]
    lista_espera: Value,
    #[schema(value_type = Vec<Object>)]
    reservas: Value,
    /// Each with its `mensagens`; one on a phone of several people is `compartilhada` and comes without them.
    #[schema(value_type = Vec<Object>)]
    conversas: Value,
    /// What was done to their data.
    #[schema(value_type = Vec<Object>)]
    auditoria: Value,
}

/// Why the data are removed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EraseIn {
    /// For the audit; without personal data.
    motivo: String,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnonimizacaoOut {
    id: PacienteId,
    anonimizado_em: Timestamp,
    /// What went, by category.
    removido: Vec<Removido>,
    /// What stayed, on what legal basis and until when.
    mantido: Vec<Mantido>,
}

/// What a person agreed to or withdrew.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentimentosOut {
    atual: ConsentimentosAtuais,
    /// Every entry, oldest first; none is ever changed.
    registros: Vec<ConsentimentoOut>,
}

/// What holds now: the last entry of each kind; null where nobody said anything.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentimentosAtuais {
    lembretes: Option<bool>,
    marketing: Option<bool>,
    /// Whether the assistant may talk to them.
    whatsapp: Option<bool>,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentimentoOut {
    #[schema(pattern = "^(lembretes|marketing|whatsapp)$")]
    tipo: String,
    /// `false`: withdrawn, or refused.
    aceito: bool,
    /// Of the text they were asked with; null for a word of their own, as “parar”.
    versao: Option<String>,
    canal: String,
    /// `paciente`, `medico`, `secretaria`, `sistema`.
    autor_tipo: Option<String>,
    /// What that one is called now, if it was a user.
    autor_nome: Option<String>,
    /// The conversation it was said in: it is of everybody on that phone.
    conversa_id: Option<ConversaId>,
    em: Timestamp,
}

/// `GET /api/pacientes/{id}/consentimentos`: users of the clinic; a médico of those with an appointment with them.
pub(crate) async fn consents(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
) -> Result<Json<ConsentimentosOut>, Problem> {
    let only = session.scope().only();
    let entries = parts
        .db
        .in_tenant(&session, async |tx| {
            let id = pacientes::get_visible(tx, id, only).await?.id;
            pacientes::consents::list(tx, id).await
        })
        .await?;
    let holds = pacientes::consents::current(&entries);
    let of = |tipo: &str| holds.get(tipo).copied();
    let (lembretes, marketing, whatsapp) = (of("lembretes"), of("marketing"), of("whatsapp"));
    let atual = ConsentimentosAtuais { lembretes, marketing, whatsapp };
    let registros = entries.into_iter().map(|entry| ConsentimentoOut {
        tipo: entry.tipo,
        aceito: entry.aceito,
        versao: entry.versao,
        canal: entry.canal,
        autor_tipo: entry.autor_tipo,
        autor_nome: entry.autor_nome,
        conversa_id: entry.conversa_id,
        em: entry.em,
    });
    Ok(Json(ConsentimentosOut { atual, registros: registros.collect() }))
}

/// `GET /api/pacientes/{id}/exportacao`: who touches the whole clinic; it holds what every professional wrote. Writes into the audit that
/// it was asked for.
pub(crate) async fn export(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
) -> Result<Json<ExportacaoOut>, Problem> {
    COPIES.count(&parts, &session).await?;
    let author = author(&session);
    let held = parts
        .db
        .in_tenant(&session, async |tx| {
            let id = pacientes::get(tx, id).await?.id;
            auditoria::record(tx, author, "paciente_exportado", &format!("pacientes/{id}"), None, None)
                .await?;
            export::export(tx, id).await
        })
        .await?;
    Ok(Json(ExportacaoOut {
        gerado_em: parts.clock.now(),
        paciente: held.paciente,
        cadastros_unidos: held.cadastros_unidos,
        consentimentos: held.consentimentos,
        agendamentos: held.agendamentos,
        lista_espera: held.lista_espera,
        reservas: held.reservas,
        conversas: held.conversas,
        auditoria: held.auditoria,
    }))
}

/// `POST /api/pacientes/{id}/anonimizacao`: a gestor; removes what tells who the person is, for ever. 409 while they have appointments
/// ahead. May be repeated, and of a clinic one is done at a time. Redis forgets after the commit: what it holds is a copy that lives a day.
pub(crate) async fn erase(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
    Json(body): Json<EraseIn>,
) -> Result<Json<AnonimizacaoOut>, Problem> {
    let mut fields = Fields::default();
    let reason = fields.text("motivo", Some(body.motivo), 500);
    if reason.is_none() {
        fields.wrong("motivo", "Escreva por que os dados são removidos.");
    }
    fields.finish()?;
    REMOVALS.count(&parts, &session).await?;
    let reason = reason.unwrap_or_default();
    let (now, author) = (parts.clock.now(), author(&session));
    let work = async |tx: &mut TenantTx| {
        heavy::turn_to_change(tx).await?;
        erase::erase(tx, id, &reason, author, now).await
    };
    let erased = parts.db.in_tenant(&session, work).await?;
    let cliente = session.tenant().cliente_id();
    let phones = erased.telefones.iter().map(|telefone| Key::conversation(cliente, telefone));
    let lids = erased.lids.iter().map(|lid| Key::conversation_of_lid(cliente, lid));
    for key in phones.chain(lids) {
        parts.cache.forget(&key).await;
    }
    let Registro { removido, mantido } = erased.registro;
    Ok(Json(AnonimizacaoOut { id, anonimizado_em: erased.anonimizado_em, removido, mantido }))
}
