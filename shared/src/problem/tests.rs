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
