//! Nothing the assistant says is longer than a phone's screen, whatever clinics and patients are called.

use shared::whatsapp::screen::{fits, lines};

use crate::{Chat, PHONE};

/// A name as long as the database lets names be, of words or of one.
fn long(first: &str, most: usize, apart: bool) -> String {
    let rest = if apart { " de Albuquerque e Vasconcelos" } else { "abcdefghij" };
    format!("{first}{}", rest.repeat(most)).chars().take(most).collect::<String>().trim_end().to_owned()
}

impl Chat {
    /// Ten professionals, twelve services with prices, fifteen health plans, an address: all as long as may be.
    async fn with_long_names(&self, apart: bool) {
        let clinic = self.app.clinic.id;
        let sql = format!(
            "update clientes set nome = '{name}', endereco = '{address}', telefone = '(11) 3333-4444' where id = {clinic};
             update medicos set nome = left(nome || '{long}', 200), especialidade = '{specialty}' where cliente_id = {clinic} and ativo;
             insert into medicos (cliente_id, nome, email, senha, especialidade, crm)
               select {clinic}, left('Dr. ' || chr(64 + n) || 'x' || '{long}', 200), 'm' || n || '@x.com', 'senha123', '{specialty}', 'CRM 1'
               from generate_series(1, 9) n;
             insert into servicos (cliente_id, nome, duracao_minutos, preco_centavos)
               select {clinic}, left('Exame ' || n || '{long}', 120), 30, 123456789 from generate_series(1, 12) n;
             insert into convenios (cliente_id, nome)
               select {clinic}, left('Plano ' || n || '{long}', 120) from generate_series(1, 15) n;
             insert into pacientes (cliente_id, nome, telefone)
               select {clinic}, left('Ana' || chr(64 + n) || '{long}', 200), '+{PHONE}' from generate_series(1, 4) n;",
            name = long("Clínica", 200, apart),
            address = long("Rua", 1000, apart),
            specialty = long("Cardiologia", 150, apart),
            long = long("", 200, apart),
        );
        self.app.database.sql(&sql).await;
    }

    /// Says it, and reads what comes back.
    async fn shown(&self, phone: &str, text: &str) -> String {
        let answer = self.say_at(&self.app.clinic, phone, text).await;
        for text in answer.split("\n---\n") {
            assert!(fits(text), "{} letters, {} lines:\n{text}", text.chars().count(), lines(text));
        }
        answer
    }
}

async fn everything_fits(apart: bool) {
    let chat = Chat::new().await;
    chat.with_long_names(apart).await;
    for text in [
        "oi",
        "qual o endereço?",
        "quanto custa?",
        "quais convênios vocês atendem?",
        "quem é você?",
        "qual o telefone?",
    ] {
        assert_ne!(chat.shown(PHONE, text).await, "", "{text}");
    }
    assert!(chat.shown(PHONE, "qual o endereço?").await.contains("📍"));
    let named = chat.shown(PHONE, "quero marcar").await;
    assert!(named.contains("Com quem") && named.contains("*10.*") && named.contains('…'), "{named}");
    let what = chat.shown(PHONE, "1").await;
    assert!(what.contains("*10.*"), "{what}");
    let when = chat.shown(PHONE, "2").await;
    assert!(when.contains("*1.*"), "{when}");
    let whom = chat.shown(PHONE, "1").await;
    assert!(whom.contains("Outra pessoa") && whom.contains("*5.*"), "{whom}");
    let summary = chat.shown(PHONE, "1").await;
    assert!(summary.contains("Posso confirmar") && summary.contains("👤 Ana"), "{summary}");
    let booked = chat.shown(PHONE, "sim").await;
    assert!(booked.contains("Consulta marcada") && booked.contains("📍"), "{booked}");
    // A series of twelve more.
    let more = "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
                select cliente_id, medico_id, paciente_id, inicio_em + n * interval '7 days', fim_em + n * interval '7 days'
                from agendamentos, generate_series(1, 12) n";
    chat.app.database.sql(more).await;
    let listed = chat.shown(PHONE, "meus horários").await;
    assert!(listed.contains("… e mais "), "{listed}");
    for (text, part) in [
        ("remarcar", "Qual delas"),
        ("1", "mudar a consulta"),
        ("deixa pra lá", ""),
        ("cancelar", "Qual delas"),
        ("1", "Quer mesmo"),
        ("sim", "cancelada"),
    ] {
        let said = chat.shown(PHONE, text).await;
        assert!(said.contains(part), "{text}: {said}");
    }
    chat.shown(PHONE, "não vou poder ir").await;
    chat.shown(PHONE, "to com dor no peito forte").await;
    let waits = chat.shown("5511977776666", "quero entrar na lista de espera").await;
    assert!(!waits.is_empty());
    chat.shown("5511977776666", "1").await;
}

#[tokio::test]
async fn names_of_many_words_are_cut_to_a_screen() {
    everything_fits(true).await;
}

#[tokio::test]
async fn names_without_a_space_are_cut_to_a_screen() {
    everything_fits(false).await;
}
