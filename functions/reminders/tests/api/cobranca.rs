//! What clinics pay: the monthly closing, the letters, the suspension and the way back.

mod gateway;
mod killed;
mod lost;
mod months;
mod scale;

use reminders::sweep;
use shared::pagamentos::Pagamentos;
use shared::parts::WorkerParts;
use shared::testing::TestApp;

use crate::system;

impl Billed {
    /// Two clinics that pay since November 2026, and a worker whose Pix is received.
    async fn new() -> Self {
        let (app, worker) = system().await;
        let mut env = shared::config::Env::from_source(Box::new(|name| {
            let value = match name {
                "PIX_CHAVE" => "contas@horariointeligente.com.br",
                "PIX_NOME" => "Horário Inteligente",
                "PIX_CIDADE" => "Uberlândia",
                _ => return None,
            };
            Some(value.to_owned())
        }));
        let pagamentos = Pagamentos::load(&mut env).await;
        let worker = worker.with_payments(pagamentos);
        app.database.sql("update assinaturas set inicio_dia = '2026-11-01'").await;
        Self { app, worker }
    }

    async fn sweep_at(&self, instant: &str) -> usize {
        self.app.clock.set(instant.parse().unwrap());
        sweep(&self.worker).await.unwrap().faturas
    }

    /// Several sweeps at the same time.
    async fn sweeps_at(&self, instant: &str) -> usize {
        self.app.clock.set(instant.parse().unwrap());
        let mut sweeps = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let worker = self.worker.clone();
            sweeps.spawn(async move { sweep(&worker).await.unwrap().faturas });
        }
        sweeps.join_all().await.into_iter().sum()
    }

    /// The lines of the clinic's invoices.
    async fn lines(&self) -> Vec<String> {
        let clinic = self.app.clinic.id;
        let query = format!(
            "select to_char(f.competencia, 'YYYY-MM') || ' ' || i.descricao || ' = ' || i.total_centavos
             from fatura_itens i join faturas f on f.id = i.fatura_id where i.cliente_id = {clinic} order by i.id"
        );
        self.app.database.texts(&query).await
    }

    /// Month, state, amount and day of each of the clinic's invoices.
    async fn invoices(&self) -> Vec<String> {
        let query = format!(
            "select concat_ws(' ', to_char(competencia, 'YYYY-MM'), estado, total_centavos, vencimento) from faturas
             where cliente_id = {} order by competencia",
            self.app.clinic.id
        );
        self.app.database.texts(&query).await
    }

    /// The letters to the clinic's gestora, as they were written, and forgotten.
    async fn letters(&self) -> Vec<String> {
        let clinic = self.app.clinic.id;
        let query = format!(
            "select assunto from emails where cliente_id = {clinic} and para = 'tania@clinica.com' order by id"
        );
        let letters = self.app.database.texts(&query).await;
        self.app.database.sql(&format!("delete from emails where cliente_id = {clinic}")).await;
        letters
    }

    async fn suspended(&self) -> String {
        let query = format!(
            "select coalesce(suspenso_por, case when suspenso_em is not null then 'operador' end, '-') from clientes where id = {}",
            self.app.clinic.id
        );
        self.app.database.text(&query).await
    }

    /// An operator marks the clinic's oldest open invoice as paid.
    async fn pay(&self, instant: &str) {
        let clinic = self.app.clinic.id;
        self.app
            .database
            .sql(&format!(
                "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, centavos, ocorrido_em, recebido_em)
                 select cliente_id, id, 'operador', 'pagamento-' || id, 'paga', 'pix', total_centavos, '{instant}', '{instant}'
                 from faturas where cliente_id = {clinic} and estado = 'aberta' order by competencia limit 1"
            ))
            .await;
    }
}

struct Billed {
    app: TestApp,
    worker: WorkerParts,
}

