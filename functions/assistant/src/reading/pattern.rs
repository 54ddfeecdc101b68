//! Phrases as data, in words as `words.rs` leaves them: without accents, short forms written out ("pra" is "para", "vc" is "voce"). A pattern is
//! words apart by spaces, each one of:
//!
//! | part | stands for |
//! |---|---|
//! | `marcar` | the word |
//! | `marc*` | a word that begins so |
//! | `quero\|queria` | either; each may end in `*` |
//! | `@dia` | a word that was understood as part of a day; the names are those of [`Kind::of`] |
//! | `..` | up to three words, or none; after `nao` none beyond a comma: "não, quero remarcar" denies no moving |
//! | `^` first, `$` last | the start and the end of the message |

use std::ops::Range;

use super::words::{Kind, Word};

/// Words that may stand in a gap.
const GAP: usize = 3;

/// The first place of a pattern in the words.
pub(super) fn find(words: &[Word], pattern: &str) -> Option<Range<usize>> {
    match pattern.strip_prefix("^ ") {
        Some(rest) => matches_at(words, 0, rest).map(|end| 0..end),
        None => (0..words.len()).find_map(|at| matches_at(words, at, pattern).map(|end| at..end)),
    }
}

/// Where a pattern ends that begins exactly here.
pub(super) fn matches_at(words: &[Word], at: usize, pattern: &str) -> Option<usize> {
    let (part, rest) = match pattern.split_once(' ') {
        Some((part, rest)) => (part, Some(rest)),
        None => (pattern, None),
    };
    match (part, rest) {
        ("$", _) => (at == words.len()).then_some(at),
        ("..", None) => Some(at),
        ("..", Some(rest)) => (at..=at + GAP).find_map(|next| matches_at(words, next, rest)),
        (part, rest) => {
            let word = words.get(at)?;
            if !part.split('|').any(|choice| is(word, choice)) {
                return None;
            }
            if let Some(behind) =
                rest.and_then(|rest| rest.strip_prefix(".. ")).filter(|_| word.text == "nao")
            {
                return (at..=at + GAP)
                    .take_while(|last| {
                        words.get(*last).is_some_and(|word| *last == at || !word.breaks) && !word.breaks
                    })
                    .find_map(|last| matches_at(words, last + 1, behind));
            }
            rest.map_or(Some(at + 1), |rest| matches_at(words, at + 1, rest))
        }
    }
}

fn is(word: &Word, choice: &str) -> bool {
    if word.kind == Some(Kind::Name) {
        return false;
    }
    if choice.starts_with('@') {
        return word.kind.is_some() && word.kind == Kind::of(choice);
    }
    match choice.strip_suffix('*') {
        Some(start) => word.text.starts_with(start),
        None => word.text == choice,
    }
}
