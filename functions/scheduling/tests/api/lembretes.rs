//! Rules of reminders and notices: who reads and changes them, what is refused, what is kept, and what they do to what is booked.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

const CLINIC: &str = "/api/lembretes";

#[tokio::test]
async fn a_clinic_without_a_row_has_the_usual_rules() {
    let api = Api::new().await;
    let rules = api.medico("GET", CLINIC, None).await.expect(200);
    assert_eq!(
        rules["vigentes"],
        json!({ "confirmacao_ativo": true, "vespera_ativo": true, "vespera_minutos": 1440, "dia_ativo": true,
                "dia_minutos": 120, "falta_ativo": true, "falta_minutos": 30, "confirmacao_nota": null, "vespera_nota": null,
                "dia_nota": null, "falta_nota": null })
    );
    assert!(rules["proprias"].as_object().unwrap().values().all(Value::is_null));
    assert_eq!((&rules["silencio_inicio"], &rules["silencio_fim"]), (&json!("21:00"), &json!("08:00")));
}

#[tokio::test]
async fn the_clinics_rules_are_changed_by_who_works_for_all_of_it_and_kept_in_the_audit() {
    let api = Api::new().await;
    let made = api.book("2026-12-04", "10:00").await.expect(201);
    api.medico("PATCH", CLINIC, Some(json!({ "dia_ativo": false })))
        .await
        .expect_problem(403, "sem_permissao");
    let body = json!({ "vespera_minutos": 2880, "dia_ativo": false, "silencio_inicio": "22:00" });
    for _ in 0..2 {
        let rules = api.staff("PATCH", CLINIC, Some(body.clone())).await.expect(200);
        assert_eq!(
            (&rules["vigentes"]["vespera_minutos"], &rules["vigentes"]["dia_ativo"]),
            (&json!(2880), &json!(false))
        );
        assert_eq!(rules["silencio_inicio"], "22:00");
    }
    assert_eq!(api.trail("lembretes", "vespera_minutos").await, ["secretaria lembretes_alterados - 2880"]);
    let armed = format!(
        "select string_agg(tipo || ' ' || to_char(enviar_em at time zone 'America/Sao_Paulo', 'DD HH24'), ',' order by tipo)
         from lembretes where estado = 'pendente' and tipo <> 'confirmacao' and agendamento_id = {}",
        made["id"]
    );
    assert_eq!(api.app.database.text(&armed).await, "vespera 02 10");
    let rules = api
        .gestora("PATCH", CLINIC, Some(json!({ "vespera_minutos": null, "dia_ativo": null })))
        .await
        .expect(200);
    assert_eq!(rules["vigentes"]["vespera_minutos"], 1440);
    assert_eq!(api.app.database.text(&armed).await, "dia 04 08,vespera 03 10");
    let others = api.send(&api.app.other, &api.app.other.gestora, "GET", CLINIC, None).await.expect(200);
    assert_eq!(others["silencio_inicio"], "21:00");
}

#[tokio::test]
async fn a_note_and_a_rule_that_is_there_already_write_no_reminder_anew() {
    let api = Api::new().await;
    api.book("2026-12-04", "10:00").await.expect(201);
    let written = "select string_agg(xmin::text || ':' || enviar_em || ':' || estado, ',' order by tipo) from lembretes";
    let before = api.app.database.text(written).await;
    // The second says what holds anyway.
    for body in [json!({ "dia_nota": "Traga os exames." }), json!({ "dia_minutos": 120 })] {
        api.gestora("PATCH", CLINIC, Some(body)).await.expect(200);
        assert_eq!(api.app.database.text(written).await, before);
    }
    api.gestora("PATCH", CLINIC, Some(json!({ "dia_minutos": 90 }))).await.expect(200);
    assert_ne!(api.app.database.text(written).await, before);
}

