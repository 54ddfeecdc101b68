//! What the sweep does for the platform: changes of plan that wait for their day, e-mails to operators.

use reminders::sweep;
use shared::testing::TestApp;

use crate::professionals::{received, with_mail};
use crate::system;

#[tokio::test]
async fn a_change_that_waited_takes_effect_on_its_day_in_its_clinics_zone_once_however_many_sweeps_run() {
    let (app, worker) = system().await;
    let (clinic, other) = (app.clinic.id, app.other.id);
    app.database
        .sql(&format!(
            "update clientes set fuso = 'America/Rio_Branco' where id = {other};
             insert into operadores (nome, email, senha, papel) values ('Operação', 'plano@operacao.com', 'senha12345', 'financeiro');
             insert into mudancas_plano (cliente_id, plano_de, plano_para, preco_de_centavos, preco_para_centavos, vale_dia, dias_mes,
                                         dias_restantes, credito_centavos, cobranca_centavos, operador_id, criado_em)
             select c, 'basico', 'enterprise', 9900, 79900, '2026-12-01', 31, 0, 0, 0, o.id, '2026-11-30 12:00Z'
             from operadores o, unnest(array[{clinic}, {other}]::bigint[]) c where o.email = 'plano@operacao.com'"
        ))
        .await;
    let plans =
        format!("select string_agg(plano, ' ' order by id) from clientes where id in ({clinic}, {other})");
    let sweep_at = async |instant: &str| {
        app.clock.set(instant.parse().unwrap());
        let mut sweeps = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let worker = worker.clone();
            sweeps.spawn(async move { sweep(&worker).await.unwrap().planos });
        }
        let count: usize = sweeps.join_all().await.into_iter().sum();
        (count, app.database.text(&plans).await)
    };
    assert_eq!(sweep_at("2026-12-01T02:59:59Z").await, (0, "basico basico".to_owned()));
    assert_eq!(sweep_at("2026-12-01T03:00:00Z").await, (1, "enterprise basico".to_owned()));
    assert_eq!(sweep_at("2026-12-01T04:59:59Z").await, (0, "enterprise basico".to_owned()));
    assert_eq!(sweep_at("2026-12-01T05:00:00Z").await, (1, "enterprise enterprise".to_owned()));
    app.database.sql(&format!("update clientes set plano = 'basico' where id = {clinic}")).await;
    assert_eq!(
        sweep_at("2026-12-02T05:00:00Z").await,
        (0, "basico enterprise".to_owned()),
        "what was done stays done"
    );
}

#[tokio::test]
async fn an_operators_e_mail_leaves_once_however_many_sweeps_run() {
    let app = TestApp::new().await;
    let (worker, folder) = with_mail(&app).await;
    let at = app.now();
    app.database
        .sql(&format!(
            "insert into operadores (nome, email, senha, papel) values ('Rita', 'rita@operacao.com', 'senha12345', 'suporte');
             insert into emails_operacao (operador_id, para, assunto, texto, chave, proxima_em, criado_em)
             select id, email, 'Seu acesso', 'Olá, Rita! O endereço: x#segredo' || n, 'convite:' || n, '{at}', '{at}'
             from operadores, generate_series(1, 5) n where email = 'rita@operacao.com'"
        ))
        .await;
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap().emails });
    }
    let count: usize = sweeps.join_all().await.into_iter().sum();
    let mails = received(&folder);
    assert_eq!((count, mails.len()), (5, 5));
    assert!(mails.iter().all(|mail| mail.contains("To: rita@operacao.com") && mail.contains(".operacao.")));
    let kept = "select count(*) from emails_operacao where texto like '%segredo%' or estado <> 'enviado'";
    assert_eq!(app.database.number(kept).await, 0);
}
