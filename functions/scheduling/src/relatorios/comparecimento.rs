//! `GET /api/relatorios/comparecimento`: no-shows and confirmations.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::relatorios::{self, Comparecimento, Por};
use shared::http::Query;
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::csv::Cell;
use super::{Asked, GrupoNome, Question, Table, rate, split};

const GROUPINGS: &[(&str, Por)] = &[
    ("medico", Por::Medico),
    ("dia_semana", Por::DiaSemana),
    ("canal", Por::Canal),
    ("antecedencia", Por::Antecedencia),
    ("servico", Por::Servico),
    ("convenio", Por::Convenio),
];

/// By what.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Agrupamento {
    /// `medico` (o padrão), `dia_semana`, `canal`, `antecedencia`, `servico` ou `convenio`.
    por: Option<String>,
}

/// The report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparecimentoOut {
    de: Date,
    ate: Date,
    medico_id: Option<MedicoId>,
    grupos: Vec<ComparecimentoGrupo>,
    total: ComparecimentoContagem,
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
struct ComparecimentoGrupo {
    #[serde(flatten)]
    nome: GrupoNome,
    #[serde(flatten)]
    contagem: ComparecimentoContagem,
}

/// Counts by the start of the visits; `total` is the sum of the six that follow it.
#[derive(Debug, Serialize, ToSchema)]
struct ComparecimentoContagem {
    total: i64,
    realizados: i64,
    faltas: i64,
    cancelados: i64,
    remarcados: i64,
    /// A hora passou e ninguém disse como terminou.
    sem_desfecho: i64,
    /// Ainda não terminaram.
    a_realizar: i64,
    /// O paciente confirmou, seja qual for o desfecho.
    confirmados: i64,
    /// Valiam quando chegou a hora.
    mantidos: i64,
    mantidos_confirmados: i64,
    /// `faltas / (faltas + realizados)`.
    taxa_falta: Option<f64>,
    /// `mantidos_confirmados / mantidos`.
    taxa_confirmacao: Option<f64>,
}

impl From<&Comparecimento> for ComparecimentoContagem {
    fn from(counts: &Comparecimento) -> Self {
        Self {
            total: counts.total,
            realizados: counts.realizados,
            faltas: counts.faltas,
            cancelados: counts.cancelados,
            remarcados: counts.remarcados,
            sem_desfecho: counts.sem_desfecho,
            a_realizar: counts.a_realizar,
            confirmados: counts.confirmados,
            mantidos: counts.mantidos,
            mantidos_confirmados: counts.mantidos_confirmados,
            taxa_falta: rate(counts.faltas, counts.faltas + counts.realizados),
            taxa_confirmacao: rate(counts.mantidos_confirmados, counts.mantidos),
        }
    }
}

impl ComparecimentoContagem {
    fn row(&self, grupo: &str) -> Vec<Cell> {
        let counts = [
            self.total,
            self.realizados,
            self.faltas,
            self.cancelados,
            self.remarcados,
            self.sem_desfecho,
            self.a_realizar,
            self.confirmados,
            self.mantidos,
            self.mantidos_confirmados,
        ];
        let mut row = vec![Cell::Text(grupo.to_owned())];
        row.extend(counts.map(Cell::Count));
        row.extend([self.taxa_falta, self.taxa_confirmacao].map(Cell::Rate));
        row
    }
}

impl Table for ComparecimentoOut {
    const NAME: &'static str = "comparecimento";
    const HEADER: &'static [&'static str] = &[
        "Grupo",
        "Total",
        "Realizadas",
        "Faltas",
        "Canceladas",
        "Remarcadas",
        "Sem desfecho",
        "Por vir",
        "Confirmadas",
        "Mantidas até a hora",
        "Mantidas e confirmadas",
        "Taxa de falta",
        "Taxa de confirmação",
    ];

    fn rows(&self) -> Vec<Vec<Cell>> {
        let groups = self.grupos.iter().map(|group| group.contagem.row(&group.nome.grupo));
        groups.chain([self.total.row("Total")]).collect()
    }
}

/// `GET /api/relatorios/comparecimento`: users of the clinic; a médico sees the own figures.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Query(question): Query<Question>,
    Query(grouping): Query<Agrupamento>,
) -> Result<Response, Problem> {
    let (asked, por) = Asked::read(&session, &question, grouping.por.as_deref(), GROUPINGS)?;
    asked.counted::<ComparecimentoOut>(&parts, &session).await?;
    let now = parts.clock.now();
    let lines = parts
        .db
        .in_turn(&session, async |tx| {
            let period = asked.period(tx).await?;
            relatorios::comparecimento(tx, &period, por, now).await
        })
        .await?;
    let (grupos, total) = split(
        &lines,
        |line| ComparecimentoGrupo { nome: GrupoNome::new(line, por), contagem: (&line.figures).into() },
        |sum| sum.into(),
    )?;
    let Asked { first: de, last: ate, medico_id, .. } = asked;
    Ok(asked.answer(ComparecimentoOut { de, ate, medico_id, grupos, total }))
}
