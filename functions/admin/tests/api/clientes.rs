//! Clinics: found, created, changed, suspended, closed; and what the clinic's own people notice of it.

use serde_json::{Value, json};
use shared::testing::Request;

use crate::{Api, HOST};

impl Api {
    /// An address no other test has.
    fn unique(&self, name: &str) -> String {
        format!("{name}-{}", self.app.clinic.id)
    }

    /// The status of a clinic's own page for its gestora, through the function its people use.
    async fn clinics_own(&self, scheduling: &axum::Router) -> u16 {
        let clinic = &self.app.clinic;
        let request = Request::new("GET", &clinic.host(), "/api/medicos");
        request.bearer(&self.app.token(&clinic.gestora).await).send(scheduling).await.status
    }
}

#[tokio::test]
async fn a_clinic_is_created_whole_and_once_per_key() {
    let api = Api::new().await;
    let subdomain = api.unique("sol");
    let body = json!({
        "nome": "  Clínica  Sol ", "subdomain": subdomain.to_uppercase(), "plano": "profissional", "fuso": "america/manaus",
        "telefone": "(92) 3333-4444", "email": "Contato@Sol.com.br", "uf": "am", "municipio": "Manaus",
        "whatsapp_instance": api.unique("Sol"), "whatsapp_numero": "+55 (92) 98765-4321", "retencao_meses": 24,
    });
    let send = async |key: &str, body: &Value| {
        let request = api.request(&api.suporte, "POST", "clientes", Some(body)).await;
        request.header("idempotency-key", key).send(&api.router).await
    };
    let made = send("k1", &body).await.expect(201);
    assert_eq!((&made["nome"], &made["subdomain"]), (&json!("Clínica Sol"), &json!(subdomain)));
    assert_eq!(
        (&made["fuso"], &made["whatsapp_numero"]),
        (&json!("America/Manaus"), &json!("5592987654321"))
    );
    assert_eq!((&made["email"], &made["uf"]), (&json!("contato@sol.com.br"), &json!("AM")));
    assert_eq!((&made["estado"], &made["plano"]), (&json!("ativa"), &json!("profissional")));
    assert_eq!(send("k1", &body).await.expect(201), made);
    assert_eq!(
        send("k2", &body).await.expect_problem(409, "ja_existe")["detail"],
        "Esta clínica já está cadastrada."
    );
    let mut other = body.clone();
    other["nome"] = json!("Outra");
    send("k1", &other).await.expect_problem(422, "chave_de_idempotencia_reutilizada");
    assert_eq!(
        send("k3", &other).await.expect_problem(409, "ja_existe")["detail"],
        "Este endereço já é de outra clínica."
    );
    other["subdomain"] = json!(api.unique("lua"));
    let taken = send("k4", &other).await.expect_problem(409, "ja_existe");
    assert_eq!(taken["detail"], "Esta instância do WhatsApp já é de outra clínica.");
    let trail = api.get(&format!("auditoria?alvo=clientes/{}", made["id"])).await;
    assert_eq!(trail["registros"].as_array().unwrap().len(), 1, "once, and nothing of what was refused");
    let row = &trail["registros"][0];
    assert_eq!((&row["acao"], &row["papel"]), (&json!("cliente_criado"), &json!("suporte")));
    assert_eq!((&row["antes"], &row["depois"]["subdomain"]), (&Value::Null, &json!(subdomain)));
    assert_eq!(row["origem_ip"], json!(Request::address_at(HOST)));
}

