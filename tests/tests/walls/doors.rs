//! The doors of the database that one function alone may go through: those by which people sign in and choose passwords, and those by which operators'
//! letters are sent. Its code calls them and nobody else's does, its role may and nobody else's does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shared::testing::{Database, TestApp};

use super::ledger::squeezed;
use super::manifests::{sources, top};

/// A door, the file of `shared/src/db` it is called in, and how the function gets there.
type Door = (&'static str, &'static str, &'static str);

const LOGIN: [Door; 11] = [
    ("hi_aceita_convite", "convites.rs", "convites::accept("),
    ("hi_encerra_sessoes_operador", "acesso_operador.rs", "acesso_operador::end_sessions("),
    ("hi_escreve_a_operador", "acesso_operador.rs", "acesso_operador::change("),
    ("hi_esquece_senha_operador", "acesso_operador.rs", "acesso_operador::forget("),
    ("hi_operador_by_email", "usuarios.rs", "usuarios::find_operador("),
    ("hi_operador_by_id", "usuarios.rs", "user_of("),
    ("hi_operador_set_senha", "usuarios.rs", "usuarios::set_senha_operador("),
    ("hi_senha_por_link_operador", "acesso_operador.rs", "acesso_operador::choose("),
    ("hi_sessoes_desde", "usuarios.rs", "usuarios::sessions_since("),
    ("hi_troca_senha_operador", "acesso_operador.rs", "acesso_operador::change("),
    ("hi_ve_link_operador", "acesso_operador.rs", "acesso_operador::ensure_stands("),
];
/// What it needs besides, as every function of a clinic does.
const LOGIN_AS_ALL: [&str; 5] =
    ["hi_cliente", "hi_enter", "hi_linha_propria", "hi_sessoes_do_usuario", "hi_tenant_by_subdomain"];
const CARTAS: [Door; 5] = [
    ("hi_avisa_incidente", "operacao/incidentes.rs", "incidentes::warn("),
    ("hi_esquece_emails_operacao", "operacao/emails.rs", "operacao::emails::forget_old("),
    ("hi_fecha_email_operacao", "operacao/emails.rs", "emails.deliver_to_operators("),
    ("hi_incidentes_a_avisar", "operacao/incidentes.rs", "incidentes::to_warn_of("),
    ("hi_pega_email_operacao", "operacao/emails.rs", "emails.deliver_to_operators("),
];

fn names(doors: &[Door]) -> Vec<String> {
    doors.iter().map(|(door, ..)| (*door).to_owned()).collect()
}

/// All that is written for a function, without white space. A clinic's user is found without a door.
fn code_of(function: &Path) -> String {
    let all: String = sources(&function.join("src")).iter().map(|file| squeezed(file)).collect();
    all.replace("clinic_user_of(", "")
}

/// What a file of the database calls that is ours.
fn called(file: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(top().join("shared/src/db").join(file)).unwrap();
    let names = text.split("hi_").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('(')?;
        let whole = name.chars().all(|one| one.is_ascii_lowercase() || one == '_');
        whole.then(|| format!("hi_{name}"))
    });
    names.collect()
}

#[test]
fn a_door_is_gone_through_by_one_function() {
    let functions = std::fs::read_dir(top().join("functions")).unwrap();
    let functions: Vec<PathBuf> = functions.map(|entry| entry.unwrap().path()).collect();
    for (owner, doors) in [("login", &LOGIN[..]), ("reminders", &CARTAS[..])] {
        for (door, file, way) in doors {
            assert!(called(file).contains(*door), "{door} is not called in {file}");
            let who = functions.iter().filter(|function| code_of(function).contains(way));
            let who: Vec<&str> = who.filter_map(|path| path.file_name()?.to_str()).collect();
            assert_eq!(who, [owner], "{door}, by {way}");
        }
    }
    // `user_of` is how an operator of a session is found.
    assert!(squeezed(&top().join("shared/src/auth/person.rs")).contains("usuarios::get_operador("));
    for (files, doors) in [
        (&["acesso_operador.rs", "convites.rs", "usuarios.rs"][..], &LOGIN[..]),
        (&["operacao/emails.rs"], &CARTAS[..]),
    ] {
        let known: BTreeSet<String> = names(doors).into_iter().collect();
        for file in files {
            let unknown: Vec<_> = called(file).difference(&known).cloned().collect();
            assert_eq!(unknown, Vec::<String>::new(), "{file}: name the door above, with whose it is");
        }
    }
}

