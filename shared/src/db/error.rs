//! What Postgres says, in the words of the catalogue. The database is the judge: every constraint a caller can run into has a
//! name, and the name has words here; a test compares this table with `pg_constraint`.

use crate::problem::Problem;

/// Words for the constraints a caller can run into: name, field, sentence.
pub const CONSTRAINTS: &[(&str, &str, &str)] = &[
    ("pacientes_nome_check", "nome", "Escreva o nome da pessoa, com 2 a 120 caracteres."),
    ("pacientes_telefone_check", "telefone", "Escreva o telefone com DDD, como (11) 98765-4321."),
    ("pacientes_cpf_check", "cpf", "Escreva o CPF com onze dígitos."),
    ("pacientes_cpf_key", "cpf", "Já existe um paciente com este CPF nesta clínica."),
    ("pacientes_cns_check", "cns", "Escreva o CNS com quinze dígitos."),
    ("pacientes_cns_key", "cns", "Já existe um paciente com este CNS nesta clínica."),
    ("pacientes_email_check", "email", "Escreva um e-mail como nome@exemplo.com.br, com até 254 caracteres."),
    (
        "pacientes_carteirinha_check",
        "carteirinha",
        "Escreva o número como está no cartão: letras, números, pontos, barras e hifens, até 40.",
    ),
    ("pacientes_carteirinha_convenio_check", "carteirinha", "Escolha o convênio deste cartão."),
    ("pacientes_observacoes_check", "observacoes", "Use no máximo 4000 caracteres."),
    ("pacientes_nascimento_dia_check", "nascimento_dia", "Confira a data de nascimento."),
    ("bloqueios_periodo_check", "fim", "O fim do bloqueio vem depois do início."),
    ("bloqueios_motivo_check", "motivo", "Use no máximo 200 caracteres."),
    ("lista_espera_dias_check", "dias", "Use números de 1 (segunda) a 7 (domingo)."),
    ("agendamentos_periodo_check", "duracao", "O término precisa vir depois do início, em até 24 horas."),
    (
        "agendamentos_ocupado_check",
        "duracao",
        "Os intervalos antes e depois da consulta não podem ser negativos.",
    ),
    ("servicos_nome_key", "nome", "Já existe um serviço com este nome."),
    ("servicos_nome_check", "nome", "Use de 2 a 120 caracteres."),
    ("servicos_descricao_check", "descricao", "Use no máximo 500 caracteres."),
    ("servicos_duracao_minutos_check", "duracao_minutos", "Use de 5 a 720 minutos."),
    ("servicos_antes_minutos_check", "antes_minutos", "Use de 0 a 240 minutos."),
    ("servicos_depois_minutos_check", "depois_minutos", "Use de 0 a 240 minutos."),
    ("servicos_preco_centavos_check", "preco_centavos", "Escreva o valor em centavos, a partir de 0."),
    ("servicos_cor_check", "cor", "Use uma cor no formato #rrggbb, como #1a73e8."),
    ("servicos_passo_minutos_check", "passo_minutos", "Use de 5 a 240 minutos."),
    ("servicos_grade_check", "grade", "Use um destes valores: relogio, periodo, dia, otimizada."),
    ("servicos_recursos_quantidade_check", "recursos", "Use um número de 1 a 100."),
    (
        "servicos_convenios_preco_centavos_check",
        "precos_convenio",
        "Escreva o valor em centavos, a partir de 0.",
    ),
    ("recursos_nome_key", "nome", "Já existe um recurso com este nome."),
    ("recursos_nome_check", "nome", "Use de 2 a 120 caracteres."),
    ("recursos_tipo_check", "tipo", "Use um destes valores: sala, equipamento."),
    ("recursos_quantidade_check", "quantidade", "Use um número de 1 a 100."),
    ("unidades_nome_key", "nome", "Já existe uma unidade com este nome."),
    ("unidades_nome_check", "nome", "Use de 2 a 60 caracteres."),
    ("unidades_endereco_check", "endereco", "Use no máximo 300 caracteres."),
    ("unidades_telefone_check", "telefone", "Escreva o telefone com DDD, como (11) 98765-4321."),
    ("convenios_nome_key", "nome", "Já existe um convênio com este nome."),
    ("convenios_nome_check", "nome", "Use de 2 a 120 caracteres."),
    ("medicos_convenios_dia_semana_check", "aceites", "Use um número de 1 (segunda-feira) a 7 (domingo)."),
    ("medicos_convenios_cota_dia_check", "aceites", "A cota não pode ser negativa."),
    ("medicos_convenios_dia_key", "aceites", "Um profissional está duas vezes na lista para o mesmo dia."),
    ("medicos_duracao_minutos_check", "duracao_minutos", "Use de 5 a 720 minutos."),
    ("medicos_capacidade_check", "capacidade", "Use um número de 1 a 50."),
    ("medicos_limite_dia_check", "limite_dia", "Use um número de 1 a 500."),
    ("medicos_email_key", "email", "Este e-mail já é o de outra pessoa da clínica."),
    ("secretarias_email_key", "email", "Este e-mail já é o de outra pessoa da clínica."),
    ("clientes_cor_check", "cor", "Use uma cor no formato #rrggbb, como #1a73e8."),
    ("horarios_dia_semana_check", "horarios", "Use um número de 1 (segunda-feira) a 7 (domingo)."),
    ("horarios_tipo_check", "horarios", "Use um destes valores: atendimento, pausa."),
    ("horarios_periodo_check", "horarios", "O início precisa vir antes do fim."),
    ("horarios_validade_check", "horarios", "“vale_de” precisa vir antes de “vale_ate”."),
    ("horarios_medico_id_periodo_excl", "horarios", "Dois horários do mesmo dia se sobrepõem."),
    ("horarios_excecoes_periodo_check", "periodos", "O início precisa vir antes do fim."),
    ("horarios_excecoes_motivo_check", "motivo", "Use no máximo 200 caracteres."),
    ("feriados_dia_nome_key", "nome", "Já existe um feriado com este nome nesta data."),
    ("feriados_nome_check", "nome", "Use de 2 a 120 caracteres."),
    ("feriados_ambito_check", "ambito", "Use um destes valores: nacional, estadual, municipal, clinica."),
    (
        "clientes_fuso_check",
        "fuso",
        "Use o nome de um fuso horário da base IANA, como America/Sao_Paulo, America/Manaus ou America/Noronha.",
    ),
    ("clientes_nome_check", "nome", "Use de 2 a 200 caracteres."),
    (
        "clientes_subdomain_check",
        "subdomain",
        "Use letras minúsculas sem acento, números e hífen no meio, até 63 caracteres.",
    ),
    ("clientes_subdomain_key", "subdomain", "Este endereço já é de outra clínica."),
    (
        "clientes_whatsapp_instance_key",
        "whatsapp_instance",
        "Esta instância do WhatsApp já é de outra clínica.",
    ),
    (
        "clientes_whatsapp_instance_check",
        "whatsapp_instance",
        "Use letras sem acento, números, hífen e sublinhado, até 100 caracteres.",
    ),
    (
        "clientes_whatsapp_numero_check",
        "whatsapp_numero",
        "Escreva o número com país e DDD, como 5511987654321.",
    ),
    ("clientes_retencao_meses_check", "retencao_meses", "Use um número de 6 a 240."),
    ("clientes_ia_limite_tokens_check", "ia_limite_tokens", "Use um número de 0 a 1000000000000."),
    ("pagadores_nome_check", "nome", "Use de 2 a 200 caracteres."),
    ("pagadores_documento_check", "documento", "Confira o CPF ou o CNPJ: os dígitos não conferem."),
    ("pagadores_email_check", "email", "Escreva um e-mail como nome@exemplo.com.br."),
    ("operadores_email_key", "email", "Já existe um operador com este e-mail."),
    ("planos_pkey", "nome", "Já existe um plano com este nome."),
    (
        "planos_nome_check",
        "nome",
        "Use de 2 a 40 letras minúsculas sem acento, números e sublinhado, começando por uma letra.",
    ),
    ("planos_titulo_check", "titulo", "Use de 2 a 60 caracteres."),
    ("planos_limite_ia_turnos_mes_check", "limite_ia_turnos_mes", "Use um número a partir de 0."),
    ("planos_limite_unidades_check", "limite_unidades", "Use um número a partir de 1."),
    ("planos_teste_dias_check", "teste_dias", "Use um número de 0 a 90."),
    (
        "planos_excedente_profissional_check",
        "excedente_profissional_centavos",
        "Escreva o valor em centavos, a partir de 0.",
    ),
    (
        "planos_excedente_agendamento_check",
        "excedente_agendamento_centavos",
        "Escreva o valor em centavos, a partir de 0.",
    ),
    (
        "planos_excedente_mensagem_check",
        "excedente_mensagem_centavos",
        "Escreva o valor em centavos, a partir de 0.",
    ),
    ("planos_preco_centavos_check", "preco_centavos", "Escreva o valor em centavos, a partir de 0."),
    ("planos_ia_limite_tokens_check", "ia_limite_tokens", "Use um número de 0 a 1000000000000."),
    ("planos_transcricoes_mes_check", "transcricoes_mes", "Use um número a partir de 0."),
    ("clientes_uf_check", "uf", "Escreva a sigla do estado, como SP."),
    ("clientes_municipio_check", "municipio", "Use no máximo 120 caracteres."),
    ("clientes_antecedencia_minutos_check", "antecedencia_minutos", "Use de 0 a 43200 minutos."),
    ("clientes_horizonte_dias_check", "horizonte_dias", "Use de 1 a 730 dias."),
    ("clientes_horizonte_tipo_check", "horizonte_tipo", "Use um destes valores: corridos, uteis."),
    ("clientes_passo_minutos_check", "passo_minutos", "Use de 5 a 240 minutos."),
    ("clientes_grade_check", "grade", "Use um destes valores: relogio, periodo, dia, otimizada."),
    (
        "clientes_cancelamento_paciente_minutos_check",
        "cancelamento_paciente_minutos",
        "Use de 0 a 43200 minutos.",
    ),
    (
        "clientes_cancelamento_equipe_minutos_check",
        "cancelamento_equipe_minutos",
        "Use de 0 a 43200 minutos.",
    ),
    ("clientes_retorno_dias_check", "retorno_dias", "Use de 0 a 365 dias."),
    ("clientes_espera_oferta_minutos_check", "espera_oferta_minutos", "Use de 5 a 1440 minutos."),
    ("clientes_espera_simultaneas_check", "espera_simultaneas", "Use um número de 1 a 20."),
    ("clientes_ia_provedor_check", "provedor", "Use um destes: anthropic, openai."),
    ("clientes_ia_instrucoes_check", "instrucoes", "Use de 1 a 2000 caracteres."),
    ("clientes_humano_silencio_minutos_check", "humano_silencio_minutos", "Use um número de 5 a 10080."),
    ("clientes_feriados_opcionais_check", "feriados_opcionais", "Um destes dias não é conhecido."),
    ("clientes_silencio_inicio_minuto_check", "silencio_inicio", "Use o formato HH:MM, de 00:00 a 23:59."),
    ("clientes_silencio_fim_minuto_check", "silencio_fim", "Use o formato HH:MM, de 00:00 a 23:59."),
    ("regras_lembrete_vespera_minutos_check", "vespera_minutos", "Use de 720 a 10080 minutos."),
    ("regras_lembrete_dia_minutos_check", "dia_minutos", "Use de 15 a 660 minutos."),
    ("regras_lembrete_falta_minutos_check", "falta_minutos", "Use de 0 a 1440 minutos."),
    ("regras_lembrete_confirmacao_nota_check", "confirmacao_nota", "Use no máximo 300 caracteres."),
    ("regras_lembrete_vespera_nota_check", "vespera_nota", "Use no máximo 300 caracteres."),
    ("regras_lembrete_dia_nota_check", "dia_nota", "Use no máximo 300 caracteres."),
    ("regras_lembrete_falta_nota_check", "falta_nota", "Use no máximo 300 caracteres."),
    ("avisos_medicos_telefone_check", "telefone", "Escreva o telefone com DDD, como (11) 98765-4321."),
    ("avisos_medicos_whatsapp_check", "telefone", "Para receber pelo WhatsApp, diga em que telefone."),
    ("respostas_prontas_titulo_key", "titulo", "Já existe uma resposta pronta com este título."),
    ("respostas_prontas_titulo_check", "titulo", "Use de 2 a 60 caracteres."),
    ("respostas_prontas_texto_check", "texto", "Use de 1 a 4000 caracteres."),
];

