//! The whole system: what `pg_dump` writes in one snapshot, with what it must come to when it is restored, and the register of erasures beside it.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::apagamentos::{self, Apagamento, Refeito};
use super::catalogo::quoted;
use super::manifesto::{Draft, sum, unseal};
use super::programa::Programa;
use super::{CopiaError, FORMATO, Progress, connect, dynamic, inerte, numeros, pool, visao};
use crate::db::TenantTx;
use crate::db::migrate::newest;

const DUMP: &str = "banco.dump";
const REGISTER: &str = "apagamentos.ndjson";

/// What a copy of the whole system says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sistema {
    /// As of a clinic's copy.
    pub formato: u32,
    /// Always `sistema`.
    pub copia: String,
    /// The last migration.
    pub esquema: i64,
    /// The instant of the snapshot.
    pub instante: Timestamp,
    /// The role that owns the schema, which has to be there where it is restored.
    pub dono: String,
    /// Each file and its sum.
    pub arquivos: BTreeMap<String, String>,
    /// How many rows each table has.
    pub tabelas: BTreeMap<String, i64>,
    /// The last link of the operators' trail.
    pub auditoria: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize)]
pub struct SistemaRestaurado {
    /// How many tables were compared.
    pub tabelas: usize,
    /// How many rows they have.
    pub linhas: i64,
    /// How many acts the operators' trail has, none altered.
    pub auditoria: i64,
    /// What was erased or united again.
    pub refeito: Refeito,
    /// The last migration.
    pub esquema: i64,
    /// How many sequences go on beyond every number that was given.
    pub numeradores: usize,
    /// Whether the sessions of the lost time are ended; a schema that is too old has to be migrated first.
    pub sessoes_encerradas: bool,
}

/// Writes the copy: the dump, the register, the manifest.
///
/// # Errors
/// [`CopiaError::Refused`] when `pg_dump` is not there or fails, or the folder is in use.
pub async fn backup(
    owner: &SecretString,
    para: &Path,
    agora: Timestamp,
    progress: Progress<'_>,
) -> Result<Sistema, CopiaError> {
    let pg_dump = Programa::find("pg_dump")?;
    let mut conn = connect(owner).await?;
    let mut tx = visao::snapshot(&mut conn).await?;
    let snapshot: String = sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut *tx).await?;
    let dono: String = sqlx::query_scalar(
        "select pg_get_userbyid(relowner)::text from pg_class where oid = 'clientes'::regclass",
    )
    .fetch_one(&mut *tx)
    .await?;
    let draft = Draft::begin(para)?;
    progress("contando as linhas");
    let tabelas = counts(&mut tx).await?;
    let auditoria = chain(&mut tx).await?.1;
    apagamentos::write_file(&draft.folder.join(REGISTER), &apagamentos::all(&mut tx).await?)?;
    progress("pg_dump");
    let file = draft.folder.join(DUMP);
    // As whom it comes in sees every row, which was just made sure of; without the word it would ask Postgres to refuse.
    let snapshot = format!("--snapshot={snapshot}");
    let arguments = ["--format=custom", "--no-password", "--enable-row-security", &snapshot, "--file"];
    pg_dump.run(owner, &arguments, &file, "--dbname").await?;
    // The tables were locked all the while; what the role is one of was not.
    visao::nothing_is_hidden(&mut tx).await?;
    tx.rollback().await?;
    let mut arquivos = BTreeMap::new();
    for name in [DUMP, REGISTER] {
        arquivos.insert(name.to_owned(), sum(&draft.folder.join(name))?.0);
    }
    let esquema: i64 =
        sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(&mut conn).await?;
    let sistema = Sistema {
        formato: FORMATO,
        copia: "sistema".to_owned(),
        esquema,
        instante: agora,
        dono,
        arquivos,
        tabelas,
        auditoria,
    };
    draft.finish(&sistema, None)?;
    Ok(sistema)
}

/// Writes only the register of erasures, to be kept away from the copies.
///
/// # Errors
/// When Postgres or the file refuses.
pub async fn backup_register(owner: &SecretString, para: &Path) -> Result<usize, CopiaError> {
    let mut conn = connect(owner).await?;
    let mut tx = visao::snapshot(&mut conn).await?;
    let register = apagamentos::all(&mut tx).await?;
    tx.rollback().await?;
    apagamentos::write_file(para, &register)?;
    Ok(register.len())
}

