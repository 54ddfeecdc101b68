//! Changing what the clinic knows of a person.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde_json::json;

use super::shared_phones::{ensure_room, lock_telefone};
use super::{Paciente, consent, get_visible, phones, unlink};
use crate::db::agendamentos::Author;
use crate::db::{TenantTx, auditoria};
use crate::domain::cns::Cns;
use crate::domain::cpf::Cpf;
use crate::domain::nome::Nome;
use crate::domain::telefone::Telefone;
use crate::id::{ConvenioId, MedicoId, PacienteId};
use crate::problem::Problem;

/// What changes: `None` stays as it is, `Some(None)` is emptied.
#[derive(Debug, Default)]
pub struct Change {
    /// The name.
    pub nome: Option<Nome>,
    /// Where to reach them.
    pub telefone: Option<Option<Telefone>>,
    /// CPF.
    pub cpf: Option<Option<Cpf>>,
    /// CNS.
    pub cns: Option<Option<Cns>>,
    /// E-mail.
    pub email: Option<Option<String>>,
    /// Birthday.
    pub nascimento_dia: Option<Option<Date>>,
    /// What staff noted.
    pub observacoes: Option<Option<String>>,
    /// The health plan.
    pub convenio_id: Option<Option<ConvenioId>>,
    /// The number on its card; that of another plan goes with it.
    pub carteirinha: Option<Option<String>>,
    /// Whether reminders may be sent.
    pub aceita_lembretes: Option<bool>,
    /// Whether anything else may be sent.
    pub aceita_marketing: Option<bool>,
    /// The version the caller has seen: another one means that somebody was faster.
    pub versao: Option<i32>,
}

impl Change {
    fn apply(self, mut to: Paciente) -> Paciente {
        fn set<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        set(&mut to.nome, self.nome.map(|nome| nome.as_str().to_owned()));
        set(&mut to.telefone, self.telefone.map(|value| value.map(String::from)));
        set(&mut to.cpf, self.cpf.map(|value| value.map(|cpf| cpf.digits().to_owned())));
        set(&mut to.cns, self.cns.map(|value| value.map(|cns| cns.digits().to_owned())));
        set(&mut to.email, self.email);
        set(&mut to.nascimento_dia, self.nascimento_dia);
        set(&mut to.observacoes, self.observacoes);
        if self.convenio_id.is_some_and(|convenio| convenio != to.convenio_id) {
            to.carteirinha = None;
        }
        set(&mut to.convenio_id, self.convenio_id);
        set(&mut to.carteirinha, self.carteirinha);
        set(&mut to.aceita_lembretes, self.aceita_lembretes);
        set(&mut to.aceita_marketing, self.aceita_marketing);
        to
    }
}

/// Changes a patient; `only` hides those without an appointment with one professional. What they agree to now is written down, and the audit
/// names the fields, not what was in them. A row that was merged is not changed in the name of the one that was kept.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Stale`] when the caller has seen another version; [`Problem::AlreadyExists`] when the clinic has this CPF or
/// CNS; [`Problem::InvalidFields`] for a card without a plan; [`Problem::Forbidden`] for the phone of somebody whom
/// other professionals treat too, or who waits for one or asked one, with `only`: codes, reminders, offers and the conversation
/// would go to whoever has the new one; [`Problem::TooManyOnPhone`].
pub async fn update(
    tx: &mut TenantTx,
    id: PacienteId,
    only: Option<MedicoId>,
    change: Change,
    author: Author,
    now: Timestamp,
) -> Result<Paciente, Problem> {
    // Before the row: whoever books for a phone has its lock first and then the patient.
    if let Some(Some(telefone)) = &change.telefone {
        lock_telefone(tx, telefone).await?;
    }
    let told = change.telefone.clone().flatten();
    let locked: Option<PacienteId> =
        sqlx::query_scalar("select id from pacientes where ativo and id = $1 for no key update")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    let before = get_visible(tx, locked.ok_or(Problem::NotFound)?, only).await?;
    let seen = change.versao;
    let mut after = change.apply(before.clone());
    let changed = differences(&before, &after);
    // What is as they want it is no conflict: the same request may come twice.
    if changed.is_empty() {
        return Ok(before);
    }
    if seen.is_some_and(|seen| seen != before.versao) {
        return Err(Problem::Stale);
    }
    if changed.contains(&"telefone")
        && let Some(medico) = only
        && is_shared(tx, id, medico, now).await?
    {
        return Err(Problem::Forbidden);
    }
    if changed.contains(&"telefone") {
        if let Some(telefone) = &told {
            ensure_room(tx, telefone).await?;
        }
        unlink(tx, id).await?;
        phones::start_over(tx, before.telefone.as_deref()).await?;
    }
    after.versao = write(tx, &before, &after, author, now).await?;
    let fields = Some(json!({ "campos": changed }));
    auditoria::record(tx, author, "paciente_alterado", &format!("pacientes/{id}"), None, fields).await?;
    Ok(after)
}

