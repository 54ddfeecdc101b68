//! `/api/publico/reservas`: a visitor keeps a time, proves a phone, books.

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::agenda::online::{self, Finished};
use shared::agenda::{Audience, Visit, Wish};
use shared::auth::link;
use shared::auth::rate::Limited;
use shared::db::{TenantTx, agenda, clinica, medicos, publico, unidades};
use shared::domain::telefone::Telefone;
use shared::http::{Json, Path, Source};
use shared::id::{ConvenioId, MedicoId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::ExposeSecret;
use shared::tenant::Tenant;
use utoipa::ToSchema;

use super::counted;
use crate::input::Fields;

/// Seconds.
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Times kept: as many as an hour of one network's patients takes, and too few to keep an agenda shut by keeping the same times for ever.
const KEEPING: Limited = Limited { name: "reserva", most: 30, window: HOUR };
/// Codes sent for one clinic in an hour and in a day: they leave by its own number, which WhatsApp closes when strangers complain. A day of a clinic with thirty agendas
/// has fewer patients who book by themselves. Whether the phone is a patient's makes no difference: who is refused would learn it.
const SENDING_BY_CLINIC: Limited = Limited { name: "codigo_clinica", most: 60, window: HOUR };
const SENDING_BY_CLINIC_IN_A_DAY: Limited = Limited { name: "codigo_clinica_dia", most: 200, window: DAY };
/// Codes sent from one source, and to one phone: by one clinic, and by all of them, so that nobody can be buried in messages, and no network uses up a clinic's day alone.
pub(super) const SENDING: Limited = Limited { name: "codigo", most: 10, window: HOUR };
const SENDING_IN_A_DAY: Limited = Limited { name: "codigo_dia", most: 30, window: DAY };
const SENDING_TO: Limited = Limited { name: "codigo_telefone", most: 3, window: HOUR };
const SENDING_TO_BY_CLINIC_IN_A_DAY: Limited =
    Limited { name: "codigo_telefone_clinica_dia", most: 6, window: DAY };
const SENDING_TO_BY_ALL: Limited = Limited { name: "codigo_telefone_hora", most: 5, window: HOUR };
const SENDING_TO_IN_A_DAY: Limited = Limited { name: "codigo_telefone_dia", most: 10, window: DAY };
/// Codes tried.
pub(super) const TRYING: Limited = Limited { name: "tentativa", most: 30, window: 600 };

/// The time to be kept, in the clinic's own time.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ReservaIn {
    medico_id: MedicoId,
    servico_id: ServicoId,
    convenio_id: Option<ConvenioId>,
    /// `AAAA-MM-DD`.
    data: String,
    /// `HH:MM`.
    hora: String,
    /// What this visitor keeps already, to be exchanged for this.
    token: Option<String>,
}

/// A time that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReservaOut {
    /// Who has it may book the time.
    token: String,
    expira_em: Timestamp,
}

/// Who the code goes to.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CodigoIn {
    nome: String,
    /// With area code.
    telefone: String,
    motivo: Option<String>,
}

/// A code is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnviadoOut {
    enviado: bool,
    /// Until when the time is kept and the code is good.
    expira_em: Timestamp,
}

/// The code that was received.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct FinishIn {
    /// Six digits.
    pub(super) codigo: String,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarcadoOut {
    /// `marcado`, or `aguardando` where the clinic answers first.
    situacao: &'static str,
    data: Date,
    /// `HH:MM`.
    hora: String,
    medico_nome: String,
    servico_nome: Option<String>,
    clinica: String,
    /// At which of the clinic's places; null where it has only one.
    unidade: Option<String>,
    /// That place's, else the clinic's.
    endereco: Option<String>,
}

/// `POST /api/publico/reservas`: anybody; 409 when the time was taken, with `alternativas`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Json(body): Json<ReservaIn>,
) -> Result<(StatusCode, Json<ReservaOut>), Problem> {
    counted(&parts, &tenant, &source, KEEPING).await?;
    let mut fields = Fields::default();
    let when = fields.date("data", &body.data).zip(fields.time("hora", &body.hora));
    fields.finish()?;
    let when = when.ok_or(Problem::Internal)?;
    // A short one somebody made up keeps nothing.
    let token = match body.token.filter(|token| link::is_one(token)) {
        Some(token) => token,
        None => link::generate()?.expose_secret().to_owned(),
    };
    let now = parts.clock.now();
    let (medico_id, convenio_id) = (body.medico_id, body.convenio_id);
    let network = online::network(tenant.cliente_id(), source.as_str());
    let expira_em = parts
        .db
        .in_tenant(&tenant, async |tx| {
            publico::ensure_online(tx, body.servico_id).await?;
            if let Some(id) = convenio_id {
                agenda::convenio_nome(tx, id).await?;
            }
            let medico = medicos::get(tx, medico_id).await?;
            let visit = Visit::of(tx, &medico, Some(body.servico_id), convenio_id, None).await?;
            let owner = Some(online::owner(&token));
            let wish = Wish { convenio_id, owner, ..Wish::new(medico_id, visit, Audience::Patient) };
            online::choose(tx, &wish, when, &network, now).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(ReservaOut { token, expira_em })))
}

