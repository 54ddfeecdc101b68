//! Which specialty: by its name, by that of who practises it, and by what people say.

use shared::id::MedicoId;

use super::lexicon::{self, Entry};
use super::words::{Kind, Words, plain};

const SPECIALTIES: [Entry; 41] = [
    ("acupuntura", "acupuntura|acupunturista"),
    ("alergologia", "alergologia|alergologista|alergista|medico de alergia|medico alergista"),
    (
        "angiologia",
        "angiologia|angiologista|angio|vascular|medico de varizes|medico das varizes|medico de circulacao|varizes",
    ),
    (
        "cardiologia",
        "cardiologia|cardiologista|cardio|medico do coracao|medico de coracao|medico para o coracao|medico que cuida do coracao",
    ),
    ("cirurgia", "cirurgiao|cirurgia geral|cirurgia"),
    ("cirurgia plastica", "cirurgiao plastico|cirurgia plastica|plastica"),
    (
        "clinica geral",
        "clinico geral|clinica geral|clinico|clinica medica|medico geral|medico da familia|medico de familia|generalista|geral|medico clinico|medico comum|medico normal",
    ),
    (
        "dermatologia",
        "dermatologia|dermatologista|dermato|derma|medico de pele|medico da pele|medico para pele|medico para a pele|dr de pele|dr da pele|medico de cabelo|medico de espinha",
    ),
    (
        "endocrinologia",
        "endocrinologia|endocrinologista|endocrino|medico de tireoide|medico da tireoide|medico de diabetes|medico da diabetes|medico de hormonio",
    ),
    ("estetica", "estetica|esteticista|harmonizacao"),
    ("fisioterapia", "fisioterapia|fisioterapeuta|fisio"),
    ("fonoaudiologia", "fonoaudiologia|fonoaudiologo|fonoaudiologa|fono"),
    (
        "gastroenterologia",
        "gastroenterologia|gastroenterologista|gastro|medico de estomago|medico do estomago|medico para estomago",
    ),
    ("geriatria", "geriatria|geriatra|medico de idoso|medico de idosos|medico de velho"),
    ("ginecologia", "ginecologia|ginecologista|gineco|ginecologica|medico de mulher|medico da mulher|go"),
    ("hematologia", "hematologia|hematologista|hemato|medico de sangue|medico do sangue"),
    ("hepatologia", "hepatologia|hepatologista|medico do figado"),
    ("homeopatia", "homeopatia|homeopata"),
    ("infectologia", "infectologia|infectologista|infecto"),
    ("mastologia", "mastologia|mastologista|masto|medico de mama|medico da mama|medico de seio"),
    (
        "nefrologia",
        "nefrologia|nefrologista|nefro|medico do rim|medico de rim|medico dos rins|medico de rins",
    ),
    (
        "neurologia",
        "neurologia|neurologista|neuro|neurologica|medico da cabeca|medico de cabeca|medico do cerebro",
    ),
    ("neuropediatria", "neuropediatra|neuropediatria|neuro infantil|neurologista infantil"),
    ("nutricao", "nutricao|nutricionista|nutri|nutrologo|nutrologa"),
    ("obstetricia", "obstetra|obstetricia|pre natal|medico de gravida|medico de gestante"),
    (
        "odontologia",
        "odontologia|odontologista|dentista|odonto|medico de dente|medico do dente|ortodontista|odontologo|odontopediatra|dentistas",
    ),
    (
        "oftalmologia",
        "oftalmologia|oftalmologista|oftalmo|oftal|oftalmologico|oculista|medico de olho|medico de olhos|medico do olho|medico dos olhos|medico de vista|medico da vista|exame de vista",
    ),
    ("oncologia", "oncologia|oncologista|onco|medico de cancer"),
    (
        "ortopedia",
        "ortopedia|ortopedista|ortopedico|orto|medico de osso|medico de ossos|medico dos ossos|medico do osso|medico de coluna|medico da coluna|medico de joelho|medico do joelho|traumatologista",
    ),
    (
        "otorrinolaringologia",
        "otorrinolaringologia|otorrinolaringologista|otorrino|otorino|otorrinologista|medico de ouvido|medico do ouvido|medico de garganta|medico de nariz|otorrinos",
    ),
    (
        "pediatria",
        "pediatria|pediatra|pediatras|medico de crianca|medico de criancas|medico infantil|medico para crianca|medico do bebe|medico de bebe",
    ),
    ("pneumologia", "pneumologia|pneumologista|pneumo|medico do pulmao|medico de pulmao"),
    ("podologia", "podologia|podologo|podologa"),
    ("proctologia", "proctologia|proctologista|procto|coloproctologista"),
    ("psicologia", "psicologia|psicologo|psicologa|psico|terapeuta|terapia|psicoterapia"),
    ("psicopedagogia", "psicopedagogia|psicopedagoga|psicopedagogo"),
    (
        "psiquiatria",
        "psiquiatria|psiquiatra|psiq|medico de cabeca ruim|medico de depressao|medico de ansiedade",
    ),
    ("radiologia", "radiologia|radiologista"),
    ("reumatologia", "reumatologia|reumatologista|reumato|medico de reumatismo|medico das juntas"),
    ("terapia ocupacional", "terapia ocupacional|terapeuta ocupacional"),
    ("urologia", "urologia|urologista|uro|medico de homem|medico da prostata|medico de prostata"),
];