/// Whether a patient has visits with other professionals than this one, asked one for a visit, or waits for one or for anybody.
async fn is_shared(
    tx: &mut TenantTx,
    id: PacienteId,
    medico: MedicoId,
    now: Timestamp,
) -> Result<bool, Problem> {
    let shared = sqlx::query_scalar(
        "select exists (select from agendamentos where cliente_id = $1 and paciente_id = $2 and medico_id <> $3)
             or exists (
               select from reservas where cliente_id = $1 and paciente_id = $2 and medico_id <> $3
                 and tipo = 'pedido' and estado = 'aberta' and expira_em > $4)
             or exists (
               select from lista_espera where cliente_id = $1 and paciente_id = $2 and estado = 'aguardando' and medico_id is distinct from $3)",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(medico)
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(shared)
}

/// Writes all fields of a locked row, and the consents that differ; which version it is then.
pub(super) async fn write(
    tx: &mut TenantTx,
    before: &Paciente,
    after: &Paciente,
    author: Author,
    now: Timestamp,
) -> Result<i32, Problem> {
    let versao = sqlx::query_scalar(
        "update pacientes set nome = $2, telefone = $3, cpf = $4, cns = $5, email = $6, nascimento_dia = $7, observacoes = $8,
                convenio_id = $9, carteirinha = $10, aceita_lembretes = $11, aceita_marketing = $12
         where id = $1 returning versao",
    )
    .bind(after.id)
    .bind(&after.nome)
    .bind(&after.telefone)
    .bind(&after.cpf)
    .bind(&after.cns)
    .bind(&after.email)
    .bind(after.nascimento_dia.map(ToSqlx::to_sqlx))
    .bind(&after.observacoes)
    .bind(after.convenio_id)
    .bind(&after.carteirinha)
    .bind(after.aceita_lembretes)
    .bind(after.aceita_marketing)
    .fetch_one(tx.conn())
    .await?;
    for (tipo, was, is) in [
        ("lembretes", before.aceita_lembretes, after.aceita_lembretes),
        ("marketing", before.aceita_marketing, after.aceita_marketing),
    ] {
        if was != is {
            consent(tx, after.id, tipo, is, author, now).await?;
        }
    }
    Ok(versao)
}

/// The names of the fields that differ.
fn differences(before: &Paciente, after: &Paciente) -> Vec<&'static str> {
    // Taken apart in full: a new column does not compile before it is compared.
    let Paciente {
        id: _,
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
    } = after;
    [
        ("nome", *nome != before.nome),
        ("telefone", *telefone != before.telefone),
        ("cpf", *cpf != before.cpf),
        ("cns", *cns != before.cns),
        ("email", *email != before.email),
        ("nascimento_dia", *nascimento_dia != before.nascimento_dia),
        ("observacoes", *observacoes != before.observacoes),
        ("convenio_id", *convenio_id != before.convenio_id),
        ("carteirinha", *carteirinha != before.carteirinha),
        ("aceita_lembretes", *aceita_lembretes != before.aceita_lembretes),
        ("aceita_marketing", *aceita_marketing != before.aceita_marketing),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}