#[tokio::test]
async fn what_can_not_be_is_refused_with_words() {
    let api = Api::new().await;
    let body = json!({ "vespera_minutos": 60, "dia_minutos": 14, "falta_minutos": -1, "silencio_inicio": "24:00", "silencio_fim": null });
    let wrong = api.refused("PATCH", CLINIC, body).await;
    let fields: Vec<_> = wrong.iter().map(|(campo, _)| campo.as_str()).collect();
    assert_eq!(
        fields,
        ["vespera_minutos", "dia_minutos", "falta_minutos", "silencio_inicio", "silencio_fim"]
    );
    assert_eq!(wrong[0].1, "Use de 720 a 10080 minutos.");
    assert_eq!(api.trail("lembretes", "dia_minutos").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_medico_changes_the_own_rules_and_notices_and_nobody_elses() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let (own, other) = (clinic.medico.id, clinic.gestora.id);
    for what in ["lembretes", "avisos"] {
        let path = format!("/api/medicos/{other}/{what}");
        api.medico("GET", &path, None).await.expect_problem(404, "nao_encontrado");
        api.medico("PATCH", &path, Some(json!({}))).await.expect_problem(404, "nao_encontrado");
    }
    api.staff("PATCH", CLINIC, Some(json!({ "dia_minutos": 180 }))).await.expect(200);
    let path = format!("/api/medicos/{own}/lembretes");
    let rules = api.medico("PATCH", &path, Some(json!({ "vespera_ativo": false }))).await.expect(200);
    let valid = &rules["vigentes"];
    assert_eq!((&valid["vespera_ativo"], &valid["dia_minutos"]), (&json!(false), &json!(180)));
    assert_eq!(rules["proprias"]["dia_minutos"], Value::Null);
    let target = format!("medicos/{own}/lembretes");
    assert_eq!(api.trail(&target, "vespera_ativo").await, ["medico lembretes_alterados - false"]);
}

/// An address that gets very many notices is told so, and then left alone for a day; a phone too. Two were written to each before.
async fn are_left_alone_after_sixty(api: &Api) {
    let many = "insert into emails (cliente_id, para, assunto, texto, chave, agendamento_id, proxima_em, criado_em, estado, enviado_em)
                select cliente_id, para, 'a', 'b', 'muitos:' || n, agendamento_id, proxima_em, criado_em, 'enviado', criado_em
                from emails, generate_series(1, 57) n where id = (select min(id) from emails)";
    api.app.database.sql(many).await;
    let many = "insert into saida (cliente_id, agendamento_id, destino, texto, chave, proxima_em, estado)
                select cliente_id, agendamento_id, destino, 'b', 'muitos:' || n, proxima_em, 'enviada'
                from saida, generate_series(1, 57) n where id = (select min(id) from saida where conversa_id is null)";
    api.app.database.sql(many).await;
    for hora in ["15:00", "16:00"] {
        let made = api.book(TUESDAY, hora).await.expect(201);
        api.act(&made, "cancelamento").await.expect(200);
    }
    for of in ["emails where chave", "saida where conversa_id is null and chave"] {
        let last = format!("select texto from {of} not like 'muitos:%' order by id");
        let last = api.app.database.texts(&last).await;
        assert_eq!(last.len(), 3, "sixty, and not one more: {last:?}");
        assert!(last[2].contains("às 15h") && last[2].contains("os próximos ficam só na agenda"), "{last:?}");
        let forget = format!("delete from {of} like 'muitos:%' or texto like '%às 15h%'");
        api.app.database.sql(&forget).await;
    }
}

#[tokio::test]
async fn notices_need_somewhere_to_go_and_tell_of_what_staff_books() {
    let api = Api::new().await;
    let path = format!("/api/medicos/{}/avisos", api.app.clinic.gestora.id);
    let none = api.staff("GET", &path, None).await.expect(200);
    assert_eq!(
        (&none["whatsapp"], &none["email"], &none["novos"]),
        (&json!(false), &json!(false), &json!(true))
    );
    let wrong = api.refused("PATCH", &path, json!({ "whatsapp": true })).await;
    assert_eq!(
        wrong,
        [("telefone".to_owned(), "Para receber pelo WhatsApp, diga em que telefone.".to_owned())]
    );
    let wrong = api.refused("PATCH", &path, json!({ "telefone": "123", "email": null })).await;
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    let body = json!({ "whatsapp": true, "telefone": "11 95555-4444", "email": true, "remarcados": false });
    let chosen = api.gestora("PATCH", &path, Some(body)).await.expect(200);
    assert_eq!(
        (&chosen["telefone"], &chosen["email_endereco"]),
        (&json!("+5511955554444"), &json!("tania@clinica.com"))
    );
    for told in [false, true] {
        let shown = api.gestora("PATCH", &path, Some(json!({ "urgencias": told }))).await.expect(200);
        assert_eq!(shown["urgencias"], told);
        assert_eq!(api.staff("GET", &path, None).await.expect(200)["urgencias"], told, "kept");
    }
    let made = api.book(TUESDAY, "10:00").await.expect(201);
    let moved = format!("/api/agendamentos/{}", made["id"]);
    api.staff("PATCH", &moved, Some(json!({ "hora": "11:00" }))).await.expect(200);
    api.act(&made, "cancelamento").await.expect(200);
    let texts = api.app.database.texts("select texto from saida where conversa_id is null order by id").await;
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert_eq!(
        texts[0],
        "*Nova consulta*\nMaria Souza: amanhã, 01/12, às 10h\n\nMarcada pela equipe da clínica."
    );
    assert_eq!(api.app.database.number("select count(*) from emails").await, 2);
    are_left_alone_after_sixty(&api).await;
    // Whoever does it themselves knows.
    let body = json!({ "medico_id": api.app.clinic.gestora.id, "data": TUESDAY, "hora": "14:00", "paciente_id": api.app.clinic.paciente });
    let own = api.gestora("POST", "/api/agendamentos", Some(body)).await.expect(201);
    assert_eq!(api.app.database.number("select count(*) from emails").await, 2);
    // Erased, the patient is named in neither.
    api.act(&own, "cancelamento").await.expect(200);
    let erase = format!("/api/pacientes/{}/anonimizacao", api.app.clinic.paciente);
    api.gestora("POST", &erase, Some(json!({ "motivo": "pedido" }))).await.expect(200);
    let named = "select (select count(*) from saida where texto like '%Maria%') + (select count(*) from emails where texto like '%Maria%')";
    assert_eq!(api.app.database.number(named).await, 0);
}

#[tokio::test]
async fn how_an_emergency_reaches_a_professional_is_theirs_and_a_gestors_to_change() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let (medico, gestora) = (clinic.medico.id, clinic.gestora.id);
    let path = |id| format!("/api/medicos/{id}/avisos");
    let whole = json!({ "whatsapp": true, "telefone": "+5511955554444", "urgencias": true });
    api.medico("PATCH", &path(medico), Some(whole.clone())).await.expect(200);
    for body in [
        json!({ "urgencias": false }),
        json!({ "telefone": "11 94444-3333" }),
        json!({ "whatsapp": false }),
        json!({ "whatsapp": false, "telefone": null }),
    ] {
        let refused = api.staff("PATCH", &path(medico), Some(body.clone())).await;
        refused.expect_problem(403, "sem_permissao");
        let kept = api.staff("GET", &path(medico), None).await.expect(200);
        let told = (&kept["whatsapp"], &kept["telefone"], &kept["urgencias"]);
        assert_eq!(told, (&json!(true), &json!("+5511955554444"), &json!(true)), "{body}");
    }
    assert_eq!(api.trail(&format!("medicos/{medico}/avisos"), "urgencias").await.len(), 1);
    // What stays as it is may be said again, and the rest is the agenda's.
    let mut form = whole;
    form["novos"] = json!(false);
    assert_eq!(api.staff("PATCH", &path(medico), Some(form)).await.expect(200)["novos"], json!(false));
    let off = json!({ "urgencias": false, "telefone": "11 94444-3333" });
    let changed = api.gestora("PATCH", &path(medico), Some(off.clone())).await.expect(200);
    assert_eq!((&changed["urgencias"], &changed["telefone"]), (&json!(false), &json!("+5511944443333")));
    api.medico("PATCH", &path(gestora), Some(off.clone())).await.expect_problem(404, "nao_encontrado");
    // Nobody of another clinic finds them, whoever they are there.
    for person in [&api.app.other.gestora, &api.app.other.secretaria] {
        let answer = api.send(&api.app.other, person, "PATCH", &path(gestora), Some(off.clone())).await;
        answer.expect_problem(404, "nao_encontrado");
    }
}

