//! What reports count: one statement each, grouped by Postgres in the clinic's zone. A period is a range of
//! `agendamentos_inicio_em_idx`, so a report costs its period and not the history. Money and health plans are what was written down when
//! the visit was booked, never today's.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;

use super::TenantTx;
use crate::id::MedicoId;

/// The appointments that start in a period, of one professional or of all.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// From, inclusive.
    pub from: Timestamp,
    /// To, exclusive.
    pub to: Timestamp,
    /// Only this professional's.
    pub medico_id: Option<MedicoId>,
}

/// What a report is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Por {
    /// The professional.
    Medico,
    /// The local weekday of the start, 1 = Monday.
    DiaSemana,
    /// Where it was booked.
    Canal,
    /// Days between booking and start.
    Antecedencia,
    /// The service.
    Servico,
    /// The health plan, by the name it had.
    Convenio,
    /// The local month of the start.
    Mes,
    /// Why it was called off.
    Motivo,
    /// Who called it off.
    Quem,
    /// How long before its start it was called off.
    AvisoPrevio,
}

impl Por {
    fn as_str(self) -> &'static str {
        match self {
            Self::Medico => "medico",
            Self::DiaSemana => "dia_semana",
            Self::Canal => "canal",
            Self::Antecedencia => "antecedencia",
            Self::Servico => "servico",
            Self::Convenio => "convenio",
            Self::Mes => "mes",
            Self::Motivo => "motivo",
            Self::Quem => "quem",
            Self::AvisoPrevio => "aviso_previo",
        }
    }
}

/// A group with its figures, or their sum.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Linha<T> {
    /// Whether this is the sum of all groups; there is always exactly one.
    pub soma: bool,
    /// What tells the group apart; `None` is "none".
    pub chave: Option<String>,
    /// The group's name, where it has one in the database.
    pub grupo: Option<String>,
    /// What was counted.
    #[sqlx(flatten)]
    pub figures: T,
}

/// A statement that counts by group. A name is looked up only where it is the group: joined tables would be read for every visit. Its parameters are those of [`ask`]; `$visits` stands
/// for the table where more has to be known of each than its row says.
macro_rules! grouped {
    ($figures:literal, $only:literal) => {
        grouped!($figures, $only, "agendamentos")
    };
    ($figures:literal, $only:literal, $visits:literal) => {
        concat!(
            "select grouping(g.chave) = 1 as soma, g.chave, g.grupo, ",
            $figures,
            " from ",
            $visits,
            " a
              cross join lateral (select
                a.inicio_em at time zone $2 as local,
                (a.inicio_em at time zone $2)::date - (a.criado_em at time zone $2)::date as dias,
                a.inicio_em - a.cancelado_em as aviso) l
              cross join lateral (select case $6
                  when 'dia_semana' then extract(isodow from l.local)::int
                  when 'antecedencia' then case when l.dias <= 0 then 1 when l.dias <= 2 then 2 when l.dias <= 7 then 3
                    when l.dias <= 14 then 4 when l.dias <= 30 then 5 else 6 end
                  when 'aviso_previo' then case when l.aviso < interval '2 hours' then 1 when l.aviso < interval '24 hours' then 2
                    when l.aviso <= interval '72 hours' then 3 when l.aviso > interval '72 hours' then 4 else 5 end
                  else 0 end as ordem) o
              cross join lateral (select o.ordem, case $6
                  when 'medico' then a.medico_id::text
                  when 'dia_semana' then o.ordem::text
                  when 'canal' then a.canal
                  when 'antecedencia' then (array['mesmo_dia', '1_2', '3_7', '8_14', '15_30', 'mais_30'])[o.ordem]
                  when 'servico' then a.servico_id::text
                  when 'convenio' then coalesce(a.convenio_nome, (select c.nome from convenios c where c.id = a.convenio_id))
                  when 'mes' then to_char(l.local, 'YYYY-MM')
                  when 'motivo' then nullif(btrim(a.cancelamento_motivo), '')
                  when 'quem' then a.cancelado_por
                  when 'aviso_previo' then (array['menos_2h', '2_24h', '1_3d', 'mais_3d'])[o.ordem]
                end as chave, case $6
                  when 'medico' then (select m.nome from medicos m where m.id = a.medico_id)
                  when 'servico' then (select s.nome from servicos s where s.id = a.servico_id) end as grupo) g
              where a.cliente_id = $1 and a.inicio_em >= $3 and a.inicio_em < $4
                and ($5::bigint is null or a.medico_id = $5) ",
            $only,
            " group by grouping sets ((g.ordem, g.chave, g.grupo), ())
              order by 1, g.ordem, g.grupo nulls last, g.chave nulls last"
        )
    };
}

mod cancelamentos;
mod comparecimento;
mod ocupacao;
mod receita;

pub use cancelamentos::{Cancelamentos, cancelamentos};
pub use comparecimento::{Comparecimento, comparecimento};
pub use ocupacao::{Aberto, Hora, Ocupacao, Profissional, horas, ocupacao, profissionais};
pub use receita::{Receita, receita};

type Ask<'q, T> = QueryAs<'q, Postgres, Linha<T>, PgArguments>;

/// The clinic, its zone, the period, the professional and the grouping, as `$1` to `$6`.
fn ask<T>(tx: &TenantTx, statement: &'static str, period: &Period, por: Por) -> Ask<'static, T>
where
    Linha<T>: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
{
    sqlx::query_as(statement)
        .bind(tx.cliente_id())
        .bind(zone(tx))
        .bind(period.from.to_sqlx())
        .bind(period.to.to_sqlx())
        .bind(period.medico_id)
        .bind(por.as_str())
}

/// The clinic's zone as Postgres knows it.
fn zone(tx: &TenantTx) -> String {
    tx.time_zone().iana_name().unwrap_or("UTC").to_owned()
}
