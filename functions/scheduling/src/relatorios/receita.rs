//! `GET /api/relatorios/receita`: money expected, earned and lost.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::relatorios::{self, Por, Receita};
use shared::http::Query;
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::csv::Cell;
use super::{Asked, GrupoNome, Question, Table, split};

const GROUPINGS: &[(&str, Por)] =
    &[("medico", Por::Medico), ("servico", Por::Servico), ("convenio", Por::Convenio), ("mes", Por::Mes)];

/// By what.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Agrupamento {
    /// `medico` (o padrão), `servico`, `convenio` ou `mes`.
    por: Option<String>,
}

/// The report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceitaOut {
    de: Date,
    ate: Date,
    medico_id: Option<MedicoId>,
    grupos: Vec<ReceitaGrupo>,
    total: ReceitaValores,
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
struct ReceitaGrupo {
    #[serde(flatten)]
    nome: GrupoNome,
    #[serde(flatten)]
    valores: ReceitaValores,
}

/// Counts and sums by the start of the visits, at the prices agreed when they were booked.
#[derive(Debug, Serialize, ToSchema)]
struct ReceitaValores {
    /// Valem e ainda não foram encerrados.
    previstos: i64,
    previsto_centavos: i64,
    realizados: i64,
    realizado_centavos: i64,
    /// Faltas e cancelamentos pelo paciente.
    perdidos: i64,
    perdido_centavos: i64,
    /// Dos três, os que não têm preço; não entram nas somas.
    sem_preco: i64,
}

impl From<&Receita> for ReceitaValores {
    fn from(sums: &Receita) -> Self {
        Self {
            previstos: sums.previstos,
            previsto_centavos: sums.previsto_centavos,
            realizados: sums.realizados,
            realizado_centavos: sums.realizado_centavos,
            perdidos: sums.perdidos,
            perdido_centavos: sums.perdido_centavos,
            sem_preco: sums.sem_preco,
        }
    }
}

impl ReceitaValores {
    fn row(&self, grupo: &str) -> Vec<Cell> {
        vec![
            Cell::Text(grupo.to_owned()),
            Cell::Count(self.previstos),
            Cell::Money(self.previsto_centavos),
            Cell::Count(self.realizados),
            Cell::Money(self.realizado_centavos),
            Cell::Count(self.perdidos),
            Cell::Money(self.perdido_centavos),
            Cell::Count(self.sem_preco),
        ]
    }
}

impl Table for ReceitaOut {
    const NAME: &'static str = "receita";
    const HEADER: &'static [&'static str] = &[
        "Grupo",
        "Previstos",
        "Previsto (R$)",
        "Realizados",
        "Realizado (R$)",
        "Perdidos",
        "Perdido (R$)",
        "Sem preço",
    ];

    fn rows(&self) -> Vec<Vec<Cell>> {
        let groups = self.grupos.iter().map(|group| group.valores.row(&group.nome.grupo));
        groups.chain([self.total.row("Total")]).collect()
    }
}

/// `GET /api/relatorios/receita`: users of the clinic; a médico sees the own figures.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Query(question): Query<Question>,
    Query(grouping): Query<Agrupamento>,
) -> Result<Response, Problem> {
    let (asked, por) = Asked::read(&session, &question, grouping.por.as_deref(), GROUPINGS)?;
    asked.counted::<ReceitaOut>(&parts, &session).await?;
    let lines = parts
        .db
        .in_turn(&session, async |tx| {
            let period = asked.period(tx).await?;
            relatorios::receita(tx, &period, por).await
        })
        .await?;
    let (grupos, total) = split(
        &lines,
        |line| ReceitaGrupo { nome: GrupoNome::new(line, por), valores: (&line.figures).into() },
        |sum| sum.into(),
    )?;
    let Asked { first: de, last: ate, medico_id, .. } = asked;
    Ok(asked.answer(ReceitaOut { de, ate, medico_id, grupos, total }))
}
