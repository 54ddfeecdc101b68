//! Row-level security, keys and roles.

use shared::db::migrate::{RolePasswords, migrate};
use shared::testing::{Clinic, Database, TestApp};

/// Tables of the platform that belong to no clinic, or are the clinic.
const NOT_TENANT: [&str; 15] = [
    "planos",
    "clientes",
    "operadores",
    "auditoria_operacao",
    "convites_operador",
    "emails_operacao",
    "idempotencia_operador",
    "pagamentos_recebidos",
    "pagamentos_ilegiveis",
    "planos_valores",
    "incidentes",
    "incidentes_comunicacoes",
    "restauracoes",
    "nomes_deixados",
    "_sqlx_migrations",
];

async fn tenant_tables(database: &Database) -> Vec<String> {
    database
        .texts(
            "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'cliente_id'
             where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1",
        )
        .await
}

#[tokio::test]
async fn every_table_is_a_clinics_or_is_named_here() {
    let app = TestApp::new().await;
    let tables = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')";
    let tenant = tenant_tables(&app.database).await;
    for table in app.database.texts(tables).await {
        assert!(tenant.contains(&table) || NOT_TENANT.contains(&table.as_str()), "{table} has no cliente_id");
    }
    assert!(tenant.len() >= 20, "{tenant:?}");
    let views =
        "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')";
    assert_eq!(
        app.database.number(views).await,
        0,
        "a view needs security_invoker, a materialized one leaks"
    );
}

#[tokio::test]
async fn every_tenant_table_forces_security_with_a_check() {
    let app = TestApp::new().await;
    for table in tenant_tables(&app.database).await.iter().map(String::as_str).chain(["clientes"]) {
        let forced =
            format!("select relrowsecurity and relforcerowsecurity from pg_class where relname = '{table}'");
        assert_eq!(app.database.text(&forced).await, "true", "{table}");
        let policies = format!(
            "select string_agg(policyname || ' ' || cmd || ' ' || qual || ' ' || with_check, ',')
             from pg_policies where tablename = '{table}' and 'hi_app' = any(roles)"
        );
        let column = if table == "clientes" { "id" } else { "cliente_id" };
        let own = format!("({column} = hi_cliente())");
        let expected = format!("{table}_tenant ALL {own} {own}");
        assert_eq!(app.database.text(&policies).await, expected);
    }
}

#[tokio::test]
async fn references_and_unique_keys_carry_the_clinic() {
    let app = TestApp::new().await;
    let references = "select c.conname::text from pg_constraint c
        where c.contype = 'f'
          and exists (select from pg_attribute a where a.attrelid = c.conrelid and a.attname = 'cliente_id')
          and exists (select from pg_attribute a where a.attrelid = c.confrelid and a.attname = 'cliente_id')
          and not exists (
            select from unnest(c.conkey, c.confkey) k(here, there)
            join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.here and a.attname = 'cliente_id'
            join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.there and b.attname = 'cliente_id')";
    assert_eq!(app.database.texts(references).await, Vec::<String>::new());
    let unique = "select i.indexrelid::regclass::text from pg_index i
        join pg_attribute t on t.attrelid = i.indrelid and t.attname = 'cliente_id'
        where i.indisunique and i.indkey[0] <> t.attnum
          and not (i.indisprimary and i.indnatts = 1)
          and i.indrelid::regclass::text not like 'pg_%'";
    assert_eq!(app.database.texts(unique).await, Vec::<String>::new());
}

