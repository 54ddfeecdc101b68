//! What a copy does not take, and why; and how what looks like a number of a row is read. A test of the walls compares these lists with the
//! catalogue: a new table is taken as it is, a new column that could be a secret or a reference asks for a line here.

use super::Perfil;

/// Tables no copy of a clinic holds.
const NEVER: &[(&str, &str)] = &[
    ("apagamentos", "o registro de apagamentos sobrevive à clínica e vai num arquivo próprio"),
    ("codigos", "códigos de uso único, de poucos minutos"),
    ("idempotencia", "respostas a pedidos repetidos, valem um dia e só no mesmo endereço"),
    ("incidentes_clientes", "o registro de incidentes é da plataforma e vai na cópia dela"),
    ("links_senha", "segredos de uso único, de poucos dias"),
    ("mudancas_agenda", "contagem que só diz se algo mudou; recomeça sozinha"),
    ("vagas_a_oferecer", "até onde a lista de espera foi olhada para um horário que vagou, por minutos"),
    ("varreduras_lentas", "em que ordem a varredura olha as clínicas, por meia hora"),
    ("relatos", "avisos de entrega que esperam por sua mensagem, de poucos minutos"),
];

/// Tables that a copy for the clinic itself does not hold.
const NOT_PORTABLE: &[(&str, &str)] = &[
    ("assinaturas", "o que a clínica combinou com a plataforma é refeito por quem a recebe"),
    ("descontos", "o que a clínica combinou com a plataforma"),
    ("emails", "a fila de saída, que pode ter endereços de convite"),
    ("fatura_eventos", "tem notas de quem opera"),
    ("fatura_itens", "as faturas estão no painel da clínica, em PDF"),
    ("faturas", "as faturas estão no painel da clínica, em PDF"),
    ("limites_avisados", "o que a plataforma já avisou sobre o plano"),
    ("mudancas_plano", "o que a clínica combinou com a plataforma"),
    ("uso_mensal", "o que foi medido pela plataforma"),
    ("conexoes", "estado da ligação com o WhatsApp, que não se leva"),
    ("custos_mensais", "o que a clínica custa à plataforma"),
    ("entrada", "eventos como o WhatsApp os mandou; as mensagens estão em `mensagens`"),
];

/// Columns no copy holds.
const COLUMNS_NEVER: &[(&str, &str, &str)] = &[
    ("conexoes", "codigo_pareamento", "código de ligação, de um minuto"),
    ("conexoes", "qr", "código de ligação, de um minuto"),
    ("conexoes", "qr_em", "código de ligação, de um minuto"),
    ("conversas", "mudou", "número de transação deste banco"),
    ("mensagens", "mudou", "número de transação deste banco"),
    ("pacientes", "nome_mudou", "número de transação deste banco"),
];

/// Columns that a copy for the clinic itself does not hold: the people's, not the clinic's.
const COLUMNS_NOT_PORTABLE: &[(&str, &str, &str)] = &[
    ("calendarios", "token_hash", "endereços secretos de calendários"),
    ("convites", "token_hash", "segredos de convites"),
    ("medicos", "senha", "senhas são de quem as escolheu"),
    ("secretarias", "senha", "senhas são de quem as escolheu"),
];

/// What stands where a secret was left out and the table wants one: what nobody knows.
pub(super) const UNKNOWN: &[(&str, &str, &str)] = &[
    ("calendarios", "token_hash", "encode(sha256(gen_random_uuid()::text::bytea), 'hex')"),
    ("convites", "token_hash", "encode(sha256(gen_random_uuid()::text::bytea), 'hex')"),
    ("medicos", "senha", "crypt(gen_random_uuid()::text, gen_salt('bf', 10))"),
    ("secretarias", "senha", "crypt(gen_random_uuid()::text, gen_salt('bf', 10))"),
];

/// Columns whose name sounds like a secret's and that hold none, or one that only a backup may take.
pub const LOOKED_AT: &[(&str, &str)] = &[
    ("clientes", "ia_limite_tokens"),
    ("calendarios", "token_hash"),
    ("convites", "token_hash"),
    ("emails", "chave"),
    ("medicos", "senha"),
    ("saida", "chave"),
    ("secretarias", "senha"),
    ("uso_mensal", "ia_tokens_entrada"),
    ("uso_mensal", "ia_tokens_saida"),
];

/// JSON documents of a clinic; every one is read for the numbers of rows, by the names of its keys. `conversas.estado`, a talk in progress, is
/// emptied in a copy beside others instead; `entrada.corpo` is what another server said, and `mensagens.detalhes` what of it people are shown.
pub const DOCUMENTS: &[(&str, &str)] = &[
    ("auditoria", "antes"),
    ("auditoria", "depois"),
    ("conversas", "estado"),
    ("entrada", "corpo"),
    ("historico", "antes"),
    ("historico", "depois"),
    ("lembretes", "dados"),
    ("mensagens", "detalhes"),
    ("saida", "modelo"),
    ("series", "regra"),
    ("uso_mensal", "desvio"),
];

