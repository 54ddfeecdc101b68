//! The templates registered at Meta, the only words that may leave when a patient has not written for a day.
//!
//! Whoever writes a message into the outbox gives it the template that says the same; Evolution sends the text and never looks at it.
//! `docs/modelos-whatsapp.md` holds what an operator registers, word for word, and a test compares the two. A button answers with what
//! the patient would have typed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The language all of them are registered in.
pub const IDIOMA: &str = "pt_BR";
/// What the button of [`Modelo::Retomada`] answers: there is something to read, and nothing to understand.
pub const VER_MENSAGEM: &str = "ver_mensagem";
/// The longest parameter, in characters; the whole text has at most 1024 at Meta.
const LONGEST_PARAMETER: usize = 120;

/// A visit, as a patient reads of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consulta {
    /// The patient's first name.
    pub paciente: String,
    /// The clinic.
    pub clinica: String,
    /// The professional.
    pub profissional: String,
    /// "amanhã, 03/12".
    pub dia: String,
    /// "9h30".
    pub hora: String,
}

/// A template and what stands in its places.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "nome", rename_all = "snake_case")]
pub enum Modelo {
    /// A visit comes; 1 confirms, 2 moves, 3 cancels.
    LembreteConsulta(Consulta),
    /// The same for who has said yes: nothing is asked.
    LembreteConfirmada(Consulta),
    /// A visit was booked.
    ConsultaMarcada(Consulta),
    /// A visit was moved to the day and hour told.
    ConsultaMovida(Consulta),
    /// A visit was called off.
    ConsultaCancelada(Consulta),
    /// A freed time is kept for the patient.
    VagaOferecida {
        /// The time.
        consulta: Consulta,
        /// Until when it is kept: "hoje, às 11h".
        ate: String,
    },
    /// The patient did not come; three other times.
    FaltaAlternativas {
        /// The patient's first name.
        paciente: String,
        /// The clinic.
        clinica: String,
        /// The professional.
        profissional: String,
        /// What 1, 2 and 3 stand for.
        opcoes: [String; 3],
    },
    /// Something waits to be read; any answer brings it.
    Retomada {
        /// The clinic.
        clinica: String,
    },
}

impl fmt::Debug for Modelo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Modelo::{}", self.nome())
    }
}

impl Modelo {
    /// The name it is registered under.
    pub fn nome(&self) -> &'static str {
        match self {
            Self::LembreteConsulta(_) => "lembrete_consulta",
            Self::LembreteConfirmada(_) => "lembrete_confirmada",
            Self::ConsultaMarcada(_) => "consulta_marcada",
            Self::ConsultaMovida(_) => "consulta_movida",
            Self::ConsultaCancelada(_) => "consulta_cancelada",
            Self::VagaOferecida { .. } => "vaga_oferecida",
            Self::FaltaAlternativas { .. } => "falta_alternativas",
            Self::Retomada { .. } => "retomada",
        }
    }

    /// The words it is registered with; Meta refuses one that begins or ends with a place.
    pub fn corpo(&self) -> &'static str {
        match self {
            Self::LembreteConsulta(_) => {
                "Olá, {{1}}! Lembrete da *{{2}}*: sua consulta com {{3}} é {{4}}, às *{{5}}*.\n\n\
                 Você confirma a sua presença?"
            }
            Self::LembreteConfirmada(_) => {
                "Olá, {{1}}! Lembrete da *{{2}}*: sua consulta com {{3}} é {{4}}, às *{{5}}*.\n\n\
                 Esperamos você! Se não puder vir, toque em um dos botões."
            }
            Self::ConsultaMarcada(_) => {
                "Olá, {{1}}! Sua consulta na *{{2}}* com {{3}} está marcada: {{4}}, às *{{5}}*.\n\n\
                 Você confirma a sua presença?"
            }
            Self::ConsultaMovida(_) => {
                "Olá, {{1}}! Sua consulta na *{{2}}* com {{3}} mudou: agora é {{4}}, às *{{5}}*.\n\n\
                 Se este horário não servir, responda a esta mensagem."
            }
            Self::ConsultaCancelada(_) => {
                "Olá, {{1}}. Sua consulta na *{{2}}* com {{3}}, {{4}}, às {{5}}, foi cancelada.\n\n\
                 Para marcar outro horário, responda a esta mensagem."
            }
            Self::VagaOferecida { .. } => {
                "Olá, {{1}}! Surgiu um horário na *{{2}}* com {{3}}: {{4}}, às *{{5}}*.\n\n\
                 Fica com ele quem responder primeiro, até {{6}}. Você quer?"
            }
            Self::FaltaAlternativas { .. } => {
                "Olá, {{1}}! Sentimos sua falta na *{{2}}*. Quer escolher outro horário com {{3}}?\n\n\
                 1. {{4}}\n2. {{5}}\n3. {{6}}\n\nToque no número do horário que prefere."
            }
            Self::Retomada { .. } => {
                "Olá! Há uma mensagem da *{{1}}* para você.\n\nToque no botão ou responda a esta conversa para recebê-la."
            }
        }
    }

    /// Its buttons: what each answers, and what stands on it, at most 25 characters.
    pub fn botoes(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::LembreteConsulta(_) | Self::ConsultaMarcada(_) => {
                &[("1", "Confirmar"), ("2", "Remarcar"), ("3", "Cancelar")]
            }
            Self::LembreteConfirmada(_) => &[("2", "Remarcar"), ("3", "Cancelar")],
            Self::ConsultaMovida(_) | Self::ConsultaCancelada(_) => &[],
            Self::VagaOferecida { .. } => &[("quero", "Quero"), ("não quero", "Não quero")],
            Self::FaltaAlternativas { .. } => &[("1", "1"), ("2", "2"), ("3", "3")],
            Self::Retomada { .. } => &[(VER_MENSAGEM, "Ver mensagem")],
        }
    }

    /// What stands in its places, in their order, as Meta takes it.
    pub fn parametros(&self) -> Vec<String> {
        let of = |consulta: &Consulta| {
            let Consulta { paciente, clinica, profissional, dia, hora } = consulta.clone();
            vec![paciente, clinica, profissional, dia, hora]
        };
        let raw = match self {
            Self::LembreteConsulta(consulta)
            | Self::LembreteConfirmada(consulta)
            | Self::ConsultaMarcada(consulta)
            | Self::ConsultaMovida(consulta)
            | Self::ConsultaCancelada(consulta) => of(consulta),
            Self::VagaOferecida { consulta, ate } => {
                let mut all = of(consulta);
                all.push(ate.clone());
                all
            }
            Self::FaltaAlternativas { paciente, clinica, profissional, opcoes } => {
                let mut all = vec![paciente.clone(), clinica.clone(), profissional.clone()];
                all.extend(opcoes.iter().cloned());
                all
            }
            Self::Retomada { clinica } => vec![clinica.clone()],
        };
        raw.iter().map(|text| parameter(text)).collect()
    }

    /// The whole text as the patient reads it, without the buttons.
    pub fn texto(&self) -> String {
        let mut text = self.corpo().to_owned();
        for (at, parameter) in self.parametros().iter().enumerate() {
            text = text.replace(&format!("{{{{{}}}}}", at + 1), parameter);
        }
        text
    }

    /// One of each, to be compared with what is registered.
    pub fn todos() -> Vec<Self> {
        let consulta = || Consulta {
            paciente: "Maria".to_owned(),
            clinica: "Clínica ProSaúde".to_owned(),
            profissional: "Dra. Tânia Maria".to_owned(),
            dia: "sexta-feira, 04/12".to_owned(),
            hora: "9h30".to_owned(),
        };
        let Consulta { paciente, clinica, profissional, .. } = consulta();
        let opcoes = ["segunda, 07/12, às 9h", "terça, 08/12, às 14h", "quarta, 09/12, às 10h30"];
        vec![
            Self::LembreteConsulta(consulta()),
            Self::LembreteConfirmada(consulta()),
            Self::ConsultaMarcada(consulta()),
            Self::ConsultaMovida(consulta()),
            Self::ConsultaCancelada(consulta()),
            Self::VagaOferecida { consulta: consulta(), ate: "hoje, às 11h".to_owned() },
            Self::FaltaAlternativas { paciente, clinica, profissional, opcoes: opcoes.map(str::to_owned) },
            Self::Retomada { clinica: consulta().clinica },
        ]
    }
}

