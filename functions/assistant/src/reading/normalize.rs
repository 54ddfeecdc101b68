//! Text as it is compared: lower case, no accents, words apart, the usual short forms written out.

/// The words of a message.
pub(crate) fn words(text: &str) -> Vec<String> {
    let plain: String = text.chars().flat_map(char::to_lowercase).map(unaccent).collect();
    let spaced: String = plain
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '/' | ':' | '?') { c } else { ' ' })
        .collect::<String>()
        .replace('?', " ? ");
    spaced.split_whitespace().map(expand).collect()
}

fn unaccent(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'ê' | 'è' => 'e',
        'í' | 'ì' => 'i',
        'ó' | 'ô' | 'õ' | 'ò' | 'ö' => 'o',
        'ú' | 'ü' | 'ù' => 'u',
        'ç' => 'c',
        other => other,
    }
}

fn expand(word: &str) -> String {
    let long = match word {
        "qro" | "kero" => "quero",
        "vc" | "vcs" | "ce" => "voce",
        "hj" => "hoje",
        "amnh" | "amanhan" => "amanha",
        "n" | "nao" | "nn" | "num" => "nao",
        "q" | "qe" => "que",
        "pra" | "p" | "pro" => "para",
        "dps" => "depois",
        "blz" => "beleza",
        "obg" | "obgd" | "vlw" => "obrigado",
        "seg" => "segunda",
        "ter" => "terca",
        "qua" => "quarta",
        "qui" => "quinta",
        "sex" => "sexta",
        "sab" => "sabado",
        "dom" => "domingo",
        "hrs" | "hs" | "hora" | "horas" => "h",
        "dra" | "doutora" | "doutor" => "dr",
        "qto" | "qnto" => "quanto",
        "ss" | "sm" => "sim",
        "tb" | "tbm" => "tambem",
        other => return other.to_owned(),
    };
    long.to_owned()
}

/// Whether any of these phrases stands in the words, whole.
pub(super) fn says(words: &[String], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        words.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(word, part)| word == part))
    })
}

/// Whether two words differ by at most one letter added, left out or changed; short words must be equal.
pub(super) fn alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() < 4 || long.len() - short.len() > 1 {
        return false;
    }
    let head = short.iter().zip(long.iter()).take_while(|(x, y)| x == y).count();
    let tail = short.iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    head + tail + 1 >= long.len()
}
