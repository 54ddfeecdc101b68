//! How long it takes to find who is to be looked at, among all clinics.

use super::Billed;

/// `cargo test -p reminders --test api scale -- --ignored --nocapture` prints the plan.
#[tokio::test]
#[ignore = "writes 220 thousand invoices"]
async fn ten_thousand_clinics_are_found_in_milliseconds() {
    let billed = Billed::new().await;
    let database = &billed.app.database;
    for statement in [
        // What a new clinic is given by triggers is not what is measured here.
        "alter table clientes disable trigger user, drop constraint clientes_fuso_check",
        "insert into clientes (nome, subdomain, plano) select 'Clínica', 'escala-' || i, 'basico' from generate_series(1, 10000) i",
        "insert into assinaturas (cliente_id, inicio_dia) select id, '2025-01-01' from clientes where subdomain like 'escala-%'",
        "alter table clientes enable trigger user",
        "analyze",
        "alter table faturas disable trigger user",
        // Twenty-two months each; of the last, two thirds are paid.
        "insert into faturas (cliente_id, competencia, estado, plano, total_centavos, vencimento, pagador_nome, emitida_em, paga_em, aviso, aviso_em)
         select c.id, m, case when m < '2026-10-01' or c.id % 3 > 0 then 'paga' else 'aberta' end, 'basico', 9900, m::date + 40, 'Clínica', m,
                case when m < '2026-10-01' or c.id % 3 > 0 then m end, 'emitida', m
         from clientes c, generate_series('2025-01-01'::timestamp, '2026-10-01', '1 month') m where c.subdomain like 'escala-%'",
        "alter table faturas enable trigger user",
        "update assinaturas set olhar_em = '2026-11-28 12:00Z'::timestamptz + (cliente_id % 7) * interval '1 day' + interval '1 minute'",
        // A few have something due.
        "update assinaturas set olhar_em = '-infinity' where cliente_id in (select id from clientes where subdomain like 'escala-1___')",
        "analyze",
    ] {
        let begun = std::time::Instant::now();
        database.sql(statement).await;
        println!("{:?}: {}", begun.elapsed(), &statement[..40.min(statement.len())]);
    }
    let plan = "explain (analyze, buffers) select * from hi_cobranca_devida('2026-11-28 12:00Z', 100)";
    let mut lines = Vec::new();
    for _ in 0..3 {
        lines = database.texts(plan).await;
    }
    println!("{}", lines.join("\n"));
    let milliseconds: f64 = lines
        .iter()
        .find_map(|line| line.strip_prefix("Execution Time: "))
        .and_then(|rest| rest.trim_end_matches(" ms").parse().ok())
        .unwrap();
    assert!(milliseconds < 50.0, "{milliseconds}");
}
