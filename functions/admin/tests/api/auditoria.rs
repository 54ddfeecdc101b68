//! The trail of operators: a chain nobody changes unseen.

use serde_json::{Value, json};

use crate::Api;

/// Writes an act as the console's own role.
async fn act(api: &Api, alvo: &str) -> Result<u64, String> {
    let id = api.admin.id;
    let statements = format!(
        "select hi_enter_operador({id});
         insert into auditoria_operacao (em, operador_id, papel, acao, alvo, antes, depois, origem_ip)
         values ('2026-11-30T12:00:00.123456Z', {id}, 'admin', 'teste_feito', '{alvo}', '{{\"b\": 1, \"a\": \"ç\"}}', null, '2001:db8::1')"
    );
    api.app.database.sql_as("hi_admin", None, &statements).await
}

async fn verified(api: &Api) -> Value {
    api.get("auditoria/verificacao").await
}

#[tokio::test]
async fn writers_at_once_make_one_chain() {
    let api = Api::new().await;
    let alvos: Vec<String> = (0..12).map(|n| format!("clientes/{n}")).collect();
    let writers = alvos.iter().map(|alvo| act(&api, alvo));
    for done in join_all(writers).await {
        done.unwrap();
    }
    let found = verified(&api).await;
    assert_eq!(
        (&found["linhas"], &found["quebra_id"], &found["ultimo_id"]),
        (&json!(12), &Value::Null, &json!(12))
    );
    let links = "select count(*) from auditoria_operacao a join auditoria_operacao b on b.id = a.id + 1 and b.anterior = a.hash";
    assert_eq!(api.app.database.number(links).await, 11);
}

/// All at once, on the threads of the runtime.
async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().map(Option::unwrap).collect()
}

#[tokio::test]
async fn a_row_altered_taken_out_or_put_in_is_named() {
    for (what, broken) in [
        ("update auditoria_operacao set depois = '{\"a\": 2}' where id = 3", 3),
        ("update auditoria_operacao set em = em + interval '1 microsecond' where id = 2", 2),
        ("update auditoria_operacao set origem_ip = null where id = 5", 5),
        ("delete from auditoria_operacao where id = 1", 2),
        ("delete from auditoria_operacao where id = 4", 5),
        // Whoever also makes the row's own link anew is given away by the next row's.
        ("update auditoria_operacao a set acao = 'outra'  where id = 3; update auditoria_operacao a set hash = hi_elo_da_auditoria(a) where id = 3", 4),
        (
            "insert into auditoria_operacao select 7, em, operador_id, papel, 'posta', alvo, antes, depois, origem_ip, hash, hash
             from auditoria_operacao where id = 6",
            7,
        ),
    ] {
        let api = Api::new().await;
        for n in 0..6 {
            act(&api, &format!("clientes/{n}")).await.unwrap();
        }
        assert_eq!(verified(&api).await["quebra_id"], Value::Null);
        let tamper = format!(
            "alter table auditoria_operacao disable trigger all; {what}; alter table auditoria_operacao enable trigger all"
        );
        api.app.database.sql(&tamper).await;
        assert_eq!(verified(&api).await["quebra_id"], json!(broken), "{what}");
    }
}

#[tokio::test]
async fn rows_cut_off_the_end_are_told_by_the_link_that_was_kept_elsewhere() {
    let api = Api::new().await;
    for n in 0..3 {
        act(&api, &format!("clientes/{n}")).await.unwrap();
    }
    let kept = verified(&api).await;
    api.app
        .database
        .sql(
            "alter table auditoria_operacao disable trigger all; delete from auditoria_operacao where id = 3",
        )
        .await;
    let found = verified(&api).await;
    assert_eq!(found["quebra_id"], Value::Null);
    assert_ne!((&found["ultimo_id"], &found["ultimo_hash"]), (&kept["ultimo_id"], &kept["ultimo_hash"]));
}

#[tokio::test]
async fn nobody_changes_a_row_and_nobody_writes_in_anothers_name() {
    let api = Api::new().await;
    act(&api, "clientes/1").await.unwrap();
    let database = &api.app.database;
    for statement in [
        "update auditoria_operacao set acao = 'x'",
        "delete from auditoria_operacao",
        "truncate auditoria_operacao",
    ] {
        for role in ["postgres", "hi_admin", "hi_operador", "hi_app"] {
            assert_eq!(
                database.sql_as(role, None, statement).await,
                Err("42501".to_owned()),
                "{role}: {statement}"
            );
        }
    }
    let entered = format!("select hi_enter_operador({});", api.suporte.id);
    let forged = |operador: &dyn std::fmt::Display, papel: &str| {
        format!(
            "{entered} insert into auditoria_operacao (em, operador_id, papel, acao, alvo) values (now(), {operador}, '{papel}', 'x', 'y')"
        )
    };
    for (operador, papel) in [(&api.admin.id, "suporte"), (&api.suporte.id, "admin")] {
        let refused = database.sql_as("hi_admin", None, &forged(operador, papel)).await;
        assert_eq!(refused, Err("42501".to_owned()));
    }
    let hash = format!(
        "{entered} insert into auditoria_operacao (em, operador_id, papel, acao, alvo, hash) values (now(), 1, 'x', 'x', 'y', '0')"
    );
    assert_eq!(database.sql_as("hi_admin", None, &hash).await, Err("42501".to_owned()));
    assert_eq!(verified(&api).await["linhas"], json!(1));
}

#[tokio::test]
async fn the_trail_is_read_newest_first_page_by_page_and_filtered() {
    let api = Api::new().await;
    for n in 0..53 {
        act(&api, &format!("clientes/{}", n % 2)).await.unwrap();
    }
    let first = api.get("auditoria").await;
    let ids = |page: &Value| -> Vec<i64> {
        page["registros"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(&first), (4..=53).rev().collect::<Vec<_>>());
    let row = &first["registros"][0];
    assert_eq!((&row["operador_nome"], &row["origem_ip"]), (&json!("Operação"), &json!("2001:db8::1")));
    let next = first["proximo"].as_str().unwrap();
    let last = api.get(&format!("auditoria?cursor={next}")).await;
    assert_eq!((ids(&last), &last["proximo"]), (vec![3, 2, 1], &Value::Null));
    let count = async |query: &str| ids(&api.get(&format!("auditoria?{query}")).await).len();
    assert_eq!(count("alvo=clientes/1").await, 26);
    assert_eq!(count("de=2026-11-30&ate=2026-11-30").await, 50);
    assert_eq!(count("de=2026-12-01").await, 0);
    assert_eq!(count("ate=2026-11-29").await, 0);
    assert_eq!(count(&format!("operador_id={}", api.suporte.id)).await, 0);
    assert_eq!(count("acao=outra").await, 0);
    for wrong in ["cursor=x", "de=30/11/2026", "ate=2026-02-30"] {
        let answer = api.send(&api.admin, "GET", &format!("auditoria?{wrong}"), None).await;
        answer.expect_problem(422, "campos_invalidos");
    }
}
