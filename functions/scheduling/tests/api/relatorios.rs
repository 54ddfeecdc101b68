//! Reports of appointments, with figures counted by hand. Now is Monday, 30 November 2026, 09:00.

use serde_json::{Value, json};
use shared::testing::{Answer, Person};

use crate::Api;

impl Api {
    pub(crate) async fn report(&self, query: &str) -> Value {
        self.report_of(&self.app.clinic.secretaria, query).await.expect(200)
    }

    pub(crate) async fn report_of(&self, person: &Person, query: &str) -> Answer {
        let path = format!("/api/relatorios/{query}");
        self.send(&self.app.clinic, person, "GET", &path, None).await
    }

    /// The lines of a report's table, which has its marks, its type and its name.
    pub(crate) async fn table(&self, query: &str, name: &str) -> Vec<String> {
        let answer = self.report_of(&self.app.clinic.secretaria, &format!("{query}&formato=csv")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{name}\""));
        let text = answer.text.strip_prefix('\u{feff}').unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        text.split_terminator("\r\n").map(str::to_owned).collect()
    }

    /// Appointments of the clinic: professional `g` or `m`, start, end, and the columns named, as SQL.
    pub(crate) async fn appointments(&self, columns: &str, rows: &[&str]) {
        let clinic = &self.app.clinic;
        for row in rows {
            let (who, values) = row.split_once(' ').unwrap();
            let medico = if who == "g" { &clinic.gestora } else { &clinic.medico };
            self.app
                .database
                .sql(&format!(
                    "set timezone = 'America/Sao_Paulo';
                     insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, {columns})
                     values ({}, {}, {}, {values})",
                    clinic.id, medico.id, clinic.paciente
                ))
                .await;
        }
    }
}

/// The keys and one figure of each group.
fn groups<'r>(report: &'r Value, figure: &str) -> Vec<(Option<&'r str>, &'r str, i64)> {
    let groups = report["grupos"].as_array().unwrap().iter();
    groups
        .map(|group| {
            (group["chave"].as_str(), group["grupo"].as_str().unwrap(), group[figure].as_i64().unwrap())
        })
        .collect()
}

const VISITS: [&str; 11] = [
    "g '2026-11-23 08:00', '2026-11-23 08:30', 'realizado', 'whatsapp', '2026-11-20 10:00', '2026-11-22 10:00', null",
    "g '2026-11-23 09:00', '2026-11-23 09:30', 'faltou', 'painel', '2026-11-23 07:00', null, null",
    "g '2026-11-24 08:00', '2026-11-24 08:30', 'realizado', 'painel', '2026-11-22 10:00', null, 'Unimed'",
    "g '2026-11-24 09:00', '2026-11-24 09:30', 'cancelado', 'whatsapp', '2026-10-01 10:00', '2026-11-20 10:00', null",
    // Over, and nobody said how it ended; then one that has begun.
    "g '2026-11-30 08:00', '2026-11-30 08:30', 'agendado', 'site', '2026-11-20 10:00', null, null",
    "g '2026-11-30 08:45', '2026-11-30 09:15', 'em_atendimento', 'painel', '2026-11-16 10:00', null, null",
    "g '2026-12-01 10:00', '2026-12-01 10:30', 'confirmado', 'whatsapp', '2026-11-29 10:00', null, null",
    "g '2026-12-01 11:00', '2026-12-01 11:30', 'remarcado', 'painel', '2026-11-30 08:00', null, null",
    // Booked on the same date in UTC, a day before in the clinic.
    "m '2026-11-24 08:00', '2026-11-24 08:30', 'faltou', 'painel', '2026-11-23 23:30', '2026-11-24 07:00', null",
    // The last hour of the period, which is another date in UTC, and the last hour before it.
    "m '2026-12-04 23:00', '2026-12-04 23:30', 'agendado', 'painel', '2026-11-04 10:00', null, null",
    "m '2026-11-22 23:30', '2026-11-22 23:50', 'realizado', 'painel', '2026-11-04 10:00', null, null",
];
const PERIOD: &str = "de=2026-11-23&ate=2026-12-04";

