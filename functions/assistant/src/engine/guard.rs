//! A model's words before a patient reads them. What a wrong word could cost somebody (an hour, a price, "está marcado", a dose) must be from what the
//! clinic says or from what the patient wrote; when in doubt the words are not said, and the dialogue's own are.

use std::collections::BTreeSet;

use shared::domain::letras;

use crate::reading::{insurance_in, words};

/// What one phone screen holds.
const MOST_CHARS: usize = 700;
const MOST_LINES: usize = 14;
/// So many words in a row of the rules are the rules.
const QUOTED: usize = 7;

/// Why words are not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    /// Nothing, or more than a screen.
    Length,
    /// A number, an hour, a date or a price that is nowhere.
    Figure,
    /// A day or a number in words that is nowhere.
    Day,
    /// A health plan the clinic does not name.
    Plan,
    /// An address of the web or of mail that is nowhere.
    Link,
    /// That something was done.
    Claim,
    /// Medicine.
    Medicine,
    /// The rules, a reference, a tool, a form of machines.
    Inside,
}

/// Words that say that something was done, by how they begin.
const CLAIMS: [&str; 18] = [
    "marquei",
    "marcad",
    "agendei",
    "agendad",
    "remarquei",
    "remarcad",
    "reagend",
    "cancelei",
    "cancelad",
    "desmarquei",
    "desmarcad",
    "confirmei",
    "confirmad",
    "reservei",
    "reservad",
    "garanti",
    "anotei",
    "encaixei",
];

/// Words of medicine, by how they begin; the clinic's own may be repeated.
const MEDICINE: [&str; 30] = [
    "remedio",
    "medica",
    "medicou",
    "dose",
    "dosagem",
    "comprimid",
    "capsula",
    "gotas",
    "mg",
    "ml",
    "diagnost",
    "dipirona",
    "paracetamol",
    "ibuprofen",
    "antibiot",
    "anti-inflam",
    "antiinflam",
    "pomada",
    "sintoma",
    "tratamento",
    "infecc",
    "inflama",
    "febre",
    "cancer",
    "tumor",
    "jejum",
    "tome",
    "tomar",
    "suspend",
    "receit",
];

/// Words that begin like medicine and are none.
const NO_MEDICINE: [&str; 6] = ["medica", "medicas", "medical", "medicao", "medicos", "medicina"];

/// Names of days and months, and numbers in words.
const DAYS: [&str; 45] = [
    "hoje",
    "amanha",
    "ontem",
    "segunda",
    "terca",
    "quarta",
    "quinta",
    "sexta",
    "sabado",
    "domingo",
    "feriado",
    "janeiro",
    "fevereiro",
    "marco",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
    "meio-dia",
    "meia-noite",
    "tres",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "quinze",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "cem",
    "cento",
    "duzentos",
    "mil",
];

/// What machines write, and names of what is inside.
const INSIDE: [&str; 14] = [
    "{",
    "}",
    "```",
    "<",
    ">",
    "_",
    "tool",
    "ferramenta",
    "referência",
    "prompt",
    "instruções",
    "system",
    "json",
    "regras",
];

/// Whether `text` may be said, given all that was known, the clinic's own facts first; `rules` are never told.
pub(super) fn check(text: &str, sources: &[String], rules: &str) -> Result<(), Breach> {
    if text.is_empty() || text.chars().count() > MOST_CHARS || text.lines().count() > MOST_LINES {
        return Err(Breach::Length);
    }
    let known = sources.join("\n");
    let lower = text.to_lowercase();
    if INSIDE.iter().any(|mark| lower.contains(mark)) || quotes(text, rules) {
        return Err(Breach::Inside);
    }
    let (spoken, heard) = (plain(text), plain(&known).into_iter().collect::<BTreeSet<_>>());
    if spoken.iter().any(|word| CLAIMS.iter().any(|claim| word.starts_with(claim))) {
        return Err(Breach::Claim);
    }
    let of_medicine = |word: &&String| {
        MEDICINE.iter().any(|start| word.starts_with(start)) && !NO_MEDICINE.contains(&word.as_str())
    };
    if spoken.iter().filter(of_medicine).any(|word| !heard.contains(word)) {
        return Err(Breach::Medicine);
    }
    if links(text).any(|link| !known.to_lowercase().contains(&link)) {
        return Err(Breach::Link);
    }
    // What the patient asks about is not what the clinic takes.
    let taken = sources.first().map(|facts| plain(facts)).unwrap_or_default();
    if plans_in(text).any(|plan| !plain(&plan).iter().all(|word| taken.contains(word))) {
        return Err(Breach::Plan);
    }
    let figures_known = figures(&known);
    if !figures(text).is_subset(&figures_known) {
        return Err(Breach::Figure);
    }
    if spoken.iter().any(|word| DAYS.contains(&word.as_str()) && !heard.contains(word)) {
        return Err(Breach::Day);
    }
    Ok(())
}

/// Words in lower case without accents, as they stand: nothing is corrected or left out.
fn plain(text: &str) -> Vec<String> {
    let lower = letras::plain(text);
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether it repeats a stretch of the rules.
fn quotes(text: &str, rules: &str) -> bool {
    let rules = format!(" {} ", words(rules).join(" "));
    words(text).windows(QUOTED).any(|stretch| rules.contains(&format!(" {} ", stretch.join(" "))))
}

/// The health plans that are named, sentence by sentence.
fn plans_in(text: &str) -> impl Iterator<Item = String> {
    let sentences = text.split(['.', '!', '?', '\n', ',', ';']);
    sentences.filter_map(insurance_in).filter(|plan| plan != "particular")
}

/// Addresses of the web and of mail, in lower case.
fn links(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().filter_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let dotted = word.split('.').collect::<Vec<_>>();
        let domain = dotted.len() > 1
            && dotted.iter().all(|part| !part.is_empty())
            && dotted.last().is_some_and(|end| end.chars().next().is_some_and(char::is_alphabetic));
        (domain || word.contains("://") || word.contains('@') || word.starts_with("www")).then_some(word)
    })
}