/// Restores into an empty database, compares, and does again what was erased since.
///
/// # Errors
/// [`CopiaError::Refused`] when the copy is damaged or newer, or the database is not empty; nothing was written then. When what was restored does
/// not come to what the manifest says, it says so, and the database is not to be used.
pub async fn restore(
    owner: &SecretString,
    de: &Path,
    elsewhere: &[Apagamento],
    agora: Timestamp,
    progress: Progress<'_>,
) -> Result<SistemaRestaurado, CopiaError> {
    progress("conferindo o manifesto e os arquivos");
    let sistema: Sistema = unseal(de)?;
    sistema.ensure_whole(de)?;
    let pg_restore = Programa::find("pg_restore")?;
    let mut conn = connect(owner).await?;
    ensure_empty(&mut conn, &sistema).await?;
    sqlx::raw_sql(ROLES).execute(&mut conn).await?;
    progress("pg_restore");
    let arguments = ["--single-transaction", "--exit-on-error", "--no-password"];
    let restored = pg_restore.run(owner, &arguments, &de.join(DUMP), "--dbname").await;
    sqlx::query(ROLES_AFTER).execute(&mut conn).await?;
    restored?;
    progress("conferindo as linhas e a trilha");
    visao::nothing_is_hidden(&mut conn).await?;
    let tabelas = counts(&mut conn).await?;
    compare(&sistema, &tabelas)?;
    let (auditoria, last, broken) = {
        let (lines, last) = chain(&mut conn).await?;
        let broken: Option<i64> =
            sqlx::query_scalar("select quebra_id from hi_confere_auditoria()").fetch_one(&mut conn).await?;
        (lines, last, broken)
    };
    if broken.is_some() || last != sistema.auditoria {
        return Err(CopiaError::refused("A trilha dos operadores não confere. Não use este banco."));
    }
    progress("adiantando os numeradores e encerrando sessões");
    let (numeradores, sessoes_encerradas) = numeros::go_on(&mut conn, Some(sistema.instante), agora).await?;
    progress("refazendo apagamentos e segurando o que ia sair");
    let register = apagamentos::read_file(&de.join(REGISTER))?;
    let register: Vec<Apagamento> = register.into_iter().chain(elsewhere.iter().cloned()).collect();
    let refeito = again(owner, &register, agora).await?;
    let linhas = tabelas.values().sum();
    Ok(SistemaRestaurado {
        tabelas: tabelas.len(),
        linhas,
        auditoria,
        refeito,
        esquema: sistema.esquema,
        numeradores,
        sessoes_encerradas,
    })
}

impl Sistema {
    fn ensure_whole(&self, folder: &Path) -> Result<(), CopiaError> {
        if self.formato > FORMATO || self.copia != "sistema" {
            return Err(CopiaError::refused(
                "Esta pasta não é a cópia do sistema, ou é de um formato mais novo.",
            ));
        }
        if self.esquema > newest() {
            return Err(CopiaError::refused(format!(
                "A cópia é do esquema {}, mais novo que este `hi` ({}). Atualize o `hi`.",
                self.esquema,
                newest()
            )));
        }
        for name in [DUMP, REGISTER] {
            let expected = self.arquivos.get(name);
            if expected != Some(&sum(&folder.join(name))?.0) {
                return Err(CopiaError::refused(format!(
                    "{name} não confere com o manifesto. Nada foi escrito."
                )));
            }
        }
        Ok(())
    }
}

/// The roles the dump grants to: they belong to the server, so no dump of a database makes them.
const ROLES: &str = "do $$
declare
  papel text;
begin
  foreach papel in array array['hi_app login', 'hi_login login', 'hi_cartas login', 'hi_operador login', 'hi_admin login', 'hi_resolver nologin'] loop
    begin
      execute 'create role ' || papel || ' nosuperuser nocreatedb nocreaterole noinherit nobypassrls';
    exception
      when duplicate_object or unique_violation then null;
    end;
  end loop;
  execute format('grant hi_resolver, hi_operador, hi_app to %I', current_user);
  -- Functions are given to it, which only who is a superuser may do without.
  grant create on schema public to hi_resolver;
end $$";

/// What [`ROLES`] gave for as long as the dump was read.
const ROLES_AFTER: &str = "revoke create on schema public from hi_resolver";

async fn ensure_empty(conn: &mut PgConnection, sistema: &Sistema) -> Result<(), CopiaError> {
    let there: i64 = sqlx::query_scalar(
        "select count(*) from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')",
    )
    .fetch_one(&mut *conn)
    .await?;
    if there > 0 {
        let words = "O banco não está vazio. Crie outro (`createdb`) e restaure nele; nada foi escrito.";
        return Err(CopiaError::refused(words));
    }
    let owner: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(&sistema.dono)
        .fetch_one(conn)
        .await?;
    if !owner {
        let words =
            format!("O esquema é do papel “{}”, que não existe neste servidor. Crie-o antes.", sistema.dono);
        return Err(CopiaError::refused(words));
    }
    Ok(())
}

/// How many rows every table has.
async fn counts(conn: &mut PgConnection) -> Result<BTreeMap<String, i64>, CopiaError> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut counts = BTreeMap::new();
    for table in tables {
        let statement = format!("select count(*) from public.{}", quoted(&table));
        let rows: i64 = sqlx::query_scalar(dynamic(statement)).fetch_one(&mut *conn).await?;
        counts.insert(table, rows);
    }
    Ok(counts)
}

