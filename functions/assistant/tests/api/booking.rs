//! Conversations judged by the agenda they leave behind.

use crate::{Chat, PHONE};

/// Monday, 30 November 2026, 09:00; the clinic has two professionals.
async fn up_to_the_summary(chat: &Chat) -> String {
    assert!(chat.say("Olá, quero agendar uma consulta").await.contains("Com quem"));
    assert!(chat.say("com o dr marco").await.contains("Tenho estes horários"));
    assert!(chat.say("amanhã").await.contains("Amanhã, 01/12"));
    assert!(chat.say("às 9").await.contains("nome completo"));
    chat.say("Joana Pereira Lima").await
}

const STANDING: &str = "select count(*) from agendamentos where status = 'agendado'";

#[tokio::test]
async fn a_conversation_ends_in_an_appointment_of_that_clinic_only() {
    let chat = Chat::new().await;
    let summary = up_to_the_summary(&chat).await;
    for fact in ["Dr. Marco", "Amanhã, 01/12", "9h", "Joana Pereira Lima"] {
        assert!(summary.contains(fact), "{summary}");
    }
    assert_eq!(chat.number(STANDING).await, 0, "nothing is booked before the yes");
    let done = chat.say("sim").await;
    assert!(done.contains("Consulta marcada"), "{done}");
    let (own, other) = (chat.app.clinic.id, chat.app.other.id);
    let row = "select to_char(inicio_em at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' ' || p.nome || ' ' || p.telefone || ' ' || a.canal
        from agendamentos a join pacientes p on p.id = a.paciente_id";
    let row = chat.app.database.text(row).await;
    assert_eq!(row, "2026-12-01 12:00 Joana Pereira Lima +5511988887777 whatsapp");
    assert_eq!(chat.number(&format!("select count(*) from agendamentos where cliente_id = {own}")).await, 1);
    assert_eq!(
        chat.number(&format!("select count(*) from agendamentos where cliente_id = {other}")).await,
        0
    );
    let armed = chat.app.database.text("select string_agg(tipo, ',') from lembretes").await;
    assert_eq!(armed, "dia", "told in the chat, and too near for the eve");
    let instance = chat.app.clinic.instance.clone();
    assert!(
        chat.sent
            .messages
            .lock()
            .unwrap()
            .iter()
            .all(|(through, to, _)| *through == instance && to.starts_with(PHONE))
    );
}

#[tokio::test]
async fn several_facts_in_one_sentence_are_not_asked_again() {
    let chat = Chat::new().await;
    let answer = chat.say("quero marcar com a dra tania quarta às 10h, meu nome é Rita Borges").await;
    assert!(
        answer.contains("Posso confirmar") && answer.contains("Rita Borges") && answer.contains("10h"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_correction_changes_the_summary_and_a_no_books_nothing() {
    let chat = Chat::new().await;
    up_to_the_summary(&chat).await;
    let corrected = chat.say("não, é dia 3").await;
    assert!(corrected.contains("Quinta-feira, 03/12"), "{corrected}");
    let asked = chat.say("não").await;
    assert!(asked.contains("O que quer mudar"), "{asked}");
    assert_eq!(chat.number(STANDING).await, 0);
}

#[tokio::test]
async fn a_time_taken_meanwhile_is_said_so_and_others_are_offered() {
    let chat = Chat::new().await;
    up_to_the_summary(&chat).await;
    let (clinic, medico, paciente) =
        (chat.app.clinic.id, chat.app.clinic.medico.id, chat.app.clinic.paciente);
    let taken = format!(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
         values ({clinic}, {medico}, {paciente}, '2026-12-01 09:00-03', '2026-12-01 09:30-03')"
    );
    chat.app.database.sql(&taken).await;
    let answer = chat.say("sim").await;
    assert!(answer.contains("acabou de ser ocupado") && answer.contains("tenho:"), "{answer}");
    assert!(!answer.contains("marcada"), "{answer}");
    let summary = chat.say("1").await;
    assert!(summary.contains("Joana Pereira Lima"), "what was said stands: {summary}");
    assert!(chat.say("sim").await.contains("Consulta marcada"));
}

#[tokio::test]
async fn days_without_times_say_why() {
    let chat = Chat::new().await;
    chat.say("quero marcar com a dra tania").await;
    let sunday = chat.say("domingo").await;
    assert!(sunday.contains("não há atendimento") && sunday.contains("Tenho estes horários"), "{sunday}");
    let christmas = chat.say("25/12").await;
    assert!(christmas.contains("feriado (Natal)"), "{christmas}");
    let never = chat.say("30/02").await;
    assert!(never.contains("não existe"), "{never}");
}

#[tokio::test]
async fn one_sees_and_cancels_the_own_appointments_and_nobody_elses() {
    let chat = Chat::new().await;
    up_to_the_summary(&chat).await;
    chat.say("sim").await;
    let stranger = chat.say_at(&chat.app.clinic, "5511977776666", "cancelar").await;
    assert!(stranger.contains("Não encontrei"), "{stranger}");
    let elsewhere = chat.say_at(&chat.app.other, PHONE, "meus horários").await;
    assert!(elsewhere.contains("Não encontrei"), "{elsewhere}");
    assert!(chat.say("meus horários").await.contains("Joana Pereira Lima"));
    assert!(chat.say("n vou poder ir").await.contains("Remarcar"));
    assert!(chat.say("cancela então").await.contains("Quer mesmo cancelar"));
    assert!(chat.say("não").await.contains("continua marcada"));
    assert_eq!(chat.number(STANDING).await, 1);
    chat.say("cancelar").await;
    assert!(chat.say("sim").await.contains("foi cancelada"));
    assert_eq!(chat.number(STANDING).await, 0);
    let history =
        "select string_agg(acao || ':' || autor_tipo || ':' || canal, ' ' order by id) from historico";
    let history = chat.app.database.text(history).await;
    assert_eq!(history, "criado:paciente:whatsapp cancelado:paciente:whatsapp");
}

/// A plan with no room left loses no message and keeps nobody guessing: the patient is told to speak with the clinic, and everything that was
/// written is there to be read.
#[tokio::test]
async fn a_month_without_room_is_told_and_no_message_is_lost() {
    let chat = Chat::new().await;
    chat.app.database.sql("update planos set limite_agendamentos_mes = 0 where nome = 'basico'").await;
    up_to_the_summary(&chat).await;
    let told = chat.say("sim").await;
    assert!(
        told.contains("completa neste mês") && told.contains("atendente") && !told.contains("plano"),
        "{told}"
    );
    assert_eq!(chat.number("select count(*) from agendamentos").await, 0);
    let written = "select string_agg(texto, '|' order by id) from mensagens where direcao = 'entrada'";
    let written = chat.app.database.text(written).await;
    assert_eq!(written.split('|').count(), 6, "{written}");
    // Nothing is kept from others for it, and with another plan it goes on.
    assert_eq!(chat.number("select count(*) from reservas where estado = 'aberta'").await, 0);
    chat.app.database.sql("update planos set limite_agendamentos_mes = 1 where nome = 'basico'").await;
    chat.say("quero marcar com o dr marco amanhã às 9h, meu nome é Joana Pereira Lima").await;
    assert!(chat.say("sim").await.contains("Consulta marcada"));
}