/// The functions of the schema a role may call.
async fn callable(database: &Database, role: &str) -> Vec<String> {
    let query = format!(
        "select p.proname::text from pg_proc p
         where p.pronamespace = 'public'::regnamespace and p.proname like 'hi\\_%' and p.prorettype <> 'trigger'::regtype
           and has_function_privilege('{role}', p.oid, 'execute') order by 1"
    );
    database.texts(&query).await
}

#[tokio::test]
async fn each_role_calls_the_doors_of_its_function_and_no_other() {
    let app = TestApp::new().await;
    let mut of_login = [names(&LOGIN), LOGIN_AS_ALL.map(str::to_owned).to_vec()].concat();
    of_login.sort();
    assert_eq!(callable(&app.database, "hi_login").await, of_login);
    assert_eq!(callable(&app.database, "hi_cartas").await, names(&CARTAS));
    let closed: BTreeSet<String> = [names(&LOGIN), names(&CARTAS)].concat().into_iter().collect();
    for role in ["hi_app", "hi_admin", "hi_operador", "public"] {
        let open = callable(&app.database, role).await;
        let open: Vec<_> = open.into_iter().filter(|door| closed.contains(door)).collect();
        assert_eq!(open, Vec::<String>::new(), "{role}");
    }
}

#[tokio::test]
async fn a_door_refuses_whose_it_is_not_whatever_is_asked() {
    let app = TestApp::new().await;
    for (owner, doors) in [("hi_login", &LOGIN[..]), ("hi_cartas", &CARTAS[..])] {
        for (door, ..) in doors {
            let call = format!(
                "select format('select from {door}(%s)', array_to_string(array_fill('null'::text, array[pronargs::integer]), ','))
                 from pg_proc where proname = '{door}'"
            );
            let call = app.database.text(&call).await;
            for other in ["hi_app", "hi_login", "hi_cartas", "hi_admin", "hi_operador"] {
                let refused = app.database.sql_as(other, None, &call).await == Err("42501".to_owned());
                assert_eq!(refused, other != owner, "{call} as {other}");
            }
        }
    }
}

/// What `login` reads of a clinic, and what it writes.
const READ: [&str; 7] =
    ["calendarios", "clientes", "convites", "emails", "links_senha", "medicos", "secretarias"];
const WRITTEN: [&str; 6] = ["auditoria", "calendarios", "emails", "links_senha", "medicos", "secretarias"];

async fn tables(database: &Database, role: &str, privileges: &str) -> Vec<String> {
    let query = format!(
        "select distinct relname::text from pg_class, unnest(string_to_array('{privileges}', ',')) as p(privilege)
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
           and (has_table_privilege('{role}', oid, privilege)
             or case when privilege not in ('DELETE', 'TRUNCATE') then has_any_column_privilege('{role}', oid, privilege) end)
         order by 1"
    );
    database.texts(&query).await
}

