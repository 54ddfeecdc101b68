//! What a clinic consists of, read from Postgres's own catalogue, so that a new table is in every copy without anybody thinking of it.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::decisoes::{left_out_column, left_out_table};
use super::{CopiaError, Perfil, dynamic};

/// The table of the clinics themselves; the only one in a copy without `cliente_id`.
pub const CLIENTES: &str = "clientes";

/// A column.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Coluna {
    /// Its table.
    pub tabela: String,
    /// Its name.
    pub nome: String,
    /// Its type, as Postgres writes it.
    pub tipo: String,
    /// Whether Postgres computes it.
    pub gerada: bool,
    /// Whether it may be null.
    pub anulavel: bool,
    /// Whose `id` it holds, by a foreign key.
    pub referencia: Option<String>,
    /// Whether it is the table's own number, made by a sequence.
    pub numero: bool,
}

/// A table of a clinic.
#[derive(Debug, Clone)]
pub struct Tabela {
    /// Its name.
    pub nome: String,
    /// Its columns, in their order.
    pub colunas: Vec<Coluna>,
    /// What rows are told apart by.
    pub chave: Vec<String>,
}

impl Tabela {
    /// Whether rows have numbers of their own, which are new in a copy beside others.
    pub fn has_number(&self) -> bool {
        self.colunas.iter().any(|coluna| coluna.numero)
    }

    /// What says whose a row is.
    pub fn owner_column(&self) -> &'static str {
        if self.nome == CLIENTES { "id" } else { "cliente_id" }
    }

    /// The columns a copy of this kind holds.
    pub fn exported(&self, perfil: Perfil) -> impl Iterator<Item = &Coluna> {
        self.colunas
            .iter()
            .filter(move |one| !one.gerada && left_out_column(perfil, &one.tabela, &one.nome).is_none())
    }

    /// The type of the author or user a number belongs to: `autor_id` has its `autor_tipo`.
    pub fn type_of(&self, coluna: &Coluna) -> Option<String> {
        let stem = coluna.nome.strip_suffix("_id")?;
        let sibling = format!("{stem}_tipo");
        self.colunas.iter().any(|one| one.nome == sibling).then_some(sibling)
    }
}

/// A foreign key of a clinic's table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Chave {
    /// Its name.
    pub nome: String,
    /// The table it is of.
    pub tabela: String,
    /// Its columns.
    pub daqui: Vec<String>,
    /// The table it refers to.
    pub para: String,
    /// The columns there.
    pub de_la: Vec<String>,
}

/// The tables of a clinic and what ties them.
#[derive(Debug)]
pub struct Catalogo {
    /// Every table with `cliente_id`, and `clientes`; by name.
    pub tabelas: BTreeMap<String, Tabela>,
    /// Their foreign keys.
    pub chaves: Vec<Chave>,
    /// The last migration.
    pub esquema: i64,
}

const COLUMNS: &str = "
    select c.relname::text as tabela, a.attname::text as nome, format_type(a.atttypid, a.atttypmod) as tipo,
           a.attgenerated <> '' as gerada, not a.attnotnull as anulavel,
           (select r.relname::text from pg_constraint k
            join pg_class r on r.oid = k.confrelid
            join lateral unnest(k.conkey, k.confkey) as u(here, there) on u.here = a.attnum
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.there and b.attname = 'id'
            where k.contype = 'f' and k.conrelid = c.oid and a.attname <> 'cliente_id' limit 1) as referencia,
           a.attidentity <> '' and a.attname = 'id' as numero
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and (c.relname = 'clientes' or exists (
        select from pg_attribute o where o.attrelid = c.oid and o.attname = 'cliente_id' and not o.attisdropped))
    order by c.relname, a.attnum";

const KEYS: &str = "
    select k.conname::text as nome, c.relname::text as tabela, r.relname::text as para,
           array(select a.attname::text from unnest(k.conkey) with ordinality u(n, o)
                 join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.o) as daqui,
           array(select a.attname::text from unnest(k.confkey) with ordinality u(n, o)
                 join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.o) as de_la
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_class r on r.oid = k.confrelid
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace
    order by 2, 1";

const PRIMARY: &str = "
    select c.relname::text,
           array(select a.attname::text from unnest(k.conkey) with ordinality u(n, o)
                 join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.o)
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype = 'p' and k.connamespace = 'public'::regnamespace";

impl Catalogo {
    /// The catalogue as it is now.
    ///
    /// # Errors
    /// When Postgres refuses, or the schema was never made.
    pub async fn read(conn: &mut PgConnection) -> Result<Self, CopiaError> {
        let there: bool = sqlx::query_scalar("select to_regclass('public._sqlx_migrations') is not null")
            .fetch_one(&mut *conn)
            .await?;
        if !there {
            return Err(CopiaError::refused("O banco ainda não tem o esquema. Rode `hi migrate` antes."));
        }
        let columns: Vec<Coluna> = sqlx::query_as(COLUMNS).fetch_all(&mut *conn).await?;
        let primary: Vec<(String, Vec<String>)> = sqlx::query_as(PRIMARY).fetch_all(&mut *conn).await?;
        let mut primary: BTreeMap<String, Vec<String>> = primary.into_iter().collect();
        let mut tabelas: BTreeMap<String, Tabela> = BTreeMap::new();
        for coluna in columns {
            let nome = coluna.tabela.clone();
            let tabela = tabelas.entry(nome.clone()).or_insert_with(|| Tabela {
                chave: primary.remove(&nome).unwrap_or_default(),
                nome,
                colunas: Vec::new(),
            });
            tabela.colunas.push(coluna);
        }
        let mut chaves: Vec<Chave> = sqlx::query_as(KEYS).fetch_all(&mut *conn).await?;
        chaves.retain(|chave| tabelas.contains_key(&chave.tabela));
        let esquema =
            sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations where success")
                .fetch_one(conn)
                .await?;
        Ok(Self { tabelas, chaves, esquema })
    }

    /// The tables a copy of this kind holds, `clientes` first.
    pub fn exported(&self, perfil: Perfil) -> Vec<&Tabela> {
        let mut all: Vec<&Tabela> =
            self.tabelas.values().filter(|tabela| left_out_table(perfil, &tabela.nome).is_none()).collect();
        all.sort_by_key(|tabela| tabela.nome != CLIENTES);
        all
    }

    /// Whose number a column of this name holds, where the foreign keys say it with one voice: what keys of a JSON document are read by.
    pub fn columns_to_tables(&self) -> BTreeMap<&str, &str> {
        let mut found: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for coluna in self.tabelas.values().flat_map(|tabela| &tabela.colunas) {
            let Some(table) = coluna.referencia.as_deref() else { continue };
            if !self.tabelas.contains_key(table) {
                continue;
            }
            let known = found.entry(&coluna.nome).or_insert(Some(table));
            if known.is_some_and(|known| known != table) {
                *known = None;
            }
        }
        found.into_iter().filter_map(|(name, table)| Some((name, table?))).collect()
    }
}

/// How many rows of a clinic a table has.
pub(super) async fn count(conn: &mut PgConnection, tabela: &Tabela, cliente: i64) -> Result<i64, CopiaError> {
    let statement =
        format!("select count(*) from {} where {} = $1", quoted(&tabela.nome), tabela.owner_column());
    Ok(sqlx::query_scalar(dynamic(statement)).bind(cliente).fetch_one(conn).await?)
}

/// A name of the catalogue as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
