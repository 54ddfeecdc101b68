//! From when on a price and a trial count, and when a clinic is looked at.

use super::Billed;

#[tokio::test]
async fn a_new_price_counts_from_the_next_month() {
    let billed = Billed::new().await;
    billed
        .app
        .database
        .sql(
            "set local app.agora = '2026-11-20T12:00:00Z';
             update planos set preco_centavos = 19900, limite_profissionais = 1, excedente_profissional_centavos = 5000 where nome = 'basico';
             update planos set preco_centavos = 14900 where nome = 'basico'",
        )
        .await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    billed.sweep_at("2027-01-01T12:00:00Z").await;
    assert_eq!(
        billed.lines().await,
        [
            "2026-11 Plano Básico, 11/2026 = 9900",
            "2026-12 Plano Básico, 12/2026 = 14900",
            "2026-12 Além do plano: 1 profissionais (2 usados, 1 incluídos) = 5000",
        ],
        "the days of November were sold at the price of November; the last word of a month is what counts"
    );
}

#[tokio::test]
async fn who_comes_in_late_pays_nothing_for_before_and_has_the_whole_trial() {
    let billed = Billed::new().await;
    let id = billed.app.clinic.id;
    let database = &billed.app.database;
    // Nobody came in: the invitation waits.
    database
        .sql(&format!(
            "update medicos set gestor = false where cliente_id = {id}; update secretarias set gestor = false where cliente_id = {id};
             update assinaturas set inicio_dia = '2026-11-01', teste_ate = '2026-11-14' where cliente_id = {id}"
        ))
        .await;
    for instant in ["2026-12-01T12:00:00Z", "2027-01-01T12:00:00Z", "2027-02-01T12:00:00Z"] {
        billed.sweep_at(instant).await;
    }
    let months: Vec<_> = billed.invoices().await.iter().map(|row| row[..14].to_owned()).collect();
    assert_eq!(months, ["2026-11 isenta", "2026-12 isenta", "2027-01 isenta"]);
    // Eighty days later somebody does.
    database
        .sql(&format!(
            "insert into operadores (nome, email, senha, papel) values ('Operação', 'convite@operacao.com', 'senha12345', 'admin');
             with c as (
               insert into convites (cliente_id, nome, email, tipo, token_hash, operador_id, criado_em, expira_em)
               select {id}, 'Ana', 'ana@x.com', 'medico', repeat('0', 64), id, '2026-11-01', '2027-03-01' from operadores
               where email = 'convite@operacao.com' returning id)
             insert into aceites_termos (cliente_id, convite_id, usuario_tipo, usuario_id, versao, em)
             select {id}, c.id, 'medico', {}, '1', '2027-02-03T15:00:00Z' from c",
            billed.app.clinic.gestora.id
        ))
        .await;
    billed.sweep_at("2027-03-01T12:00:00Z").await;
    assert_eq!(billed.lines().await, ["2027-02 Plano Básico, de 17/02 a 28/02 (12 de 28 dias) = 4243"]);
}

#[tokio::test]
async fn who_is_looked_at_follows_from_what_may_be_due() {
    let billed = Billed::new().await;
    let due = async || {
        let now = billed.app.now();
        let all = billed.worker.tenants.with_billing_due(now, 100).await.unwrap();
        all.iter().filter(|tenant| tenant.cliente_id() == billed.app.clinic.id).count()
    };
    // A look that wrote something is followed by another one, which finds nothing.
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    billed.sweep_at("2026-12-01T12:01:00Z").await;
    for (instant, expected) in
        [("2026-12-01T12:02:00Z", 0), ("2026-12-07T02:59:00Z", 0), ("2026-12-07T03:00:00Z", 1)]
    {
        billed.app.clock.set(instant.parse().unwrap());
        assert_eq!(due().await, expected, "{instant}");
    }
    billed.sweep_at("2026-12-07T12:00:00Z").await;
    billed.sweep_at("2026-12-07T12:01:00Z").await;
    assert_eq!(due().await, 0);
    for change in [
        "update faturas set prazo_ate = '2026-12-30'",
        "insert into pagadores (cliente_id, nome, documento) select id, 'Clínica Ltda', '11222333000181' from clientes",
        "update clientes set suspenso_em = now()",
        "update assinaturas set teste_ate = '2026-12-20'",
    ] {
        billed.app.database.sql(change).await;
        assert_eq!(due().await, 1, "{change}");
        billed.sweep_at("2026-12-07T12:02:00Z").await;
        assert_eq!(due().await, 0, "{change}");
    }
}

/// A gestor sets the clinic's zone; the month's last hours are counted whichever it is when the month ends.
#[tokio::test]
async fn a_zone_changed_round_the_end_of_a_month_leaves_nothing_out() {
    let billed = Billed::new().await;
    let (id, medico, paciente) =
        (billed.app.clinic.id, billed.app.clinic.gestora.id, billed.app.clinic.paciente);
    let zone = async |fuso: &str| {
        billed.app.database.sql(&format!("update clientes set fuso = '{fuso}' where id = {id}")).await;
    };
    billed
        .app
        .database
        .sql(&format!(
            "set local app.agora = '2026-11-02T12:00:00Z';
             update planos set limite_agendamentos_mes = 1, excedente_agendamento_centavos = 100 where nome = 'basico';
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, criado_em)
             select {id}, {medico}, {paciente}, t, t + interval '10 minutes', '2026-11-02 09:00-03'
             from unnest(array['2026-11-10 09:00-03', '2026-11-30 15:00-03', '2026-11-30 16:00-03', '2026-12-02 09:00-03']::timestamptz[]) t"
        ))
        .await;
    // 30 November, 08:00 in São Paulo; in Kiritimati it is December.
    zone("Pacific/Kiritimati").await;
    billed.sweep_at("2026-11-30T11:00:00Z").await;
    zone("America/Sao_Paulo").await;
    billed.sweep_at("2027-01-01T12:00:00Z").await;
    assert_eq!(
        billed.lines().await,
        [
            "2026-11 Plano Básico, 11/2026 = 9900",
            "2026-12 Plano Básico, 12/2026 = 9900",
            "2026-12 Além do plano: 2 agendamentos (3 usados, 1 incluídos) = 200",
        ]
    );
}
