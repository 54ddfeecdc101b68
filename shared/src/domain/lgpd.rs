//! What is said of a person's data when they are removed: what goes, what stays, on what legal basis and until when; and which version of the
//! consents' texts is in use. `docs/lgpd.md` says the same at length.

use jiff::SignedDuration;

/// How long a closed clinic's data stay whole, to be given back to it; `hi_limite_da_retencao` says the same to the database.
pub const CLOSED_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The version of the texts of consents in `docs/lgpd.md`.
pub const CONSENT_VERSION: &str = "2026-11";

/// Something that is removed with a person: its name, and what of it goes.
pub const REMOVED: [(&str, &str); 6] = [
    (
        "cadastro",
        "Nome, telefone, CPF, CNS, e-mail, nascimento, convênio com o número do cartão, e anotações, também dos cadastros unidos.",
    ),
    ("agendamentos", "Motivo, anotações e motivo do cancelamento, também no histórico."),
    (
        "conversas",
        "Mensagens, contato e nome do perfil. De um telefone de várias pessoas, só o que a clínica enviou sobre esta.",
    ),
    ("espera_e_pedidos", "Anotações e motivos; o lugar na fila é encerrado."),
    ("avisos", "E-mails e mensagens que falavam da pessoa, e os que ainda iam sair."),
    ("auditoria", "O antes e o depois das mudanças no cadastro."),
];

/// Something that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub categoria: &'static str,
    /// What stays, without anything that tells who it was.
    pub o_que: &'static str,
    /// Why it may.
    pub base: &'static str,
    /// Until when, in words.
    pub prazo: &'static str,
}

/// What stays when a person is removed.
pub const KEPT: [Kept; 5] = [
    Kept {
        categoria: "agendamentos",
        o_que: "Dia, horário, profissional, serviço, valor e situação, sem nada que identifique a pessoa.",
        base: "Dado anonimizado não é dado pessoal (LGPD, art. 12); conta da clínica (art. 16, I).",
        prazo: "indeterminado",
    },
    Kept {
        categoria: "consentimentos",
        o_que: "O que foi aceito ou recusado, quando e por onde, sem o nome.",
        base: "Prova do consentimento (LGPD, art. 8º, § 2º; art. 16, I).",
        prazo: "indeterminado",
    },
    Kept {
        categoria: "acessos",
        o_que: "Quem da clínica viu dados desta pessoa, quando e de onde; nunca o que viu.",
        base: "Segurança e prestação de contas (LGPD, arts. 6º, X, 37 e 46).",
        prazo: "24 meses depois de cada acesso",
    },
    Kept {
        categoria: "auditoria",
        o_que: "Quem mudou o cadastro e quando, sem o que mudou; e este registro da remoção.",
        base: "Prestação de contas e exercício de direitos (LGPD, arts. 6º, X, e 16, I; CDC, art. 27).",
        prazo: "5 anos depois de cada ato",
    },
    Kept {
        categoria: "prontuario",
        o_que: "Não fica neste sistema: o prontuário é guardado por quem atendeu.",
        base: "Lei 13.787/2018, art. 6º: vinte anos desde o último registro; LGPD, art. 16, I.",
        prazo: "20 anos, no prontuário da clínica",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_texts_of_this_version() {
        let document = include_str!("../../../docs/lgpd.md");
        assert!(document.contains(&format!("**Versão {CONSENT_VERSION}.**")));
    }
}
