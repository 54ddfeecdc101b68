//! Answers to what was written unasked: the message to who did not come, confirmations, and notices to professionals.

use reminders::sweep;
use shared::agenda::Audience;
use shared::agenda::blocks::{self, Affected};
use shared::agenda::status::{Step, step};
use shared::db::TenantTx;
use shared::db::agendamentos::{Author, Canal};
use shared::db::bloqueios::{NewBloqueio, Tipo};
use shared::whatsapp::{Contact, Content, Event, Inbound};

use crate::{Chat, PHONE, contact};

const STAFF: Author = Author { canal: Canal::Painel, user: None };

impl Chat {
    /// Books today, 10h, with Dr. Marco; does not come; half an hour after that was noted, the message is there.
    async fn missed(&self) -> String {
        let booking = "quero marcar com o dr marco hoje às 10h30, meu nome é Joana Lima";
        let summary = self.say(booking).await;
        assert!(summary.contains("Posso confirmar"), "{summary}");
        assert!(self.say("sim").await.contains("Consulta marcada"));
        self.app.clock.set("2026-11-30T13:50:00Z".parse().unwrap());
        let tenant = self.worker.tenants.by_instance(&self.app.clinic.instance).await.unwrap();
        let (now, id) =
            (self.app.now(), self.number("select id from agendamentos").await.to_string().parse().unwrap());
        let who = (STAFF, Audience::Staff);
        self.worker
            .db
            .in_tenant(&tenant, async |tx| step(tx, id, None, Step::Miss, who, now).await)
            .await
            .unwrap();
        self.swept("2026-11-30T14:20:00Z").await
    }

    /// What a sweep wrote last.
    async fn swept(&self, at: &str) -> String {
        self.app.clock.set(at.parse().unwrap());
        sweep(&self.worker).await.unwrap();
        self.app.database.text("select texto from saida order by id desc limit 1").await
    }
}

#[tokio::test]
async fn a_number_takes_the_time_that_was_offered_to_who_did_not_come() {
    let chat = Chat::new().await;
    let missed = chat.missed().await;
    assert!(
        missed.contains("Sentimos a sua falta") && missed.contains("*2* · amanhã, 01/12, às 10h30"),
        "{missed}"
    );
    let summary = chat.say("2").await;
    assert!(
        summary.contains("Posso confirmar") && summary.contains("Amanhã, 01/12") && summary.contains("10h30"),
        "{summary}"
    );
    assert!(summary.contains("Joana Lima") && summary.contains("Dr. Marco"), "{summary}");
    assert!(chat.say("sim").await.contains("Consulta marcada"));
    let standing =
        "select count(*) from agendamentos where status = 'agendado' and inicio_em = '2026-12-01 10:30-03'";
    assert_eq!(chat.number(standing).await, 1);
}

#[tokio::test]
async fn a_day_a_yes_and_a_time_that_went_meanwhile_are_understood_and_a_thank_you_is_one() {
    let chat = Chat::new().await;
    chat.missed().await;
    let thanks = chat.say("obrigada, me desculpe").await;
    assert!(!thanks.contains("Posso confirmar") && !thanks.contains("01/12"), "{thanks}");
    let chat = Chat::new().await;
    chat.missed().await;
    let offered = chat.say("sim, quero").await;
    assert!(offered.contains("10h30") && offered.contains("*1.*"), "{offered}");
    let chat = Chat::new().await;
    chat.missed().await;
    let friday = chat.say("pode ser sexta de manhã?").await;
    assert!(friday.contains("04/12") && !friday.contains("Com quem"), "{friday}");
    let chat = Chat::new().await;
    chat.missed().await;
    let other = "quero marcar com o dr marco amanhã às 10h30, meu nome é Pedro Alves";
    chat.say_at(&chat.app.clinic, "5511977776666", other).await;
    let taken = chat.say("2").await;
    assert!(taken.contains("acabou de ser ocupado"), "{taken}");
}

