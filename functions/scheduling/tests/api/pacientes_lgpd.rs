//! What the law lets a person ask for: everything that is held, and that it goes.

use serde_json::{Value, json};
use shared::cache::Key;
use shared::domain::telefone::Telefone;
use shared::testing::Request;

use crate::attacks::phone;
use crate::{Api, TUESDAY};

/// A patient with something in every table that can say who they are. All of it holds one of [`MARKS`], which are too long to
/// turn up in the digits of an instant or of an id.
const MARKS: &str = "Zuleica zuleica 34981234567 3481234567 34981239999 98123- 777981234 52998224725 700000000000005 zul@ segredo 1931-07-08";

async fn known_everywhere(api: &Api) -> Value {
    let body = json!({
        "nome": "Zuleica Prado", "telefone": "34 98123-4567", "cpf": "529.982.247-25", "cns": "700000000000005",
        "email": "zul@exemplo.com.br", "nascimento_dia": "1931-07-08", "observacoes": "um segredo", "aceita_marketing": true,
    });
    let id = api.staff("POST", "/api/pacientes", Some(body)).await.expect(201)["id"].clone();
    let repeated =
        json!({ "nome": "Zuleica P.", "telefone": "34 98123-9999", "observacoes": "outro segredo" });
    let repeated = api.staff("POST", "/api/pacientes", Some(repeated)).await.expect(201)["id"].clone();
    let unite = json!({ "duplicado_id": repeated });
    api.staff("POST", &format!("/api/pacientes/{id}/fusao"), Some(unite)).await.expect(200);
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["paciente_id"] = id.clone();
    booking["motivo"] = json!("segredo");
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let request = shared::testing::Request::new("POST", &api.app.clinic.host(), "/api/agendamentos");
    let request = request.bearer(&token).header("idempotency-key", "uma").json(&booking);
    let booked = request.send(&api.router).await.expect(201)["id"].clone();
    let path = format!("/api/agendamentos/{booked}/cancelamento");
    let clinic = api.app.clinic.id;
    let medico = api.app.clinic.gestora.id;
    api.app
        .database
        .sql(&format!(
            "insert into conversas (cliente_id, contato, telefone, jid, nome_perfil, estado) values
               ({clinic}, '5534981234567', '+5534981234567', '553481234567@s.whatsapp.net', 'Zuleica', '{{\"nome\": \"Zuleica\"}}');
             insert into conversas (cliente_id, contato, lid, jid, paciente_id) values ({clinic}, 'lid:777981234', '777981234', '777981234@lid', {id});
             insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, whatsapp_id, estado)
               select cliente_id, id, 'entrada', 'paciente', 'texto', 'segredo', 'W' || id, 'recebida' from conversas where cliente_id = {clinic};
             insert into entrada (cliente_id, mensagem_id, evento, corpo) values
               ({clinic}, 'e1', 'message', '{{\"event\": {{\"contact\": {{\"telefone\": \"+5534981234567\", \"lid\": \"777981234\"}}, \"text\": \"segredo\"}}}}'),
               ({clinic}, 'e2', 'message', '{{\"event\": {{\"contact\": {{\"telefone\": null, \"lid\": null, \"jid\": \"553481234567@s.whatsapp.net\"}}, \"text\": \"segredo\"}}}}'),
               ({clinic}, 'e3', 'message', '{{\"event\": {{\"contact\": {{\"telefone\": null, \"lid\": \"777981234\"}}, \"text\": \"segredo\"}}}}'),
               ({clinic}, 'e4', 'message', '{{\"event\": {{\"contact\": {{\"telefone\": \"+5511999990001\"}}, \"text\": \"de outra pessoa\"}}}}');
             insert into saida (cliente_id, conversa_id, destino, texto, chave)
               select cliente_id, id, jid, 'Olá, Zuleica', 'c' || id from conversas where cliente_id = {clinic};
             insert into saida (cliente_id, destino, texto, chave)
               select cliente_id, '5511955554444', 'Quem: Zuleica Prado', 'urgencia:' || id || ':1:2' from conversas where cliente_id = {clinic};
             insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em)
               select cliente_id, 'a@b.com', 'Possível emergência', 'Quem: Zuleica Prado', 'urgencia:' || id || ':1:a@b.com', now(), now() from conversas
               where cliente_id = {clinic};
             insert into lista_espera (cliente_id, paciente_id, observacoes) values ({clinic}, {id}, 'segredo');
             insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, motivo, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
               values ({clinic}, {medico}, {id}, 'pedido', '5534981234567', 'segredo', '2026-12-02 11:00Z', '2026-12-02 12:00Z',
                       '2026-12-02 11:00Z', '2026-12-02 12:00Z', '2026-12-02 12:00Z');
             insert into codigos (cliente_id, reserva_id, nome, telefone, hash, expira_em)
               select cliente_id, id, 'Zuleica Prado', '+5534981234567', 'x', now() from reservas where cliente_id = {clinic};
             update agendamentos set observacoes = 'segredo', cancelamento_motivo = 'segredo' where id = {booked};
             update historico set depois = depois || '{{\"cancelamento_motivo\": \"segredo\"}}' where agendamento_id = {booked}"
        ))
        .await;
    let forbidden = format!("/api/pacientes/{id}/anonimizacao");
    let refused = api.staff("POST", &forbidden, Some(json!({ "motivo": "pedido" }))).await;
    refused.expect_problem(403, "sem_permissao");
    api.staff("POST", &path, Some(json!({ "motivo": "segredo" }))).await.expect(200);
    id
}

