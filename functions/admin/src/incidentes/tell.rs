//! `POST /api/admin/incidentes/{id}/comunicacoes` and `…/encerramento`.

use axum::extract::State;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use shared::db::operacao::OperatorTx;
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::incidentes::{self, Comunicacao, Incidente};
use shared::domain::prazos::{DAYS_TO_COMPLETE, ZONE, business_days_after};
use shared::http::{Json, Path};
use shared::id::IncidenteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{IncidenteOut, opened, out, target};
use crate::caller::Caller;
use crate::input::{Changes, line, word};

/// Whom an incident is communicated to.
const A: &[&str] = &["anpd", "clinicas", "titulares"];

/// A communication.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewComunicacao {
    /// `anpd`, `titulares` or `clinicas`.
    a: Option<String>,
    /// When it was made; now when missing.
    em: Option<Timestamp>,
    /// The ANPD's protocol, or another.
    protocolo: Option<String>,
    /// How it was made.
    nota: Option<String>,
}

/// What an incident is closed with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Conclusao {
    /// What came of it, and why nobody was told, if nobody was; at least ten characters.
    conclusao: Option<String>,
}

fn conflict<T>(detail: &str) -> Result<T, Problem> {
    Err(Problem::Conflict { detail: detail.to_owned() })
}

/// `POST /api/admin/incidentes/{id}/comunicacoes`: admins. The ANPD and the people concerned are told once; the clinics as often as some were
/// added, each once.
pub(super) async fn tell(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<IncidenteId>,
    Json(body): Json<NewComunicacao>,
) -> Result<Json<IncidenteOut>, Problem> {
    let mut changes = Changes::default();
    let a = changes.needed("a", body.a, word(A));
    let (mut protocolo, mut nota) = (None, None);
    changes.optional_text("protocolo", body.protocolo, line(1..=120), &mut protocolo);
    changes.optional_text("nota", body.nota, line(1..=1000), &mut nota);
    changes.finish()?;
    let a = a.ok_or(Problem::Internal)?;
    let told = caller.act(&parts, async |tx| {
        let incidente = opened(tx, id).await?;
        let em = body.em.unwrap_or_else(|| tx.at());
        if em > tx.at() || incidente.dados.conhecido_em.is_some_and(|known| em < known) {
            let rule = "Use um momento entre o conhecimento do incidente e agora.";
            return Err(Problem::field("em", rule));
        }
        let new = Comunicacao { a: a.to_owned(), em, protocolo, nota, operador_id: tx.user_id(), operador_nome: None };
        let known = incidentes::communications(tx, id).await?.into_iter().any(|one| one.a == a);
        let clinics = if a == "clinicas" { tell_clinics(tx, &incidente).await? } else { 0 };
        match (known, a) {
            (true, "clinicas") if clinics == 0 => {
                return conflict("Todas as clínicas cuja gestão tem e-mail já foram avisadas.");
            }
            (true, "clinicas") => {}
            (true, _) => return conflict("Esta comunicação já está registrada."),
            (false, "clinicas") if clinics == 0 => {
                return conflict("A gestão de nenhuma clínica afetada tem e-mail. Acrescente as clínicas, ou avise-as por outro meio e anote.");
            }
            (false, _) => {
                let complement = (a == "anpd").then(|| business_days_after(em, DAYS_TO_COMPLETE)).flatten();
                incidentes::communicated(tx, id, &new, complement).await?;
            }
        }
        let whole = out(tx, id).await?;
        record_change(tx, "incidente_comunicado", &target(id), None, &new).await?;
        Ok(whole)
    });
    told.await.map(Json)
}

/// Writes to who manages the clinics that were not told; how many are since.
async fn tell_clinics(tx: &mut OperatorTx, incidente: &Incidente) -> Result<usize, Problem> {
    let assunto = "Aviso de incidente de segurança com dados pessoais";
    let told = incidentes::tell_clinics(tx, incidente.id, assunto, &letter(incidente)?).await?;
    Ok(told.len())
}

/// What the clinics, who are the controllers, are told (art. 37 and 48 of the law are theirs to obey): what happened, which data, what was
/// done, until when; and nobody's name.
fn letter(incidente: &Incidente) -> Result<String, Problem> {
    let zone = TimeZone::get(ZONE).map_err(|_| Problem::Internal)?;
    let told = |at: Timestamp| zone.to_datetime(at).strftime("%d/%m/%Y às %H:%M").to_string();
    let dados = &incidente.dados;
    let mut parts = vec![
        "Olá!".to_owned(),
        "Houve um incidente de segurança na plataforma que afeta dados de pacientes da sua clínica. Escrevemos porque a clínica é a \
         controladora desses dados."
            .to_owned(),
        format!("O que aconteceu: {}", dados.natureza),
        format!("Tipos de dados: {}", dados.categorias.join(", ")),
    ];
    parts.extend(dados.titulares.map(|count| format!("Pessoas afetadas, na plataforma toda: {count}")));
    parts.extend(dados.riscos.as_ref().map(|text| format!("O que pode resultar: {text}")));
    parts.extend(dados.medidas.as_ref().map(|text| format!("O que já foi feito: {text}")));
    if let (Some(known), Some(prazo)) = (dados.conhecido_em, incidente.prazo_em) {
        parts.push(format!(
            "Soubemos em {} (Brasília). A comunicação à ANPD e às pessoas afetadas tem prazo de três dias úteis, até {}.",
            told(known),
            told(prazo)
        ));
    }
    parts.push(
        "O nosso encarregado ajuda a clínica com a comunicação: responda a este e-mail ou fale com o suporte.".to_owned(),
    );
    parts.push("Equipe Horário Inteligente\n".to_owned());
    Ok(parts.join("\n\n"))
}

/// `POST /api/admin/incidentes/{id}/encerramento`: admins.
pub(super) async fn close(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<IncidenteId>,
    Json(body): Json<Conclusao>,
) -> Result<Json<IncidenteOut>, Problem> {
    let mut changes = Changes::default();
    let conclusao = changes.needed("conclusao", body.conclusao, line(10..=4000));
    changes.finish()?;
    let conclusao = conclusao.ok_or(Problem::Internal)?;
    let closed = caller.act(&parts, async |tx| {
        let before = opened(tx, id).await?;
        let after = incidentes::close(tx, id, &conclusao).await?;
        let whole = out(tx, id).await?;
        record_change(tx, "incidente_encerrado", &target(id), Some(&before), &after).await?;
        Ok(whole)
    });
    closed.await.map(Json)
}
