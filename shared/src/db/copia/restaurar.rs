//! Restoring the copy of one clinic, whole or not at all: into a system without clinics under the numbers it had, or beside others under new ones.
//!
//! Everything is one transaction. Triggers and the checks of foreign keys are put off while rows are written (`session_replication_role`), since what a
//! trigger would derive is in the copy; the keys are checked afterwards, one by one, from the catalogue. Then what was erased or united after
//! the copy was made is done again, as the functions' own role does it.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::apagamentos::{self, Apagamento, Refeito};
use super::catalogo::{Catalogo, Tabela, count, quoted};
use super::gravar::{destination, insert, load, plans};
use super::{
    Arquivo, Chaves, CopiaError, Manifesto, Pasta, Perfil, Progress, decisoes, dynamic, inerte, numeros,
    pool, trocas, visao,
};
use crate::db::TenantTx;

/// Any number, as long as every restoration takes the same lock: one at a time.
const LOCK: i64 = 7_734_105;

/// What is to be restored, and as what.
#[derive(Debug)]
pub struct Pedido<'a> {
    /// The folder of the copy.
    pub de: &'a Path,
    /// The address of the restored clinic; its old one when left out.
    pub subdomain: Option<&'a str>,
    /// Its instance at Evolution. Left out: none beside others, the old one in a system without clinics.
    pub instancia: Option<&'a str>,
    /// Whether a copy beside others begins at work; else it is suspended until an operator takes it up.
    pub ativa: bool,
    /// Who restores, by e-mail; the oldest admin when left out.
    pub operador: Option<&'a str>,
    /// Erasures kept elsewhere than in this system's register.
    pub apagamentos: &'a [Apagamento],
    /// When.
    pub agora: Timestamp,
    /// What copies are sealed with.
    pub chaves: Option<&'a Chaves>,
    /// Also a copy without our seal, of which nothing is taken that the platform grants.
    pub sem_selo: bool,
}

/// What was restored.
#[derive(Debug, Serialize)]
pub struct Restaurada {
    /// The clinic's number here.
    pub cliente_id: i64,
    /// Its address.
    pub subdomain: Option<String>,
    /// Whether it is beside others, under new numbers.
    pub ao_lado: bool,
    /// Whether it is suspended until an operator takes it up.
    pub suspensa: bool,
    /// How many rows were written.
    pub linhas: u64,
    /// Whether it was as we wrote it; else it has the usual plan, and nothing the platform grants.
    pub selada: bool,
    /// What was erased or united again.
    pub refeito: Refeito,
    /// What a person should look at.
    pub avisos: Vec<String>,
}

/// How a restoration goes.
pub(super) struct Plan<'a> {
    pub(super) pedido: &'a Pedido<'a>,
    pub(super) pasta: Pasta,
    pub(super) catalogo: Catalogo,
    /// Under new numbers.
    pub(super) beside: bool,
    /// There are other clinics.
    others: bool,
    /// What is not taken of the clinic's own row.
    pub(super) granted: Vec<String>,
    sealed: bool,
    operador: Option<(i64, String)>,
}

impl Plan<'_> {
    pub(super) fn manifesto(&self) -> &Manifesto {
        &self.pasta.manifesto
    }

    fn files(&self) -> impl Iterator<Item = (&Arquivo, &Tabela)> {
        let all = self.pasta.manifesto.arquivos.iter();
        all.filter_map(|one| Some((one, self.catalogo.tabelas.get(&one.tabela)?)))
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.pasta.manifesto.arquivos.iter().any(|one| one.tabela == table)
    }
}

/// Restores a copy.
///
/// # Errors
/// [`CopiaError::Refused`] when the copy is damaged, newer than this schema, or its address is taken. Whatever fails, nothing was written.
pub async fn restore(
    owner: &SecretString,
    pedido: &Pedido<'_>,
    progress: Progress<'_>,
) -> Result<Restaurada, CopiaError> {
    progress("conferindo o manifesto e os arquivos");
    let mut pasta = Pasta::open(pedido.de)?;
    let sealed = pasta.sealed(pedido.chaves)?;
    if !sealed {
        if !pedido.sem_selo {
            return Err(CopiaError::refused(UNSEALED));
        }
        pasta.leave_out();
    }
    let pool = pool(owner)?;
    let mut tx = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
    visao::ensure_whole(&mut tx).await?;
    let plan = plan(&mut tx, pedido, (pasta, sealed)).await?;
    let (cliente, avisos) = write(&mut tx, &plan, progress).await?;
    let clinics: Option<(Option<String>, String)> =
        sqlx::query_as("select subdomain::text, fuso from clientes where id = $1")
            .bind(cliente)
            .fetch_optional(&mut *tx)
            .await?;
    let (subdomain, fuso) = clinics.unwrap_or_default();
    let time_zone = TimeZone::get(&fuso).unwrap_or(TimeZone::UTC);
    progress("refazendo apagamentos e uniões posteriores à cópia");
    let entries = apagamentos::of_clinic(&mut tx, &plan.manifesto().clinica, pedido.apagamentos).await?;
    let numbers = apagamentos::numbers(&mut tx, &entries, cliente, plan.beside).await?;
    let cliente_id = cliente.to_string().parse().map_err(|_| CopiaError::refused("o número da clínica"))?;
    let mut inside = TenantTx::inside(tx, cliente_id, time_zone);
    let refeito = apagamentos::apply(&mut inside, &entries, &numbers, pedido.agora).await?;
    let mut tx = inside.tx;
    if !plan.beside {
        apagamentos::keep(&mut tx, cliente, &entries).await?;
    }
    let linhas = plan.files().map(|(one, _)| one.linhas).sum();
    let done = Restaurada {
        cliente_id: cliente,
        subdomain,
        ao_lado: plan.beside,
        suspensa: plan.beside && !pedido.ativa,
        linhas,
        selada: plan.sealed,
        refeito,
        avisos,
    };
    trail(&mut tx, &plan, &done).await?;
    tx.commit().await?;
    pool.close().await;
    Ok(done)
}