async fn erase(api: &Api, id: &Value) -> shared::testing::Answer {
    let clinic = &api.app.clinic;
    let body = json!({ "motivo": "pedido da pessoa" });
    api.send(clinic, &clinic.gestora, "POST", &format!("/api/pacientes/{id}/anonimizacao"), Some(body)).await
}

/// Tables whose rows hold one of the marks, anywhere.
async fn tables_that_know(api: &Api) -> Vec<String> {
    let tables = "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'cliente_id'
                  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1";
    let mut known = Vec::new();
    for table in api.app.database.texts(tables).await {
        let marks: Vec<_> = MARKS.split(' ').map(|mark| format!("t::text like '%{mark}%'")).collect();
        let marks = marks.join(" or ");
        let rows = format!("select count(*) from {table} t where {marks}");
        if api.app.database.number(&rows).await > 0 {
            known.push(table);
        }
    }
    known
}

#[tokio::test]
async fn an_export_holds_everything_of_the_person_and_is_written_down() {
    let api = Api::new().await;
    let id = known_everywhere(&api).await;
    let path = format!("/api/pacientes/{id}/exportacao");
    let all = api.staff("GET", &path, None).await.expect(200);
    assert_eq!(all["paciente"]["cpf"], "52998224725");
    assert_eq!(all["cadastros_unidos"][0]["nome"], "Zuleica P.");
    assert_eq!(all["consentimentos"][0]["tipo"], "marketing");
    assert_eq!(all["agendamentos"][0]["medico"], "Dra. Tânia");
    assert_eq!(all["agendamentos"][0]["historico"].as_array().unwrap().len(), 2);
    assert_eq!(all["lista_espera"][0]["observacoes"], "segredo");
    assert_eq!(all["reservas"][0]["motivo"], "segredo");
    assert_eq!(all["conversas"].as_array().unwrap().len(), 2);
    assert_eq!(all["conversas"][0]["mensagens"][0]["texto"], "segredo");
    let audits: Vec<_> = all["auditoria"].as_array().unwrap().iter().map(|row| row["acao"].clone()).collect();
    assert_eq!(audits, ["pacientes_unidos", "paciente_exportado"]);
    assert!(!all.to_string().contains("cliente_id"), "{all}");
    assert!(!all.to_string().contains("Maria Souza"));
    // It holds what every professional wrote, so a médico does not get it.
    let clinic = &api.app.clinic;
    api.send(clinic, &clinic.medico, "GET", &path, None).await.expect_problem(403, "sem_permissao");
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_left_in_any_table() {
    let api = Api::new().await;
    let id = known_everywhere(&api).await;
    api.left_a_phone(api.app.clinic.id, &id, "segredo").await;
    api.left_a_phone(api.app.other.id, api.app.other.paciente, "da outra clínica").await;
    let before = tables_that_know(&api).await;
    let expected = "agendamentos auditoria codigos conversas entrada historico idempotencia lista_espera mensagens pacientes reservas saida";
    for table in expected.split(' ') {
        assert!(before.contains(&table.to_owned()), "the test says nothing about {table}");
    }
    let phone = Telefone::parse("34 98123-4567").unwrap();
    let key = Key::conversation(api.app.clinic.id, &phone);
    let cache = &api.app.parts.cache;
    assert!(cache.put(&key, "segredo", std::time::Duration::from_mins(1)).await);
    let erased = erase(&api, &id).await.expect(200);
    assert_eq!(erased["anonimizado_em"], api.app.now().to_string());
    assert_eq!(tables_that_know(&api).await, Vec::<String>::new());
    assert_eq!(cache.get(&key).await, None);
    let database = &api.app.database;
    let other = "select count(*) from entrada where corpo::text like '%de outra pessoa%'";
    assert_eq!(database.number(other).await, 1, "what others wrote stays");
    let strangers = |words: &str| {
        let rows = |table: &str, column: &str| {
            format!("(select count(*) from {table} where {column}::text like '%{words}%')")
        };
        format!(
            "select {} + {} + {}",
            rows("saida", "texto"),
            rows("emails", "texto"),
            rows("idempotencia", "resposta")
        )
    };
    assert_eq!(
        database.number(&strangers("de um estranho")).await,
        6,
        "who has the number now, at both clinics"
    );
    assert_eq!(database.number(&strangers("da outra clínica")).await, 3);
    let flags = "select string_agg(tipo || aceito, ',' order by id) from consentimentos";
    assert_eq!(database.text(flags).await, "marketingtrue,marketingfalse,lembretesfalse");
    let left = format!(
        "select concat_ws(' ', (select string_agg(estado, ',') from saida where texto = '(removido)'), (select estado from lista_espera), (select estado from reservas),
           (select status from agendamentos where paciente_id = {id}), (select count(*) from historico))"
    );
    assert_eq!(
        database.text(&left).await,
        "cancelada,cancelada,cancelada,cancelada,cancelada,cancelada cancelado solta cancelado 2"
    );
    api.staff("GET", &format!("/api/pacientes/{id}"), None).await.expect_problem(404, "nao_encontrado");
    // The visit stays in the agenda's books.
    let path = format!("/api/agendamentos?de={TUESDAY}");
    let agenda = api.staff("GET", &path, None).await.expect(200);
    assert_eq!(agenda["agendamentos"][0]["paciente_nome"], "Paciente removido");
    // Again, later: the same answer, and nothing more happens.
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_hours(1));
    assert_eq!(erase(&api, &id).await.expect(200), erased);
    let audits =
        "select string_agg(acao || coalesce(depois ->> 'motivo', ''), ',' order by id) from auditoria";
    assert_eq!(database.text(audits).await, "pacientes_unidos,paciente_anonimizadopedido da pessoa");
    let body = json!({ "duplicado_id": id });
    let path = format!("/api/pacientes/{}/fusao", api.app.clinic.paciente);
    api.staff("POST", &path, Some(body)).await.expect_problem(409, "conflito");
}

