//! `/api/relatorios`: what a clinic counts, as JSON or as a table for spreadsheets. A médico sees the own figures, a secretária and a gestor
//! the clinic's. One file per report; here is what they share: the period, the groups, the two forms of an answer.

mod cancelamentos;
mod comparecimento;
mod csv;
mod ocupacao;
mod receita;

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::agenda::instant;
use shared::auth::rate::Limited;
use shared::auth::{Access, Session};
use shared::db::relatorios::{Linha, Period, Por};
use shared::db::{TenantTx, auditoria, medicos};
use shared::http::{Doc, Json, Route};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::portuguese;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::exportacoes::TABLES;
use crate::input::{Fields, one_of};
use csv::Cell;

/// The longest period.
const MOST_DAYS: i32 = 366;
/// Reports a user looks at in a minute: the page asks for eight at each change of what is chosen.
const REPORTS: Limited = Limited { name: "relatorios", most: 240, window: 60 };

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let doc =
        |summary| Doc::new(summary).query::<Question>().answers_as::<String>(200, "text/csv").refuses(&[429]);
    let route = |path, handler| Route::new(Method::GET, path, Access::Clinic, handler);
    vec![
        route("/api/relatorios/ocupacao", get(ocupacao::show)).doc(
            doc("Quanto do tempo oferecido está ocupado, por profissional e dia da semana.")
                .ok::<ocupacao::OcupacaoOut>(),
        ),
        route("/api/relatorios/comparecimento", get(comparecimento::show)).doc(
            doc("Quem veio, quem faltou, quem havia confirmado.")
                .query::<comparecimento::Agrupamento>()
                .ok::<comparecimento::ComparecimentoOut>(),
        ),
        route("/api/relatorios/cancelamentos", get(cancelamentos::show)).doc(
            doc("O que foi cancelado, por quem, com que antecedência, e se o horário foi retomado.")
                .query::<cancelamentos::Agrupamento>()
                .ok::<cancelamentos::CancelamentosOut>(),
        ),
        route("/api/relatorios/receita", get(receita::show)).doc(
            doc("O que se espera receber, o que foi realizado e o que se perdeu, a preços combinados.")
                .query::<receita::Agrupamento>()
                .ok::<receita::ReceitaOut>(),
        ),
    ]
}

/// What every report asks.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Question {
    /// Primeiro dia, `AAAA-MM-DD`, no fuso da clínica.
    de: String,
    /// Último dia, inclusive; até 366 dias.
    ate: String,
    /// Só deste profissional.
    medico_id: Option<MedicoId>,
    /// `json` (o padrão) ou `csv`.
    formato: Option<String>,
}

/// The two forms of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
}

/// A question that makes sense.
#[derive(Debug, Clone, Copy)]
struct Asked {
    first: Date,
    last: Date,
    medico_id: Option<MedicoId>,
    /// The word of the grouping; a report that knows one only has none.
    por: Option<&'static str>,
    form: Form,
}

