//! People whom WhatsApp names by a private number only: they wait in the line and answer its offers from the thread they wrote in, and a
//! number that is only told makes nobody somebody else.

use shared::db::agendamentos::{Author, Canal};
use shared::db::{TenantTx, pacientes};
use shared::testing::Clinic;
use shared::whatsapp::{Contact, Content, Event};

use crate::Chat;

const LID: &str = "184467440737095";
const OTHER_LID: &str = "184726354958372";
const LINE: &str = "select coalesce(string_agg(p.nome || ' ' || coalesce(p.telefone, '-') || ' ' || l.estado, '; ' order by l.id), 'nobody')
                    from lista_espera l join pacientes p on p.id = l.paciente_id";
const STANDING: &str = "select coalesce(string_agg(p.nome || ' ' || coalesce(p.telefone, '-'), '; '), 'nothing')
                        from agendamentos a join pacientes p on p.id = a.paciente_id where a.status = 'agendado'";

impl Chat {
    /// Writes without a phone, and reads what came back to that thread.
    async fn say_from(&self, clinic: &Clinic, lid: &str, text: &str) -> String {
        let mut inbound = self.message(clinic, crate::PHONE, Content::Text(text.to_owned()));
        let jid = format!("{lid}@lid");
        let Event::Message(message) = &mut inbound.event else { unreachable!() };
        message.contact = Contact { telefone: None, lid: Some(lid.to_owned()), jid: jid.clone() };
        let before = self.sent.messages.lock().unwrap().len();
        self.say_all(&[inbound]).await;
        let sent = self.sent.messages.lock().unwrap();
        let own = |(through, to, _): &&(String, String, String)| *through == clinic.instance && *to == jid;
        sent[before..].iter().filter(own).map(|(.., text)| text.clone()).collect::<Vec<_>>().join("\n---\n")
    }

    async fn joins(&self, clinic: &Clinic, lid: &str) -> String {
        let asked = self.say_from(clinic, lid, "quero entrar na lista de espera do dr marco").await;
        assert!(asked.contains("nome completo"), "{asked}");
        let phone = self.say_from(clinic, lid, "Rita Alves Moura").await;
        assert!(phone.contains("celular"), "{phone}");
        self.say_from(clinic, lid, "(11) 99999-0001").await
    }

    /// Somebody who booked tomorrow, 9h, with Dr. Marco, calls it off; everything that was written then, by destination.
    async fn frees_at(&self, clinic: &Clinic) -> Vec<(String, String)> {
        let third = "5511966665555";
        let before = self.sent.messages.lock().unwrap().len();
        let booking = "quero marcar com o dr marco amanhã às 9h, meu nome é Zé Terceiro";
        self.say_at(clinic, third, booking).await;
        self.say_at(clinic, third, "sim").await;
        self.a_day_passes_for_what_is_booked().await;
        for text in ["cancelar", "sim"] {
            self.say_at(clinic, third, text).await;
        }
        let sent = self.sent.messages.lock().unwrap();
        sent[before..].iter().map(|(_, to, text)| (to.clone(), text.clone())).collect()
    }
}

/// Maria Souza, `+5511999990001`, is a patient of both clinics: the number that is told is hers.
#[tokio::test]
async fn who_has_no_phone_waits_is_offered_the_time_in_the_own_thread_and_takes_it() {
    let chat = Chat::new().await;
    let (own, other) = (&chat.app.clinic, &chat.app.other);
    let joined = chat.joins(own, LID).await;
    assert!(joined.contains("lista de espera com *Dr. Marco*"), "{joined}");
    assert_eq!(chat.app.database.text(LINE).await, "Rita Alves Moura - aguardando");
    let noted = "select observacoes from lista_espera";
    assert_eq!(
        chat.app.database.text(noted).await,
        "Telefone informado pelo WhatsApp: +5511999990001",
        "for the clinic to read"
    );
    // At the other clinic the same private number is a stranger, and its freed time is nothing to Rita.
    let elsewhere = chat.frees_at(other).await;
    assert!(elsewhere.iter().all(|(to, _)| !to.ends_with("@lid")), "{elsewhere:?}");
    chat.say_from(other, LID, "quero").await;
    let freed = chat.frees_at(own).await;
    let offered: Vec<_> = freed.iter().filter(|(_, text)| text.contains("Surgiu um horário")).collect();
    assert_eq!(
        offered.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(),
        [format!("{LID}@lid")],
        "{freed:?}"
    );
    assert!(offered[0].1.starts_with("Olá, Rita!"), "{offered:?}");
    let booked = chat.say_from(own, LID, "Quero!").await;
    assert!(booked.contains("Consulta marcada") && booked.contains("Rita Alves Moura"), "{booked}");
    assert_eq!(chat.app.database.text(STANDING).await, "Rita Alves Moura -");
    assert_eq!(chat.app.database.text(LINE).await, "Rita Alves Moura - atendido");
    assert!(chat.say_from(own, LID, "meus horários").await.contains("Rita Alves Moura"));
    assert_eq!(
        chat.number(&format!("select count(*) from pacientes where cliente_id = {}", other.id)).await,
        2
    );
}