/// All numbers in a text in one spelling each: "9h", "09:00" and "9 horas" are one hour, "R$ 250" and "250,00 reais" one price, "01/12" and
/// "1/12/2026" one day. A number means only what it is: 9 in an address makes no hour of nine.
fn figures(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let chars: Vec<char> = lower.chars().collect();
    let mut all = BTreeSet::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if !c.is_ascii_digit() {
            at += 1;
            continue;
        }
        let begin = at;
        let mut run = String::new();
        // Digits, and what joins two of them.
        while let Some(c) = chars.get(at) {
            let joins = ".,:/-h".contains(*c) && chars.get(at + 1).is_some_and(char::is_ascii_digit);
            if !c.is_ascii_digit() && !joins {
                break;
            }
            run.push(*c);
            at += 1;
        }
        let before: String = chars.get(begin.saturating_sub(4)..begin).unwrap_or_default().iter().collect();
        let after: String = chars.iter().skip(at).take(8).collect();
        all.extend(figure(&run, before.trim_end(), after.trim_start()));
    }
    all
}

fn figure(run: &str, before: &str, after: &str) -> Vec<String> {
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let hour = after.starts_with("hora")
        || after.strip_prefix('h').is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
    if let Some((hours, minutes)) = run.split_once([':', 'h']).filter(|_| !run.contains(['/', ',', '.'])) {
        return vec![format!("hora {}:{}", number(hours), number(minutes.get(..2).unwrap_or(minutes)))];
    }
    if hour {
        // "8-18h", "8 às 18h" is read as its parts.
        return run.split('-').map(|part| format!("hora {}:0", number(part))).collect();
    }
    if before.ends_with("r$") || after.starts_with("reais") || after.starts_with("real") {
        let (reais, centavos) = run.split_once(',').unwrap_or((run, "0"));
        let reais = number(&reais.replace('.', ""));
        return vec![format!("preço {}", reais.saturating_mul(100).saturating_add(number(centavos)))];
    }
    let parts: Vec<u64> = run.split('/').map(number).collect();
    match parts.as_slice() {
        [day, month] | [day, month, _] => vec![format!("dia {day}/{month}")],
        // Phones, house numbers, minutes, percents: digit for digit.
        _ => vec![format!(
            "número {}{}",
            run.chars().filter(char::is_ascii_digit).collect::<String>(),
            if after.starts_with('%') { "%" } else { "" }
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "Nunca invente horário, data, preço, telefone, endereço ou link de ninguém.";

    fn said(text: &str) -> Result<(), Breach> {
        let facts = "Endereço: Rua das Acácias, 120\nTelefone: (11) 3333-0000\nSegunda a sexta: 8h às 18h\nServiço: Consulta (R$ 250,00), 30 minutos\n\
                     h1: amanhã, 01/12 às 9h30 com Dr. Marco\nEstacionamento no subsolo, entrada por www.clinica.com.br. Traga a receita. Convênios: Unimed.";
        check(text, &[facts.to_owned(), "vocês atendem bradesco?".to_owned()], RULES)
    }

    #[test]
    fn what_the_clinic_says_may_be_said() {
        for text in [
            "Sim, temos estacionamento no subsolo. 🙂",
            "A consulta custa R$ 250 e dura 30 minutos.",
            "São 250,00 reais.",
            "Abrimos de segunda a sexta, das 08:00 às 18h.",
            "Amanhã, 1/12, há um horário às 09:30 com o Dr. Marco.",
            "Ficamos na Rua das Acácias, 120. Telefone: (11) 3333-0000.",
            "Veja em www.clinica.com.br.",
            "A médica atende aqui mesmo.",
            "Traga a receita, por favor.",
            "Sim, atendemos Unimed.",
        ] {
            assert_eq!(said(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_it_does_not_say_is_not_said() {
        for (text, breach) in [
            ("", Breach::Length),
            ("Temos às 11h.", Breach::Figure),
            ("Temos às 9h.", Breach::Figure),
            ("Custa R$ 30.", Breach::Figure),
            ("Custa R$ 250,50.", Breach::Figure),
            ("Há 5% de desconto.", Breach::Figure),
            ("Ligue para (11) 3333-0001.", Breach::Figure),
            ("No dia 02/12 dá.", Breach::Figure),
            ("Pode vir às nove horas.", Breach::Day),
            ("Abrimos no sábado.", Breach::Day),
            ("Veja em outraclinica.com.br", Breach::Link),
            ("Escreva para a@b.com", Breach::Link),
            ("Sim, atendemos Bradesco!", Breach::Plan),
            ("Sua consulta está marcada!", Breach::Claim),
            ("Pronto, cancelei.", Breach::Claim),
            ("Pode tomar dipirona.", Breach::Medicine),
            ("Nunca invente horário, data, preço, telefone, endereço ou link de ninguém", Breach::Inside),
            ("Escolha h1 {\"a\"}", Breach::Inside),
            ("Minhas instruções são secretas.", Breach::Inside),
        ] {
            assert_eq!(said(text), Err(breach), "{text}");
        }
        assert_eq!(said(&"a ".repeat(400)), Err(Breach::Length));
    }
}
