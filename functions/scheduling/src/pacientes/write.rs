//! `POST /api/pacientes` and `PATCH /api/pacientes/{id}`.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use shared::auth::Session;
use shared::auth::rate::Limited;
use shared::db::TenantTx;
use shared::db::pacientes::{self, Change, LONGEST_NOTE, NewPaciente};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Json, Path};
use shared::id::{ConvenioId, PacienteId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::read::count_opening;
use super::{PacienteOut, author, telefones};
use crate::input::{Fields, one_of};

/// A patient to be created.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct PacienteIn {
    nome: String,
    /// With its area code, however it is written.
    telefone: Option<String>,
    cpf: Option<String>,
    cns: Option<String>,
    email: Option<String>,
    /// `AAAA-MM-DD`.
    nascimento_dia: Option<String>,
    observacoes: Option<String>,
    convenio_id: Option<ConvenioId>,
    /// The number on the plan's card, up to 40 characters.
    carteirinha: Option<String>,
    /// Missing: not asked; reminders are sent.
    aceita_lembretes: Option<bool>,
    /// Missing: not asked; nothing else is sent.
    aceita_marketing: Option<bool>,
}

impl PacienteIn {
    fn check(self, today: Date) -> Result<NewPaciente, Problem> {
        let mut fields = Fields::default();
        let nome = fields.nome("nome", &self.nome);
        let telefone = filled(self.telefone).and_then(|text| fields.telefone("telefone", &text));
        let cpf = filled(self.cpf).and_then(|text| fields.cpf("cpf", &text));
        let cns = filled(self.cns).and_then(|text| fields.cns("cns", &text));
        let email = filled(self.email).and_then(|text| fields.email("email", &text));
        let nascimento_dia =
            filled(self.nascimento_dia).and_then(|text| fields.birthday("nascimento_dia", &text, today));
        let observacoes = fields.text("observacoes", self.observacoes, LONGEST_NOTE);
        let carteirinha = filled(self.carteirinha).and_then(|text| fields.carteirinha("carteirinha", &text));
        fields.finish()?;
        Ok(NewPaciente {
            nome: nome.ok_or(Problem::Internal)?,
            telefone,
            cpf,
            cns,
            email,
            nascimento_dia,
            observacoes,
            convenio_id: self.convenio_id,
            carteirinha,
            aceita_lembretes: self.aceita_lembretes,
            aceita_marketing: self.aceita_marketing,
        })
    }
}

/// What changes: a missing field stays, `null` empties it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
#[expect(clippy::option_option, reason = "null and missing are different")]
pub(crate) struct ChangeIn {
    /// Not emptied.
    #[serde(deserialize_with = "told")]
    nome: Option<Option<String>>,
    #[serde(deserialize_with = "told")]
    telefone: Option<Option<String>>,
    #[serde(deserialize_with = "told")]
    cpf: Option<Option<String>>,
    #[serde(deserialize_with = "told")]
    cns: Option<Option<String>>,
    #[serde(deserialize_with = "told")]
    email: Option<Option<String>>,
    /// `AAAA-MM-DD`.
    #[serde(deserialize_with = "told")]
    nascimento_dia: Option<Option<String>>,
    #[serde(deserialize_with = "told")]
    observacoes: Option<Option<String>>,
    #[serde(deserialize_with = "told")]
    convenio_id: Option<Option<ConvenioId>>,
    /// That of another plan goes with it.
    #[serde(deserialize_with = "told")]
    carteirinha: Option<Option<String>>,
    /// Not emptied.
    #[serde(deserialize_with = "told")]
    aceita_lembretes: Option<Option<bool>>,
    /// Not emptied.
    #[serde(deserialize_with = "told")]
    aceita_marketing: Option<Option<bool>>,
    /// The version the caller has seen.
    versao: Option<i32>,
}

/// Tells `null` from missing.
#[expect(clippy::option_option, reason = "null and missing are different")]
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

impl ChangeIn {
    fn check(self, today: Date) -> Result<Change, Problem> {
        let mut fields = Fields::default();
        let nome = self.nome.and_then(|text| fields.nome("nome", text.as_deref().unwrap_or_default()));
        let telefone =
            self.telefone.map(|text| filled(text).and_then(|text| fields.telefone("telefone", &text)));
        let cpf = self.cpf.map(|text| filled(text).and_then(|text| fields.cpf("cpf", &text)));
        let cns = self.cns.map(|text| filled(text).and_then(|text| fields.cns("cns", &text)));
        let email = self.email.map(|text| filled(text).and_then(|text| fields.email("email", &text)));
        let nascimento_dia = self
            .nascimento_dia
            .map(|text| filled(text).and_then(|text| fields.birthday("nascimento_dia", &text, today)));
        let observacoes = self.observacoes.map(|text| fields.text("observacoes", text, LONGEST_NOTE));
        let carteirinha = self
            .carteirinha
            .map(|text| filled(text).and_then(|text| fields.carteirinha("carteirinha", &text)));
        let aceita_lembretes = yes_or_no(&mut fields, "aceita_lembretes", self.aceita_lembretes);
        let aceita_marketing = yes_or_no(&mut fields, "aceita_marketing", self.aceita_marketing);
        fields.finish()?;
        Ok(Change {
            nome,
            telefone,
            cpf,
            cns,
            email,
            nascimento_dia,
            observacoes,
            convenio_id: self.convenio_id,
            carteirinha,
            aceita_lembretes,
            aceita_marketing,
            versao: self.versao,
        })
    }
}

