//! What depends on a clinic's state: its clock, and the days its state closes by a law of its own.
//!
//! Only days that a law of the state makes a holiday, every year on the same date. What moves with Easter (Nossa Senhora da Penha in ES, Carnival's
//! Tuesday in RJ) or to a Sunday (SC), and what falls on a holiday of the nation (DF, MG, MT), is not here; a clinic adds what it keeps.

/// A state: letters, zone of its capital, and its own days as month, day and name.
type Estado = (&'static str, &'static str, &'static [(i8, i8, &'static str)]);

const ESTADOS: [Estado; 27] = [
    (
        "AC",
        "America/Rio_Branco",
        &[
            (1, 23, "Dia do Evangélico"),
            (6, 15, "Aniversário do Acre"),
            (9, 5, "Dia da Amazônia"),
            (11, 17, "Tratado de Petrópolis"),
        ],
    ),
    (
        "AL",
        "America/Maceio",
        &[
            (6, 24, "São João"),
            (6, 29, "São Pedro"),
            (9, 16, "Emancipação de Alagoas"),
            (11, 30, "Dia do Evangélico"),
        ],
    ),
    ("AM", "America/Manaus", &[(9, 5, "Elevação do Amazonas a província")]),
    ("AP", "America/Belem", &[(3, 19, "São José"), (7, 25, "São Tiago"), (9, 13, "Criação do Amapá")]),
    ("BA", "America/Bahia", &[(7, 2, "Independência da Bahia")]),
    ("CE", "America/Fortaleza", &[(3, 19, "São José"), (3, 25, "Data Magna do Ceará")]),
    ("DF", "America/Sao_Paulo", &[(11, 30, "Dia do Evangélico")]),
    ("ES", "America/Sao_Paulo", &[]),
    ("GO", "America/Sao_Paulo", &[]),
    ("MA", "America/Fortaleza", &[(7, 28, "Adesão do Maranhão à Independência")]),
    ("MG", "America/Sao_Paulo", &[]),
    ("MS", "America/Campo_Grande", &[(10, 11, "Criação de Mato Grosso do Sul")]),
    ("MT", "America/Cuiaba", &[]),
    ("PA", "America/Belem", &[(8, 15, "Adesão do Pará à Independência")]),
    ("PB", "America/Fortaleza", &[(8, 5, "Fundação da Paraíba")]),
    ("PE", "America/Recife", &[(3, 6, "Revolução Pernambucana")]),
    ("PI", "America/Fortaleza", &[(10, 19, "Dia do Piauí")]),
    ("PR", "America/Sao_Paulo", &[]),
    ("RJ", "America/Sao_Paulo", &[(4, 23, "São Jorge")]),
    ("RN", "America/Fortaleza", &[(10, 3, "Mártires de Cunhaú e Uruaçu")]),
    ("RO", "America/Porto_Velho", &[(1, 4, "Criação de Rondônia"), (6, 18, "Dia do Evangélico")]),
    ("RR", "America/Boa_Vista", &[(10, 5, "Criação de Roraima")]),
    ("RS", "America/Sao_Paulo", &[(9, 20, "Revolução Farroupilha")]),
    ("SC", "America/Sao_Paulo", &[]),
    ("SE", "America/Maceio", &[(7, 8, "Emancipação de Sergipe")]),
    ("SP", "America/Sao_Paulo", &[(7, 9, "Revolução Constitucionalista")]),
    ("TO", "America/Araguaina", &[(9, 8, "Nossa Senhora da Natividade"), (10, 5, "Criação do Tocantins")]),
];

fn find(uf: &str) -> Option<&'static Estado> {
    ESTADOS.iter().find(|(letters, ..)| *letters == uf)
}

/// Whether these are the letters of a state.
pub fn is_one(uf: &str) -> bool {
    find(uf).is_some()
}

/// The zone of a state's capital.
pub fn zone(uf: &str) -> Option<&'static str> {
    find(uf).map(|(_, zone, _)| *zone)
}

/// The days a state closes by a law of its own: month, day, name.
pub fn holidays(uf: &str) -> &'static [(i8, i8, &'static str)] {
    find(uf).map_or(&[], |(_, _, days)| days)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::Date;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::feriados;

    #[test]
    fn every_state_has_a_zone_that_exists_and_days_that_are_no_holiday_already() {
        let letters: BTreeSet<_> = ESTADOS.iter().map(|(uf, ..)| *uf).collect();
        assert_eq!(letters.len(), 27);
        for (uf, name, days) in ESTADOS {
            assert!(TimeZone::get(name).is_ok(), "{uf} {name}");
            for (month, day, name) in days {
                let date = Date::new(2027, *month, *day).unwrap();
                assert!((2..=120).contains(&name.chars().count()));
                let closed = feriados::closed(date, &BTreeSet::new(), &[]);
                assert!(closed.is_none(), "{uf} {name} is the nation's already");
            }
        }
        assert_eq!((zone("AC"), zone("XX"), is_one("sp")), (Some("America/Rio_Branco"), None, false));
        assert_eq!(holidays("SP"), [(7, 9, "Revolução Constitucionalista")]);
    }
}
