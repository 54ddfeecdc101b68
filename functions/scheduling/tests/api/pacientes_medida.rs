//! How searches and duplicates behave in a large clinic; run by hand, because filling it takes half a minute:
//! `cargo test -p scheduling --test api pacientes_medida -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use crate::Api;

const FIRST: &str = "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Gabriel Rafael Márcia Adriana \
    Juliana Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Rosângela";
const LAST: &str = "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida \
    Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Peixoto";

/// `patients` more people with common names, one phone in ten shared, most with a CPF and a birthday.
async fn fill(api: &Api, clinic: &shared::testing::Clinic, patients: i32) {
    let sql = format!(
        "create temp table if not exists nomes as select string_to_array('{FIRST}', ' ') p, string_to_array('{LAST}', ' ') u;
         insert into pacientes (cliente_id, nome, telefone, cpf, nascimento_dia)
         select {}, p[1 + floor(a * a * 31)::int] || ' ' || p[1 + floor(b * 31)::int] || ' ' || u[1 + floor(c * c * 30)::int] || ' ' || u[1 + floor(d * 30)::int],
                '+55349' || 80000000 + (i - i % 10 / 9 * 7) * 83, case when a < 0.6 then lpad((i * 379 + 10000000000)::text, 11, '0') end,
                case when b < 0.8 then date '1940-01-01' + floor(c * 30000)::int end
         from nomes cross join (
           select i::bigint, random() a, random() b, random() c, random() d from generate_series(1, {patients}) i) r;",
        clinic.id
    );
    api.app.database.sql(&sql).await;
}

#[expect(clippy::print_stdout, reason = "a measurement is read by a person")]
async fn took(api: &Api, clinic: &shared::testing::Clinic, path: &str) -> Duration {
    let (mut best, mut count) = (Duration::MAX, 0);
    for _ in 0..3 {
        let started = Instant::now();
        let answer = api.send(clinic, &clinic.secretaria, "GET", path, None).await.expect(200);
        best = best.min(started.elapsed());
        count = answer.as_object().unwrap().values().filter_map(|rows| rows.as_array()).map(Vec::len).sum();
    }
    println!("{path}: {count} rows, {best:?}");
    best
}

#[tokio::test]
#[ignore = "a measurement: fills a clinic with 200 thousand patients"]
async fn searches_of_two_hundred_thousand_patients_use_the_index() {
    let api = Api::new().await;
    let (large, middle) = (&api.app.clinic, &api.app.other);
    fill(&api, large, 200_000).await;
    fill(&api, middle, 50_000).await;
    api.app.database.sql("vacuum analyze").await;
    let scans =
        |index: &str| format!("select idx_scan from pg_stat_user_indexes where indexrelname = '{index}'");
    let others = format!(
        "({}) + (select seq_scan from pg_stat_user_tables where relname = 'pacientes')",
        scans("pacientes_nome_idx")
    );
    let others = format!("select {others}");
    let (before, before_others) = (
        api.app.database.number(&scans("pacientes_busca_idx")).await,
        api.app.database.number(&others).await,
    );
    let searches = [
        "mar",
        "zqx",
        "maria%20silva",
        "rosangela%20peixoto%20lima",
        "(34)%2098123",
        "34%208123",
        "981234",
        "100.003",
        "10000037900",
        "maria%208123",
    ];
    for busca in searches {
        let path = format!("/api/pacientes?busca={busca}");
        assert!(took(&api, large, &path).await < Duration::from_millis(500), "{busca}");
    }
    // Postgres counts with a delay; each search was sent three times, and none of them may have walked the clinic.
    let expected = before + 3 * i64::try_from(searches.len()).unwrap();
    let patience = Instant::now();
    while api.app.database.number(&scans("pacientes_busca_idx")).await < expected {
        assert!(patience.elapsed() < Duration::from_secs(20), "a search did without the index");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(api.app.database.number(&others).await, before_others);
    for busca in ["", "a", "zq"] {
        took(&api, large, &format!("/api/pacientes?busca={busca}")).await;
    }
    assert!(took(&api, middle, "/api/pacientes/duplicados").await < Duration::from_secs(4));
    took(&api, large, "/api/pacientes/duplicados").await;
}
