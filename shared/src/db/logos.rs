//! `logos`: the picture of a clinic, which anybody sees on its pages.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};

use super::TenantTx;
use crate::domain::imagem::Imagem;
use crate::problem::Problem;

/// A logo as it is shown.
#[derive(Debug, sqlx::FromRow)]
pub struct Logo {
    /// The media type.
    pub tipo: String,
    /// The bytes.
    pub conteudo: Vec<u8>,
    /// A digest of them, 32 hexadecimal digits.
    pub digesto: String,
}

/// What strangers may know of a clinic besides its name.
#[derive(Debug, sqlx::FromRow)]
pub struct Rosto {
    /// `#rrggbb`.
    pub cor: Option<String>,
    /// The logo's digest, if there is one.
    pub logo: Option<String>,
    /// Its phone; the assistant tells it to whoever asks.
    pub telefone: Option<String>,
    /// Where it is; the assistant tells that too.
    pub endereco: Option<String>,
}

/// The digest of a picture.
pub fn digest_of(conteudo: &[u8]) -> String {
    let mut hex = hex::encode(Sha256::digest(conteudo));
    hex.truncate(32);
    hex
}

/// The digest of the clinic's logo, if it has one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn digest(tx: &mut TenantTx) -> Result<Option<String>, Problem> {
    let digest = sqlx::query_scalar("select digesto from logos where cliente_id = $1");
    Ok(digest.bind(tx.cliente_id()).fetch_optional(tx.conn()).await?)
}

/// The clinic's logo.
///
/// # Errors
/// [`Problem::NotFound`] when it has none.
pub async fn get(tx: &mut TenantTx) -> Result<Logo, Problem> {
    let row = sqlx::query_as("select tipo, conteudo, digesto from logos where cliente_id = $1");
    row.bind(tx.cliente_id()).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// The clinic's face.
///
/// # Errors
/// When Postgres does not answer.
pub async fn rosto(tx: &mut TenantTx) -> Result<Rosto, Problem> {
    let row = sqlx::query_as(
        "select c.cor, l.digesto as logo, c.telefone, c.endereco
         from clientes c left join logos l on l.cliente_id = c.id where c.id = $1",
    );
    Ok(row.bind(tx.cliente_id()).fetch_one(tx.conn()).await?)
}

/// Puts a logo in place of the one before.
///
/// # Errors
/// When Postgres does not answer.
pub async fn put(
    tx: &mut TenantTx,
    (imagem, conteudo, digesto): (Imagem, &[u8], &str),
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into logos (cliente_id, tipo, conteudo, digesto, largura, altura, em) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (cliente_id) do update set tipo = excluded.tipo, conteudo = excluded.conteudo, digesto = excluded.digesto,
           largura = excluded.largura, altura = excluded.altura, em = excluded.em",
    )
    .bind(tx.cliente_id())
    .bind(imagem.tipo)
    .bind(conteudo)
    .bind(digesto)
    .bind(i32::try_from(imagem.largura).unwrap_or(i32::MAX))
    .bind(i32::try_from(imagem.altura).unwrap_or(i32::MAX))
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes the logo; nothing when there is none.
///
/// # Errors
/// When Postgres does not answer.
pub async fn remove(tx: &mut TenantTx) -> Result<(), Problem> {
    sqlx::query("delete from logos where cliente_id = $1").bind(tx.cliente_id()).execute(tx.conn()).await?;
    Ok(())
}
