//! What a password must be when somebody chooses it. What is stored already goes on.
//!
//! Length is what makes a password hard to guess; beside it only what everybody tries first is refused. `senhas_comuns.txt` holds the most common
//! ones, as the library zxcvbn ranks them (MIT), with what Brazilians choose; sorted, one a line.

use std::sync::LazyLock;

use crate::auth::UserType;
use crate::domain::letras;

static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("senhas_comuns.txt").lines().collect());

/// The fewest characters of a clinic user's.
const SHORTEST: usize = 10;
/// The fewest of an operator's, who reaches every clinic's money.
const SHORTEST_OF_OPERATORS: usize = 12;
/// As the login takes it, bytes.
const LONGEST: usize = 256;
/// A name shorter than this is in many words by chance.
const SHORTEST_NAME: usize = 4;
/// Words that are in many clinics' names and tell none from another.
const GENERIC: [&str; 12] = [
    "clinica",
    "consultorio",
    "centro",
    "instituto",
    "medico",
    "medica",
    "saude",
    "dr",
    "dra",
    "de",
    "da",
    "do",
];

/// What is wrong with a password somebody of this kind chooses, as they are told; `None` when nothing is.
pub fn complaint(senha: &str, user_type: UserType) -> Option<String> {
    let shortest = if user_type == UserType::Operador { SHORTEST_OF_OPERATORS } else { SHORTEST };
    if senha.chars().count() < shortest || senha.len() > LONGEST || senha.contains('\0') {
        return Some(format!(
            "Escolha uma senha de {shortest} caracteres ou mais. Uma frase curta é fácil de lembrar."
        ));
    }
    let common =
        "Esta senha é uma das primeiras que alguém tentaria. Escolha outra: uma frase curta, por exemplo.";
    is_common(senha).then(|| common.to_owned())
}

/// The same of a password that has somebody's login in it, or their clinic's name.
pub fn complaint_of_names(senha: &str, login: &str, clinic: Option<&str>) -> Option<String> {
    let senha = letters(senha);
    let has = |name: &str| name.len() >= SHORTEST_NAME && senha.contains(name);
    let local = login.split('@').next().unwrap_or_default();
    if has(&letters(login)) || has(&letters(local)) {
        return Some("A senha não pode ter o seu e-mail dentro. Escolha outra, por favor.".to_owned());
    }
    let clinic = clinic.map(letras::plain).unwrap_or_default();
    let telling: String = clinic.split_whitespace().filter(|word| !GENERIC.contains(word)).collect();
    let told = "A senha não pode ter o nome da clínica dentro. Escolha outra, por favor.";
    (has(&letters(&clinic)) || has(&letters(&telling))).then(|| told.to_owned())
}

/// Whether it is a common password, also with something short behind it, or goes on by itself (`aaaaaaaaaa`, `abcabcabcabc`, `1234567890`).
fn is_common(senha: &str) -> bool {
    let plain = letras::plain(senha);
    let known = |text: &str| COMMON.binary_search(&text).is_ok();
    let core = plain.trim_end_matches(|letter: char| !letter.is_alphabetic());
    known(&plain) || known(core) || known(&letters(&plain)) || goes_on(&plain)
}

fn goes_on(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let repeats = |part: usize| letters.iter().zip(letters.iter().skip(part)).all(|(a, b)| a == b);
    let steps = |step: i64| {
        letters
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if i64::from(u32::from(*b)) - i64::from(u32::from(*a)) == step))
    };
    (1..=4).any(repeats) || steps(1) || steps(-1)
}

/// Only letters and digits, plain.
fn letters(text: &str) -> String {
    letras::plain(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_refused() {
        assert!(COMMON.is_sorted() && COMMON.len() > 5_000);
        for senha in [
            "1234567890",
            "qwertyuiop",
            "Password123",
            "Senha2026!",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "9876543210",
            "flamengo2026",
            "Fluminense#1",
            "jesus cristo",
            "1q2w3e4r5t6y",
            "horárioInteligente1",
        ] {
            assert!(complaint(senha, UserType::Medico).is_some(), "{senha}");
        }
        for senha in
            ["uma senha boa", "três gatos na janela", "kJ8#vQ2m!x", "senha boa 123", "ônibus azul 47"]
        {
            assert_eq!(complaint(senha, UserType::Medico), None, "{senha}");
        }
    }

    #[test]
    fn operators_choose_longer_ones() {
        let told = |senha, who| complaint(senha, who).unwrap_or_default();
        assert!(told("nove letr", UserType::Secretaria).starts_with("Escolha uma senha de 10 caracteres"));
        assert_eq!(complaint("kJ8#vQ2m!x", UserType::Secretaria), None);
        assert!(told("kJ8#vQ2m!x", UserType::Operador).starts_with("Escolha uma senha de 12 caracteres"));
    }

    #[test]
    fn neither_the_login_nor_the_clinics_name_is_in_it() {
        let told = |senha| complaint_of_names(senha, "tania.lopes@prosaude.com", Some("Clínica Pró-Saúde"));
        for senha in
            ["Tania.Lopes 26", "xx tanialopes", "minha prosaude", "PróSaúde 2026!", "clinica pro-saude"]
        {
            assert!(told(senha).is_some(), "{senha}");
        }
        assert_eq!(told("uma frase de clínica"), None);
        assert_eq!(complaint_of_names("ana vai à praia", "ana@sol.com", Some("Dr. Sol")), None);
    }
}
