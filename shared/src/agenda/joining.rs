//! The waiting list on the public page: where no time is free there is none to keep, so the wish itself waits until the phone is proven by a code,
//! as a booking's. Nothing here tells whether the clinic knows somebody.

use jiff::{Timestamp, ToSpan};
use subtle::ConstantTimeEq;

use super::ahead::may_wait;
use super::book::{Who, resolve};
use super::notice::{self, Word};
use super::online::{CODE_LIVES, MOST_ATTEMPTS, digest};
use crate::db::TenantTx;
use crate::db::agendamentos::{Author, Canal};
use crate::db::codigos::{self, NewPedido, Pedido, Wanted};
use crate::db::espera::{self, NewEspera};
use crate::domain::nome::Nome;
use crate::domain::telefone::Telefone;
use crate::problem::Problem;
use crate::whatsapp::screen::fitted;

/// How many days somebody who asked here waits; staff knows of whoever asked a person, nobody takes these off the list.
const WAITS_DAYS: i64 = 60;
const TOO_MANY: &str =
    "Este telefone já está na lista de espera várias vezes. Fale com a clínica se precisar mudar alguma.";
const FULL: &str = "A lista de espera da clínica está cheia agora. Fale com a clínica, por favor.";

/// Keeps a wish under a visitor's token and sends the code; asked again, only the last of both counts.
///
/// # Errors
/// When Postgres does not answer. How many codes a phone gets is the caller's to limit.
pub async fn send_code(
    tx: &mut TenantTx,
    owner: &str,
    (nome, telefone): (&Nome, &Telefone),
    wanted: Wanted,
    code: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let hash = digest(owner, code);
    let new = NewPedido {
        dono: owner,
        nome: nome.as_str(),
        telefone: telefone.as_e164(),
        wanted,
        hash: &hash,
        expira_em: now + CODE_LIVES,
    };
    codigos::put_pedido(tx, &new, now).await?;
    let clinica = notice::clinic_name(tx).await?;
    let text = fitted(|room| {
        format!(
            "*{code}* é o seu código para entrar na lista de espera da *{}*. Ele vale por {} minutos. Não o passe a ninguém.",
            room.of(&clinica),
            CODE_LIVES.as_mins()
        )
    });
    let chave = format!("codigo:espera:{hash}");
    notice::write(tx, telefone.clone(), Word::plain(&chave, &text), now).await
}

/// Counts an attempt at the code and compares it; in a transaction of its own, as of a booking.
///
/// # Errors
/// When Postgres does not answer.
pub async fn prove(
    tx: &mut TenantTx,
    owner: &str,
    code: &str,
    now: Timestamp,
) -> Result<Option<Pedido>, Problem> {
    let sent = codigos::attempt_pedido(tx, owner, MOST_ATTEMPTS, now).await?;
    Ok(sent.filter(|sent| bool::from(sent.hash.as_bytes().ct_eq(digest(owner, code).as_bytes()))))
}

/// Puts who proved their phone at the end of the line; who waits for this already keeps their place.
///
/// # Errors
/// [`Problem::Conflict`] when this phone waits for as much as one may, or as many wait as may.
pub async fn join(tx: &mut TenantTx, proven: Pedido, now: Timestamp) -> Result<(), Problem> {
    let nome = Nome::parse(&proven.nome).map_err(|_| Problem::Internal)?;
    let telefone = Telefone::parse(&proven.telefone).map_err(|_| Problem::Internal)?;
    let room = may_wait(tx, &telefone).await?;
    let paciente_id = resolve(tx, Who::Named { nome, telefone: Some(telefone) }).await?;
    let Wanted { medico_id, servico_id, periodo } = proven.espera.0;
    if espera::waits_for(tx, paciente_id, medico_id, servico_id).await? {
        return Ok(());
    }
    if !room {
        return Err(Problem::Conflict { detail: TOO_MANY.to_owned() });
    }
    let today = tx.time_zone().to_datetime(now).date();
    let new = NewEspera {
        paciente_id,
        medico_id,
        servico_id,
        dias: None,
        periodo: periodo.map(Into::into),
        vale_ate: Some(today.saturating_add(WAITS_DAYS.days())),
        observacoes: None,
    };
    match espera::insert(tx, &new, Author { canal: Canal::Site, user: None }, now).await {
        // What staff would do about it is nothing a visitor can.
        Err(Problem::TooManyWaiting { .. }) => Err(Problem::Conflict { detail: FULL.to_owned() }),
        made => made.map(|_| ()),
    }
}
