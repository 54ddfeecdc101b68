//! For whom, and on which phone.

use shared::db::pacientes::{self, Paciente};
use shared::domain::nome::Nome;
use shared::domain::telefone::Telefone;
use shared::id::PacienteId;
use shared::portuguese::capitalized;
use shared::problem::Problem;

use super::memory::{Errand, Step, Whom};
use super::{Talk, texts};
use crate::reading::{self, Intent, Understanding, words};

/// Names that are offered; who shares a phone with more writes the name.
const MOST_PEOPLE: usize = 5;
/// More words than a name has.
const LONGEST_NAME: usize = 8;

impl Talk<'_> {
    /// Everybody on the phone that writes. A phone WhatsApp does not tell is nobody's, whatever number is given: only who was booked in this
    /// very thread belongs to it.
    pub(super) async fn people(&mut self) -> Result<Vec<Paciente>, Problem> {
        match (&self.turn.contact.telefone, self.linked) {
            (Some(telefone), _) => pacientes::list_by_telefone(self.tx, telefone).await,
            (None, Some(id)) => match pacientes::get(self.tx, id).await {
                Err(Problem::NotFound) => {
                    self.linked = None;
                    Ok(Vec::new())
                }
                paciente => Ok(vec![paciente?]),
            },
            (None, None) => Ok(Vec::new()),
        }
    }

    /// Whether somebody who is remembered is still of the phone that writes: the clinic may have corrected it since.
    pub(super) async fn is_of_the_people(&mut self, id: PacienteId) -> Result<bool, Problem> {
        Ok(self.people().await?.iter().any(|paciente| paciente.id == id))
    }

    /// Who comes, if it is not known yet; then the summary.
    pub(super) async fn ask_person_or_finish(&mut self) -> Result<Vec<String>, Problem> {
        if !self.knows_who().await? {
            return self.ask_person().await;
        }
        if self.turn.contact.telefone.is_none()
            && self.memory.request.telefone.is_none()
            && self.linked.is_none()
            && !matches!(self.memory.request.errand, Errand::Move(_))
        {
            self.memory.step = Step::GivePhone;
            return Ok(vec![texts::give_phone()]);
        }
        if self.memory.request.errand == Errand::Wait {
            return self.join_the_line().await;
        }
        self.summarise().await
    }

    /// Settles who comes from what is known of this phone; whether it is settled.
    async fn knows_who(&mut self) -> Result<bool, Problem> {
        if let Some(id) = self.memory.request.paciente_id {
            // Whom a visit that is moved is for is looked up with the visit.
            if matches!(self.memory.request.errand, Errand::Move(_)) || self.is_of_the_people(id).await? {
                return Ok(true);
            }
            self.memory.request.paciente_id = None;
        }
        let known = self.people().await?;
        if let Some(nome) = &self.memory.request.nome {
            // "Aqui é a Ana" of the only Ana on this phone is that Ana.
            let said = words(nome);
            let mut meant = known.iter().filter(|paciente| words(&paciente.nome).starts_with(&said));
            if let (Some(one), None) = (meant.next(), meant.next()) {
                self.memory.request.paciente_id = Some(one.id);
                return Ok(true);
            }
            return Ok(said.len() > 1 || self.memory.request.asked_surname);
        }
        if let ([only], Whom::Writer) = (known.as_slice(), self.memory.request.whom) {
            self.memory.request.paciente_id = Some(only.id);
            return Ok(true);
        }
        Ok(false)
    }

    async fn ask_person(&mut self) -> Result<Vec<String>, Problem> {
        let known = self.people().await?;
        let first_name = self.memory.request.nome.clone();
        if known.len() > 1
            && known.len() <= MOST_PEOPLE
            && first_name.is_none()
            && self.memory.request.whom != Whom::Stranger
        {
            let text = texts::choose_person(&known);
            let ids = known.iter().map(|paciente| paciente.id).collect();
            (self.memory.people, self.memory.step) = (ids, Step::ChoosePerson);
            return Ok(vec![text]);
        }
        self.memory.step = Step::GiveName;
        self.memory.request.asked_surname = first_name.is_some();
        Ok(vec![match first_name {
            Some(nome) => texts::give_whole_name(&nome),
            None => texts::give_name(),
        }])
    }

    /// One of those offered by name, or somebody else.
    pub(super) async fn take_person(
        &mut self,
        text: &str,
        named: bool,
    ) -> Result<Option<Vec<String>>, Problem> {
        let said = words(text);
        let known = self.people().await?;
        let speaks_of = |paciente: &&Paciente| {
            words(&paciente.nome).first().is_some_and(|first| said.iter().any(|word| word == first))
        };
        let mut meant = known.iter().filter(speaks_of);
        if let (Some(one), None) = (meant.next(), meant.next()) {
            (self.memory.request.paciente_id, self.memory.request.nome) = (Some(one.id), None);
            return self.advance(None).await.map(Some);
        }
        if said.iter().any(|word| word == "outra" || word == "outro") {
            self.memory.request.whom = Whom::Stranger;
            return self.advance(None).await.map(Some);
        }
        // A name that is none of theirs is somebody else's.
        if named {
            self.memory.request.whom = Whom::Stranger;
        }
        Ok(None)
    }

    pub(super) async fn take_name(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        let written = text;
        let text = without_lead(text);
        let stated = said.name.as_deref().and_then(|nome| Nome::parse(nome).ok());
        let whole = Nome::parse(text).ok().filter(|nome| reads_like_a_name(nome.as_str()));
        let whole = whole.filter(|_| reading::could_be_a_name(text));
        let unlike = matches!(
            said.intent,
            Intent::Yes
                | Intent::No
                | Intent::Greeting
                | Intent::Thanks
                | Intent::Help
                | Intent::GiveUp
                | Intent::Cancel
                | Intent::Reschedule
                | Intent::More
                | Intent::Price
                | Intent::Insurance
        );
        let within = reading::name_within(text).and_then(|nome| Nome::parse(&nome).ok());
        let bare = !said.question && !said.has_facts() && said.professional.is_none();
        // "Ok, é Wilma Teles" is no yes.
        let unlike = unlike && (written == text || !text.contains(' '));
        // "Sexta" is a day, "Abril Martins" a name.
        let unlike = unlike || (said.has_when() && !text.contains(' '));
        match stated.or(whole.filter(|_| !unlike)).or(within.filter(|_| bare && !unlike)) {
            Some(nome) => {
                // After "Ana", "Lima" is the rest of it.
                let first = self.memory.request.nome.take().filter(|first| !first.contains(' '));
                let nome = nome.as_str().to_owned();
                let joined = match first {
                    Some(first) if !nome.contains(' ') && words(&nome) != words(&first) => {
                        format!("{first} {nome}")
                    }
                    _ => nome,
                };
                self.memory.request.nome = Some(as_written(&joined));
                self.memory.request.paciente_id = None;
                // "Ana e o José": the other comes next.
                let more = said.visits.len() > 1 && self.memory.request.take_more(said);
                let lead = more.then(|| texts::one_by_one(self.memory.request.next.len()));
                self.advance(lead).await.map(Some)
            }
            // "É pra mim" to the question for whom.
            None if words(text).iter().any(|word| word == "mim") => {
                self.memory.request.whom = Whom::Writer;
                self.advance(None).await.map(Some)
            }
            None => Ok(None),
        }
    }

    pub(super) async fn take_phone(&mut self, text: &str) -> Result<Option<Vec<String>>, Problem> {
        let Ok(telefone) = Telefone::parse(text) else {
            return Ok(None);
        };
        self.memory.request.telefone = Some(telefone.as_e164().to_owned());
        self.advance(None).await.map(Some)
    }
}

