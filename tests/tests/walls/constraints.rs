//! Every constraint a caller of the API can run into has words.

use shared::db::CONSTRAINTS;
use shared::domain::lembretes::Kind;
use shared::testing::TestApp;

/// Tables no route of the API and no message writes to yet, or writes only what the code itself made; whoever opens one to callers
/// takes it off this list and gives its constraints words.
const NOT_WRITTEN_BY_CALLERS: [&str; 37] = [
    "aceites_termos",
    "acessos",
    "alertas",
    "assinaturas",
    "auditoria",
    "auditoria_operacao",
    "calendarios",
    "codigos",
    "conexoes",
    "convites",
    "convites_operador",
    "custos_mensais",
    "descontos",
    "emails",
    "emails_operacao",
    "entrada",
    "fatura_eventos",
    "fatura_itens",
    "faturas",
    "idempotencia",
    "idempotencia_operador",
    "incidentes_comunicacoes",
    "lembretes",
    "limites_avisados",
    "mudancas_plano",
    "ofertas",
    "ofertas_espera",
    "pagamentos_ilegiveis",
    "pagamentos_recebidos",
    "planos_valores",
    "recursos_ocupados",
    "relatos",
    "reservas",
    "secretarias",
    "series",
    "telefones_anteriores",
    "uso_mensal",
];
/// Of the tables callers do write, what the code never hands through from them.
const MADE_BY_THE_CODE: &[(&str, &str)] = &[
    ("agendamentos_canal_check", "channels are a closed set in Rust"),
    ("agendamentos_cancelado_por_check", "a closed set in Rust"),
    ("agendamentos_cliente_id_id_key", "ids are made by the database"),
    ("agendamentos_medico_id_ocupado_excl", "is Problem::SlotTaken"),
    ("agendamentos_preco_centavos_check", "copied from the service"),
    ("agendamentos_status_check", "statuses are a closed set in Rust"),
    ("avisos_medicos_cliente_id_id_key", "ids are made by the database"),
    ("avisos_medicos_medico_id_key", "whoever writes what is there changes it"),
    ("bloqueios_cliente_id_id_key", "ids are made by the database"),
    ("bloqueios_tipo_check", "a closed set in Rust"),
    ("clientes_encerrado_check", "closing writes both columns"),
    ("clientes_suspenso_por_check", "written by the database"),
    ("clientes_identidade_key", "identities are made by the database"),
    ("clientes_whatsapp_cloud_check", "no route writes it"),
    ("clientes_whatsapp_cloud_id_check", "no route writes it"),
    ("clientes_whatsapp_cloud_id_key", "no route writes it"),
    ("clientes_whatsapp_provedor_check", "no route writes it"),
    ("consentimentos_canal_check", "channels are a closed set in Rust"),
    ("consentimentos_cliente_id_id_key", "ids are made by the database"),
    ("consentimentos_tipo_check", "kinds of consent are a closed set in Rust"),
    ("consentimentos_de_quem_check", "the code writes one of both"),
    ("consentimentos_versao_check", "made by the code"),
    ("conversas_atendente_tipo_check", "types of users are a closed set in Rust"),
    ("conversas_cliente_id_id_key", "ids are made by the database"),
    ("conversas_contato_key", "whoever opens a thread that is there gets it"),
    ("conversas_modo_check", "a closed set in Rust"),
    ("conversas_nao_lidas_check", "counted by the database"),
    ("conversas_urgencia_atendida_tipo_check", "types of users are a closed set in Rust"),
    ("conversas_respostas_no_dia_check", "made by the code"),
    ("convenios_cliente_id_id_key", "ids are made by the database"),
    ("feriados_cliente_id_id_key", "ids are made by the database"),
    ("historico_cliente_id_id_key", "ids are made by the database"),
    ("horarios_cliente_id_id_key", "ids are made by the database"),
    ("horarios_excecoes_cliente_id_id_key", "ids are made by the database"),
    ("incidentes_categorias_check", "a closed set in Rust"),
    ("incidentes_conclusao_check", "closing writes both columns"),
    ("incidentes_medidas_check", "no route lets a longer text through"),
    ("incidentes_natureza_check", "no route lets one through that is refused"),
    ("incidentes_prazo_check", "reckoned by the code"),
    ("incidentes_riscos_check", "no route lets a longer text through"),
    ("incidentes_titulares_check", "no route lets one through that is refused"),
    ("incidentes_titulo_check", "no route lets one through that is refused"),
    ("lista_espera_canal_check", "channels are a closed set in Rust"),
    ("lista_espera_cliente_id_id_key", "ids are made by the database"),
    ("lista_espera_estado_check", "a closed set in Rust"),
    ("lista_espera_periodo_check", "a closed set in Rust"),
    ("medicos_cliente_id_id_key", "ids are made by the database"),
    ("medicos_convenios_cliente_id_id_key", "ids are made by the database"),
    ("medicos_email_check", "no route writes it"),
    ("medicos_nome_check", "no route lets one through that is refused"),
    ("links_senha_cliente_id_id_key", "ids are made by the database"),
    ("links_senha_fim_check", "the code writes one of both"),
    ("links_senha_motivo_check", "a closed set in Rust"),
    ("links_senha_token_hash_check", "made by the code"),
    ("links_senha_token_hash_key", "made by the code, at random"),
    ("links_senha_usuario_tipo_check", "types of users are a closed set in Rust"),
    ("convites_operador_motivo_check", "written by the database"),
    ("logos_altura_check", "no route lets a larger one through"),
    ("logos_conteudo_check", "no route lets a larger one through"),
    ("logos_digesto_check", "made by the code"),
    ("logos_largura_check", "no route lets a larger one through"),
    ("logos_tipo_check", "a closed set in Rust"),
    ("mensagens_autor_check", "a closed set in Rust"),
    ("mensagens_cliente_id_id_key", "ids are made by the database"),
    ("mensagens_direcao_check", "a closed set in Rust"),
    ("mensagens_estado_check", "a closed set in Rust"),
    ("mensagens_falha_check", "a closed set in Rust"),
    ("mensagens_usuario_tipo_check", "types of users are a closed set in Rust"),
    ("mensagens_whatsapp_id_conversa_key", "a message that is there is not written again"),
    ("mensagens_whatsapp_id_key", "a message that is there is not written again"),
    ("nomes_deixados_tipo_check", "written by the database"),
    ("regras_lembrete_clinica_key", "whoever writes what is there changes it, one after the other"),
    ("regras_lembrete_cliente_id_id_key", "ids are made by the database"),
    ("regras_lembrete_medico_id_key", "whoever writes what is there changes it, one after the other"),
    ("operadores_papel_check", "a closed set in Rust"),
    ("pacientes_cliente_id_id_key", "ids are made by the database"),
    ("pacientes_email_check", "no route lets one through that is refused"),
    ("pacientes_observacoes_check", "no route lets a longer note through"),
    ("pagadores_cliente_id_id_key", "ids are made by the database"),
    ("pagadores_cliente_id_key", "whoever writes what is there changes it"),
    ("recursos_cliente_id_id_key", "ids are made by the database"),
    ("respostas_prontas_cliente_id_id_key", "ids are made by the database"),
    ("saida_chave_key", "a message that is there is not written again"),
    ("saida_cliente_id_id_key", "ids are made by the database"),
    ("saida_correlacao_check", "made by the code"),
    ("saida_estado_check", "a closed set in Rust"),
    ("saida_modelo_check", "written from a closed set in Rust"),
    ("saida_prioridade_check", "made by the code"),
    ("saida_texto_check", "no route lets an empty text through"),
    ("servicos_cliente_id_id_key", "ids are made by the database"),
    ("unidades_cliente_id_id_key", "ids are made by the database"),
];

