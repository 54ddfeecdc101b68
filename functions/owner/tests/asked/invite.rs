//! The first operator, whom a person has invited.

use serde_json::{Value, json};

use crate::{House, event};

impl House {
    async fn invite(&self, nome: &str, email: &str) -> Result<Value, String> {
        let asked = json!({ "fazer": "convidar", "nome": nome, "email": email });
        self.owner.handle(asked).await.map_err(|failure| failure.to_string())
    }

    /// What the trail says, in its order.
    async fn acts(&self) -> Vec<String> {
        self.database
            .texts("select a.acao || ' ' || o.email from auditoria_operacao a join operadores o on 'operadores/' || o.id = a.alvo order by a.id")
            .await
    }
}

#[tokio::test]
async fn the_first_operator_is_made_and_invited_until_they_have_come() {
    let house = House::new().await;
    let done = house.owner.handle(event("convidar")).await.unwrap();
    assert_eq!(done["operador"]["papel"], "admin");
    assert_eq!(done["operador"]["email"], "ana@exemplo.com");
    let link = done["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with("https://admin.exemplo.com.br/convite#"), "{link}");
    // Asked again, a newer link; the one before ends.
    let again = house.owner.handle(event("convidar")).await.unwrap();
    assert_ne!(again["link"], done["link"]);
    let stands = "select count(*) from convites_operador where usado_em is null and cancelado_em is null";
    assert_eq!(house.database.number(stands).await, 1);
    let ana = "operador_convidado ana@exemplo.com";
    assert_eq!(house.acts().await, ["operador_criado ana@exemplo.com", ana, ana]);
    house.database.sql("update operadores set senha = 'uma senha bem comprida'").await;
    let refused = house.invite("Eva Dias", "eva@exemplo.com").await.unwrap_err();
    assert!(refused.contains("Já há um admin com senha"), "{refused}");
    assert!(
        house.owner.handle(event("convidar")).await.is_err(),
        "no way around a forgotten password either"
    );
    assert_eq!(house.database.number("select count(*) from operadores").await, 1);
}

#[tokio::test]
async fn whoever_was_invited_under_a_mistyped_e_mail_does_not_come_any_more() {
    let house = House::new().await;
    house.invite("Ana Lima", "ana@exempl.com").await.unwrap();
    house.invite("Ana Lima", " Ana@Exemplo.com ").await.unwrap();
    let can = "select email::text from operadores where ativo order by 1";
    assert_eq!(house.database.texts(can).await, ["ana@exemplo.com"]);
    let stands = "select o.email::text from convites_operador c join operadores o on o.id = c.operador_id
                  where c.usado_em is null and c.cancelado_em is null";
    assert_eq!(house.database.texts(stands).await, ["ana@exemplo.com"]);
    assert!(house.acts().await.contains(&"operador_alterado ana@exempl.com".to_owned()));
    let refused = house.invite("Ana Lima", "ana@exempl.com").await.unwrap_err();
    assert!(refused.contains("não tem mais acesso"), "{refused}");
}

#[tokio::test]
async fn two_at_once_leave_one_who_can_come() {
    let house = House::new().await;
    let (one, other) = tokio::join!(
        house.invite("Ana Lima", "ana@exemplo.com"),
        house.invite("Eva Dias", "eva@exemplo.com")
    );
    assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    let can = "select count(*) from convites_operador c join operadores o on o.id = c.operador_id
               where o.ativo and c.usado_em is null and c.cancelado_em is null";
    assert_eq!(house.database.number(can).await, 1);
}

#[tokio::test]
async fn what_is_no_person_is_refused_and_writes_nothing() {
    let house = House::new().await;
    for (nome, email, told) in [("A", "ana@exemplo.com", "nome: "), ("Ana Lima", "ana", "email: ")] {
        let refused = house.invite(nome, email).await.unwrap_err();
        assert!(refused.starts_with(told), "{refused}");
    }
    let asked = json!({ "fazer": "convidar", "nome": "Ana Lima" });
    let refused = house.owner.handle(asked).await.unwrap_err().to_string();
    assert!(refused.contains("missing field `email`"), "{refused}");
    house.owner.handle(json!({ "fazer": "migrar" })).await.unwrap();
    house
        .database
        .sql("insert into operadores (nome, email, papel) values ('Sil', 'sil@exemplo.com', 'suporte')")
        .await;
    let refused = house.invite("Sil Reis", "sil@exemplo.com").await.unwrap_err();
    assert!(refused.contains("não é admin"), "{refused}");
    assert_eq!(house.database.number("select count(*) from operadores where papel = 'admin'").await, 0);
}