/// Answers that can be given again hold names and phones too, however deep they lie in them.
#[tokio::test]
async fn no_answer_that_is_kept_names_an_erased_person() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let token = api.app.token(&clinic.secretaria).await;
    let once = async |path: &str, body: Value| {
        let request = Request::new("POST", &clinic.host(), path).bearer(&token);
        request.header("idempotency-key", path).json(&body).send(&api.router).await.expect(201)
    };
    let body = json!({ "nome": "Zuleica P.", "telefone": "34 98123-9999" });
    let repeated = once("/api/pacientes", body).await["id"].clone();
    let who = json!({ "nome": "Zuleica Prado", "telefone": "34 98123-4567" });
    let id = api.staff("POST", "/api/pacientes", Some(who)).await.expect(201)["id"].clone();
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["paciente_id"] = repeated.clone();
    let visit = once("/api/agendamentos", booking.clone()).await["id"].clone();
    api.staff("POST", &format!("/api/agendamentos/{visit}/cancelamento"), Some(json!({}))).await.expect(200);
    let unite = json!({ "duplicado_id": repeated });
    api.staff("POST", &format!("/api/pacientes/{id}/fusao"), Some(unite)).await.expect(200);
    booking["paciente_id"] = id.clone();
    booking["frequencia"] = json!("semanal");
    booking["vezes"] = json!(2);
    let series = once("/api/series", booking).await["serie_id"].clone();
    let block =
        json!({ "medico_id": clinic.gestora.id, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T12:00" });
    once("/api/bloqueios", block).await;
    // An answer about somebody else stays.
    let other = json!({ "medico_id": clinic.medico.id, "data": TUESDAY, "hora": "08:00", "paciente_id": clinic.paciente });
    once("/api/agendamentos?outra", other).await;
    api.staff("POST", &format!("/api/series/{series}/cancelamento"), Some(json!({}))).await.expect(200);
    let named = "select count(*) from idempotencia where resposta::text like '%Zuleica%'";
    assert_eq!(api.app.database.number(named).await, 4);
    erase(&api, &id).await.expect(200);
    assert_eq!(tables_that_know(&api).await, Vec::<String>::new());
    let others = "select count(*) from idempotencia where resposta::text like '%Maria Souza%'";
    assert_eq!(api.app.database.number(others).await, 1);
}

#[tokio::test]
async fn whoever_has_appointments_ahead_is_not_erased() {
    let api = Api::new().await;
    let id = json!(api.app.clinic.paciente);
    let booked = api.book(TUESDAY, "08:00").await.expect(201);
    let refused = erase(&api, &id).await.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("Cancele"), "{refused}");
    let path = format!("/api/agendamentos/{}/cancelamento", booked["id"]);
    api.staff("POST", &path, Some(json!({}))).await.expect(200);
    erase(&api, &id).await.expect(200);
    let foreign = &api.app.other;
    assert_eq!(
        api.app
            .database
            .number(&format!("select count(*) from pacientes where id = {} and ativo", foreign.paciente))
            .await,
        1
    );
}

