//! What was called off: by whom, how long before, and whether the time was taken again.

use std::collections::BTreeMap;

use super::{Linha, Period, Por, ask};
use crate::db::TenantTx;
use crate::domain::letras::plain;
use crate::problem::Problem;

/// Reasons that are shown by themselves: people write them freely, and a page of hundreds says nothing.
const MOST_REASONS: usize = 12;
/// What tells the others apart, in one group; a reason has no brackets around it by chance.
const OTHER_REASONS: &str = "(outros)";

/// Counts of called-off appointments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Cancelamentos {
    /// All of them.
    pub total: i64,
    /// By the patient.
    pub por_paciente: i64,
    /// By the clinic.
    pub por_clinica: i64,
    /// Nobody wrote down by whom.
    pub sem_autor: i64,
    /// Less than two hours before the start, or after it.
    pub menos_2h: i64,
    /// From two hours on, less than a day.
    pub de_2_a_24h: i64,
    /// From one day to three.
    pub de_1_a_3d: i64,
    /// More than three days.
    pub mais_3d: i64,
    /// Nobody wrote down when.
    pub sem_momento: i64,
    /// Another appointment of the professional's occupies some of the time.
    pub retomados: i64,
}

impl Cancelamentos {
    fn and(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            por_paciente: self.por_paciente + other.por_paciente,
            por_clinica: self.por_clinica + other.por_clinica,
            sem_autor: self.sem_autor + other.sem_autor,
            menos_2h: self.menos_2h + other.menos_2h,
            de_2_a_24h: self.de_2_a_24h + other.de_2_a_24h,
            de_1_a_3d: self.de_1_a_3d + other.de_1_a_3d,
            mais_3d: self.mais_3d + other.mais_3d,
            sem_momento: self.sem_momento + other.sem_momento,
            retomados: self.retomados + other.retomados,
        }
    }
}

/// Makes one group of a reason, however it is written (case, accents, spaces), under the spelling that is used most; and one of those that are rare.
fn by_reason(lines: Vec<Linha<Cancelamentos>>) -> Vec<Linha<Cancelamentos>> {
    let (mut reasons, mut rest) = (BTreeMap::<String, Vec<Linha<Cancelamentos>>>::new(), Vec::new());
    for line in lines {
        match line.chave.as_deref().filter(|_| !line.soma) {
            Some(reason) => {
                let folded = plain(reason).split_whitespace().collect::<Vec<_>>().join(" ");
                reasons.entry(folded).or_default().push(line);
            }
            None => rest.push(line),
        }
    }
    let mut groups: Vec<Linha<Cancelamentos>> = reasons.into_values().filter_map(one_group).collect();
    // The order is theirs by name; only which of them are shown is by how many.
    let mut totals: Vec<i64> = groups.iter().map(|group| group.figures.total).collect();
    totals.sort_unstable_by(|a, b| b.cmp(a));
    if let Some(least) = totals.get(MOST_REASONS - 1).copied().filter(|_| totals.len() > MOST_REASONS) {
        let above = totals.iter().filter(|total| **total > least).count();
        let mut equal = MOST_REASONS - above;
        let (shown, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| {
            let last = group.figures.total == least && equal > 0;
            equal -= usize::from(last);
            last || group.figures.total > least
        });
        groups = shown;
        groups.extend(one_group(others).map(|group| Linha {
            chave: Some(OTHER_REASONS.to_owned()),
            grupo: Some("Outros motivos".to_owned()),
            ..group
        }));
    }
    groups.extend(rest);
    groups
}

/// Their sum, under the spelling of the one with most; none of none.
fn one_group(lines: Vec<Linha<Cancelamentos>>) -> Option<Linha<Cancelamentos>> {
    let figures = lines.iter().fold(Cancelamentos::default(), |sum, line| sum.and(line.figures));
    // Of several with as many the first, so that the name does not change from one look to the next.
    let most = lines.into_iter().rev().max_by_key(|line| line.figures.total)?;
    Some(Linha { figures, ..most })
}

