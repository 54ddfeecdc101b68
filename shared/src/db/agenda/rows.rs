//! The rows the slot engine is fed with.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use crate::db::bloqueios::Tipo;
use crate::id::{ConvenioId, MedicoId, RecursoId, ReservaId};

/// The clinic's rules for booking.
#[derive(Debug, Clone, Deserialize, FromRow)]
pub struct Rules {
    /// The least notice of a booking by patients, minutes.
    pub antecedencia_minutos: i32,
    /// How many days ahead patients may book.
    pub horizonte_dias: i32,
    /// `corridos` or `uteis`.
    pub horizonte_tipo: String,
    /// The distance between two starts that are offered, minutes.
    pub passo_minutos: i32,
    /// `relogio`, `periodo`, `dia`, `otimizada`.
    pub grade: String,
    /// How long before the visit a patient may still cancel or move it, minutes.
    pub cancelamento_paciente_minutos: i32,
    /// The same for staff.
    pub cancelamento_equipe_minutos: i32,
    /// Days after a visit in which its return costs nothing.
    pub retorno_dias: i32,
    /// Whether a request that waits for approval keeps its time.
    pub pedidos_bloqueiam: bool,
    /// How long a freed time is offered to those who wait, minutes.
    pub espera_oferta_minutos: i32,
    /// To how many at once.
    pub espera_simultaneas: i32,
    /// Optional holidays the clinic keeps.
    pub feriados_opcionais: Vec<String>,
}

/// What of a professional concerns the agenda.
#[derive(Debug, Clone, Deserialize)]
pub struct Profissional {
    /// Whose.
    pub id: MedicoId,
    /// Whether they still work here.
    pub ativo: bool,
    /// Patients at once.
    pub capacidade: i32,
    /// Visits a day.
    pub limite_dia: Option<i32>,
}

/// What opens, before anything is in the way.
#[derive(Debug, Clone, FromRow)]
pub struct Open {
    /// The clinic's rules.
    #[sqlx(json)]
    pub rules: Rules,
    /// The clinic's own days that fall on the dates asked about; those that return every year with the date of any year.
    #[sqlx(json)]
    pub feriados: Vec<Feriado>,
    /// Also those who left.
    #[sqlx(json)]
    pub profissionais: Vec<Profissional>,
    /// The weekly periods.
    #[sqlx(json)]
    pub horarios: Vec<Horario>,
    /// The dates with hours of their own.
    #[sqlx(json)]
    pub excecoes: Vec<Excecao>,
    /// Who takes the health plan asked about, on which days; no row at all means everybody, every day.
    #[sqlx(json)]
    pub aceites: Vec<Aceite>,
}

/// What is in the way.
#[derive(Debug, Clone, Default)]
pub struct InTheWay {
    /// Of these professionals, and of the whole clinic.
    pub bloqueios: Vec<Bloqueio>,
    /// The occupied time.
    pub ocupados: Vec<Ocupado>,
    /// The kept time, the oldest first.
    pub reservados: Vec<Reservado>,
    /// The time the resources asked about are taken.
    pub recursos: Vec<RecursoOcupado>,
}

impl InTheWay {
    /// Sorts the rows by what each of them is.
    pub(super) fn of(rows: &[PgRow]) -> sqlx::Result<Self> {
        let mut found = Self::default();
        for row in rows {
            match row.try_get("o_que")? {
                "bloqueio" => found.bloqueios.push(Bloqueio::from_row(row)?),
                "ocupado" => found.ocupados.push(Ocupado::from_row(row)?),
                "reservado" => found.reservados.push(Reservado::from_row(row)?),
                _ => found.recursos.push(RecursoOcupado::from_row(row)?),
            }
        }
        found.reservados.sort_unstable_by_key(|kept| kept.id);
        Ok(found)
    }
}

/// A weekly period of a professional; minutes are counted from midnight, 1440 = 24:00.
#[derive(Debug, Clone, Deserialize)]
pub struct Horario {
    /// Whose.
    pub medico_id: MedicoId,
    /// 1 = Monday … 7 = Sunday.
    pub dia_semana: i16,
    /// Start.
    pub inicio_minuto: i32,
    /// End.
    pub fim_minuto: i32,
    /// Whether it is taken out of the others.
    pub pausa: bool,
    /// First day, inclusive.
    pub vale_de: Option<Date>,
    /// Last day, inclusive.
    pub vale_ate: Option<Date>,
}

/// A date whose hours replace the weekly ones; without minutes, a closed date.
#[derive(Debug, Clone, Deserialize)]
pub struct Excecao {
    /// Whose.
    pub medico_id: MedicoId,
    /// The date.
    pub dia: Date,
    /// Start.
    pub inicio_minuto: Option<i32>,
    /// End.
    pub fim_minuto: Option<i32>,
}

/// Time taken out of the agenda of one professional, or of all; blocks that overlap are one.
#[derive(Debug, Clone, FromRow)]
pub struct Bloqueio {
    /// Whose; `None` = the whole clinic.
    pub medico_id: Option<MedicoId>,
    /// From.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// To.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// [`Tipo::Ferias`], or [`Tipo::Bloqueio`] for everything else.
    pub tipo: Tipo,
}

/// A day the clinic itself declares closed, or open although a holiday.
#[derive(Debug, Clone, Deserialize)]
pub struct Feriado {
    /// The date; of a yearly one, any year's.
    pub dia: Date,
    /// Its name.
    pub nome: String,
    /// Whether the clinic is closed.
    pub fechado: bool,
    /// Whether it returns every year.
    pub anual: bool,
}

/// Time an appointment occupies.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Ocupado {
    /// Whose.
    pub medico_id: MedicoId,
    /// The visit's start.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// The visit's end.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// From, padding included.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_de: Timestamp,
    /// To, padding included.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_ate: Timestamp,
    /// The health plan, for its daily quota.
    pub convenio_id: Option<ConvenioId>,
}

/// Time kept without being an appointment yet.
#[derive(Debug, Clone, FromRow)]
pub struct Reservado {
    /// Which.
    pub id: ReservaId,
    /// With whom.
    pub medico_id: MedicoId,
    /// The resources its service needs, which it keeps too.
    pub recursos: Vec<RecursoId>,
    /// How many of each.
    pub precisa: Vec<i32>,
    /// From, padding included.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_de: Timestamp,
    /// To, padding included.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_ate: Timestamp,
    /// Who keeps it.
    pub dono: String,
    /// Whether it waits for approval.
    pub pedido: bool,
    /// Whether a stranger chose it on the public page and has proven no phone yet.
    pub estranho: bool,
    /// Whether it keeps anybody away.
    pub firme: bool,
    /// Until when.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub expira_em: Timestamp,
}

/// Time a resource is taken.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct RecursoOcupado {
    /// Which.
    pub recurso_id: RecursoId,
    /// How many of it.
    pub quantidade: i32,
    /// From, padding included.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_de: Timestamp,
    /// To, padding included.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_ate: Timestamp,
}

/// On which weekdays a professional takes a health plan, and how many a day.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Aceite {
    /// Who.
    pub medico_id: MedicoId,
    /// 1 = Monday … 7 = Sunday; `None` = every day without a row of its own.
    pub dia_semana: Option<i16>,
    /// At most so many a day.
    pub cota_dia: Option<i32>,
}
