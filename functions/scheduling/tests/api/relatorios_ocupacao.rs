//! Occupancy, with minutes counted by hand.

use serde_json::{Value, json};

use crate::Api;

/// A week without national holidays, from Monday to Sunday.
const WEEK: &str = "ocupacao?de=2026-12-07&ate=2026-12-13";

fn minutes(of: &Value) -> Value {
    json!([of["minutos_oferecidos"], of["minutos_ocupados"], of["minutos_fora"], of["taxa"]])
}

/// The weekdays of a professional, or of all.
fn days(of: &Value) -> Value {
    let days = of["dias_semana"].as_array().unwrap().iter();
    days.map(|day| json!([day["dia_semana"], minutes(day)])).collect()
}

async fn busy_week() -> Api {
    let api = Api::new().await;
    let (clinic, gestora, medico) =
        (api.app.clinic.id, &api.app.clinic.gestora.id, &api.app.clinic.medico.id);
    let other = &api.app.other;
    api.app
        .database
        .sql(&format!(
            "insert into horarios (cliente_id, medico_id, dia_semana, inicio, fim, tipo)
               values ({clinic}, {gestora}, 1, '10:00', '10:20', 'pausa');
             update horarios set vale_ate = '2026-12-10' where medico_id = {gestora} and dia_semana = 5;
             insert into horarios_excecoes (cliente_id, medico_id, dia, inicio, fim)
               values ({clinic}, {gestora}, '2026-12-08', '09:00', '11:00');
             insert into feriados (cliente_id, dia, nome, anual) values ({clinic}, '2020-12-09', 'Padroeira', true);
             insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em) values
               ({clinic}, null, '2026-12-10 08:00-03', '2026-12-10 09:00-03'),
               ({clinic}, {gestora}, '2026-12-10 11:30-03', '2026-12-10 14:30-03');
             update medicos set capacidade = 2 where id = {medico};
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               values ({}, {}, {}, '2026-12-07 08:00-03', '2026-12-07 12:00-03');",
            other.id, other.gestora.id, other.paciente
        ))
        .await;
    api.appointments(
        "ocupado_de, ocupado_ate, status, encaixe",
        &[
            // Kept free around it: ten minutes before the doors open, which nobody was offered, and ten after.
            "g '2026-12-07 08:00', '2026-12-07 08:30', '2026-12-07 07:50', '2026-12-07 08:40', 'agendado', false",
            "g '2026-12-07 09:00', '2026-12-07 10:00', null, null, 'realizado', false",
            // Half over another, a third in the break, ten minutes after it.
            "g '2026-12-07 09:30', '2026-12-07 10:30', null, null, 'confirmado', true",
            "g '2026-12-07 19:00', '2026-12-07 19:30', null, null, 'agendado', true",
            "g '2026-12-08 09:00', '2026-12-08 09:30', null, null, 'cancelado', false",
            "g '2026-12-08 09:00', '2026-12-08 09:30', null, null, 'faltou', false",
            "g '2026-12-09 10:00', '2026-12-09 11:00', null, null, 'agendado', true",
            "g '2026-12-10 09:00', '2026-12-10 10:00', null, null, 'em_atendimento', false",
            // Two seats, and a third over them for half an hour.
            "m '2026-12-08 08:00', '2026-12-08 09:00', null, null, 'agendado', false",
            "m '2026-12-08 08:00', '2026-12-08 09:00', null, null, 'agendado', false",
            "m '2026-12-08 08:30', '2026-12-08 09:30', null, null, 'agendado', true",
        ],
    )
    .await;
    api
}

