//! Answers to the offer of a freed time, and a time kept while somebody decides.

use shared::agenda::waiting;

use crate::{Chat, PHONE};

const OTHER_PHONE: &str = "5511977776666";
const STANDING: &str = "select string_agg(p.nome, ',' order by p.nome) from agendamentos a join pacientes p on p.id = a.paciente_id
                        where a.status = 'agendado'";

impl Chat {
    /// Somebody who waits, by name and phone.
    pub(crate) async fn waits(&self, nome: &str, phone: &str) {
        let clinic = self.app.clinic.id;
        let sql = format!(
            "with p as (insert into pacientes (cliente_id, nome, telefone) values ({clinic}, '{nome}', '+{phone}') returning id)
             insert into lista_espera (cliente_id, paciente_id) select {clinic}, id from p"
        );
        self.app.database.sql(&sql).await;
    }

    /// Whatever is booked was booked yesterday.
    pub(crate) async fn a_day_passes_for_what_is_booked(&self) {
        let sql = "update agendamentos set criado_em = criado_em - interval '1 day'";
        self.app.database.sql(sql).await;
    }

    /// A third person, who booked tomorrow, 9h, calls it off: what was written to everybody.
    async fn frees(&self) -> String {
        let (clinic, third) = (&self.app.clinic, "5511966665555");
        let booking = "quero marcar com o dr marco amanhã às 9h, meu nome é Zé Terceiro";
        self.say_at(clinic, third, booking).await;
        assert!(self.say_at(clinic, third, "sim").await.contains("Consulta marcada"));
        self.a_day_passes_for_what_is_booked().await;
        self.say_at(clinic, third, "cancelar").await;
        self.say_at(clinic, third, "sim").await
    }

    async fn standing(&self) -> String {
        self.app.database.text(STANDING).await
    }
}

#[tokio::test]
async fn quero_takes_the_offered_time() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    let freed = chat.frees().await;
    assert!(
        freed.contains("Olá, Ana! Surgiu um horário na *Clínica a*: amanhã, 01/12, às 9h, com Dr. Marco."),
        "{freed}"
    );
    let booked = chat.say("Quero!").await;
    assert!(booked.contains("Consulta marcada") && booked.contains("Ana Lima"), "{booked}");
    assert_eq!(chat.standing().await, "Ana Lima");
    let canal =
        "select canal || ' ' || coalesce(criado_por_tipo, '-') from agendamentos where status = 'agendado'";
    assert_eq!(chat.app.database.text(canal).await, "whatsapp paciente");
    assert_eq!(chat.app.database.text("select estado from lista_espera").await, "atendido");
}

#[tokio::test]
async fn nao_quero_leaves_the_time_and_keeps_the_place() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    chat.frees().await;
    let declined = chat.say("não quero").await;
    assert!(declined.contains("continua na lista de espera"), "{declined}");
    assert_eq!(chat.standing().await, "");
    assert_eq!(chat.app.database.text("select estado from ofertas_espera").await, "recusada");
    assert_eq!(chat.app.database.text("select estado from lista_espera").await, "aguardando");
}

#[tokio::test]
async fn who_answers_second_hears_that_the_time_is_gone() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    chat.waits("Bia Reis", OTHER_PHONE).await;
    chat.frees().await;
    let first = chat.say_at(&chat.app.clinic, OTHER_PHONE, "eu quero").await;
    assert!(
        first.contains("Consulta marcada") && first.contains("Outra pessoa respondeu primeiro"),
        "{first}"
    );
    let second = chat.say("quero").await;
    assert!(second.contains("já não está disponível") && second.contains("lista de espera"), "{second}");
    assert_eq!(chat.standing().await, "Bia Reis");
}

#[tokio::test]
async fn a_yes_after_the_limit_hears_the_same() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    chat.frees().await;
    chat.app.clock.set("2026-11-30T12:31:00Z".parse().unwrap());
    let late = chat.say("quero").await;
    assert!(late.contains("já não está disponível"), "{late}");
    let now = chat.app.now();
    let tenant = chat.worker.tenants.by_instance(&chat.app.clinic.instance).await.unwrap();
    chat.worker.db.in_tenant(&tenant, async |tx| waiting::expire(tx, now).await).await.unwrap();
    assert!(chat.say("quero").await.contains("já não está disponível"));
    assert_eq!(chat.standing().await, "");
}

#[tokio::test]
async fn wanting_something_else_takes_no_offer() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    chat.frees().await;
    let asked = chat.say("quero marcar uma consulta").await;
    assert!(asked.contains("Com quem"), "{asked}");
    assert_eq!(chat.standing().await, "");
    // While another is being arranged, the offer may still be taken.
    let booked = chat.say("aceito").await;
    assert!(booked.contains("Consulta marcada"), "{booked}");
    assert_eq!(chat.standing().await, "Ana Lima");
}

