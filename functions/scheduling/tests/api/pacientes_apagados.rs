//! Erasing and copying what somebody wrote from a phone they have no more, and while a message of theirs is being handled.

use serde_json::{Value, json};

use crate::Api;

const BEFORE: &str = "+5534981110001";
const NOW: &str = "+5534982220002";
const LEFT: &str = "+5534977770001";

impl Api {
    /// A thread on a phone, where somebody wrote and the clinic answered.
    async fn thread(&self, clinic: impl std::fmt::Display, telefone: &str, words: &str) {
        let digits = telefone.trim_start_matches('+');
        self.app
            .database
            .sql(&format!(
                "with v as (insert into conversas (cliente_id, contato, telefone, jid, nome_perfil)
                   values ({clinic}, '{digits}', '{telefone}', '{digits}@s.whatsapp.net', 'perfil {words}') returning id)
                 insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
                   select {clinic}, v.id, 'entrada', 'paciente', 'texto', '{words}', 'recebida', now() - interval '1 hour' from v;
                 insert into entrada (cliente_id, mensagem_id, evento, corpo)
                   values ({clinic}, 'e{digits}', 'message', '{{\"event\": {{\"contact\": {{\"telefone\": \"{telefone}\"}}, \"text\": \"{words}\"}}}}')"
            ))
            .await;
    }

    /// How many messages, names of profiles and events hold these words, at all clinics.
    async fn left(&self, words: &str) -> i64 {
        self.app
            .database
            .number(&format!(
                "select (select count(*) from mensagens where texto like '%{words}%') + (select count(*) from conversas where nome_perfil like '%{words}%')
                   + (select count(*) from entrada where corpo::text like '%{words}%') + (select count(*) from saida where texto like '%{words}%')"
            ))
            .await
    }

    /// A phone the person left: what was said there, told of it and answered again until then, and as much of a stranger who has the number since.
    pub(crate) async fn left_a_phone(
        &self,
        clinic: impl std::fmt::Display,
        id: impl std::fmt::Display,
        words: &str,
    ) {
        self.app
            .database
            .sql(&format!(
                "insert into telefones_anteriores (cliente_id, paciente_id, telefone) values ({clinic}, {id}, '{LEFT}');
                 insert into conversas (cliente_id, contato, telefone, jid) values ({clinic}, '{LEFT}', '{LEFT}', 'x@s.whatsapp.net');
                 create temporary table dito as select c.id, x.* from conversas c,
                   (values (1, '{words}', now() - interval '1 hour'), (2, 'de um estranho', now() + interval '1 hour')) as x(nth, texto, em)
                   where c.cliente_id = {clinic} and c.telefone = '{LEFT}';
                 insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
                   select {clinic}, id, 'entrada', 'paciente', 'texto', texto, 'recebida', em from dito;
                 insert into saida (cliente_id, destino, texto, chave, criado_em)
                   select {clinic}, '5511955554444', 'Quem: ' || texto, 'urgencia:' || id || ':1:' || nth, em from dito;
                 insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em)
                   select {clinic}, 'a@b.com', 'Possível emergência', 'Quem: ' || texto, 'urgencia:' || id || ':1:' || nth, em, em from dito;
                 insert into idempotencia (cliente_id, chave, rota, corpo_hash, status, resposta, criado_em)
                   select {clinic}, 'chave ' || nth, 'POST /api/conversas/{{id}}/mensagens', 'x', 201, jsonb_build_object('conversa_id', id, 'texto', texto), em from dito;
                 drop table dito"
            ))
            .await;
    }

    async fn moves(&self, id: &Value, telefone: &str) {
        self.staff("PATCH", &format!("/api/pacientes/{id}"), Some(json!({ "telefone": telefone })))
            .await
            .expect(200);
    }

    async fn erases(&self, id: &Value) -> Value {
        let body = json!({ "motivo": "pedido da pessoa" });
        self.gestora("POST", &format!("/api/pacientes/{id}/anonimizacao"), Some(body)).await.expect(200)
    }

    async fn copy(&self, id: &Value) -> Value {
        self.staff("GET", &format!("/api/pacientes/{id}/exportacao"), None).await.expect(200)
    }
}

fn texts(copy: &Value) -> Vec<String> {
    let threads = copy["conversas"].as_array().unwrap().iter();
    let said = threads.flat_map(|thread| thread["mensagens"].as_array().unwrap().iter());
    said.map(|message| message["texto"].as_str().unwrap_or("-").to_owned()).collect()
}

