//! A person's name: after words that introduce it, or as the whole message.

use super::given_names::is_given;
use super::words::{Kind, Words};

/// What stands before a name. The last ones are weak: only a capital letter or a given name follows them.
const LEADS: [&str; 29] = [
    "meu nome completo e",
    "meu nome e",
    "meu nome",
    "nome completo dela|dele e",
    "nome completo e",
    "nome dela|dele e",
    "nome do|da paciente e",
    "nome certo|correto|dela|dele e",
    "nome do|da meu|minha .. e",
    "o nome e",
    "me chamo",
    "se chama",
    "quem fala e",
    "quem esta falando e",
    "no nome de|da|do",
    "em nome de|da|do",
    "nome completo",
    "filho|filha|mae|pai|bebe chama",
    "nome do|da paciente",
    "paciente e",
    "nao e .. e",
    "chama se",
    "aqui e",
    "nome",
    "sou",
    "paciente",
    "filho|filha|mae|pai|marido|esposa|irmao|irma|neto|neta",
    "anos|aninhos|ano",
    "e a|o dona|seu",
];
const STRONG: usize = 18;

/// Words that end a name, or are none.
const STOPS: &str = "queria quero gostaria preciso precisava tenho tinha moro sou estou pode posso para com sem que se ou mas eu \
tudo bem bom boa dia tarde noite oi ola aqui paciente consulta horario medico dr hoje amanha por favor nao sim ja vou vi fiz \
marcar agendar remarcar cancelar ver saber falar fala falando ligo ligando novo nova antigo antiga particular ta esta errado \
errada correto certo mesmo mesma a o um uma as os no na nos nas meu minha dele dela tenta sera foi era sim obrigado idade anos \
cpf rg telefone convenio plano pela pelo unimed humano robo cliente daqui filho filha mae pai esposa marido completo completa \
alergico alergica diabetico hipertenso casado medica secretaria enfermeira mae gestante gravida responsavel muito so ai la \
mim voces de quem qual como onde quando quanto voce seu sua gente pessoa atendente menor maior dona dono";

/// Particles inside a name.
const PARTICLES: [&str; 7] = ["da", "de", "do", "das", "dos", "e", "di"];

/// The name in the message, as it was typed. Takes its words.
pub(super) fn read(words: &mut Words) -> Option<String> {
    introduced(words).or_else(|| alone(words)).map(|range| {
        words.take(range.clone(), Kind::Name);
        range.map(|at| words.raw(at).to_owned()).collect::<Vec<_>>().join(" ")
    })
}

type Place = std::ops::Range<usize>;

fn introduced(words: &Words) -> Option<Place> {
    LEADS.iter().enumerate().find_map(|(rank, lead)| {
        (0..words.len()).find_map(|at| {
            let end = words.at(at, lead)?;
            // "Aqui é a Fernanda", "sou o Tião".
            let article = matches!(words.text(end), "o" | "a" | "dona" | "seu") && !words.breaks(end);
            let start = if article { end + 1 } else { end };
            let question =
                matches!(words.before(at, 1), "qual" | "seu") || matches!(words.before(at, 2), "qual");
            let place = name_at(words, start, rank < STRONG).filter(|_| !question)?;
            Some(fuller(words, place))
        })
    })
}

/// "O Tião, Sebastião Nunes": the fuller name that follows counts.
fn fuller(words: &Words, place: Place) -> Place {
    if !words.breaks(place.end - 1) {
        return place;
    }
    match name_at(words, place.end, false) {
        Some(next) if next.len() > place.len() => next,
        _ => place,
    }
}

/// The name that begins at a place. After weak words it must look like one.
fn name_at(words: &Words, start: usize, strong: bool) -> Option<Place> {
    let capital = |at: usize| words.raw(at).starts_with(char::is_uppercase);
    let likely = |at: usize| capital(at) || is_given(words.text(at));
    if !is_part(words, start) || PARTICLES.contains(&words.text(start)) || !(strong || likely(start)) {
        return None;
    }
    let capitalised = capital(start);
    let mut end = start + 1;
    while end < words.len() && end < start + 7 && !words.breaks(end - 1) {
        let particle = PARTICLES.contains(&words.text(end));
        let next = if particle { end + 1 } else { end };
        // A name that began with a capital goes on with capitals.
        if !is_part(words, next) || (capitalised && !likely(next)) || words.breaks(end) && particle {
            break;
        }
        end = next + 1;
    }
    Some(start..end)
}

fn is_part(words: &Words, at: usize) -> bool {
    let word = words.text(at);
    words.free(at)
        && word.len() > 1
        && word.chars().all(char::is_alphabetic)
        && !STOPS.split_whitespace().any(|stop| stop == word)
}

/// Whether every word could be part of a name.
pub(super) fn could_be(words: &Words) -> bool {
    let particle = |at: usize| PARTICLES.contains(&words.text(at));
    words.len() > 0 && !particle(0) && (0..words.len()).all(|at| is_part(words, at) || particle(at))
}

