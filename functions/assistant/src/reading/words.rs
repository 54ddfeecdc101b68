//! A message as it is compared: words in lower case without accents, short forms written out, the usual slips of the key mended.
//!
//! Every reader looks at the same [`Words`]. One that has understood some of them takes them, so that the 15 of "15 de abril" is not also an
//! hour and an option.

use std::ops::Range;

use super::pattern;
use super::spelling;

/// A word as compared and as written.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Lower case, no accents, written out.
    pub(super) text: String,
    /// As it was typed.
    pub(super) raw: String,
    /// What it was understood as.
    pub(super) kind: Option<Kind>,
    /// Whether punctuation follows.
    pub(super) breaks: bool,
    taken: bool,
}

/// What a word was understood as. Patterns ask for it by the name in [`Kind::of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Part of a day.
    Day,
    /// Part of an hour or a part of the day.
    Hour,
    /// Part of a convênio's name.
    Insurance,
    /// Part of a specialty.
    Specialty,
    /// A professional's name.
    Professional,
    /// Part of a service.
    Service,
    /// Part of a person's name: whatever else it looks like, it says nothing.
    Name,
    /// A part of the body.
    Part,
    /// An ordinal that is no weekday.
    Ordinal,
}

impl Kind {
    /// The kind of a name in a pattern.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "@dia" => Self::Day,
            "@hora" => Self::Hour,
            "@convenio" => Self::Insurance,
            "@especialidade" => Self::Specialty,
            "@medico" => Self::Professional,
            "@servico" => Self::Service,
            "@parte" => Self::Part,
            _ => return None,
        })
    }
}

/// The words of a message.
#[derive(Debug, Clone)]
pub(super) struct Words {
    list: Vec<Word>,
    /// Whether it has a question mark.
    pub(super) asks: bool,
}

/// Words that are read: more than the longest message of people has.
const MOST: usize = 1000;

/// Signs that say something by themselves.
const SIGNS: [char; 8] = ['👍', '👎', '👌', '✅', '🙏', '❌', '✔', '🆗'];

impl Words {
    /// Takes a text apart.
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self { list: Vec::new(), asks: text.contains('?') };
        let mut raw = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let joins = matches!(c, '/' | ':' | '-' | '.')
                && raw.ends_with(|last: char| last.is_ascii_digit())
                && chars.peek().is_some_and(char::is_ascii_digit);
            if c.is_alphanumeric() || joins {
                raw.push(c);
            } else if is_decoration(c) {
                // Keycaps and skin tones change the look of what stands before, not what it says.
            } else {
                words.push(&mut raw);
                if SIGNS.contains(&c) {
                    words.push(&mut c.to_string());
                } else if !c.is_whitespace() || c == '\n' {
                    words.mark_break();
                }
            }
        }
        words.push(&mut raw);
        words.drop_emphasis();
        words
    }

    /// "Não quero cancelar não, quero remarcar": the second "não" denies nothing more, and ends what the first denies.
    fn drop_emphasis(&mut self) {
        let mut denied: Option<usize> = None;
        let mut at = 0;
        while at < self.list.len() {
            let no = self.text(at) == "nao";
            let goes_on = matches!(
                self.text(at + 1),
                "quero"
                    | "queria"
                    | "e"
                    | "so"
                    | "eu"
                    | "pode"
                    | "preciso"
                    | "moca"
                    | "moco"
                    | "viu"
                    | "obrigado"
                    | "prefiro"
            );
            let ends = self.breaks(at) || at + 1 == self.list.len() || goes_on;
            match denied {
                Some(first) if no && ends && (2..=6).contains(&(at - first)) => {
                    self.list.remove(at);
                    if let Some(last) = self.list.get_mut(at - 1) {
                        last.breaks = true;
                    }
                    denied = None;
                    continue;
                }
                _ if no => denied = Some(at),
                _ => {}
            }
            if self.breaks(at) {
                denied = None;
            }
            at += 1;
        }
    }

    fn push(&mut self, raw: &mut String) {
        if raw.is_empty() || self.list.len() >= MOST {
            return;
        }
        let plain = shortened(&plain(raw));
        let titled = self.list.last().is_some_and(|last| last.text == "dr");
        let capital = !self.list.is_empty() && raw.starts_with(char::is_uppercase);
        // "Uai sô" ends with no "só".
        let plain = if plain == "so" && raw.ends_with('ô') { "uai".to_owned() } else { plain };
        for text in expand(&plain).split(' ') {
            let text = if capital || titled { text } else { spelling::mend(text) };
            let word =
                Word { text: text.to_owned(), raw: raw.clone(), kind: None, breaks: false, taken: false };
            self.list.push(word);
        }
        raw.clear();
    }

    fn mark_break(&mut self) {
        if let Some(last) = self.list.last_mut() {
            last.breaks = true;
        }
    }

    /// Some of them, as if nothing else had been written and nobody had read them yet.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let mut part = self.part_as_read(range);
        for word in &mut part.list {
            (word.kind, word.taken) = (None, false);
        }
        part
    }

    /// Some of them, and what they were understood as.
    pub(super) fn part_as_read(&self, range: Range<usize>) -> Self {
        Self { list: self.list.get(range).unwrap_or_default().to_vec(), asks: self.asks }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them.
    pub(super) fn list(&self) -> &[Word] {
        &self.list
    }

    /// The word at a place; an empty text beyond the ends.
    pub(super) fn text(&self, at: usize) -> &str {
        self.list.get(at).map_or("", |word| word.text.as_str())
    }

    /// The word so many places before another; an empty text beyond the start.
    pub(super) fn before(&self, at: usize, places: usize) -> &str {
        at.checked_sub(places).map_or("", |at| self.text(at))
    }

    /// The word as it was typed.
    pub(super) fn raw(&self, at: usize) -> &str {
        self.list.get(at).map_or("", |word| word.raw.as_str())
    }

    /// Whether punctuation follows the word.
    pub(super) fn breaks(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| word.breaks)
    }

    /// Whether no reader has taken the word.
    pub(super) fn free(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|word| !word.taken)
    }

    /// What a word was understood as.
    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.list.get(at).and_then(|word| word.kind)
    }

    /// Takes words for what they are, so that no other reader does.
    pub(super) fn take(&mut self, range: Range<usize>, kind: Kind) {
        for word in self.list.get_mut(range).unwrap_or_default() {
            (word.taken, word.kind) = (true, Some(kind));
        }
    }

    /// Says what words are without taking them.
    pub(super) fn mark(&mut self, range: Range<usize>, kind: Kind) {
        for word in self.list.get_mut(range).unwrap_or_default() {
            word.kind = word.kind.or(Some(kind));
        }
    }

    /// Whether the words from a place on begin with a pattern; where it ends.
    pub(super) fn at(&self, at: usize, pattern: &str) -> Option<usize> {
        pattern::matches_at(&self.list, at, pattern)
    }

    /// The first place of a pattern.
    pub(super) fn find(&self, pattern: &str) -> Option<Range<usize>> {
        pattern::find(&self.list, pattern)
    }

    /// Whether any of these patterns is there.
    pub(super) fn any(&self, patterns: &[&str]) -> bool {
        patterns.iter().any(|pattern| self.find(pattern).is_some())
    }
}

