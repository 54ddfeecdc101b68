//! Who was erased or united after a copy was made is erased or united again in what is restored from it.

use shared::db::copia::{Apagamento, Perfil, Refeito, backup_register, read_apagamentos, reapply, restore};
use shared::testing::Database;

use crate::Bench;

/// Erases and unites as the API does.
async fn erased_and_united(bench: &Bench) {
    let database = &bench.app.database;
    let clinic = &bench.app.clinic;
    let find = async |name: &str| {
        let which =
            format!("select max(id) from pacientes where cliente_id = {} and nome = '{name}'", clinic.id);
        database.number(&which).await
    };
    let (maria, joao) = (clinic.paciente, find("João Prado").await);
    let duplicate = find("Joana Dobrada").await;
    bench.unite(joao, duplicate).await;
    // Later they had nothing ahead any more, and asked to be forgotten.
    database
        .sql(&format!("update agendamentos set status = 'cancelado', cancelado_em = now(), cancelado_por = 'paciente' where paciente_id = {maria}"))
        .await;
    bench.erase(maria).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_clinic_forgets_again_and_unites_again() {
    let bench = Bench::new().await;
    let database = &bench.app.database;
    let cliente = bench.app.clinic.id;
    let new = format!(
        "insert into pacientes (cliente_id, nome, criado_em) values ({cliente}, 'Joana Dobrada', '2026-01-02 12:00Z')"
    );
    database.sql(&new).await;
    bench.copy("antes", Perfil::Backup).await;
    erased_and_united(&bench).await;
    let register =
        "select string_agg(coalesce(unido_a_id > 0, false)::text, ',' order by em, id) from apagamentos";
    assert_eq!(database.text(register).await, "true,false");
    let done = bench.restore("antes", "copia").await.unwrap();
    assert_eq!(done.refeito, Refeito { apagados: 1, unidos: 1, uniao_pendente: Vec::new() });
    let copy = done.cliente_id;
    let names = format!("select string_agg(nome, ',' order by id) from pacientes where cliente_id = {copy}");
    assert_eq!(database.text(&names).await, "Paciente removido,João Prado,Joao Prado,Joana Dobrada");
    for (what, expected) in [
        (
            format!(
                "select count(*) from agendamentos a join pacientes p on p.id = a.paciente_id where a.cliente_id = {copy} and p.anonimizado_em is not null and a.status <> 'cancelado'"
            ),
            0,
        ),
        (
            format!(
                "select count(*) from agendamentos where cliente_id = {copy} and status = 'agendado' and motivo = 'dor'"
            ),
            1,
        ),
        (format!("select count(*) from mensagens where cliente_id = {copy} and texto is not null"), 0),
        (
            format!("select count(*) from pacientes where cliente_id = {copy} and fundido_em_id is not null"),
            2,
        ),
        (
            format!(
                "select count(*) from pacientes where cliente_id = {} and nome = 'Maria Souza'",
                bench.app.other.id
            ),
            1,
        ),
    ] {
        assert_eq!(database.number(&what).await, expected, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_is_kept_elsewhere_and_names_nobody() {
    let bench = Bench::new().await;
    let cliente = bench.app.clinic.id;
    let new = format!(
        "insert into pacientes (cliente_id, nome, criado_em) values ({cliente}, 'Joana Dobrada', '2026-01-02 12:00Z')"
    );
    bench.app.database.sql(&new).await;
    bench.copy("antes", Perfil::Backup).await;
    erased_and_united(&bench).await;
    let file = bench.path("apagamentos.ndjson");
    assert_eq!(backup_register(&bench.app.database.owner_url(), &file).await.unwrap(), 2);
    let text = std::fs::read_to_string(&file).unwrap();
    for word in ["Maria", "Souza", "9999", "João"] {
        assert!(!text.contains(word), "{text}");
    }
    let empty = Database::create().await;
    empty.sql("insert into operadores (nome, email, senha, papel) values ('Outra', 'outra@operacao.com', 'senha123', 'admin')").await;
    let de = bench.path("antes");
    let mut pedido = bench.order(&de, None);
    let register = read_apagamentos(&file).unwrap();
    pedido.apagamentos = &register;
    let done = restore(&empty.owner_url(), &pedido, &|_| ()).await.unwrap();
    assert_eq!((done.refeito.apagados, done.refeito.unidos), (1, 1));
    assert_eq!(empty.number("select count(*) from pacientes where nome = 'Maria Souza'").await, 0);
    assert!(empty.number("select count(*) from apagamentos").await >= 2, "the next restoration knows it too");
    std::fs::write(&file, "{\"em\": 1}\n").unwrap();
    assert!(read_apagamentos(&file).unwrap_err().to_string().contains("linha 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_older_than_a_row_means_another_one_whose_number_it_was() {
    let bench = Bench::new().await;
    let (app, now) = (&bench.app, bench.app.now());
    let mut lines = Vec::new();
    // In both clinics: somebody registered after the line was written, and somebody who was there before.
    for clinic in [&app.clinic, &app.other] {
        let new = format!(
            "insert into pacientes (cliente_id, nome, criado_em) values ({}, 'Chegou Depois', '{}'), ({}, 'Outra Depois', '{}')",
            clinic.id, now, clinic.id, now
        );
        app.database.sql(&new).await;
        let text = async |column: &str, table: &str, what: &str| {
            app.database.text(&format!("select {column} from {table} where {what}")).await
        };
        let clinica = text("identidade", "clientes", &format!("id = {}", clinic.id)).await;
        let of = async |name: &str| {
            text("id", "pacientes", &format!("cliente_id = {} and nome = '{name}'", clinic.id))
                .await
                .parse::<i64>()
                .unwrap()
        };
        let (after, other, before) =
            (of("Chegou Depois").await, of("Outra Depois").await, of("João Prado").await);
        let em = now - jiff::SignedDuration::from_hours(48);
        let line =
            |paciente_id, unido_a_id| Apagamento { em, clinica: clinica.clone(), paciente_id, unido_a_id };
        lines.extend([line(after, None), line(other, Some(before))]);
        if clinic.id == app.clinic.id {
            lines.push(line(before, None));
        }
    }
    app.database.sql("update agendamentos set status = 'cancelado', cancelado_em = now(), cancelado_por = 'clinica' where status in ('agendado', 'confirmado')").await;
    let done = reapply(&app.database.owner_url(), &lines, now).await.unwrap();
    assert_eq!((done.apagados, done.unidos, done.uniao_pendente.len()), (1, 0, 0));
    let left = "select count(*) from pacientes where nome in ('Chegou Depois', 'Outra Depois') and fundido_em_id is null and anonimizado_em is null";
    assert_eq!(app.database.number(left).await, 4);
    let own = "select string_agg(cliente_id::text, ',') from pacientes where nome = 'João Prado'";
    assert_eq!(
        app.database.text(own).await,
        app.other.id.to_string(),
        "the line of one clinic is one clinic's"
    );
}
