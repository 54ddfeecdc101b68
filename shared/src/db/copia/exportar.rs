//! Writing the copy of one clinic: a file a table, one row a line, all of one instant.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::catalogo::{Tabela, quoted};
use super::decisoes::left_out_table;
use super::manifesto::Draft;
use super::{
    Arquivo, Catalogo, Chaves, CopiaError, FORMATO, Manifesto, Perfil, Progress, clinic_at, connect, dynamic,
    visao,
};

/// How many rows are fetched at a time.
const BATCH: u32 = 1_000;

/// What is to be copied, and where to.
#[derive(Debug)]
pub struct Pedido<'a> {
    /// The clinic's address.
    pub subdomain: &'a str,
    /// For whom.
    pub perfil: Perfil,
    /// A folder that is not there yet, or empty.
    pub para: &'a Path,
    /// When, for the manifest.
    pub agora: Timestamp,
    /// What it is sealed with; a copy without a seal is not taken whole.
    pub chaves: Option<&'a Chaves>,
}

/// Writes the copy; the folder has its name only when the copy is whole.
///
/// # Errors
/// [`CopiaError::Refused`] when the clinic is not there, the folder is in use or the connection would not see every row.
pub async fn export(
    owner: &SecretString,
    pedido: &Pedido<'_>,
    progress: Progress<'_>,
) -> Result<Manifesto, CopiaError> {
    let mut conn = connect(owner).await?;
    // One snapshot: what is written meanwhile is in no file, or in all.
    let mut tx = visao::snapshot(&mut conn).await?;
    let catalogo = Catalogo::read(&mut tx).await?;
    let cliente = clinic_at(&mut tx, pedido.subdomain).await?;
    let (clinica, nome, subdomain): (String, String, Option<String>) =
        sqlx::query_as("select identidade::text, nome, subdomain::text from clientes where id = $1")
            .bind(cliente)
            .fetch_one(&mut *tx)
            .await?;
    let draft = Draft::begin(pedido.para)?;
    let mut arquivos = Vec::new();
    for tabela in catalogo.exported(pedido.perfil) {
        let one = write_table(&mut tx, tabela, pedido.perfil, cliente, &draft.folder).await?;
        progress(&format!("{}: {} linhas", one.tabela, one.linhas));
        arquivos.push(one);
    }
    arquivos.push(write_plans(&mut tx, &catalogo, cliente, &draft.folder).await?);
    let operadores = match pedido.perfil {
        Perfil::Backup => operators(&mut tx, &catalogo, cliente).await?,
        Perfil::Portabilidade => Vec::new(),
    };
    let fora = catalogo
        .tabelas
        .keys()
        .filter_map(|nome| left_out_table(pedido.perfil, nome).map(|why| (nome.clone(), why.to_owned())));
    let manifesto = Manifesto {
        formato: FORMATO,
        esquema: catalogo.esquema,
        perfil: pedido.perfil,
        cliente_id: cliente,
        clinica,
        nome,
        subdomain,
        instante: pedido.agora,
        arquivos,
        fora: fora.collect(),
        operadores,
    };
    tx.rollback().await?;
    draft.finish(&manifesto, pedido.chaves)?;
    Ok(manifesto)
}

async fn write_table(
    conn: &mut PgConnection,
    tabela: &Tabela,
    perfil: Perfil,
    cliente: i64,
    folder: &Path,
) -> Result<Arquivo, CopiaError> {
    let colunas: Vec<String> = tabela.exported(perfil).map(|coluna| coluna.nome.clone()).collect();
    let list: Vec<String> = colunas.iter().map(|nome| quoted(nome)).collect();
    let order: Vec<String> = tabela.chave.iter().map(|nome| quoted(nome)).collect();
    let statement = format!(
        "select row_to_json(linha)::text from (select {} from {} where {} = {cliente} order by {}) linha",
        list.join(", "),
        quoted(&tabela.nome),
        tabela.owner_column(),
        order.join(", ")
    );
    write(conn, &tabela.nome, colunas, statement, folder).await
}

/// The plans its rows name: a clinic cannot be restored where its plan is unknown.
async fn write_plans(
    conn: &mut PgConnection,
    catalogo: &Catalogo,
    cliente: i64,
    folder: &Path,
) -> Result<Arquivo, CopiaError> {
    let colunas: Vec<String> = sqlx::query_scalar(
        "select attname::text from pg_attribute where attrelid = 'planos'::regclass and attnum > 0 and not attisdropped order by attnum",
    )
    .fetch_all(&mut *conn)
    .await?;
    let named = named(catalogo, "planos", cliente);
    let statement =
        format!("select row_to_json(p)::text from planos p where p.nome in ({named}) order by p.nome");
    write(conn, "planos", colunas, statement, folder).await
}

/// What the clinic's rows name of a table that belongs to no clinic, as a query.
fn named(catalogo: &Catalogo, table: &str, cliente: i64) -> String {
    let keys = catalogo.chaves.iter().filter(|chave| chave.para == table && chave.daqui.len() == 1);
    let keys: Vec<String> = keys
        .filter_map(|chave| {
            let (column, own) = (quoted(chave.daqui.first()?), catalogo.tabelas.get(&chave.tabela)?);
            let owner = own.owner_column();
            Some(format!("select {column} from {} where {owner} = {cliente}", quoted(&chave.tabela)))
        })
        .collect();
    keys.join(" union ")
}

/// Fetches through a cursor, so that no clinic is in memory whole, and sums what it writes.
async fn write(
    conn: &mut PgConnection,
    tabela: &str,
    colunas: Vec<String>,
    statement: String,
    folder: &Path,
) -> Result<Arquivo, CopiaError> {
    let arquivo = format!("{tabela}.ndjson");
    let mut out = BufWriter::new(File::create_new(folder.join(&arquivo))?);
    let (mut digest, mut linhas) = (Sha256::new(), 0_u64);
    sqlx::query(dynamic(format!("declare copia no scroll cursor for {statement}")))
        .execute(&mut *conn)
        .await?;
    loop {
        let rows: Vec<String> =
            sqlx::query_scalar(dynamic(format!("fetch {BATCH} from copia"))).fetch_all(&mut *conn).await?;
        if rows.is_empty() {
            break;
        }
        for mut row in rows {
            row.push('\n');
            digest.update(row.as_bytes());
            out.write_all(row.as_bytes())?;
            linhas += 1;
        }
    }
    sqlx::query("close copia").execute(conn).await?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(Arquivo {
        tabela: tabela.to_owned(),
        arquivo,
        linhas,
        sha256: hex::encode(digest.finalize()),
        colunas,
    })
}

/// The operators the clinic's rows name, by login: numbers mean nothing elsewhere.
async fn operators(
    conn: &mut PgConnection,
    catalogo: &Catalogo,
    cliente: i64,
) -> Result<Vec<(i64, String)>, CopiaError> {
    let named = named(catalogo, "operadores", cliente);
    let statement = format!("select id, email from operadores where id in ({named}) order by id");
    Ok(sqlx::query_as(dynamic(statement)).fetch_all(conn).await?)
}
