//! Messages as people write them, with what they say. `data/utterances.json` is what the rules were written against; `data/held_out.json` was
//! labelled together with it and only measured, so its accuracy is the one to believe.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop where they fail and say what they measured"
)]

#[expect(unreachable_pub, reason = "the same file is a module of the library `tests`")]
#[path = "../../../tests/src/understanding.rs"]
mod understanding;

use std::collections::BTreeMap;

use understanding::{Clinic, Utterance};

/// What was labelled, and what of it was read right.
#[derive(Default)]
struct Count {
    misses: Vec<String>,
    all: u32,
    right: u32,
    /// Messages in which something was read that nobody labelled.
    made_up: u32,
}

impl Count {
    fn share(&self) -> f64 {
        100.0 * f64::from(self.right) / f64::from(self.all)
    }
}

fn utterances(name: &str) -> Vec<Utterance> {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    understanding::read(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Reads every message and prints the accuracy, overall and per intent; each miss only where rules may be written against it.
fn measure(name: &str, misses: bool) -> Count {
    let clinic = Clinic::new().unwrap();
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut total = Count::default();
    for utterance in utterances(name) {
        let said = clinic.understand(&utterance);
        let differences = utterance.differences(&said);
        let made_up = utterance.made_up(&said);
        total.made_up += u32::from(!made_up.is_empty());
        if misses && !made_up.is_empty() {
            println!("made up: {}: {}", utterance.text, made_up.join("; "));
        }
        let right = u32::from(differences.is_empty());
        for count in [counts.entry(utterance.label().to_owned()).or_default(), &mut total] {
            count.all += 1;
            count.right += right;
        }
        if misses && !differences.is_empty() {
            println!("{}: {}", utterance.text, differences.join("; "));
            total.misses.push(utterance.text.clone());
        }
    }
    for (intent, count) in &counts {
        println!("{intent:24} {:4} of {:4}  {:5.1} %", count.right, count.all, count.share());
    }
    println!(
        "{name}: {} of {}, {:.1} %; made up in {}",
        total.right,
        total.all,
        total.share(),
        total.made_up
    );
    total
}

/// Labelled messages that are not read as they are labelled, in their order.
const KNOWN_MISSES: [&str; 4] = [
    "a segunda dose da vacina é quando?",
    "oi queria saber se tem como marcar um psicologo pra minha filha adolescente",
    "não vou usar convênio",
    "tem certeza?",
];

#[test]
fn the_corpus_is_understood() {
    let count = measure("utterances.json", true);
    assert!(count.all >= 1600 && count.share() >= 99.0 && count.made_up <= 30);
    // A message that is read wrong from now on is not hidden by the share.
    assert_eq!(count.misses, KNOWN_MISSES);
}

#[test]
fn messages_that_no_rule_was_written_for_are_understood_too() {
    let count = measure("held_out.json", false);
    assert!(count.all >= 400 && count.share() >= 92.0);
}

#[test]
fn no_salad_of_words_breaks_it() {
    let clinic = Clinic::new().unwrap();
    let all = utterances("utterances.json");
    for (first, second) in all.iter().zip(all.iter().skip(7)) {
        let (one, other) = (first.text.split_whitespace(), second.text.split_whitespace());
        let mixed: Vec<&str> = one.rev().zip(other).flat_map(|(a, b)| [a, b]).collect();
        clinic.read(&mixed.join(" "), first);
    }
    for text in ["", " ", "?", "daqui a 9999 anos", "99/99/9999", "da da da", "nao", "às", "dr", "@dia .. |"]
    {
        clinic.read(text, all.first().unwrap());
    }
}