#[tokio::test]
async fn a_month_is_closed_once_in_its_clinics_zone_however_many_sweeps_run() {
    let billed = Billed::new().await;
    let other = billed.app.other.id;
    billed
        .app
        .database
        .sql(&format!("update clientes set fuso = 'America/Rio_Branco' where id = {other}"))
        .await;
    assert_eq!(billed.sweeps_at("2026-12-01T02:59:59Z").await, 0);
    assert_eq!(billed.sweeps_at("2026-12-01T03:00:00Z").await, 1, "midnight in São Paulo");
    assert_eq!(billed.sweeps_at("2026-12-01T04:59:59Z").await, 0);
    assert_eq!(billed.sweeps_at("2026-12-01T05:00:00Z").await, 1, "midnight in Rio Branco");
    assert_eq!(billed.sweeps_at("2026-12-31T23:00:00Z").await, 0);
    assert_eq!(billed.invoices().await, ["2026-11 aberta 9900 2026-12-10"]);
    assert_eq!(billed.lines().await, ["2026-11 Plano Básico, 11/2026 = 9900"]);
    let pix = billed
        .app
        .database
        .text(&format!("select pix from faturas where cliente_id = {}", billed.app.clinic.id))
        .await;
    assert!(
        pix.starts_with("000201") && pix.contains("540599.00") && pix.contains("HORARIO INTELIGENTE"),
        "{pix}"
    );
    // After a long stop each month has its invoice, in order.
    assert_eq!(billed.sweeps_at("2027-03-01T05:00:00Z").await, 6);
    let months: Vec<_> = billed.invoices().await.iter().map(|row| row[..7].to_owned()).collect();
    assert_eq!(months, ["2026-11", "2026-12", "2027-01", "2027-02"]);
}

#[tokio::test]
async fn a_month_costs_its_plans_what_went_beyond_less_what_was_promised() {
    let billed = Billed::new().await;
    let clinic = &billed.app.clinic;
    let (id, other, medico, paciente) = (clinic.id, billed.app.other.id, clinic.gestora.id, clinic.paciente);
    billed
        .app
        .database
        .sql(&format!(
            "insert into operadores (nome, email, senha, papel) values ('Operação', 'plano@operacao.com', 'senha12345', 'financeiro');
             -- From basico to profissional on 16 November, and to enterprise with the next month.
             insert into mudancas_plano (cliente_id, plano_de, plano_para, preco_de_centavos, preco_para_centavos, vale_dia, dias_mes,
                                         dias_restantes, credito_centavos, cobranca_centavos, operador_id, criado_em, aplicada_em)
             select {id}, v.de, v.para, v.p, v.q, v.dia::date, 30, 0, 0, 0, o.id, v.dia::timestamptz, v.dia::timestamptz
             from operadores o, (values ('basico', 'profissional', 9900, 24900, '2026-11-16'),
                                        ('profissional', 'enterprise', 24900, 79900, '2026-12-01')) v (de, para, p, q, dia)
             where o.email = 'plano@operacao.com';
             update clientes set plano = 'enterprise' where id = {id};
             set local app.agora = '2026-10-05T12:00:00Z';
             update planos set limite_agendamentos_mes = 2, excedente_agendamento_centavos = 150, limite_profissionais = 1,
                               excedente_profissional_centavos = 2990, limite_mensagens_mes = 0 where nome = 'profissional';
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status)
             select {id}, {medico}, {paciente}, t, t + interval '30 minutes', s from (values
               ('2026-11-01 00:00-03'::timestamptz, 'realizado'), ('2026-11-10 10:00-03', 'faltou'), ('2026-11-30 23:30-03', 'agendado'),
               ('2026-11-12 10:00-03', 'cancelado'), ('2026-12-01 00:00-03', 'agendado')) v (t, s);
             insert into descontos (cliente_id, percentual, centavos, de_mes, ate_mes, motivo, operador_id, criado_em, encerrado_em)
             select c, p, r, d::date, a::date, m, o.id, now(), e::timestamptz from operadores o, (values
               ({id}, 10, null::bigint, '2026-10-01', '2026-11-01', 'boas-vindas', null), ({id}, null, 500, '2026-11-01', null, 'indicação', null),
               ({id}, 50, null, '2026-12-01', null, 'depois', null), ({id}, 50, null, '2026-11-01', null, 'desfeito', '2026-11-05'),
               ({other}, 90, null, '2026-11-01', null, 'do outro', null)) v (c, p, r, d, a, m, e) where o.email = 'plano@operacao.com'"
        ))
        .await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    assert_eq!(
        billed.lines().await,
        [
            "2026-11 Plano Básico, de 01/11 a 15/11 (15 de 30 dias) = 4950",
            "2026-11 Plano Profissional, de 16/11 a 30/11 (15 de 30 dias) = 12450",
            "2026-11 Além do plano: 1 agendamentos (3 usados, 2 incluídos) = 150",
            "2026-11 Além do plano: 1 profissionais (2 usados, 1 incluídos) = 2990",
            "2026-11 Desconto de 10%: boas-vindas = -2054",
            "2026-11 Desconto: indicação = -500",
        ]
    );
    assert_eq!(billed.invoices().await, ["2026-11 aberta 17986 2026-12-10"]);
}

