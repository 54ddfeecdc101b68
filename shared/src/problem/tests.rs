use super::*;

#[test]
fn every_problem_has_its_own_slug_and_words() {
    let all = Problem::examples();
    let mut slugs: Vec<_> = all.iter().map(Problem::slug).collect();
    slugs.sort_unstable();
    slugs.dedup();
    assert_eq!(slugs.len(), all.len());
    assert!(all.iter().all(|p| !p.title().is_empty()));
}

#[test]
fn every_problem_is_documented() {
    let docs = include_str!("../../../docs/problemas.md");
    for problem in Problem::examples() {
        let (slug, status, title) = (problem.slug(), problem.status().as_u16(), problem.title());
        let entry = format!("\n## {slug}\n\n**{status}** · {title}. ");
        assert!(docs.contains(&entry), "docs/problemas.md lacks{entry}");
    }
    assert_eq!(docs.matches("\n## ").count(), Problem::examples().len(), "it describes what is no more");
}

#[test]
fn a_taken_slot_says_what_is_free_instead() {
    let problem = Problem::SlotTaken {
        alternatives: vec![Alternative {
            medico_id: "1".parse().unwrap(),
            data: "2026-12-01".to_owned(),
            hora: "09:00".to_owned(),
        }],
    };
    let body = problem.body("req-1");
    assert_eq!(body["codigo"], "horario_ocupado");
    assert_eq!(body["instance"], "req-1");
    assert_eq!(body["alternativas"][0]["hora"], "09:00");
}

#[test]
fn what_many_are_told_is_true_for_all_of_them() {
    // A record of a patient, a password and a visit are changed by two at once; clinics and operators have people who may less.
    let of_nothing = Problem::Stale.detail().to_lowercase();
    assert!(!["agend", "paciente", "senha"].iter().any(|word| of_nothing.contains(word)), "{of_nothing}");
    let of_all = Problem::Forbidden.detail();
    assert!(!of_all.contains("clínica") && of_all.contains("Peça"), "{of_all}");
}

#[test]
fn a_defect_is_told_with_the_number_support_asks_for() {
    let body = Problem::Internal.body("req-1");
    assert!(body["detail"].as_str().unwrap().ends_with("diga este número: req-1."), "{body}");
    assert!(!Problem::Internal.detail().contains("número"));
    assert_eq!(Problem::Unavailable.body("req-1")["detail"], Problem::Unavailable.detail());
}

#[test]
fn a_step_that_is_refused_is_told_in_words() {
    let told = |from, to| Problem::TransitionRefused { from, to }.detail();
    for ((from, to), words) in [
        (("em_atendimento", "agendado"), "está como “em atendimento” e não pode passar a “agendado”"),
        (("cancelado", "chegada"), "está como “cancelado” e a chegada não pode mais mudar"),
        (("remarcado", "remarcado"), "já mudou de horário várias vezes hoje"),
    ] {
        assert!(told(from, to).contains(words), "{}", told(from, to));
    }
}
