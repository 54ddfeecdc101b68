//! A password somebody chooses: what it must be, its hash, and the letter about it.

use shared::auth::password;
use shared::problem::{FieldProblem, Problem};
use shared::secrecy::{ExposeSecret, SecretString};

/// The fewest characters of a password somebody chooses.
const SHORTEST: usize = 8;
/// As the login takes it.
const LONGEST: usize = 256;

/// What is written to who had a password before.
pub(crate) const CHANGED: (&str, &str) = (
    "Sua senha mudou",
    "Olá!\n\nSua senha do Horário Inteligente acaba de ser trocada, e os outros aparelhos saíram da sua conta.\n\n\
     Se foi você, está tudo certo. Se não foi, peça uma nova senha em “Esqueci a senha” e avise quem administra a clínica.\n\n\
     Equipe Horário Inteligente\n",
);

/// What is wrong with a password, if something is.
pub(crate) fn complaint(campo: &str, senha: &SecretString) -> Option<FieldProblem> {
    let text = senha.expose_secret();
    let wrong = text.chars().count() < SHORTEST || text.len() > LONGEST || text.contains('\0');
    let mensagem = "Escolha uma senha de 8 caracteres ou mais.".to_owned();
    wrong.then(|| FieldProblem { campo: campo.to_owned(), mensagem })
}

/// Hashing is work for a thread of its own, and never while a transaction is open.
pub(crate) async fn hashed(senha: SecretString) -> Result<String, Problem> {
    let hash = tokio::task::spawn_blocking(move || password::hash(&senha)).await;
    hash.map_err(|_| Problem::Internal)?.map_err(|_| Problem::Internal)
}