#[tokio::test]
async fn occupancy_is_of_the_time_that_was_really_offered() {
    let api = busy_week().await;
    let report = api.report(WEEK).await;
    assert_eq!(
        report["profissionais"].as_array().unwrap().len(),
        2,
        "who left and had no visit is not there"
    );
    let [marco, tania] = [&report["profissionais"][0], &report["profissionais"][1]];
    assert_eq!((&marco["medico_nome"], &tania["medico_nome"]), (&json!("Dr. Marco"), &json!("Dra. Tânia")));
    assert_eq!(minutes(tania), json!([940, 170, 140, 0.1809]));
    assert_eq!(
        days(tania),
        json!([
            [1, [460, 110, 80, 0.2391]],
            [2, [120, 0, 0, 0.0]],
            [3, [0, 0, 60, null]],
            [4, [360, 60, 0, 0.1667]]
        ])
    );
    assert_eq!(minutes(marco), json!([3720, 150, 30, 0.0403]));
    assert_eq!(
        days(marco),
        json!([
            [1, [960, 0, 0, 0.0]],
            [2, [960, 150, 30, 0.1563]],
            [4, [840, 0, 0, 0.0]],
            [5, [960, 0, 0, 0.0]]
        ])
    );
    assert_eq!(minutes(&report["total"]), json!([4660, 320, 170, 0.0687]));
    assert_eq!(days(&report["total"])[1], json!([2, [1080, 150, 30, 0.1389]]));
    let table = api.table(WEEK, "ocupacao-2026-12-07-2026-12-13.csv").await;
    assert_eq!(
        table[0],
        "Profissional;Dia da semana;Minutos oferecidos;Minutos ocupados;Minutos fora do expediente;Taxa de ocupação"
    );
    assert_eq!(table[6], "Dra. Tânia;segunda-feira;460;110;80;0,2391");
    assert_eq!(table[8], "Dra. Tânia;quarta-feira;0;0;60;");
    assert_eq!(table.last().unwrap(), "Total;todos;4660;320;170;0,0687");
}

#[tokio::test]
async fn each_hour_of_a_weekday_says_how_full_it_is() {
    let api = busy_week().await;
    let of = async |id: shared::id::MedicoId| api.report(&format!("{WEEK}&medico_id={id}")).await;
    let hour = |report: &Value, day: i64, hour: i64| {
        let hours = report["horas"].as_array().unwrap();
        let found = hours.iter().find(|one| one["dia_semana"] == day && one["hora"] == hour);
        found.map(|one| json!([one["minutos_oferecidos"], one["minutos_ocupados"], one["taxa"]]))
    };
    let (gestora, medico) = (api.app.clinic.gestora.id, api.app.clinic.medico.id);
    let (tania, marco) =
        (of(gestora.to_string().parse().unwrap()).await, of(medico.to_string().parse().unwrap()).await);
    // Ten minutes are kept free after a visit; the break takes a third of ten o'clock.
    assert_eq!(hour(&tania, 1, 8), Some(json!([60, 40, 0.6667])));
    assert_eq!(hour(&tania, 1, 9), Some(json!([60, 60, 1.0])), "two at once are one hour");
    assert_eq!(hour(&tania, 1, 10), Some(json!([40, 10, 0.25])));
    assert_eq!(hour(&tania, 1, 19), None, "nothing is offered then");
    assert_eq!(hour(&tania, 3, 10), None, "it is a holiday");
    assert_eq!(hour(&marco, 2, 8), Some(json!([120, 120, 1.0])), "two seats, and no more than two");
    assert_eq!(hour(&marco, 2, 9), Some(json!([120, 30, 0.25])));
    let all = api.report(WEEK).await;
    assert_eq!(hour(&all, 2, 9), Some(json!([180, 30, 0.1667])), "of everybody");
    for report in [&tania, &marco, &all] {
        let sum = |field: &str| {
            report["horas"].as_array().unwrap().iter().map(|one| one[field].as_i64().unwrap()).sum::<i64>()
        };
        let total = &report["total"];
        assert_eq!(
            [json!(sum("minutos_oferecidos")), json!(sum("minutos_ocupados"))],
            [total["minutos_oferecidos"].clone(), total["minutos_ocupados"].clone()]
        );
    }
}

