//! Whether a message needs more than its words. A model costs time and money, so what the reader is sure of is never asked about.

use crate::dialogue::Step;
use crate::reading::{self, Days, Hours, Intent, Understanding};

/// Longer messages than this, in characters, are for people.
const LONGEST: usize = 1200;
/// A wish in more words than this, of which no fact was understood, said more than was heard.
const WORDY: usize = 9;
/// The same, of which only one kind of fact was.
const LONG: usize = 14;

/// Whether a model is asked about `text`, which the reader took for `said` when `step` had been asked.
pub(super) fn is_needed(step: Step, said: &Understanding, text: &str) -> bool {
    let words = reading::words(text).len();
    if words < 2 || text.chars().count() > LONGEST || said.invalid {
        return false;
    }
    match step {
        // A phone is never sent anywhere; whoever gives one has answered.
        Step::GivePhone => return false,
        Step::GiveName | Step::ChoosePerson
            if said.name.is_some() || said.option.is_some() || reading::could_be_a_name(text) =>
        {
            return false;
        }
        _ => {}
    }
    left_unheard(said, text, words)
}

/// Whether the wish that was recognised leaves enough unheard.
fn left_unheard(said: &Understanding, text: &str, words: usize) -> bool {
    let heard = kinds(said);
    // Of much that was said, little was heard.
    let much = (heard == 0 && words > WORDY) || (heard == 1 && words > LONG);
    match said.intent {
        Intent::Unknown | Intent::OtherQuestion | Intent::Info => true,
        // Where the clinic is, is known; where one parks, only if the clinic wrote it down.
        Intent::Address => reading::words(text).iter().any(|word| word.starts_with("estacion")),
        Intent::Inform | Intent::Correct => heard == 0 || much,
        Intent::Book
        | Intent::Availability
        | Intent::Reschedule
        | Intent::Cancel
        | Intent::NoShow
        | Intent::WaitingList
        | Intent::Appointments
        | Intent::More => much,
        // A longer yes or no may hold more than that.
        Intent::Yes | Intent::No | Intent::Greeting | Intent::Thanks | Intent::Choose => {
            heard == 0 && said.option.is_none() && words > 2 * WORDY
        }
        // Named one by one, so that a model is asked about no new one before somebody thought of it. Emergencies, people, stop, medicine, papers and complaints
        // are not a machine's to interpret; the rest is answered from what is known.
        Intent::Urgent
        | Intent::Human
        | Intent::Stop
        | Intent::Resume
        | Intent::Medical
        | Intent::Report
        | Intent::Document
        | Intent::Complaint
        | Intent::StartOver
        | Intent::AnswerLater
        | Intent::KeepAppointment
        | Intent::GiveUp
        | Intent::LeaveLine
        | Intent::Late
        | Intent::Arrived
        | Intent::Price
        | Intent::Insurance
        | Intent::Who
        | Intent::Help => false,
    }
}

/// How many kinds of facts were understood.
fn kinds(said: &Understanding) -> usize {
    [
        said.days != Days::Unsaid,
        said.hours != Hours::Unsaid || said.period.is_some(),
        !said.medicos.is_empty() || said.specialty.is_some() || said.professional.is_some(),
        said.insurance.is_some(),
        said.service.is_some(),
        said.name.is_some(),
        said.asap,
    ]
    .into_iter()
    .filter(|heard| *heard)
    .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Context, understand};
    use jiff::civil::date;

    fn asks(step: Step, text: &str) -> bool {
        let medicos = [("1".parse().unwrap(), "Dr. Marco".to_owned(), Some("Cardiologia".to_owned()))];
        let context = Context {
            now: date(2026, 11, 30).at(9, 0, 0, 0),
            medicos: &medicos,
            convenios: &[],
            servicos: &[],
        };
        is_needed(step, &understand(text, &context), text)
    }

    #[test]
    fn what_the_words_say_is_not_asked_about() {
        for (step, text) in [
            (Step::Idle, "oi, bom dia"),
            (Step::Confirm, "sim"),
            (Step::Confirm, "não"),
            (Step::ChooseTime, "2"),
            (Step::ChooseTime, "às 9 por favor"),
            (Step::Idle, "quero marcar com o dr marco amanhã às 9"),
            (Step::GiveName, "Joana Pereira Lima"),
            (Step::GivePhone, "pode anotar aí o meu número que é o onze nove oito"),
            (Step::Idle, "quanto custa a consulta?"),
            (Step::Idle, "quero falar com um atendente"),
            (Step::Idle, "estou com muita dor no peito e não consigo respirar"),
            (Step::Idle, "parar"),
            (Step::Idle, "cancelar minha consulta"),
            (
                Step::Idle,
                "oi tudo bem? queria marcar uma consulta com o dr marco pra amanhã de manhã cedo se der por favor",
            ),
            (Step::Idle, "👍"),
        ] {
            assert!(!asks(step, text), "{text}");
        }
    }

    #[test]
    fn what_they_do_not_say_is() {
        for (step, text) in [
            (Step::Idle, "vocês têm rampa pra cadeira de rodas?"),
            (Step::ChooseTime, "aquele mais pro fim do expediente serve pra gente"),
            (Step::Idle, "tem wifi na recepção?"),
            (
                Step::Idle,
                "será que rola dar um pulinho aí pra aquele moço que cuida do coração dar uma olhada na gente",
            ),
            (Step::ChooseTime, "e tem onde estacionar o carro?"),
        ] {
            assert!(asks(step, text), "{text}");
        }
    }
}
