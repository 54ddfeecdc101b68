//! Copies and erasures from a terminal.

use crate::Terminal;

#[tokio::test]
async fn a_clinic_is_exported_restored_beside_and_taken_up() {
    let terminal = Terminal::new().await;
    let clinic = terminal.app.clinic.subdomain.clone();
    let bare = terminal.hi(&["export", "--cliente", &clinic, "--para", "sem-selo"]).await;
    assert!(bare.code == 0 && bare.err.contains("hi keys copies"), "{bare:?}");
    let key = ["keys", "copies", "--chave-arquivo", "copies.key"];
    for many in 1..=2 {
        let said = terminal.hi(&[&key[..], &["--json"]].concat()).await;
        assert_eq!((said.code, said.json()["chaves"].as_i64()), (0, Some(many)), "{said:?}");
    }
    std::fs::create_dir(terminal.path(".local")).unwrap();
    std::fs::rename(terminal.path("copies.key"), terminal.path(".local/copies.key")).unwrap();
    let refused = terminal.hi(&["restore", "--de", "sem-selo", "--subdomain", "sol-copia"]).await;
    assert!(refused.code == 3 && refused.err.contains("selo"), "{refused:?}");
    let made = terminal.hi(&["export", "--cliente", &clinic, "--para", "copia", "--json"]).await;
    assert_eq!((made.code, made.json()["perfil"].as_str()), (0, Some("backup")), "{made:?}");
    assert!(made.err.contains("pacientes: 1 linhas"), "progress is told: {made:?}");
    let back = terminal.hi(&["restore", "--de", "copia", "--subdomain", "sol-copia"]).await;
    assert!(back.code == 0 && back.out.contains("hi clinic reactivate sol-copia"), "{back:?}");
    assert_eq!(terminal.hi(&["clinic", "reactivate", "sol-copia"]).await.code, 0);
    let twice = terminal.hi(&["restore", "--de", "copia", "--subdomain", "sol-copia"]).await;
    assert!(twice.code == 3 && twice.err.contains("Já há uma clínica"), "{twice:?}");
    let acts = "select string_agg(acao, ',' order by id) from auditoria_operacao";
    let expected = "clinica_exportada,clinica_exportada,clinica_restaurada,cliente_reativado";
    assert_eq!(terminal.app.database.text(acts).await, expected);
    for arguments in [
        vec!["export", "--cliente", "ninguem", "--para", "x"],
        vec!["restore", "--de", "nada"],
        vec!["restore", "--tudo", "--de", "copia"],
    ] {
        let said = terminal.hi(&arguments).await;
        assert_eq!(said.code, 3, "{arguments:?} {said:?}");
    }
    assert_eq!(terminal.hi(&["restore"]).await.code, 2);
}

#[tokio::test]
async fn the_whole_system_and_the_register_are_copied() {
    let terminal = Terminal::new().await;
    let made = terminal.hi(&["backup", "--para", "tudo", "--json"]).await;
    assert_eq!((made.code, made.json()["copia"].as_str()), (0, Some("sistema")), "{made:?}");
    for file in ["banco.dump", "apagamentos.ndjson", "manifesto.json", "manifesto.sha256"] {
        assert!(terminal.path("tudo").join(file).is_file(), "{file}");
    }
    let rights = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(terminal.path("tudo")).unwrap().permissions(),
    );
    assert_eq!(rights & 0o077, 0, "nobody else reads it");
    let only = terminal.hi(&["backup", "--so-apagamentos", "--para", "a.ndjson"]).await;
    assert!(only.code == 0 && terminal.path("a.ndjson").is_file(), "{only:?}");
    let again =
        terminal.hi(&["restore", "--refazer-apagamentos", "--apagamentos", "a.ndjson", "--json"]).await;
    assert_eq!(again.json()["apagados"], 0, "{again:?}");
}

#[tokio::test]
async fn a_patient_is_erased_only_when_it_is_meant() {
    let terminal = Terminal::new().await;
    let clinic = terminal.app.clinic.subdomain.clone();
    let id = terminal.app.clinic.paciente.to_string();
    let erase = ["erase", "--cliente", &clinic, "--paciente", &id, "--motivo", "Pedido por e-mail."];
    let asked = terminal.hi(&erase).await;
    assert!(asked.code == 3 && asked.err.contains("--sim") && !asked.err.contains("Maria"), "{asked:?}");
    let name = format!("select nome from pacientes where id = {id}");
    assert_eq!(terminal.app.database.text(&name).await, "Maria Souza");
    let foreign = terminal.app.other.paciente.to_string();
    let other = ["erase", "--cliente", &clinic, "--paciente", &foreign, "--motivo", "Pedido.", "--sim"];
    assert_eq!(terminal.hi(&other).await.code, 3, "another clinic's");
    let done = terminal.hi(&[&erase[..], &["--sim"]].concat()).await;
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(terminal.app.database.text(&name).await, "Paciente removido");
    let register = "select count(*) from apagamentos where unido_a_id is null";
    assert_eq!(terminal.app.database.number(register).await, 1);
    let trail = "select string_agg(concat_ws(' ', acao, alvo, depois), ', ') from auditoria_operacao where acao = 'paciente_apagado'";
    let expected = format!("paciente_apagado clientes/{} {{\"paciente_id\": {id}}}", terminal.app.clinic.id);
    assert_eq!(terminal.app.database.text(trail).await, expected);
}
