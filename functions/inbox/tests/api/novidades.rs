//! `desde`: exactly what changed, and nothing twice.

use serde_json::{Value, json};
use shared::whatsapp::DeliveryStatus;

use crate::{Api, MARIA, PHONE, all};

/// Whoever asks again and again.
struct Poll {
    path: String,
    desde: String,
}

impl Poll {
    async fn begin(api: &Api, path: &str) -> Self {
        let desde = api.get(path).await["desde"].as_str().unwrap().to_owned();
        Self { path: path.to_owned(), desde }
    }

    async fn ask(&mut self, api: &Api) -> Value {
        let news = api.get(&format!("{}?desde={}", self.path, self.desde)).await;
        news["desde"].as_str().unwrap().clone_into(&mut self.desde);
        assert_eq!((&news["proximo"], &news["recarregar"]), (&Value::Null, &json!(false)));
        news
    }

    async fn texts(&mut self, api: &Api) -> Vec<String> {
        let news = self.ask(api).await;
        let told = news["mensagens"].as_array().unwrap().iter();
        told.map(|message| {
            let texto = message["texto"].as_str().unwrap_or("-");
            format!("{} {}", texto.chars().take(12).collect::<String>(), message["estado"].as_str().unwrap())
        })
        .collect()
    }

    async fn ids(&mut self, api: &Api) -> Vec<i64> {
        let news = self.ask(api).await;
        all(&news["conversas"], "id").into_iter().map(|id| id.as_i64().unwrap()).collect()
    }
}

#[tokio::test]
async fn a_thread_tells_what_is_new_and_what_changed_once() {
    let api = Api::new().await;
    let (id, other) = (api.patient(PHONE, "oi").await, api.patient(MARIA, "oi").await);
    let mut poll = Poll::begin(&api, &format!("/api/conversas/{id}/mensagens")).await;
    assert_eq!(poll.texts(&api).await, [""; 0]);
    api.answer(other, "em outra conversa").await;
    assert_eq!(poll.texts(&api).await, [""; 0]);
    api.answer(id, "Bom dia").await;
    assert_eq!(poll.texts(&api).await, ["Bom dia pendente"]);
    api.deliver().await;
    assert_eq!(poll.texts(&api).await, ["Bom dia enviada"]);
    let nth = api.sent().iter().position(|text| text == "Bom dia").unwrap() + 1;
    api.reached(&format!("3EB0{nth:018}"), DeliveryStatus::Delivered).await;
    assert_eq!(poll.texts(&api).await, ["Bom dia entregue"]);
    api.reached(&format!("3EB0{nth:018}"), DeliveryStatus::Sent).await;
    assert_eq!(poll.texts(&api).await, [""; 0], "nothing moved");
    api.patient(PHONE, "obrigado").await;
    api.reached(&format!("3EB0{nth:018}"), DeliveryStatus::Read).await;
    assert_eq!(poll.texts(&api).await, ["obrigado recebida", "Bom dia lida"]);
    let edited = "update mensagens set texto = 'corrigido', editada_em = now() where texto = 'obrigado'";
    api.app.database.sql(edited).await;
    assert_eq!(poll.texts(&api).await, ["corrigido recebida"]);
    assert_eq!(poll.texts(&api).await, [""; 0]);
}

#[tokio::test]
async fn the_list_tells_which_threads_changed_once() {
    let api = Api::new().await;
    let (one, two) = (api.patient(PHONE, "oi").await, api.patient(MARIA, "oi").await);
    let mut poll = Poll::begin(&api, "/api/conversas").await;
    assert_eq!(poll.ids(&api).await, [0; 0]);
    api.get(&format!("/api/conversas/{one}")).await;
    assert_eq!(poll.ids(&api).await, [0; 0], "looking changes nothing");
    for act in ["assumir", "lida", "devolver", "encerrar"] {
        api.act(one, act).await;
        assert_eq!(poll.ids(&api).await, [one], "{act}");
    }
    api.act(one, "atendida").await;
    assert_eq!(poll.ids(&api).await, [0; 0], "nothing was urgent");
    api.answer(two, "Bom dia").await;
    assert_eq!(poll.ids(&api).await, [two]);
    api.deliver().await;
    assert_eq!(poll.ids(&api).await, [two], "how far a message got is news of its thread");
    api.pass(1);
    api.patient(PHONE, "oi de novo").await;
    api.patient(MARIA, "oi de novo").await;
    api.act(two, "lida").await;
    assert_eq!(poll.ids(&api).await, [two, one], "in the order of the list");
    let theirs = api.inbound(&api.app.other, PHONE, shared::whatsapp::Content::Text("oi".to_owned()));
    api.handle(&theirs).await;
    assert_eq!(poll.ids(&api).await, [0; 0]);
}