/// What judges double booking: the exclusion of a professional's time, and the count of a resource's.
const TAKEN: [&str; 2] = ["agendamentos_medico_id_ocupado_excl", "recursos_ocupados_quantidade_excl"];

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => {
                let code = refusal.code().unwrap_or_default().into_owned();
                let constraint = refusal.constraint().unwrap_or_default();
                from_sqlstate(&code, constraint)
            }
            sqlx::Error::PoolTimedOut
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed => {
                tracing::error!(kind = "connection", "postgres did not answer");
                Self::Unavailable
            }
            sqlx::Error::RowNotFound => Self::NotFound,
            other => {
                tracing::error!(error = %other, "query failed");
                Self::Internal
            }
        }
    }
}

/// A trigger's refusal by a clinic's plan: which limit and how many stand in the name.
fn plan_limit(constraint: &str) -> Option<Problem> {
    let (limit, most) = constraint.strip_prefix("limite_do_plano:")?.split_once(':')?;
    let limit = ["profissionais", "unidades"].into_iter().find(|known| *known == limit)?;
    Some(Problem::PlanLimit { limit, most: most.parse().ok()? })
}

fn from_sqlstate(code: &str, constraint: &str) -> Problem {
    if let Some(problem) = plan_limit(constraint) {
        return problem;
    }
    // What the trigger says of a login in the other table.
    let constraint = if constraint == "usuarios_email_key" { "medicos_email_key" } else { constraint };
    let words = CONSTRAINTS.iter().find(|(name, _, _)| *name == constraint);
    match code {
        "23P01" if TAKEN.contains(&constraint) => Problem::SlotTaken { alternatives: Vec::new() },
        "23P01" | "23505" => {
            let detail = words.map_or("Já existe um registro igual.", |(_, _, sentence)| sentence);
            Problem::AlreadyExists { detail: detail.to_owned() }
        }
        "23514" | "23502" | "22001" | "22P02" | "22007" | "22008" => {
            if let Some((_, field, sentence)) = words {
                Problem::field(field, *sentence)
            } else {
                tracing::error!(code, constraint, "a value passed validation and Postgres refused it");
                Problem::Internal
            }
        }
        // A NUL: no text in Postgres holds one, whatever field it came in.
        "22021" => Problem::MalformedBody {
            detail: "O texto tem um caractere que não pode ser guardado.".to_owned(),
        },
        // A row of this clinic that is referred to is not there: with composite keys, also when it is another clinic's.
        "23503" => Problem::NotFound,
        // Lock and statement time-outs, deadlocks, serialization, shutdown, too many connections.
        "55P03" | "57014" | "40P01" | "40001" | "57P01" | "57P02" | "57P03" | "53300" | "08006" | "08003"
        | "25P03" => {
            tracing::warn!(code, "postgres asked to try again");
            Problem::Unavailable
        }
        // No disk or memory left, a disk that fails, a server that only reads since another took over: it passes, once somebody has seen to it.
        "53100" | "53200" | "58030" | "25006" => {
            tracing::error!(code, "postgres can't write");
            Problem::Unavailable
        }
        // The password was changed and the new one is not known yet.
        "28P01" | "28000" => {
            tracing::error!(code, "postgres refuses the role");
            Problem::Unavailable
        }
        _ => {
            tracing::error!(code, constraint, "postgres refused");
            Problem::Internal
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What is logged, kept.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().map(|mut log| log.extend_from_slice(bytes)).ok();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn why_postgres_refused_is_in_the_log_and_not_in_the_answer() {
        let log = Log::default();
        let kept = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || kept.clone()).finish();
        let problem =
            tracing::subscriber::with_default(subscriber, || from_sqlstate("42501", "medicos_pkey"));
        let body = problem.body("req-1").to_string();
        assert_eq!(problem.codigo(), "erro_interno");
        assert!(body.contains("req-1") && !body.contains("42501") && !body.contains("medicos"), "{body}");
        let said = log.0.lock().map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default();
        assert!(said.contains("42501") && said.contains("medicos_pkey"), "{said}");
    }
}