#[tokio::test]
async fn who_lets_people_in_reaches_what_that_takes_and_who_sends_letters_no_table() {
    let app = TestApp::new().await;
    assert_eq!(tables(&app.database, "hi_login", "SELECT").await, READ);
    assert_eq!(tables(&app.database, "hi_login", "INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES").await, WRITTEN);
    let any = "SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES";
    assert_eq!(tables(&app.database, "hi_cartas", any).await, Vec::<String>::new());
    let own = app.clinic.id.to_string().parse().unwrap();
    for refused in [
        "select from pacientes",
        "select from agendamentos",
        "select from mensagens",
        "select from operadores",
        "select from emails_operacao",
        "select texto from emails",
        "select telefone from medicos",
        "update medicos set gestor = true",
        "update secretarias set email = 'outra@clinica.com'",
        "insert into secretarias (cliente_id, nome, email) values (1, 'Invasora', 'a@b.com')",
        "delete from links_senha",
        "set role hi_app",
        "set role hi_resolver",
    ] {
        for role in ["hi_login", "hi_cartas"] {
            let told = app.database.sql_as(role, Some(own), refused).await;
            assert_eq!(told, Err("42501".to_owned()), "{refused} as {role}");
        }
    }
    // What only signing in writes, nobody else does.
    for only in [
        "update medicos set senha = senha",
        "update secretarias set senha = senha",
        "update medicos set ultimo_acesso_em = now()",
        "update links_senha set usado_em = now()",
    ] {
        assert_eq!(app.database.sql_as("hi_app", Some(own), only).await, Err("42501".to_owned()), "{only}");
        assert!(app.database.sql_as("hi_login", Some(own), only).await.is_ok(), "{only}");
    }
}

#[tokio::test]
async fn who_lets_people_in_is_in_one_clinic_at_a_time() {
    let app = TestApp::new().await;
    let [own, other]: [i64; 2] = [app.clinic.id, app.other.id].map(|id| id.to_string().parse().unwrap());
    let operador = app.operator(shared::auth::Papel::Admin).await;
    for (clinic, medico) in [(own, app.clinic.medico.id), (other, app.other.medico.id)] {
        let rows = format!(
            "insert into links_senha (cliente_id, usuario_tipo, usuario_id, motivo, token_hash, criado_em, expira_em)
             values ({clinic}, 'medico', {medico}, 'convite', repeat('0', 64), now(), now());
             insert into convites (cliente_id, nome, email, tipo, token_hash, operador_id, criado_em, expira_em)
             values ({clinic}, 'Ana', 'ana@x.com', 'medico', repeat('0', 64), {}, now(), now());
             insert into calendarios (cliente_id, medico_id, token_hash, criado_em) values ({clinic}, {medico}, repeat('0', 64), now());
             insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em)
             values ({clinic}, 'ana@x.com', 'x', 'y', 'z', now(), now())",
            operador.id
        );
        app.database.sql(&rows).await;
    }
    for table in READ {
        let all = format!("select from {table}");
        assert_eq!(app.database.sql_as("hi_login", None, &all).await, Ok(0), "{table}");
        let clinic = if table == "clientes" { "id" } else { "cliente_id" };
        let there =
            app.database.number(&format!("select count(*) from {table} where {clinic} = {own}")).await;
        let seen = app.database.sql_as("hi_login", Some(own), &all).await;
        assert_eq!(seen, Ok(there.try_into().unwrap()), "{table}");
        assert!(there > 0, "{table}");
    }
    let theirs = format!("update medicos set sessoes_epoca = 9 where id = {}", app.other.medico.id);
    assert_eq!(app.database.sql_as("hi_login", Some(own), &theirs).await, Ok(0));
    for foreign in [
        format!("insert into auditoria (cliente_id, autor_tipo, acao, alvo) values ({other}, 'sistema', 'x', 'y')"),
        format!(
            "insert into links_senha (cliente_id, usuario_tipo, usuario_id, motivo, token_hash, criado_em, expira_em)
             values ({other}, 'medico', 1, 'esquecida', repeat('1', 64), now(), now())"
        ),
    ] {
        let told = app.database.sql_as("hi_login", Some(own), &foreign).await;
        assert_eq!(told, Err("42501".to_owned()), "{foreign}");
    }
}
