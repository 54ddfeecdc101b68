//! Writing what a copy holds: the lines of its files into temporary tables, and from there into the clinic's own.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::catalogo::{CLIENTES, Tabela, quoted};
use super::decisoes::UNKNOWN;
use super::restaurar::Plan;
use super::{Arquivo, CopiaError, dynamic, trocas};

/// How many lines go to Postgres at a time.
const BATCH: usize = 500;

/// The lines of a file, as they are, where statements reach them.
pub(super) async fn load(conn: &mut PgConnection, plan: &Plan<'_>, one: &Arquivo) -> Result<(), CopiaError> {
    let table = format!("pg_temp.{}", quoted(&format!("r_{}", one.tabela)));
    sqlx::query(dynamic(format!(
        "create temp table {} (linha jsonb) on commit drop",
        table.trim_start_matches("pg_temp.")
    )))
    .execute(&mut *conn)
    .await?;
    let statement = format!("insert into {table} select unnest($1::text[])::jsonb");
    let mut batch: Vec<String> = Vec::with_capacity(BATCH);
    for line in plan.pasta.lines(one)? {
        batch.push(line?);
        if batch.len() == BATCH {
            sqlx::query(dynamic(statement.clone())).bind(&batch).execute(&mut *conn).await?;
            batch.clear();
        }
    }
    sqlx::query(dynamic(statement)).bind(&batch).execute(conn).await?;
    Ok(())
}

/// Plans that are not here come with the copy; one that is here stays as it is.
pub(super) async fn plans(conn: &mut PgConnection, plan: &Plan<'_>) -> Result<(), CopiaError> {
    let Some(one) = plan.manifesto().arquivos.iter().find(|one| one.tabela == "planos") else {
        return Ok(());
    };
    let known: Vec<String> = sqlx::query_scalar(
        "select attname::text from pg_attribute where attrelid = 'planos'::regclass and attnum > 0 and not attisdropped",
    )
    .fetch_all(&mut *conn)
    .await?;
    let list: Vec<String> =
        one.colunas.iter().filter(|name| known.contains(name)).map(|name| quoted(name)).collect();
    let list = list.join(", ");
    let statement = format!(
        "insert into planos ({list}) select {list} from (
           select p.* from pg_temp.r_planos r cross join lateral jsonb_populate_record(null::planos, r.linha) p) p
         on conflict (nome) do nothing"
    );
    sqlx::query(dynamic(statement)).execute(conn).await?;
    Ok(())
}

/// What the clinic is called here, in one row that statements read.
pub(super) async fn destination(conn: &mut PgConnection, plan: &Plan<'_>) -> Result<(), CopiaError> {
    let (manifesto, pedido) = (plan.manifesto(), plan.pedido);
    let day = manifesto.instante.strftime("%d/%m/%Y").to_string();
    let motivo = (plan.beside && !pedido.ativa).then(|| format!("Cópia de {day}, em conferência."));
    let create = "create temp table destino on commit drop as select
        coalesce((select m.novo from pg_temp.mapa m where m.tabela = 'clientes' and m.velho = $1), $1) as cliente_id,
        lower($2::text) as subdomain, $3::text as instancia, $4::text as motivo, $5::timestamptz as agora";
    sqlx::query(create)
        .bind(manifesto.cliente_id)
        .bind(pedido.subdomain.or(manifesto.subdomain.as_deref()))
        .bind(pedido.instancia)
        .bind(motivo)
        .bind(pedido.agora.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// What becomes of a column of the clinic's own row.
fn of_the_clinic(plan: &Plan<'_>, column: &str) -> Option<String> {
    let given = |name: &str| format!("(select d.{name} from pg_temp.destino d)");
    match column {
        "subdomain" => Some(given("subdomain")),
        "whatsapp_instance" if plan.beside || plan.pedido.instancia.is_some() => Some(given("instancia")),
        // What Evolution has under that name was not made for it.
        "whatsapp_feita_em" if plan.beside || plan.pedido.instancia.is_some() => Some("null".to_owned()),
        "whatsapp_cloud_id" if plan.beside => Some("null".to_owned()),
        "whatsapp_provedor" if plan.beside => Some("'evolution'".to_owned()),
        "identidade" if plan.beside => Some("gen_random_uuid()".to_owned()),
        "suspenso_em" if plan.beside => {
            Some("(select case when d.motivo is not null then d.agora end from pg_temp.destino d)".to_owned())
        }
        "suspensao_motivo" if plan.beside => Some(given("motivo")),
        _ => None,
    }
}

/// Writes the rows of a table, each column as it has to be here.
pub(super) async fn insert(
    conn: &mut PgConnection,
    plan: &Plan<'_>,
    one: &Arquivo,
    tabela: &Tabela,
) -> Result<u64, CopiaError> {
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    let present = |table: &str| plan.has(table);
    for coluna in tabela.colunas.iter().filter(|coluna| one.colunas.contains(&coluna.nome)) {
        let special = if tabela.nome == CLIENTES { of_the_clinic(plan, &coluna.nome) } else { None };
        // Nobody sealed it: what the table says of a new clinic stands.
        if tabela.nome == CLIENTES && special.is_none() && plan.granted.contains(&coluna.nome) {
            continue;
        }
        columns.push(quoted(&coluna.nome));
        let usual = || {
            let operator = coluna.referencia.as_deref() == Some("operadores");
            if plan.beside || operator {
                trocas::expression(&plan.catalogo, tabela, coluna, &present)
            } else {
                format!("p.{}", quoted(&coluna.nome))
            }
        };
        let mut value = special.unwrap_or_else(usual);
        if coluna.tipo == "jsonb" && !coluna.anulavel {
            value = format!("coalesce({value}, 'null')");
        }
        values.push(value);
    }
    for (_, column, value) in UNKNOWN.iter().filter(|(table, ..)| *table == tabela.nome) {
        if !one.colunas.iter().any(|name| name == column) {
            columns.push(quoted(column));
            values.push((*value).to_owned());
        }
    }
    let name = quoted(&tabela.nome);
    let statement = format!(
        "insert into public.{name} ({}) overriding system value
         select {} from pg_temp.{} r cross join lateral jsonb_populate_record(null::public.{name}, r.linha) p",
        columns.join(", "),
        values.join(", "),
        quoted(&format!("r_{}", tabela.nome)),
    );
    Ok(sqlx::query(dynamic(statement)).execute(conn).await?.rows_affected())
}