#[tokio::test]
async fn a_conversation_on_a_phone_of_several_people_stays_the_others() {
    let api = Api::new().await;
    let clinic = api.app.clinic.id;
    let child = json!({ "nome": "Zuleica Souza", "telefone": "11 99999-0001" });
    let child = api.staff("POST", "/api/pacientes", Some(child)).await.expect(201)["id"].clone();
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["paciente_id"] = child.clone();
    let booked = api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201)["id"].clone();
    let database = &api.app.database;
    database
        .sql(&format!(
            "insert into conversas (cliente_id, contato, telefone, jid, nome_perfil, paciente_id, estado) values
               ({clinic}, '5511999990001', '+5511999990001', '5511999990001@s.whatsapp.net', 'Maria', {child}, '{{\"nome\": \"Zuleica Souza\"}}');
             insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado)
               select cliente_id, id, 'entrada', 'paciente', 'texto', 'bom dia', 'recebida' from conversas where cliente_id = {clinic};
             insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado)
               select cliente_id, id, 'saida', 'bot', 'texto', 'Lembrete de Zuleica', 'pendente' from conversas where cliente_id = {clinic};
             insert into saida (cliente_id, conversa_id, mensagem_id, destino, texto)
               select cliente_id, conversa_id, id, '5511999990001', texto from mensagens where direcao = 'saida';
             insert into saida (cliente_id, conversa_id, destino, texto)
               select cliente_id, id, '5511999990001', 'para Maria' from conversas where cliente_id = {clinic};
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em, estado, saida_id)
               select {clinic}, {booked}, 'dia', now(), 'enviado', min(id) from saida
             on conflict (cliente_id, agendamento_id, tipo) do update set estado = 'enviado', saida_id = excluded.saida_id"
        ))
        .await;
    let path = format!("/api/pacientes/{child}/exportacao");
    let thread = api.staff("GET", &path, None).await.expect(200)["conversas"][0].clone();
    assert_eq!((&thread["compartilhada"], &thread["mensagens"]), (&json!(true), &json!([])));
    let path = format!("/api/agendamentos/{booked}/cancelamento");
    api.staff("POST", &path, Some(json!({}))).await.expect(200);
    erase(&api, &child).await.expect(200);
    assert_eq!(tables_that_know(&api).await, Vec::<String>::new());
    let left = "select concat_ws('|', contato, telefone, nome_perfil, paciente_id, estado,
                  (select string_agg(coalesce(texto, '∅'), ',' order by id) from mensagens),
                  (select string_agg(texto || ' ' || estado, ',' order by id) from saida)) from conversas";
    assert_eq!(
        database.text(left).await,
        "5511999990001|+5511999990001|Maria|{}|bom dia,∅,∅|(removido) cancelada,para Maria pendente,(removido) cancelada"
    );
}

