//! The whole system, dumped and restored into an empty database, with what was erased since.

use jiff::SignedDuration;
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

/// The number each sequence gave last, by name.
async fn numbers(database: &Database) -> Vec<(String, i64)> {
    let names = database
        .texts("select relname::text from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace order by 1")
        .await;
    let mut all = Vec::new();
    for name in names {
        let last = database.number(&format!("select last_value from {name}")).await;
        all.push((name, last));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_of_the_lost_time_is_given_again_and_no_session_goes_on() {
    let bench = Bench::new().await;
    let (app, made) = (&bench.app, bench.app.now());
    let owner = app.database.owner_url();
    backup_system(&owner, &bench.path("tudo"), made, &|_| ()).await.unwrap();
    // An hour goes on, in which numbers are given, some of them to nobody; then the disaster.
    for (name, last) in numbers(&app.database).await {
        app.database.sql(&format!("select setval('{name}', {})", last + 900_000)).await;
    }
    let lost = numbers(&app.database).await;
    let disaster = made + SignedDuration::from_hours(1);
    let mut earlier = Vec::new();
    for after in [disaster, disaster + SignedDuration::from_secs(2)] {
        let blank = Database::blank().await;
        let done =
            restore_system(&blank.owner_url(), &bench.path("tudo"), &[], after, &|_| ()).await.unwrap();
        let now = numbers(&blank).await;
        assert!(done.numeradores == now.len() && now.len() > 30 && done.sessoes_encerradas, "{}", now.len());
        for (index, (name, last)) in now.iter().enumerate() {
            assert_eq!(lost[index].0, *name);
            assert!(*last > lost[index].1, "{name} would give {last} again");
        }
        // Restored once more, a little later: what was given after the first time is not given again.
        let given: Vec<i64> = now.iter().map(|(_, last)| *last).collect();
        assert!(given.iter().zip(&earlier).all(|(now, before): (&i64, &i64)| now - before >= 2_000));
        earlier = given;
        assert_eq!(
            blank.text("select extract(epoch from hi_sessoes_desde())::bigint").await,
            after.as_second().to_string()
        );
        let id = blank.number("select nextval('pacientes_id_seq')").await;
        assert!(id > blank.number("select max(id) + 1000000 from pacientes").await);
    }
}
