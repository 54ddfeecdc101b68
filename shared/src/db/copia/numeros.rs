//! Numbers that were given once are never given again.
//!
//! What is restored knows the numbers up to the copy. Those of the time between it and the disaster are known elsewhere: to a payment gateway as
//! references, to the ledger, to tokens, to the register of erasures. So every sequence goes on far beyond: a million, for what the clocks of two
//! machines may differ and for rows that were not committed yet, and a thousand for each second since the copy, which is more than one database
//! writes. As the gap grows with the time, a copy that is restored twice does not give the first restoration's numbers again either.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::{Connection, PgConnection};

use super::catalogo::quoted;
use super::{CopiaError, dynamic};

/// What is left free whatever the time is.
const MARGIN: i64 = 1_000_000;
/// What is left free for each second since the copy.
const A_SECOND: i64 = 1_000;

/// How many numbers are left free after the highest that a copy knows.
pub(super) fn gap(copia: Timestamp, agora: Timestamp) -> i64 {
    let seconds = agora.as_second().saturating_sub(copia.as_second()).max(0);
    seconds.saturating_mul(A_SECOND).saturating_add(MARGIN)
}

/// A sequence, and the column it numbers.
#[derive(Debug, sqlx::FromRow)]
struct Sequencia {
    nome: String,
    tabela: Option<String>,
    coluna: Option<String>,
    maximo: i64,
}

/// Where a sequence has to go on.
#[derive(Debug)]
pub(super) struct Adiante {
    nome: String,
    desde: i64,
}

async fn sequences(conn: &mut PgConnection) -> Result<Vec<Sequencia>, CopiaError> {
    let found = sqlx::query_as(
        "select s.relname::text as nome, t.relname::text as tabela, a.attname::text as coluna,
                least(q.seqmax, case a.atttypid when 'smallint'::regtype then 32767 when 'integer'::regtype then 2147483647
                                else 9223372036854775807 end) as maximo
         from pg_class s
         join pg_sequence q on q.seqrelid = s.oid
         left join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
           and d.refobjsubid > 0 and d.deptype in ('a', 'i')
         left join pg_class t on t.oid = d.refobjid
         left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
         where s.relkind = 'S' and s.relnamespace = 'public'::regnamespace
         order by 1",
    );
    Ok(found.fetch_all(conn).await?)
}

/// Advances every sequence by a gap beyond the highest number of its column, of what is about to be written (`loaded` names the tables whose lines
/// stand in `pg_temp.r_…`), and of what it gave itself. A sequence knows no transaction: what is rolled back only leaves numbers free.
///
/// # Errors
/// [`CopiaError::Refused`] when the numbers of a column would not reach that far.
pub(super) async fn advance(
    conn: &mut PgConnection,
    gap: i64,
    loaded: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Adiante>, CopiaError> {
    let mut all = Vec::new();
    for one in sequences(&mut *conn).await? {
        let mut known = vec![format!("(select last_value from public.{})", quoted(&one.nome))];
        if let (Some(table), Some(column)) = (&one.tabela, &one.coluna) {
            known.push(format!("(select max({}) from public.{})", quoted(column), quoted(table)));
            if loaded(table) {
                let lines = quoted(&format!("r_{table}"));
                known.push(format!("(select max((linha ->> '{column}')::bigint) from pg_temp.{lines})"));
            }
        }
        let statement = format!("select greatest({})", known.join(", "));
        let highest: i64 = sqlx::query_scalar(dynamic(statement)).fetch_one(&mut *conn).await?;
        let desde = highest.checked_add(gap).filter(|number| *number < one.maximo).ok_or_else(|| {
            CopiaError::refused(format!("{}: não há números depois de {highest} + {gap}.", one.nome))
        })?;
        sqlx::query("select setval(format('public.%I', $1::text)::regclass, $2)")
            .bind(&one.nome)
            .bind(desde)
            .execute(&mut *conn)
            .await?;
        all.push(Adiante { nome: one.nome, desde });
    }
    Ok(all)
}

/// That no sequence of the schema gives a number the copy, or what came after it, may have given.
///
/// # Errors
/// [`CopiaError::Refused`] names those that do.
pub(super) async fn verify(conn: &mut PgConnection, advanced: &[Adiante]) -> Result<usize, CopiaError> {
    let there = sequences(&mut *conn).await?;
    let mut wrong = Vec::new();
    for one in &there {
        let statement = format!("select last_value, is_called from public.{}", quoted(&one.nome));
        let (last, called): (i64, bool) = sqlx::query_as(dynamic(statement)).fetch_one(&mut *conn).await?;
        let from = advanced.iter().find(|known| known.nome == one.nome).map(|known| known.desde);
        if !called || from.is_none_or(|from| last < from) {
            wrong.push(format!("{}: {last}, esperado depois de {from:?}", one.nome));
        }
    }
    if wrong.is_empty() {
        return Ok(there.len());
    }
    let words = "Numeradores dariam de novo números que já foram dados; não use este banco.";
    Err(CopiaError::refused(format!("{words}\n{}", wrong.join("\n"))))
}

/// The longest a copy that nobody can date is taken to be old: what managed databases keep at most.
const UNDATED: SignedDuration = SignedDuration::from_hours(35 * 24);

/// No number and no session of the time that was lost goes on; how many sequences there are, and whether the schema ends sessions.
///
/// # Errors
/// When Postgres refuses, or a sequence would give a number again.
pub(super) async fn go_on(
    conn: &mut PgConnection,
    copia: Option<Timestamp>,
    agora: Timestamp,
) -> Result<(usize, bool), CopiaError> {
    let mut tx = conn.begin().await?;
    let gap = gap(copia.unwrap_or(agora - UNDATED), agora);
    let ahead = advance(&mut tx, gap, &|_| false).await?;
    let known: bool = sqlx::query_scalar("select to_regclass('public.restauracoes') is not null")
        .fetch_one(&mut *tx)
        .await?;
    if known {
        sqlx::query("insert into restauracoes (em, copia_em) values ($1, $2)")
            .bind(agora.to_sqlx())
            .bind(copia.map(ToSqlx::to_sqlx))
            .execute(&mut *tx)
            .await?;
    }
    let sequences = verify(&mut tx, &ahead).await?;
    tx.commit().await?;
    Ok((sequences, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_grows_with_the_time_and_never_shrinks_below_its_margin() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(gap(at(1_000), at(1_000)), MARGIN);
        assert_eq!(gap(at(1_000), at(500)), MARGIN, "a clock that went back");
        assert_eq!(gap(at(0), at(86_400)), MARGIN + 86_400_000);
    }
}
