//! `GET /api/relatorios/ocupacao`: how much of what was offered is taken.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Serialize;
use shared::agenda::offered::offered;
use shared::auth::Session;
use shared::db::relatorios::{self, Hora, Ocupacao, Profissional};
use shared::http::Query;
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::csv::Cell;
use super::{Asked, Question, Table, rate, weekday};

/// The report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OcupacaoOut {
    de: Date,
    ate: Date,
    medico_id: Option<MedicoId>,
    profissionais: Vec<OcupacaoProfissional>,
    total: OcupacaoSemana,
    /// O total por dia da semana e hora do relógio da clínica; só as horas em que algo é oferecido.
    horas: Vec<OcupacaoHora>,
}

/// A professional.
#[derive(Debug, Serialize, ToSchema)]
struct OcupacaoProfissional {
    medico_id: MedicoId,
    medico_nome: String,
    #[serde(flatten)]
    semana: OcupacaoSemana,
}

/// The whole period, and its weekdays.
#[derive(Debug, Serialize, ToSchema)]
struct OcupacaoSemana {
    #[serde(flatten)]
    tempo: OcupacaoTempo,
    /// Só os que têm algo.
    dias_semana: Vec<OcupacaoDia>,
}

/// A weekday.
#[derive(Debug, Serialize, ToSchema)]
struct OcupacaoDia {
    /// 1 = segunda-feira … 7 = domingo.
    dia_semana: i32,
    #[serde(flatten)]
    tempo: OcupacaoTempo,
}

/// An hour of a weekday.
#[derive(Debug, Serialize, ToSchema)]
struct OcupacaoHora {
    /// 1 = segunda-feira … 7 = domingo.
    dia_semana: i32,
    /// 0 a 23: do seu começo à seguinte.
    hora: i32,
    minutos_oferecidos: i64,
    minutos_ocupados: i64,
    /// `minutos_ocupados / minutos_oferecidos`.
    taxa: Option<f64>,
}

impl From<Hora> for OcupacaoHora {
    fn from(Hora { dia_semana, hora, oferecidos, ocupados }: Hora) -> Self {
        let taxa = rate(ocupados, oferecidos);
        Self { dia_semana, hora, minutos_oferecidos: oferecidos, minutos_ocupados: ocupados, taxa }
    }
}

/// Minutes.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
struct OcupacaoTempo {
    /// O que o expediente abriu, sem pausas, feriados e bloqueios; conta uma vez por vaga simultânea.
    minutos_oferecidos: i64,
    /// Desses, os tomados por consultas e pelos intervalos em volta delas.
    minutos_ocupados: i64,
    /// De consultas fora do que foi oferecido, ou além das vagas.
    minutos_fora: i64,
    /// `minutos_ocupados / minutos_oferecidos`.
    taxa: Option<f64>,
}

impl OcupacaoSemana {
    fn of<'a>(rows: impl Iterator<Item = &'a Ocupacao>) -> Self {
        let mut days = [OcupacaoTempo::default(); 7];
        let mut all = OcupacaoTempo::default();
        for row in rows {
            let day = usize::try_from(row.dia_semana - 1).ok().and_then(|at| days.get_mut(at));
            for tempo in day.into_iter().chain([&mut all]) {
                tempo.minutos_oferecidos += row.oferecidos;
                tempo.minutos_ocupados += row.ocupados;
                tempo.minutos_fora += row.fora;
                tempo.taxa = rate(tempo.minutos_ocupados, tempo.minutos_oferecidos);
            }
        }
        let days = (1..).zip(days).filter(|(_, day)| day.minutos_oferecidos + day.minutos_fora > 0);
        let dias_semana = days.map(|(dia_semana, tempo)| OcupacaoDia { dia_semana, tempo }).collect();
        Self { tempo: all, dias_semana }
    }

    fn rows(&self, nome: &str) -> Vec<Vec<Cell>> {
        let row = |day: &str, tempo: &OcupacaoTempo| {
            vec![
                Cell::Text(nome.to_owned()),
                Cell::Text(day.to_owned()),
                Cell::Count(tempo.minutos_oferecidos),
                Cell::Count(tempo.minutos_ocupados),
                Cell::Count(tempo.minutos_fora),
                Cell::Rate(tempo.taxa),
            ]
        };
        let days = self.dias_semana.iter().map(|day| {
            let number = i8::try_from(day.dia_semana).unwrap_or_default();
            row(weekday(number), &day.tempo)
        });
        days.chain([row("todos", &self.tempo)]).collect()
    }
}

impl Table for OcupacaoOut {
    const NAME: &'static str = "ocupacao";
    const HEADER: &'static [&'static str] = &[
        "Profissional",
        "Dia da semana",
        "Minutos oferecidos",
        "Minutos ocupados",
        "Minutos fora do expediente",
        "Taxa de ocupação",
    ];

    fn rows(&self) -> Vec<Vec<Cell>> {
        let each = self.profissionais.iter().flat_map(|one| one.semana.rows(&one.medico_nome));
        each.chain(self.total.rows("Total")).collect()
    }
}

/// `GET /api/relatorios/ocupacao`: users of the clinic; a médico sees the own figures.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Query(question): Query<Question>,
) -> Result<Response, Problem> {
    let (asked, _) = Asked::read(&session, &question, None, &[])?;
    asked.counted::<OcupacaoOut>(&parts, &session).await?;
    let (people, rows, hours) = parts
        .db
        .in_turn(&session, async |tx| {
            let period = asked.period(tx).await?;
            let people = relatorios::profissionais(tx, &period).await?;
            let ids: Vec<MedicoId> = people.iter().map(|one| one.id).collect();
            let open = offered(tx, &ids, asked.first, asked.last).await?;
            let rows = relatorios::ocupacao(tx, &period, &ids, &open).await?;
            let hours = relatorios::horas(tx, &period, &ids, &open).await?;
            Ok((people, rows, hours))
        })
        .await?;
    let one = |Profissional { id, nome }: Profissional| OcupacaoProfissional {
        medico_id: id,
        medico_nome: nome,
        semana: OcupacaoSemana::of(rows.iter().filter(|row| row.medico_id == id)),
    };
    let Asked { first: de, last: ate, medico_id, .. } = asked;
    let profissionais = people.into_iter().map(one).collect();
    Ok(asked.answer(OcupacaoOut {
        de,
        ate,
        medico_id,
        profissionais,
        total: OcupacaoSemana::of(rows.iter()),
        horas: hours.into_iter().map(Into::into).collect(),
    }))
}
