//! Who writes on and on, books and calls off on and on: others hear little of it, and an end comes.

use jiff::SignedDuration;

use crate::Chat;

const THIRD: &str = "5511966665555";
const OFFERS: &str = "select count(*) from ofertas";
const BOOKING: &str = "quero marcar com o dr marco amanhã às 9h, meu nome é Zé Terceiro";

impl Chat {
    async fn third(&self, texts: &[&str]) -> String {
        let mut last = String::new();
        for text in texts {
            last = self.say_at(&self.app.clinic, THIRD, text).await;
        }
        last
    }

    fn passes(&self, minutes: i64) {
        self.app.clock.set(self.app.now() + SignedDuration::from_mins(minutes));
    }

    async fn professionals_are_told(&self) {
        let sql = "insert into avisos_medicos (cliente_id, medico_id, whatsapp, email)
                   select cliente_id, id, false, true from medicos where ativo";
        self.app.database.sql(sql).await;
    }
}

#[tokio::test]
async fn who_books_and_calls_off_over_and_over_is_stopped_and_the_line_hears_nothing() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", crate::PHONE).await;
    chat.professionals_are_told().await;
    for time in 0..6 {
        let booked = chat.third(&[BOOKING, "sim"]).await;
        assert!(booked.contains("Consulta marcada"), "{time}: {booked}");
        let gone = chat.third(&["cancelar", "sim"]).await;
        assert!(gone.contains("foi cancelada"), "{time}: {gone}");
    }
    assert_eq!(chat.number(OFFERS).await, 0, "the time was free for anybody a minute ago");
    let notices = chat.number("select count(*) from emails where chave like 'aviso:%'").await;
    let refused = chat.third(&[BOOKING, "sim"]).await;
    assert!(
        refused.contains("contando os que cancelou há pouco") && refused.contains("fale com a clínica"),
        "{refused}"
    );
    assert_eq!(chat.number("select count(*) from emails where chave like 'aviso:%'").await, notices);
    assert_eq!(chat.number("select count(*) from agendamentos").await, 6);
    // At another clinic the phone did nothing, and a day later it may book here again.
    chat.say_at(&chat.app.other, THIRD, BOOKING).await;
    assert!(chat.say_at(&chat.app.other, THIRD, "sim").await.contains("Consulta marcada"));
    chat.passes(24 * 60 + 1);
    assert!(chat.third(&[BOOKING, "sim"]).await.contains("Consulta marcada"));
}

#[tokio::test]
async fn a_time_that_was_had_for_a_while_goes_to_the_line() {
    for (minutes, offers) in [(9, 0), (11, 1)] {
        let chat = Chat::new().await;
        chat.waits("Ana Lima", crate::PHONE).await;
        assert!(chat.third(&[BOOKING, "sim"]).await.contains("Consulta marcada"));
        chat.passes(minutes);
        assert!(chat.third(&["cancelar", "sim"]).await.contains("foi cancelada"));
        assert_eq!(chat.number(OFFERS).await, offers, "{minutes}");
    }
}

#[tokio::test]
async fn a_visit_sent_around_the_agenda_offers_only_the_time_it_had() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", crate::PHONE).await;
    assert!(chat.third(&[BOOKING, "sim"]).await.contains("Consulta marcada"));
    chat.a_day_passes_for_what_is_booked().await;
    for (time, hora) in ["10h", "11h", "10h", "11h", "10h", "11h"].iter().enumerate() {
        let moved = chat.third(&[&format!("remarcar para amanhã às {hora}"), "sim"]).await;
        assert!(moved.contains("remarcada"), "{time}: {moved}");
    }
    assert_eq!(chat.number(OFFERS).await, 1, "the time they had");
    let refused = chat.third(&["remarcar para amanhã às 10h", "sim"]).await;
    assert!(refused.contains("não pode ser mudada por aqui"), "{refused}");
}

