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

    async fn passes(&self, minutes: i64) {
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
    chat.passes(24 * 60 + 1).await;
    assert!(chat.third(&[BOOKING, "sim"]).await.contains("Consulta marcada"));
}

#[tokio::test]
async fn a_time_that_was_had_for_a_while_goes_to_the_line() {
    for (minutes, offers) in [(9, 0), (11, 1)] {
        let chat = Chat::new().await;
        chat.waits("Ana Lima", crate::PHONE).await;
        assert!(chat.third(&[BOOKING, "sim"]).await.contains("Consulta marcada"));
        chat.passes(minutes).await;
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
