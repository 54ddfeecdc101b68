//! The life of an appointment: every step from every status, repeated, with what it leaves behind.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

/// The actions that lead to a status from a new appointment, at 08:05 of its day.
fn road(status: &str) -> &'static [&'static str] {
    match status {
        "confirmado" => &["confirmacao"],
        "em_atendimento" => &["inicio"],
        "realizado" => &["realizacao"],
        "faltou" => &["falta"],
        "cancelado" => &["cancelamento"],
        _ => &[],
    }
}

const ACTIONS: [&str; 7] =
    ["confirmacao", "chegada", "inicio", "realizacao", "falta", "cancelamento", "reativacao"];
/// From each status, the status after each action; "-" is refused.
const TABLE: [(&str, [&str; 7]); 6] = [
    (
        "agendado",
        ["confirmado", "agendado", "em_atendimento", "realizado", "faltou", "cancelado", "agendado"],
    ),
    (
        "confirmado",
        ["confirmado", "confirmado", "em_atendimento", "realizado", "faltou", "cancelado", "confirmado"],
    ),
    ("em_atendimento", ["-", "-", "em_atendimento", "realizado", "-", "cancelado", "-"]),
    ("realizado", ["-", "-", "-", "realizado", "-", "-", "-"]),
    ("faltou", ["-", "-", "em_atendimento", "realizado", "faltou", "-", "agendado"]),
    ("cancelado", ["-", "-", "-", "-", "-", "cancelado", "-"]),
];

#[tokio::test]
async fn every_step_from_every_status_is_taken_or_refused_and_may_be_repeated() {
    let api = Api::new().await;
    let delete = "delete from lembretes; delete from historico; delete from agendamentos;";
    for (from, after) in TABLE {
        for (action, expected) in ACTIONS.into_iter().zip(after) {
            api.app.database.sql(delete).await;
            api.app.clock.set("2026-11-30T12:00:00Z".parse().unwrap());
            let made = api.book(TUESDAY, "08:00").await.expect(201);
            api.app.clock.set("2026-12-01T11:05:00Z".parse().unwrap());
            for step in road(from) {
                api.act(&made, step).await.expect(200);
            }
            if expected == "-" {
                let refused = api.act(&made, action).await;
                let code = refused.json()["codigo"].as_str().unwrap_or_default().to_owned();
                let known = ["mudanca_de_status_invalida", "horario_indisponivel"].contains(&code.as_str());
                assert!(known, "{from} {action}: {}", refused.text);
                assert!(!refused.text.contains("em_atendimento"), "words for people: {}", refused.text);
                continue;
            }
            let first = api.act(&made, action).await.expect(200);
            assert_eq!(first["status"], expected, "{from} {action}");
            assert_eq!(api.act(&made, action).await.expect(200), first, "{from} {action} twice");
        }
    }
}

#[tokio::test]
async fn steps_leave_their_instants_and_history_with_channel_author_and_snapshots() {
    let api = Api::new().await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Amil" })).await;
    let servico = api.make("/api/servicos", json!({ "nome": "Consulta", "preco_centavos": 12_300 })).await;
    let with = json!({ "servico_id": servico, "convenio_id": convenio, "motivo": "enxaqueca" });
    let made = api.book_with("2026-11-30", "10:00", with).await.expect(201);
    api.act(&made, "confirmacao").await.expect(200);
    api.act(&made, "chegada").await.expect(200);
    let path = format!("/api/agendamentos/{}", made["id"]);
    for _ in 0..2 {
        let gone = api.staff("DELETE", &format!("{path}/chegada"), None).await.expect(200);
        assert_eq!(gone["chegada_em"], Value::Null);
    }
    api.act(&made, "chegada").await.expect(200);
    api.act(&made, "inicio").await.expect(200);
    api.app.clock.set("2026-11-30T13:40:00Z".parse().unwrap());
    let done = api.act(&made, "realizacao").await.expect(200);
    let now = json!("2026-11-30T12:00:00Z");
    for key in ["confirmado_em", "chegada_em", "iniciado_em"] {
        assert_eq!(done[key], now, "{key}");
    }
    assert_eq!(done["finalizado_em"], "2026-11-30T13:40:00Z");
    let history = api.staff("GET", &format!("{path}/historico"), None).await.expect(200);
    let rows = history["historico"].as_array().unwrap();
    let acts: Vec<_> = rows.iter().map(|row| row["acao"].as_str().unwrap()).collect();
    let expected =
        ["criado", "confirmado", "chegada", "chegada_desfeita", "chegada", "em_atendimento", "realizado"];
    assert_eq!(acts, expected);
    for row in rows {
        assert_eq!((row["canal"].as_str(), row["autor_nome"].as_str()), (Some("painel"), Some("Sônia")));
        assert_eq!(row["depois"]["preco_centavos"], 12_300);
        assert_eq!(row["depois"]["convenio_nome"], "Amil");
    }
    for personal in ["Maria", "99999", "enxaqueca"] {
        assert!(!history.to_string().contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn cancelling_says_who_and_why_and_the_history_keeps_no_words() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let path = format!("/api/agendamentos/{}/cancelamento", made["id"]);
    let wrong = api.staff("POST", &path, Some(json!({ "por": "medico" }))).await;
    assert_eq!(wrong.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], "por");
    let body = json!({ "por": "paciente", "motivo": "internou a mãe" });
    let done = api.staff("POST", &path, Some(body)).await.expect(200);
    assert_eq!(
        (done["cancelado_por"].as_str(), done["cancelamento_motivo"].as_str()),
        (Some("paciente"), Some("internou a mãe"))
    );
    let history = format!("/api/agendamentos/{}/historico", made["id"]);
    let history = api.staff("GET", &history, None).await.expect(200);
    assert_eq!(history["historico"][1]["depois"]["cancelado_por"], "paciente");
    assert!(!history.to_string().contains("internou"), "{history}");
    let again = api.act(&made, "reativacao").await.expect(200);
    for key in ["cancelado_em", "cancelado_por", "cancelamento_motivo"] {
        assert_eq!(again[key], Value::Null, "{key}");
    }
}

#[tokio::test]
async fn steps_before_their_day_are_too_early_and_a_miss_before_its_time() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    for action in ["chegada", "inicio", "realizacao", "falta"] {
        api.act(&made, action).await.expect_problem(409, "cedo_demais");
    }
    api.app.clock.set("2026-12-01T10:30:00Z".parse().unwrap());
    api.act(&made, "falta").await.expect_problem(409, "cedo_demais");
    api.act(&made, "chegada").await.expect(200);
}