/// Who took what the line was offered took it from others.
#[tokio::test]
async fn an_offered_time_that_is_let_go_at_once_goes_on() {
    let chat = Chat::new().await;
    chat.waits("Ana Lima", crate::PHONE).await;
    assert!(chat.third(&[BOOKING, "sim"]).await.contains("Consulta marcada"));
    chat.a_day_passes_for_what_is_booked().await;
    chat.third(&["cancelar", "sim"]).await;
    assert!(chat.say("quero").await.contains("Consulta marcada"));
    chat.waits("Bia Reis", "5511977776666").await;
    chat.say("cancelar").await;
    assert!(chat.say("sim").await.contains("foi cancelada"));
    let asked = "select string_agg(p.nome, ',' order by e.oferta_id) from ofertas_espera e
                 join lista_espera l on l.id = e.lista_espera_id join pacientes p on p.id = l.paciente_id";
    assert_eq!(chat.app.database.text(asked).await, "Ana Lima,Bia Reis");
}

const EMERGENCY: &str = "socorro, meu pai está com dor forte no peito e não consegue respirar";

impl Chat {
    /// As if so many messages had been written to the phone today.
    async fn was_answered_today(&self, times: i32) {
        let sql =
            format!("update conversas set respostas_no_dia = {times} where respostas_dia = '2026-11-30'");
        self.app.database.sql(&sql).await;
    }
}

#[tokio::test]
async fn nobody_is_answered_all_day_and_what_they_write_is_kept() {
    let chat = Chat::new().await;
    chat.app.database.sql("update clientes set telefone = '+551133338888'").await;
    for text in ["oi", "quais convênios vocês aceitam?", "onde fica a clínica?"] {
        chat.say(text).await;
    }
    let counted = chat.number("select respostas_no_dia from conversas").await;
    assert!(counted >= 3, "{counted}");
    assert_eq!(counted, chat.number("select count(*) from mensagens where autor = 'bot'").await);
    chat.say_at(&chat.app.other, crate::PHONE, "oi").await;
    let own =
        format!("update conversas set respostas_no_dia = 149 where cliente_id = {}", chat.app.clinic.id);
    chat.app.database.sql(&own).await;
    assert!(chat.say("quero marcar com o dr marco amanhã às 9h").await.contains("nome completo"));
    let last = chat.say("Joana Pereira Lima").await;
    assert!(last.contains("só volto a responder amanhã") && last.contains("(11) 3333-8888"), "{last}");
    for text in ["sim", "oi", "quero marcar", "sim"] {
        assert_eq!(chat.say(text).await, "", "{text}");
    }
    assert_eq!(chat.number("select count(*) from agendamentos").await, 0, "nothing is done that is not told");
    let kept = format!(
        "select count(*) from mensagens where autor = 'paciente' and cliente_id = {}",
        chat.app.clinic.id
    );
    assert_eq!(chat.number(&kept).await, 9);
    // The other clinic knows nothing of it; and here a new day begins at midnight of the clinic's clock.
    assert_ne!(chat.say_at(&chat.app.other, crate::PHONE, "quero marcar").await, "");
    let until = "select to_char(calado_ate at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from conversas where calado_ate is not null";
    assert_eq!(chat.app.database.text(until).await, "2026-12-01 03:00");
    chat.app.clock.set("2026-12-01T02:59:00Z".parse().unwrap());
    assert_eq!(chat.say("bom dia").await, "");
    chat.app.clock.set("2026-12-01T03:01:00Z".parse().unwrap());
    assert_ne!(chat.say("bom dia!").await, "");
}

#[tokio::test]
async fn an_emergency_is_heard_and_answered_after_that_too_four_times_a_day() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    chat.was_answered_today(150).await;
    let first = chat.say(EMERGENCY).await;
    assert!(first.contains("SAMU: 192") && first.contains("só volto a responder amanhã"), "{first}");
    for time in 2..=6 {
        chat.app.database.sql("update conversas set urgente = false").await;
        chat.passes(31);
        assert_eq!(chat.say(&format!("{EMERGENCY} {time}")).await.contains("SAMU"), time <= 4, "{time}");
        assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1, "{time}");
    }
    assert_eq!(chat.number("select count(distinct split_part(chave, ':', 3)) from emails").await, 4);
}