async fn with_visits() -> Api {
    let api = Api::new().await;
    api.appointments("status, canal, criado_em, confirmado_em, convenio_nome", &VISITS).await;
    let (clinic, other) = (api.app.clinic.id, &api.app.other);
    api.app
        .database
        .sql(&format!(
            "insert into servicos (cliente_id, nome) values ({clinic}, 'Consulta');
             update agendamentos set servico_id = (select id from servicos) where canal = 'whatsapp' and status = 'realizado';
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status)
             values ({}, {}, {}, '2026-11-24 08:00-03', '2026-11-24 08:30-03', 'faltou')",
            other.id, other.gestora.id, other.paciente
        ))
        .await;
    api
}

#[tokio::test]
async fn rates_of_attendance_have_honest_denominators() {
    let api = with_visits().await;
    let (gestora, medico) = (&api.app.clinic.gestora.id, &api.app.clinic.medico.id);
    let report = api.report(&format!("comparecimento?{PERIOD}")).await;
    assert_eq!(
        report,
        json!({
            "de": "2026-11-23", "ate": "2026-12-04", "medico_id": null,
            "grupos": [
                { "chave": medico.to_string(), "grupo": "Dr. Marco", "total": 2, "realizados": 0, "faltas": 1, "cancelados": 0,
                  "remarcados": 0, "sem_desfecho": 0, "a_realizar": 1, "confirmados": 1, "mantidos": 1,
                  "mantidos_confirmados": 1, "taxa_falta": 1.0, "taxa_confirmacao": 1.0 },
                { "chave": gestora.to_string(), "grupo": "Dra. Tânia", "total": 8, "realizados": 2, "faltas": 1, "cancelados": 1,
                  "remarcados": 1, "sem_desfecho": 1, "a_realizar": 2, "confirmados": 3, "mantidos": 5,
                  "mantidos_confirmados": 1, "taxa_falta": 0.3333, "taxa_confirmacao": 0.2 },
            ],
            "total": { "total": 10, "realizados": 2, "faltas": 2, "cancelados": 1, "remarcados": 1, "sem_desfecho": 1,
              "a_realizar": 3, "confirmados": 4, "mantidos": 6, "mantidos_confirmados": 2, "taxa_falta": 0.5,
              "taxa_confirmacao": 0.3333 },
        })
    );
    let future = api.report("comparecimento?de=2026-12-01&ate=2026-12-04").await;
    assert_eq!(
        (&future["total"]["taxa_falta"], &future["total"]["taxa_confirmacao"]),
        (&json!(null), &json!(null))
    );
}