#[tokio::test]
async fn what_was_written_from_a_former_phone_is_copied_and_erased_with_the_person() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let id = api.patient("Zuleica Prado", BEFORE).await;
    for clinic in [own.id, other.id] {
        api.thread(clinic, BEFORE, "segredo antigo").await;
    }
    let stop = format!(
        "update conversas set bot_parado = true where cliente_id = {} and telefone = '{BEFORE}'",
        own.id
    );
    api.app.database.sql(&stop).await;
    api.moves(&id, NOW).await;
    api.thread(own.id, NOW, "segredo novo").await;
    // Whoever has the number now is nobody the clinic knows; what they write is not the patient's to take along.
    let later = format!(
        "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
         select cliente_id, id, 'entrada', 'paciente', 'texto', 'de um estranho', 'recebida', now() + interval '1 hour' from conversas
         where cliente_id = {0} and telefone = '{BEFORE}';
         update conversas set estado = '{{\"passo\": \"x\"}}', modo = 'humano', urgente = true, nao_lidas = 2 where cliente_id = {0} and telefone = '{BEFORE}';
         insert into saida (cliente_id, conversa_id, destino, texto, estado, proxima_em, criado_em)
         select cliente_id, id, contato, x.texto, 'pendente', now() + interval '2 hours', x.em
         from conversas, (values ('resposta ao estranho', now() + interval '1 hour'), ('segredo antigo', now() - interval '30 minutes')) as x(texto, em)
         where cliente_id = {0} and telefone = '{BEFORE}'",
        own.id
    );
    api.app.database.sql(&later).await;
    assert_eq!(texts(&api.copy(&id).await), ["segredo antigo", "segredo novo"]);
    let ledger = api.staff("GET", &format!("/api/pacientes/{id}/consentimentos"), None).await.expect(200);
    assert_eq!(ledger["registros"].as_array().unwrap().len(), 1, "it is told that they stopped it there");
    assert_eq!(ledger["atual"]["whatsapp"], Value::Null, "and the phone of now is another one");
    // A third and a fourth phone are kept as well, and none twice as a phone of now.
    for telefone in ["+5534983330003", NOW] {
        api.moves(&id, telefone).await;
    }
    let erased = api.erases(&id).await;
    let went =
        erased["removido"].as_array().unwrap().iter().find(|one| one["categoria"] == "conversas").unwrap();
    assert_eq!(went["quantidade"], 2);
    assert_eq!(api.left("segredo novo").await, 0);
    assert_eq!(api.left("segredo antigo").await, 3, "the other clinic's");
    let kept = format!("select count(*) from telefones_anteriores where cliente_id = {}", own.id);
    assert_eq!(api.app.database.number(&kept).await, 0);
    assert_eq!(
        api.app
            .database
            .number(&format!("select count(*) from conversas where telefone in ('{BEFORE}', '{NOW}')"))
            .await,
        2
    );
    // Who has the number now goes on where they were, and is answered.
    let live = format!(
        "select concat_ws(' ', c.contato, c.modo, c.urgente, c.nao_lidas, c.estado ->> 'passo', count(m.id) filter (where m.texto = 'de um estranho'),
                (select string_agg(s.estado || ' ' || s.texto, ', ' order by s.criado_em) from saida s where s.conversa_id = c.id))
         from conversas c join mensagens m on m.conversa_id = c.id where c.cliente_id = {} and c.telefone = '{BEFORE}' group by c.id",
        own.id
    );
    let kept = "5534981110001 humano t 2 x 1 cancelada (removido), pendente resposta ao estranho";
    assert_eq!(api.app.database.text(&live).await, kept);
}

#[tokio::test]
async fn a_phone_that_changed_hands_is_the_others_and_only_what_was_said_of_the_first_one_goes() {
    let api = Api::new().await;
    let own = &api.app.clinic;
    let first = api.patient("Zuleica Prado", BEFORE).await;
    api.thread(own.id, BEFORE, "palavras de quem tem o telefone").await;
    let booked = api.book_with("2026-12-02", "08:00", json!({ "paciente_id": first })).await.expect(201);
    let reminded = format!(
        "with s as (insert into saida (cliente_id, conversa_id, destino, texto, chave)
           select cliente_id, id, jid, 'Lembrete de Zuleica', 'lembrete:x' from conversas where cliente_id = {0} and telefone = '{BEFORE}' returning id)
         insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em, estado, saida_id)
           select {0}, {1}, 'dia', now(), 'enviado', s.id from s
         on conflict (cliente_id, agendamento_id, tipo) do update set estado = 'enviado', saida_id = excluded.saida_id",
        own.id, booked["id"]
    );
    api.app.database.sql(&reminded).await;
    api.act(&booked, "cancelamento").await.expect(200);
    api.moves(&first, NOW).await;
    let second = api.patient("Marta Lima", BEFORE).await;
    let copy = api.copy(&first).await;
    assert_eq!(copy["conversas"][0]["compartilhada"], true);
    assert_eq!(texts(&copy), Vec::<String>::new());
    api.erases(&first).await;
    assert_eq!(api.left("Lembrete de Zuleica").await, 0);
    assert_eq!(api.left("palavras de quem tem").await, 3);
    // It is the second one's, and goes with them.
    assert_eq!(texts(&api.copy(&second).await)[0], "palavras de quem tem o telefone");
    api.erases(&second).await;
    assert_eq!(api.left("palavras de quem tem").await, 0);
}