#[tokio::test]
async fn what_is_written_before_a_question_and_committed_after_it_is_not_lost() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let mut poll = Poll::begin(&api, &format!("/api/conversas/{id}/mensagens")).await;
    let mut list = Poll::begin(&api, "/api/conversas").await;
    let slow =
        format!("update mensagens set texto = 'demorada' where conversa_id = {id} and autor = 'paciente'");
    let written = api.app.database.hold(&slow).await;
    // Later, and committed earlier.
    api.answer(id, "rápida").await;
    assert_eq!(poll.texts(&api).await, ["rápida pendente"]);
    assert_eq!(list.ids(&api).await, [id]);
    written.commit().await;
    assert_eq!(poll.texts(&api).await, ["demorada recebida"]);
    assert_eq!(list.ids(&api).await, [id]);
    assert_eq!(poll.texts(&api).await, [""; 0]);
    assert_eq!(list.ids(&api).await, [0; 0]);
}

#[tokio::test]
async fn too_much_news_is_not_told() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let path = format!("/api/conversas/{id}/mensagens");
    let (messages, list) = (Poll::begin(&api, &path).await, Poll::begin(&api, "/api/conversas").await);
    let insert = |count: i64| {
        format!(
            "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado)
             select {}, {id}, 'entrada', 'paciente', 'texto', 'linha ' || i, 'recebida' from generate_series(1, {count}) i",
            api.app.clinic.id
        )
    };
    let ask = async |poll: &Poll| api.get(&format!("{}?desde={}", poll.path, poll.desde)).await;
    api.app.database.sql(&insert(200)).await;
    assert_eq!(ask(&messages).await["mensagens"].as_array().unwrap().len(), 200);
    assert_eq!(all(&ask(&list).await["conversas"], "id"), [&json!(id)]);
    api.app.database.sql(&insert(1000)).await;
    for (poll, key) in [(&messages, "mensagens"), (&list, "conversas")] {
        let news = ask(poll).await;
        assert_eq!((&news["recarregar"], &news[key]), (&json!(true), &json!([])));
    }
}

/// A snapshot comes back from its reader: one to which everything is old and nothing can be skipped would be answered by reading all there is.
#[tokio::test]
async fn a_desde_that_was_made_up_reads_so_much_and_no_more() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let ask = async |desde: &str| api.get(&format!("/api/conversas?desde={desde}")).await;
    let made_up = async || {
        let next = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
        shared::http::cursor::encode(&json!([1, api.app.database.number(next).await, []])).unwrap()
    };
    let of_one = async |desde: &str| api.get(&format!("/api/conversas/{id}/mensagens?desde={desde}")).await;
    assert_eq!(ask(&made_up().await).await["recarregar"], false, "there is little to read");
    assert_eq!(of_one(&made_up().await).await["recarregar"], false, "nor of the thread");
    let messages = ("mensagens", "texto", "conversa_id, direcao, autor, tipo, texto, estado");
    let message = format!("{id}, 'entrada', 'paciente', 'texto', 'linha ' || i, 'recebida'");
    let thread = "'lid:' || i, 'linha ' || i, i || '@lid'".to_owned();
    for ((table, named, columns), row) in
        [(messages, message), (("conversas", "lid", "contato, lid, jid"), thread)]
    {
        let insert = format!(
            "insert into {table} (cliente_id, {columns}) select {}, {row} from generate_series(1, 5001) i",
            api.app.clinic.id
        );
        api.app.database.sql(&insert).await;
        let news = ask(&made_up().await).await;
        assert_eq!((&news["recarregar"], &news["conversas"]), (&json!(true), &json!([])), "{table}");
        let much = of_one(&made_up().await).await;
        assert_eq!(
            (&much["recarregar"], &much["mensagens"]),
            (&json!(table == "mensagens"), &json!([])),
            "{table}"
        );
        let honest = Poll::begin(&api, "/api/conversas").await;
        assert_eq!(ask(&honest.desde).await["recarregar"], false, "{table}");
        assert_eq!(of_one(&honest.desde).await["recarregar"], false, "{table}");
        api.app.database.sql(&format!("delete from {table} where {named} like 'linha %'")).await;
        assert_eq!(ask(&made_up().await).await["recarregar"], false, "{table}");
    }
}

