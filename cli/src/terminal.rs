//! Who acts at a terminal, and through which doors.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;

use anyhow::anyhow;
use shared::auth::OperatorSession;
use shared::clock::{Clock, SystemClock};
use shared::db::Db;
use shared::db::operacao::{Acting, OperatorTx, implantacao};
use shared::id::ClienteId;
use shared::problem::Problem;
use shared::secrecy::SecretString;

use crate::answer::{problem, refused};

/// The operators' database, and who acts.
#[derive(clap::Args)]
pub(crate) struct Console {
    /// O operador que faz, pelo e-mail, para a trilha; sem ele, o admin mais antigo.
    #[arg(long, env = "HI_OPERADOR")]
    operador: Option<String>,
    /// O banco, como `hi_admin`.
    #[arg(long, env = "ADMIN_DATABASE_URL", hide_env_values = true)]
    admin_database_url: String,
}

/// An open console.
pub(crate) struct Desk {
    db: Db,
    session: OperatorSession,
}

impl Console {
    /// Opens it.
    pub(crate) async fn open(&self) -> anyhow::Result<Desk> {
        let db = Db::lazy(&SecretString::from(self.admin_database_url.clone()), 1).map_err(|_| {
            refused("ADMIN_DATABASE_URL não pode ser lida; use postgres://hi_admin:senha@host/banco")
        })?;
        let session = implantacao::at_terminal(&db, self.operador.as_deref()).await;
        let session = session.map_err(|why| match why {
            Problem::NotFound => refused("não há operador ativo com este e-mail; diga outro com --operador"),
            other => problem(&other, "ADMIN_DATABASE_URL"),
        })?;
        Ok(Desk { db, session })
    }
}

impl Desk {
    /// The database.
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// Who acts, now.
    pub(crate) fn acting(&self) -> Acting<'_> {
        Acting { session: &self.session, from: None, at: SystemClock.now() }
    }

    /// Runs `work` in one transaction of the operator.
    pub(crate) async fn act<T>(
        &self,
        work: impl AsyncFnOnce(&mut OperatorTx) -> Result<T, Problem>,
    ) -> anyhow::Result<T> {
        self.db.as_operator(self.acting(), work).await.map_err(|why| problem(&why, "ADMIN_DATABASE_URL"))
    }
}

/// The clinic at an address, by its number.
pub(crate) async fn clinic(tx: &mut OperatorTx, subdomain: &str) -> Result<ClienteId, Problem> {
    let found = shared::db::operacao::clientes::lock_address(tx, subdomain.trim()).await?;
    found.map(|ficha| ficha.id).ok_or_else(|| {
        Problem::field("clinica", format!("não há clínica no endereço “{}”", subdomain.trim()))
    })
}

/// Asks whether it is meant; without somebody to ask, `--sim` has to be there.
pub(crate) fn sure(yes: bool, question: &str, typed: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(refused(format!("{question} Para confirmar sem perguntas, use --sim.")));
    }
    let mut err = std::io::stderr();
    write!(err, "{question}\nDigite “{typed}” para continuar: ").and_then(|()| err.flush())?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == typed { Ok(()) } else { Err(refused("Não confirmado; nada foi feito.")) }
}

/// The machine's clock.
pub(crate) fn clock() -> shared::clock::SharedClock {
    Arc::new(SystemClock)
}

/// The schema owner's address.
pub(crate) fn owner(url: &str) -> anyhow::Result<SecretString> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(SecretString::from(url.to_owned()));
    }
    Err(anyhow!(crate::answer::Refused("OWNER_DATABASE_URL não é uma URL postgres://…".to_owned())))
}
