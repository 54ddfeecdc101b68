//! Operators. Nobody demotes or deactivates themselves, so an admin always remains; a password only its owner sets, by invitation.

use jiff::Timestamp;
use secrecy::SecretString;

use crate::auth::{Operators, Papel};
use crate::db::operacao::auditoria::{record, record_change};
use crate::db::operacao::operadores::{self, Operador};
use crate::db::operacao::{OperatorTx, convites, emails};
use crate::domain::nome::first_name;
use crate::id::UserId;
use crate::problem::Problem;

/// Makes the link of an invitation of its secret.
pub type Linker<'a> = &'a (dyn Fn(&SecretString) -> String + Sync);

/// An operator who was invited.
#[derive(Debug)]
pub struct Invited {
    /// Who.
    pub operador: Operador,
    /// The link by which they choose a password, this once; none for who has one already: it would be a key to their account, so it is sent to them only.
    pub link: Option<String>,
    /// Until when.
    pub expira_em: Timestamp,
}

/// What changes of an operator.
#[derive(Debug, Default)]
pub struct Changes {
    /// The name.
    pub nome: Option<String>,
    /// What they may.
    pub papel: Option<Papel>,
    /// Whether they may log in.
    pub ativo: Option<bool>,
}

/// An operator's address in the trail.
pub(super) fn target(id: UserId) -> String {
    format!("operadores/{id}")
}

/// Makes a new operator and invites them. Not to be repeated: the e-mail is taken then.
///
/// # Errors
/// [`Problem::AlreadyExists`]; [`Problem::Forbidden`] for who is no admin.
pub async fn create(
    tx: &mut OperatorTx,
    (nome, email, papel): (&str, &str, Papel),
    link: Linker<'_>,
) -> Result<Invited, Problem> {
    super::require(tx, Operators::Admin)?;
    operadores::lock(tx).await?;
    let operador = operadores::insert(tx, nome, email, papel).await?;
    let made = invited(tx, operador, link).await?;
    record_change(tx, "operador_criado", &target(made.operador.id), None, &made.operador).await?;
    Ok(made)
}

/// Changes an operator; the own papel and the own access nobody does.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] for oneself and for the last admin; [`Problem::Forbidden`] for who is no admin.
pub async fn change(tx: &mut OperatorTx, id: UserId, changes: Changes) -> Result<Operador, Problem> {
    super::require(tx, Operators::Admin)?;
    let (before, all) = locked(tx, id).await?;
    let mut after = before.clone();
    after.nome = changes.nome.unwrap_or(after.nome);
    after.papel = changes.papel.map_or(after.papel, |papel| papel.as_str().to_owned());
    after.ativo = changes.ativo.unwrap_or(after.ativo);
    let refused = |detail: &str| Err(Problem::Conflict { detail: detail.to_owned() });
    if id == tx.user_id() && (after.papel != before.papel || after.ativo != before.ativo) {
        return refused("O próprio papel e o próprio acesso ninguém muda. Peça a outro admin.");
    }
    let others = all.iter().filter(|operador| operador.id != id);
    if before.is_admin() && !after.is_admin() && others.filter(|operador| operador.is_admin()).count() == 0 {
        return refused("Este é o último admin. Antes, faça de outro operador um admin.");
    }
    operadores::update(tx, &after).await?;
    record_change(tx, "operador_alterado", &target(id), Some(&before), &after).await?;
    Ok(after)
}

/// A new link for an operator to choose a password; the one before ends.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Conflict`] for who may not log in; [`Problem::Forbidden`] for who is no admin.
pub async fn invite(tx: &mut OperatorTx, id: UserId, link: Linker<'_>) -> Result<Invited, Problem> {
    super::require(tx, Operators::Admin)?;
    let (operador, _) = locked(tx, id).await?;
    if !operador.ativo {
        let detail = "O acesso deste operador está desativado. Antes, reative-o.";
        return Err(Problem::Conflict { detail: detail.to_owned() });
    }
    let made = invited(tx, operador, link).await?;
    record(tx, "operador_convidado", &target(id), None, None).await?;
    Ok(made)
}

/// The operator among all, locked.
async fn locked(tx: &mut OperatorTx, id: UserId) -> Result<(Operador, Vec<Operador>), Problem> {
    let all = operadores::lock(tx).await?;
    let one = all.iter().find(|operador| operador.id == id).cloned().ok_or(Problem::NotFound)?;
    Ok((one, all))
}

/// Invites the operator, by e-mail too.
async fn invited(tx: &mut OperatorTx, operador: Operador, link: Linker<'_>) -> Result<Invited, Problem> {
    let convite = convites::invite_operator(tx, operador.id).await?;
    let link = link(&convite.secret);
    let texto = letter(&operador.nome, &link);
    let subject = "Seu acesso à operação do Horário Inteligente";
    emails::mail_invitation(tx, operador.id, convite.id, &operador.email, (subject, &texto)).await?;
    let link = (!operador.tem_senha).then_some(link);
    Ok(Invited { operador, link, expira_em: convite.expira_em })
}

/// The e-mail; a secret, for the link is in it.
fn letter(nome: &str, link: &str) -> SecretString {
    let nome = first_name(nome);
    SecretString::from(format!(
        "Olá, {nome}!\n\nVocê agora tem acesso à operação do Horário Inteligente. Para entrar, escolha a sua senha:\n\n{link}\n\n\
         O endereço vale por três dias e funciona uma vez só. Se ele vencer, é só pedir outro a um admin.\n\n\
         Se você não esperava este e-mail, avise a equipe e não use o link.\n\nEquipe Horário Inteligente\n"
    ))
}