/// A name at the end, after a day, an hour or a pause: "amanhã às 9, Joana Lima". Read after everything else, of two words or more with capitals.
pub(super) fn trailing(words: &mut Words) -> Option<String> {
    let start = (1..words.len()).find(|at| {
        let free = (*at..words.len()).all(|at| words.free(at));
        let led = words.breaks(at - 1) || !words.free(at - 1);
        // "…, Nora Dias Pinto": three capitals after a pause, whatever the first may mean elsewhere.
        let proper = words.breaks(at - 1)
            && words.len() - at > 2
            && (*at..words.len()).all(|at| words.raw(at).starts_with(char::is_uppercase));
        free && led && (is_given(words.text(*at)) || proper)
    })?;
    let capital = |at: usize| words.raw(at).starts_with(char::is_uppercase);
    let whole = name_at(words, start, false).filter(|place| place.end == words.len() && place.len() > 1)?;
    let proper = whole.clone().all(|at| capital(at) || PARTICLES.contains(&words.text(at)));
    let professional = words.kind(start - 1) == Some(Kind::Professional);
    (proper && !professional).then(|| {
        words.take(whole.clone(), Kind::Name);
        whole.map(|at| words.raw(at).to_owned()).collect::<Vec<_>>().join(" ")
    })
}

/// Who comes, after "para": "marcar amanhã 9h *pra Carla Mendes*", "pra mim, *Ana Souza*". Read after the professionals, whom the same word may lead to.
pub(super) fn beneficiary(words: &mut Words) -> Option<String> {
    const NO_NAMES: &str =
        "fazer passar ir levar trazer mostrar pegar tomar pagar exame retorno avaliacao resultado";
    let is_verb = |at: usize| NO_NAMES.split(' ').any(|word| word == words.text(at));
    let place = (0..words.len()).filter(|at| words.text(*at) == "para").find_map(|at| {
        let mim = matches!(words.text(at + 1), "mim" | "eu");
        let start = at + 1 + usize::from(mim || matches!(words.text(at + 1), "o" | "a" | "dona" | "seu"));
        let place = name_at(words, start, false)?;
        let place = place.start..place.clone().find(|at| is_verb(*at)).unwrap_or(place.end);
        let known = is_given(words.text(start)) && (!mim || place.len() > 1);
        (known || place.len() > 2).then_some(place)
    })?;
    words.take(place.clone(), Kind::Name);
    Some(place.map(|at| words.raw(at).to_owned()).collect::<Vec<_>>().join(" "))
}

/// The given names in a message that are no professional's.
pub(super) fn given(words: &Words) -> Vec<String> {
    let is_somebody = |at: &usize| {
        matches!(words.kind(*at), None | Some(Kind::Name))
            && is_given(words.text(*at))
            && words.text(*at).len() > 2
    };
    (0..words.len()).filter(is_somebody).map(|at| words.text(at).to_owned()).collect()
}

/// The longest run of words that reads like a name, when a name was asked for: "é para minha filha de 8 anos, Sofia Martins".
pub(super) fn within(words: &Words) -> Option<String> {
    let places = (0..words.len()).rev().filter_map(|at| name_at(words, at, false));
    // Of equally long ones the first, which is not the tail of a longer one.
    let longest = places.max_by_key(Place::len)?;
    Some(longest.map(|at| words.raw(at).to_owned()).collect::<Vec<_>>().join(" "))
}

/// A message that is one given name. Read after the professionals: "Tânia" is a patient only where no professional is.
pub(super) fn single(words: &mut Words) -> Option<String> {
    let fits = words.len() == 1 && words.free(0) && is_given(words.text(0));
    fits.then(|| {
        words.take(0..1, Kind::Name);
        words.raw(0).to_owned()
    })
}

/// A message that is a name and nothing else: two words or more, the first a given name or all with capitals.
fn alone(words: &Words) -> Option<Place> {
    // "Caio Motta Reis na verdade".
    let tails = ["na verdade $", "por favor $", "viu $", "mesmo $", "esta $", "obrigado $"];
    let tail = tails.iter().find_map(|tail| words.find(tail));
    let end = tail.map_or(words.len(), |tail| tail.start);
    // "É Marcela Dias Fontes".
    let start = usize::from(words.text(0) == "e");
    let parts: Vec<usize> = (start..end).filter(|at| !PARTICLES.contains(&words.text(*at))).collect();
    let fits = (2..=6).contains(&parts.len()) && !words.asks && parts.iter().all(|at| is_part(words, *at));
    let capitals = parts.iter().all(|at| words.raw(*at).chars().next().is_some_and(char::is_uppercase));
    let given = is_given(words.text(start))
        && !matches!(words.text(start), "vera" | "clara" | "graca" | "aurora" | "gloria");
    (fits && (given || (capitals && parts.len() >= 2 && parts.iter().any(|at| is_given(words.text(*at))))))
        .then_some(start..end)
}
