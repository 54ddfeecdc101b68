use super::*;
use crate::whatsapp::screen::fits;

fn said(nota: Option<&str>) -> Said<'_> {
    Said {
        clinica: "Pró-Saúde",
        paciente: "Maria Souza",
        medico: "Dra. Tânia",
        unidade: None,
        inicio_em: "2026-12-05T17:30:00Z".parse().unwrap(),
        confirmado: false,
        nota,
        zone: TimeZone::get("America/Sao_Paulo").unwrap(),
        now: "2026-12-04T17:30:00Z".parse().unwrap(),
    }
}

fn free() -> [DateTime; 3] {
    [5, 6, 7].map(|day| jiff::civil::date(2027, 1, day).at(14, 30, 0, 0))
}

/// Every text there is.
fn all(said: &Said<'_>) -> Vec<String> {
    let starts = [said.inicio_em; 6];
    vec![said.reminder(), said.booked(), said.series(&starts), said.missed(&free()), said.missed(&[])]
}

#[test]
fn a_note_stands_in_a_paragraph_of_its_own_before_what_to_answer() {
    assert_eq!(
        said(Some("Traga seus exames.")).reminder(),
        "Olá, Maria! Lembrete da *Pró-Saúde*: sua consulta com Dra. Tânia é amanhã, 05/12, às *14h30*.\n\n\
         Traga seus exames.\n\nResponda *1* para confirmar, *2* para remarcar ou *3* para cancelar."
    );
    let without = all(&said(None));
    for (with, without) in all(&said(Some("Traga seus exames."))).iter().zip(&without) {
        assert_eq!(&with.replacen("Traga seus exames.\n\n", "", 1), without);
        assert_ne!(with, without);
    }
    assert_eq!(all(&said(Some("  "))), without);
}

#[test]
fn no_sign_in_a_note_reaches_what_is_ours() {
    let stars = |text: &str| text.matches('*').count();
    for (with, without) in all(&said(Some("*a _b ~c ```d\n> e"))).iter().zip(all(&said(None))) {
        assert_eq!(stars(with), stars(&without), "{with}");
        assert!(with.contains("a b c '''d > e\n\n") && !with.contains(['_', '~', '`']), "{with}");
    }
}

#[test]
fn the_longest_note_is_whole_where_names_are_of_any_length_and_everything_fits_a_screen() {
    let note = "Traga seus exames de sangue e imagem. ".repeat(8).chars().take(300).collect::<String>();
    let long = "Maria das Dores de Albuquerque e Vasconcelos ".repeat(3);
    let said =
        Said { clinica: &long, paciente: &long, medico: &long, unidade: Some(&long), ..said(Some(&note)) };
    for text in all(&said) {
        assert!(fits(&text), "{text}");
    }
    assert!(said.reminder().contains(note.trim_end()) && said.booked().contains(note.trim_end()));
}
