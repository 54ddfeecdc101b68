//! What the operators' console can reach at all: the catalogue says what its role may read and write, the rows say what of it each papel sees.

use shared::auth::{Operators, Papel};
use shared::testing::{Person, TestApp};

use super::manifests::top;

/// All the console's role reads; nothing of a patient, an agenda or a conversation. Whoever adds a line says why that is none of these.
const READ: &[&str] = &[
    "assinaturas",
    "auditoria_operacao",
    "clientes",
    // The state of a line and its times; of numbers only the clinic's own.
    "conexoes",
    "convites",
    "convites_operador",
    "custos_mensais",
    "descontos",
    "fatura_eventos",
    "fatura_itens",
    "faturas",
    "idempotencia_operador",
    "incidentes",
    "incidentes_clientes",
    "incidentes_comunicacoes",
    "mudancas_plano",
    "operadores",
    "pagadores",
    "pagamentos_ilegiveis",
    "pagamentos_recebidos",
    "planos",
    "planos_valores",
    "uso_mensal",
];
/// All it writes. E-mails it only adds: an invitation leaves by one.
const WRITTEN: &[&str] = &[
    "assinaturas",
    "auditoria_operacao",
    "clientes",
    "convites",
    "convites_operador",
    "descontos",
    "emails",
    "emails_operacao",
    "fatura_eventos",
    "faturas",
    "idempotencia_operador",
    "incidentes",
    "incidentes_clientes",
    "incidentes_comunicacoes",
    "mudancas_plano",
    "operadores",
    "pagadores",
    "pagamentos_ilegiveis",
    "planos",
];

async fn tables(app: &TestApp, privileges: &str) -> Vec<String> {
    let query = format!(
        "select distinct relname::text from pg_class, unnest(string_to_array('{privileges}', ',')) as p(privilege)
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
           and has_table_privilege('hi_admin', oid, privilege)
         union
         select distinct relname::text from pg_class, unnest(string_to_array('{privileges}', ',')) as p(privilege)
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
           and privilege not in ('DELETE', 'TRUNCATE') and has_any_column_privilege('hi_admin', oid, privilege)
         order by 1"
    );
    app.database.texts(&query).await
}

#[tokio::test]
async fn the_consoles_role_reads_and_writes_what_is_named_here_and_nothing_else() {
    let app = TestApp::new().await;
    assert_eq!(tables(&app, "SELECT").await, READ);
    assert_eq!(tables(&app, "INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES").await, WRITTEN);
    for table in ["pacientes", "agendamentos", "conversas", "mensagens", "saida", "historico", "lembretes"] {
        let read = app.database.sql_as("hi_admin", None, &format!("select * from {table}")).await;
        assert_eq!(read, Err("42501".to_owned()), "{table}");
        let own = app.clinic.id.to_string().parse().unwrap();
        let read = app.database.sql_as("hi_admin", Some(own), &format!("select * from {table}")).await;
        assert_eq!(read, Err("42501".to_owned()), "{table}, with a clinic");
    }
    for secret in [
        "senha from operadores",
        "qr from conexoes",
        "codigo_pareamento from conexoes",
        "numero_pedido from conexoes",
        "token_hash from convites",
        "token_hash from convites_operador",
        "senha from medicos",
    ] {
        let read = app.database.sql_as("hi_admin", None, &format!("select {secret}")).await;
        assert_eq!(read, Err("42501".to_owned()), "{secret}");
    }
    let senha = app.database.sql_as("hi_admin", None, "update operadores set senha = 'x'").await;
    assert_eq!(senha, Err("42501".to_owned()));
}