#[tokio::test]
async fn no_keeps_the_place_of_who_has_no_phone() {
    let chat = Chat::new().await;
    chat.joins(&chat.app.clinic, LID).await;
    chat.frees_at(&chat.app.clinic).await;
    let declined = chat.say_from(&chat.app.clinic, LID, "não quero").await;
    assert!(declined.contains("continua na lista de espera"), "{declined}");
    assert_eq!(chat.app.database.text(LINE).await, "Rita Alves Moura - aguardando");
    assert_eq!(chat.app.database.text("select estado from ofertas_espera").await, "recusada");
}

/// Whoever tells Maria's number neither takes what Maria is offered, nor says no to it, nor waits in her name.
#[tokio::test]
async fn a_number_that_is_told_opens_nobodys_place_in_the_line() {
    let chat = Chat::new().await;
    let clinic = &chat.app.clinic;
    let waits = format!(
        "insert into lista_espera (cliente_id, paciente_id) values ({}, {})",
        clinic.id, clinic.paciente
    );
    chat.app.database.sql(&waits).await;
    let freed = chat.frees_at(clinic).await;
    assert!(
        freed.iter().any(|(to, text)| to.contains("5511999990001") && text.contains("Surgiu")),
        "{freed:?}"
    );
    for text in ["quero", "não quero", "sim", "11999990001", "quero", "meu nome é Maria Souza", "aceito"] {
        let said = chat.say_from(clinic, LID, text).await;
        assert!(
            !said.contains("Consulta marcada") && !said.contains("lista de espera, no"),
            "{text}: {said}"
        );
    }
    assert_eq!(chat.app.database.text(STANDING).await, "nothing");
    assert_eq!(chat.app.database.text("select estado from ofertas_espera").await, "oferecida");
    // Waiting under her very name and number is waiting as somebody else.
    chat.say_from(clinic, OTHER_LID, "quero entrar na lista de espera do dr marco").await;
    chat.say_from(clinic, OTHER_LID, "Maria Souza").await;
    let joined = chat.say_from(clinic, OTHER_LID, "11999990001").await;
    assert!(joined.contains("lista de espera"), "{joined}");
    let line = chat.app.database.text(LINE).await;
    assert_eq!(line, "Maria Souza +5511999990001 aguardando; Maria Souza - aguardando");
    chat.say_from(clinic, OTHER_LID, "quero").await;
    assert_eq!(chat.app.database.text(STANDING).await, "nothing");
    let maria = chat.say_at(clinic, "5511999990001", "quero").await;
    assert!(maria.contains("Consulta marcada"), "{maria}");
    assert_eq!(chat.app.database.text(STANDING).await, "Maria Souza +5511999990001");
}

#[tokio::test]
async fn such_a_thread_waits_for_one_person_and_once_for_a_wish() {
    let chat = Chat::new().await;
    let clinic = &chat.app.clinic;
    chat.joins(clinic, LID).await;
    let again = chat.say_from(clinic, LID, "quero entrar na lista de espera do dr marco").await;
    assert!(again.contains("lista de espera"), "{again}");
    assert_eq!(chat.app.database.text(LINE).await, "Rita Alves Moura - aguardando");
    chat.say_from(clinic, LID, "quero entrar na lista de espera do dr marco para minha filha").await;
    let refused = chat.say_from(clinic, LID, "Lia Alves Moura").await;
    assert!(refused.contains("outra pessoa") && refused.contains("atendente"), "{refused}");
    assert_eq!(chat.app.database.text(LINE).await, "Rita Alves Moura - aguardando");
}

