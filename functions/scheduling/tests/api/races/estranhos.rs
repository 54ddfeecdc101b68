//! Who works at the clinic books over what strangers only keep.

use serde_json::{Value, json};

use super::counts;
use crate::{Api, TUESDAY};

/// The code of a visitor who keeps a time: token and code.
async fn proving(api: &Api, servico: i64, hora: &str, telefone: &str) -> (String, String) {
    let token = api.kept_token(servico, api.medico_id(0), hora).await;
    let code = api.code_of(&token, "Nina Alves", telefone).await;
    (token, code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn staff_has_a_kept_time_and_its_visitor_hears_what_else_is_free() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    let (token, code) = proving(&api, servico, "09:00", "11 98888-0701").await;
    let free = format!("/api/horarios-disponiveis?medico_id={one}&data={TUESDAY}");
    let offered = api.staff("GET", &free, None).await.expect(200);
    assert!(offered["horarios"].as_array().unwrap().contains(&json!("09:00")), "{offered}");
    api.booked(one, TUESDAY, "09:00", json!({})).await;
    let path = format!("/api/publico/reservas/{token}/codigo");
    let again = json!({ "nome": "Nina Alves", "telefone": "11 98888-0701" });
    for refused in [
        api.finishing(&token, &code).send(&api.router).await,
        api.visitor("POST", &path, again).send(&api.router).await,
    ] {
        let told = refused.expect_problem(409, "horario_ocupado");
        assert_eq!(told["detail"], "Este horário acabou de ser ocupado. Escolha outro, por favor.");
        let hora = told["alternativas"][0]["hora"].as_str().unwrap();
        let kept = api.keeping(servico, one, hora, Some(&token)).send(&api.router).await;
        kept.expect(201);
        api.visitor("DELETE", &format!("/api/publico/reservas/{token}"), json!({})).send(&api.router).await;
        api.app
            .database
            .sql("update reservas set estado = 'solta', dono = 'site:' where estado <> 'tomada'")
            .await;
    }
    api.sound().await;
}

/// Given away between the look at it and the change of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_for_a_code_while_staff_takes_the_time_hears_what_else_is_free() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    let token = api.kept_token(servico, one, "09:00").await;
    let taking = api.app.database.hold("update reservas set estado = 'tomada', origem = null").await;
    let takes = async {
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while api.app.database.number(waits).await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        taking.commit().await;
    };
    let who = json!({ "nome": "Nina Alves", "telefone": "11 98888-0702" });
    let asking = api.visitor("POST", &format!("/api/publico/reservas/{token}/codigo"), who);
    let (refused, ()) = tokio::join!(asking.send(&api.router), takes);
    let told = refused.expect_problem(409, "horario_ocupado");
    assert!(told["alternativas"][0]["hora"].is_string(), "{told}");
    let sent = "select count(*) from saida where texto like '%é o seu código%'";
    assert_eq!(api.app.database.number(sent).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn staff_books_while_the_visitor_proves_and_exactly_one_has_it() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    let asked = api.service_named("Exame", json!({ "aprovacao": true })).await;
    let hours = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30"];
    for (at, hour) in hours.iter().enumerate() {
        let (servico, first) = (if at % 2 == 0 { servico } else { asked }, at % 4 < 2);
        let (token, code) = proving(&api, servico, hour, &format!("11 98888-08{at:02}")).await;
        let staff = api.booking_of("Lia Reis", one, TUESDAY, hour, json!({})).await;
        let mut requests = vec![api.finishing(&token, &code), staff];
        if first {
            requests.reverse();
        }
        let answers = api.at_once(requests).await;
        assert_eq!((counts(&answers)[&201], counts(&answers)[&409]), (1, 1), "{hour}");
        let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
        refused.expect_problem(409, "horario_ocupado");
        assert_eq!(api.open_holds_but_requests().await, 0);
        api.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_several_are_treated_only_who_has_no_seat_left_loses_it() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Grupo", json!({})).await);
    api.app.database.sql(&format!("update medicos set capacidade = 2 where id = {one}")).await;
    let first = api.kept_token(servico, one, "09:00").await;
    let second = api.kept_token(servico, one, "09:00").await;
    api.booked(one, TUESDAY, "09:00", json!({})).await;
    let (kept, lost) = (
        api.code_of(&first, "Nina Alves", "11 98888-0901").await,
        api.finishing(&second, "000000").send(&api.router).await,
    );
    lost.expect_problem(409, "horario_ocupado");
    api.finishing(&first, &kept).send(&api.router).await.expect(201);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_room_kept_by_a_stranger_is_staffs_too() {
    let api = Api::new().await;
    let room = api.make("/api/recursos", json!({ "nome": "Sala", "quantidade": 1 })).await;
    let needs = json!({ "recursos": [{ "recurso_id": room, "quantidade": 1 }] });
    let servico = api.service_named("Exame", needs).await;
    let (token, code) = proving(&api, servico, "09:00", "11 98888-1001").await;
    let more = json!({ "servico_id": servico });
    let staff = api.booking_of("Lia Reis", api.medico_id(1), TUESDAY, "09:00", more).await;
    let answers = api.at_once(vec![api.finishing(&token, &code), staff]).await;
    assert_eq!((counts(&answers)[&201], counts(&answers)[&409]), (1, 1));
    api.sound().await;
}

#[tokio::test]
async fn a_stranger_with_another_professional_keeps_what_is_left() {
    let api = Api::new().await;
    let room = api.make("/api/recursos", json!({ "nome": "Sala", "quantidade": 2 })).await;
    let needs = json!({ "recursos": [{ "recurso_id": room, "quantidade": 1 }] });
    let servico = api.service_named("Exame", needs).await;
    let older = api.kept_token(servico, api.medico_id(0), "09:00").await;
    let younger = api.kept_token(servico, api.medico_id(1), "09:00").await;
    api.booked(api.medico_id(0), TUESDAY, "09:00", json!({ "servico_id": servico })).await;
    api.finishing(&older, "000000").send(&api.router).await.expect_problem(409, "horario_ocupado");
    let code = api.code_of(&younger, "Nina Alves", "11 98888-1301").await;
    api.finishing(&younger, &code).send(&api.router).await.expect(201);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_time_kept_again_and_again_keeps_nobody_away() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    let asked = api.service_named("Exame", json!({ "aprovacao": true })).await;
    let keep = async |nth: u32, servico: i64| -> Value {
        let request = api.keeping(servico, one, "09:00", None).from_address(&api.network(nth));
        request.send(&api.router).await.expect(201)
    };
    for nth in 0..3 {
        let kept = keep(nth, servico).await;
        api.keeping(servico, one, "09:00", None)
            .send(&api.router)
            .await
            .expect_problem(409, "horario_ocupado");
        api.visitor(
            "DELETE",
            &format!("/api/publico/reservas/{}", kept["token"].as_str().unwrap()),
            json!({}),
        )
        .send(&api.router)
        .await
        .expect(204);
    }
    // From the fourth on it is anybody's who proves a phone first: an appointment or a request.
    let tokens = [keep(3, servico).await, keep(4, asked).await, keep(5, asked).await];
    let mut finishing = Vec::new();
    for (nth, token) in tokens.iter().enumerate() {
        let token = token["token"].as_str().unwrap();
        let code = api.code_of(token, "Nina Alves", &format!("11 98888-11{nth:02}")).await;
        finishing.push(api.finishing(token, &code));
    }
    let answers = api.at_once(finishing).await;
    assert_eq!((counts(&answers)[&201], counts(&answers)[&409]), (1, 2));
    api.sound().await;
    // Two hours later it is kept as before.
    api.app.clock.set("2026-11-30T14:31:00Z".parse().unwrap());
    api.app
        .database
        .sql("update agendamentos set status = 'cancelado', cancelado_em = now(), cancelado_por = 'clinica'")
        .await;
    api.app.database.sql("update reservas set estado = 'solta'").await;
    keep(6, servico).await;
    api.keeping(servico, one, "09:00", None).send(&api.router).await.expect_problem(409, "horario_ocupado");
}

#[tokio::test]
async fn codes_keep_a_choice_for_half_an_hour_in_all() {
    let api = Api::new().await;
    let servico = api.service_named("Consulta", json!({})).await;
    let token = api.kept_token(servico, api.medico_id(0), "09:00").await;
    let path = format!("/api/publico/reservas/{token}/codigo");
    for (nth, now, until) in
        [(0, "12:04", "12:14"), (1, "12:13", "12:23"), (2, "12:22", "12:30"), (3, "12:29", "12:30")]
    {
        api.app.clock.set(format!("2026-11-30T{now}:00Z").parse().unwrap());
        let body = json!({ "nome": "Nina Alves", "telefone": format!("11 98888-12{nth:02}") });
        let sent = api.visitor("POST", &path, body).send(&api.router).await.expect(202);
        assert_eq!(sent["expira_em"], format!("2026-11-30T{until}:00Z"));
    }
    let last = api.app.database.text("select texto from saida order by id desc limit 1").await;
    assert!(last.ends_with("Ele vale por um minuto. Não o passe a ninguém."), "{last}");
    api.app.clock.set("2026-11-30T12:30:00Z".parse().unwrap());
    api.finishing(&token, "000000").send(&api.router).await.expect_problem(409, "reserva_vencida");
}
