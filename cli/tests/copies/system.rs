//! The whole system, dumped and restored into an empty database, with what was erased since.

use shared::db::copia::{backup_register, backup_system, read_apagamentos, restore_system};
use shared::testing::Database;

use crate::{Bench, fingerprint};

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_back_and_who_was_erased_since_does_not() {
    let bench = Bench::new().await;
    let (app, now) = (&bench.app, bench.app.now());
    app.database.sql("insert into auditoria_operacao (em, operador_id, papel, acao, alvo) select now(), id, papel, 'teste', 'x' from operadores").await;
    let owner = app.database.owner_url();
    let sistema = backup_system(&owner, &bench.path("tudo"), now, &|_| ()).await.unwrap();
    assert!(sistema.tabelas["pacientes"] == 6 && sistema.auditoria.is_some());
    app.database
        .sql(&format!(
            "update agendamentos set status = 'cancelado', cancelado_por = 'paciente' where paciente_id = {}",
            app.clinic.paciente
        ))
        .await;
    bench.erase(app.clinic.paciente).await;
    let file = bench.path("apagamentos.ndjson");
    backup_register(&owner, &file).await.unwrap();
    let blank = Database::blank().await;
    let register = read_apagamentos(&file).unwrap();
    let done =
        restore_system(&blank.owner_url(), &bench.path("tudo"), &register, now, &|_| ()).await.unwrap();
    assert_eq!((done.refeito.apagados, done.auditoria), (1, 1));
    assert_eq!(done.esquema, sistema.esquema);
    let gone = format!("select nome from pacientes where id = {}", app.clinic.paciente);
    assert_eq!(blank.text(&gone).await, "Paciente removido");
    assert_eq!(
        blank.number("select count(*) from saida where estado = 'pendente'").await,
        0,
        "nothing leaves twice"
    );
    // The functions' own role finds its walls where they were.
    let own: i64 = app.clinic.id.to_string().parse().unwrap();
    assert_eq!(blank.sql_as("hi_app", None, "select * from pacientes").await, Ok(0));
    assert_eq!(blank.sql_as("hi_app", Some(own), "select * from pacientes").await, Ok(3));
    let untouched = ["pacientes", "agendamentos", "horarios", "servicos"];
    let pick = |all: String| -> Vec<String> {
        all.lines()
            .filter(|line| untouched.iter().any(|name| line.starts_with(&format!("{name} "))))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        pick(fingerprint(&blank, app.other.id).await),
        pick(fingerprint(&app.database, app.other.id).await)
    );
    let again = restore_system(&blank.owner_url(), &bench.path("tudo"), &[], now, &|_| ()).await.unwrap_err();
    assert!(again.to_string().contains("não está vazio"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_dump_is_not_begun() {
    let bench = Bench::new().await;
    let owner = bench.app.database.owner_url();
    backup_system(&owner, &bench.path("tudo"), bench.app.now(), &|_| ()).await.unwrap();
    let dump = bench.path("tudo/banco.dump");
    let mut bytes = std::fs::read(&dump).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&dump, bytes).unwrap();
    let blank = Database::blank().await;
    let refused =
        restore_system(&blank.owner_url(), &bench.path("tudo"), &[], bench.app.now(), &|_| ()).await;
    assert!(refused.unwrap_err().to_string().contains("não confere"));
    assert_eq!(
        blank.number("select count(*) from pg_class where relnamespace = 'public'::regnamespace").await,
        0
    );
}