/// A name typed without capitals, or in nothing else, as names are written.
pub(super) fn as_written(nome: &str) -> String {
    let letters = || nome.chars().filter(|c| c.is_alphabetic());
    if !letters().all(char::is_lowercase) && !letters().all(char::is_uppercase) {
        return nome.to_owned();
    }
    let lower = nome.to_lowercase();
    let word = |word: &str| match word {
        "de" | "da" | "do" | "das" | "dos" | "e" => word.to_owned(),
        other => capitalized(other),
    };
    lower.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// "É Marcela Dias", "é a Marcela": the name without what leads to it.
fn without_lead(text: &str) -> &str {
    let mut rest = text.trim();
    while let Some((first, behind)) = rest.split_once(' ') {
        if !matches!(
            first.to_lowercase().trim_end_matches([',', ':']),
            "é" | "eh"
                | "sou"
                | "seria"
                | "a"
                | "o"
                | "dona"
                | "seu"
                | "nome"
                | "sim"
                | "ok"
                | "ta"
                | "tá"
                | "então"
                | "entao"
        ) {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

fn reads_like_a_name(text: &str) -> bool {
    let count = text.split(' ').count();
    let spoken = |word: &str| words(word).iter().any(|word| word.contains(['a', 'e', 'i', 'o', 'u', 'y']));
    (1..=LONGEST_NAME).contains(&count)
        && text.split(' ').next().is_some_and(spoken)
        && !text.chars().any(|c| c.is_ascii_digit() || matches!(c, '?' | '!' | ',' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_names() {
        assert_eq!(as_written("joão batista de souza"), "João Batista de Souza");
        assert_eq!(as_written("ÉRICA DOS SANTOS"), "Érica dos Santos");
        assert_eq!(as_written("Ana McDonald"), "Ana McDonald");
    }
}