/// Two people who share a phone, each with a visit, a place in the line and a refused request, and told of all of it.
async fn told_of_everything(api: &Api, nomes: [&str; 2]) -> [(Value, Value); 2] {
    api.set("/api/clinica", json!({ "espera_simultaneas": 2 })).await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    let telefone = phone(api);
    let mut people = Vec::new();
    for (nome, pedido, visita) in [(nomes[0], "15:00", "08:00"), (nomes[1], "16:00", "08:30")] {
        let id = api.patient(nome, &telefone).await;
        let token = api.kept(&servico, pedido).await;
        api.ask_code(&token, nome, &telefone).await.expect(202);
        api.finish(&token, &api.code().await).await.expect(201);
        let pedido = api.app.database.number("select max(id) from reservas where tipo = 'pedido'").await;
        api.staff("POST", &format!("/api/pedidos/{pedido}/recusa"), None).await.expect(200);
        let booked = api.book_with("2026-12-02", visita, json!({ "paciente_id": id })).await.expect(201);
        people.push((id, booked));
    }
    for (id, _) in &people {
        api.wait(id, json!({})).await;
    }
    api.frees("2026-12-03", "08:00").await;
    // Both reminders are due, and it is not a day since the codes ended.
    api.app.clock.set("2026-12-01T11:30:00Z".parse().unwrap());
    let worker = api.app.worker("http://127.0.0.1:1");
    assert_eq!(reminders::sweep(&worker).await.unwrap().lembretes, 2);
    let block = json!({ "medico_id": api.app.clinic.gestora.id, "inicio": "2026-12-02T08:00", "fim": "2026-12-02T12:00",
                        "afetados": "avisar" });
    api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201);
    people.try_into().unwrap()
}