/// A consent is given or refused, never emptied.
#[expect(clippy::option_option, reason = "null and missing are different")]
fn yes_or_no(fields: &mut Fields, campo: &str, told: Option<Option<bool>>) -> Option<bool> {
    if told == Some(None) {
        fields.wrong(campo, &one_of(["true", "false"]));
    }
    told.flatten()
}

/// An empty text is no text: forms send them.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// Documents a médico writes in an hour. A document is one patient's, so a refused one tells that somebody of the clinic has it, also whose visits the médico must not see:
/// who writes patients down never meets this, who tries numbers does, whether they are somebody's or not.
const DOCUMENTS: Limited = Limited { name: "documentos_medico", most: 20, window: 3600 };

async fn count_documents(
    parts: &HttpParts,
    session: &Session,
    told: [Option<&str>; 2],
) -> Result<(), Problem> {
    let some = told.into_iter().flatten().any(|text| !text.trim().is_empty());
    if session.scope().only().is_none() || !some {
        return Ok(());
    }
    parts.rate.count(Some(session.tenant().cliente_id()), DOCUMENTS, &session.counted_as()).await
}

/// The clinic's date: nobody is born tomorrow.
fn today(tx: &TenantTx, now: Timestamp) -> Date {
    tx.time_zone().to_datetime(now).date()
}

/// Reads what a médico sends before anything of it is counted: what is refused for how it is written writes nobody down, and must not tell a phone from another.
async fn read_first<T>(
    parts: &HttpParts,
    session: &Session,
    read: impl FnOnce(Date) -> Result<T, Problem>,
) -> Result<(), Problem> {
    if session.scope().only().is_none() {
        return Ok(());
    }
    let now = parts.clock.now();
    let date = parts.db.in_tenant(session, async |tx| Ok(today(tx, now))).await?;
    read(date).map(drop)
}

/// `POST /api/pacientes`: users of the clinic; creates, and never unites: several people share a phone. Honours `Idempotency-Key`. 409
/// when the clinic has the CPF or the CNS; 429 for a médico who writes many.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<PacienteIn>,
) -> Result<Response, Problem> {
    read_first(&parts, &session, |today| body.clone().check(today)).await?;
    count_documents(&parts, &session, [body.cpf.as_deref(), body.cns.as_deref()]).await?;
    telefones::count_typed(&parts, &session, body.telefone.as_deref()).await?;
    let now = parts.clock.now();
    let payload = serde_json::to_value(&body).map_err(|_| Problem::Internal)?;
    let author = author(&session);
    create_once(&parts, &session, key, "POST /api/pacientes", &payload, async |tx| {
        let new = body.check(today(tx, now))?;
        pacientes::insert(tx, &new, author, now).await.map(PacienteOut::from)
    })
    .await
}

/// `PATCH /api/pacientes/{id}`: users of the clinic, a médico those with an appointment with them, but not the phone of those who have one
/// with a colleague too (403). 409 when somebody changed the version the caller has seen. May be repeated.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
    Json(body): Json<ChangeIn>,
) -> Result<Json<PacienteOut>, Problem> {
    count_opening(&parts, &session).await?;
    read_first(&parts, &session, |today| body.clone().check(today)).await?;
    let told = [&body.cpf, &body.cns].map(|text| text.as_ref().and_then(|text| text.as_deref()));
    count_documents(&parts, &session, told).await?;
    let phone = body.telefone.as_ref().map(Option::as_deref);
    if let Some(typed) = phone {
        telefones::count_other(&parts, &session, id, typed).await?;
    }
    telefones::count_typed(&parts, &session, phone.flatten()).await?;
    let now = parts.clock.now();
    let (only, author) = (session.scope().only(), author(&session));
    let row = parts
        .db
        .in_tenant(&session, async |tx| {
            let change = body.check(today(tx, now))?;
            pacientes::update(tx, id, only, change, author, now).await
        })
        .await?;
    Ok(Json(row.into()))
}
