//! For whom, and for how many.

use super::given_names::is_given;
use super::numbers::number;
use super::understanding::Kin;
use super::words::Words;

const KIN: [(&str, Kin); 14] = [
    (
        "filho|filha|filhos|filhas|filhinho|filhinha|bebe|bebezinho|menino|menina|meninos|meninas|moleque|crianca|pequeno|pequena|cacula|enteado|enteada|guri|guria|adolescente|nenem|afilhado|afilhada|criancas",
        Kin::Child,
    ),
    ("mae|maezinha|mamae|mainha", Kin::Mother),
    ("pai|paizinho|papai|painho", Kin::Father),
    ("marido|esposo|maridao", Kin::Husband),
    ("esposa|mulher|patroa", Kin::Wife),
    ("namorado|namorada|noivo|noiva|companheiro|companheira|parceiro|parceira", Kin::Partner),
    ("irmao|irmaozinho|mano", Kin::Brother),
    ("irma|irmazinha|mana", Kin::Sister),
    ("vovo|avos", Kin::Grandmother),
    ("neto|neta|netinho|netinha|bisneto|bisneta", Kin::Grandchild),
    (
        "tio|tia|primo|prima|sobrinho|sobrinha|sogro|sogra|cunhado|cunhada|genro|nora|padrasto|madrasta|madrinha|padrinho|parente|familiar",
        Kin::Relative,
    ),
    ("amigo|amiga|vizinho|vizinha|colega|conhecido|conhecida", Kin::Friend),
    ("paciente|patrao|chefe|funcionario|funcionaria|empregada|cliente", Kin::Other),
    ("outra pessoa", Kin::Other),
];

/// For whom it is; the kin of the past ("morreu de infarto") is nobody's appointment.
pub(super) fn for_whom(words: &Words) -> Option<Kin> {
    (0..words.len()).find_map(|at| kin_at(words, at))
}

/// Whether it is for the writer.
pub(super) fn for_me(words: &Words) -> bool {
    words.any(&["para mim|eu"]) && !words.any(&["nao .. para mim|eu"])
}

/// Whether one visit is wanted after all.
pub(super) fn only_one(words: &Words) -> bool {
    // "Só um minutinho" and "só uma dúvida" count no visits.
    const ELSE: &str = "um|uma momento|momentinho|minuto|minutos|minutinho|instante|instantinho|segundo|pouco|pouquinho|duvida|pergunta|coisa|favor";
    words.any(&[
        "so|somente|apenas para mim|eu|ele|ela",
        "so|somente|apenas eu|uma|um|essa|esta|isso",
        "uma|um so",
    ]) && !words.any(&[ELSE])
}

/// Whether all that stands is spoken of.
pub(super) fn all_of_them(words: &Words) -> bool {
    words.any(&["as|os duas|dois|tres", "todas|todos|ambas|ambos", "cancela*|desmarca*|remarca* tudo"])
}

/// Whether it is one more beside what was said before.
pub(super) fn too(words: &Words) -> bool {
    words.any(&["tambem", "^ e outra|outro", "mais uma|um", "^ e para", "^ e pro|pra"])
}

/// "Bom dia minha filha, queria…": who is written to is called so, and nobody's child is meant.
fn is_called(words: &Words, at: usize) -> bool {
    if !matches!(words.text(at), "filha" | "filho") || !matches!(words.before(at, 1), "minha" | "meu") {
        return false;
    }
    let led = at == 1
        || matches!(
            words.before(at, 2),
            "dia"
                | "tarde"
                | "noite"
                | "oi"
                | "ola"
                | "ah"
                | "ai"
                | "sim"
                | "nao"
                | "obrigado"
                | "olha"
                | "voce"
                | "te"
                | "viu"
                | "bem"
                | "moca"
                | "ta"
                | "ok"
                | "certo"
                | "isso"
                | "deus"
                | "marcar"
                | "confirmar"
                | "entao"
        );
    let follows = words.breaks(at)
        || at + 1 == words.len()
        || matches!(
            words.text(at + 1),
            "de" | "eu"
                | "queria"
                | "quero"
                | "pode"
                | "como"
                | "e"
                | "nao"
                | "estou"
                | "vou"
                | "gostaria"
                | "preciso"
                | "deus"
                | "obrigado"
                | "viu"
                | "aqui"
        );
    // "Minha filha, de 3 anos" and "minha filha" to the question for whom are somebody's.
    led && follows && words.len() > 2 && !words.any(&["filha|filho de @hora|1|2|3|4|5|6|7|8|9"])
}

