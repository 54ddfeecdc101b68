//! `GET` and `PATCH /api/clinica`: the clinic's face and its rules.

use axum::extract::State;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::TenantTx;
use shared::db::auditoria::record_change;
use shared::db::settings::clinica::{self, ClinicaSettings};
use shared::domain::feriados::Optional;
use shared::http::{Complaints, Json, Patch};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::changes::{Changes, OfSettings, brand, days, email, flag, minutes, number, phone, text, word};
use crate::input::one_of;

/// Where starts are counted from.
pub(crate) const GRADES: &[&str] = &["relogio", "periodo", "dia", "otimizada"];

const UFS: &[&str] = &[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI",
    "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];

/// Thirty days, in minutes.
const MONTH: i32 = 43_200;

/// What changes of the clinic.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct ClinicaChanges {
    /// 2 to 200 characters, as patients read it; invoices that were issued keep the name they have.
    nome: Option<String>,
    telefone: Option<String>,
    /// `#rrggbb`, dark enough for white letters (4.5:1).
    cor: Option<String>,
    email: Option<String>,
    endereco: Option<String>,
    /// Two letters.
    uf: Option<String>,
    municipio: Option<String>,
    /// An IANA name, `America/Sao_Paulo`.
    fuso: Option<String>,
    /// 0 to 43200.
    antecedencia_minutos: Option<i64>,
    /// 1 to 730.
    horizonte_dias: Option<i64>,
    /// `corridos` or `uteis`.
    horizonte_tipo: Option<String>,
    /// 5 to 240.
    passo_minutos: Option<i64>,
    /// `relogio`, `periodo`, `dia`, `otimizada`.
    grade: Option<String>,
    /// 0 to 43200.
    cancelamento_paciente_minutos: Option<i64>,
    /// 0 to 43200.
    cancelamento_equipe_minutos: Option<i64>,
    /// 0 to 365.
    retorno_dias: Option<i64>,
    pedidos_bloqueiam: Option<bool>,
    /// 5 to 1440.
    espera_oferta_minutos: Option<i64>,
    /// 1 to 20.
    espera_simultaneas: Option<i64>,
    /// 5 to 10080.
    humano_silencio_minutos: Option<i64>,
    transcreve_audio: Option<bool>,
    /// `carnaval_segunda`, `carnaval_terca`, `quarta_cinzas`, `corpus_christi`, `vespera_natal`, `vespera_ano_novo`.
    feriados_opcionais: Option<Vec<String>>,
}

/// Puts a body onto the clinic's rules.
fn apply(patch: Patch<ClinicaChanges>, row: &mut ClinicaSettings) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    changes.nome_up_to(200, body.nome, &mut row.nome);
    changes.optional_text("telefone", body.telefone, phone, &mut row.telefone);
    changes.optional_text("cor", body.cor, brand, &mut row.cor);
    changes.optional_text("email", body.email, email, &mut row.email);
    changes.optional_text("endereco", body.endereco, text(300), &mut row.endereco);
    let uf = body.uf.map(|uf| uf.trim().to_uppercase());
    changes.optional_text("uf", uf, word(UFS), &mut row.uf);
    changes.optional_text("municipio", body.municipio, text(120), &mut row.municipio);
    changes.text("fuso", body.fuso, zone, &mut row.fuso);
    let antecedencia = body.antecedencia_minutos;
    changes.required("antecedencia_minutos", antecedencia, minutes(0..=MONTH), &mut row.antecedencia_minutos);
    changes.required("horizonte_dias", body.horizonte_dias, days(1..=730), &mut row.horizonte_dias);
    changes.required("passo_minutos", body.passo_minutos, minutes(5..=240), &mut row.passo_minutos);
    let (asked, column) = (body.cancelamento_paciente_minutos, &mut row.cancelamento_paciente_minutos);
    changes.required("cancelamento_paciente_minutos", asked, minutes(0..=MONTH), column);
    let (asked, column) = (body.cancelamento_equipe_minutos, &mut row.cancelamento_equipe_minutos);
    changes.required("cancelamento_equipe_minutos", asked, minutes(0..=MONTH), column);
    changes.required("retorno_dias", body.retorno_dias, days(0..=365), &mut row.retorno_dias);
    let oferta = body.espera_oferta_minutos;
    changes.required("espera_oferta_minutos", oferta, minutes(5..=1440), &mut row.espera_oferta_minutos);
    let simultaneas = body.espera_simultaneas;
    changes.required("espera_simultaneas", simultaneas, number(1..=20), &mut row.espera_simultaneas);
    let silencio = body.humano_silencio_minutos;
    changes.required(
        "humano_silencio_minutos",
        silencio,
        minutes(5..=10_080),
        &mut row.humano_silencio_minutos,
    );
    let kinds = word(&["corridos", "uteis"]);
    changes.text("horizonte_tipo", body.horizonte_tipo, kinds, &mut row.horizonte_tipo);
    changes.text("grade", body.grade, word(GRADES), &mut row.grade);
    changes.required("transcreve_audio", body.transcreve_audio, flag, &mut row.transcreve_audio);
    changes.required("pedidos_bloqueiam", body.pedidos_bloqueiam, flag, &mut row.pedidos_bloqueiam);
    changes.list("feriados_opcionais", body.feriados_opcionais, optional_days, &mut row.feriados_opcionais);
    changes.finish()
}

/// A zone by its IANA name, in the spelling of the database of zones.
fn zone(name: &str) -> Result<String, String> {
    let zone = TimeZone::get(name.trim()).ok().filter(|zone| !zone.is_unknown());
    zone.as_ref().and_then(TimeZone::iana_name).map(str::to_owned).ok_or_else(|| {
        "Use o nome de um fuso horário da base IANA, como America/Sao_Paulo, America/Manaus ou America/Noronha."
            .to_owned()
    })
}

/// The words of the optional days, each once, in the order of the year.
fn optional_days(complaints: &mut Complaints, words: &[String]) -> Vec<String> {
    let allowed = Optional::ALL.map(Optional::as_str);
    for (at, word) in words.iter().enumerate() {
        if Optional::parse(word).is_none() {
            complaints.wrong(&format!("feriados_opcionais[{at}]"), one_of(allowed));
        }
    }
    allowed.into_iter().filter(|day| words.iter().any(|word| word == day)).map(str::to_owned).collect()
}

/// `GET /api/clinica`: users of the clinic.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
) -> Result<Json<ClinicaSettings>, Problem> {
    parts.db.in_tenant(&session, clinica::get).await.map(Json)
}

/// `PATCH /api/clinica`: who manages the clinic.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    patch: Patch<ClinicaChanges>,
) -> Result<Json<ClinicaSettings>, Problem> {
    let work = async |tx: &mut TenantTx| {
        let before = clinica::lock(tx).await?;
        let mut after = before.clone();
        apply(patch, &mut after)?;
        clinica::update(tx, &after).await?;
        let target = format!("clientes/{}", tx.cliente_id());
        record_change(tx, &session, "clinica_alterada", &target, Some(&before), Some(&after)).await?;
        Ok((before.nome != after.nome, after))
    };
    let (renamed, after) = parts.db.in_tenant(&session, work).await?;
    if renamed {
        // Who asks by the address is told the name it had for a while otherwise.
        parts.gate.tenants.forget(after.subdomain.as_deref().unwrap_or_default()).await;
    }
    Ok(Json(after))
}