impl Asked {
    /// Reads the question, and `por` as one of the groupings of the report, of which the first is meant when there is none.
    fn read(
        session: &Session,
        question: &Question,
        por: Option<&str>,
        groupings: &[(&'static str, Por)],
    ) -> Result<(Self, Por), Problem> {
        let mut fields = Fields::default();
        let first = fields.date("de", &question.de);
        let last = fields.date("ate", &question.ate);
        if let (Some(first), Some(last)) = (first, last) {
            let days = last.since(first).map_or(-1, |span| span.get_days());
            if !(0..MOST_DAYS).contains(&days) {
                fields.wrong("ate", &format!("Peça de 1 a {MOST_DAYS} dias, a partir de “de”."));
            }
        }
        let forms = [("json", Form::Json), ("csv", Form::Csv)];
        let form = question.formato.as_deref().and_then(|word| fields.one_of("formato", word, &forms));
        let wanted = groupings.iter().find(|(word, _)| por.is_none_or(|por| por == *word));
        if wanted.is_none() && !groupings.is_empty() {
            fields.wrong("por", &one_of(groupings.iter().map(|(word, _)| *word)));
        }
        fields.finish()?;
        let (Some(first), Some(last)) = (first, last) else {
            return Err(Problem::Internal);
        };
        let asked = Self {
            first,
            last,
            medico_id: visible(session, question.medico_id)?,
            por: wanted.map(|(word, _)| *word),
            form: form.unwrap_or(Form::Json),
        };
        Ok((asked, wanted.map_or(Por::Medico, |(_, por)| *por)))
    }

    /// Each report is counted, for it reads much. A table is a file that leaves the clinic: it is counted more strictly, and the audit keeps who asked for which.
    async fn counted<T: Table>(self, parts: &HttpParts, session: &Session) -> Result<(), Problem> {
        if self.form == Form::Json {
            let clinic = Some(session.tenant().cliente_id());
            return parts.rate.count(clinic, REPORTS, &session.counted_as()).await;
        }
        TABLES.count(parts, session).await?;
        let after = json!({ "de": self.first, "ate": self.last, "medico_id": self.medico_id });
        let target = format!("relatorios/{}", T::NAME);
        let record = async |tx: &mut TenantTx| {
            auditoria::record(tx, session, "relatorio_exportado", &target, None, Some(after)).await
        };
        parts.db.in_tenant(session, record).await
    }

    /// The instants of the period. A professional who is not of this clinic answers 404.
    async fn period(self, tx: &mut TenantTx) -> Result<Period, Problem> {
        if let Some(id) = self.medico_id {
            medicos::ensure_exists(tx, id).await?;
        }
        Ok(Period {
            from: instant(tx, self.first, Time::midnight())?,
            to: instant(tx, self.last.saturating_add(1.day()), Time::midnight())?,
            medico_id: self.medico_id,
        })
    }

    /// The name of the file, with all that was asked: another question's file is never taken for it, nor put in its place.
    fn named(self, report: &str) -> String {
        let por = self.por.map_or_else(String::new, |por| format!("-{por}"));
        let medico = self.medico_id.map_or_else(String::new, |id| format!("-medico-{id}"));
        format!("{report}{por}{medico}-{}-{}", self.first, self.last)
    }

    /// The answer in the form that was asked for.
    fn answer<T: Serialize + Table>(self, out: T) -> Response {
        match self.form {
            Form::Json => Json(out).into_response(),
            Form::Csv => {
                let name = format!("{}.csv", self.named(T::NAME));
                let headers = [
                    (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                    // `lambda_http` decodes a text and drops its byte-order mark; what says how it is encoded it leaves as it is.
                    (CONTENT_ENCODING, "identity".to_owned()),
                    (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                ];
                (headers, csv::write(T::HEADER, &out.rows())).into_response()
            }
        }
    }
}

/// Whose figures: a médico's own whatever is asked, unless it is somebody else's.
fn visible(session: &Session, asked: Option<MedicoId>) -> Result<Option<MedicoId>, Problem> {
    match (session.scope().only(), asked) {
        (None, asked) => Ok(asked),
        (Some(own), Some(asked)) if asked != own => Err(Problem::NotFound),
        (own, _) => Ok(own),
    }
}

/// A report as a table.
trait Table {
    /// The first part of its file's name.
    const NAME: &'static str;
    /// The words above its columns.
    const HEADER: &'static [&'static str];
    /// Its lines, the sum last.
    fn rows(&self) -> Vec<Vec<Cell>>;
}

/// What a group is called.
#[derive(Debug, Serialize, ToSchema)]
struct GrupoNome {
    /// O que distingue o grupo: um id, um dia da semana (1 = segunda), uma palavra; nulo = não informado.
    chave: Option<String>,
    /// Como as pessoas o chamam.
    grupo: String,
}

impl GrupoNome {
    fn new<T>(line: &Linha<T>, por: Por) -> Self {
        let chave = line.chave.clone();
        let grupo = match (por, chave.as_deref()) {
            (Por::Servico, None) => "Sem serviço".to_owned(),
            (Por::Convenio, None) => "Particular".to_owned(),
            (_, None) => "Não informado".to_owned(),
            (_, Some(chave)) => match &line.grupo {
                Some(nome) => nome.clone(),
                None => word(por, chave),
            },
        };
        Self { chave, grupo }
    }
}

/// The words of a key that has no name in the database.
fn word(por: Por, chave: &str) -> String {
    let known = match (por, chave) {
        (Por::DiaSemana, number) => return weekday(number.parse().unwrap_or_default()).to_owned(),
        (Por::Mes, month) => {
            return month.split_once('-').map_or_else(String::new, |(year, month)| format!("{month}/{year}"));
        }
        (Por::Canal, "painel") => "Painel",
        (Por::Canal, "whatsapp") => "WhatsApp",
        (Por::Canal, "site") => "Site",
        (Por::Canal, "sistema" | "sql") => "Sistema",
        (Por::Antecedencia, "mesmo_dia") => "No mesmo dia",
        (Por::Antecedencia, "1_2") => "1 a 2 dias",
        (Por::Antecedencia, "3_7") => "3 a 7 dias",
        (Por::Antecedencia, "8_14") => "8 a 14 dias",
        (Por::Antecedencia, "15_30") => "15 a 30 dias",
        (Por::Antecedencia, "mais_30") => "Mais de 30 dias",
        (Por::Quem, "paciente") => "Paciente",
        (Por::Quem, "clinica") => "Clínica",
        (Por::AvisoPrevio, "menos_2h") => "Menos de 2 horas",
        (Por::AvisoPrevio, "2_24h") => "2 a 24 horas",
        (Por::AvisoPrevio, "1_3d") => "1 a 3 dias",
        (Por::AvisoPrevio, "mais_3d") => "Mais de 3 dias",
        (_, other) => other,
    };
    known.to_owned()
}

/// 1 → "segunda-feira".
fn weekday(number: i8) -> &'static str {
    jiff::civil::Weekday::from_monday_one_offset(number).map_or("", portuguese::weekday)
}

/// The groups of a report, made by `group`, and the sum of all, made by `sum`.
fn split<T, G, S>(
    lines: &[Linha<T>],
    group: impl Fn(&Linha<T>) -> G,
    sum: impl Fn(&T) -> S,
) -> Result<(Vec<G>, S), Problem> {
    let total = lines.iter().find(|line| line.soma).map(|line| sum(&line.figures));
    let groups = lines.iter().filter(|line| !line.soma).map(group).collect();
    Ok((groups, total.ok_or(Problem::Internal)?))
}

/// A part of a whole, to four places; nothing of nothing is no rate.
fn rate(part: i64, whole: i64) -> Option<f64> {
    let doubled = whole.checked_mul(2).filter(|whole| *whole > 0)?;
    let places = (part.checked_mul(20_000)? + whole) / doubled;
    i32::try_from(places).ok().map(|places| f64::from(places) / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_rounded_to_four_places() {
        for (part, whole, expected) in [
            (0, 0, None),
            (0, 3, Some(0.0)),
            (1, 3, Some(0.3333)),
            (2, 3, Some(0.6667)),
            (150, 960, Some(0.1563)),
            (7, 7, Some(1.0)),
            (13_000_000_000, 26_000_000_000, Some(0.5)),
        ] {
            assert_eq!(rate(part, whole), expected, "{part}/{whole}");
        }
    }
}
