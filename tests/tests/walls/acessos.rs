//! Every route that shows patients to people of a clinic says so in its table, so that whom it showed is kept. What a route shows is read from
//! the description of the API.

use std::collections::BTreeSet;

use serde_json::Value;

/// Properties that only what is about patients has, beside those of a patient ([`of_patients`]).
const OF_PATIENTS: [&str; 6] =
    ["paciente", "paciente_id", "paciente_nome", "paciente_telefone", "nome_perfil", "historico"];
/// Properties of a patient that others have as well, and that therefore tell of no patient by themselves.
const OF_OTHERS_TOO: [&str; 8] =
    ["id", "nome", "telefone", "email", "observacoes", "convenio_id", "criado_em", "versao"];
/// What lies below these is about patients whatever its fields are called.
const BELOW: [&str; 6] = [
    "/api/agendamentos",
    "/api/conversas",
    "/api/lista-espera",
    "/api/pacientes",
    "/api/pedidos",
    "/api/series",
];
/// Routes below them that answer something, and show nobody.
const SHOW_NOBODY: [(&str, &str, &str); 5] = [
    ("get", "/api/conversas/contagem", "answers how many"),
    ("post", "/api/conversas/{id}/mensagens", "answers what the caller wrote"),
    ("post", "/api/pedidos/{id}/recusa", "answers whether somebody was told"),
    ("post", "/api/pacientes/{id}/anonimizacao", "answers what is no more, by kind, and the audit has it"),
    ("get", "/api/pacientes/{id}/acessos", "answers who looked, and ids"),
];

/// What shows that something is about patients; a new field of theirs is among it by itself.
fn of_patients(document: &Value) -> BTreeSet<&str> {
    let patient = document["components"]["schemas"]["PacienteOut"]["properties"].as_object().unwrap();
    let own = patient.keys().map(String::as_str).filter(|field| !OF_OTHERS_TOO.contains(field));
    OF_PATIENTS.into_iter().chain(own).collect()
}

/// The names of properties a schema reaches.
fn properties(document: &Value, schema: &Value, walked: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(name) = map.get("$ref").and_then(Value::as_str)
                && let Some(name) = name.strip_prefix("#/components/schemas/")
                && walked.insert(name.to_owned())
            {
                properties(document, &document["components"]["schemas"][name], walked, found);
            }
            if let Some(Value::Object(fields)) = map.get("properties") {
                found.extend(fields.keys().cloned());
            }
            map.values().for_each(|value| properties(document, value, walked, found));
        }
        Value::Array(values) => values.iter().for_each(|value| properties(document, value, walked, found)),
        _ => {}
    }
}

/// What a route answers when it does what it is asked; none when that has no body.
fn answered(document: &Value, operation: &Value) -> Option<BTreeSet<String>> {
    let answers = operation["responses"].as_object().unwrap().iter();
    let contents: Vec<&Value> = answers
        .filter(|(status, _)| status.starts_with('2'))
        .filter_map(|(_, answer)| answer.get("content"))
        .collect();
    let mut found = BTreeSet::new();
    for content in &contents {
        properties(document, content, &mut BTreeSet::new(), &mut found);
    }
    (!contents.is_empty()).then_some(found)
}

#[test]
fn every_route_that_shows_patients_says_so() {
    let document: Value = serde_json::from_str(&tests::openapi::written().unwrap()).unwrap();
    let of_patients = of_patients(&document);
    assert!(
        ["cpf", "cns", "nascimento_dia"].iter().all(|field| of_patients.contains(field)),
        "{of_patients:?}"
    );
    let (mut wrong, mut marked) = (Vec::new(), 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let of_a_clinic = operation.get("security").is_some() && !path.starts_with("/api/admin/");
            let says = operation.get("x-acesso-registrado").is_some();
            let exempt = SHOW_NOBODY.iter().any(|(m, p, _)| m == method && p == path);
            let below = BELOW.iter().any(|begins| path.starts_with(begins));
            let shows = answered(&document, operation)
                .is_some_and(|fields| below || of_patients.iter().any(|field| fields.contains(*field)));
            marked += usize::from(says);
            if of_a_clinic && shows && !exempt && !says {
                wrong.push(format!("{method} {path} shows patients: `.shows(Dados::…)` in its table"));
            }
            // One answers no JSON, the other what other routes do.
            let unseen = ["/api/medicos/{id}/agenda.ics", "/api/abertura"].contains(&path.as_str());
            if says && (exempt || !shows) && !unseen {
                wrong.push(format!("{method} {path} shows no patient"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(marked > 30, "{marked}");
}

#[test]
fn what_shows_nobody_is_a_route() {
    let document: Value = serde_json::from_str(&tests::openapi::written().unwrap()).unwrap();
    for (method, path, _) in SHOW_NOBODY {
        assert!(document["paths"][path].get(method).is_some(), "{method} {path}");
    }
}
