//! Messages that state something: a correction, a choice, or facts of the appointment wanted.

use super::Intent;
use super::answers::SYMPTOMS;
use crate::reading::words::Words;

/// Which facts a message holds.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, in any combination")]
pub(in crate::reading) struct Facts {
    pub(in crate::reading) day: bool,
    /// A day is excluded.
    pub(in crate::reading) not_day: bool,
    pub(in crate::reading) hour: bool,
    pub(in crate::reading) professional: bool,
    pub(in crate::reading) specialty: bool,
    pub(in crate::reading) insurance: bool,
    pub(in crate::reading) service: bool,
    pub(in crate::reading) name: bool,
    pub(in crate::reading) kin: bool,
    pub(in crate::reading) people: bool,
    pub(in crate::reading) option: bool,
    /// Something is left open: any hour, as soon as possible.
    pub(in crate::reading) open: bool,
}

impl Facts {
    /// Whether there are any that a yes or a no would not have.
    pub(super) fn any(&self) -> bool {
        self.day
            || self.not_day
            || self.open
            || self.hour
            || self.professional
            || self.specialty
            || self.insurance
            || self.name
            || self.option
    }

    fn kinds(&self) -> usize {
        let when = self.day || self.hour;
        let with = self.professional || self.specialty;
        [when, with, self.insurance, self.service].into_iter().filter(|said| *said).count()
    }
}

/// "Não, é dia 13": facts that replace others.
pub(super) fn corrected(words: &Words, facts: &Facts) -> Option<Intent> {
    const LEADS: [&str; 13] = [
        "^ nao",
        "^ nops|nao nao",
        "errei|errado|errada|enganei|confundi|corrig*|correcao|corrijo",
        "na verdade",
        "quis|quero|queria dizer",
        "^ digo",
        "certo|correto e",
        "alias|ops|opa|ou melhor|perdao",
        "nao e .. e",
        "nao .. mas|e sim|prefiro|quero|pode",
        "nao da|posso|consigo .. pode|melhor|prefiro|quero",
        "em vez|inves|lugar de|do|da",
        "nao com .. com",
    ];
    let said = words.any(&LEADS) || (facts.not_day && facts.day && words.any(&["nao"]));
    let wanted = facts.day
        || facts.hour
        || facts.professional
        || facts.specialty
        || facts.insurance
        || facts.name
        || facts.kin;
    let misspelt = words.any(&["nome .. errado", "nome .. nao e|com"]);
    let asks = words.asks && !words.any(&["nao|errei|digo .. pode|tem|consegue"]);
    let excludes = facts.not_day && !facts.day;
    let statement = words.any(&["nao tenho|sei|gosto|conheco", "marcar|agendar|consulta", "nao aguento"]);
    ((said && wanted && !asks && !excludes && !statement) || misspelt).then_some(Intent::Correct)
}

/// So many facts that only a booking can be meant, whatever the verb.
pub(super) fn detailed(words: &Words, facts: &Facts) -> Option<Intent> {
    (facts.kinds() >= 3 && !words.asks).then_some(Intent::Book)
}

/// A choice, or facts of the appointment wanted.
pub(super) fn stated(words: &Words, facts: &Facts) -> Option<Intent> {
    if words.any(&["posso levar|trazer|entrar", "morrendo|morro|morri de"]) {
        return None;
    }
    if facts.option {
        return Some(Intent::Choose);
    }
    if facts.insurance
        && words.asks
        && words.any(&[
            "pelo|pela @convenio",
            "voce|aceita*|atende*|trabalha*|tem|cobre*|faz*|pega*|e credenciad*",
        ])
        && !facts.day
    {
        return Some(Intent::Insurance);
    }
    let errand = facts.professional || facts.specialty || facts.insurance || facts.hour;
    if words.any(SYMPTOMS) && !errand && !facts.open {
        return Some(Intent::Report);
    }
    let person = facts.kin && (words.len() <= 6 || words.any(&["e|seria para .. meu|minha|uma|um"]));
    let any = facts.any()
        || facts.not_day
        || (facts.service && !words.asks)
        || facts.open
        || facts.people
        || person;
    let chat = words.asks && words.any(&["quem|jogo|piada|noticia|time|ganhou|novela"]);
    let middle = words.any(&["do meio", "^ de dia", "mesmo|mesma horario|horas"])
        || words.any(&["mesmo|mesma medic*|dr", "para mim mesmo|mesma", "^ e|seria para mim", "^ para mim"]);
    ((any && !chat) || middle).then_some(Intent::Inform)
}