/// `DELETE /api/publico/reservas/{token}`: whoever has the token; may be repeated.
pub(crate) async fn remove(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    counted(&parts, &tenant, &source, KEEPING).await?;
    let now = parts.clock.now();
    let owner = online::owner(&token);
    parts.db.in_tenant(&tenant, async |tx| online::let_go(tx, &owner, now).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/publico/reservas/{token}/codigo`: whoever has the token. The answer is the same whoever has the phone.
pub(crate) async fn send_code(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Path(token): Path<String>,
    Json(body): Json<CodigoIn>,
) -> Result<(StatusCode, Json<EnviadoOut>), Problem> {
    let mut fields = Fields::default();
    let nome = fields.nome("nome", &body.nome);
    let telefone = fields.telefone("telefone", &body.telefone);
    let motivo = fields.text("motivo", body.motivo, 500);
    fields.finish()?;
    let (nome, telefone) = nome.zip(telefone).ok_or(Problem::Internal)?;
    counted(&parts, &tenant, &source, SENDING).await?;
    let (now, owner, code) = (parts.clock.now(), online::owner(&token), random_code()?);
    // Who keeps nothing uses up nobody's codes.
    parts.db.in_tenant(&tenant, async |tx| online::ensure_open(tx, &owner, now).await).await?;
    count_phone(&parts, &tenant, &source, &telefone).await?;
    let expira_em = parts
        .in_tenant_telling(&tenant, async |tx| {
            online::send_code(tx, &owner, (&nome, &telefone), motivo.as_deref(), &code, now).await
        })
        .await?;
    Ok((StatusCode::ACCEPTED, Json(EnviadoOut { enviado: true, expira_em })))
}

/// `POST /api/publico/reservas/{token}/agendamento`: whoever has the token and the code; repeated, the same answer.
pub(crate) async fn finish(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Path(token): Path<String>,
    Json(body): Json<FinishIn>,
) -> Result<(StatusCode, Json<MarcadoOut>), Problem> {
    counted(&parts, &tenant, &source, TRYING).await?;
    let (now, owner) = (parts.clock.now(), online::owner(&token));
    let code = body.codigo.trim().to_owned();
    let proven = parts.db.in_tenant(&tenant, async |tx| online::prove(tx, &owner, &code, now).await).await?;
    let proven = proven.ok_or(Problem::WrongCode)?;
    let done = parts
        .in_tenant_telling(&tenant, async |tx| {
            let done = online::finish(tx, &owner, proven, now).await?;
            out(tx, done).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(done)))
}

/// Counts a code for a phone, for the network's day and for the clinic; the clinic's last, or whoever asks for one phone again and again would use them up and send nothing.
pub(super) async fn count_phone(
    parts: &HttpParts,
    tenant: &Tenant,
    source: &Source,
    telefone: &Telefone,
) -> Result<(), Problem> {
    let (clinic, phone) = (Some(tenant.cliente_id()), telefone.as_e164());
    parts.rate.count(clinic, SENDING_TO, phone).await?;
    parts.rate.count(clinic, SENDING_TO_BY_CLINIC_IN_A_DAY, phone).await?;
    parts.rate.count(None, SENDING_TO_BY_ALL, phone).await?;
    parts.rate.count(None, SENDING_TO_IN_A_DAY, phone).await?;
    counted(parts, tenant, source, SENDING_IN_A_DAY).await?;
    for of_clinic in [SENDING_BY_CLINIC, SENDING_BY_CLINIC_IN_A_DAY] {
        parts.rate.count(clinic, of_clinic, "").await.map_err(nobodys_fault)?;
    }
    Ok(())
}

/// Who is refused asked for nothing too often; others did, and there is another way.
fn nobodys_fault(refused: Problem) -> Problem {
    match refused {
        Problem::TooManyAttempts { retry_after_seconds } => Problem::TooManyCodes { retry_after_seconds },
        other => other,
    }
}

async fn out(tx: &mut TenantTx, done: Finished) -> Result<MarcadoOut, Problem> {
    let clinica = clinica::get(tx).await?;
    let (situacao, start, (medico_id, medico_nome), servico_nome) = match done {
        Finished::Booked(made) => {
            ("marcado", made.inicio_em, (made.medico_id, made.medico_nome), made.servico_nome)
        }
        Finished::Requested(reserva) => {
            let medico = medicos::get(tx, reserva.medico_id).await?;
            let servico = match reserva.servico_id {
                Some(id) => Some(agenda::oferecido(tx, id, None).await?.nome),
                None => None,
            };
            ("aguardando", reserva.inicio_em, (medico.id, medico.nome), servico)
        }
    };
    let lugar = unidades::place(tx, medico_id).await?;
    let local = tx.time_zone().to_datetime(start);
    Ok(MarcadoOut {
        situacao,
        data: local.date(),
        hora: local.strftime("%H:%M").to_string(),
        medico_nome,
        servico_nome,
        clinica: clinica.nome,
        unidade: lugar.unidade,
        endereco: lugar.endereco,
    })
}

/// Six digits, each as likely as any other.
pub(super) fn random_code() -> Result<String, Problem> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| Problem::Internal)?;
    Ok(format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000))
}
