//! What a clinic is: at work, suspended, closed.

use axum::extract::State;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use shared::console::clinics;
use shared::db::operacao::clientes::{self, ClienteFicha};
use shared::db::operacao::{OperatorTx, mudancas};
use shared::domain::lgpd::CLOSED_KEPT;
use shared::http::{Json, Path};
use shared::id::ClienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{ClienteOut, out};
use crate::caller::Caller;
use crate::input::{Changes, line};

/// Why a clinic is suspended.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Suspensao {
    /// 3 to 200 characters; the clinic reads it.
    motivo: Option<String>,
}

/// A clinic to be closed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Encerramento {
    /// Its address, typed again.
    subdomain: Option<String>,
}

/// Changes what a clinic is, in one transaction, and forgets what was known of its address.
async fn change(
    parts: &HttpParts,
    caller: &Caller,
    id: ClienteId,
    work: impl AsyncFnOnce(&mut OperatorTx) -> Result<ClienteFicha, Problem>,
) -> Result<Json<ClienteOut>, Problem> {
    let changed = caller
        .act(parts, async |tx| {
            // What is read of it comes before the act: its line in the trail is the last statement.
            clientes::lock(tx, id).await?;
            let before = out(tx, id).await?;
            let ficha = work(tx).await?;
            Ok(ClienteOut { ficha, ..before })
        })
        .await?;
    parts.gate.tenants.forget(changed.ficha.dados.subdomain.as_deref().unwrap_or_default()).await;
    Ok(Json(changed))
}

/// `POST /api/admin/clientes/{id}/suspensao`: any operator. Idempotent.
pub(super) async fn suspend(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    Json(body): Json<Suspensao>,
) -> Result<Json<ClienteOut>, Problem> {
    let mut changes = Changes::default();
    let motivo = changes.needed("motivo", body.motivo, line(3..=200));
    changes.finish()?;
    let motivo = motivo.ok_or(Problem::Internal)?;
    change(&parts, &caller, id, async |tx| clinics::suspend(tx, id, &motivo).await).await
}

/// `DELETE /api/admin/clientes/{id}/suspensao`: any operator. Idempotent.
pub(super) async fn resume(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
) -> Result<Json<ClienteOut>, Problem> {
    change(&parts, &caller, id, async |tx| clinics::resume(tx, id).await).await
}

/// What who managed a clinic reads when it is closed: that a copy of its data is theirs (art. 16 and 18, V of the law), until when, and how.
fn farewell(clinic: &ClienteFicha, at: Timestamp) -> (String, String) {
    let zone = TimeZone::get(&clinic.dados.fuso).unwrap_or(TimeZone::UTC);
    let day = |at: Timestamp| zone.to_datetime(at).strftime("%d/%m/%Y").to_string();
    let nome = &clinic.dados.nome;
    let mut parts = vec![
        "Olá!".to_owned(),
        format!("A conta de {nome} no Horário Inteligente foi encerrada em {}.", day(at)),
        format!(
            "Os dados da clínica (pacientes, agenda, histórico e conversas) continuam à disposição dela até {}, numa cópia em arquivos que \
             outros programas leem. Para recebê-la, responda a este e-mail até lá.",
            day(at + CLOSED_KEPT)
        ),
    ];
    parts.extend(clinic.dados.retencao_meses.map(|months| {
        format!("Mensagens com mais de {months} meses já não estão nela: é o prazo que a clínica escolheu, e ele continua a correr.")
    }));
    parts.push(
        "Depois dessa data os cadastros dos pacientes e as conversas são apagados, sem volta. Peça a cópia também se precisar dela para o prontuário: guardá-lo é dever de quem atende."
            .to_owned(),
    );
    parts.push("Equipe Horário Inteligente\n".to_owned());
    (format!("Conta encerrada: a cópia dos dados de {nome}").chars().take(200).collect(), parts.join("\n\n"))
}

/// `POST /api/admin/clientes/{id}/encerramento`: admins. What waits for a month that will not be charged is taken back.
pub(super) async fn close(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    Json(body): Json<Encerramento>,
) -> Result<Json<ClienteOut>, Problem> {
    let close = async |tx: &mut OperatorTx, before: &ClienteFicha| {
        let typed = body.subdomain.as_deref().map(str::trim);
        if typed.is_none() || typed != before.dados.subdomain.as_deref() {
            let sentence = "Para encerrar, escreva o endereço da clínica exatamente como ele é.";
            return Err(Problem::field("subdomain", sentence));
        }
        mudancas::cancel_pending(tx, id).await?;
        clientes::close(tx, id).await?;
        let (assunto, texto) = farewell(before, tx.at());
        clientes::tell_of_closing(tx, id, &assunto, &texto).await.map(|_| ())
    };
    let closed = async |tx: &mut OperatorTx| clinics::change(tx, id, "cliente_encerrado", close).await;
    let Json(closed) = change(&parts, &caller, id, closed).await?;
    Ok(Json(ClienteOut { mudanca_agendada: None, ..closed }))
}
