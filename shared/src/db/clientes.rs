//! `clientes`: which clinic a name leads to. These run before a clinic is known, through functions that return nothing but
//! what resolving needs.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::Db;
use crate::id::ClienteId;
use crate::problem::Problem;
use crate::tenant::Facts;
use crate::whatsapp::Provedor;

#[derive(sqlx::FromRow)]
struct Row {
    id: ClienteId,
    nome: String,
    subdomain: Option<String>,
    whatsapp_instance: Option<String>,
    ativo: bool,
    suspenso: bool,
    suspensao_motivo: Option<String>,
    versao: i64,
    whatsapp_provedor: String,
    whatsapp_cloud_id: Option<String>,
    linha_propria: bool,
    #[sqlx(default)]
    linha_desde: Option<jiff_sqlx::Timestamp>,
}

impl Row {
    /// A closed clinic, or one without an address yet, is nobody.
    fn into_facts(self) -> Option<Facts> {
        self.into_facts_even_closed().filter(|facts| !facts.encerrada)
    }

    fn into_facts_even_closed(self) -> Option<Facts> {
        let subdomain = self.subdomain?;
        Some(Facts {
            encerrada: !self.ativo,
            cliente_id: self.id,
            nome: self.nome,
            subdomain,
            whatsapp_instance: self.whatsapp_instance,
            suspenso: self.suspenso,
            suspensao_motivo: self.suspensao_motivo,
            versao: self.versao,
            provedor: Provedor::from_column(&self.whatsapp_provedor),
            cloud_id: self.whatsapp_cloud_id,
            linha_propria: self.linha_propria,
            linha_desde: self.linha_desde.map(Into::into),
        })
    }
}

pub(crate) async fn find_by_subdomain(db: &Db, subdomain: &str) -> Result<Option<Facts>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select t.*, hi_linha_propria(t.id) as linha_propria from hi_tenant_by_subdomain($1) t",
    )
    .bind(subdomain)
    .fetch_optional(&mut *db.connection().await?)
    .await?;
    Ok(row.and_then(Row::into_facts))
}

pub(crate) async fn find_by_instance(db: &Db, instance: &str) -> Result<Option<Facts>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select t.*, hi_linha_propria(t.id) as linha_propria, hi_linha_desde(t.id, $1) as linha_desde from hi_tenant_by_instance($1) t",
    )
    .bind(instance)
    .fetch_optional(&mut *db.connection().await?)
    .await?;
    Ok(row.and_then(Row::into_facts))
}

pub(crate) async fn list_with_work_due(db: &Db, now: Timestamp, most: i32) -> Result<Vec<Facts>, Problem> {
    let rows: Vec<Row> = sqlx::query_as(
        "select t.*, hi_linha_propria(t.id) as linha_propria from hi_due_clientes($1, $2) with ordinality as due(id, place)
         cross join lateral hi_tenant_by_id(due.id) t
         order by due.place",
    )
    .bind(now.to_sqlx())
    .bind(most)
    .fetch_all(&mut *db.connection().await?)
    .await?;
    Ok(rows.into_iter().filter_map(Row::into_facts).collect())
}

pub(crate) async fn list_with_billing_due(db: &Db, now: Timestamp, most: i32) -> Result<Vec<Facts>, Problem> {
    let rows: Vec<Row> = sqlx::query_as(
        "select t.*, hi_linha_propria(t.id) as linha_propria from hi_cobranca_devida($1, $2) with ordinality as due(id, place)
         cross join lateral hi_tenant_by_id(due.id) t
         order by due.place",
    )
    .bind(now.to_sqlx())
    .bind(most)
    .fetch_all(&mut *db.connection().await?)
    .await?;
    Ok(rows.into_iter().filter_map(Row::into_facts_even_closed).collect())
}

/// A clinic that was closed so long ago that its people go, when it may have any.
pub(crate) async fn find_with_people_to_erase(
    db: &Db,
    clinic: ClienteId,
    now: Timestamp,
) -> Result<Option<Facts>, Problem> {
    let row: Option<Row> =
        sqlx::query_as("select t.*, hi_linha_propria(t.id) as linha_propria from hi_tenant_by_id($1) t where hi_pessoas_esperam($1, $2)")
            .bind(clinic)
            .bind(now.to_sqlx())
            .fetch_optional(&mut *db.connection().await?)
            .await?;
    Ok(row.and_then(Row::into_facts_even_closed))
}

pub(crate) async fn list_with_connection_due(
    db: &Db,
    now: Timestamp,
    most: i32,
) -> Result<Vec<Facts>, Problem> {
    let rows: Vec<Row> = sqlx::query_as(
        "select t.*, hi_linha_propria(t.id) as linha_propria from hi_conexoes_devidas($1, $2) with ordinality as due(id, place)
         cross join lateral hi_tenant_by_id(due.id) t
         order by due.place",
    )
    .bind(now.to_sqlx())
    .bind(most)
    .fetch_all(&mut *db.connection().await?)
    .await?;
    Ok(rows.into_iter().filter_map(Row::into_facts).collect())
}

pub(crate) async fn list_with_measuring_due(db: &Db, now: Timestamp) -> Result<Vec<Facts>, Problem> {
    let rows: Vec<Row> = sqlx::query_as(
        "select t.*, hi_linha_propria(t.id) as linha_propria from hi_medicoes_devidas($1) with ordinality as due(id, place)
         cross join lateral hi_tenant_by_id(due.id) t
         order by due.place",
    )
    .bind(now.to_sqlx())
    .fetch_all(&mut *db.connection().await?)
    .await?;
    Ok(rows.into_iter().filter_map(Row::into_facts_even_closed).collect())
}

pub(crate) async fn count_disconnected(db: &Db) -> Result<u64, Problem> {
    let count: i64 = sqlx::query_scalar("select hi_instancias_desconectadas()")
        .fetch_one(&mut *db.connection().await?)
        .await?;
    Ok(count.unsigned_abs())
}