#[tokio::test]
async fn the_consoles_role_calls_the_functions_named_here_and_nothing_else() {
    let app = TestApp::new().await;
    let query = "select p.proname::text from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname like 'hi\\_%' and p.prorettype <> 'trigger'::regtype
          and has_function_privilege('hi_admin', p.oid, 'execute') order by 1";
    let expected = [
        "hi_acima_do_plano",
        "hi_busca",
        "hi_comunica_incidente",
        "hi_confere_auditoria",
        "hi_despede_clinica",
        "hi_enter_operador",
        "hi_estado_da_implantacao",
        "hi_fuso_existe",
        "hi_guarda_ilegivel",
        "hi_ja_trabalha",
        "hi_linha_propria",
        "hi_nome_do_operador",
        "hi_nome_recusado",
        "hi_nomes_dos_planos",
        "hi_numeros_da_clinica",
        "hi_operador_do_terminal",
        "hi_operador_id",
        "hi_operador_papel",
        "hi_prepara_clinica",
        "hi_recebe_pagamento",
        "hi_sessoes_do_operador",
        "hi_tem_gestor",
        "hi_tenant_by_subdomain",
        "hi_valores_do_plano",
    ];
    assert_eq!(app.database.texts(query).await, expected);
}

/// How many rows of each readable table an operator sees, as the database's own role; a row is there to be seen in each.
async fn seen(app: &TestApp, person: Option<&Person>) -> Vec<String> {
    let mut found = Vec::new();
    for table in READ {
        let enter =
            person.map(|person| format!("perform hi_enter_operador({});", person.id)).unwrap_or_default();
        let look = format!(
            "do $$ begin {enter} perform 1 from {table}; if not found then raise check_violation; end if; end $$"
        );
        if app.database.sql_as("hi_admin", None, &look).await.is_ok() {
            found.push((*table).to_owned());
        }
    }
    found
}

#[tokio::test]
async fn a_papel_sees_no_row_that_is_not_its_own_and_nobody_sees_any_outside_the_door() {
    let app = TestApp::new().await;
    let [admin, financeiro, suporte] = [
        app.operator(Papel::Admin).await,
        app.operator(Papel::Financeiro).await,
        app.operator(Papel::Suporte).await,
    ];
    fill(&app, &admin).await;
    assert_eq!(seen(&app, None).await, Vec::<String>::new());
    assert_eq!(seen(&app, Some(&admin)).await, READ);
    let money = [
        "assinaturas",
        "clientes",
        "custos_mensais",
        "descontos",
        "fatura_eventos",
        "fatura_itens",
        "faturas",
        "mudancas_plano",
        "operadores",
        "pagadores",
        "pagamentos_ilegiveis",
        "pagamentos_recebidos",
        "planos",
        "planos_valores",
        "uso_mensal",
    ];
    assert_eq!(seen(&app, Some(&financeiro)).await, money);
    assert_eq!(
        seen(&app, Some(&suporte)).await,
        [
            "clientes",
            "conexoes",
            "convites",
            "incidentes",
            "incidentes_clientes",
            "incidentes_comunicacoes",
            "operadores",
            "uso_mensal"
        ]
    );
    let others = format!(
        "do $$ begin perform hi_enter_operador({}); perform 1 from operadores where id <> {0}; if found then raise check_violation; end if; end $$",
        suporte.id
    );
    app.database.sql_as("hi_admin", None, &others).await.unwrap();
    app.database.sql(&format!("update operadores set ativo = false where id = {}", admin.id)).await;
    // The own rows are how the door finds out; nothing else is shown.
    assert_eq!(seen(&app, Some(&admin)).await, ["idempotencia_operador", "operadores"]);
}

