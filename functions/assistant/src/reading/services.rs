//! What for: "retorno", "limpeza", "ultrassom". A plain "consulta" is no service of its own: everybody says it.

use super::lexicon::{self, Entry};
use super::words::{Kind, Words};

const SERVICES: [Entry; 36] = [
    ("retorno", "retorno|retornar|retornos"),
    ("limpeza", "limpeza|limpeza de dente|limpeza dos dentes|limpar os dentes|profilaxia|tartaro"),
    ("canal", "canal|tratamento de canal"),
    ("clareamento", "clareamento|clarear os dentes|clarear"),
    ("aparelho", "aparelho|aparelho nos dentes|manutencao do aparelho|manutencao de aparelho"),
    (
        "extracao",
        "extracao|arrancar dente|arrancar um dente|tirar o dente|tirar dente|tirar um dente|tirar o siso|extrair",
    ),
    ("implante", "implante|implantes"),
    ("restauracao", "restauracao|obturacao|obturar"),
    ("avaliacao", "avaliacao|orcamento"),
    ("ultrassom", "ultrassom|ultrasom|ultra som|ultrassonografia|ecografia|morfologico"),
    ("ecocardiograma", "ecocardiograma|eco do coracao|ecocardio"),
    ("eletrocardiograma", "eletrocardiograma|eletro|ecg"),
    ("eletroencefalograma", "eletroencefalograma"),
    ("ergometrico", "ergometrico|teste de esforco|teste ergometrico|esteira"),
    ("holter", "holter"),
    ("mapa", "mapa 24|exame mapa|mapa de pressao"),
    ("preventivo", "preventivo|papanicolau|papa nicolau|exame preventivo|citologico"),
    ("mamografia", "mamografia"),
    ("raio x", "raio x|raiox|rx|radiografia"),
    ("tomografia", "tomografia"),
    ("ressonancia", "ressonancia|ressonancia magnetica"),
    ("endoscopia", "endoscopia"),
    ("colonoscopia", "colonoscopia"),
    ("exame", "exame|exames|exame de sangue|exame de urina|hemograma"),
    ("vacina", "vacina|vacinas|vacinar|vacinacao"),
    (
        "telemedicina",
        "telemedicina|teleconsulta|tele consulta|consulta online|consulta on line|online|por video|videochamada|chamada de video|a distancia",
    ),
    ("pre natal", "pre natal"),
    ("check up", "check up|checape|chekup|checkup"),
    ("colocar diu", "diu|colocar diu"),
    ("curativo", "curativo|trocar o curativo|tirar pontos|tirar os pontos|retirar pontos"),
    ("botox", "botox|preenchimento"),
    ("peeling", "peeling"),
    ("infiltracao", "infiltracao"),
    ("sessao", "sessao de terapia"),
    ("pequena cirurgia", "pequena cirurgia|tirar verruga|tirar pinta|tirar um sinal"),
    ("primeira consulta", "primeira consulta"),
];

/// The service spoken of. Marks its words and does not take them: "primeira consulta" and "exame de vista" say more.
pub(super) fn read(words: &mut Words, clinic: &[String]) -> Option<String> {
    let Some((name, range)) = lexicon::find(words, &SERVICES) else {
        return lexicon::of_clinic(words, clinic).filter(|name| name != "consulta");
    };
    words.mark(range, Kind::Service);
    Some(name.to_owned())
}

/// The canonical name of a service, however a clinic writes it.
pub fn canonical(name: &str) -> String {
    lexicon::canonical(name, &SERVICES)
}
