//! `GET /api/relatorios/cancelamentos`: what was called off.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::relatorios::{self, Cancelamentos, Por};
use shared::http::Query;
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::csv::Cell;
use super::{Asked, GrupoNome, Question, Table, rate, split};

const GROUPINGS: &[(&str, Por)] = &[
    ("motivo", Por::Motivo),
    ("quem", Por::Quem),
    ("antecedencia", Por::AvisoPrevio),
    ("medico", Por::Medico),
];

/// By what.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Agrupamento {
    /// `motivo` (o padrão), `quem`, `antecedencia` ou `medico`.
    por: Option<String>,
}

/// The report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CancelamentosOut {
    de: Date,
    ate: Date,
    medico_id: Option<MedicoId>,
    grupos: Vec<CancelamentosGrupo>,
    total: CancelamentosContagem,
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
struct CancelamentosGrupo {
    #[serde(flatten)]
    nome: GrupoNome,
    #[serde(flatten)]
    contagem: CancelamentosContagem,
}

/// Counts by the start the visits had.
#[derive(Debug, Serialize, ToSchema)]
struct CancelamentosContagem {
    total: i64,
    por_paciente: i64,
    por_clinica: i64,
    /// Não se registrou por quem.
    sem_autor: i64,
    menos_2h: i64,
    de_2_a_24h: i64,
    de_1_a_3d: i64,
    mais_3d: i64,
    /// Não se registrou quando.
    sem_momento: i64,
    /// Outro agendamento do profissional ocupa o horário, ou parte dele.
    retomados: i64,
    /// `retomados / total`.
    taxa_retomada: Option<f64>,
}

impl From<&Cancelamentos> for CancelamentosContagem {
    fn from(counts: &Cancelamentos) -> Self {
        Self {
            total: counts.total,
            por_paciente: counts.por_paciente,
            por_clinica: counts.por_clinica,
            sem_autor: counts.sem_autor,
            menos_2h: counts.menos_2h,
            de_2_a_24h: counts.de_2_a_24h,
            de_1_a_3d: counts.de_1_a_3d,
            mais_3d: counts.mais_3d,
            sem_momento: counts.sem_momento,
            retomados: counts.retomados,
            taxa_retomada: rate(counts.retomados, counts.total),
        }
    }
}

impl CancelamentosContagem {
    fn row(&self, grupo: &str) -> Vec<Cell> {
        let counts = [
            self.total,
            self.por_paciente,
            self.por_clinica,
            self.sem_autor,
            self.menos_2h,
            self.de_2_a_24h,
            self.de_1_a_3d,
            self.mais_3d,
            self.sem_momento,
            self.retomados,
        ];
        let mut row = vec![Cell::Text(grupo.to_owned())];
        row.extend(counts.map(Cell::Count));
        row.push(Cell::Rate(self.taxa_retomada));
        row
    }
}

impl Table for CancelamentosOut {
    const NAME: &'static str = "cancelamentos";
    const HEADER: &'static [&'static str] = &[
        "Grupo",
        "Total",
        "Pelo paciente",
        "Pela clínica",
        "Sem registro de quem",
        "Menos de 2 h antes",
        "De 2 a 24 h antes",
        "De 1 a 3 dias antes",
        "Mais de 3 dias antes",
        "Sem registro de quando",
        "Retomados",
        "Taxa de retomada",
    ];

    fn rows(&self) -> Vec<Vec<Cell>> {
        let groups = self.grupos.iter().map(|group| group.contagem.row(&group.nome.grupo));
        groups.chain([self.total.row("Total")]).collect()
    }
}

/// `GET /api/relatorios/cancelamentos`: users of the clinic; a médico sees the own figures.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Query(question): Query<Question>,
    Query(grouping): Query<Agrupamento>,
) -> Result<Response, Problem> {
    let (asked, por) = Asked::read(&session, &question, grouping.por.as_deref(), GROUPINGS)?;
    asked.counted::<CancelamentosOut>(&parts, &session).await?;
    let lines = parts
        .db
        .in_turn(&session, async |tx| {
            let period = asked.period(tx).await?;
            relatorios::cancelamentos(tx, &period, por).await
        })
        .await?;
    let (grupos, total) = split(
        &lines,
        |line| CancelamentosGrupo { nome: GrupoNome::new(line, por), contagem: (&line.figures).into() },
        |sum| sum.into(),
    )?;
    let Asked { first: de, last: ate, medico_id, .. } = asked;
    Ok(asked.answer(CancelamentosOut { de, ate, medico_id, grupos, total }))
}
