//! What is left open: as soon as possible, any day, any hour, any professional.

use super::words::Words;

/// What is left open.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is left open or not, in any combination")]
pub(super) struct Wishes {
    pub(super) asap: bool,
    pub(super) latest: bool,
    pub(super) any_day: bool,
    pub(super) any_time: bool,
    pub(super) any_professional: bool,
    pub(super) same_day: bool,
    pub(super) later: bool,
    pub(super) earlier: bool,
    pub(super) same_time: bool,
}

const ASAP: [&str; 27] = [
    "quanto antes",
    "mais cedo|rapido|breve|proximo possivel",
    "mais cedo|rapido|breve|proximo que .. tiver|der|puder|conseguir",
    "mais rapido",
    "o mais cedo",
    "a|esse|essa|de mais cedo $",
    "que|qual for|seja|tiver mais cedo|rapido|proximo|proxima",
    "o mais breve|proximo",
    "primeiro|primeira horario|vaga|data|dia|hora que|disponivel|livre|possivel|vaga|da|de",
    "primeiro|primeira que tiver|aparecer|der",
    "proximo|proxima horario|vaga|data|dia|hora livre|disponivel|que|possivel|com|de|para|vago|vaga",
    "qual o proximo|primeiro horario",
    "urgente|urgencia|urgentemente",
    "com urgencia",
    "assim que der|possivel|puder|tiver|abrir",
    "logo que der|possivel|puder|tiver",
    "para ontem|ja|agora",
    "o que tiver .. antes|primeiro|cedo",
    "agora|ja .. possivel|mesmo",
    "nao posso|consigo esperar",
    "^ agora $",
    "pressa",
    "quanto mais cedo|rapido",
    "quando e .. proxima|proximo|primeira vaga|horario|data",
    "para logo",
    "o quanto",
    "dia|data|horario|vaga mais proxim*|cedo",
];
const LATEST: [&str; 4] = [
    "mais tarde possivel",
    "mais tarde que der|puder|tiver|houver|conseguir",
    "ultimo|ultima horario|vaga|hora do|da|de|dele|dela|com|na|no|que|$",
    "no fim|final do expediente",
];
const ANY_TIME: [&str; 10] = [
    "qualquer horario|horarios|horas|periodo|turno",
    "tanto faz .. horario|horas|periodo|turno",
    "horario|horas|periodo|turno tanto faz",
    "indiferente .. horario|horas",
    "horario .. indiferente",
    "dia|agenda|tarde|manha livre",
    "horario que .. tiver|der|puder|sobrar|quiser|for",
    "todos os horarios",
    "horario livre|flexivel",
    "o dia todo|inteiro",
];
const ANY_PROFESSIONAL: [&str; 11] = [
    "qualquer medic*|dr|profissional|dentista|especialista",
    "qualquer um|uma do*|da*|de",
    "com qualquer um|uma",
    "tanto faz .. medic*|dr|profissional|quem",
    "medic*|dr|profissional tanto faz",
    "medic*|dr|profissional .. nao importa",
    "medic*|dr|profissional .. indiferente",
    "nao tenho preferencia",
    "sem preferencia",
    "medic*|dr|profissional que .. tiver|puder|estiver|atender",
    "quem .. tiver|puder|estiver|atender|der",
];
const ANY_DAY: [&str; 5] = [
    "qualquer dia|data",
    "dia|data tanto faz",
    "tanto faz .. dia|data",
    "dia que .. tiver|der|puder",
    "todo dia",
];

/// "Tanto faz" to whatever was asked.
const ANYTHING: [&str; 9] = [
    "pode ser qualquer um|uma|coisa $",
    "^ .. tanto faz .. o que tiver|der|for|sobrar|aparecer|vier",
    "^ o que tiver|der|for|sobrar|vier $",
    "^ tanto faz .. qualquer um|uma|coisa|desses|dessas",
    "^ tanto faz $",
    "^ tanto faz para mim $",
    "^ qualquer um|uma $",
    "^ para mim tanto faz $",
    "^ indiferente $",
];

/// Reads what is left open.
pub(super) fn read(words: &Words) -> Wishes {
    let anything = words.any(&ANYTHING);
    // "Qualquer horário depois das 17" leaves nothing open but the hours after; its bounds say that already.
    Wishes {
        latest: words.any(&LATEST),
        asap: words.any(&ASAP)
            && !words.any(&["nao e|tem urgente|urgencia|pressa", "sem pressa", "nao tem pressa"])
            || words.any(&["e urgente mas"]),
        any_day: anything || words.any(&ANY_DAY),
        any_time: anything || words.any(&ANY_TIME) && !words.any(&["trabalh* o dia todo|inteiro"]),
        any_professional: anything || words.any(&ANY_PROFESSIONAL),
        same_day: words.any(&["mesmo dia"]),
        same_time: words.any(&["mesmo|mesma horario|horas|horarios"]),
        later: words.any(&["mais tarde", "mais para o fim|final", "mais tardinho|tardezinha"]),
        earlier: words.any(&[
            "mais cedo $",
            "^ .. tem|teria|tinha .. antes $",
            "algo|horario|vaga|um|uma antes $",
            "^ e antes $",
        ]),
    }
}