#[tokio::test]
async fn national_holidays_offer_nothing_unless_the_clinic_or_the_date_says_so() {
    let api = Api::new().await;
    let (clinic, gestora) = (api.app.clinic.id, &api.app.clinic.gestora.id);
    // Christmas, a Friday.
    let offered = async || {
        let report = api.report(&format!("ocupacao?de=2026-12-25&ate=2026-12-25&medico_id={gestora}")).await;
        (report["total"]["minutos_oferecidos"].clone(), report["total"]["taxa"].clone())
    };
    assert_eq!(offered().await, (json!(0), Value::Null));
    let own = format!(
        "insert into feriados (cliente_id, dia, nome, fechado) values ({clinic}, '2026-12-25', 'Aberto', false)"
    );
    api.app.database.sql(&own).await;
    assert_eq!(offered().await, (json!(480), json!(0.0)));
    let date = format!(
        "update feriados set fechado = true;
         insert into horarios_excecoes (cliente_id, medico_id, dia, inicio, fim) values ({clinic}, {gestora}, '2026-12-25', '08:00', '09:00')"
    );
    api.app.database.sql(&date).await;
    assert_eq!(offered().await, (json!(60), json!(0.0)));
    api.app.database.sql("update horarios_excecoes set inicio = null, fim = null").await;
    assert_eq!(offered().await, (json!(0), Value::Null));
}

#[tokio::test]
async fn each_minute_belongs_to_its_own_date_and_a_day_is_as_long_as_it_is() {
    let api = Api::new().await;
    let (clinic, gestora) = (api.app.clinic.id, &api.app.clinic.gestora.id);
    api.app
        .database
        .sql(&format!(
            "insert into horarios_excecoes (cliente_id, medico_id, dia, inicio, fim) values
               ({clinic}, {gestora}, '2026-12-12', '20:00', '24:00'), ({clinic}, {gestora}, '2026-12-13', '00:00', '02:00'),
               ({clinic}, {gestora}, '2026-11-01', '00:00', '04:00')"
        ))
        .await;
    api.appointments("status", &["g '2026-12-12 23:00', '2026-12-13 01:00', 'agendado'"]).await;
    let of = async |period: &str| {
        let report = api.report(&format!("ocupacao?{period}&medico_id={gestora}")).await;
        days(&report["total"])
    };
    assert_eq!(
        of("de=2026-12-12&ate=2026-12-13").await,
        json!([[6, [240, 60, 0, 0.25]], [7, [120, 60, 0, 0.5]]])
    );
    assert_eq!(of("de=2026-12-12&ate=2026-12-12").await, json!([[6, [240, 60, 0, 0.25]]]));
    assert_eq!(of("de=2026-12-13&ate=2026-12-13").await, json!([[7, [120, 60, 0, 0.5]]]));
    assert_eq!(of("de=2026-11-01&ate=2026-11-01").await, json!([[7, [240, 0, 0, 0.0]]]));
    // In New York the clocks go back an hour that night.
    api.app.database.sql(&format!("update clientes set fuso = 'America/New_York' where id = {clinic}")).await;
    assert_eq!(of("de=2026-11-01&ate=2026-11-01").await, json!([[7, [300, 0, 0, 0.0]]]));
}

#[tokio::test]
async fn who_left_is_in_the_reports_of_the_time_they_worked() {
    let api = Api::new().await;
    let (clinic, inativo) = (&api.app.clinic, &api.app.clinic.inativo.id);
    api.app
        .database
        .sql(&format!(
            "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status)
             values ({}, {inativo}, {}, '2026-11-24 08:00-03', '2026-11-24 09:00-03', 'realizado')",
            clinic.id, clinic.paciente
        ))
        .await;
    let names = async |period: &str| {
        let report = api.report(&format!("ocupacao?{period}")).await;
        report["profissionais"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["medico_nome"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("de=2026-11-24&ate=2026-11-24").await, ["Dr. Inativo", "Dr. Marco", "Dra. Tânia"]);
    assert_eq!(names("de=2026-11-25&ate=2026-11-25").await, ["Dr. Marco", "Dra. Tânia"]);
}