#[tokio::test]
async fn attendance_is_grouped_on_the_clinics_own_calendar() {
    let api = with_visits().await;
    let by = async |por: &str| api.report(&format!("comparecimento?{PERIOD}&por={por}")).await;
    assert_eq!(
        groups(&by("dia_semana").await, "total"),
        [(Some("1"), "segunda-feira", 4), (Some("2"), "terça-feira", 5), (Some("5"), "sexta-feira", 1)]
    );
    assert_eq!(
        groups(&by("canal").await, "total"),
        [(Some("painel"), "Painel", 6), (Some("site"), "Site", 1), (Some("whatsapp"), "WhatsApp", 3)]
    );
    assert_eq!(
        groups(&by("antecedencia").await, "total"),
        [
            (Some("mesmo_dia"), "No mesmo dia", 1),
            (Some("1_2"), "1 a 2 dias", 4),
            (Some("3_7"), "3 a 7 dias", 1),
            (Some("8_14"), "8 a 14 dias", 2),
            (Some("15_30"), "15 a 30 dias", 1),
            (Some("mais_30"), "Mais de 30 dias", 1)
        ]
    );
    let servico = api.app.database.text("select id from servicos").await;
    assert_eq!(
        groups(&by("servico").await, "realizados"),
        [(Some(servico.as_str()), "Consulta", 1), (None, "Sem serviço", 1)]
    );
    assert_eq!(
        groups(&by("convenio").await, "total"),
        [(Some("Unimed"), "Unimed", 1), (None, "Particular", 9)]
    );
    let query = format!("comparecimento?{PERIOD}&por=dia_semana");
    let table = api.table(&query, "comparecimento-dia_semana-2026-11-23-2026-12-04.csv").await;
    let of_one = format!("{query}&medico_id={}", api.app.clinic.medico.id);
    let name =
        format!("comparecimento-dia_semana-medico-{}-2026-11-23-2026-12-04.csv", api.app.clinic.medico.id);
    assert_ne!(api.table(&of_one, &name).await, table, "a file of its own, for it says something else");
    let header = "Grupo;Total;Realizadas;Faltas;Canceladas;Remarcadas;Sem desfecho;Por vir;Confirmadas;Mantidas até a hora;Mantidas e confirmadas;Taxa de falta;Taxa de confirmação";
    assert_eq!(table[0], header);
    assert_eq!(table[1], "segunda-feira;4;1;1;0;0;1;1;1;4;1;0,5000;0,2500");
    assert_eq!(table[3], "sexta-feira;1;0;0;0;0;0;1;0;0;0;;");
    assert_eq!(table[4], "Total;10;2;2;1;1;1;3;4;6;2;0,5000;0,3333");
    assert_eq!(table.len(), 5);
}

#[tokio::test]
async fn what_was_called_off_is_counted_by_whom_when_and_whether_it_was_taken_again() {
    let api = Api::new().await;
    api.appointments(
        "status, cancelado_por, cancelado_em, cancelamento_motivo, encaixe",
        &[
            "g '2026-11-24 08:00', '2026-11-24 09:00', 'cancelado', 'paciente', '2026-11-24 07:00', 'Viagem', false",
            "g '2026-11-24 10:00', '2026-11-24 10:30', 'cancelado', 'paciente', '2026-11-24 08:00', ' Viágem ', false",
            "g '2026-11-25 08:00', '2026-11-25 08:30', 'cancelado', 'clinica', '2026-11-24 08:00', null, false",
            "g '2026-11-26 08:00', '2026-11-26 08:30', 'cancelado', 'clinica', '2026-11-23 08:00', null, false",
            "m '2026-11-26 10:00', '2026-11-26 10:30', 'cancelado', null, null, null, false",
            "m '2026-11-27 08:00', '2026-11-27 08:30', 'cancelado', 'paciente', '2026-11-24 07:59', '=Trabalho', false",
            // Taken again: the first in part, the last by an encaixe. Not the second (it only touches), the third (nobody came), the
            // fourth (somebody else's).
            "g '2026-11-24 08:30', '2026-11-24 09:00', 'realizado', null, null, null, false",
            "g '2026-11-24 10:30', '2026-11-24 11:00', 'realizado', null, null, null, false",
            "g '2026-11-25 08:00', '2026-11-25 08:30', 'faltou', null, null, null, false",
            "m '2026-11-26 08:00', '2026-11-26 08:30', 'realizado', null, null, null, false",
            "m '2026-11-27 08:15', '2026-11-27 08:45', 'realizado', null, null, null, true",
        ],
    )
    .await;
    let period = "de=2026-11-23&ate=2026-11-29";
    let report = api.report(&format!("cancelamentos?{period}&por=quem")).await;
    assert_eq!(
        report["total"],
        json!({ "total": 6, "por_paciente": 3, "por_clinica": 2, "sem_autor": 1, "menos_2h": 1, "de_2_a_24h": 1,
            "de_1_a_3d": 2, "mais_3d": 1, "sem_momento": 1, "retomados": 2, "taxa_retomada": 0.3333 })
    );
    assert_eq!(
        groups(&report, "retomados"),
        [(Some("clinica"), "Clínica", 0), (Some("paciente"), "Paciente", 2), (None, "Não informado", 0)]
    );
    let report = api.report(&format!("cancelamentos?{period}&por=antecedencia")).await;
    assert_eq!(
        groups(&report, "total"),
        [
            (Some("menos_2h"), "Menos de 2 horas", 1),
            (Some("2_24h"), "2 a 24 horas", 1),
            (Some("1_3d"), "1 a 3 dias", 2),
            (Some("mais_3d"), "Mais de 3 dias", 1),
            (None, "Não informado", 1)
        ]
    );
    let table =
        api.table(&format!("cancelamentos?{period}"), "cancelamentos-motivo-2026-11-23-2026-11-29.csv").await;
    let header = "Grupo;Total;Pelo paciente;Pela clínica;Sem registro de quem;Menos de 2 h antes;De 2 a 24 h antes;De 1 a 3 dias antes;\
                  Mais de 3 dias antes;Sem registro de quando;Retomados;Taxa de retomada";
    assert_eq!(table[0], header);
    assert_eq!(table[1], "'=Trabalho;1;1;0;0;0;0;0;1;0;1;1,0000", "no formula");
    assert_eq!(table[2], "Viagem;2;2;0;0;1;1;0;0;0;1;0,5000");
    assert_eq!(table[3], "Não informado;3;0;2;1;0;0;2;0;1;0;0,0000");
    let report = api.report(&format!("cancelamentos?{period}&por=medico")).await;
    let counted: Vec<_> = groups(&report, "total").iter().map(|group| (group.1, group.2)).collect();
    assert_eq!(counted, [("Dr. Marco", 2), ("Dra. Tânia", 4)]);
}

