//! What is wanted. Urgency first; a negative is never a yes because a word contains one, and a question is neither.

use super::normalize::says;

/// What a message wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Intent {
    /// Nothing that was recognised; facts may still be in it.
    #[default]
    Unknown,
    /// Words of emergency.
    Urgent,
    /// To talk to a person.
    Human,
    /// No more automatic messages.
    Stop,
    /// Automatic messages again.
    Resume,
    /// From the start.
    StartOver,
    /// To book.
    Book,
    /// To see one's appointments.
    Appointments,
    /// To cancel an appointment.
    Cancel,
    /// To move an appointment.
    Reschedule,
    /// Yes.
    Yes,
    /// No.
    No,
    /// To let go of what is being arranged.
    GiveUp,
    /// Other times than those offered.
    More,
    /// Who is answering.
    Who,
    /// What can be done here.
    Help,
    /// Where the clinic is.
    Address,
    /// Prices, plans, papers: what people answer.
    AskTheClinic,
    /// Medicine.
    Medical,
    /// Thanks.
    Thanks,
    /// A greeting and nothing else.
    Greeting,
}

const URGENT: [&str; 16] = [
    "dor no peito",
    "falta de ar",
    "nao consigo respirar",
    "sangramento",
    "sangrando muito",
    "convulsao",
    "convulsionando",
    "desmaiou",
    "desmaiei",
    "passando mal",
    "infartando",
    "avc",
    "emergencia",
    "socorro",
    "me matar",
    "suicidio",
];
const QUESTIONS: [&str; 13] = [
    "quanto custa",
    "quanto e",
    "preco",
    "valor",
    "convenio",
    "convenios",
    "unimed",
    "particular",
    "receita",
    "atestado",
    "laudo",
    "reclamar",
    "pagamento",
];

/// Reads the intent.
pub(super) fn read(words: &[String], text: &str) -> Intent {
    let said = |phrases: &[&str]| says(words, phrases);
    let asks = text.contains('?');
    if said(&URGENT) && !said(&["morreu de", "check up"]) {
        return Intent::Urgent;
    }
    if said(&[
        "atendente",
        "humano",
        "falar com alguem",
        "falar com uma pessoa",
        "uma pessoa",
        "alguem ai",
        "recepcao",
        "secretaria",
    ]) {
        return Intent::Human;
    }
    if said(&["parar", "pare", "nao quero mais mensagens", "para de mandar", "descadastrar"])
        && words.len() <= 6
        && !said(&["de tossir"])
    {
        return Intent::Stop;
    }
    if said(&["recomecar", "comecar de novo", "reiniciar", "do zero"]) {
        return Intent::StartOver;
    }
    if said(&["voltar"]) && words.len() <= 2 {
        return Intent::Resume;
    }
    if said(&["nao cancela", "nao cancele", "nao quero cancelar", "manter", "deixa marcado"]) {
        return Intent::No;
    }
    if said(&["remarcar", "reagendar", "mudar o horario", "trocar o horario", "adiar", "mudar a consulta"]) {
        return Intent::Reschedule;
    }
    if said(&[
        "cancelar",
        "cancela",
        "desmarcar",
        "desmarca",
        "nao vou mais",
        "nao vou poder ir",
        "nao posso ir",
    ]) {
        return Intent::Cancel;
    }
    if said(&[
        "meus horarios",
        "minha consulta",
        "minhas consultas",
        "meu horario",
        "ta confirmado",
        "esta confirmado",
        "quando e minha",
    ]) {
        return Intent::Appointments;
    }
    wish(words, asks).unwrap_or_else(|| answer(words, asks))
}

fn wish(words: &[String], asks: bool) -> Option<Intent> {
    let said = |phrases: &[&str]| says(words, phrases);
    if said(&["robo", "quem e voce", "voce e", "e uma pessoa ou"]) && asks {
        return Some(Intent::Who);
    }
    if said(&["endereco", "onde fica", "onde e a clinica", "como chego", "localizacao"]) {
        return Some(Intent::Address);
    }
    if said(&["que remedio", "qual remedio", "posso tomar", "febre", "sintoma", "sintomas", "diagnostico"])
        && asks
    {
        return Some(Intent::Medical);
    }
    let books = said(&[
        "marcar",
        "marca",
        "agendar",
        "agenda",
        "agendamento",
        "vaga",
        "vagas",
        "encaixe",
        "horario",
        "horarios",
        "check up",
        "checkup",
        "consultar",
    ]);
    if said(&QUESTIONS) && (asks || !books) {
        return Some(Intent::AskTheClinic);
    }
    if said(&[
        "outros horarios",
        "outro horario",
        "mais opcoes",
        "outro dia",
        "outros dias",
        "tem outro",
        "mais horarios",
    ]) {
        return Some(Intent::More);
    }
    if said(&["deixa para la", "desisto", "esquece", "nenhuma", "nenhum", "quero sair", "sair"]) {
        return Some(Intent::GiveUp);
    }
    (books || said(&["consulta", "atendimento"])).then_some(Intent::Book)
}

fn answer(words: &[String], asks: bool) -> Intent {
    let said = |phrases: &[&str]| says(words, phrases);
    if said(&["nao", "negativo", "nunca"]) {
        return Intent::No;
    }
    let yes = said(&[
        "sim",
        "ok",
        "okay",
        "isso",
        "beleza",
        "confirmo",
        "confirmado",
        "confirmar",
        "confirma",
        "pode ser",
        "pode",
        "claro",
        "perfeito",
        "certo",
        "fechado",
        "show",
        "combinado",
        "com certeza",
        "positivo",
        "esta certo",
    ]) || (said(&["quero"]) && words.len() <= 2);
    if yes && words.len() <= 6 && !asks && !said(&["depois", "mais tarde", "talvez"]) {
        return Intent::Yes;
    }
    if said(&["ajuda", "menu", "opcoes", "help"]) {
        return Intent::Help;
    }
    if said(&["obrigado", "obrigada", "agradeco", "brigado", "brigada"]) {
        return Intent::Thanks;
    }
    if said(&["oi", "ola", "oie", "bom dia", "boa tarde", "boa noite", "eai", "opa", "alo"])
        && words.len() <= 6
    {
        return Intent::Greeting;
    }
    Intent::Unknown
}

/// The number of an option, alone or nearly so; "a última" is -1.
pub(super) fn option(words: &[String]) -> Option<i32> {
    const ORDINALS: [(&str, i32); 8] = [
        ("primeiro", 1),
        ("primeira", 1),
        ("segundo", 2),
        ("terceiro", 3),
        ("terceira", 3),
        ("quarto", 4),
        ("ultimo", -1),
        ("ultima", -1),
    ];
    if words.len() > 4 {
        return None;
    }
    let ordinal =
        words.iter().find_map(|word| ORDINALS.iter().find(|(name, _)| name == word)).map(|(_, at)| *at);
    let filler = ["opcao", "numero", "a", "o", "n"];
    let mut rest = words.iter().filter(|word| !filler.contains(&word.as_str()));
    let alone = rest.next().and_then(|word| word.parse::<i32>().ok()).filter(|_| rest.next().is_none());
    alone.filter(|number| (1..=31).contains(number)).or(ordinal)
}
