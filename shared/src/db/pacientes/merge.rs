//! Making two rows of one person one.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{LONGEST_NOTE, Paciente, change, get, unlink};
use crate::db::agendamentos::Author;
use crate::db::{TenantTx, apagamentos, auditoria};
use crate::id::PacienteId;
use crate::problem::Problem;

/// Every column that refers to a patient, and what takes its rows from one patient ($2) to another ($1) of a clinic ($3). A test
/// compares the list with the catalogue.
pub const REFERENCES: [(&str, &str); 7] = [
    (
        "agendamentos.paciente_id",
        "update agendamentos set paciente_id = $1 where cliente_id = $3 and paciente_id = $2",
    ),
    (
        "consentimentos.paciente_id",
        "update consentimentos set paciente_id = $1 where cliente_id = $3 and paciente_id = $2",
    ),
    (
        "conversas.paciente_id",
        "update conversas set paciente_id = $1 where cliente_id = $3 and paciente_id = $2",
    ),
    (
        "lista_espera.paciente_id",
        "update lista_espera set paciente_id = $1 where cliente_id = $3 and paciente_id = $2",
    ),
    // Rows merged into the duplicate before: all point to the one that is kept, so nobody has to follow a chain.
    (
        "pacientes.fundido_em_id",
        "update pacientes set fundido_em_id = $1 where cliente_id = $3 and fundido_em_id = $2",
    ),
    (
        "reservas.paciente_id",
        "update reservas set paciente_id = $1 where cliente_id = $3 and paciente_id = $2",
    ),
    (
        "telefones_anteriores.paciente_id",
        // A phone both had is one row, as any is.
        "with levados as (
           delete from telefones_anteriores where cliente_id = $3 and paciente_id = $2 returning telefone, ate_em)
         insert into telefones_anteriores as t (cliente_id, paciente_id, telefone, ate_em)
         select $3, $1, telefone, ate_em from levados
         on conflict (cliente_id, paciente_id, telefone) do update set ate_em = greatest(t.ate_em, excluded.ate_em)",
    ),
];

#[derive(sqlx::FromRow)]
struct Locked {
    id: PacienteId,
    ativo: bool,
    erased: bool,
    fundido_em_id: Option<PacienteId>,
}

/// Gives everything of `duplicate` to `kept`, fills what `kept` lacks, and closes `duplicate`. Of two consents the stricter holds. Done
/// before: nothing more happens.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::InvalidFields`] for one and the same; [`Problem::Conflict`] when the two have different CPFs or CNSs,
/// one was erased, or the duplicate belongs to somebody else.
pub async fn merge(
    tx: &mut TenantTx,
    kept: PacienteId,
    duplicate: PacienteId,
    author: Author,
    now: Timestamp,
) -> Result<Paciente, Problem> {
    if kept == duplicate {
        return Err(Problem::field("duplicado_id", "Escolha outro cadastro: este é o mesmo."));
    }
    if !lock_both(tx, kept, duplicate).await? {
        return get(tx, kept).await;
    }
    let (before, other) = (get(tx, kept).await?, get(tx, duplicate).await?);
    ensure_same_person(&before, &other)?;
    let mut moved = serde_json::Map::new();
    // A thread whose phone WhatsApp does not tell proves nothing of who writes: it follows no merge, or whoever booked under somebody's name
    // would read and cancel what that somebody has.
    for id in [kept, duplicate] {
        unlink(tx, id).await?;
    }
    for (column, statement) in REFERENCES {
        let rows = sqlx::query(statement)
            .bind(kept)
            .bind(duplicate)
            .bind(tx.cliente_id())
            .execute(tx.conn())
            .await?
            .rows_affected();
        moved.insert(column.to_owned(), rows.into());
    }
    // First the duplicate lets go of its CPF: one is one active patient.
    sqlx::query("update pacientes set ativo = false, fundido_em_id = $2 where id = $1")
        .bind(duplicate)
        .bind(kept)
        .execute(tx.conn())
        .await?;
    let mut after = fill(before.clone(), other.clone());
    after.versao = change::write(tx, &before, &after, author, now).await?;
    let both = json!({ "mantido": snapshot(&before), "duplicado": snapshot(&other) });
    let result = json!({ "mantido": snapshot(&after), "duplicado_id": duplicate, "movidos": moved });
    auditoria::record(tx, author, "pacientes_unidos", &format!("pacientes/{kept}"), Some(both), Some(result))
        .await?;
    apagamentos::record(tx, duplicate, Some(kept), now).await?;
    Ok(after)
}

