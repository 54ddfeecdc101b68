//! What a conversation adds to its clinic's month.

use shared::id::ClienteId;
use shared::ledger::counters::Sums;
use shared::testing::Clinic;
use shared::whatsapp::Content;

use crate::{Chat, PHONE};

impl Chat {
    async fn sums(&self, cliente: ClienteId) -> Sums {
        self.app.parts.ledger.counters(cliente, "2026-11").await.unwrap()
    }

    /// The same, counted in the database.
    async fn counted(&self, clinic: &Clinic) -> Vec<(String, u64)> {
        let one = async |what: &str| {
            u64::try_from(
                self.number(&format!("select count(*) from {what} and cliente_id = {}", clinic.id)).await,
            )
            .unwrap()
        };
        let all = [
            ("conversas", one("conversas where true").await),
            ("marcados_whatsapp", one("agendamentos where canal = 'whatsapp'").await),
            ("mensagens_enviadas", one("mensagens where direcao = 'saida'").await),
            ("mensagens_recebidas", one("mensagens where direcao = 'entrada'").await),
        ];
        all.into_iter().filter(|(_, sum)| *sum > 0).map(|(name, sum)| (name.to_owned(), sum)).collect()
    }
}

#[tokio::test]
async fn what_the_queue_repeats_counts_once_and_a_booking_by_its_channel() {
    let chat = Chat::new().await;
    let (own, other) = (&chat.app.clinic, &chat.app.other);
    let texts =
        ["quero marcar com o dr marco amanhã às 9h, meu nome é Joana Pereira Lima", "sim", "obrigada"];
    for text in texts {
        let message = chat.message(own, PHONE, Content::Text(text.to_owned()));
        // In one batch, and again in the next.
        chat.handle(&[message.clone(), message.clone()]).await;
        chat.handle(&[message]).await;
    }
    chat.say_at(other, PHONE, "oi").await;
    for clinic in [own, other] {
        let expected = chat.counted(clinic).await;
        assert_eq!(chat.sums(clinic.id).await, expected.into_iter().collect::<Sums>());
    }
    let sums = chat.sums(own.id).await;
    assert_eq!((sums["mensagens_recebidas"], sums["marcados_whatsapp"], sums["conversas"]), (3, 1, 1));
    assert!(sums["mensagens_enviadas"] >= 2, "{sums:?}");
}
