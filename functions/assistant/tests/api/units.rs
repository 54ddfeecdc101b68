//! Of a clinic with several places patients read at which door their visit is.

use shared::whatsapp::screen::fits;

use crate::Chat;

impl Chat {
    /// Dr. Marco at Centro, Dra. Tânia at Norte; the clinic itself is elsewhere.
    async fn with_two_doors(&self) {
        let (clinic, other) = (self.app.clinic.id, self.app.other.id);
        let sql = format!(
            "update clientes set endereco = 'Av. Geral, 9' where id in ({clinic}, {other});
             update unidades set nome = 'Centro', endereco = 'Rua A, 1' where cliente_id = {clinic};
             insert into unidades (cliente_id, nome, endereco) values ({clinic}, 'Norte', 'Rua B, 2');
             update medicos m set unidade_id = u.id from unidades u
               where u.cliente_id = m.cliente_id and m.cliente_id = {clinic} and u.nome = case m.nome when 'Dr. Marco' then 'Centro' else 'Norte' end"
        );
        self.app.database.sql(&sql).await;
    }
}

#[tokio::test]
async fn the_place_is_said_when_a_time_is_offered_confirmed_booked_and_asked_for() {
    let chat = Chat::new().await;
    chat.with_two_doors().await;
    let asked = chat.say("Olá, quero agendar uma consulta").await;
    assert!(asked.contains("Dr. Marco · Cardiologia · Centro") && asked.contains("· Norte"), "{asked}");
    let offered = chat.say("com o dr marco amanhã").await;
    assert!(offered.contains("com Dr. Marco (unidade Centro)"), "{offered}");
    chat.say("às 9").await;
    let summary = chat.say("Joana Pereira Lima").await;
    assert!(summary.contains("📍 Centro\n") && summary.contains("Posso confirmar"), "{summary}");
    let done = chat.say("sim").await;
    assert!(done.contains("Consulta marcada") && done.contains("📍 Centro: Rua A, 1"), "{done}");
    let standing = chat.say("meus horários").await;
    assert!(standing.contains("com Dr. Marco · Centro (Joana Pereira Lima)"), "{standing}");
    let place = chat.say("onde fica?").await;
    assert!(place.contains("Sua consulta é em: Centro: Rua A, 1") && !place.contains("Rua B"), "{place}");
    let moved = chat.say("quero remarcar para quarta às 10h").await;
    assert!(moved.contains("📍 Centro\n"), "{moved}");
    assert!(chat.say("sim").await.contains("📍 Centro: Rua A, 1"));
    for text in [asked, offered, summary, done, standing, place, moved] {
        assert!(text.split("\n---\n").all(fits), "{text}");
    }
}

#[tokio::test]
async fn who_has_no_visit_is_told_of_all_places_and_of_one_who_is_named() {
    let chat = Chat::new().await;
    chat.with_two_doors().await;
    let all = chat.say("qual o endereço?").await;
    assert!(all.contains("📍 *Centro*: Rua A, 1\n📍 *Norte*: Rua B, 2"), "{all}");
    let hers = chat.say("onde a dra tania atende?").await;
    assert!(hers.contains("Norte: Rua B, 2") && !hers.contains("Rua A"), "{hers}");
    // Nothing of it is the other clinic's, and a clinic of one place says its address only.
    let other = chat.say_at(&chat.app.other, "5511988880000", "qual o endereço?").await;
    assert!(other.contains("Av. Geral, 9") && !other.contains("Principal"), "{other}");
}

#[tokio::test]
async fn however_many_places_there_are_and_however_long_they_are_called_it_fits_a_screen() {
    let chat = Chat::new().await;
    let clinic = chat.app.clinic.id;
    let sql = format!(
        "insert into unidades (cliente_id, nome, endereco)
           select {clinic}, left('Unidade ' || n || repeat(' Jardim das Palmeiras', 4), 60), left('Rua ' || n || repeat(' das Acácias Amarelas', 20), 300)
           from generate_series(10, 29) n;
         update medicos set nome = left(nome || repeat(' de Albuquerque', 20), 200),
           unidade_id = (select max(id) from unidades where cliente_id = {clinic}) where cliente_id = {clinic}"
    );
    chat.app.database.sql(&sql).await;
    let mut texts = Vec::new();
    for text in [
        "qual o endereço?",
        "quero marcar uma consulta",
        "com o dr marco amanhã",
        "às 9",
        "Joana Pereira Lima",
        "sim",
        "meus horários",
        "onde fica?",
        "quero remarcar para quarta às 10h",
        "sim",
    ] {
        texts.push(chat.say(text).await);
    }
    for text in texts.iter().flat_map(|text| text.split("\n---\n")) {
        assert!(fits(text), "{} letters: {text}", text.chars().count());
    }
    assert!(texts[0].contains("📍 *Unidade 10") && texts[0].contains("… e outras."), "{}", texts[0]);
    assert!(texts[5].contains("Consulta marcada") && texts[5].contains("📍 Unidade 29"), "{}", texts[5]);
    assert!(texts[7].contains("Sua consulta é em: Unidade 29"), "{}", texts[7]);
}