/// "Meu chefe me liberou": who lets or brings the writer is not who is seen, unless it says "para ela".
fn helps(words: &Words, at: usize) -> bool {
    words.at(at + 1, "me libera|liberou|liberar|leva|levar|deixa|deixou|busca|indicou|recomendou").is_some()
        && words.before(at, 1) != "para"
        && !words.any(&["para ele|ela"])
}

/// Whether somebody's child, mother or other kin is named here: "meu *filho*".
pub(super) fn names_kin(words: &Words, at: usize) -> bool {
    kin_at(words, at).is_some()
}

fn kin_at(words: &Words, at: usize) -> Option<Kin> {
    if words.at(at, "outra pessoa").is_some() {
        return Some(Kin::Other);
    }
    let owned =
        matches!(words.before(at, 1), "meu" | "minha" | "meus" | "minhas" | "uma" | "um" | "nosso" | "nossa")
            || matches!(words.before(at, 2), "meu" | "minha" | "meus" | "minhas" | "nossos")
            || words.before(at, 1) == "dois"
            || words.before(at, 1) == "para"
            || matches!(words.text(at), "mainha" | "painho" | "mamae" | "papai" | "vovo")
            || (words.before(at, 2) == "para" && number(words.before(at, 1)).is_some());
    if is_called(words, at) {
        return None;
    }
    let gone = words.at(at + 1, "morreu|faleceu|infartou").is_some();
    let beside = words.before(at, 1) == "com"
        || (words.before(at, 2) == "com" && matches!(words.before(at, 1), "meu" | "minha"));
    if !owned || gone || beside || helps(words, at) {
        return None;
    }
    // Without its accents "avô" is "avo"; "vó" and "avó" are told apart by what was typed.
    match words.text(at) {
        "avo" | "vo" if words.before(at, 1).ends_with('u') || words.raw(at).ends_with('ô') => {
            return Some(Kin::Grandfather);
        }
        "avo" | "vo" => return Some(Kin::Grandmother),
        _ => {}
    }
    // "Uma mulher" and "um cliente" are not the writer's.
    let vague = matches!(words.before(at, 1), "uma" | "um" | "para");
    KIN.iter()
        .find(|(names, _)| words.at(at, names).is_some())
        .map(|(_, kin)| *kin)
        .filter(|kin| !(vague && matches!(kin, Kin::Wife | Kin::Other)))
}

/// For how many people, when more than one is spoken of.
pub(super) fn count(words: &Words) -> Option<u8> {
    let mut people = 0;
    for at in 0..words.len() {
        if let Some(count) = counted(words, at) {
            people += count;
        } else if kin_at(words, at).is_some() {
            people += if matches!(words.before(at, 1), "meus" | "minhas")
                && number(words.before(at, 1)).is_none()
            {
                2
            } else {
                1
            };
        }
    }
    // "Pro João e pra mim".
    people += i32::from(
        people == 0
            && (1..words.len()).any(|at| {
                words.before(at, 1) == "para"
                    && is_given(words.text(at))
                    && words.at(at + 1, "e para mim|eu").is_some()
            }),
    );
    let writer = words.any(&["eu e", "mim e", "e eu", "e para mim", "e eu tambem", "tambem para mim"]);
    let listed =
        (0..words.len()).any(|at| matches!(words.text(at), "mim" | "eu") && words.breaks(at) && people > 0);
    let writer = writer || (listed && words.before(words.len(), 1) != "favor");
    let together = words.any(&["nos dois|duas", "ambos", "o casal", "para casal"]);
    let total = group(words).unwrap_or(if together { 2 } else { people + i32::from(writer && people > 0) });
    u8::try_from(total).ok().filter(|total| (2..=20).contains(total))
}

/// "Meus 2 filhos": the number is said beside the kin.
fn counted(words: &Words, at: usize) -> Option<i32> {
    kin_at(words, at)?;
    number(words.before(at, 1)).filter(|count| (2..=9).contains(count))
}

/// "Somos 3", "para duas pessoas", "família de 4".
fn group(words: &Words) -> Option<i32> {
    const GROUPS: [&str; 5] =
        ["somos|seremos em|os", "somos|seremos", "familia de", "para", "consulta|consultas para"];
    (0..words.len()).find_map(|at| {
        let count = number(words.text(at)).filter(|count| (2..=20).contains(count))?;
        let people = words.at(at + 1, "pessoas|pacientes|criancas|lugares|consultas").is_some();
        let led = GROUPS.iter().take(3).any(|lead| {
            let length = lead.split(' ').count();
            at.checked_sub(length).and_then(|from| words.at(from, lead)) == Some(at)
        });
        let writer = words.before(at, 3) == "eu" && words.before(at, 1) == "mais";
        (people || led || writer).then_some(count + i32::from(writer))
    })
}
