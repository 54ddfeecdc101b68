//! The parts of the day, and the hours people name by what they do: "de manhã", "depois do almoço", "fim da tarde".

use jiff::civil::time;

use crate::reading::understanding::{Hours, Period};
use crate::reading::words::{Kind, Words};

/// A part of the day and what is known of the hours in it.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) period: Option<Period>,
    pub(super) not_period: Option<Period>,
    pub(super) hours: Hours,
}

const HABITS: [(&str, Period, Hours); 16] = [
    ("depois do almoco", Period::Afternoon, Hours::From(time(13, 0, 0, 0))),
    ("apos o almoco", Period::Afternoon, Hours::From(time(13, 0, 0, 0))),
    ("horario|horas|meio do|de almoco", Period::Afternoon, Hours::At(time(12, 0, 0, 0))),
    ("antes do almoco", Period::Morning, Hours::Until(time(12, 0, 0, 0))),
    (
        "comeco|inicio|comecinho da tarde",
        Period::Afternoon,
        Hours::Between(time(13, 0, 0, 0), time(15, 0, 0, 0)),
    ),
    ("meio da tarde", Period::Afternoon, Hours::Between(time(14, 0, 0, 0), time(16, 0, 0, 0))),
    (
        "fim|final|finalzinho|finzinho da|de tarde",
        Period::Afternoon,
        Hours::Between(time(16, 0, 0, 0), time(18, 0, 0, 0)),
    ),
    ("tardezinha|tardinha", Period::Afternoon, Hours::Between(time(16, 0, 0, 0), time(18, 0, 0, 0))),
    ("fim|final da manha", Period::Morning, Hours::Between(time(10, 0, 0, 0), time(12, 0, 0, 0))),
    ("comeco|inicio da manha", Period::Morning, Hours::Between(time(7, 0, 0, 0), time(9, 0, 0, 0))),
    ("meio da manha", Period::Morning, Hours::Between(time(9, 0, 0, 0), time(11, 0, 0, 0))),
    ("fim|final do|de dia", Period::Afternoon, Hours::From(time(16, 0, 0, 0))),
    (
        "depois|saindo|saida|apos do|o|de trabalho|servico|expediente|trampo",
        Period::Evening,
        Hours::From(time(18, 0, 0, 0)),
    ),
    ("quando sair|saio do trabalho|servico", Period::Evening, Hours::From(time(18, 0, 0, 0))),
    ("depois|antes da aula|escola", Period::Afternoon, Hours::Unsaid),
    ("primeira|primeiras horas|hora", Period::Morning, Hours::Unsaid),
];

/// Reads the part of the day, and takes its words.
pub(super) fn read(words: &mut Words) -> Parts {
    let mut parts = Parts::default();
    for (pattern, period, hours) in HABITS {
        if let Some(range) = words.find(pattern) {
            // "De noite, depois do serviço": the part named by its name counts.
            parts.period = Some(period);
            parts.hours = hours;
            words.take(range, Kind::Hour);
            break;
        }
    }
    let mut named = Vec::new();
    for at in 0..words.len() {
        if let Some(period) = named_at(words, at) {
            words.take(at..at + 1, Kind::Hour);
            if excluded(words, at) {
                parts.not_period = Some(period);
            } else {
                named.push(period);
            }
        }
    }
    match named.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => {
            if parts.period.is_some_and(|period| period != *first) {
                parts.hours = Hours::Unsaid;
            }
            parts.period = Some(*first);
        }
        // "Manhã ou tarde" leaves both open; of a correction the last word counts.
        [.., last] if !words.any(&["manha|tarde|noite ou", "ou .. manha|tarde|noite"]) => {
            parts.period = Some(*last);
        }
        _ => {}
    }
    parts
}

fn named_at(words: &Words, at: usize) -> Option<Period> {
    if !words.free(at) {
        return None;
    }
    let before = words.before(at, 1);
    match words.text(at) {
        "manha" | "manhazinha" | "cedinho" | "cedo" | "matutino"
            if !matches!(before, "boa" | "mais" | "tao" | "muito") =>
        {
            Some(Period::Morning)
        }
        "tarde" | "tardinha" | "vespertino"
            if !matches!(before, "boa" | "mais" | "muito" | "tao" | "otima") =>
        {
            Some(Period::Afternoon)
        }
        "noite" | "noitinha" | "noturno" if !matches!(before, "boa" | "meia" | "otima") => {
            Some(Period::Evening)
        }
        _ => None,
    }
}

/// "Sem ser de manhã", "menos à tarde", "de manhã não posso".
fn excluded(words: &Words, at: usize) -> bool {
    let start = if matches!(words.before(at, 1), "de" | "a" | "da" | "na" | "pela") { at - 1 } else { at };
    let led = matches!(words.before(start, 1), "menos" | "exceto" | "nao")
        || (words.before(start, 2) == "sem" && words.before(start, 1) == "ser")
        || (words.before(start, 3) == "nao" && words.before(start, 1) == "ser")
        || (words.before(start, 2) == "nao"
            && matches!(words.before(start, 1), "posso" | "consigo" | "quero" | "da" | "e"));
    let occupied = matches!(
        words.before(start, 1),
        "trabalho" | "trabalha" | "trampo" | "estudo" | "estuda" | "aula" | "faculdade"
    ) && !words.any(&["depois|apos|saindo .. do|de|da trabalho|aula|faculdade"]);
    let corrected = words.before(start, 1) == "nao" && words.breaks(start - 1);
    let next = if matches!(words.text(at + 1), "eu" | "ele" | "ela" | "nos") { at + 2 } else { at + 1 };
    let busy =
        matches!(words.text(next), "trabalho" | "trabalha" | "trabalhamos" | "estudo" | "estuda" | "trampo")
            || words
                .at(
                    next,
                    "estou|tenho|tem trabalho|trabalhando|aula|escola|faculdade|compromisso|reuniao|ocupad*",
                )
                .is_some();
    // "De tarde não tem?" asks for it.
    // "Pela manhã, não posso à tarde" denies what follows.
    let other = (next + 1..next + 5).any(|at| matches!(words.text(at), "manha" | "tarde" | "noite"));
    let denied = words.text(next) == "nao"
        && !other
        && words.at(next + 1, "tem|teria|ha|sobrou|consegue|abre").is_none();
    let bad = ["e|fica|seria", "para mim e|fica", "eu acho"].iter().any(|lead| {
        words.at(next, lead).is_some_and(|after| {
            words.at(after, "ruim|dificil|complicado|pessimo|horrivel|impossivel|pior").is_some()
                || words.at(after, "muito|bem|mais ruim|dificil|complicado").is_some()
        })
    });
    let followed = (denied || busy || bad) && !words.breaks(at);
    (led && !corrected) || followed || occupied
}