#[tokio::test]
async fn nobody_without_an_offer_books_by_saying_quero() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    chat.frees().await;
    chat.say_at(&chat.app.clinic, OTHER_PHONE, "quero").await;
    chat.say_at(&chat.app.other, PHONE, "quero").await;
    assert_eq!(chat.standing().await, "");
}

#[tokio::test]
async fn the_chosen_time_is_kept_while_the_rest_is_asked() {
    let chat = Chat::new().await;
    let choice = "quero marcar com o dr marco amanhã às 9h";
    assert!(chat.say(choice).await.contains("nome completo"));
    let others = chat.say_at(&chat.app.clinic, OTHER_PHONE, choice).await;
    assert!(others.contains("Às 9h não tenho horário livre"), "{others}");
    let summary = chat.say("Joana Pereira Lima").await;
    assert!(summary.contains("Posso confirmar"), "{summary}");
    assert!(chat.say("sim").await.contains("Consulta marcada"));
    assert_eq!(chat.standing().await, "Joana Pereira Lima");
    assert_eq!(chat.number("select count(*) from reservas where estado = 'aberta'").await, 0);
}

#[tokio::test]
async fn who_gives_up_or_falls_silent_keeps_nothing() {
    let chat = Chat::new().await;
    let choice = "quero marcar com o dr marco amanhã às 9h";
    chat.say(choice).await;
    chat.say("deixa para lá").await;
    let others = chat.say_at(&chat.app.clinic, OTHER_PHONE, choice).await;
    assert!(others.contains("nome completo"), "{others}");
    chat.app.clock.set("2026-11-30T12:06:00Z".parse().unwrap());
    assert!(chat.say(choice).await.contains("nome completo"), "a choice lasts five minutes");
}

#[tokio::test]
async fn a_patient_does_not_cancel_past_the_clinics_limit() {
    let chat = Chat::new().await;
    let rule = format!(
        "update clientes set cancelamento_paciente_minutos = 1500, telefone = '(11) 3333-4444' where id = {}",
        chat.app.clinic.id
    );
    chat.app.database.sql(&rule).await;
    chat.say("quero marcar com o dr marco amanhã às 9h, meu nome é Joana Lima").await;
    chat.say("sim").await;
    chat.say("cancelar").await;
    let refused = chat.say("sim").await;
    assert!(
        refused.contains("com menos de 25 h de antecedência") && refused.contains("(11) 3333-4444"),
        "{refused}"
    );
    assert_eq!(chat.standing().await, "Joana Lima");
}

#[tokio::test]
async fn an_ok_to_what_was_said_after_an_offer_takes_no_offer() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    chat.frees().await;
    let reminder = format!(
        "insert into saida (cliente_id, conversa_id, destino, texto, chave, estado)
         select {}, id, '{PHONE}', 'Lembrete da sua consulta', 'lembrete:1:1', 'enviada' from conversas where telefone = '+{PHONE}'",
        chat.app.clinic.id
    );
    chat.app.database.sql(&reminder).await;
    for text in ["ok", "sim", "não"] {
        chat.say(text).await;
        assert_eq!(chat.standing().await, "", "{text}");
        assert_eq!(chat.app.database.text("select estado from ofertas_espera").await, "oferecida", "{text}");
    }
    let booked = chat.say("quero").await;
    assert!(booked.contains("Consulta marcada"), "{booked}");
}

#[tokio::test]
async fn an_ok_to_the_offer_itself_takes_it() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", PHONE).await;
    chat.frees().await;
    assert!(chat.say("ok").await.contains("Consulta marcada"));
    assert_eq!(chat.standing().await, "Ana Lima");
}

/// The clinic wants a day's notice; it runs out while the name is asked.
#[tokio::test]
async fn the_kept_time_is_booked_when_the_notice_runs_out_meanwhile() {
    let chat = Chat::new().await;
    let rule = format!("update clientes set antecedencia_minutos = 1439 where id = {}", chat.app.clinic.id);
    chat.app.database.sql(&rule).await;
    let chosen = chat.say("quero marcar com o dr marco amanhã às 9h").await;
    assert!(chosen.contains("nome completo"), "{chosen}");
    chat.app.clock.set(chat.app.now() + jiff::SignedDuration::from_mins(3));
    assert!(chat.say("Joana Pereira Lima").await.contains("Posso confirmar"));
    assert!(chat.say("sim").await.contains("Consulta marcada"));
    assert_eq!(chat.standing().await, "Joana Pereira Lima");
}