/// Documents in which no number of a row is looked for.
pub(super) const UNREAD_DOCUMENTS: &[(&str, &str)] =
    &[("conversas", "estado"), ("entrada", "corpo"), ("mensagens", "detalhes")];

/// Numbers of rows without a foreign key, and whose they are.
pub const LOOSE: &[(&str, &str, &str)] =
    &[("conexoes", "ultimo_aviso_conversa", "conversas"), ("retencao_vista", "fio_id", "conversas")];

/// Lists of numbers of rows, and whose they are.
pub const LISTS: &[(&str, &str, &str)] =
    &[("acessos", "pacientes", "pacientes"), ("acessos", "conversas", "conversas")];

/// Keys of JSON documents that are no column of a foreign key, and whose number they hold.
pub(super) const KEYS: &[(&str, &str)] =
    &[("bloqueio_id", "bloqueios"), ("cliente_id", "clientes"), ("duplicado_id", "pacientes")];

/// Keys under which a row of a table stands, with its own `id`; a table's own name says so by itself.
pub(super) const SELVES: &[(&str, &str)] = &[("mantido", "pacientes"), ("duplicado", "pacientes")];

/// Texts that name a row by its number: table, column, first word, and what each part after it is of (empty: not a number of a row).
/// `auditoria.alvo` is read by itself: `tabela/número`.
pub const NAMES: &[(&str, &str, &str, &[&str])] = &[
    ("conversas", "contato", "lid", &[]),
    ("conversas", "contato", "removido", &["conversas"]),
    ("emails", "chave", "acesso", &[]),
    ("emails", "chave", "alerta", &["alertas"]),
    ("emails", "chave", "aviso", &["agendamentos", "medicos"]),
    ("emails", "chave", "convite", &["convites"]),
    ("emails", "chave", "encerramento", &[]),
    ("emails", "chave", "fatura", &["faturas"]),
    ("emails", "chave", "incidente", &[]),
    ("emails", "chave", "limite", &[]),
    ("emails", "chave", "retorno", &[]),
    ("emails", "chave", "senha", &[]),
    ("emails", "chave", "teste", &[]),
    ("emails", "chave", "urgencia", &["conversas", "", "medicos"]),
    ("reservas", "dono", "conversa", &["conversas"]),
    ("reservas", "dono", "oferta", &[]),
    ("reservas", "dono", "site", &[]),
    ("saida", "chave", "aviso", &["agendamentos", "medicos"]),
    ("saida", "chave", "bloqueio", &["bloqueios", "agendamentos"]),
    ("saida", "chave", "cancelada", &["agendamentos"]),
    ("saida", "chave", "codigo", &["reservas"]),
    ("saida", "chave", "falta", &["lembretes"]),
    ("saida", "chave", "lembrete", &["lembretes"]),
    ("saida", "chave", "limite", &["conversas"]),
    ("saida", "chave", "oferta", &["ofertas", "lista_espera"]),
    ("saida", "chave", "pedido", &["reservas"]),
    ("saida", "chave", "retomada", &["saida"]),
    ("saida", "chave", "serie", &["lembretes"]),
    ("saida", "chave", "socorro", &["conversas"]),
    ("saida", "chave", "suspensa", &["conversas"]),
    ("saida", "chave", "teste", &[]),
    ("saida", "chave", "urgencia", &["conversas", "", "medicos"]),
];

/// Columns of `clientes` the functions' role does not write and that yet are the clinic's, whoever wrote the copy: what it is called and how long it
/// keeps texts. Whatever else that role does not write is granted by the platform.
const THE_CLINICS_OWN: &[&str] =
    &["id", "nome", "subdomain", "identidade", "criado_em", "atualizado_em", "versao", "retencao_meses"];

/// Whether a column of `clientes` is only taken from a copy that is as we wrote it: plan, limits, suspension, who carries messages, and all of a
/// model, which costs the platform money.
pub fn granted(column: &str, writable: bool) -> bool {
    column.starts_with("ia_")
        || column == "transcreve_audio"
        || !writable && !THE_CLINICS_OWN.contains(&column)
}

/// Why a copy of this kind does not hold a table.
pub fn left_out_table(perfil: Perfil, tabela: &str) -> Option<&'static str> {
    let portable: &[(&str, &str)] = if perfil == Perfil::Portabilidade { NOT_PORTABLE } else { &[] };
    NEVER.iter().chain(portable).find(|(name, _)| *name == tabela).map(|(_, why)| *why)
}

/// Why a copy of this kind does not hold a column.
pub fn left_out_column(perfil: Perfil, tabela: &str, coluna: &str) -> Option<&'static str> {
    let portable: &[(&str, &str, &str)] =
        if perfil == Perfil::Portabilidade { COLUMNS_NOT_PORTABLE } else { &[] };
    let found =
        COLUMNS_NEVER.iter().chain(portable).find(|(table, name, _)| (*table, *name) == (tabela, coluna));
    found.map(|(.., why)| *why)
}
