//! `nomes_deixados`: addresses and instances that were a clinic's. Whoever comes to one of them means the clinic that left it, so it is an admin's to give to
//! another, and nobody's while Evolution still has the instance; the database refuses the same.

use super::OperatorTx;
use super::clientes::ClienteDados;
use crate::id::ClienteId;
use crate::problem::Problem;

/// Refuses names a clinic, or a new one, may not have.
///
/// # Errors
/// [`Problem::Conflict`].
pub(super) async fn ensure_free(
    tx: &mut OperatorTx,
    id: Option<ClienteId>,
    dados: &ClienteDados,
) -> Result<(), Problem> {
    let refused: Option<String> = sqlx::query_scalar("select hi_nome_recusado($1, $2, $3)")
        .bind(id)
        .bind(&dados.subdomain)
        .bind(&dados.whatsapp_instance)
        .fetch_one(tx.conn())
        .await?;
    let detail = match refused.as_deref() {
        None => return Ok(()),
        Some("subdomain") => {
            "Este endereço já foi de outra clínica, e quem o conhece procura por ela. Só um admin o dá de novo."
        }
        Some("instancia") => "Esta instância do WhatsApp já foi de outra clínica. Só um admin a dá de novo.",
        Some(_) => {
            "Uma instância do WhatsApp com este nome ainda está sendo encerrada na Evolution. Tente de novo em alguns minutos."
        }
    };
    Err(Problem::Conflict { detail: detail.to_owned() })
}

/// Whether the clinic may take up what Evolution has under the name of its instance. Only what was made for it; and that is so from when Evolution said that it
/// has nothing there (`missing`). To be asked after Evolution was.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim(
    tx: &mut OperatorTx,
    id: ClienteId,
    instance: &str,
    missing: bool,
) -> Result<bool, Problem> {
    if missing {
        sqlx::query(
            "update clientes set whatsapp_feita_em = $3 where id = $1 and whatsapp_instance = $2 and whatsapp_feita_em is null",
        )
        .bind(id)
        .bind(instance)
        .bind(jiff_sqlx::ToSqlx::to_sqlx(tx.at()))
        .execute(tx.conn())
        .await?;
    }
    let made = sqlx::query_scalar(
        "select whatsapp_feita_em is not null from clientes where id = $1 and whatsapp_instance = $2",
    );
    let made: Option<bool> = made.bind(id).bind(instance).fetch_optional(tx.conn()).await?;
    Ok(made.unwrap_or(false))
}
