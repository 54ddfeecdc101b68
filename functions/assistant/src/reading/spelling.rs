//! How near two words are, and the mending of slips in the words that matter most.

use super::given_names::is_given;

/// Words of the trade: what differs from one of them by a single slip is taken for it.
const KNOWN: [&str; 57] = [
    "agenda",
    "agendado",
    "agendamento",
    "agendar",
    "amanha",
    "atendente",
    "atendimento",
    "cancela",
    "cancelar",
    "confirma",
    "confirmado",
    "confirmar",
    "confirmo",
    "consulta",
    "consultar",
    "consultas",
    "convenio",
    "convenios",
    "depois",
    "desmarcar",
    "disponivel",
    "domingo",
    "endereco",
    "exame",
    "gostaria",
    "horario",
    "horarios",
    "localizacao",
    "manha",
    "marca",
    "marcada",
    "marcado",
    "marcar",
    "medico",
    "obrigado",
    "particular",
    "possivel",
    "preciso",
    "primeira",
    "primeiro",
    "proxima",
    "qualquer",
    "quarta",
    "queria",
    "quero",
    "quinta",
    "reagendar",
    "receita",
    "remarcar",
    "retorno",
    "sabado",
    "segunda",
    "semana",
    "sexta",
    "tarde",
    "terca",
    "urgente",
];

/// Words that are near a known one and mean something else.
const OTHERS: [&str; 77] = [
    "agendada",
    "agendei",
    "agendo",
    "aranha",
    "cancelei",
    "cerca",
    "confira",
    "confirmada",
    "confirme",
    "consulte",
    "convenia",
    "desmarca",
    "domingas",
    "domingos",
    "domingueira",
    "exames",
    "exceto",
    "horaria",
    "mainha",
    "mancha",
    "manda",
    "mandar",
    "manga",
    "manhas",
    "marcadas",
    "marcados",
    "marcam",
    "marcamos",
    "marcara",
    "marcas",
    "marcha",
    "marco",
    "marcos",
    "marcou",
    "marque",
    "medica",
    "medicos",
    "medida",
    "medir",
    "minha",
    "minhas",
    "noite",
    "perca",
    "possiveis",
    "precisa",
    "precisar",
    "precisei",
    "precisou",
    "primeiras",
    "proximas",
    "proximo",
    "proximos",
    "quanta",
    "quarto",
    "queira",
    "querer",
    "querida",
    "querido",
    "quinto",
    "quintos",
    "receitas",
    "remarca",
    "retorna",
    "retornos",
    "retornou",
    "segundo",
    "segundos",
    "semanal",
    "semanas",
    "sextas",
    "sexto",
    "tarda",
    "tardes",
    "teria",
    "terna",
    "terra",
    "vagar",
];

/// The known word that a slip was meant for; any other word as it is.
pub(super) fn mend(word: &str) -> &str {
    let plain = word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !plain || KNOWN.binary_search(&word).is_ok() || OTHERS.contains(&word) || is_given(word) {
        return word;
    }
    KNOWN.iter().find(|known| within(word, known, 1)).copied().unwrap_or(word)
}

/// Whether two words of a lexicon are the same but for slips: none in short words, two in very long ones.
pub(super) fn alike(word: &str, known: &str) -> bool {
    let slips = match known.len().max(word.len()) {
        0..=5 => return word == known,
        6..=9 => 1,
        _ => 2,
    };
    // Two slips let much through: who mistypes a long word has its first letter right.
    within(word, known, 1) || (slips == 2 && word.get(..1) == known.get(..1) && within(word, known, 2))
}

/// Whether at most so many slips make one word of the other: a letter added, left out, changed, or two that changed places.
pub(super) fn within(a: &str, b: &str, most: usize) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    slips(a, b, most)
}

/// Follows both words while they agree and tries each slip where they part; few slips, so few branches.
fn slips(a: &[u8], b: &[u8], most: usize) -> bool {
    let same = a.iter().zip(b).take_while(|(one, other)| one == other).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    if a.is_empty() && b.is_empty() {
        return true;
    }
    if most == 0 {
        return false;
    }
    let swapped = a.get(..2).zip(b.get(..2)).is_some_and(|(a, b)| a.iter().eq(b.iter().rev()));
    slips(rest(a, 1), b, most - 1)
        || slips(a, rest(b, 1), most - 1)
        || slips(rest(a, 1), rest(b, 1), most - 1)
        || (swapped && slips(rest(a, 2), rest(b, 2), most - 1))
}

fn rest(word: &[u8], from: usize) -> &[u8] {
    word.get(from..).unwrap_or_default()
}