const UNSEALED: &str = "A cópia não tem o nosso selo, ou foi alterada depois de selada, ou a chave das cópias não está aqui (`hi keys copies`). \
Nada foi escrito. Se for para restaurar assim mesmo, --sem-selo: sem plano, limites, IA e faturas da cópia.";

/// What of a clinic's row only the platform grants, as the rights of the functions' role say it.
async fn granted(conn: &mut PgConnection) -> Result<Vec<String>, CopiaError> {
    let columns: Vec<(String, bool)> = sqlx::query_as(
        "select attname::text, has_column_privilege('hi_app', attrelid, attnum, 'update') from pg_attribute
         where attrelid = 'clientes'::regclass and attnum > 0 and not attisdropped",
    )
    .fetch_all(conn)
    .await?;
    Ok(columns
        .into_iter()
        .filter(|(name, writable)| decisoes::granted(name, *writable))
        .map(|(name, _)| name)
        .collect())
}

/// Everything that can be refused before anything is written.
async fn plan<'a>(
    conn: &mut PgConnection,
    pedido: &'a Pedido<'a>,
    (pasta, sealed): (Pasta, bool),
) -> Result<Plan<'a>, CopiaError> {
    let catalogo = Catalogo::read(conn).await?;
    let manifesto = &pasta.manifesto;
    if manifesto.esquema > catalogo.esquema {
        return Err(CopiaError::refused(format!(
            "A cópia é do esquema {}, mais novo que o deste banco ({}). Rode `hi migrate` com a versão nova antes.",
            manifesto.esquema, catalogo.esquema
        )));
    }
    for one in manifesto.arquivos.iter().filter(|one| one.tabela != "planos") {
        let Some(tabela) = catalogo.tabelas.get(&one.tabela) else {
            let words = format!("A cópia tem a tabela {}, que este esquema não tem mais.", one.tabela);
            return Err(CopiaError::refused(words));
        };
        let unknown =
            one.colunas.iter().find(|name| !tabela.colunas.iter().any(|known| known.nome == **name));
        if let Some(name) = unknown {
            let words = format!("A cópia tem a coluna {}.{name}, que este esquema não tem mais.", one.tabela);
            return Err(CopiaError::refused(words));
        }
    }
    let others: bool =
        sqlx::query_scalar("select exists (select from clientes)").fetch_one(&mut *conn).await?;
    let beside = others || pedido.subdomain.is_some();
    let subdomain = pedido.subdomain.or(manifesto.subdomain.as_deref());
    let taken: bool = sqlx::query_scalar("select exists (select from clientes where subdomain = lower($1))")
        .bind(subdomain)
        .fetch_one(&mut *conn)
        .await?;
    if taken {
        return Err(CopiaError::refused(format!(
            "Já há uma clínica no endereço “{}”. Escolha outro com --subdomain.",
            subdomain.unwrap_or_default()
        )));
    }
    let operador = super::operator(conn, pedido.operador).await?;
    let signed = manifesto.perfil == Perfil::Portabilidade || !manifesto.operadores.is_empty();
    if operador.is_none() && (pedido.operador.is_some() || signed) {
        let words =
            "Não há operador que assine a restauração. Cadastre um admin, ou diga outro com --operador.";
        return Err(CopiaError::refused(words));
    }
    let granted = if sealed { Vec::new() } else { granted(conn).await? };
    Ok(Plan { pedido, pasta, catalogo, beside, others, granted, sealed, operador })
}

