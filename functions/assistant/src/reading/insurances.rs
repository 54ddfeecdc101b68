//! How it is paid: the convênio by name, "particular", "sus".

use super::lexicon::{self, Entry};
use super::words::{Kind, Words};

const INSURANCES: [Entry; 45] = [
    ("unimed", "unimed|unimede|unimedi|uni med|unimd|unimeds"),
    ("bradesco", "bradesco saude|bradesco|bradeco"),
    ("sulamerica", "sulamerica|sul america|sulamerica saude|sulamerca|sulamericana"),
    ("amil", "amil|amil saude|amill|one health|amil one"),
    ("hapvida", "hapvida|hap vida|hapivida|rapvida"),
    (
        "notredame",
        "notredame|notre dame|notredame intermedica|notre dame intermedica|intermedica|gndi|notridame",
    ),
    ("porto", "porto seguro|porto saude|porto seguro saude"),
    ("cassi", "cassi"),
    ("geap", "geap|geap saude"),
    ("ipe", "ipe|ipe saude|ipergs"),
    ("ipsemg", "ipsemg"),
    ("ipasgo", "ipasgo"),
    ("iamspe", "iamspe"),
    ("golden cross", "golden cross|golden"),
    ("prevent senior", "prevent senior|prevent"),
    ("sao francisco", "sao francisco saude|sao francisco"),
    ("careplus", "careplus|care plus"),
    ("omint", "omint"),
    ("medsenior", "medsenior|med senior"),
    ("allianz", "allianz|alianz"),
    ("assim", "assim saude|plano assim"),
    ("mediservice", "mediservice"),
    ("fusex", "fusex"),
    ("saude caixa", "saude caixa"),
    ("postal saude", "postal saude"),
    ("petrobras", "petrobras|saude petrobras|ams petrobras"),
    ("capesesp", "capesesp"),
    ("cabesp", "cabesp"),
    ("economus", "economus"),
    ("camed", "camed"),
    ("promed", "promed"),
    ("samp", "samp"),
    ("vitallis", "vitallis"),
    ("odontoprev", "odontoprev|odonto prev"),
    ("metlife", "metlife|met life"),
    ("interodonto", "interodonto"),
    ("uniodonto", "uniodonto"),
    ("seguros unimed", "seguros unimed"),
    ("santa casa saude", "santa casa saude"),
    ("trasmontano", "trasmontano"),
    ("blue", "blue med|bluemed|blue saude"),
    ("planserv", "planserv"),
    ("afrafep", "afrafep"),
    ("sus", "sus"),
    ("particular", "particular|particula|particulares"),
];

/// Ways to say that no convênio pays.
const OWN_POCKET: [&str; 15] = [
    "sem convenio|plano",
    "sem nenhum convenio|plano",
    "nao .. tenho|possuo|tem|uso .. convenio|plano",
    "nao tenho convenio|plano",
    "nao e por|pelo convenio|plano",
    "nao .. usar|usarei|quero usar|convenio|plano",
    "nao .. usar|usarei .. convenio|plano",
    "^ em dinheiro",
    "do|meu bolso",
    "pago na hora",
    "pago|pagar|pagando a vista",
    "pagar em|no dinheiro",
    "pago|pagar|pagarei por fora",
    "vou pagar mesmo|eu",
    "pagamento na hora",
];

/// Names that are also common words or surnames count only beside words of a plan.
const AMBIGUOUS: [(&str, &str); 3] = [
    ("porto", "pela|pelo|plano|convenio|tenho|da|uso|aceita*|atende* .. porto"),
    ("assim", "plano|convenio assim"),
    ("blue", "plano|convenio|pela .. blue"),
];

/// The convênio spoken of. Takes its words.
pub(super) fn read(words: &mut Words, clinic: &[String]) -> Option<String> {
    let named = lexicon::find(words, &INSURANCES);
    if words.any(&OWN_POCKET) && named.as_ref().is_none_or(|(name, _)| *name == "particular") {
        return Some("particular".to_owned());
    }
    if let Some((name, range)) = named {
        words.take(range, Kind::Insurance);
        return Some(name.to_owned());
    }
    let beside = AMBIGUOUS.iter().find(|(_, pattern)| words.find(pattern).is_some());
    beside.map(|(name, _)| (*name).to_owned()).or_else(|| lexicon::of_clinic(words, clinic))
}

/// The canonical name of a convênio, however a clinic writes it.
pub fn canonical(name: &str) -> String {
    lexicon::canonical(name, &INSURANCES)
}
