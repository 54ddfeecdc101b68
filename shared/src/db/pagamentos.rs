//! What a payment gateway sends, taken by the one function that takes it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};

use super::Db;
use crate::pagamentos::Evento;
use crate::problem::Problem;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was new, and its invoice knows.
    New,
    /// It was here before.
    Repeated,
    /// It is kept, and no invoice is meant by it.
    Unmatched,
}

/// Keeps an event of Asaas, and lets its invoice know; once, however often it comes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take(db: &Db, evento: &Evento, now: Timestamp) -> Result<Taken, Problem> {
    let became: String =
        sqlx::query_scalar("select hi_recebe_pagamento('asaas', $1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&evento.id)
            .bind(&evento.nome)
            .bind(evento.tipo.as_str())
            .bind(&evento.cobranca)
            .bind(&evento.referencia)
            .bind(evento.centavos)
            .bind(evento.ocorrido_em.to_sqlx())
            .bind(now.to_sqlx())
            .fetch_one(&mut *db.connection().await?)
            .await?;
    Ok(match became.as_str() {
        "nova" => Taken::New,
        "repetida" => Taken::Repeated,
        _ => Taken::Unmatched,
    })
}

/// As much of what cannot be read is kept.
const LONGEST: usize = 16_384;

/// What became of something nobody can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It waits for somebody to look at it.
    New,
    /// It did before.
    Repeated,
    /// Too many wait: it was not kept.
    Full,
}

impl Kept {
    /// In a word, for the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "guardada",
            Self::Repeated => "repetida",
            Self::Full => "cheia",
        }
    }
}

/// Keeps what Asaas sent and nobody can read; cut, and once, however often it comes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn keep_unreadable(db: &Db, body: &[u8], now: Timestamp) -> Result<Kept, Problem> {
    // Postgres keeps no zero characters.
    let text: String = String::from_utf8_lossy(body).chars().filter(|c| *c != '\0').take(LONGEST).collect();
    let became: String = sqlx::query_scalar("select hi_guarda_ilegivel('asaas', $1, $2, $3, $4)")
        .bind(hex::encode(Sha256::digest(body)))
        .bind(i32::try_from(body.len()).unwrap_or(i32::MAX))
        .bind(text)
        .bind(now.to_sqlx())
        .fetch_one(&mut *db.connection().await?)
        .await?;
    Ok(match became.as_str() {
        "guardada" => Kept::New,
        "repetida" => Kept::Repeated,
        _ => Kept::Full,
    })
}
