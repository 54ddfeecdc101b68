//! What one clinic, one screen and one message ask of the system: every number the estimate rests on, with how it is known.
//!
//! `tests/tests/walls/cost.rs` compares what is [`Known::Codigo`] with the constants of the code and counts again what is [`Known::Medida`], at real
//! stores. What is [`Known::Suposta`] nobody has seen yet: the first clinics will tell.

use serde::Serialize;

/// How a number is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Known {
    /// It stands in the code.
    Codigo,
    /// It was counted.
    Medida,
    /// Somebody thinks so.
    Suposta,
}

impl Known {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Codigo => "código",
            Self::Medida => "medida",
            Self::Suposta => "suposta",
        }
    }
}

/// A number the estimate rests on.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Premise {
    /// Its name, for programs and tests.
    pub(super) nome: &'static str,
    /// How much.
    pub(super) valor: f64,
    /// How it is known.
    pub(super) origem: Known,
    /// What it is.
    pub(super) texto: &'static str,
}

macro_rules! premises {
    ($($name:ident = $value:literal, $known:ident, $label:literal, $text:literal;)*) => {
        $(pub(super) const $name: Premise =
            Premise { nome: $label, valor: $value, origem: Known::$known, texto: $text };)*
        /// Every premise, in the order in which they are told.
        pub(super) const ALL: &[Premise] = &[$($name),*];
    };
}

premises! {
    // People at the clinic.
    WORKING_DAYS = 22.0, Suposta, "dias_uteis", "dias úteis num mês";
    SCREEN_HOURS = 8.0, Suposta, "horas_de_tela", "horas por dia útil em que a agenda está à vista numa clínica, somadas as telas";
    SCREENS_AT_PEAK = 1.0, Suposta, "telas_no_pico", "telas à vista por clínica na hora mais cheia";
    PEAK_SHARE = 0.15, Suposta, "parte_do_pico", "parte do dia que cai na hora mais cheia";
    POLLS_AN_HOUR = 1212.0, Codigo, "pedidos_por_hora_de_tela", "agenda a cada 5 s, dois avisos a cada 15 s, horários a cada 5 min";
    ACTS = 6.0, Suposta, "pedidos_por_consulta", "pedidos da equipe à API por consulta, além dos que a tela repete";
    PAGES = 0.5, Suposta, "paginas_por_hora_de_tela", "vezes que as páginas são carregadas de novo por hora de tela";
    FILES = 12.0, Suposta, "arquivos_por_pagina", "pedidos ao site em cada carga";
    // Patients.
    BY_WHATSAPP = 0.6, Suposta, "marcadas_por_whatsapp", "parte das consultas marcada pelo WhatsApp";
    TO_BOOK = 5.0, Medida, "mensagens_por_marcacao", "mensagens do paciente até a consulta estar marcada: a mediana das conversas de teste";
    OTHERWISE = 1.8, Suposta, "outras_mensagens", "outras mensagens do paciente por consulta: confirma, pergunta, remarca";
    ANSWERS = 1.0, Medida, "respostas_por_mensagem", "respostas do assistente a cada mensagem";
    UNASKED = 2.5, Suposta, "avisos_por_consulta", "mensagens que saem sozinhas: véspera, duas horas antes, confirmação de quem não marcou pelo WhatsApp, 10 % de faltas";
    // What WhatsApp says of each message.
    REPORTS = 3.0, Codigo, "relatos_por_envio", "relatos de cada envio que entram na fila: no servidor, entregue, lida";
    IGNORED = 1.0, Codigo, "ignorados_por_mensagem", "eventos de cada mensagem que o webhook recusa sem guardar: o eco do envio, a leitura da recebida";
    // Each turn, report and request at the stores.
    TURN_SQL = 5.0, Medida, "turno_transacoes", "transações SQL de uma mensagem respondida";
    TURN_READS = 2.0, Medida, "turno_leituras", "leituras no DynamoDB, do webhook à resposta";
    TURN_WRITES = 9.0, Medida, "turno_escritas", "unidades de escrita no DynamoDB, do webhook à resposta";
    REPORT_SQL = 3.0, Medida, "relato_transacoes", "transações SQL de um relato";
    REPORT_READS = 1.0, Medida, "relato_leituras", "leituras no DynamoDB de um relato";
    REPORT_WRITES = 2.0, Medida, "relato_escritas", "unidades de escrita no DynamoDB de um relato";
    POLL_SQL = 1.0, Medida, "pedido_transacoes", "transações SQL de um pedido da agenda em que nada mudou";
    POLL_READS = 1.0, Medida, "pedido_leituras", "leituras no DynamoDB de um pedido: se a sessão vive";
    UNASKED_WRITES = 5.0, Suposta, "aviso_escritas", "unidades de escrita no DynamoDB de uma mensagem que sai sozinha";
    FLUSH = 100.0, Codigo, "pedidos_por_contagem", "pedidos que um processo junta, no máximo, antes de contá-los no DynamoDB";
    FLUSH_SECONDS = 20.0, Codigo, "segundos_por_contagem", "ou segundos, o que vier antes";
    FLUSH_WRITES = 4.0, Medida, "contagem_escritas", "unidades de escrita de uma contagem, para cada clínica que há nela";
    // Time and memory; no function was measured on AWS yet.
    API_MS = 25.0, Suposta, "api_ms", "duração de um pedido à API";
    WEBHOOK_MS = 20.0, Suposta, "webhook_ms", "duração de um evento no webhook";
    TURN_MS = 2000.0, Suposta, "turno_ms", "duração de um turno do assistente: 1,2 s à espera de mais palavras, \"digitando…\" e o envio";
    REPORT_MS = 60.0, Suposta, "relato_ms", "duração de um relato no assistente";
    LOGIN_MS = 80.0, Suposta, "login_ms", "duração de uma entrada ou renovação";
    SITE_MS = 5.0, Suposta, "site_ms", "duração de um arquivo do site";
    SWEEP_MS = 1500.0, Suposta, "varredura_ms", "duração de uma varredura sem avisos a mandar";
    SENDING_MS = 600.0, Suposta, "envio_ms", "duração de um envio na varredura; quatro saem lado a lado";
    MEMORY = 256.0, Codigo, "memoria_mb", "memória de uma função";
    MEMORY_LOGIN = 1024.0, Codigo, "memoria_login_mb", "memória de login";
    MEMORY_SITE = 128.0, Codigo, "memoria_site_mb", "memória de site";
    // What is written and kept.
    LOG_KB = 1.0, Suposta, "log_kb", "KB de registro por chamada";
    ACCESS_LOG_KB = 0.5, Suposta, "log_de_acesso_kb", "KB de registro do gateway por pedido";
    ANSWER_KB = 1.0, Suposta, "resposta_kb", "KB que saem por pedido à API, quase sempre \"nada mudou\"";
    PAGE_KB = 150.0, Suposta, "pagina_kb", "KB que saem por carga de página, o resto está no navegador";
    KEPT_KB = 35.0, Suposta, "banco_kb_por_consulta", "KB de Postgres por consulta, com índices: linhas contadas pelo que se medem entre cem mil consultas";
    KEPT_MONTHS = 12.0, Suposta, "meses_no_banco", "meses de consultas que o disco do banco guarda";
    TRACED = 0.05, Suposta, "parte_rastreada", "parte das chamadas de cada função com rastro no X-Ray, além da primeira de cada segundo";
    METRICS = 120.0, Suposta, "metricas", "métricas próprias";
    // Evolution.
    INSTANCE_MB = 80.0, Suposta, "evolution_mb", "memória do Evolution por clínica conectada";
}
