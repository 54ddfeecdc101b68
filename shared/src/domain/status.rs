//! The closed set of statuses of an appointment, and which may follow which.

use std::str::FromStr;

/// `agendamentos.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Booked.
    Agendado,
    /// The patient said they come.
    Confirmado,
    /// The patient is inside.
    EmAtendimento,
    /// The visit took place; somebody said so.
    Realizado,
    /// The patient did not come.
    Faltou,
    /// Called off.
    Cancelado,
    /// Replaced by another appointment.
    Remarcado,
}

/// A word that is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a status")]
pub struct StatusError;

impl Status {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Agendado,
        Self::Confirmado,
        Self::EmAtendimento,
        Self::Realizado,
        Self::Faltou,
        Self::Cancelado,
        Self::Remarcado,
    ];

    /// The column's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agendado => "agendado",
            Self::Confirmado => "confirmado",
            Self::EmAtendimento => "em_atendimento",
            Self::Realizado => "realizado",
            Self::Faltou => "faltou",
            Self::Cancelado => "cancelado",
            Self::Remarcado => "remarcado",
        }
    }

    /// Whether an appointment in this status takes time of the professional's.
    pub fn occupies_time(self) -> bool {
        !matches!(self, Self::Faltou | Self::Cancelado | Self::Remarcado)
    }

    /// Whether `next` may follow. What ended stays ended, but for corrections: a patient marked as absent who came, an appointment
    /// called off by mistake.
    pub fn can_become(self, next: Self) -> bool {
        use Status::{Agendado, Cancelado, Confirmado, EmAtendimento, Faltou, Realizado, Remarcado};
        match self {
            Agendado => next != Agendado,
            Confirmado => next != Confirmado,
            EmAtendimento => matches!(next, Realizado | Cancelado),
            Faltou => matches!(next, EmAtendimento | Realizado | Agendado),
            Cancelado => next == Agendado,
            Realizado | Remarcado => false,
        }
    }
}

impl FromStr for Status {
    type Err = StatusError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(StatusError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        assert!(Status::ALL.iter().all(|status| status.as_str().parse() == Ok(*status)));
        assert_eq!("Agendado".parse::<Status>(), Err(StatusError));
    }

    #[test]
    fn the_last_three_do_not_occupy_time_and_what_took_place_stays() {
        let free: Vec<_> =
            Status::ALL.iter().filter(|status| !status.occupies_time()).map(|s| s.as_str()).collect();
        assert_eq!(free, ["faltou", "cancelado", "remarcado"]);
        assert!(Status::ALL.iter().all(|next| !Status::Realizado.can_become(*next)));
        assert!(Status::ALL.iter().all(|status| !status.can_become(*status)));
    }
}