#[tokio::test]
async fn a_desde_that_is_none_of_ours_is_refused() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let of = |place: Value| shared::http::cursor::encode(&place).unwrap();
    let good = api.get("/api/conversas").await["desde"].as_str().unwrap().to_owned();
    let future = of(json!([1, i64::MAX, []]));
    let wrong = [
        of(json!([9, 3, []])),
        of(json!([1, 5, [7]])),
        of(json!([0, 5, []])),
        of(json!("x")),
        "x".to_owned(),
    ];
    for wrong in wrong.into_iter().chain([future]) {
        for path in ["/api/conversas", &format!("/api/conversas/{id}/mensagens")] {
            let refused = api.staff("GET", &format!("{path}?desde={wrong}"), None).await;
            assert_eq!(refused.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], "desde");
        }
    }
    for filter in ["modo=bot", "nao_lidas=true", "urgentes=true", "q=maria", "cursor=x"] {
        let refused = api.staff("GET", &format!("/api/conversas?desde={good}&{filter}"), None).await;
        refused.expect_problem(422, "campos_invalidos");
    }
}

#[tokio::test]
async fn a_patient_who_is_called_otherwise_is_told_once_on_every_thread_of_theirs() {
    let api = Api::new().await;
    let (one, two) = (api.patient(PHONE, "oi").await, api.patient(MARIA, "oi").await);
    let own = api.app.clinic.id;
    api.app.database.sql(&format!(
        "insert into pacientes (cliente_id, nome, telefone) values ({own}, 'Zilda Rocha', (select telefone from conversas where id = {one}));
         insert into pacientes (cliente_id, nome, telefone, ativo, fundido_em_id)
         select {own}, 'Zilda R', (select telefone from conversas where id = {two}), false, id from pacientes where nome = 'Zilda Rocha'"
    )).await;
    let mut poll = Poll::begin(&api, "/api/conversas").await;
    let rename = |nome: &str, clinic: &shared::id::ClienteId| {
        format!(
            "update pacientes set nome = '{nome}' where cliente_id = {clinic} and ativo and nome <> 'Maria Souza'"
        )
    };
    api.app
        .database
        .sql(&format!(
            "insert into pacientes (cliente_id, nome) values ({}, 'Outra Clínica')",
            api.app.other.id
        ))
        .await;
    api.app.database.sql(&rename("Alguém Deles", &api.app.other.id)).await;
    assert_eq!(poll.ids(&api).await, [0; 0], "another clinic's");
    api.app.database.sql(&rename("Zilda Rocha Lima", &own)).await;
    let mut told = poll.ids(&api).await;
    told.sort_unstable();
    let mut both = [one.to_string().parse::<i64>().unwrap(), two.to_string().parse().unwrap()];
    both.sort_unstable();
    assert_eq!(told, both, "also the thread of a phone that came with a merge");
    assert_eq!(poll.ids(&api).await, [0; 0], "once");
    api.app.database.sql(&rename("Zilda Rocha Lima", &own)).await;
    assert_eq!(poll.ids(&api).await, [0; 0], "the same name is none");
}
