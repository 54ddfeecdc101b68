//! `clientes`: the clinic itself and its rules. Address on the web and plan are the operator's to write.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::problem::Problem;

/// The clinic and its rules.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct ClinicaSettings {
    /// Its name.
    pub nome: String,
    /// Where its pages are.
    pub subdomain: Option<String>,
    /// Its plan.
    pub plano: String,
    /// Its phone, as people dial it.
    pub telefone: Option<String>,
    /// Its colour, `#rrggbb`, dark enough for white letters.
    pub cor: Option<String>,
    /// Its e-mail.
    pub email: Option<String>,
    /// Where it is.
    pub endereco: Option<String>,
    /// Its state.
    pub uf: Option<String>,
    /// Its town.
    pub municipio: Option<String>,
    /// Its time zone, an IANA name.
    pub fuso: String,
    /// The least notice of a booking by patients, minutes.
    pub antecedencia_minutos: i32,
    /// How many days ahead patients may book …
    pub horizonte_dias: i32,
    /// … counted as `corridos` or `uteis`.
    pub horizonte_tipo: String,
    /// Minutes between starts.
    pub passo_minutos: i32,
    /// Where starts are counted from: `relogio`, `periodo`, `dia` or `otimizada`.
    pub grade: String,
    /// Until how long before a patient may cancel, minutes.
    pub cancelamento_paciente_minutos: i32,
    /// Until how long before staff may cancel, minutes.
    pub cancelamento_equipe_minutos: i32,
    /// How many days after a visit a return is one.
    pub retorno_dias: i32,
    /// Whether a request that waits for approval keeps its time.
    pub pedidos_bloqueiam: bool,
    /// How long an offer to the waiting list stands, minutes.
    pub espera_oferta_minutos: i32,
    /// How many are asked at once.
    pub espera_simultaneas: i32,
    /// After how many minutes of silence of a person the assistant answers a conversation again.
    pub humano_silencio_minutos: i32,
    /// Whether patients' voice messages are turned into text, by whoever the platform uses for that; the plan must have it.
    pub transcreve_audio: bool,
    /// The optional days it closes on.
    pub feriados_opcionais: Vec<String>,
}

/// The clinic of this transaction.
///
/// # Errors
/// When Postgres does not answer.
pub async fn get(tx: &mut TenantTx) -> Result<ClinicaSettings, Problem> {
    let id = tx.cliente_id();
    let row = sqlx::query_as(
        "select nome, subdomain::text as subdomain, plano, telefone, cor, email, endereco, uf, municipio, fuso, antecedencia_minutos,
                horizonte_dias, horizonte_tipo, passo_minutos, grade, cancelamento_paciente_minutos, cancelamento_equipe_minutos,
                retorno_dias, pedidos_bloqueiam, espera_oferta_minutos, espera_simultaneas, humano_silencio_minutos, transcreve_audio,
                feriados_opcionais
         from clientes where id = $1",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut TenantTx) -> Result<ClinicaSettings, Problem> {
    let id = tx.cliente_id();
    sqlx::query("select id from clientes where id = $1 for no key update")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    // A second statement: it sees what was committed while the first waited.
    get(tx).await
}

/// Writes the clinic's name and rules.
///
/// # Errors
/// [`Problem::InvalidFields`] for a zone Postgres does not know.
pub async fn update(tx: &mut TenantTx, clinica: &ClinicaSettings) -> Result<(), Problem> {
    let id = tx.cliente_id();
    sqlx::query(
        "update clientes set telefone = $2, email = $3, endereco = $4, uf = $5, municipio = $6, fuso = $7,
                antecedencia_minutos = $8, horizonte_dias = $9, horizonte_tipo = $10, passo_minutos = $11, grade = $12,
                cancelamento_paciente_minutos = $13, cancelamento_equipe_minutos = $14, retorno_dias = $15,
                pedidos_bloqueiam = $16, espera_oferta_minutos = $17, espera_simultaneas = $18, feriados_opcionais = $19,
                humano_silencio_minutos = $20, transcreve_audio = $21, cor = $22, nome = $23
         where id = $1",
    )
    .bind(id)
    .bind(&clinica.telefone)
    .bind(&clinica.email)
    .bind(&clinica.endereco)
    .bind(&clinica.uf)
    .bind(&clinica.municipio)
    .bind(&clinica.fuso)
    .bind(clinica.antecedencia_minutos)
    .bind(clinica.horizonte_dias)
    .bind(&clinica.horizonte_tipo)
    .bind(clinica.passo_minutos)
    .bind(&clinica.grade)
    .bind(clinica.cancelamento_paciente_minutos)
    .bind(clinica.cancelamento_equipe_minutos)
    .bind(clinica.retorno_dias)
    .bind(clinica.pedidos_bloqueiam)
    .bind(clinica.espera_oferta_minutos)
    .bind(clinica.espera_simultaneas)
    .bind(&clinica.feriados_opcionais)
    .bind(clinica.humano_silencio_minutos)
    .bind(clinica.transcreve_audio)
    .bind(&clinica.cor)
    .bind(&clinica.nome)
    .execute(tx.conn())
    .await?;
    Ok(())
}