fn is_decoration(c: char) -> bool {
    matches!(c, '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{200b}'..='\u{200f}')
}

/// Lower case without accents.
pub(super) fn plain(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(unaccent).collect()
}

fn unaccent(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'ê' | 'è' => 'e',
        'í' | 'ì' => 'i',
        'ó' | 'ô' | 'õ' | 'ò' | 'ö' => 'o',
        'ú' | 'ü' | 'ù' => 'u',
        'ç' => 'c',
        '°' => 'º',
        other => other,
    }
}

/// "siiim" is "sim", "oiii" is "oi"; no Portuguese word has a letter three times, nor "aa", "ii", "uu".
fn shortened(word: &str) -> String {
    let mut short = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let mut run = 1;
        while c.is_alphabetic() && chars.peek() == Some(&c) {
            chars.next();
            run += 1;
        }
        short.push(c);
        if run == 2 && !matches!(c, 'a' | 'i' | 'u') {
            short.push(c);
        }
    }
    short
}

/// Short forms, written out; a form may be several words.
fn expand(word: &str) -> &str {
    match word {
        "qro" | "kero" | "qero" => "quero",
        "qria" | "keria" => "queria",
        "vc" | "vcs" | "ce" | "ces" | "voces" | "oce" => "voce",
        "hj" | "hje" => "hoje",
        "amnh" | "amn" | "amanhan" | "amanhaa" => "amanha",
        "n" | "nn" | "ñ" | "naum" | "nop" | "nops" | "nope" => "nao",
        "q" | "qe" | "ki" => "que",
        "pra" | "p" | "pro" | "pras" | "pros" | "prum" | "pruma" | "pa" => "para",
        "c" => "com",
        "d" => "de",
        "dps" | "dpois" => "depois",
        "blz" | "blza" | "bele" => "beleza",
        "obg" | "obgd" | "obgda" | "obrigada" | "obrigado" | "brigado" | "brigada" | "obrigadao"
        | "brigadao" | "vlw" | "valeu" => "obrigado",
        "seg" => "segunda",
        "qua" => "quarta",
        "qui" => "quinta",
        "sex" => "sexta",
        "sab" => "sabado",
        "dom" => "domingo",
        "hrs" | "hs" | "hr" | "hora" => "horas",
        "dra" | "doutora" | "doutor" | "dotor" | "dotora" | "douto" | "drª" => "dr",
        "qto" | "qnto" | "qt" | "qnt" => "quanto",
        "qdo" | "qnd" | "qndo" => "quando",
        "qq" | "qlqr" | "qlq" => "qualquer",
        "s" | "ss" | "sm" | "simm" | "sin" | "smi" | "yes" => "sim",
        "tb" | "tbm" => "tambem",
        "td" => "tudo",
        "mt" | "mto" | "mta" | "muita" => "muito",
        "msm" => "mesmo",
        "pfv" | "pf" | "pfvr" | "pff" => "por favor",
        "pq" => "porque",
        "oq" => "o que",
        "ta" | "tah" => "esta",
        "to" | "tou" => "estou",
        "tamo" | "tamos" => "estamos",
        "ne" => "ne",
        "eh" => "e",
        "bdia" => "bom dia",
        "btarde" => "boa tarde",
        "bnoite" => "boa noite",
        "oks" | "okay" | "okey" | "oky" | "okk" => "ok",
        "min" | "mins" => "minutos",
        "bb" => "bebe",
        "cmg" => "comigo",
        "eai" | "eae" | "iae" => "e ai",
        "perai" => "pera ai",
        "esperai" => "espera ai",
        "checkup" => "check up",
        "cancelo" => "cancelar",
        "fecho" | "fexo" => "fechou",
        "robozinho" | "robozin" | "robot" => "robo",
        "zap" | "zapzap" | "whats" | "wpp" | "watsap" | "zapp" => "whatsapp",
        "vdd" => "verdade",
        "mlr" | "mlhr" => "melhor",
        "infelismente" | "infelizmnt" => "infelizmente",
        other => other,
    }
}
