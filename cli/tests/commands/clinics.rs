//! Clinics and operators, by the same code as the console and with the same trail.

use shared::auth::Papel;

use crate::Terminal;

#[tokio::test]
async fn a_clinic_is_suspended_and_taken_up_again_and_the_trail_says_by_whom() {
    let terminal = Terminal::new().await;
    let clinic = terminal.app.clinic.subdomain.clone();
    let said = terminal.hi(&["clinic", "suspend", &clinic, "--motivo", "Fatura em aberto.", "--json"]).await;
    assert_eq!((said.code, said.json()["estado"].as_str()), (0, Some("suspensa")), "{said:?}");
    let list = terminal.hi(&["clinic", "list", "--estado", "suspensa"]).await;
    assert!(list.out.contains(&clinic) && !list.out.contains(&terminal.app.other.subdomain), "{list:?}");
    let back = terminal.hi(&["clinic", "reactivate", &clinic]).await;
    assert!(back.code == 0 && back.out.contains("ativa"), "{back:?}");
    let plan = terminal.hi(&["clinic", "plan", &clinic, "profissional", "--json"]).await;
    assert_eq!(plan.json()["plano"], "profissional", "{plan:?}");
    let twice = terminal.hi(&["clinic", "plan", &clinic, "profissional"]).await;
    assert_eq!(twice.code, 3, "the same change is not charged twice: {twice:?}");
    let trail = "select string_agg(operador_id || ' ' || acao, ', ' order by id) from auditoria_operacao";
    let me = terminal.admin.id;
    assert_eq!(
        terminal.app.database.text(trail).await,
        format!("{me} cliente_suspenso, {me} cliente_reativado, {me} plano_mudado")
    );
    let more = "insert into unidades (cliente_id, nome) select id, 'Norte' from clientes";
    terminal.app.database.sql(more).await;
    let smaller = terminal.hi(&["clinic", "plan", &clinic, "basico"]).await;
    let beyond = "Acima do plano: 2 unidades, e ele inclui 1; o que há continua, e mais um é recusado.";
    assert!(smaller.code == 0 && smaller.out.contains(beyond), "{smaller:?}");
    for (arguments, code) in [
        (vec!["clinic", "suspend", "ninguem", "--motivo", "teste"], 3),
        (vec!["clinic", "suspend", &clinic, "--motivo", "x"], 3),
        (vec!["clinic", "suspend", &clinic], 2),
        (vec!["clinic", "plan", &clinic, "ouro"], 3),
    ] {
        let said = terminal.hi(&arguments).await;
        assert_eq!(said.code, code, "{arguments:?} {said:?}");
        assert!(said.out.is_empty() && !said.err.is_empty(), "{said:?}");
    }
}

#[tokio::test]
async fn who_may_not_at_the_console_may_not_at_a_terminal() {
    let terminal = Terminal::new().await;
    let suporte = terminal.app.operator(Papel::Suporte).await.email;
    let clinic = terminal.app.clinic.subdomain.clone();
    for arguments in [
        vec!["clinic", "plan", &clinic, "profissional"],
        vec!["operator", "add", "--nome", "Ana Lima", "--email", "ana@x.com", "--papel", "admin"],
        vec!["operator", "role", &suporte, "admin"],
    ] {
        let said = terminal.hi_with(&[("HI_OPERADOR", &suporte)], &arguments).await;
        assert_eq!(said.code, 3, "{arguments:?} {said:?}");
    }
    assert_eq!(terminal.app.database.number("select count(*) from auditoria_operacao").await, 0);
    let down = [("ADMIN_DATABASE_URL", "postgres://hi_admin@127.0.0.1:1/nada")];
    let said = terminal.hi_with(&down, &["clinic", "list", "--json"]).await;
    let error: serde_json::Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!((said.code, &error["codigo"]), (1, &1.into()), "{said:?}");
}

#[tokio::test]
async fn an_operator_comes_changes_and_goes() {
    let terminal = Terminal::new().await;
    let add = [
        "operator",
        "add",
        "--nome",
        "Ana Lima",
        "--email",
        "Ana@Exemplo.com",
        "--papel",
        "suporte",
        "--json",
    ];
    let made = terminal.hi(&add).await;
    let link = made.json()["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with("https://admin.exemplo.com/convite#"), "{made:?}");
    assert_eq!(terminal.hi(&add).await.code, 3, "the e-mail is taken");
    let again = terminal.hi(&["operator", "invite", "ana@exemplo.com", "--json"]).await.json();
    assert_ne!(again["link"].as_str().unwrap(), link);
    let open = "select count(*) from convites_operador where usado_em is null and cancelado_em is null";
    assert_eq!(terminal.app.database.number(open).await, 1, "the older link ended");
    let role = terminal.hi(&["operator", "role", "ana@exemplo.com", "financeiro"]).await;
    assert!(role.out.starts_with("financeiro"), "{role:?}");
    let off = terminal.hi(&["operator", "deactivate", "ana@exemplo.com"]).await;
    assert!(off.out.contains("sem acesso"), "{off:?}");
    assert_eq!(terminal.hi(&["operator", "invite", "ana@exemplo.com"]).await.code, 3);
    let me = terminal.admin.email.clone();
    let own = terminal.hi(&["operator", "deactivate", &me]).await;
    assert_eq!(own.code, 3, "{own:?}");
    let list = terminal.hi(&["operator", "list", "--json"]).await.json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let acts = "select string_agg(acao, ',' order by id) from auditoria_operacao";
    assert_eq!(
        terminal.app.database.text(acts).await,
        "operador_criado,operador_convidado,operador_alterado,operador_alterado"
    );
}
