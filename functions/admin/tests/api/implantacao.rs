//! Onboarding: one step makes a clinic whole, repeated it goes on, and what fails leaves nothing half made.

use serde_json::{Value, json};
use shared::domain::termos;
use shared::testing::{Answer, Request};
use shared::whatsapp::WebhookKeys;

use crate::Api;
use crate::evolution::KEY;

impl Api {
    /// An address nobody has in this run, for Redis remembers addresses for all tests.
    fn address(&self) -> String {
        format!("sol-{}", self.app.clinic.id)
    }

    fn order(&self) -> Value {
        json!({ "nome": "Clínica Sol", "subdomain": self.address(), "email": "Rita@Sol.com.br", "gestor": "Rita Lemos", "tipo": "medico", "uf": "sp" })
    }

    async fn onboard(&self, body: &Value) -> Answer {
        self.send(&self.suporte, "POST", "implantacoes", Some(body.clone())).await
    }

    async fn rows(&self, table: &str, id: &Value) -> i64 {
        self.app.database.number(&format!("select count(*) from {table} where cliente_id = {id}")).await
    }
}

fn done(answer: &Value) -> Vec<&str> {
    let steps = answer["passos"].as_array().unwrap().iter();
    steps.filter(|step| step["feito"] == true).map(|step| step["codigo"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn one_step_makes_the_whole_clinic_and_its_gestor_comes_in_and_can_be_booked() {
    let api = Api::new().await;
    let made = api.onboard(&api.order()).await.expect(200);
    let (id, address) = (made["cliente_id"].clone(), api.address());
    assert_eq!((&made["nova"], &made["plano"]), (&json!(true), &json!("basico")));
    assert_eq!(done(&made), ["cadastro", "agenda"]);
    let names = |table: &str, order: &str| {
        format!("select string_agg(nome, ', ' order by {order}) from {table} where cliente_id = {id}")
    };
    let database = &api.app.database;
    assert_eq!(database.text(&names("servicos", "id")).await, "Consulta, Retorno");
    assert_eq!(database.text(&names("unidades", "id")).await, "Principal");
    assert_eq!(database.text(&names("feriados", "dia")).await, "Revolução Constitucionalista");
    assert_eq!(
        api.rows("feriados", &json!(api.app.other.id)).await,
        0,
        "of the other clinic nothing is written"
    );
    let (state, hook) = api.evolution.instance(&address).unwrap();
    assert_eq!(state, "connecting");
    assert_eq!(hook["url"], json!(format!("https://gateway.exemplo/webhook/whatsapp/{address}")));
    let secret = WebhookKeys::new(KEY).unwrap().secret_for(&address);
    assert!(hook["headers"].as_object().unwrap().values().any(|value| *value == json!(secret)));
    assert_eq!(
        (&made["whatsapp"]["situacao"], &made["whatsapp"]["codigo"]),
        (&json!("aguardando_leitura"), &json!("2@codigo,x"))
    );
    assert!(made["whatsapp"]["imagem"].as_str().unwrap().starts_with("data:image/svg+xml;base64,"));

    let link = made["convite"]["link"].as_str().unwrap();
    let token = link.strip_prefix(&format!("http://{address}.localhost:8000/convite#")).unwrap();
    let mail =
        database.text(&format!("select para || ' ' || texto from emails where cliente_id = {id}")).await;
    assert!(mail.starts_with("rita@sol.com.br Olá, Rita!") && mail.contains(link), "{mail}");
    let host = format!("{address}.localhost:8000");
    let login = login::router(login::AppState::new(api.app.login_parts(), api.app.signer()));
    let accept =
        json!({ "token": token, "senha": "uma senha boa", "aceite": true, "versao_termos": termos::VERSAO });
    Request::new("POST", &host, "/api/auth/convite").json(&accept).send(&login).await.expect(200);
    let session = json!({ "email": "rita@sol.com.br", "senha": "uma senha boa" });
    let session =
        Request::new("POST", &host, "/api/auth/login").json(&session).send(&login).await.expect(200);
    let scheduling = scheduling::router(api.app.parts.clone());
    let path =
        format!("/api/horarios-disponiveis?medico_id={}&data=2026-12-01&duracao=30", session["user"]["id"]);
    let bearer = session["access_token"].as_str().unwrap();
    let free = Request::new("GET", &host, &path).bearer(bearer).send(&scheduling).await.expect(200);
    assert_eq!(free["total"], json!(16), "{free}");
    let holiday = path.replace("2026-12-01", "2027-07-09");
    let free = Request::new("GET", &host, &holiday).bearer(bearer).send(&scheduling).await;
    assert!(!free.text.contains("08:00"), "{}", free.text);

    api.evolution.set(&address, "open");
    database
        .sql(&format!(
            "insert into conexoes (cliente_id, instancia, estado) values ({id}, '{address}', 'aberta');
             update clientes set telefone = '(11) 3333-4444', endereco = 'Rua A, 1' where id = {id}"
        ))
        .await;
    let steps = api.get(&format!("clientes/{id}/implantacao")).await;
    assert_eq!(done(&steps), ["cadastro", "agenda", "gestor", "profissionais", "whatsapp", "contato"]);
    let again = api.onboard(&api.order()).await.expect(200);
    assert_eq!((&again["convite"], &again["whatsapp"]["situacao"]), (&Value::Null, &json!("conectado")));
}

#[tokio::test]
async fn asked_for_again_it_goes_on_and_makes_nothing_twice() {
    let api = Api::new().await;
    *api.evolution.away.lock().unwrap() = true;
    let first = api.onboard(&api.order()).await.expect(200);
    let id = first["cliente_id"].clone();
    assert_eq!((&first["nova"], &first["whatsapp"]["situacao"]), (&json!(true), &json!("indisponivel")));
    assert!(!done(&first).contains(&"whatsapp"));
    *api.evolution.away.lock().unwrap() = false;
    let second = api.onboard(&api.order()).await.expect(200);
    assert_eq!((&second["nova"], &second["cliente_id"]), (&json!(false), &id));
    assert_eq!(second["whatsapp"]["situacao"], json!("aguardando_leitura"));
    assert_eq!(
        (&second["convite"]["link"], &second["convite"]["expira_em"]),
        (&Value::Null, &first["convite"]["expira_em"])
    );
    let third = api.onboard(&api.order()).await.expect(200);
    assert_eq!(third["whatsapp"]["situacao"], json!("aguardando_leitura"));
    assert_eq!(api.evolution.made(), 1);
    for (table, count) in [("unidades", 1), ("servicos", 2), ("feriados", 1), ("convites", 1), ("emails", 1)]
    {
        assert_eq!(api.rows(table, &id).await, count, "{table}");
    }
    let acts = api.get("auditoria?acao=clinica_implantada").await;
    assert_eq!(acts["registros"].as_array().unwrap().len(), 1);
    assert!(!acts.to_string().contains("/convite#"), "no link in the trail");

    let mut newer = api.order();
    newer["novo_convite"] = json!(true);
    assert!(api.onboard(&newer).await.expect(200)["convite"]["link"].is_string());
    let mut other = api.order();
    other["email"] = json!("ana@sol.com.br");
    assert_eq!(api.onboard(&other).await.expect(200)["convite"]["email"], json!("ana@sol.com.br"));
    let open = format!(
        "select email from convites where cliente_id = {id} and usado_em is null and cancelado_em is null"
    );
    assert_eq!(api.app.database.texts(&open).await, ["ana@sol.com.br"]);
}

#[tokio::test]
async fn asked_for_at_once_by_several_it_is_made_once() {
    let api = Api::new().await;
    let order = api.order();
    let (a, b, c) = tokio::join!(api.onboard(&order), api.onboard(&order), api.onboard(&order));
    let all = [a.expect(200), b.expect(200), c.expect(200)];
    assert_eq!(all.iter().filter(|made| made["nova"] == true).count(), 1);
    assert_eq!(all.iter().filter(|made| made["convite"]["link"].is_string()).count(), 1);
    assert_eq!((api.rows("servicos", &all[0]["cliente_id"]).await, api.evolution.made()), (2, 1));
}

#[tokio::test]
async fn what_is_refused_or_fails_leaves_nothing() {
    let api = Api::new().await;
    let clinics = async || api.app.database.number("select count(*) from clientes").await;
    let before = clinics().await;
    let problem = api.onboard(&json!({ "subdomain": "admin", "tipo": "dono" })).await;
    let problem = problem.expect_problem(422, "campos_invalidos");
    let fields: Vec<_> =
        problem["campos"].as_array().unwrap().iter().map(|field| field["campo"].as_str().unwrap()).collect();
    assert_eq!(fields, ["nome", "subdomain", "email", "tipo"]);
    let mut unsold = api.order();
    unsold["plano"] = json!("ouro");
    api.onboard(&unsold).await.expect_problem(422, "campos_invalidos");
    // The e-mail is the last that is written of the clinic; when it can't be, nothing of the clinic is there.
    api.app
        .database
        .sql("alter table emails add constraint emails_teste check (chave not like 'convite:%') not valid")
        .await;
    let failed = api.onboard(&api.order()).await;
    assert_eq!(failed.status, 500, "{}", failed.text);
    assert_eq!((clinics().await, api.evolution.made()), (before, 0));
    for table in ["convites", "servicos", "feriados"] {
        let left = format!(
            "select count(*) from {table} t where not exists (select from clientes c where c.id = t.cliente_id)"
        );
        assert_eq!(api.app.database.number(&left).await, 0);
    }
    api.app.database.sql("alter table emails drop constraint emails_teste").await;
    assert_eq!(api.onboard(&api.order()).await.expect(200)["nova"], json!(true));
}

#[tokio::test]
async fn a_clinic_at_work_is_not_taken_up_by_another_name_nor_given_a_code_or_a_link() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let mut order = api.order();
    order["subdomain"] = json!(clinic.subdomain);
    let refused = api.onboard(&order).await.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("outra clínica"), "{refused}");
    let nome = api.app.database.text(&format!("select nome from clientes where id = {}", clinic.id)).await;
    let mut led = order.clone();
    led["nome"] = json!("Sol, mau.example/pague");
    let refused = api.onboard(&led).await.expect_problem(422, "campos_invalidos");
    assert_eq!(refused["campos"][0]["campo"], "nome");
    order["nome"] = json!(nome);
    let taken_up = api.onboard(&order).await.expect(200);
    assert_eq!(
        (&taken_up["convite"], &taken_up["whatsapp"]["situacao"]),
        (&Value::Null, &json!("da_clinica"))
    );
    assert_eq!((&taken_up["whatsapp"]["codigo"], api.evolution.made()), (&Value::Null, 0));
    order["plano"] = json!("enterprise");
    let refused = api.onboard(&order).await.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("plano"), "{refused}");
    let closed = format!("update clientes set ativo = false, encerrado_em = now() where id = {}", clinic.id);
    api.app.database.sql(&closed).await;
    api.onboard(&order).await.expect_problem(409, "conflito");
    // Who looks after money onboards nobody.
    let path = format!("clientes/{}/implantacao", clinic.id);
    api.send(&api.financeiro, "GET", &path, None).await.expect_problem(403, "sem_permissao");
    let other = &api.app.other;
    let at_clinic = Request::new("POST", &other.host(), "/api/admin/implantacoes").json(&api.order());
    let bearer = api.app.token(&other.gestora).await;
    at_clinic.bearer(&bearer).send(&api.router).await.expect_problem(404, "nao_encontrado");
}
