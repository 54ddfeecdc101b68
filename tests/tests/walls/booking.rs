//! The exclusion constraint, whoever writes.

use shared::testing::TestApp;

fn insert(app: &TestApp, from: &str, to: &str, more: &str) -> String {
    let (columns, values) = more.split_once('=').map_or((String::new(), String::new()), |(column, value)| {
        (format!(", {column}"), format!(", {value}"))
    });
    format!(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em{columns})
         values ({}, {}, {}, '{from}', '{to}'{values})",
        app.clinic.id, app.clinic.gestora.id, app.clinic.paciente
    )
}

#[tokio::test]
async fn overlapping_appointments_are_refused_and_adjacent_ones_are_not() {
    let app = TestApp::new().await;
    let own: i64 = app.clinic.id.to_string().parse().unwrap();
    let run = async |from: &str, to: &str, more: &str| {
        app.database.sql_as("hi_app", Some(own), &insert(&app, from, to, more)).await
    };
    let taken = Err("23P01 agendamentos_medico_id_ocupado_excl".to_owned());
    assert_eq!(run("2027-01-04 12:00Z", "2027-01-04 12:30Z", "").await, Ok(1));
    assert_eq!(run("2027-01-04 12:00Z", "2027-01-04 12:30Z", "").await, taken);
    assert_eq!(run("2027-01-04 12:15Z", "2027-01-04 12:45Z", "").await, taken);
    assert_eq!(run("2027-01-04 12:30Z", "2027-01-04 13:00Z", "").await, Ok(1));
    assert_eq!(run("2027-01-04 13:00Z", "2027-01-04 13:30Z", "ocupado_de='2027-01-04 12:50Z'").await, taken);
    assert_eq!(run("2027-01-04 12:00Z", "2027-01-04 12:30Z", "status='cancelado'").await, Ok(1));
    assert_eq!(run("2027-01-04 12:00Z", "2027-01-04 12:30Z", "encaixe=true").await, Ok(1));
    let revive = "update agendamentos set status = 'agendado' where status = 'cancelado'";
    assert_eq!(app.database.sql_as("hi_app", Some(own), revive).await, taken);
}

#[tokio::test]
async fn empty_endless_and_backward_times_are_refused() {
    let app = TestApp::new().await;
    let own: i64 = app.clinic.id.to_string().parse().unwrap();
    for (from, to) in [
        ("2027-01-04 12:00Z", "2027-01-04 12:00Z"),
        ("2027-01-04 12:30Z", "2027-01-04 12:00Z"),
        ("2027-01-04 12:00Z", "infinity"),
        ("-infinity", "2027-01-04 12:00Z"),
        ("2027-01-04 12:00Z", "2027-01-06 12:00Z"),
    ] {
        let refused = app.database.sql_as("hi_app", Some(own), &insert(&app, from, to, "")).await;
        assert!(
            refused.as_ref().is_err_and(|error| error.starts_with("23514 agendamentos_")),
            "{from} {to}: {refused:?}"
        );
    }
}