/// A row in each table.
async fn fill(app: &TestApp, admin: &Person) {
    let act = format!(
        "insert into auditoria_operacao (em, operador_id, papel, acao, alvo) values (now(), {}, 'admin', 'x', 'y')",
        admin.id
    );
    app.database.sql(&act).await;
    let (clinic, admin) = (app.clinic.id, admin.id);
    let rest = format!(
        "insert into pagadores (cliente_id, nome, documento) values ({clinic}, 'Clínica', '11222333000181');
         insert into mudancas_plano (cliente_id, plano_de, plano_para, preco_de_centavos, preco_para_centavos, vale_dia, dias_mes,
                                     dias_restantes, credito_centavos, cobranca_centavos, operador_id, criado_em)
         values ({clinic}, 'basico', 'enterprise', 1, 2, '2026-12-01', 31, 0, 0, 0, {admin}, now());
         insert into convites (cliente_id, nome, email, tipo, token_hash, operador_id, criado_em, expira_em)
         values ({clinic}, 'Ana', 'ana@x.com', 'medico', repeat('0', 64), {admin}, now(), now());
         insert into convites_operador (operador_id, token_hash, criado_em, expira_em) values ({admin}, 'x', now(), now());
         insert into idempotencia_operador (operador_id, chave, rota, corpo_hash, criado_em) values ({admin}, 'x', 'y', 'z', now());
         insert into descontos (cliente_id, percentual, de_mes, motivo, operador_id, criado_em)
         values ({clinic}, 10, '2026-12-01', 'boas-vindas', {admin}, now());
         insert into faturas (cliente_id, competencia, plano, total_centavos, vencimento, pagador_nome, emitida_em)
         values ({clinic}, '2026-11-01', 'basico', 9900, '2026-12-10', 'Clínica', now());
         insert into fatura_itens (cliente_id, fatura_id, tipo, descricao, unitario_centavos, total_centavos)
         select cliente_id, id, 'plano', 'Plano Básico', 9900, 9900 from faturas;
         insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, ocorrido_em, recebido_em)
         select cliente_id, id, 'asaas', 'x', 'nota', 'PAYMENT_CREATED', now(), now() from faturas;
         insert into pagamentos_recebidos (origem, evento, nome, cobranca, ocorrido_em, recebido_em)
         values ('asaas', 'x', 'PAYMENT_CREATED', 'pay_1', now(), now());
         insert into pagamentos_ilegiveis (origem, digesto, bytes, corpo, recebido_em) values ('asaas', repeat('0', 64), 1, 'x', now());
         insert into conexoes (cliente_id, instancia) values ({clinic}, 'x');
         insert into uso_mensal (cliente_id, mes, medido_em) values ({clinic}, '2026-11-01', now());
         insert into custos_mensais (cliente_id, mes, ia_custo_microusd) values ({clinic}, '2026-11-01', 1);
         insert into incidentes (id, titulo, natureza, categorias, operador_id, criado_em)
         values (1, 'Cópia perdida', 'Uma cópia se perdeu', array['contato'], {admin}, now());
         insert into incidentes_clientes (cliente_id, incidente_id) values ({clinic}, 1);
         insert into incidentes_comunicacoes (incidente_id, a, em, operador_id) values (1, 'anpd', now(), {admin})"
    );
    app.database.sql(&rest).await;
}

/// Whether a function of `can.ts` says yes to an operator of this papel: what stands in it, part by part.
fn page_says(table: &str, name: &str, papel: Papel) -> bool {
    let start = format!("export const {name} = (user: User) => ");
    let line = table.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{start}"));
    line.trim_end_matches(';').split(" || ").any(|part| {
        if part == "user.user_type === \"operador\"" {
            return true;
        }
        let word = part.strip_prefix("user.papel === \"").and_then(|rest| rest.strip_suffix('"'));
        match (word, part.strip_suffix("(user)")) {
            (Some(word), _) => Papel::parse(word).unwrap_or_else(|| panic!("{part}")) == papel,
            (None, Some(other)) => page_says(table, other, papel),
            (None, None) => panic!("{part} of {name} is written in a way this wall does not read"),
        }
    })
}

#[test]
fn the_console_shows_what_the_gate_lets_pass() {
    let table = std::fs::read_to_string(top().join("web/src/console/can.ts")).unwrap();
    let groups = [Operators::Any, Operators::Clinics, Operators::Money, Operators::Admin];
    let named = groups.map(|group| match group {
        Operators::Any => "everybody",
        Operators::Clinics => "clinics",
        Operators::Money => "money",
        Operators::Admin => "admins",
    });
    for (group, name) in groups.into_iter().zip(named) {
        for papel in Papel::ALL {
            assert_eq!(page_says(&table, name, papel), group.include(papel), "{name} and {papel:?}");
        }
    }
    assert_eq!(table.matches(" = (user: User) => ").count(), named.len(), "a group the gate does not know");
}