#[tokio::test]
async fn a_trial_costs_nothing_and_its_end_is_told_once() {
    let billed = Billed::new().await;
    let id = billed.app.clinic.id;
    let trial = format!(
        "update assinaturas set inicio_dia = '2026-11-25', teste_ate = '2026-12-08' where cliente_id = {id}"
    );
    billed.app.database.sql(&trial).await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    assert_eq!(billed.invoices().await, ["2026-11 isenta 0 2026-12-10"]);
    assert!(billed.letters().await.is_empty(), "of nothing nobody is told");
    for (instant, expected) in [
        ("2026-12-05T02:00:00Z", vec![]),
        ("2026-12-05T12:00:00Z", vec!["Seu período de teste vai até 08/12"]),
        ("2026-12-08T12:00:00Z", vec![]),
    ] {
        billed.sweeps_at(instant).await;
        assert_eq!(billed.letters().await, expected, "{instant}");
    }
    billed.sweep_at("2027-01-01T12:00:00Z").await;
    let charged = &billed.lines().await[0];
    assert_eq!(charged, "2026-12 Plano Básico, de 09/12 a 31/12 (23 de 31 dias) = 7345");
}

#[tokio::test]
async fn who_does_not_pay_is_asked_warned_suspended_and_taken_up_again_at_once() {
    let billed = Billed::new().await;
    billed
        .app
        .database
        .sql(&format!(
            "update assinaturas set inicio_dia = '2099-01-01' where cliente_id = {}",
            billed.app.other.id
        ))
        .await;
    for (instant, letters, suspended) in [
        ("2026-12-01T12:00:00Z", vec!["Fatura de 11/2026: R$ 99,00, vence em 10/12/2026"], "-"),
        ("2026-12-06T12:00:00Z", vec![], "-"),
        ("2026-12-07T12:00:00Z", vec!["Fatura de 11/2026: vence em 10/12/2026"], "-"),
        ("2026-12-10T12:00:00Z", vec!["Fatura de 11/2026: vence hoje"], "-"),
        ("2026-12-13T12:00:00Z", vec!["Fatura de 11/2026 em aberto"], "-"),
        ("2026-12-20T12:00:00Z", vec!["Fatura de 11/2026 em aberto: o acesso será suspenso"], "-"),
        ("2026-12-25T12:00:00Z", vec![], "-"),
        ("2026-12-27T12:00:00Z", vec![], "-"),
        ("2026-12-28T02:59:00Z", vec![], "-"),
        ("2026-12-28T12:00:00Z", vec!["Acesso suspenso: fatura de 11/2026 em aberto"], "cobranca"),
        ("2026-12-28T12:01:00Z", vec![], "cobranca"),
    ] {
        billed.sweeps_at(instant).await;
        assert_eq!(billed.letters().await, letters, "{instant}");
        assert_eq!(billed.suspended().await, suspended, "{instant}");
    }
    billed.pay("2026-12-28T12:01:30Z").await;
    billed.sweeps_at("2026-12-28T12:02:00Z").await;
    assert_eq!(
        (billed.letters().await, billed.suspended().await.as_str()),
        (vec!["Acesso liberado".to_owned()], "-")
    );
    billed.sweeps_at("2026-12-28T12:03:00Z").await;
    assert!(billed.letters().await.is_empty());
    // Both are in the operators' trail, done by nobody, and the chain holds.
    let trail = "select string_agg(concat_ws(' ', papel, coalesce(operador_id::text, 'ninguém'), acao, alvo, antes ->> 'suspenso_por', depois ->> 'suspenso_por'), ', ' order by id)
                 from auditoria_operacao";
    let id = billed.app.clinic.id;
    let expected = format!(
        "sistema ninguém cliente_suspenso clientes/{id} cobranca, sistema ninguém cliente_reativado clientes/{id} cobranca"
    );
    assert_eq!(billed.app.database.text(trail).await, expected);
    let chain = "select linhas || ' ' || coalesce(quebra_id::text, 'inteira') from hi_confere_auditoria()";
    assert_eq!(billed.app.database.text(chain).await, "2 inteira");
    for forged in ["papel = 'admin'", "operador_id = 1", "depois = '{}'"] {
        let sql = format!("update auditoria_operacao set {forged}");
        assert!(billed.app.database.sql_as("hi_app", None, &sql).await.is_err(), "{forged}");
    }
}