/// Meta refuses a parameter that is empty or has a line break, a tab or more than four spaces in a row. An asterisk or a brace would
/// change the words around it.
fn parameter(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .filter(|char| !"*{}".contains(*char))
        .collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(LONGEST_PARAMETER).collect();
    if text.is_empty() { "-".to_owned() } else { text.trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_registered_is_what_is_sent() {
        let document = include_str!("../../../docs/modelos-whatsapp.md");
        let sections: Vec<&str> = document.split("\n## ").skip(1).collect();
        let todos = Modelo::todos();
        assert_eq!(sections.len(), todos.len());
        for (section, modelo) in sections.iter().zip(&todos) {
            let nome = modelo.nome();
            assert_eq!(section.lines().next(), Some(format!("`{nome}`").as_str()));
            let fenced = section.split("```").nth(1).unwrap();
            assert_eq!(fenced.strip_prefix("text\n").unwrap().trim_end(), modelo.corpo(), "{nome}");
            let buttons: Vec<&str> =
                section.lines().filter_map(|line| line.strip_prefix("- Botão: ")).collect();
            assert_eq!(
                buttons,
                modelo.botoes().iter().map(|(_, title)| *title).collect::<Vec<_>>(),
                "{nome}"
            );
            let examples: Vec<&str> =
                section.lines().filter_map(|line| line.strip_prefix("- Exemplo: ")).collect();
            assert_eq!(examples, modelo.parametros(), "{nome}");
        }
    }

    #[test]
    fn every_template_is_one_meta_registers() {
        for modelo in Modelo::todos() {
            let (nome, corpo) = (modelo.nome(), modelo.corpo());
            let places = modelo.parametros().len();
            for place in 1..=places + 1 {
                assert_eq!(
                    corpo.matches(&format!("{{{{{place}}}}}")).count(),
                    usize::from(place <= places),
                    "{nome}"
                );
            }
            assert!(!corpo.starts_with("{{") && !corpo.ends_with("}}"), "{nome}");
            assert!(corpo.chars().count() <= 400 && modelo.botoes().len() <= 3, "{nome}");
            assert!(modelo.botoes().iter().all(|(_, title)| title.chars().count() <= 25), "{nome}");
            assert!(!modelo.texto().contains("{{"), "{nome}");
            let kept = serde_json::to_value(&modelo).unwrap();
            assert_eq!(kept["nome"], nome);
            assert_eq!(serde_json::from_value::<Modelo>(kept).unwrap(), modelo);
        }
    }

    #[test]
    fn parameters_are_what_meta_takes() {
        for (given, taken) in
            [("", "-"), (" \n\t ", "-"), ("Ana\nMaria\tda     Silva", "Ana Maria da Silva"), ("*{{2}}*", "2")]
        {
            assert_eq!(parameter(given), taken, "{given:?}");
        }
        assert_eq!(parameter(&"ç".repeat(500)).chars().count(), 120);
    }
}