#[tokio::test]
async fn money_is_what_was_agreed_whatever_prices_and_plans_are_today() {
    let api = Api::new().await;
    let clinic = api.app.clinic.id;
    api.appointments(
        "status, preco_centavos, convenio_nome, cancelado_por",
        &[
            "g '2026-11-24 08:00', '2026-11-24 08:30', 'realizado', 20000, 'Unimed', null",
            "g '2026-11-24 09:00', '2026-11-24 09:30', 'faltou', 15000, 'Unimed', null",
            "g '2026-11-24 10:00', '2026-11-24 10:30', 'cancelado', 10000, null, 'paciente'",
            "g '2026-11-24 11:00', '2026-11-24 11:30', 'cancelado', 99900, null, 'clinica'",
            "g '2026-12-01 08:00', '2026-12-01 08:30', 'agendado', 20050, null, null",
            "g '2026-11-27 08:00', '2026-11-27 08:30', 'agendado', 5000, null, null",
            "m '2026-12-02 08:00', '2026-12-02 08:30', 'confirmado', null, null, null",
            "m '2026-11-25 08:00', '2026-11-25 08:30', 'realizado', null, null, null",
            "m '2026-11-25 09:00', '2026-11-25 09:30', 'remarcado', 50000, null, null",
        ],
    )
    .await;
    api.app
        .database
        .sql(&format!(
            "insert into servicos (cliente_id, nome, preco_centavos) values ({clinic}, 'Consulta', 1);
             insert into convenios (cliente_id, nome) values ({clinic}, 'Unimed');
             update agendamentos set servico_id = (select id from servicos), convenio_id = (select id from convenios)
             where convenio_nome = 'Unimed';
             update servicos set preco_centavos = 77777; update convenios set nome = 'Central Nacional';"
        ))
        .await;
    let period = "de=2026-11-23&ate=2026-12-31";
    let report = api.report(&format!("receita?{period}")).await;
    assert_eq!(
        report["total"],
        json!({ "previstos": 3, "previsto_centavos": 25050, "realizados": 2, "realizado_centavos": 20000, "perdidos": 2,
            "perdido_centavos": 25000, "sem_preco": 2 })
    );
    let counted: Vec<_> = groups(&report, "sem_preco").iter().map(|group| (group.1, group.2)).collect();
    assert_eq!(counted, [("Dr. Marco", 2), ("Dra. Tânia", 0)]);
    let report = api.report(&format!("receita?{period}&por=convenio")).await;
    assert_eq!(
        groups(&report, "perdido_centavos"),
        [(Some("Unimed"), "Unimed", 15000), (None, "Particular", 10000)]
    );
    let report = api.report(&format!("receita?{period}&por=servico")).await;
    let counted: Vec<_> =
        groups(&report, "realizado_centavos").iter().map(|group| (group.1, group.2)).collect();
    assert_eq!(counted, [("Consulta", 20000), ("Sem serviço", 0)]);
    let table =
        api.table(&format!("receita?{period}&por=mes"), "receita-mes-2026-11-23-2026-12-31.csv").await;
    assert_eq!(
        table,
        [
            "Grupo;Previstos;Previsto (R$);Realizados;Realizado (R$);Perdidos;Perdido (R$);Sem preço",
            "11/2026;1;50,00;2;200,00;2;250,00;1",
            "12/2026;2;200,50;0;0,00;0;0,00;1",
            "Total;3;250,50;2;200,00;2;250,00;2"
        ]
    );
}