/// What was still being arranged in such a thread dies with the link: the row is part of somebody else's now.
#[tokio::test]
async fn a_yes_after_the_clinic_united_two_rows_makes_nobody_somebody_else() {
    let chat = Chat::new().await;
    let clinic = &chat.app.clinic;
    let maria = clinic.paciente.to_string().parse().unwrap();
    chat.say_from(clinic, LID, "marcar dr marco amanhã 9h pra mim, Maria Souza").await;
    chat.say_from(clinic, LID, "(11) 99999-0001").await;
    assert!(chat.say_from(clinic, LID, "sim").await.contains("Consulta marcada"));
    let summary = chat.say_from(clinic, LID, "marcar dra tania quinta 10h").await;
    assert!(summary.contains("Posso confirmar"), "{summary}");
    let tenant = chat.worker.tenants.by_instance(&clinic.instance).await.unwrap();
    let now = chat.app.now();
    let doubled = chat.app.database.text("select id::text from pacientes where telefone is null").await;
    let (doubled, author) = (doubled.parse().unwrap(), Author { canal: Canal::Painel, user: None });
    let unite = async |tx: &mut TenantTx| pacientes::merge::merge(tx, maria, doubled, author, now).await;
    chat.worker.db.in_tenant(&tenant, unite).await.unwrap();
    chat.say_from(clinic, LID, "sim").await;
    let listed = chat.say_from(clinic, LID, "meus horários").await;
    assert!(!listed.contains("Maria"), "{listed}");
    assert_eq!(chat.number("select count(*) from agendamentos where status = 'agendado'").await, 1);
}

/// Requests count as visits do, whoever asks without a phone.
#[tokio::test]
async fn such_a_thread_asks_for_six_visits_at_most() {
    let chat = Chat::new().await;
    let clinic = &chat.app.clinic;
    let sql = format!(
        "with s as (insert into servicos (cliente_id, nome, duracao_minutos, online, aprovacao)
           values ({0}, 'Cirurgia', 30, true, true) returning id)
         insert into medicos_servicos (cliente_id, medico_id, servico_id) select {0}, {1}, id from s",
        clinic.id, clinic.medico.id
    );
    chat.app.database.sql(&sql).await;
    for hour in 8..=16 {
        chat.say_from(
            clinic,
            LID,
            &format!("marcar cirurgia com o dr marco amanhã às {hour}h, Rita Alves Moura"),
        )
        .await;
        chat.say_from(clinic, LID, "(11) 99999-0001").await;
        chat.say_from(clinic, LID, "sim").await;
    }
    assert_eq!(chat.number("select count(*) from reservas where tipo = 'pedido'").await, 6);
    let people = "select count(*) from pacientes where nome = 'Rita Alves Moura'";
    assert_eq!(chat.number(people).await, 1, "each asks for the same person");
}

/// One person is in the line as often as one phone is, whatever they wait for.
#[tokio::test]
async fn such_a_thread_waits_four_times_at_most() {
    let chat = Chat::new().await;
    let (clinic, other) = (&chat.app.clinic, &chat.app.other);
    chat.joins(clinic, LID).await;
    // Of the other clinic's line nothing counts here.
    for (clinic, paciente, more) in [
        (clinic, "(select paciente_id from lista_espera order by id limit 1)".to_owned(), 2),
        (other, other.paciente.to_string(), 9),
    ] {
        let waits = format!(
            "insert into lista_espera (cliente_id, paciente_id, periodo) select {}, {paciente}, 'noite' from generate_series(1, {more})",
            clinic.id
        );
        chat.app.database.sql(&waits).await;
    }
    let line = format!("select count(*) from lista_espera where cliente_id = {}", clinic.id);
    let fourth = chat.say_from(clinic, LID, "quero entrar na lista de espera da dra tania").await;
    assert!(fourth.contains("lista de espera com *Dra. Tânia*"), "{fourth}");
    assert_eq!(chat.number(&line).await, 4);
    let refused = chat.say_from(clinic, LID, "quero entrar na lista de espera").await;
    assert!(refused.contains("várias vezes") && refused.contains("atendente"), "{refused}");
    assert_eq!(chat.number(&line).await, 4);
}