/// The counts by group and their sum; of reasons the twelve that are given most, and the others together.
///
/// # Errors
/// When Postgres does not answer.
pub async fn cancelamentos(
    tx: &mut TenantTx,
    period: &Period,
    por: Por,
) -> Result<Vec<Linha<Cancelamentos>>, Problem> {
    // Its time was taken again when, of those that begin before its end, the one that ends last ends after its beginning. Read in that order, one pass
    // knows it of all: asked of each, a day with thousands called off and hundreds that stand is millions of comparisons. No visit is longer than 24
    // hours, which bounds where one that overlaps can begin.
    let statement = grouped!(
        "count(*) as total,
         count(*) filter (where a.cancelado_por = 'paciente') as por_paciente,
         count(*) filter (where a.cancelado_por = 'clinica') as por_clinica,
         count(*) filter (where a.cancelado_por is null) as sem_autor,
         count(*) filter (where l.aviso < interval '2 hours') as menos_2h,
         count(*) filter (where l.aviso >= interval '2 hours' and l.aviso < interval '24 hours') as de_2_a_24h,
         count(*) filter (where l.aviso between interval '24 hours' and interval '72 hours') as de_1_a_3d,
         count(*) filter (where l.aviso > interval '72 hours') as mais_3d,
         count(*) filter (where l.aviso is null) as sem_momento,
         count(*) filter (where a.tomado_ate > a.inicio_em) as retomados",
        "and a.status = 'cancelado'",
        "(select v.cliente_id, v.medico_id, v.servico_id, v.convenio_id, v.convenio_nome, v.canal, v.status, v.inicio_em, v.criado_em, v.cancelado_em,
                 v.cancelado_por, v.cancelamento_motivo,
                 max(v.fim_em) filter (where v.status <> 'cancelado') over (
                   partition by v.medico_id
                   order by case v.status when 'cancelado' then v.fim_em else v.inicio_em end, v.status <> 'cancelado'
                   rows unbounded preceding) as tomado_ate
          from agendamentos v
          where v.cliente_id = $1 and v.inicio_em > $3 - interval '24 hours' and v.inicio_em < $4 + interval '24 hours'
            and ($5::bigint is null or v.medico_id = $5)
            and v.status in ('cancelado', 'agendado', 'confirmado', 'em_atendimento', 'realizado'))"
    );
    let lines = ask(tx, statement, period, por).fetch_all(tx.conn()).await?;
    Ok(if por == Por::Motivo { by_reason(lines) } else { lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(reason: Option<&str>, total: i64) -> Linha<Cancelamentos> {
        let figures = Cancelamentos { total, por_paciente: total, retomados: 1, ..Cancelamentos::default() };
        Linha { soma: false, chave: reason.map(str::to_owned), grupo: None, figures }
    }

    fn told(lines: Vec<Linha<Cancelamentos>>) -> Vec<(Option<String>, i64, i64)> {
        by_reason(lines)
            .into_iter()
            .map(|one| (one.chave, one.figures.total, one.figures.retomados))
            .collect()
    }

    #[test]
    fn a_reason_is_one_however_it_is_written() {
        let lines = vec![
            line(Some("DOENÇA  na família"), 1),
            line(Some("Doenca na familia"), 3),
            line(Some("viagem"), 2),
            line(None, 4),
            Linha { soma: true, ..line(None, 10) },
        ];
        assert_eq!(
            told(lines),
            [
                (Some("Doenca na familia".to_owned()), 4, 2),
                (Some("viagem".to_owned()), 2, 1),
                (None, 4, 1),
                (None, 10, 1)
            ]
        );
    }

    #[test]
    fn rare_reasons_are_one_group_and_nobody_is_lost() {
        let of = |count: i64| -> Vec<_> {
            (1..=count).map(|n| line(Some(&format!("motivo {n:02}")), n.max(3))).collect()
        };
        assert_eq!(told(of(12)).len(), 12);
        let told = told(of(15));
        assert_eq!(told.len(), 13);
        // 1, 2 and 3 were given as often as each other: none of the three has a place of its own.
        assert_eq!(told[0].0.as_deref(), Some("motivo 04"));
        assert_eq!(told[12], (Some(OTHER_REASONS.to_owned()), 9, 3));
        assert_eq!(told.iter().map(|one| one.1).sum::<i64>(), 9 + (4..=15).sum::<i64>());
    }
}