#[tokio::test]
async fn a_promise_keeps_the_clinic_open_until_its_day() {
    let billed = Billed::new().await;
    let promise = async |until: &str| {
        billed
            .app
            .database
            .sql(&format!(
                "update faturas set prazo_ate = '{until}' where cliente_id = {}",
                billed.app.clinic.id
            ))
            .await;
    };
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    billed.sweep_at("2026-12-20T12:00:00Z").await;
    promise("2026-12-29").await;
    for (instant, expected) in
        [("2026-12-28T12:00:00Z", "-"), ("2026-12-29T12:00:00Z", "-"), ("2026-12-30T12:00:00Z", "cobranca")]
    {
        billed.sweep_at(instant).await;
        assert_eq!(billed.suspended().await, expected, "{instant}");
    }
    promise("2027-01-05").await;
    billed.letters().await;
    billed.sweep_at("2026-12-30T12:05:00Z").await;
    assert_eq!(billed.suspended().await, "-", "a new promise");
    assert_eq!(billed.letters().await, ["Acesso liberado"]);
    // It is broken: warned anew, and suspended days later.
    for (instant, letters, expected) in [
        ("2027-01-06T12:00:00Z", vec!["Fatura de 11/2026 em aberto: o acesso será suspenso"], "-"),
        ("2027-01-08T12:00:00Z", vec![], "-"),
        ("2027-01-11T12:00:00Z", vec!["Acesso suspenso: fatura de 11/2026 em aberto"], "cobranca"),
    ] {
        billed.sweep_at(instant).await;
        let of_november: Vec<_> =
            billed.letters().await.into_iter().filter(|letter| letter.contains("11/2026")).collect();
        assert_eq!(
            (of_november, billed.suspended().await.as_str()),
            (letters.iter().map(ToString::to_string).collect(), expected),
            "{instant}"
        );
    }
}

#[tokio::test]
async fn a_sweep_that_stood_still_writes_one_letter_and_suspends_nobody_untold() {
    let billed = Billed::new().await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    billed.letters().await;
    for (instant, letters, suspended) in [
        ("2026-12-29T12:00:00Z", 1, "-"),
        ("2026-12-30T12:00:00Z", 0, "-"),
        // The fourth day since is a Saturday.
        ("2027-01-02T13:00:00Z", 0, "-"),
        // And with the new month comes its invoice, which is written of by its own days.
        ("2027-01-04T12:00:00Z", 1, "cobranca"),
    ] {
        billed.sweep_at(instant).await;
        let of_november = billed.letters().await.iter().filter(|letter| letter.contains("11/2026")).count();
        assert_eq!((of_november, billed.suspended().await.as_str()), (letters, suspended), "{instant}");
    }
}

#[tokio::test]
async fn what_an_operator_suspended_stays_suspended_whatever_is_paid() {
    let billed = Billed::new().await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    let by_hand = "update clientes set suspenso_em = '2026-12-02 12:00Z', suspensao_motivo = 'documentos'";
    billed.app.database.sql(by_hand).await;
    billed.sweep_at("2026-12-20T12:00:00Z").await;
    billed.sweep_at("2026-12-28T12:00:00Z").await;
    assert_eq!(billed.suspended().await, "operador");
    billed.pay("2026-12-28T12:00:00Z").await;
    billed.sweep_at("2026-12-28T12:01:00Z").await;
    assert_eq!(billed.suspended().await, "operador");
    // A month of which it could use no day costs nothing.
    billed.sweep_at("2027-02-01T12:00:00Z").await;
    let months: Vec<_> = billed.invoices().await.iter().map(|row| row[..12].to_owned()).collect();
    assert_eq!(months, ["2026-11 paga", "2026-12 aber", "2027-01 isen"]);
}

#[tokio::test]
async fn a_closed_clinic_pays_its_last_days_and_no_month_after() {
    let billed = Billed::new().await;
    let id = billed.app.clinic.id;
    let close =
        format!("update clientes set ativo = false, encerrado_em = '2026-12-10 15:00Z' where id = {id}");
    billed.app.database.sql(&close).await;
    billed.sweep_at("2027-04-01T12:00:00Z").await;
    billed.sweep_at("2027-05-01T12:00:00Z").await;
    assert_eq!(billed.invoices().await, ["2026-11 aberta 9900 2026-12-10", "2026-12 aberta 3194 2027-01-11"]);
    assert_eq!(billed.lines().await[1], "2026-12 Plano Básico, de 01/12 a 10/12 (10 de 31 dias) = 3194");
    assert!(!billed.letters().await.is_empty(), "it is told");
}
