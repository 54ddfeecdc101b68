//! A password somebody chooses: what it must be, its hash, and the letter about it.

use shared::auth::{UserType, choice, password};
use shared::problem::{FieldProblem, Problem};
use shared::secrecy::{ExposeSecret, SecretString};
use shared::tenant::Host;

/// What is written to who had a password before.
pub(crate) const CHANGED: (&str, &str) = (
    "Sua senha mudou",
    "Olá!\n\nSua senha do Horário Inteligente acaba de ser trocada, e os outros aparelhos saíram da sua conta.\n\n\
     Se foi você, está tudo certo. Se não foi, peça uma nova senha em “Esqueci a senha” e avise quem administra a clínica.\n\n\
     Equipe Horário Inteligente\n",
);

/// The same to a user of a clinic, who may have had other programs read a calendar.
pub(crate) const CHANGED_AT_CLINIC: (&str, &str) = (
    CHANGED.0,
    "Olá!\n\nSua senha do Horário Inteligente acaba de ser trocada, e os outros aparelhos saíram da sua conta. Se você assinava uma agenda \
     em outro programa de calendário, ela parou de chegar ali: crie outro endereço na página do profissional, em Ajustes.\n\n\
     Se foi você, está tudo certo. Se não foi, peça uma nova senha em “Esqueci a senha” e avise quem administra a clínica.\n\n\
     Equipe Horário Inteligente\n",
);

/// What is wrong with a password somebody of this kind chooses, if something is.
pub(crate) fn complaint(campo: &str, senha: &SecretString, user_type: UserType) -> Option<FieldProblem> {
    let mensagem = choice::complaint(senha.expose_secret(), user_type)?;
    Some(FieldProblem { campo: campo.to_owned(), mensagem })
}

/// Refuses a password that has its owner's login in it, or the name of their clinic.
pub(crate) fn ensure_not_a_name(
    (campo, senha): (&str, &SecretString),
    login: &str,
    clinic: Option<&str>,
) -> Result<(), Problem> {
    match choice::complaint_of_names(senha.expose_secret(), login, clinic) {
        Some(mensagem) => {
            Err(Problem::InvalidFields { fields: vec![FieldProblem { campo: campo.to_owned(), mensagem }] })
        }
        None => Ok(()),
    }
}

/// Who chooses at an address, as far as rules for passwords go.
pub(crate) fn chooser(host: &Host) -> UserType {
    match host {
        Host::Clinic(_) => UserType::Secretaria,
        Host::Admin => UserType::Operador,
    }
}

/// Hashing is work for a thread of its own, and never while a transaction is open.
pub(crate) async fn hashed(senha: SecretString) -> Result<String, Problem> {
    let hash = tokio::task::spawn_blocking(move || password::hash(&senha)).await;
    hash.map_err(|_| Problem::Internal)?.map_err(|_| Problem::Internal)
}
