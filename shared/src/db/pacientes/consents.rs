//! `consentimentos`: the ledger of what people agreed to or withdrew. Rows are only added; what holds now is the last of each kind. What somebody
//! wrote of a conversation ("parar") is of everybody on that phone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::phones;
use super::threads::Threads;
use crate::db::TenantTx;
use crate::db::agendamentos::Author;
use crate::domain::lgpd::CONSENT_VERSION;
use crate::id::{ConversaId, PacienteId};
use crate::problem::Problem;

/// One entry.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Consent {
    /// `lembretes`, `marketing` or `whatsapp`.
    pub tipo: String,
    /// Agreed to, or withdrawn.
    pub aceito: bool,
    /// Which version of the text; none for a word of the person's own, as "parar".
    pub versao: Option<String>,
    /// By which channel.
    pub canal: String,
    /// Who wrote it down: `paciente`, `medico`, `secretaria`, `sistema`.
    pub autor_tipo: Option<String>,
    /// What that one is called now, if it was a user.
    pub autor_nome: Option<String>,
    /// Of which conversation, when it is of one.
    pub conversa_id: Option<ConversaId>,
    /// Whether it was said on a phone that is theirs no more: it says nothing of the one of now.
    pub outro_telefone: bool,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub em: Timestamp,
}

/// The entries of a person, oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, id: PacienteId) -> Result<Vec<Consent>, Problem> {
    let threads = Threads::of(tx, id).await?;
    let all = [threads.own(), threads.shared()].concat();
    let (left, until): (Vec<_>, Vec<_>) = phones::until(tx, id, &all).await?.into_iter().unzip();
    let rows = sqlx::query_as(
        "select c.tipo, c.aceito, c.versao, c.canal, c.autor_tipo, coalesce(m.nome, s.nome) as autor_nome, c.conversa_id,
                coalesce(c.conversa_id = any($4), false) as outro_telefone, c.em from (
           select * from consentimentos where cliente_id = $1 and paciente_id = $2
           union all
           select * from consentimentos where cliente_id = $1 and conversa_id = any($3)
             and em <= coalesce((select u.em from unnest($4::bigint[], $5::timestamptz[]) u (id, em) where u.id = conversa_id), 'infinity')) c
         left join medicos m on c.autor_tipo = 'medico' and m.id = c.autor_id
         left join secretarias s on c.autor_tipo = 'secretaria' and s.id = c.autor_id
         order by c.id",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(all)
    .bind(left)
    .bind(until.iter().map(|at| at.to_sqlx()).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What holds now, by kind; what nobody was asked is not among it.
pub fn current(entries: &[Consent]) -> BTreeMap<&str, bool> {
    let of_now = entries.iter().filter(|entry| !entry.outro_telefone);
    of_now.map(|entry| (entry.tipo.as_str(), entry.aceito)).collect()
}

/// Writes down what somebody agreed to or withdrew.
pub(super) async fn add(
    tx: &mut TenantTx,
    id: PacienteId,
    tipo: &'static str,
    aceito: bool,
    author: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into consentimentos (cliente_id, paciente_id, tipo, aceito, canal, autor_tipo, autor_id, em, versao)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(tipo)
    .bind(aceito)
    .bind(author.canal.as_str())
    .bind(author.kind())
    .bind(author.user_id())
    .bind(now.to_sqlx())
    .bind(CONSENT_VERSION)
    .execute(tx.conn())
    .await?;
    Ok(())
}