/// Locks both, in the order of their ids, against references that are being written too; `false` when they are one already.
async fn lock_both(tx: &mut TenantTx, kept: PacienteId, duplicate: PacienteId) -> Result<bool, Problem> {
    let rows: Vec<Locked> = sqlx::query_as(
        "select id, ativo, anonimizado_em is not null as erased, fundido_em_id from pacientes
         where id = any($1) order by id for update",
    )
    .bind([kept, duplicate])
    .fetch_all(tx.conn())
    .await?;
    let find = |id| rows.iter().find(|row| row.id == id).ok_or(Problem::NotFound);
    let (kept_row, other) = (find(kept)?, find(duplicate)?);
    if kept_row.erased || other.erased {
        return Err(conflict(
            "Um dos cadastros teve os dados removidos a pedido da pessoa e não pode ser unido.",
        ));
    }
    if !kept_row.ativo {
        return Err(Problem::NotFound);
    }
    match other.fundido_em_id {
        Some(into) if into == kept => Ok(false),
        Some(_) => Err(conflict("O duplicado já foi unido a outro cadastro. Recarregue a lista e confira.")),
        None if other.ativo => Ok(true),
        None => Err(Problem::NotFound),
    }
}

fn conflict(detail: &str) -> Problem {
    Problem::Conflict { detail: detail.to_owned() }
}

fn ensure_same_person(kept: &Paciente, other: &Paciente) -> Result<(), Problem> {
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    for (what, differ) in
        [("CPFs", differ(&kept.cpf, &other.cpf)), ("números do SUS", differ(&kept.cns, &other.cns))]
    {
        if differ {
            let detail = format!(
                "Os dois cadastros têm {what} diferentes, então parecem ser de pessoas diferentes. Se um deles está errado, corrija-o antes de unir."
            );
            return Err(Problem::Conflict { detail });
        }
    }
    Ok(())
}

/// What `kept` lacks, from `other`; both notes; the stricter of two consents. The page tells it before it is done (`web/src/app/pacientes/merge.ts`), and
/// `tests/data/fusao.json` has the cases both are held to.
fn fill(kept: Paciente, other: Paciente) -> Paciente {
    let observacoes = match (kept.observacoes, other.observacoes) {
        (Some(own), Some(others)) if own != others => {
            Some(format!("{own}\n{others}").chars().take(LONGEST_NOTE).collect())
        }
        (own, others) => own.or(others),
    };
    // A card is of its plan: another plan's fills nothing.
    let same_plan = kept.convenio_id.is_none() || kept.convenio_id == other.convenio_id;
    Paciente {
        telefone: kept.telefone.or(other.telefone),
        cpf: kept.cpf.or(other.cpf),
        cns: kept.cns.or(other.cns),
        email: kept.email.or(other.email),
        nascimento_dia: kept.nascimento_dia.or(other.nascimento_dia),
        observacoes,
        convenio_id: kept.convenio_id.or(other.convenio_id),
        carteirinha: kept.carteirinha.or(other.carteirinha.filter(|_| same_plan)),
        aceita_lembretes: kept.aceita_lembretes && other.aceita_lembretes,
        aceita_marketing: kept.aceita_marketing && other.aceita_marketing,
        id: kept.id,
        nome: kept.nome,
        criado_em: kept.criado_em,
        versao: kept.versao,
    }
}

/// A row as the audit keeps it; what a mistaken union is undone with.
fn snapshot(paciente: &Paciente) -> Value {
    let Paciente {
        id,
        nome,
        telefone,
        cpf,
        cns,
        email,
        nascimento_dia,
        observacoes,
        convenio_id,
        carteirinha,
        aceita_lembretes,
        aceita_marketing,
        criado_em: _,
        versao: _,
    } = paciente;
    json!({
        "id": id,
        "nome": nome,
        "telefone": telefone,
        "cpf": cpf,
        "cns": cns,
        "email": email,
        "nascimento_dia": nascimento_dia,
        "observacoes": observacoes,
        "convenio_id": convenio_id,
        "carteirinha": carteirinha,
        "aceita_lembretes": aceita_lembretes,
        "aceita_marketing": aceita_marketing,
    })
}