#[tokio::test]
async fn the_same_clinic_created_twice_at_once_is_created_once() {
    let api = Api::new().await;
    let body = json!({ "nome": "Clínica Sol", "subdomain": api.unique("sol") });
    let send = async || api.send(&api.suporte, "POST", "clientes", Some(body.clone())).await.status;
    let (a, b, c) = tokio::join!(send(), send(), send());
    let mut statuses = [a, b, c];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
    assert_eq!(api.get("auditoria/verificacao").await["linhas"], json!(1));
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_nothing_is_written() {
    let api = Api::new().await;
    let refused = async |method: &str, path: &str, body: Value| {
        let problem =
            api.send(&api.admin, method, path, Some(body)).await.expect_problem(422, "campos_invalidos");
        let fields = problem["campos"].as_array().unwrap().iter();
        fields.map(|field| field["campo"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(refused("POST", "clientes", json!({})).await, ["nome", "subdomain"]);
    let wrong = json!({
        "nome": "x", "subdomain": "Com Espaço", "fuso": "Marte/Olympus", "telefone": "12", "email": "x", "uf": "XX",
        "whatsapp_instance": "com espaço", "whatsapp_numero": "1", "ia_limite_tokens": -1, "retencao_meses": 5,
    });
    let fields = [
        "nome",
        "subdomain",
        "fuso",
        "telefone",
        "email",
        "uf",
        "whatsapp_instance",
        "whatsapp_numero",
        "ia_limite_tokens",
        "retencao_meses",
    ];
    assert_eq!(refused("POST", "clientes", wrong.clone()).await, fields);
    let one = format!("clientes/{}", api.app.clinic.id);
    assert_eq!(refused("PATCH", &one, wrong).await, fields);
    assert_eq!(
        refused("PATCH", &one, json!({ "nome": null, "fuso": null, "subdomain": null })).await,
        ["nome", "subdomain", "fuso"]
    );
    for reserved in ["www", "admin", "api", "static", "app", "mail", "xn--clnica-9za", "-x", "a.b", ""] {
        assert_eq!(
            refused("POST", "clientes", json!({ "nome": "Sol", "subdomain": reserved })).await,
            ["subdomain"]
        );
    }
    let plan = json!({ "nome": "Sol", "subdomain": api.unique("sol"), "plano": "de_graca" });
    assert_eq!(refused("POST", "clientes", plan).await, ["plano"]);
    let payer = json!({ "nome": "", "documento": "11.222.333/0001-82", "email": "x" });
    assert_eq!(refused("PUT", &format!("{one}/pagador"), payer).await, ["nome", "documento", "email"]);
    assert_eq!(refused("POST", &format!("{one}/suspensao"), json!({})).await, ["motivo"]);
    assert_eq!(refused("POST", &format!("{one}/plano"), json!({})).await, ["plano", "a_partir_de"]);
    assert_eq!(api.get("auditoria/verificacao").await["linhas"], json!(0));
    assert_eq!(api.app.database.number("select count(*) from clientes").await, 2);
}

#[tokio::test]
async fn a_change_writes_what_it_names_and_leaves_the_rest() {
    let api = Api::new().await;
    let one = format!("clientes/{}", api.app.clinic.id);
    let before = api.get(&one).await;
    let body = json!({ "municipio": "Olinda", "whatsapp_numero": null, "ia_permitida": true });
    let after = api.send(&api.admin, "PATCH", &one, Some(body)).await.expect(200);
    let mut expected = before.clone();
    (expected["municipio"], expected["whatsapp_numero"], expected["ia_permitida"]) =
        (json!("Olinda"), Value::Null, json!(true));
    let seen = api.get(&one).await;
    assert_eq!(seen, expected);
    assert_eq!(after["municipio"], json!("Olinda"));
    api.send(&api.suporte, "PATCH", &one, Some(json!({ "municipio": "Olinda" }))).await.expect(200);
    let taken = json!({ "subdomain": api.app.other.subdomain });
    api.send(&api.admin, "PATCH", &one, Some(taken)).await.expect_problem(409, "ja_existe");
    let trail = api.get(&format!("auditoria?alvo={one}")).await;
    assert_eq!(trail["registros"].as_array().unwrap().len(), 1, "what changes nothing leaves no trace");
    assert_eq!(
        (&trail["registros"][0]["antes"]["municipio"], &trail["registros"][0]["depois"]["municipio"]),
        (&Value::Null, &json!("Olinda"))
    );
}

#[tokio::test]
async fn a_suspension_is_noticed_at_the_next_request_and_so_is_its_end() {
    let api = Api::new().await;
    let scheduling = scheduling::router(api.app.parts.clone());
    let path = format!("clientes/{}/suspensao", api.app.clinic.id);
    let later = |seconds: i64| api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(seconds));
    assert_eq!(api.clinics_own(&scheduling).await, 200);
    let body = json!({ "motivo": "fatura em aberto" });
    let suspended = api.send(&api.financeiro, "POST", &path, Some(body.clone())).await.expect(200);
    assert_eq!(
        (&suspended["estado"], &suspended["suspensao_motivo"]),
        (&json!("suspensa"), &json!("fatura em aberto"))
    );
    later(6);
    assert_eq!(api.clinics_own(&scheduling).await, 402, "Redis knows nothing old");
    let again = api.send(&api.suporte, "POST", &path, Some(body)).await.expect(200);
    assert_eq!(again["suspenso_em"], suspended["suspenso_em"], "it is suspended since it was");
    let resumed = api.send(&api.suporte, "DELETE", &path, None).await.expect(200);
    assert_eq!((&resumed["estado"], &resumed["suspensao_motivo"]), (&json!("ativa"), &Value::Null));
    later(3);
    assert_eq!(api.clinics_own(&scheduling).await, 200);
    let trail = api.get(&format!("auditoria?alvo=clientes/{}", api.app.clinic.id)).await;
    let acts: Vec<_> =
        trail["registros"].as_array().unwrap().iter().map(|row| row["acao"].as_str().unwrap()).collect();
    assert_eq!(acts, ["cliente_reativado", "cliente_suspenso"]);
    assert_eq!(
        api.app
            .database
            .text(&format!("select suspenso_em from clientes where id = {}", api.app.other.id))
            .await,
        ""
    );
}

#[tokio::test]
async fn closing_needs_the_address_typed_again_and_is_for_good() {
    let api = Api::new().await;
    let scheduling = scheduling::router(api.app.parts.clone());
    let (one, subdomain) = (format!("clientes/{}", api.app.clinic.id), &api.app.clinic.subdomain);
    let close =
        async |typed: Value| api.send(&api.admin, "POST", &format!("{one}/encerramento"), Some(typed)).await;
    for typed in [json!({}), json!({ "subdomain": "" }), json!({ "subdomain": api.app.other.subdomain })] {
        close(typed).await.expect_problem(422, "campos_invalidos");
    }
    assert_eq!(api.clinics_own(&scheduling).await, 200);
    let keeps = format!("update clientes set retencao_meses = 12 where id = {}", api.app.clinic.id);
    api.app.database.sql(&keeps).await;
    let closed = close(json!({ "subdomain": subdomain })).await.expect(200);
    assert_eq!(closed["estado"], json!("encerrada"));
    // Who managed it gets one letter: until when a copy of its data is theirs, and how.
    let letters =
        "select string_agg(cliente_id || ' ' || para || ' ' || estado || ' ' || chave, ',') from emails";
    let expected = format!("{} tania@clinica.com pendente encerramento:tania@clinica.com", api.app.clinic.id);
    assert_eq!(api.app.database.text(letters).await, expected);
    let letter = api.app.database.text("select texto from emails").await;
    assert!(letter.contains("encerrada em 30/11/2026") && letter.contains("até 28/02/2027"), "{letter}");
    assert!(letter.contains("responda a este e-mail") && letter.contains("mais de 12 meses"), "{letter}");
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(6));
    assert_eq!(api.clinics_own(&scheduling).await, 404);
    for (method, path, body) in [
        ("PATCH", one.clone(), json!({ "municipio": "Olinda" })),
        ("POST", format!("{one}/suspensao"), json!({ "motivo": "fatura" })),
        ("DELETE", format!("{one}/suspensao"), json!({})),
        ("POST", format!("{one}/encerramento"), json!({ "subdomain": subdomain })),
        ("POST", format!("{one}/plano"), json!({ "plano": "enterprise", "a_partir_de": "agora" })),
        ("PUT", format!("{one}/pagador"), json!({ "nome": "Sol", "documento": "11222333000181" })),
    ] {
        api.send(&api.admin, method, &path, Some(body)).await.expect_problem(409, "conflito");
    }
    let again = json!({ "nome": "Nova", "subdomain": subdomain });
    api.send(&api.suporte, "POST", "clientes", Some(again)).await.expect_problem(409, "ja_existe");
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_paged() {
    let api = Api::new().await;
    for n in 0..51 {
        api.app
            .database
            .sql(&format!("insert into clientes (nome, plano) values ('Célula {n:02}', 'enterprise')"))
            .await;
    }
    let names = |page: &Value| -> Vec<String> {
        page["clientes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["nome"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = api.get("clientes?busca=CELULA").await;
    assert_eq!((names(&first).len(), names(&first)[49].as_str()), (50, "Célula 49"));
    let rest = api.get(&format!("clientes?busca=celula&cursor={}", first["proximo"].as_str().unwrap())).await;
    assert_eq!((names(&rest), &rest["proximo"]), (vec!["Célula 50".to_owned()], &Value::Null));
    let by = async |query: &str| names(&api.get(&format!("clientes?{query}")).await);
    assert_eq!(by(&format!("busca={}", api.app.other.subdomain)).await, ["Clínica b"]);
    assert_eq!(by(&format!("busca={}", api.app.clinic.instance.to_uppercase())).await, ["Clínica a"]);
    assert_eq!(by("plano=basico").await, ["Clínica a", "Clínica b"]);
    assert_eq!(by("estado=suspensa").await, Vec::<String>::new());
    assert_eq!(by("busca=%25").await, Vec::<String>::new(), "a percent sign is a percent sign");
    api.app
        .database
        .sql(&format!("update clientes set suspenso_em = now() where id = {}", api.app.other.id))
        .await;
    assert_eq!(by("estado=suspensa").await, ["Clínica b"]);
    for wrong in ["estado=feliz", "cursor=x"] {
        api.send(&api.admin, "GET", &format!("clientes?{wrong}"), None)
            .await
            .expect_problem(422, "campos_invalidos");
    }
}

#[tokio::test]
async fn numbers_are_the_clinics_own_and_of_the_month_in_its_zone() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let visit = |clinic: &shared::testing::Clinic, at: &str, status: &str| {
        format!(
            "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status)
             values ({}, {}, {}, '{at}', '{at}'::timestamptz + interval '30 minutes', '{status}');",
            clinic.id, clinic.gestora.id, clinic.paciente
        )
    };
    let sql = [
        visit(clinic, "2026-11-02 12:00Z", "realizado"),
        visit(clinic, "2026-11-03 12:00Z", "cancelado"),
        // 30 November, 22:00 in São Paulo, and the first instant of December there.
        visit(clinic, "2026-12-01 01:00Z", "agendado"),
        visit(clinic, "2026-12-01 03:00Z", "agendado"),
        visit(clinic, "2026-10-20 12:00Z", "realizado"),
        visit(&api.app.other, "2026-11-02 12:00Z", "realizado"),
    ];
    api.app.database.sql(&sql.concat()).await;
    let numbers = api.get(&format!("clientes/{}", clinic.id)).await["numeros"].clone();
    let expected = json!({
        "profissionais": 2, "secretarias": 1, "agendamentos": 2, "pacientes_ativos": 1, "mensagens_recebidas": 0, "mensagens_enviadas": 0,
    });
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn nobody_who_sees_no_money_is_told_who_pays() {
    let api = Api::new().await;
    let one = format!("clientes/{}", api.app.clinic.id);
    let body = json!({ "nome": "Clínica Sol Ltda", "documento": "11.222.333/0001-81", "email": "" });
    let put =
        api.send(&api.financeiro, "PUT", &format!("{one}/pagador"), Some(body.clone())).await.expect(200);
    let payer = json!({ "nome": "Clínica Sol Ltda", "documento": "11222333000181", "email": null });
    assert_eq!(put["pagador"], payer);
    api.send(&api.admin, "PUT", &format!("{one}/pagador"), Some(body)).await.expect(200);
    assert_eq!(api.send(&api.financeiro, "GET", &one, None).await.expect(200)["pagador"], payer);
    let seen = api.send(&api.suporte, "GET", &one, None).await;
    assert!(!seen.text.contains("11222333000181") && seen.expect(200).get("pagador").is_none());
    assert!(api.get(&format!("clientes/{}", api.app.other.id)).await.get("pagador").is_none());
    assert_eq!(api.get(&format!("auditoria?alvo={one}")).await["registros"].as_array().unwrap().len(), 1);
    let request =
        Request::new("GET", HOST, "/api/admin/clientes/0").bearer(&api.app.token(&api.suporte).await);
    request.send(&api.router).await.expect_problem(404, "nao_encontrado");
}

/// Who moved a clinic's WhatsApp to one of their own would read what its patients write.
#[tokio::test]
async fn what_leads_to_a_clinic_at_work_only_an_admin_changes() {
    let api = Api::new().await;
    let one = format!("clientes/{}", api.app.clinic.id);
    let moves = [
        json!({ "subdomain": api.unique("outra") }),
        json!({ "whatsapp_instance": null }),
        json!({ "whatsapp_numero": "5511900000000" }),
        json!({ "whatsapp_numero": null }),
        json!({ "whatsapp_instance": api.unique("Outra") }),
        json!({ "retencao_meses": 6 }),
        json!({ "nome": "Clínica Outra" }),
        json!({ "telefone": "(11) 4004-0000" }),
        json!({ "telefone": null }),
        json!({ "endereco": "Rua de Ninguém, 1" }),
        json!({ "fuso": "America/Manaus" }),
    ];
    let told = "telefone = '(11) 3333-4444', endereco = 'Rua A, 1', retencao_meses = null";
    api.app.database.sql(&format!("update clientes set {told}")).await;
    for body in &moves {
        let refused = api.send(&api.suporte, "PATCH", &one, Some(body.clone())).await;
        let refused = refused.expect_problem(409, "conflito");
        assert!(refused["detail"].as_str().unwrap().contains("só um admin"), "{body}");
    }
    // The database is the wall behind.
    for column in [
        "subdomain = 'x-y'",
        "whatsapp_instance = null",
        "whatsapp_numero = null",
        "retencao_meses = 6",
        "nome = 'Outra'",
        "telefone = null",
        "endereco = 'Rua B, 2'",
        "fuso = 'America/Manaus'",
    ] {
        let update = format!(
            "select hi_enter_operador({}); update clientes set {column} where id = {}",
            api.suporte.id, api.app.clinic.id
        );
        let refused = api.app.database.sql_as("hi_admin", None, &update).await;
        assert_eq!(refused, Err("42501".to_owned()), "{column}");
    }
    // What is as it was, leads nobody elsewhere.
    let kind = json!({ "municipio": "Olinda", "retencao_meses": null, "telefone": " (11) 3333-4444", "endereco": "Rua  A, 1" });
    api.send(&api.suporte, "PATCH", &one, Some(kind)).await.expect(200);
    for body in moves {
        api.send(&api.admin, "PATCH", &one, Some(body)).await.expect(200);
    }
    // Before anybody manages it, who looks after clinics corrects it freely.
    let made = json!({ "nome": "Clínica Lua", "subdomain": api.unique("lua") });
    let made = api.send(&api.suporte, "POST", "clientes", Some(made)).await.expect(201);
    let body = json!({ "subdomain": api.unique("luar"), "nome": "Clínica Luar", "telefone": "(11) 4004-0000",
                       "endereco": "Rua C, 3", "fuso": "America/Manaus" });
    api.send(&api.suporte, "PATCH", &format!("clientes/{}", made["id"]), Some(body)).await.expect(200);
}

/// Each message to a patient says the clinic's name.
#[tokio::test]
async fn no_clinic_is_named_by_an_operator_so_that_a_phone_makes_a_link_of_it() {
    let api = Api::new().await;
    let one = format!("clientes/{}", api.app.clinic.id);
    for nome in ["Sol https://mau.example", "Sol WWW.mau.example", "Sol, mau.example/pague"] {
        let made = json!({ "nome": nome, "subdomain": api.unique("sol") });
        for (method, path, body) in
            [("PATCH", one.as_str(), json!({ "nome": nome })), ("POST", "clientes", made)]
        {
            let refused = api.send(&api.admin, method, path, Some(body)).await;
            let refused = refused.expect_problem(422, "campos_invalidos");
            assert_eq!(refused["campos"][0]["campo"], "nome", "{method} {nome}");
        }
    }
    api.send(&api.admin, "PATCH", &one, Some(json!({ "nome": "Clínica Dr. Sol" }))).await.expect(200);
}