#[tokio::test]
async fn the_clinics_limit_binds_cancelling_and_moving() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "cancelamento_equipe_minutos": 90 })).await;
    let made = api.book("2026-11-30", "10:00").await.expect(201);
    let problem = api.act(&made, "cancelamento").await.expect_problem(409, "fora_do_prazo");
    assert_eq!(problem["detail"], "Isto só pode ser feito até 1 h 30 min antes da consulta.");
    let later = api.book("2026-11-30", "10:30").await.expect(201);
    assert_eq!(api.act(&later, "cancelamento").await.expect(200)["status"], "cancelado");
}

#[tokio::test]
async fn what_was_called_off_stands_again_only_where_it_could_be_booked() {
    let api = Api::new().await;
    let made = api.book("2026-12-04", "08:00").await.expect(201);
    api.act(&made, "cancelamento").await.expect(200);
    let other = api.book("2026-12-04", "08:00").await.expect(201);
    let problem = api.act(&made, "reativacao").await.expect_problem(409, "horario_ocupado");
    assert!(!problem["alternativas"].as_array().unwrap().is_empty());
    api.act(&other, "cancelamento").await.expect(200);
    assert_eq!(api.act(&made, "reativacao").await.expect(200)["status"], "agendado");
    let armed =
        format!("select estado from lembretes where tipo = 'vespera' and agendamento_id = {}", made["id"]);
    assert_eq!(api.app.database.text(&armed).await, "pendente");
}

#[tokio::test]
async fn who_was_taken_for_absent_and_comes_late_is_expected_again() {
    let api = Api::new().await;
    let made = api.book("2026-11-30", "09:00").await.expect(201);
    api.app.clock.set("2026-11-30T12:15:00Z".parse().unwrap());
    api.act(&made, "falta").await.expect(200);
    assert_eq!(api.act(&made, "reativacao").await.expect(200)["status"], "agendado");
    assert_ne!(api.act(&made, "chegada").await.expect(200)["chegada_em"], Value::Null);
    api.act(&made, "falta").await.expect(200);
    api.app.clock.set("2026-12-01T12:15:00Z".parse().unwrap());
    let late = api.act(&made, "reativacao").await.expect_problem(422, "horario_indisponivel");
    assert_eq!(late["detail"], "Esse horário já passou.");
}

#[tokio::test]
async fn a_medico_takes_only_the_own_a_step_further() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    for action in ACTIONS {
        let path = format!("/api/agendamentos/{}/{action}", made["id"]);
        api.medico("POST", &path, Some(json!({}))).await.expect_problem(404, "nao_encontrado");
        let other = &api.app.other;
        let foreign = api.send(other, &other.secretaria, "POST", &path, Some(json!({}))).await;
        foreign.expect_problem(404, "nao_encontrado");
    }
}

#[tokio::test]
async fn who_was_seen_after_all_is_an_encaixe_only_beside_somebody_else() {
    let api = Api::new().await;
    for (data, action, status) in
        [("2026-11-30", "realizacao", "realizado"), (TUESDAY, "inicio", "em_atendimento")]
    {
        let at = |time: &str| format!("{data}T{time}:00Z").parse().unwrap();
        let given = api.book(data, "10:00").await.expect(201);
        let alone = api.book(data, "11:00").await.expect(201);
        api.app.clock.set(at("13:02"));
        api.act(&given, "falta").await.expect(200);
        api.book(data, "10:10").await.expect(201);
        api.app.clock.set(at("14:02"));
        api.act(&alone, "falta").await.expect(200);
        for (seen, encaixe) in [(&given, true), (&alone, false)] {
            let done = api.act(seen, action).await.expect(200);
            assert_eq!((&done["status"], &done["encaixe"]), (&json!(status), &json!(encaixe)), "{action}");
            let history = format!("/api/agendamentos/{}/historico", seen["id"]);
            let history = api.staff("GET", &history, None).await.expect(200);
            let last = history["historico"].as_array().unwrap().last().unwrap();
            assert_eq!((&last["acao"], &last["depois"]["encaixe"]), (&json!(status), &json!(encaixe)));
        }
    }
}
