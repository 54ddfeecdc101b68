//! What the database does by itself for whoever writes SQL: passwords, logins, hours.

use shared::testing::TestApp;

#[tokio::test]
async fn a_plain_password_is_stored_hashed_and_a_hash_stays() {
    let app = TestApp::new().await;
    let database = &app.database;
    let senha = format!("select senha from medicos where id = {}", app.clinic.medico.id);
    let set = async |value: &str| {
        let sql = format!("update medicos set senha = '{value}' where id = {}", app.clinic.medico.id);
        database.sql_as("hi_operador", None, &sql).await
    };
    set("outra senha").await.unwrap();
    assert!(database.text(&senha).await.starts_with("$2a$10$"));
    let argon2 =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$cmJJ4qTTSPYQpUQ8wGLVvvPJKlYfzUyqSaSNKKXzm0c";
    set(argon2).await.unwrap();
    assert_eq!(database.text(&senha).await, argon2);
    assert_eq!(set(&"x".repeat(73)).await, Err("23514 usuarios_senha_check".to_owned()));
    assert_eq!(set("").await, Err("23514 usuarios_senha_check".to_owned()));
    // Something that only looks like the beginning of a hash is a password.
    set("$argon2id$v=19$curta").await.unwrap();
    assert!(database.text(&senha).await.starts_with("$2a$10$"));
}

#[tokio::test]
async fn one_login_is_one_user_of_a_clinic_and_clinics_do_not_know_of_each_other() {
    let app = TestApp::new().await;
    let insert = |table: &str, cliente: &dyn std::fmt::Display, email: &str| {
        format!(
            "insert into {table} (cliente_id, nome, email, senha) values ({cliente}, 'Nova Pessoa', '{email}', 'x')"
        )
    };
    let run = async |sql: String| app.database.sql_as("hi_operador", None, &sql).await;
    let taken = Err("23505 usuarios_email_key".to_owned());
    assert_eq!(run(insert("secretarias", &app.clinic.id, " TANIA@clinica.com ")).await, taken);
    assert_eq!(run(insert("medicos", &app.clinic.id, "secretaria@clinica.com")).await, taken);
    assert_eq!(run(insert("medicos", &app.clinic.id, "nova@clinica.com")).await, Ok(1));
    assert_eq!(run(insert("medicos", &app.other.id, "nova@clinica.com")).await, Ok(1));
}

#[tokio::test]
async fn a_professional_by_sql_alone_works_from_monday_to_friday() {
    let app = TestApp::new().await;
    let hours = format!(
        "select string_agg(dia_semana || ' ' || inicio || '-' || fim, ',' order by dia_semana, inicio) from horarios where medico_id = {}",
        app.clinic.medico.id
    );
    let expected: Vec<String> = (1..=5)
        .flat_map(|day| [format!("{day} 08:00:00-12:00:00"), format!("{day} 14:00:00-18:00:00")])
        .collect();
    assert_eq!(app.database.text(&hours).await, expected.join(","));
}

#[tokio::test]
async fn restating_a_clinic_or_a_professional_is_no_error_but_a_conflict_is() {
    let app = TestApp::new().await;
    let (subdomain, instance) = (&app.clinic.subdomain, &app.clinic.instance);
    let run = async |sql: String| app.database.sql_as("hi_operador", None, &sql).await;
    let cliente = |nome: &str| {
        format!(
            "insert into clientes (nome, subdomain, whatsapp_instance) values ('{nome}', '{subdomain}', '{instance}')"
        )
    };
    assert_eq!(run(cliente("Clínica a")).await, Ok(0));
    assert_eq!(run(cliente("Outra clínica")).await, Err("23505 clientes_subdomain_key".to_owned()));
    let medico = |nome: &str| {
        format!(
            "insert into medicos (cliente_id, nome, email, crm) values ({}, '{nome}', 'marco@clinica.com', 'CRM 1')",
            app.clinic.id
        )
    };
    assert_eq!(run(medico("Dr. Marco")).await, Ok(0));
    assert_eq!(run(medico("Dr. Outro")).await, Err("23505 medicos_email_key".to_owned()));
    let reserved = "insert into clientes (nome, subdomain) values ('Intrusa', 'admin')".to_owned();
    assert_eq!(run(reserved).await, Err("23514 clientes_subdomain_check".to_owned()));
}
