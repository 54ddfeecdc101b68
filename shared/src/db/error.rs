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
    ("pacientes_observacoes_check", "observacoes", "Use no máximo 4000 caracteres."),
    ("pacientes_nascimento_dia_check", "nascimento_dia", "Confira a data de nascimento."),
    ("agendamentos_periodo_check", "duracao", "O término precisa vir depois do início, em até 24 horas."),
    (
        "agendamentos_ocupado_check",
        "duracao",
        "Os intervalos antes e depois da consulta não podem ser negativos.",
    ),
];

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

fn from_sqlstate(code: &str, constraint: &str) -> Problem {
    let words = CONSTRAINTS.iter().find(|(name, _, _)| *name == constraint);
    match code {
        "23P01" if constraint == "agendamentos_medico_id_ocupado_excl" => {
            Problem::SlotTaken { alternatives: Vec::new() }
        }
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
        "55P03" | "57014" | "40P01" | "40001" | "57P01" | "57P02" | "57P03" | "53300" | "08006" | "08003" => {
            tracing::warn!(code, "postgres asked to try again");
            Problem::Unavailable
        }
        _ => {
            tracing::error!(code, constraint, "postgres refused");
            Problem::Internal
        }
    }
}
