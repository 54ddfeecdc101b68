//! A clinic restored beside others is the same clinic under other numbers, and still.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::db::copia::{CLIENTES, Catalogo, Perfil};

use crate::{Bench, fingerprint, rows};

/// Numbers of the original and of the copy, by table: both are written in the order of their numbers.
fn numbers(
    before: &BTreeMap<String, Vec<Value>>,
    after: &BTreeMap<String, Vec<Value>>,
) -> BTreeMap<String, BTreeMap<i64, i64>> {
    let pairs = |table: &str| -> BTreeMap<i64, i64> {
        let ids = |rows: &Vec<Value>| rows.iter().filter_map(|row| row["id"].as_i64()).collect::<Vec<_>>();
        ids(&before[table]).into_iter().zip(ids(&after[table])).collect()
    };
    before.keys().map(|table| (table.clone(), pairs(table))).collect()
}

/// What stillness changes on purpose; everything else has to be the same.
fn still(table: &str, row: &mut Value, now: &Value) {
    let set = |row: &mut Value, key: &str, value: Value| row[key] = value;
    match table {
        "saida" if row["estado"] == "pendente" => set(row, "estado", json!("cancelada")),
        "mensagens" if row["estado"] == "pendente" => set(row, "estado", json!("falhou")),
        "emails" => {
            set(row, "estado", json!("falhou"));
            set(row, "erro", json!("cópia restaurada"));
        }
        "lembretes" if row["estado"] == "pendente" => set(row, "estado", json!("cancelado")),
        "convites" => set(row, "cancelado_em", now.clone()),
        "calendarios" => set(row, "revogado_em", now.clone()),
        "ofertas" => set(row, "estado", json!("encerrada")),
        "ofertas_espera" => {
            set(row, "estado", json!("vencida"));
            set(row, "respondido_em", now.clone());
        }
        "reservas" => set(row, "estado", json!("solta")),
        "conversas" => set(row, "estado", json!({})),
        "alertas" => {
            for key in ["resolvido_em", "avisado_em", "fim_avisado_em"] {
                set(row, key, now.clone());
            }
        }
        "faturas" => {
            set(row, "estado", json!("cancelada"));
            for key in ["gateway", "gateway_id", "gateway_url", "pix"] {
                set(row, key, Value::Null);
            }
        }
        "assinaturas" => {
            // It costs nothing while somebody decides what it is for.
            set(row, "inicio_dia", json!("2026-11-30"));
            set(row, "teste_ate", json!("2027-01-29"));
            set(row, "gateway_cliente", Value::Null);
        }
        "mudancas_plano" => set(row, "cancelada_em", now.clone()),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_is_the_same_after_its_numbers() {
    let bench = Bench::new().await;
    let database = &bench.app.database;
    let (own, other) =
        (fingerprint(database, bench.app.clinic.id).await, fingerprint(database, bench.app.other.id).await);
    let first = bench.copy("antes", Perfil::Backup).await;
    let done = bench.restore("antes", "copia-a").await.unwrap();
    assert!(done.ao_lado && done.suspensa && done.avisos.is_empty(), "{done:?}");
    let second = bench.copy_of("copia-a", "depois", Perfil::Backup).await;
    let (before, after) = (rows(&bench.path("antes"), &first), rows(&bench.path("depois"), &second));
    let numbers = numbers(&before, &after);
    let now = json!(bench.app.now().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string());
    let catalogo = catalogue(&bench).await;
    let mut compared = BTreeSet::new();
    for (table, rows) in &before {
        let (Some(table), true) = (catalogo.tabelas.get(table), table != CLIENTES && table != "conexoes")
        else {
            continue;
        };
        let name = &table.nome;
        assert_eq!(rows.len(), after[name].len(), "{name}");
        let mut expected: Vec<Value> = rows.clone();
        for row in &mut expected {
            for column in &table.colunas {
                let target = match (column.numero, column.nome.as_str()) {
                    (true, _) => Some(name.as_str()),
                    (_, "cliente_id") => Some(CLIENTES),
                    _ => column.referencia.as_deref().filter(|other| numbers.contains_key(*other)),
                };
                let by_type = table.type_of(column).and_then(|kind| match row[&kind].as_str() {
                    Some("medico") => Some("medicos"),
                    Some("secretaria") => Some("secretarias"),
                    _ => None,
                });
                let old = row[&column.nome].as_i64();
                if let (Some(target), Some(old)) = (target.or(by_type), old) {
                    row[&column.nome] = json!(numbers[target][&old]);
                }
            }
            lists(row, &numbers);
            still(name, row, &now);
        }
        // Texts and documents that hold numbers are looked at one by one below.
        let loose = ["alvo", "antes", "depois", "dados", "regra", "chave", "dono", "contato"];
        let plain = |rows: &[Value]| -> BTreeSet<String> {
            let strip = |row: &Value| {
                let mut row = row.as_object().unwrap().clone();
                row.retain(|key, _| !loose.contains(&key.as_str()));
                serde_json::to_string(&row).unwrap()
            };
            rows.iter().map(strip).collect()
        };
        assert_eq!(plain(&expected), plain(&after[name]), "{name}");
        compared.insert(name.clone());
    }
    assert!(compared.len() >= 45, "{compared:?}");
    documents(&before, &after, &numbers);
    assert_eq!(own, fingerprint(database, bench.app.clinic.id).await, "the original is as it was");
    assert_eq!(other, fingerprint(database, bench.app.other.id).await, "so is the other clinic");
}

/// Lists of numbers become lists of the new ones.
fn lists(row: &mut Value, numbers: &BTreeMap<String, BTreeMap<i64, i64>>) {
    for list in ["pacientes", "conversas"] {
        if let Some(olds) = row.get(list).and_then(Value::as_array) {
            let news: Vec<_> = olds.iter().map(|old| numbers[list][&old.as_i64().unwrap()]).collect();
            row[list] = json!(news);
        }
    }
}

async fn catalogue(bench: &Bench) -> Catalogo {
    bench.app.database.catalogue().await
}

/// What each text and document with numbers in it has become.
fn documents(
    before: &BTreeMap<String, Vec<Value>>,
    after: &BTreeMap<String, Vec<Value>>,
    numbers: &BTreeMap<String, BTreeMap<i64, i64>>,
) {
    let to = |table: &str, id: &Value| json!(numbers[table][&id.as_i64().unwrap()]);
    let mut keys = 0;
    for (table, column) in
        [("saida", "chave"), ("emails", "chave"), ("reservas", "dono"), ("conversas", "contato")]
    {
        for (old, new) in before[table].iter().zip(&after[table]) {
            let Some(name) = old[column].as_str() else { continue };
            let mut parts: Vec<String> = name.split(':').map(str::to_owned).collect();
            let of: &[&str] = match parts[0].as_str() {
                "oferta" => &["ofertas", "lista_espera"],
                "bloqueio" => &["bloqueios", "agendamentos"],
                "lembrete" => &["lembretes"],
                "retomada" => &["saida"],
                "aviso" => &["agendamentos", "medicos"],
                "urgencia" | "conversa" => &["conversas"],
                _ => &[],
            };
            for (part, table) in parts.iter_mut().skip(1).zip(of) {
                *part = to(table, &json!(part.parse::<i64>().unwrap())).to_string();
                keys += 1;
            }
            assert_eq!(new[column], json!(parts.join(":")), "{table}.{column} {name}");
        }
    }
    assert!(keys >= 9, "{keys}");
    let (old, new) = (&before["historico"][0], &after["historico"][0]);
    assert_eq!(new["antes"]["id"], to("agendamentos", &old["antes"]["id"]));
    assert_eq!(new["antes"]["medico_id"], to("medicos", &old["antes"]["medico_id"]));
    assert_eq!(new["depois"]["recursos"][0], to("recursos", &old["depois"]["recursos"][0]));
    let (old, new) = (&before["auditoria"], &after["auditoria"]);
    let servico = &new[0]["antes"]["id"];
    assert_eq!(*servico, to("servicos", &old[0]["antes"]["id"]));
    assert_eq!(new[0]["alvo"], json!(format!("servicos/{servico}")));
    assert_eq!(new[0]["antes"]["medicos"][1], to("medicos", &old[0]["antes"]["medicos"][1]));
    assert!(new[1]["alvo"].as_str().unwrap().ends_with("/horarios") && new[1]["alvo"] != old[1]["alvo"]);
    assert_eq!(new[1]["depois"]["id"], 7, "whose number that is, nobody says");
    assert_eq!(new[2]["antes"]["duplicado"]["id"], to("pacientes", &old[2]["antes"]["duplicado"]["id"]));
    assert_eq!(new[2]["depois"]["duplicado_id"], to("pacientes", &old[2]["depois"]["duplicado_id"]));
    assert_eq!(new[2]["depois"]["movidos"], old[2]["depois"]["movidos"]);
    let (Some(was), Some(is)) = (old.last(), new.last()) else { panic!("no trail") };
    assert_eq!(is["depois"]["unidade_id"], to("unidades", &was["depois"]["unidade_id"]));
    // A block that was deleted long ago must not be somebody's here.
    assert_eq!(
        (&new[3]["alvo"], &new[3]["depois"]["bloqueio_id"]),
        (&json!("bloqueios/-999999999"), &json!(-999_999_999))
    );
    assert_eq!(new.len(), old.len());
    assert_eq!(
        after["series"][0]["regra"]["medico_id"],
        to("medicos", &before["series"][0]["regra"]["medico_id"])
    );
    assert_eq!(after["entrada"][0]["corpo"], before["entrada"][0]["corpo"], "another server's words");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_sends_nothing_and_sees_only_its_own() {
    let bench = Bench::new().await;
    let database = &bench.app.database;
    bench.copy("antes", Perfil::Backup).await;
    let done = bench.restore("antes", "copia-b").await.unwrap();
    let copy = done.cliente_id;
    let leaves = format!(
        "(select count(*) from saida where cliente_id = {copy} and estado in ('pendente', 'enviando', 'aguardando', 'adiada'))
         + (select count(*) from emails where cliente_id = {copy} and estado in ('pendente', 'enviando'))
         + (select count(*) from lembretes where cliente_id = {copy} and estado = 'pendente')
         + (select count(*) from conexoes where cliente_id = {copy})
         + (select count(*) from clientes where id = {copy} and (whatsapp_instance is not null or whatsapp_cloud_id is not null or suspenso_em is null))"
    );
    assert_eq!(database.number(&leaves).await, 0);
    let due = format!("select count(*) from hi_due_clientes('2026-12-01 20:00Z', 1000) d where d = {copy}");
    assert_eq!(database.number(&due).await, 0, "the sweep finds nothing to do for it");
    for table in ["pacientes", "agendamentos", "conversas", "historico", "auditoria"] {
        let all = database.number(&format!("select count(*) from {table} where cliente_id = {copy}")).await;
        let seen = database.sql_as("hi_app", Some(copy), &format!("select * from {table}")).await.unwrap();
        assert_eq!(i64::try_from(seen).unwrap(), all, "{table}");
        assert!(all > 0, "{table}");
    }
    let trail = "select string_agg(acao || ' ' || alvo, ', ') from auditoria_operacao";
    assert_eq!(database.text(trail).await, format!("clinica_restaurada clientes/{copy}"));
    assert_eq!(database.text("select quebra_id from hi_confere_auditoria()").await, "");
    // It can be restored once more, at another address, and the numbers go on.
    let again = bench.restore("antes", "copia-c").await.unwrap();
    assert_ne!(again.cliente_id, copy);
    let address = bench.restore("antes", "copia-c").await.unwrap_err().to_string();
    assert!(address.contains("copia-c"), "{address}");
    let all = format!("({copy}, {}, {})", again.cliente_id, bench.app.clinic.id);
    assert_eq!(
        database.number(&format!("select count(*) from pacientes where cliente_id in {all}")).await,
        9
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn into_a_system_without_clinics_it_keeps_its_numbers() {
    let bench = Bench::new().await;
    let first = bench.copy("antes", Perfil::Backup).await;
    let empty = shared::testing::Database::create().await;
    let de = bench.path("antes");
    let pedido = bench.order(&de, None);
    let refused = shared::db::copia::restore(&empty.owner_url(), &pedido, &|_| ()).await.unwrap_err();
    assert!(refused.to_string().contains("operador"), "somebody signs: {refused}");
    empty.sql("insert into operadores (nome, email, senha, papel) values ('Outra', 'outra@operacao.com', 'senha123', 'admin')").await;
    let done = shared::db::copia::restore(&empty.owner_url(), &pedido, &|_| ()).await.unwrap();
    assert!(!done.ao_lado && !done.suspensa, "{done:?}");
    assert_eq!(done.cliente_id, first.cliente_id);
    let cliente = done.cliente_id;
    for table in ["pacientes", "agendamentos", "historico", "auditoria", "consentimentos", "horarios"] {
        let sum = format!(
            "select md5(string_agg(to_jsonb(t)::text, '' order by id)) from {table} t where cliente_id = {cliente}"
        );
        assert_eq!(empty.text(&sum).await, bench.app.database.text(&sum).await, "{table}");
    }
    assert_eq!(empty.text("select whatsapp_instance from clientes").await, bench.app.clinic.instance);
    assert_eq!(empty.number("select count(*) from saida where estado = 'pendente'").await, 0);
    // A reminder that is not due yet stands; one that came due before now may have been sent.
    assert_eq!(empty.number("select count(*) from lembretes where estado = 'pendente'").await, 1);
    let next = format!("insert into pacientes (cliente_id, nome) values ({cliente}, 'Nova Paciente')");
    empty.sql(&next).await;
    let refused = shared::db::copia::restore(&empty.owner_url(), &pedido, &|_| ()).await.unwrap_err();
    assert!(refused.to_string().contains("Já há uma clínica"), "{refused}");
}
