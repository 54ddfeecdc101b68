//! What clinics used, as operators read it.

use serde_json::{Value, json};
use shared::ledger::counters::Happened;

use crate::Api;

impl Api {
    /// Two months of two clinics.
    async fn used(&self) {
        let (own, other) = (self.app.clinic.id, self.app.other.id);
        self.app
            .database
            .sql(&format!(
                "insert into uso_mensal (cliente_id, mes, mensagens_recebidas, medido_em, desvio) values
                   ({own}, '2026-10-01', 7, now(), '{{}}'), ({own}, '2026-11-01', 8, now(), '{{\"conversas\": -2}}'),
                   ({other}, '2026-11-01', 99, now(), '{{}}');
                 insert into custos_mensais values ({own}, '2026-10-01', 1000), ({own}, '2026-11-01', 3450)"
            ))
            .await;
    }
}

#[tokio::test]
async fn all_read_the_numbers_and_only_who_looks_after_money_what_they_cost() {
    let api = Api::new().await;
    api.used().await;
    let own = api.app.clinic.id;
    for (person, cost) in
        [(&api.admin, Some(json!(3450))), (&api.financeiro, Some(json!(3450))), (&api.suporte, None)]
    {
        let list = api.send(person, "GET", "uso?mes=2026-11", None).await.expect(200);
        let clinics = list["clinicas"].as_array().unwrap();
        assert_eq!(clinics.len(), 2);
        assert_eq!(clinics[0]["nome"], "Clínica a");
        assert_eq!(
            (&clinics[0]["mes"], &clinics[0]["mensagens_recebidas"]),
            (&json!("2026-11-01"), &json!(8))
        );
        assert_eq!(clinics[0]["desvio"], json!({ "conversas": -2 }));
        assert_eq!(clinics[0].get("ia_custo_microusd"), cost.as_ref());
        assert_eq!(clinics[1].get("ia_custo_microusd"), None, "nothing was measured of it");
        let one = api.send(person, "GET", &format!("uso/{own}"), None).await.expect(200);
        let months: Vec<&Value> =
            one["meses"].as_array().unwrap().iter().map(|month| &month["mes"]).collect();
        assert_eq!(months, [&json!("2026-11-01"), &json!("2026-10-01")]);
        assert_eq!(one["meses"][0].get("ia_custo_microusd"), cost.as_ref());
        let one = api.send(person, "GET", &format!("uso/{own}?meses=1"), None).await.expect(200);
        assert_eq!(one["meses"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_running_month_is_read_from_the_counters_of_the_clinics_own_month() {
    let api = Api::new().await;
    let (own, other) = (api.app.clinic.id, api.app.other.id);
    api.app
        .database
        .sql(&format!("update clientes set fuso = 'America/Rio_Branco' where id = {other}"))
        .await;
    for (clinic, month, amount) in [(own, "2026-12", 3), (other, "2026-11", 4), (other, "2026-12", 50)] {
        let event = Happened { sum: "mensagens_recebidas", id: month.to_owned(), amount };
        api.app.parts.ledger.add_events(clinic, month, &[event]).await.unwrap();
    }
    api.app.clock.set("2026-12-01T04:00:00Z".parse().unwrap());
    let now = async |clinic: &dyn std::fmt::Display| api.get(&format!("uso/{clinic}")).await["agora"].clone();
    let (here, there) = (now(&own).await, now(&other).await);
    assert_eq!((&here["mes"], &here["mensagens_recebidas"]), (&json!("2026-12"), &json!(3)));
    assert_eq!((&there["mes"], &there["mensagens_recebidas"]), (&json!("2026-11"), &json!(4)));
}

#[tokio::test]
async fn a_list_goes_on_and_what_cannot_be_read_is_refused() {
    let api = Api::new().await;
    api.app
        .database
        .sql(
            "insert into clientes (nome, subdomain) select 'Clínica ' || lpad(n::text, 3, '0'), 'pagina-' || n from generate_series(1, 60) n;
             insert into uso_mensal (cliente_id, mes, medido_em) select id, '2026-11-01', now() from clientes where nome ~ '^Clínica [0-9]'",
        )
        .await;
    let first = api.get("uso?mes=2026-11").await;
    let next = first["proximo"].as_str().unwrap();
    let second = api.get(&format!("uso?mes=2026-11&cursor={next}")).await;
    let names = |page: &Value| -> Vec<String> {
        page["clinicas"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["nome"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = [names(&first), names(&second)].concat();
    let expected: Vec<String> = (1..=60).map(|n| format!("Clínica {n:03}")).collect();
    assert_eq!((all, &second["proximo"]), (expected, &Value::Null));
    for wrong in
        ["uso", "uso?mes=", "uso?mes=2026-13", "uso?mes=2026-1", "uso?mes=11/2026", "uso?mes=2026-11-01"]
    {
        let problem = api.send(&api.admin, "GET", wrong, None).await.expect_problem(422, "campos_invalidos");
        assert_eq!(problem["campos"][0]["campo"], "mes", "{wrong}");
    }
    let own = api.app.clinic.id;
    for wrong in ["0", "25", "x"] {
        let path = format!("uso/{own}?meses={wrong}");
        api.send(&api.admin, "GET", &path, None).await.expect_problem(422, "campos_invalidos");
    }
    api.send(&api.admin, "GET", "uso/999999999", None).await.expect_problem(404, "nao_encontrado");
    assert_eq!(api.get("uso?mes=2020-01").await["clinicas"], json!([]));
}

/// What is hidden is hidden by the database, whatever the function asks.
#[tokio::test]
async fn suporte_sees_no_cost_in_the_database_either() {
    let api = Api::new().await;
    api.used().await;
    let look = |person: &shared::testing::Person, table: &str| {
        format!(
            "do $$ begin perform hi_enter_operador({}); perform 1 from {table}; if not found then raise check_violation; end if; end $$",
            person.id
        )
    };
    let as_admin = async |sql: String| api.app.database.sql_as("hi_admin", None, &sql).await.is_ok();
    for (person, sees) in [(&api.admin, true), (&api.financeiro, true), (&api.suporte, false)] {
        assert!(as_admin(look(person, "uso_mensal")).await);
        assert_eq!(as_admin(look(person, "custos_mensais")).await, sees);
    }
    for write in [
        "update uso_mensal set conversas = 1",
        "delete from uso_mensal",
        "update custos_mensais set ia_custo_microusd = 0",
    ] {
        assert!(!as_admin(write.to_owned()).await, "{write}");
    }
}