#[tokio::test]
async fn one_two_three_are_understood_after_a_confirmation_and_a_reminder_of_the_day() {
    for (at, answer, heard) in [
        ("2026-11-30T12:01:00Z", "1", "confirmad"),
        ("2026-11-30T12:01:00Z", "3", "cancelar"),
        ("2026-12-03T11:00:00Z", "1", "confirmad"),
        ("2026-12-03T11:00:00Z", "2", "horário"),
    ] {
        let chat = Chat::new().await;
        let (clinic, medico) = (chat.app.clinic.id, chat.app.clinic.medico.id);
        chat.app
            .database
            .sql(&format!(
                "with p as (insert into pacientes (cliente_id, nome, telefone) values ({clinic}, 'Joana Lima', '+{PHONE}') returning id),
                 a as (insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
                   select {clinic}, {medico}, id, '2026-12-03 10:00-03', '2026-12-03 10:30-03' from p returning id)
                 insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em)
                 select {clinic}, id, case when '{at}' < '2026-12' then 'confirmacao' else 'dia' end, '{at}' from a"
            ))
            .await;
        assert!(chat.swept(at).await.contains("Joana"));
        let said = chat.say(answer).await;
        assert!(said.to_lowercase().contains(heard), "{at} {answer}: {said}");
    }
}

#[tokio::test]
async fn a_professional_who_answers_a_notice_is_told_what_it_is_and_may_be_a_patient_too() {
    let chat = Chat::new().await;
    let (clinic, medico) = (chat.app.clinic.id, chat.app.clinic.medico.id);
    let professional = "5511955554444";
    chat.app
        .database
        .sql(&format!(
            "insert into avisos_medicos (cliente_id, medico_id, whatsapp, telefone) values ({clinic}, {medico}, true, '+{professional}')"
        ))
        .await;
    chat.say("quero marcar com o dr marco amanhã às 9h, meu nome é Joana Lima").await;
    let said = chat.say("sim").await;
    assert!(said.contains("Consulta marcada") && said.contains("Nova consulta"), "{said}");
    let threads = format!("select count(*) from conversas where telefone = '+{professional}'");
    // WhatsApp shows the clinic's own message: nobody typed it.
    let text = chat.app.database.text("select texto from saida where conversa_id is null").await;
    let mut echo: Inbound = chat.message(&chat.app.clinic, professional, Content::Text(text));
    if let Event::Message(message) = &mut echo.event {
        message.from_me = true;
        message.contact = Contact { ..contact(professional) };
    }
    assert!(chat.handle(&[echo]).await.batch_item_failures.is_empty());
    assert_eq!(chat.number(&threads).await, 0);
    let answered = chat.say_at(&chat.app.clinic, professional, "ok, obrigado").await;
    assert!(answered.contains("avisos da agenda"), "{answered}");
    let booking = chat.say_at(&chat.app.clinic, professional, "quero marcar uma consulta").await;
    assert!(booking.contains("Com quem"), "{booking}");
    let stranger = chat.say_at(&chat.app.other, professional, "ok").await;
    assert!(!stranger.contains("avisos da agenda"), "{stranger}");
}

/// At ten in the evening the clinic closes the day of the visit; the patient, awake, writes before the morning.
#[tokio::test]
async fn who_writes_at_night_reads_first_what_waited_for_the_morning() {
    let chat = Chat::new().await;
    chat.say("quero marcar com o dr marco quinta às 9h, meu nome é Joana Lima").await;
    assert!(chat.say("sim").await.contains("Consulta marcada"));
    chat.app.clock.set("2026-12-01T01:00:00Z".parse().unwrap());
    let now = chat.app.now();
    let tenant = chat.worker.tenants.by_instance(&chat.app.clinic.instance).await.unwrap();
    let new = NewBloqueio {
        medico_id: None,
        inicio_em: "2026-12-03T11:00:00Z".parse().unwrap(),
        fim_em: "2026-12-03T20:00:00Z".parse().unwrap(),
        tipo: Tipo::Bloqueio,
        motivo: None,
    };
    let blocked = async |tx: &mut TenantTx| blocks::block(tx, &new, Affected::Notify, STAFF, now).await;
    chat.worker.db.in_tenant(&tenant, blocked).await.unwrap();
    // Somebody else's night is not disturbed, and the same phone at another clinic neither.
    chat.say_at(&chat.app.clinic, "5511977776666", "oi").await;
    chat.say_at(&chat.app.other, PHONE, "oi").await;
    let before = "select estado from saida where chave like 'bloqueio:%'";
    assert_eq!(chat.app.database.text(before).await, "adiada");
    let said = chat.say("meus horários").await;
    let (first, answer) = said.split_once("\n---\n").unwrap();
    assert!(
        first.contains("não vai poder atender") && first.contains("quinta-feira, 03/12, às 9h"),
        "{said}"
    );
    assert!(answer.contains("próximos horários"), "{said}");
    assert!(!chat.say("remarcar").await.contains("não vai poder"), "once");
}