const NOTE: &str = "Traga seus exames.";

#[tokio::test]
async fn a_note_is_the_gestoras_to_write_and_a_professionals_goes_before_the_clinics() {
    let api = Api::new().await;
    let body = json!({ "vespera_nota": " *Traga*\nseus exames. ", "dia_nota": "Chegue antes." });
    api.staff("PATCH", CLINIC, Some(body.clone())).await.expect_problem(403, "sem_permissao");
    let rules = api.gestora("PATCH", CLINIC, Some(body.clone())).await.expect(200);
    assert_eq!(rules["vigentes"]["vespera_nota"], NOTE);
    assert_eq!(
        api.trail("lembretes", "vespera_nota").await,
        [format!("medico lembretes_alterados - {NOTE}")]
    );
    // Who does not write notes may send the form back as it is, and change the rest.
    let same = json!({ "vespera_nota": NOTE, "dia_minutos": 90 });
    assert_eq!(api.staff("PATCH", CLINIC, Some(same)).await.expect(200)["vigentes"]["dia_minutos"], 90);
    let path = format!("/api/medicos/{}/lembretes", api.app.clinic.medico.id);
    let none = json!({ "vespera_nota": "" });
    api.medico("PATCH", &path, Some(none.clone())).await.expect_problem(403, "sem_permissao");
    let own = api.gestora("PATCH", &path, Some(none)).await.expect(200);
    let vigentes = &own["vigentes"];
    assert_eq!((&vigentes["vespera_nota"], &vigentes["dia_nota"]), (&Value::Null, &json!("Chegue antes.")));
    let back = api.gestora("PATCH", &path, Some(json!({ "vespera_nota": null }))).await.expect(200);
    assert_eq!(back["vigentes"]["vespera_nota"], NOTE);
    let other = api.send(&api.app.other, &api.app.other.gestora, "GET", CLINIC, None).await.expect(200);
    assert_eq!(other["vigentes"]["vespera_nota"], Value::Null);
    for (note, words) in [("veja https://x.com", "endereço"), (&"a".repeat(301), "300 caracteres")] {
        let wrong = api.refused("PATCH", CLINIC, json!({ "falta_nota": note })).await;
        assert!(wrong[0].0 == "falta_nota" && wrong[0].1.contains(words), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_preview_shows_what_would_be_sent_and_keeps_nothing() {
    let api = Api::new().await;
    let preview = async |body: Value| api.staff("POST", "/api/lembretes/previa", Some(body)).await;
    let usual = preview(json!({})).await.expect(200);
    assert!(usual["vespera"]["texto"].as_str().unwrap().contains("é amanhã, 07/12, às *14h30*"), "{usual}");
    assert!(usual["dia"]["texto"].as_str().unwrap().contains("é hoje, 07/12"), "{usual}");
    let hours = ["confirmacao", "vespera", "dia", "falta"].map(|kind| usual[kind]["hora"].clone());
    assert_eq!(hours, ["09:00", "14:30", "12:30", "15:00"].map(Value::from));
    let body = json!({ "medico_id": api.app.clinic.medico.id, "vespera_nota": NOTE, "vespera_minutos": 900, "silencio_inicio": "20:00" });
    let changed = preview(body).await.expect(200);
    let text = changed["vespera"]["texto"].as_str().unwrap();
    assert!(text.contains(&format!("\n\n{NOTE}\n\nResponda")) && text.contains("é hoje, 07/12"), "{text}");
    assert_eq!(changed["vespera"]["hora"], "08:00", "23:30 is quiet");
    assert!(!changed["dia"]["texto"].as_str().unwrap().contains(NOTE));
    assert_eq!(preview(json!({})).await.expect(200), usual, "nothing was kept");
    let wrong = api
        .refused("POST", "/api/lembretes/previa", json!({ "dia_minutos": 1, "dia_nota": "www.x.com" }))
        .await;
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    let other = json!({ "medico_id": api.app.other.medico.id });
    preview(other.clone()).await.expect_problem(404, "nao_encontrado");
    let gestora = json!({ "medico_id": api.app.clinic.gestora.id });
    api.medico("POST", "/api/lembretes/previa", Some(gestora)).await.expect_problem(404, "nao_encontrado");
}
