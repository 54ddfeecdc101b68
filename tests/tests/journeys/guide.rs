//! The user's guide, step by step. The statements and commands are the guide's, kept as printed in `tests/data/guia/`; only ports differ.

use std::fs;

use crate::system::{System, workspace};

fn printed(name: &str) -> String {
    fs::read_to_string(workspace().join("tests/data/guia").join(name)).unwrap()
}

/// Steps 1, 3 and 4 and tests 1, 2 and 4, and the queries of its first section. Twice: a guide is read more than once, and its
/// clinics are in the demonstration already. The test clinics are new the first time only.
pub(crate) fn every_sql_statement_runs_as_printed(system: &System) {
    for name in ["passo-1.sql", "passo-3.sql", "passo-4.sql", "teste-1.sql", "teste-2.sql", "teste-4.sql"] {
        system.psql(&printed(name));
        system.psql(&printed(name));
    }
    assert_eq!(system.psql("SELECT id FROM clientes WHERE subdomain = 'drmarco'").trim(), "2");
    assert_eq!(system.psql("SELECT id FROM clientes WHERE whatsapp_instance = 'DrMarco'").trim(), "2");
    assert_eq!(
        system.psql("select count(*) from clientes where subdomain in ('teste1', 'teste2')").trim(),
        "2"
    );
    let stored = system.psql("select senha from medicos where email = 'teste1@teste.com'");
    assert!(stored.starts_with("$2a$"), "plain text is hashed before it is stored: {stored}");
    let hours = system.psql(
        "select count(*) from horarios h join medicos m on m.id = h.medico_id where m.email = 'teste1@teste.com'",
    );
    assert_eq!(hours.trim(), "10");
}

/// Step 3.
pub(crate) fn the_whatsapp_instance_is_created_and_connected(system: &System) {
    let created = system.shell(&printed("passo-3-criar.sh"));
    assert!(created.contains("\"instanceName\":\"DrMarco\""), "{created}");
    let connected = system.shell(&printed("passo-3-conectar.sh"));
    assert!(connected.contains("\"state\":\"open\""), "{connected}");
}

/// Step 5, first half: the login of the professional who was created by SQL alone, by the guide's form.
pub(crate) fn a_professional_created_by_sql_logs_in(system: &System) {
    let login = |clinic: &str, email: &str| {
        let command = format!(
            "curl -s -X POST http://{clinic}.localhost:8000/api/auth/login -F \"username={email}\" -F \"password=senha123\""
        );
        system.shell(&command)
    };
    let answer = login("drmarco", "marco@drmarco.com.br");
    assert!(answer.contains("\"token_type\":\"bearer\"") && answer.contains("\"cliente_id\":2"), "{answer}");
    assert!(
        login("drmarco", "teste1@teste.com").contains("access_token"),
        "the guide's test 2 puts him in clinic 2"
    );
    let stored = system.psql("select senha from medicos where email = 'teste1@teste.com'");
    assert!(stored.starts_with("$argon2id$"), "upgraded at the first login: {stored}");
}

/// Test 3.
pub(crate) fn cross_tenant_login_is_refused(system: &System) {
    let command = printed("teste-3.sh").replacen("curl ", "curl -s -o /dev/null -w '%{http_code}' ", 1);
    assert_eq!(system.shell(&command), "401");
}

/// Step 5, second half: `redis-cli KEYS "conversation:*"`.
pub(crate) fn conversations_have_the_guides_keys(system: &System) {
    let keys = system.shell(&printed("passo-5.sh"));
    for key in ["conversation:cliente_2:5511999999999", "conversation:cliente_1:5511999999999"] {
        assert!(keys.lines().any(|line| line.trim_matches('"') == key), "{key} is not among\n{keys}");
    }
}

/// Test 4.
pub(crate) fn patients_of_two_clinics_are_different_sets(system: &System) {
    let both = "select count(*) from pacientes a join pacientes b using (id) where a.cliente_id = 2 and b.cliente_id = 3";
    assert_eq!(system.psql(both).trim(), "0");
    assert_ne!(system.psql("select count(*) from pacientes where cliente_id = 2").trim(), "0");
}

/// Step 5, the page.
pub(crate) fn pages_are_where_the_guide_says(system: &System) {
    let page = system.shell("curl -s http://drmarco.localhost:8000/static/login.html");
    assert!(page.contains("<html") && page.contains("/static/"), "{page}");
    let code = system
        .shell("curl -s -o /dev/null -w '%{http_code}' http://ninguem.localhost:8000/api/publico/clinica");
    assert_eq!(code, "404");
}