/// Writes every row; the clinic's number here, and what a person should look at.
async fn write(
    conn: &mut PgConnection,
    plan: &Plan<'_>,
    progress: Progress<'_>,
) -> Result<(i64, Vec<String>), CopiaError> {
    let operador = plan.operador.as_ref().map(|(id, _)| *id);
    trocas::prepare(conn, &plan.catalogo, plan.manifesto(), operador).await?;
    for one in &plan.manifesto().arquivos {
        load(conn, plan, one).await?;
        progress(&format!("{}: {} linhas lidas", one.tabela, one.linhas));
    }
    // A system with clinics goes on with its own numbers; one without knows only those of the copy.
    let ahead = if plan.others {
        None
    } else {
        let gap = numeros::gap(plan.manifesto().instante, plan.pedido.agora);
        Some(numeros::advance(conn, gap, &|table| plan.has(table)).await?)
    };
    sqlx::query("set local session_replication_role = replica").execute(&mut *conn).await?;
    plans(conn, plan).await?;
    for (one, tabela) in plan.files() {
        if plan.beside && tabela.has_number() {
            trocas::number(conn, &one.tabela).await?;
        }
    }
    destination(conn, plan).await?;
    for (one, tabela) in plan.files() {
        let written = insert(conn, plan, one, tabela).await?;
        if written != one.linhas {
            return Err(CopiaError::refused(format!(
                "{}: {written} linhas escritas, {} na cópia.",
                one.tabela, one.linhas
            )));
        }
        progress(&format!("{}: {written} linhas escritas", one.tabela));
    }
    let cliente: i64 =
        sqlx::query_scalar("select cliente_id from pg_temp.destino").fetch_one(&mut *conn).await?;
    check(conn, plan, cliente).await?;
    inerte::quieten(conn, cliente, plan.beside, plan.pedido.agora).await?;
    let mut avisos = Vec::new();
    for name in trocas::unknown_names(conn, cliente).await? {
        avisos.push(format!("Um nome que este `hi` não sabe reler ficou como era: {name}"));
    }
    if plan.manifesto().perfil == Perfil::Portabilidade {
        avisos.push("A cópia não tem senhas: cada pessoa precisa de uma nova.".to_owned());
    }
    if !plan.sealed {
        avisos.push("A cópia não tem o nosso selo: a clínica voltou com o plano padrão, sem IA, sem faturas e sem o que foi combinado com a plataforma.".to_owned());
    }
    if let Some(ahead) = ahead {
        numeros::verify(conn, &ahead).await?;
    }
    sqlx::query("set local session_replication_role = origin").execute(conn).await?;
    Ok((cliente, avisos))
}

/// That every row is there and every reference leads somewhere: what Postgres does not check while triggers rest.
async fn check(conn: &mut PgConnection, plan: &Plan<'_>, cliente: i64) -> Result<(), CopiaError> {
    for (one, tabela) in plan.files() {
        let there = count(conn, tabela, cliente).await?;
        if u64::try_from(there).ok() != Some(one.linhas) {
            let words = format!("{}: {there} linhas no banco, {} na cópia.", one.tabela, one.linhas);
            return Err(CopiaError::refused(words));
        }
    }
    for chave in &plan.catalogo.chaves {
        let Some(tabela) = plan.catalogo.tabelas.get(&chave.tabela) else { continue };
        let ties = chave.daqui.iter().zip(&chave.de_la);
        let ties: Vec<String> = ties.map(|(a, b)| format!("r.{} = t.{}", quoted(b), quoted(a))).collect();
        let whole: Vec<String> =
            chave.daqui.iter().map(|name| format!("t.{} is not null", quoted(name))).collect();
        let statement = format!(
            "select count(*) from {} t where t.{} = $1 and {} and not exists (select from {} r where {})",
            quoted(&tabela.nome),
            tabela.owner_column(),
            whole.join(" and "),
            quoted(&chave.para),
            ties.join(" and ")
        );
        let lost: i64 = sqlx::query_scalar(dynamic(statement)).bind(cliente).fetch_one(&mut *conn).await?;
        if lost > 0 {
            let words =
                format!("{lost} linhas de {} não acham {} ({}).", chave.tabela, chave.para, chave.nome);
            return Err(CopiaError::refused(words));
        }
    }
    Ok(())
}

/// The operators' trail says who restored what.
async fn trail(conn: &mut PgConnection, plan: &Plan<'_>, done: &Restaurada) -> Result<(), CopiaError> {
    let Some((operador, papel)) = &plan.operador else { return Ok(()) };
    let manifesto = plan.manifesto();
    let depois = json!({
        "clinica": manifesto.clinica, "de": manifesto.instante, "ao_lado": done.ao_lado, "linhas": done.linhas,
        "subdomain": done.subdomain, "selada": done.selada, "refeito": done.refeito,
    });
    super::sistema::record(
        conn,
        (*operador, papel),
        "clinica_restaurada",
        &format!("clientes/{}", done.cliente_id),
        &depois,
    )
    .await
}