#[tokio::test]
async fn a_medico_sees_the_own_figures_and_nobody_those_of_another_clinic() {
    let api = with_visits().await;
    let clinic = &api.app.clinic;
    for name in ["ocupacao", "comparecimento", "cancelamentos", "receita"] {
        let own = api.report_of(&clinic.medico, &format!("{name}?{PERIOD}")).await.expect(200);
        assert_eq!(own["medico_id"], json!(clinic.medico.id), "{name}");
        assert!(!own.to_string().contains("Tânia"), "{own}");
        let query = format!("{name}?{PERIOD}&medico_id={}", clinic.gestora.id);
        api.report_of(&clinic.medico, &query).await.expect_problem(404, "nao_encontrado");
        api.report_of(&clinic.gestora, &query).await.expect(200);
        let query = format!("{name}?{PERIOD}&medico_id={}", api.app.other.gestora.id);
        api.report_of(&clinic.secretaria, &query).await.expect_problem(404, "nao_encontrado");
    }
    let own = api.report_of(&clinic.medico, &format!("comparecimento?{PERIOD}")).await.expect(200);
    assert_eq!(own["total"]["total"], 2);
    let one = api.report(&format!("comparecimento?{PERIOD}&medico_id={}", clinic.gestora.id)).await;
    assert_eq!(one["total"]["total"], 8);
    let path = format!("/api/relatorios/comparecimento?{PERIOD}");
    let other = api.send(&api.app.other, &api.app.other.secretaria, "GET", &path, None).await.expect(200);
    assert_eq!((&other["total"]["total"], &other["total"]["faltas"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused_with_its_fields() {
    let api = Api::new().await;
    for (query, campos) in [
        ("ocupacao?de=2026-12-01&ate=2026-11-30", vec!["ate"]),
        ("ocupacao?de=2026-01-01&ate=2027-01-02", vec!["ate"]),
        ("receita?de=x&ate=2026-13-01&por=canal&formato=pdf", vec!["de", "ate", "formato", "por"]),
        ("cancelamentos?de=2026-12-01&ate=2026-12-01&por=convenio", vec!["por"]),
        ("comparecimento?de=2026-12-01", vec!["ate"]),
        ("comparecimento?de=2026-12-01&ate=2026-12-01&medico_id=x", vec!["medico_id"]),
    ] {
        let answer = api.report_of(&api.app.clinic.secretaria, query).await;
        let problem = answer.expect_problem(422, "campos_invalidos");
        let named: Vec<_> =
            problem["campos"].as_array().unwrap().iter().map(|field| &field["campo"]).collect();
        assert_eq!(named, campos, "{query}");
    }
    api.report("ocupacao?de=2026-01-01&ate=2027-01-01").await;
    let nothing = api.report("receita?de=2026-12-01&ate=2026-12-01").await;
    assert_eq!((&nothing["grupos"], &nothing["total"]["previstos"]), (&json!([]), &json!(0)));
}