fn compare(sistema: &Sistema, there: &BTreeMap<String, i64>) -> Result<(), CopiaError> {
    let names = sistema.tabelas.keys().chain(there.keys());
    let wrong: Vec<String> = names
        .filter(|name| sistema.tabelas.get(*name) != there.get(*name))
        .map(|name| {
            format!("{name}: {:?} no banco, {:?} na cópia", there.get(name), sistema.tabelas.get(name))
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(CopiaError::refused(format!(
        "O que foi restaurado não confere; não use este banco.\n{}",
        wrong.join("\n")
    )))
}

/// How many acts the operators' trail has, and its last link.
async fn chain(conn: &mut PgConnection) -> Result<(i64, Option<String>), CopiaError> {
    let found = sqlx::query_as(
        "select (select count(*) from auditoria_operacao), (select hash from auditoria_operacao order by id desc limit 1)",
    );
    Ok(found.fetch_one(conn).await?)
}

/// What a database that was restored another way still needs: numbers and sessions of the lost time are over, erasures and unions are done again in
/// every clinic they are of, and what was about to leave is held; a transaction for each clinic. May be repeated.
///
/// # Errors
/// When Postgres refuses; clinics done before stay done.
pub async fn reapply(
    owner: &SecretString,
    elsewhere: &[Apagamento],
    agora: Timestamp,
) -> Result<Refeito, CopiaError> {
    let mut conn = connect(owner).await?;
    numeros::go_on(&mut conn, None, agora).await?;
    drop(conn);
    again(owner, elsewhere, agora).await
}

async fn again(
    owner: &SecretString,
    elsewhere: &[Apagamento],
    agora: Timestamp,
) -> Result<Refeito, CopiaError> {
    let pool = pool(owner)?;
    visao::nothing_is_hidden(&mut *pool.acquire().await?).await?;
    let clinics: Vec<(i64, String, String)> =
        sqlx::query_as("select id, identidade::text, fuso from clientes order by id")
            .fetch_all(&pool)
            .await?;
    let mut all = Refeito::default();
    for (cliente, identidade, fuso) in clinics {
        let mut tx = pool.begin().await?;
        inerte::quieten(&mut tx, cliente, false, agora).await?;
        let entries = apagamentos::of_clinic(&mut tx, &identidade, elsewhere).await?;
        let numbers = apagamentos::numbers(&mut tx, &entries, cliente, false).await?;
        let cliente_id =
            cliente.to_string().parse().map_err(|_| CopiaError::refused("o número da clínica"))?;
        let time_zone = jiff::tz::TimeZone::get(&fuso).unwrap_or(jiff::tz::TimeZone::UTC);
        let mut inside = TenantTx::inside(tx, cliente_id, time_zone);
        let done = apagamentos::apply(&mut inside, &entries, &numbers, agora).await?;
        let mut tx = inside.tx;
        apagamentos::keep(&mut tx, cliente, &entries).await?;
        tx.commit().await?;
        all.apagados += done.apagados;
        all.unidos += done.unidos;
        all.uniao_pendente.extend(done.uniao_pendente);
    }
    sqlx::query("update emails_operacao set estado = 'falhou', lease_ate = null, erro = 'cópia restaurada' where estado in ('pendente', 'enviando')")
        .execute(&pool)
        .await?;
    pool.close().await;
    Ok(all)
}

/// A line of the operators' trail, written by the schema's owner for the operator at the terminal.
pub(super) async fn record(
    conn: &mut PgConnection,
    (operador, papel): (i64, &str),
    acao: &str,
    alvo: &str,
    depois: &Value,
) -> Result<(), CopiaError> {
    sqlx::query(
        "insert into auditoria_operacao (em, operador_id, papel, acao, alvo, depois) values (now(), $1, $2, $3, $4, $5)",
    )
    .bind(operador)
    .bind(papel)
    .bind(acao)
    .bind(alvo)
    .bind(depois)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes into the operators' trail that a copy is made, before it is; who made it is the operator at the terminal. Without any
/// operator there is nobody to name, and nothing is written.
///
/// # Errors
/// [`CopiaError::Refused`] when the operator who was named is not at work.
pub async fn announce(
    owner: &SecretString,
    operador: Option<&str>,
    subdomain: Option<&str>,
    agora: Timestamp,
) -> Result<bool, CopiaError> {
    let mut conn = connect(owner).await?;
    let found = super::operator(&mut conn, operador).await?;
    let Some((id, papel)) = found else {
        if let Some(email) = operador {
            return Err(CopiaError::refused(format!("Não há operador ativo com o e-mail {email}.")));
        }
        return Ok(false);
    };
    let (act, target) = match subdomain {
        Some(subdomain) => {
            ("clinica_exportada", format!("clientes/{}", super::clinic_at(&mut conn, subdomain).await?))
        }
        None => ("sistema_copiado", "sistema".to_owned()),
    };
    let mut tx = conn.begin().await?;
    record(&mut tx, (id, &papel), act, &target, &json!({ "em": agora })).await?;
    tx.commit().await?;
    Ok(true)
}
