//! How each column of a row becomes the copy's own: which old numbers it holds, and where. The work is Postgres's (`trocas.sql`).

use sqlx::PgConnection;

use super::catalogo::{CLIENTES, Catalogo, Coluna, Tabela, quoted};
use super::decisoes::{KEYS, LISTS, LOOSE, NAMES, SELVES, UNREAD_DOCUMENTS};
use super::{CopiaError, Manifesto, dynamic};

const FUNCTIONS: &str = include_str!("trocas.sql");

/// Makes the functions, and the tables they read, for the rest of the transaction.
pub(super) async fn prepare(
    conn: &mut PgConnection,
    catalogo: &Catalogo,
    manifesto: &Manifesto,
    operador: Option<i64>,
) -> Result<(), CopiaError> {
    // The functions of an earlier restoration over the same connection went with its session's transaction, the tables too.
    sqlx::raw_sql(FUNCTIONS).execute(&mut *conn).await?;
    let columns = catalogo.columns_to_tables();
    let keys: Vec<(&str, &str)> = columns.into_iter().chain(KEYS.iter().copied()).collect();
    pairs(conn, "chaves_de_documento", &keys).await?;
    let homes = catalogo.tabelas.keys().map(|name| (name.as_str(), name.as_str()));
    let homes: Vec<(&str, &str)> = homes.chain(SELVES.iter().copied()).collect();
    pairs(conn, "casas_de_documento", &homes).await?;
    for (table, column, word, parts) in NAMES {
        sqlx::query("insert into pg_temp.nomes values ($1, $2, $3)")
            .bind(format!("{table}.{column}"))
            .bind(word)
            .bind(*parts)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query("insert into pg_temp.operadores_da_copia values (0, $1)")
        .bind(operador)
        .execute(&mut *conn)
        .await?;
    for (old, email) in &manifesto.operadores {
        sqlx::query(
            "insert into pg_temp.operadores_da_copia select $1, (select o.id from operadores o where o.email = $2)",
        )
        .bind(old)
        .bind(email)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn pairs(conn: &mut PgConnection, table: &str, pairs: &[(&str, &str)]) -> Result<(), CopiaError> {
    let (left, right): (Vec<&str>, Vec<&str>) = pairs.iter().copied().unzip();
    let statement = format!(
        "insert into pg_temp.{table} select * from unnest($1::text[], $2::text[]) on conflict do nothing"
    );
    sqlx::query(dynamic(statement)).bind(left).bind(right).execute(conn).await?;
    Ok(())
}

/// Gives every row of a table a new number.
pub(super) async fn number(conn: &mut PgConnection, tabela: &str) -> Result<(), CopiaError> {
    let statement = format!(
        "insert into pg_temp.mapa select $1, velho, nextval(pg_get_serial_sequence($2, 'id'))
         from (select (linha ->> 'id')::bigint as velho from pg_temp.{} order by 1) r",
        quoted(&format!("r_{tabela}"))
    );
    let place = format!("public.{}", quoted(tabela));
    sqlx::query(dynamic(statement)).bind(tabela).bind(place).execute(conn).await?;
    Ok(())
}

/// What a column is made of, where every number is new; `p` is the row of the copy. `present` says whether a table is in the copy.
pub(super) fn expression(
    catalogo: &Catalogo,
    tabela: &Tabela,
    coluna: &Coluna,
    present: &dyn Fn(&str) -> bool,
) -> String {
    let (table, name) = (tabela.nome.as_str(), coluna.nome.as_str());
    let value = format!("p.{}", quoted(name));
    if coluna.numero {
        return format!("pg_temp.novo('{table}', {value})");
    }
    if name == "cliente_id" {
        return format!("pg_temp.novo('{CLIENTES}', {value})");
    }
    if let Some(other) = coluna.referencia.as_deref() {
        return reference(catalogo, other, &value, present);
    }
    if let Some((.., whose)) = LISTS.iter().find(|(t, c, _)| (*t, *c) == (table, name)) {
        return format!(
            "coalesce((select array_agg(pg_temp.talvez('{whose}', numero) order by vez) from unnest({value}) with ordinality l(numero, vez)), '{{}}')"
        );
    }
    if let Some((.., whose)) = LOOSE.iter().find(|(t, c, _)| (*t, *c) == (table, name)) {
        return format!("pg_temp.talvez('{whose}', {value})");
    }
    if coluna.tipo == "bigint"
        && let Some(kind) = tabela.type_of(coluna)
    {
        let kind = quoted(&kind);
        return format!(
            "case p.{kind} when 'medico' then pg_temp.talvez('medicos', {value})
             when 'secretaria' then pg_temp.talvez('secretarias', {value}) else {value} end"
        );
    }
    if coluna.tipo == "jsonb" && !UNREAD_DOCUMENTS.contains(&(table, name)) {
        let home = match table {
            "auditoria" => "pg_temp.casa(p.alvo)",
            "historico" => "'agendamentos'",
            _ => "null",
        };
        return format!("pg_temp.documento({value}, {home})");
    }
    if (table, name) == ("auditoria", "alvo") {
        return format!("pg_temp.alvo({value})");
    }
    if NAMES.iter().any(|(t, c, ..)| (*t, *c) == (table, name)) {
        return format!("pg_temp.nome('{table}.{name}', {value})");
    }
    value
}

fn reference(catalogo: &Catalogo, other: &str, value: &str, present: &dyn Fn(&str) -> bool) -> String {
    if other == "operadores" {
        return format!("pg_temp.operador({value})");
    }
    match (catalogo.tabelas.contains_key(other), present(other)) {
        (true, true) => format!("pg_temp.novo('{other}', {value})"),
        // What the copy does not hold cannot be referred to.
        (true, false) => "null".to_owned(),
        (false, _) => value.to_owned(),
    }
}

/// Words that begin names of rows and that nobody has told how to read: their numbers stay what they were.
pub(super) async fn unknown_names(conn: &mut PgConnection, cliente: i64) -> Result<Vec<String>, CopiaError> {
    let mut columns: Vec<(&str, &str)> = NAMES.iter().map(|(table, column, ..)| (*table, *column)).collect();
    columns.dedup();
    let mut unknown = Vec::new();
    for (table, column) in columns {
        let statement = format!(
            "select distinct $2 || ' ' || split_part({column}, ':', 1) from {table}
             where cliente_id = $1 and position(':' in {column}) > 0
               and not exists (select from pg_temp.nomes n where n.coluna = $2 and n.palavra = split_part({column}, ':', 1))"
        );
        let found: Vec<String> = sqlx::query_scalar(dynamic(statement))
            .bind(cliente)
            .bind(format!("{table}.{column}"))
            .fetch_all(&mut *conn)
            .await?;
        unknown.extend(found);
    }
    Ok(unknown)
}