/// Before there was a table of former phones, only the reminders that went there tell.
#[tokio::test]
async fn a_thread_that_was_only_reminded_is_found_by_the_reminder() {
    let api = Api::new().await;
    let own = &api.app.clinic;
    let id = api.patient("Zuleica Prado", NOW).await;
    api.thread(own.id, BEFORE, "segredo antigo").await;
    api.thread(own.id, "+5534984440004", "de outra pessoa").await;
    let waited = format!(
        "with s as (insert into saida (cliente_id, conversa_id, destino, texto, chave)
           select v.cliente_id, v.id, v.jid, 'Pedido de Zuleica', 'pedido:' || r.id from conversas v, r where v.cliente_id = {0} and v.telefone = '{BEFORE}' returning id)
         select 1 from s",
        own.id
    );
    let asked = format!(
        "with r as (insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
           values ({}, {}, {id}, 'pedido', 'x', '2026-12-02 11:00Z', '2026-12-02 12:00Z', '2026-12-02 11:00Z', '2026-12-02 12:00Z', '2026-12-02 12:00Z')
           returning id), ",
        own.id, own.gestora.id
    );
    api.app.database.sql(&waited.replacen("with ", &asked, 1)).await;
    api.erases(&id).await;
    assert_eq!((api.left("segredo antigo").await, api.left("Pedido de Zuleica").await), (0, 0));
    assert_eq!(api.left("de outra pessoa").await, 3);
}

/// Two phones of one family, left together: each one's copy and erasure leave the other's words alone.
#[tokio::test]
async fn a_phone_two_people_left_is_still_of_both() {
    let api = Api::new().await;
    let own = &api.app.clinic;
    let (mother, child) =
        (api.patient("Marta Prado", BEFORE).await, api.patient("Zuleica Prado", BEFORE).await);
    api.thread(own.id, BEFORE, "palavras da mãe").await;
    for id in [&mother, &child] {
        api.moves(id, NOW).await;
    }
    assert_eq!(texts(&api.copy(&child).await), Vec::<String>::new());
    api.erases(&child).await;
    assert_eq!(api.left("palavras da mãe").await, 3);
    api.erases(&mother).await;
    assert_eq!(api.left("palavras da mãe").await, 0);
}

/// Whoever sent the card wrote it, and reads it in the own thread on.
#[tokio::test]
async fn what_others_wrote_of_a_person_stays_theirs_and_so_does_the_other_clinics() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let id = api.patient("Zuleica Prado", NOW).await;
    for clinic in [own.id, other.id] {
        api.thread(clinic, NOW, "segredo").await;
    }
    api.thread(own.id, BEFORE, &format!("o telefone dela é {NOW}")).await;
    api.erases(&id).await;
    assert_eq!(api.left("segredo").await, 3, "the other clinic's");
    assert_eq!(api.left("o telefone dela").await, 3, "as well in the events as in the thread");
    let whose =
        format!("select coalesce(string_agg(contato, ' '), '') from entrada where cliente_id = {}", own.id);
    assert_eq!(api.app.database.text(&whose).await, BEFORE.trim_start_matches('+'));
}

#[tokio::test]
async fn a_message_that_is_being_handled_is_waited_for_and_goes_as_well() {
    let api = Api::new().await;
    let own = &api.app.clinic;
    let id = api.patient("Zuleica Prado", NOW).await;
    api.thread(own.id, NOW, "segredo").await;
    // As the assistant does it: the thread is held from the first word to the commit.
    let handled = format!(
        "update conversas set ultima_mensagem_em = now() where cliente_id = {0} and telefone = '{NOW}';
         insert into entrada (cliente_id, mensagem_id, evento, corpo)
           values ({0}, 'e-tarde', 'message', '{{\"event\": {{\"contact\": {{\"telefone\": \"{NOW}\"}}, \"text\": \"segredo\"}}}}');
         insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado)
           select cliente_id, id, 'entrada', 'paciente', 'texto', 'segredo de agora', 'recebida' from conversas where cliente_id = {0} and telefone = '{NOW}';
         insert into saida (cliente_id, conversa_id, destino, texto)
           select cliente_id, id, jid, 'Entendi o segredo' from conversas where cliente_id = {0} and telefone = '{NOW}'",
        own.id
    );
    let held = api.app.database.hold(&handled).await;
    let commits = async {
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while api.app.database.number(waits).await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        held.commit().await;
    };
    tokio::join!(api.erases(&id), commits);
    assert_eq!(api.app.database.number("select count(*) from mensagens").await, 2, "it was committed");
    assert_eq!(api.left("segredo").await, 0);
}
