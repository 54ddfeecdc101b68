//! What a new clinic begins with, how far its onboarding is, and who acts at a terminal.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::OperatorTx;
use crate::auth::{OperatorSession, Papel};
use crate::db::Db;
use crate::id::{ClienteId, UserId};
use crate::problem::Problem;

/// How far a clinic is; nothing of its people but that there are some.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "a list of what is done and what is not")]
pub struct Estado {
    /// Somebody manages it.
    pub gestor: bool,
    /// Somebody can be booked.
    pub profissionais: bool,
    /// There is something to book.
    pub servicos: bool,
    /// Its WhatsApp is connected.
    pub conectada: bool,
}

/// Writes the first services and the holidays of a clinic that has none and that nobody manages; whether anything was written.
///
/// # Errors
/// When Postgres does not answer.
pub async fn defaults(
    tx: &mut OperatorTx,
    id: ClienteId,
    servicos: &[(&str, i32)],
    feriados: &[(i8, i8, &str)],
) -> Result<bool, Problem> {
    let year = tx.at().to_zoned(jiff::tz::TimeZone::UTC).year();
    let (names, minutes): (Vec<&str>, Vec<i32>) = servicos.iter().copied().unzip();
    let days = feriados
        .iter()
        .filter_map(|(month, day, name)| Some((Date::new(year, *month, *day).ok()?.to_sqlx(), *name)));
    let (days, day_names): (Vec<jiff_sqlx::Date>, Vec<&str>) = days.unzip();
    let written = sqlx::query_scalar("select hi_prepara_clinica($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(names)
        .bind(minutes)
        .bind(days)
        .bind(day_names)
        .fetch_one(tx.conn())
        .await?;
    Ok(written)
}

/// How far a clinic is.
///
/// # Errors
/// When Postgres does not answer.
pub async fn estado(tx: &mut OperatorTx, id: ClienteId) -> Result<Estado, Problem> {
    let row =
        sqlx::query_as("select gestor, profissionais, servicos, conectada from hi_estado_da_implantacao($1)");
    Ok(row.bind(id).fetch_one(tx.conn()).await?)
}

/// The operator who acts at a terminal of the platform, by e-mail, or the oldest admin. Whoever reaches the database as `hi_admin` may enter as any
/// operator; the trail names this one.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such operator at work.
pub async fn at_terminal(db: &Db, email: Option<&str>) -> Result<OperatorSession, Problem> {
    let found: Option<(UserId, String)> = sqlx::query_as("select id, papel from hi_operador_do_terminal($1)")
        .bind(email)
        .fetch_optional(&mut *db.connection().await?)
        .await?;
    let found = found.and_then(|(id, papel)| Some(OperatorSession::at_terminal(id, Papel::parse(&papel)?)));
    found.ok_or(Problem::NotFound)
}
