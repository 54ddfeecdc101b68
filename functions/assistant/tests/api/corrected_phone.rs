//! A number the clinic had wrong is somebody else's: what was being arranged there is no longer for the patient.

use shared::db::agendamentos::{Author, Canal};
use shared::db::pacientes::{self, Change};
use shared::domain::telefone::Telefone;
use shared::testing::Clinic;

use crate::{Chat, PHONE};

const BOOKED: &str = "select count(*) from agendamentos where cliente_id = ";
const WISH: &str = "quero marcar com o dr marco amanhã às 9h";

impl Chat {
    /// Maria's number at a clinic, as psql writes it: nothing else of the clinic hears of it.
    async fn is_on(&self, clinic: &Clinic, telefone: &str) {
        let sql = format!("update pacientes set telefone = '{telefone}' where id = {}", clinic.paciente);
        self.app.database.sql(&sql).await;
    }

    /// The number is corrected as the clinic does it.
    async fn corrected(&self, clinic: &Clinic, telefone: &str) {
        let tenant = self.worker.tenants.by_instance(&clinic.instance).await.unwrap();
        let id = clinic.paciente.to_string().parse().unwrap();
        let change = Change { telefone: Some(Some(Telefone::parse(telefone).unwrap())), ..Change::default() };
        let author = Author { canal: Canal::Painel, user: None };
        let work = async |tx: &mut shared::db::TenantTx| {
            pacientes::update(tx, id, None, change, author, self.app.now()).await
        };
        self.app.parts.db.in_tenant(&tenant, work).await.unwrap();
    }

    async fn asked_to_confirm(&self, clinic: &Clinic) {
        let summary = self.say_at(clinic, PHONE, WISH).await;
        assert!(summary.contains("Posso confirmar") && summary.contains("Maria Souza"), "{summary}");
    }

    async fn booked(&self, clinic: &Clinic) -> i64 {
        self.number(&format!("{BOOKED}{}", clinic.id)).await
    }
}

#[tokio::test]
async fn a_stranger_does_not_go_on_with_what_was_arranged_before_the_number_was_corrected() {
    let chat = Chat::new().await;
    let (own, other) = (&chat.app.clinic, &chat.app.other);
    for clinic in [own, other] {
        chat.is_on(clinic, &format!("+{PHONE}")).await;
        chat.asked_to_confirm(clinic).await;
    }
    chat.corrected(own, "(11) 95555-0010").await;
    for text in ["sim", "sim, pode confirmar", WISH, "para quem é?"] {
        let said = chat.say_at(own, PHONE, text).await;
        assert!(!said.contains("Maria"), "{text}: {said}");
    }
    assert_eq!(chat.booked(own).await, 0);
    // At the other clinic the number is still hers.
    assert!(chat.say_at(other, PHONE, "sim").await.contains("Consulta marcada"));
    assert_eq!(chat.booked(other).await, 1);
}

#[tokio::test]
async fn whom_a_conversation_remembers_is_asked_of_the_phone_again() {
    let chat = Chat::new().await;
    let (own, other) = (&chat.app.clinic, &chat.app.other);
    // Nobody lets go of what is remembered; the yes itself finds out.
    for (clinic, answer) in [(own, "sim"), (other, "quero entrar na lista de espera")] {
        chat.is_on(clinic, &format!("+{PHONE}")).await;
        chat.asked_to_confirm(clinic).await;
        chat.is_on(clinic, "+5511955550010").await;
        let said = chat.say_at(clinic, PHONE, answer).await;
        assert!(!said.contains("Maria"), "{answer}: {said}");
        assert_eq!(chat.booked(clinic).await, 0);
    }
    assert_eq!(chat.number("select count(*) from lista_espera").await, 0);
    // Asked again, it is for whoever says their own name.
    let said = chat.say_at(own, PHONE, WISH).await;
    assert!(said.contains("nome"), "{said}");
    let said = chat.say_at(own, PHONE, "Joana Prado Lima").await;
    assert!(said.contains("Posso confirmar") && said.contains("Joana"), "{said}");
    chat.say_at(own, PHONE, "sim").await;
    let whose = format!(
        "select p.nome from agendamentos a join pacientes p on p.id = a.paciente_id where a.cliente_id = {}",
        own.id
    );
    assert_eq!(chat.app.database.text(&whose).await, "Joana Prado Lima");
}