/// Parts of the body with who sees to them. They count only where somebody is looked for: a pain alone is told, not asked for.
const PARTS: [Entry; 12] = [
    ("cardiologia", "coracao|arritmia"),
    ("dermatologia", "pele|espinha|espinhas|acne|unha|cabelo|manchas na pele|pinta|pintas|verruga"),
    ("ortopedia", "joelho|joelhos|coluna|ombro|ombros|quadril|tornozelo|punho|osso|ossos|lombar|menisco"),
    ("oftalmologia", "olho|olhos|vista|visao|grau"),
    ("otorrinolaringologia", "ouvido|ouvidos|garganta|nariz|sinusite|amigdala"),
    ("gastroenterologia", "estomago|refluxo|intestino|gastrite"),
    ("odontologia", "dente|dentes|gengiva|siso"),
    ("urologia", "prostata|bexiga"),
    ("nefrologia", "rim|rins"),
    ("endocrinologia", "tireoide|diabetes|hormonio|hormonios"),
    ("pneumologia", "pulmao|pulmoes|asma"),
    ("ginecologia", "utero|ovario|ovarios|menstruacao"),
];

/// What looks for somebody who sees to it, before the part.
const LOOKED_FOR: [&str; 7] = [
    "medico|medicos|especialista|alguem|dr que .. @parte",
    "ver|veja|olhar|olha|tratar|examinar|cuidar|avaliar|mostrar .. @parte",
    "problema|problemas|problemao|problemin* de|no|na|nos|nas|com @parte",
    "marcar|agendar|consulta|consultinha|consultar|medico|medicos|especialista|dr .. para|de|do|da|dos|das|no|na|pelo|em @parte",
    "marcar|agendar|consulta|consultinha|consultar|medico|especialista|dr .. para|do|da|no|na|sobre meu|minha|meus|o|a @parte",
    "^ do|da|dos|das|de|no|na|pelo|para @parte $",
    "^ isso|sim|e|entao|ah do|da|dos|das|de|no|na|para @parte",
];

/// The specialty of the part of the body that somebody wants seen.
fn by_part(words: &mut Words) -> Option<&'static str> {
    let (name, range) = lexicon::find(words, &PARTS)?;
    let mut marked = words.clone();
    marked.mark(range.clone(), Kind::Part);
    if !marked.any(&LOOKED_FOR) {
        return None;
    }
    words.take(range, Kind::Specialty);
    Some(name)
}

/// The specialty spoken of, and those of the clinic's professionals who practise it. Takes its words.
pub(super) fn read(
    words: &mut Words,
    medicos: &[(MedicoId, String, Option<String>)],
) -> (Option<String>, Vec<MedicoId>) {
    let known = lexicon::find(words, &SPECIALTIES);
    if let Some((name, range)) = known {
        words.take(range, Kind::Specialty);
        let ids = practising(medicos, |own| canonical(own) == name);
        return (Some(name.to_owned()), ids);
    }
    if let Some(name) = by_part(words) {
        return (Some(name.to_owned()), practising(medicos, |own| canonical(own) == name));
    }
    // A specialty only this clinic has a name for.
    let names: Vec<String> = medicos.iter().filter_map(|(.., specialty)| specialty.clone()).collect();
    match lexicon::of_clinic(words, &names) {
        Some(own) => {
            let ids = practising(medicos, |other| plain(other) == own);
            (Some(own), ids)
        }
        None => (None, Vec::new()),
    }
}

fn practising(medicos: &[(MedicoId, String, Option<String>)], is: impl Fn(&str) -> bool) -> Vec<MedicoId> {
    medicos
        .iter()
        .filter(|(.., specialty)| specialty.as_deref().is_some_and(&is))
        .map(|(id, ..)| *id)
        .collect()
}

/// The canonical name of a specialty, however it is written.
pub fn canonical(name: &str) -> String {
    lexicon::canonical(name, &SPECIALTIES)
}