#[tokio::test]
async fn every_constraint_has_words_or_a_reason() {
    let app = TestApp::new().await;
    let query = "select conrelid::regclass::text || ' ' || conname from pg_constraint
        where connamespace = 'public'::regnamespace and contype in ('u', 'c', 'x') and conrelid <> 0
        union all
        select i.indrelid::regclass::text || ' ' || c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indisunique and c.relnamespace = 'public'::regnamespace
          and not exists (select from pg_constraint where conindid = i.indexrelid)";
    let mut silent = Vec::new();
    for line in app.database.texts(query).await {
        let (table, name) = line.split_once(' ').unwrap();
        let explained = NOT_WRITTEN_BY_CALLERS.contains(&table)
            || table == "_sqlx_migrations"
            || MADE_BY_THE_CODE.iter().any(|(known, _)| *known == name)
            || CONSTRAINTS.iter().any(|(known, ..)| *known == name);
        if !explained {
            silent.push(name.to_owned());
        }
    }
    assert_eq!(silent, Vec::<String>::new(), "have no words in shared/src/db/error.rs");
}

#[tokio::test]
async fn words_are_for_constraints_that_exist() {
    let app = TestApp::new().await;
    let query = "select conname::text from pg_constraint union select relname::text from pg_class where relkind = 'i'";
    let known = app.database.texts(query).await;
    for (name, ..) in CONSTRAINTS {
        assert!(known.iter().any(|other| other == name), "{name} is no constraint");
    }
}

/// What only the code knows the database refuses; what only the database knows is said by nobody.
#[tokio::test]
async fn the_kinds_of_reminders_are_those_the_database_keeps() {
    let app = TestApp::new().await;
    let words = "select words[1] from pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g') words
        where conname = 'lembretes_tipo_check'";
    let mut kept = app.database.texts(words).await;
    let mut known = Kind::words(|_| true);
    kept.sort();
    known.sort_unstable();
    assert_eq!(kept, known);
}

/// By its exact name: whatever else Postgres would convert with (an abbreviation, another spelling, a rule written out) is no zone to who reads it.
#[tokio::test]
async fn a_clinics_zone_is_one_of_those_there_are() {
    let app = TestApp::new().await;
    for zone in ["america/sao_paulo", "BRT", "America/Sao_Paulo3", "Marte/Olympus"] {
        assert_eq!(
            app.database.text(&format!("select hi_fuso_existe('{zone}')::text")).await,
            "false",
            "{zone}"
        );
    }
    // Those that are known without looking are among those there are.
    let known = "select count(*) from unnest(array['Araguaina', 'Bahia', 'Belem', 'Boa_Vista', 'Campo_Grande', 'Cuiaba', 'Eirunepe', 'Fortaleza', 'Maceio', 'Manaus',
                 'Noronha', 'Porto_Velho', 'Recife', 'Rio_Branco', 'Santarem', 'Sao_Paulo']) city join pg_timezone_names on name = 'America/' || city
                 where hi_fuso_existe(name)";
    assert_eq!(app.database.number(known).await, 16);
    assert_eq!(app.database.text("select hi_fuso_existe('Europe/Lisbon')::text").await, "true");
}