#[tokio::test]
async fn of_two_people_on_one_phone_only_what_was_said_about_the_erased_one_goes() {
    let api = Api::new().await;
    let [(child, booked), _] = told_of_everything(&api, ["Zuleica Souza", "Marta Souza"]).await;
    let database = &api.app.database;
    let said = async |nome: &str| {
        let query = format!(
            "select split_part(s.chave, ':', 1) || ' ' || s.texto || ' ' || coalesce(m.texto, '-') from saida s
             join mensagens m on m.id = s.mensagem_id where s.texto like '%{nome}%' order by s.id"
        );
        database.texts(&query).await
    };
    let about = said("Marta").await;
    for told in [&about, &said("Zuleica").await] {
        let kinds: Vec<_> = told.iter().map(|text| text.split(' ').next().unwrap()).collect();
        assert_eq!(kinds, ["pedido", "oferta", "lembrete", "bloqueio"], "{told:?}");
    }
    assert_eq!(
        database.texts("select nome from codigos order by id").await,
        ["Zuleica Souza", "Marta Souza"]
    );
    api.act(&booked, "cancelamento").await.expect(200);
    erase(&api, &child).await.expect(200);
    assert_eq!(tables_that_know(&api).await, Vec::<String>::new());
    assert_eq!(said("Marta").await, about);
    assert_eq!(database.texts("select nome from codigos").await, ["Marta Souza"]);
    let pending =
        "select count(*) from saida where texto = '(removido)' and estado in ('pendente', 'enviando')";
    assert_eq!(database.number(pending).await, 0, "nothing of it leaves any more");
}

#[tokio::test]
async fn the_door_that_forgets_serves_only_the_clinic_and_the_erased() {
    let api = Api::new().await;
    let database = &api.app.database;
    let booked = api.book(TUESDAY, "08:00").await.expect(201)["id"].clone();
    let path = format!("/api/agendamentos/{booked}/cancelamento");
    api.staff("POST", &path, Some(json!({ "motivo": "viagem" }))).await.expect(200);
    // Histories keep no words any more; those written by hand, or before, may.
    let words = r#"update historico set depois = depois || '{"cancelamento_motivo": "viagem"}' where acao = 'cancelado'"#;
    database.sql(words).await;
    let reasons = "select count(*) from historico where depois ->> 'cancelamento_motivo' = 'viagem'";
    let forget = format!("select hi_paciente_esquece({})", api.app.clinic.paciente);
    let (own, other): (i64, i64) =
        (api.app.clinic.id.to_string().parse().unwrap(), api.app.other.id.to_string().parse().unwrap());
    for clinic in [None, Some(other), Some(own)] {
        database.sql_as("hi_app", clinic, &forget).await.unwrap();
        assert_eq!(database.number(reasons).await, 1);
    }
    erase(&api, &json!(api.app.clinic.paciente)).await.expect(200);
    assert_eq!(database.number(reasons).await, 0);
    let tamper = database.sql_as("hi_app", Some(own), "update historico set depois = '{}'").await;
    assert_eq!(tamper, Err("42501".to_owned()));
}

/// What may stay of a person who is erased: no word of who they are.
const STAYS: [&str; 2] = ["anonimizado_em", "fundido_em_id"];

#[tokio::test]
async fn no_column_that_may_be_empty_outlives_the_person() {
    let api = Api::new().await;
    let id = known_everywhere(&api).await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Unimed" })).await;
    api.set(&format!("/api/pacientes/{id}"), json!({ "convenio_id": convenio, "carteirinha": "0 123.456" }))
        .await;
    let columns = "select column_name::text from information_schema.columns
        where table_schema = 'public' and table_name = 'pacientes' and is_nullable = 'YES' and is_generated = 'NEVER'
        order by ordinal_position";
    let mut columns = api.app.database.texts(columns).await;
    columns.retain(|column| !STAYS.contains(&column.as_str()));
    let filled = async || {
        let mut filled = Vec::new();
        for column in &columns {
            let count =
                format!("select count({column}) from pacientes where id = {id} or fundido_em_id = {id}");
            if api.app.database.number(&count).await > 0 {
                filled.push(column.clone());
            }
        }
        filled
    };
    assert_eq!(filled().await, columns, "a new column: this person needs something in it");
    erase(&api, &id).await.expect(200);
    assert_eq!(filled().await, Vec::<String>::new(), "and the erasure has to empty it");
}
