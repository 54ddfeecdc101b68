//! Deadlines of incidents: admins are told a day before and when it is over, once each, however many sweeps run.

use reminders::sweep;
use shared::auth::Papel;
use shared::testing::TestApp;

use crate::system;

async fn subjects(app: &TestApp) -> Vec<String> {
    let query =
        "select para || ' ' || assunto from emails_operacao where chave like 'incidente:%' order by id";
    app.database.texts(query).await
}

async fn incident(app: &TestApp, prazo: &str) -> i64 {
    let admin = app.operator(Papel::Admin).await;
    app.operator(Papel::Suporte).await;
    let insert = format!(
        "insert into incidentes (titulo, natureza, categorias, conhecido_em, prazo_em, operador_id, criado_em)
         values ('Cópia exposta', 'Uma cópia ficou acessível.', array['contato'], '{prazo}'::timestamptz - interval '3 days', '{prazo}', {}, now())",
        admin.id
    );
    app.database.sql(&insert).await;
    app.database.number("select max(id) from incidentes").await
}

async fn communicated(app: &TestApp, id: i64, a: &str) {
    let insert = format!(
        "insert into incidentes_comunicacoes (incidente_id, a, em, operador_id) select {id}, '{a}', now(), operador_id from incidentes where id = {id}"
    );
    app.database.sql(&insert).await;
}

#[tokio::test]
async fn admins_are_warned_a_day_before_and_when_it_is_over_once_each() {
    let (app, worker) = system().await;
    let id = incident(&app, "2026-12-04T02:59:59Z").await;
    let at = |instant: &str| app.clock.set(instant.parse().unwrap());
    at("2026-12-03T02:59:58Z");
    sweep(&worker).await.unwrap();
    assert!(subjects(&app).await.is_empty(), "more than a day");
    at("2026-12-03T02:59:59Z");
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap() });
    }
    sweeps.join_all().await;
    let admin = app.database.text("select email from operadores where papel = 'admin'").await;
    let soon = format!("{admin} Prazo em menos de 24 horas: incidente {id}");
    assert_eq!(subjects(&app).await, std::slice::from_ref(&soon));
    communicated(&app, id, "anpd").await;
    at("2026-12-04T03:00:00Z");
    for _ in 0..2 {
        sweep(&worker).await.unwrap();
    }
    assert_eq!(subjects(&app).await, [soon, format!("{admin} Prazo vencido: incidente {id}")]);
    let missing = "select texto from emails_operacao where assunto like 'Prazo vencido%'";
    let texto = app.database.text(missing).await;
    assert!(texto.contains("titulares") && !texto.contains("comunicação à ANPD"), "{texto}");
}

#[tokio::test]
async fn nobody_is_warned_of_what_was_communicated_or_closed() {
    let (app, worker) = system().await;
    let told = incident(&app, "2026-11-30T20:00:00Z").await;
    for a in ["anpd", "titulares"] {
        communicated(&app, told, a).await;
    }
    app.database
        .sql(
            "insert into incidentes (titulo, natureza, categorias, conhecido_em, prazo_em, operador_id, criado_em, encerrado_em, conclusao)
             select titulo, natureza, categorias, conhecido_em, prazo_em, operador_id, criado_em, now(), 'Sem risco relevante.' from incidentes;
             insert into incidentes (titulo, natureza, categorias, operador_id, criado_em)
             select titulo, natureza, categorias, operador_id, criado_em from incidentes limit 1",
        )
        .await;
    sweep(&worker).await.unwrap();
    assert!(subjects(&app).await.is_empty());
}