#[tokio::test]
async fn constraints_are_named_after_their_table() {
    let app = TestApp::new().await;
    let names = "select conrelid::regclass::text || ' ' || conname from pg_constraint
        where connamespace = 'public'::regnamespace and conrelid <> 0 and contype in ('c', 'u', 'f', 'x')
          and conrelid::regclass::text <> '_sqlx_migrations'
          and conname !~ ('^' || conrelid::regclass::text || '_.*_(check|key|fkey|excl)$')";
    assert_eq!(app.database.texts(names).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_functions_role_can_bypass_nothing() {
    let app = TestApp::new().await;
    let roles = "select rolname::text from pg_roles where rolname in ('hi_app', 'hi_login', 'hi_cartas', 'hi_admin', 'hi_operador', 'hi_resolver')
        and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)";
    assert_eq!(app.database.texts(roles).await, Vec::<String>::new());
    let owned = "select relname::text from pg_class join pg_roles r on r.oid = relowner where r.rolname in ('hi_app', 'hi_login', 'hi_cartas', 'hi_admin', 'hi_operador')";
    assert_eq!(app.database.texts(owned).await, Vec::<String>::new());
    let member = "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname in ('hi_app', 'hi_login', 'hi_cartas', 'hi_admin')";
    assert_eq!(app.database.number(member).await, 0);
    let definer = "select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner
        where p.prosecdef and p.pronamespace = 'public'::regnamespace
          and (r.rolname <> 'hi_resolver' or has_function_privilege('public', p.oid, 'execute') or p.proconfig is null)
          and p.proname like 'hi_%'";
    assert_eq!(app.database.texts(definer).await, Vec::<String>::new());
    let shadowed = "select oid::regprocedure::text from pg_proc where prosecdef and proname like 'hi_%'
        and not ('search_path=pg_catalog, public, pg_temp' = any(proconfig))";
    assert_eq!(app.database.texts(shadowed).await, Vec::<String>::new());
    let own: i64 = app.clinic.id.to_string().parse().unwrap();
    let promote = app.database.sql_as("hi_app", Some(own), "update medicos set gestor = true").await;
    assert_eq!(promote, Err("42501".to_owned()));
    let refused = app.database.sql_as("hi_app", None, "select * from operadores").await;
    assert_eq!(refused, Err("42501".to_owned()));
}

#[tokio::test]
async fn without_a_clinic_there_are_no_rows_and_with_one_only_its_own() {
    let app = TestApp::new().await;
    let (own, foreign): (i64, i64) =
        (app.clinic.id.to_string().parse().unwrap(), app.other.id.to_string().parse().unwrap());
    for table in tenant_tables(&app.database).await {
        let all = format!("select * from {table}");
        assert_eq!(app.database.sql_as("hi_app", None, &all).await, Ok(0), "{table}");
        let others = format!("select * from {table} where cliente_id <> {own}");
        assert_eq!(app.database.sql_as("hi_app", Some(own), &others).await, Ok(0), "{table}");
    }
    assert_eq!(app.database.sql_as("hi_app", Some(own), "select * from pacientes").await, Ok(1));
    let insert = format!("insert into pacientes (cliente_id, nome) values ({foreign}, 'Invasora')");
    assert_eq!(app.database.sql_as("hi_app", Some(own), &insert).await, Err("42501".to_owned()));
    let steal = format!("update pacientes set cliente_id = {foreign}");
    assert_eq!(app.database.sql_as("hi_app", Some(own), &steal).await, Err("42501".to_owned()));
    let reference = format!(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
         values ({own}, {}, {}, '2027-01-04 12:00Z', '2027-01-04 12:30Z')",
        app.clinic.gestora.id, app.other.paciente
    );
    let refused = app.database.sql_as("hi_app", Some(own), &reference).await;
    assert_eq!(refused, Err("23503 agendamentos_paciente_id_fkey".to_owned()));
}

/// What nobody changes, not even a migration, and what operators' requests were answered, which is gone in a day.
const TRAILS: [&str; 3] = ["auditoria_operacao", "idempotencia_operador", "incidentes_comunicacoes"];

#[tokio::test]
async fn an_owner_who_is_no_superuser_changes_every_row_it_means_to() {
    let owner = "dono_que_muda";
    let database = Database::blank_of(owner).await;
    migrate(&database.url_of(owner), &RolePasswords::default()).await.unwrap();
    let hidden = format!(
        "select c.relname::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relforcerowsecurity
           and not exists (select from pg_policies p, unnest(p.roles) r(name)
             where p.tablename = c.relname and p.cmd = 'ALL' and p.qual = 'true' and p.with_check = 'true'
               and pg_has_role('{owner}', r.name, 'usage'))
         order by 1"
    );
    assert_eq!(database.texts(&hidden).await, TRAILS);
    let clinic = Clinic::create(&database, "a").await;
    let change = "update pacientes set nome = nome";
    assert_eq!(database.sql_as(owner, None, change).await, Ok(1), "{}", clinic.id);
}
