//! Another plan for a clinic: now, with the days of the month reckoned, or when the next month begins.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::clinics::target;
use crate::auth::Operators;
use crate::db::limites;
use crate::db::operacao::OperatorTx;
use crate::db::operacao::auditoria::record;
use crate::db::operacao::clientes::{self, ClienteFicha};
use crate::db::operacao::mudancas::{self, AcimaDoPlano, Mudanca, NewMudanca};
use crate::db::operacao::planos::{self, Plano};
use crate::domain::rateio::{self, Rateio};
use crate::id::ClienteId;
use crate::problem::Problem;

/// What became of a clinic's plan.
#[derive(Debug)]
pub struct Changed {
    /// The plan of this moment.
    pub plano: String,
    /// The change that was made; none when one that waited was taken back.
    pub mudanca: Option<Mudanca>,
    /// Of what there is more than the new plan includes. Nothing of it is taken away.
    pub acima: Vec<AcimaDoPlano>,
}

/// Changes a clinic's plan. The same change twice is refused the second time, so it is charged once.
///
/// # Errors
/// [`Problem::Forbidden`] for who does not look after money; [`Problem::Conflict`] for a closed clinic or the same plan;
/// [`Problem::InvalidFields`] for a plan nobody may choose.
pub async fn change(tx: &mut OperatorTx, id: ClienteId, plano: &str, now: bool) -> Result<Changed, Problem> {
    super::require(tx, Operators::Money)?;
    let clinic = clientes::lock(tx, id).await?;
    clinic.ensure_open()?;
    let waited = mudancas::pending(tx, id).await?;
    mudancas::cancel_pending(tx, id).await?;
    let same_again = waited.as_ref().is_some_and(|waited| waited.plano_para == plano && !now);
    if same_again || (clinic.plano == plano && waited.is_none()) {
        let detail = "A clínica já está neste plano, ou ele já foi escolhido para o próximo mês.";
        return Err(Problem::Conflict { detail: detail.to_owned() });
    }
    let mudanca = if clinic.plano == plano {
        None
    } else {
        let para = sold(tx, plano).await?;
        Some(decide(tx, &clinic, &para, now).await?)
    };
    let plano = clientes::get(tx, id).await?.plano;
    let json = |mudanca: &Option<Mudanca>| mudanca.as_ref().map(serde_json::to_value).transpose();
    let before = json(&waited).map_err(|_| Problem::Internal)?;
    let after = json(&mudanca).map_err(|_| Problem::Internal)?;
    record(tx, "plano_mudado", &target(id), before, after).await?;
    let acima = match &mudanca {
        Some(mudanca) => {
            mudancas::beyond(tx, id, &mudanca.plano_para, first_month(&clinic, mudanca)?).await?
        }
        None => Vec::new(),
    };
    Ok(Changed { plano, mudanca, acima })
}

/// The month a change begins in, on the clinic's clock.
fn first_month(clinic: &ClienteFicha, mudanca: &Mudanca) -> Result<(Timestamp, Timestamp), Problem> {
    let zone = TimeZone::get(&clinic.dados.fuso).map_err(|_| Problem::Internal)?;
    limites::stretch(&zone, mudanca.vale_dia)
}

/// A plan clinics may choose.
async fn sold(tx: &mut OperatorTx, nome: &str) -> Result<Plano, Problem> {
    let all = planos::list(tx).await?;
    let sentence = || {
        let sold: Vec<&str> =
            all.iter().filter(|plano| plano.ativo).map(|plano| plano.nome.as_str()).collect();
        format!("Use um destes planos: {}.", sold.join(", "))
    };
    let found = all.iter().find(|plano| plano.ativo && plano.nome == nome).cloned();
    found.ok_or_else(|| Problem::field("plano", sentence()))
}

/// Writes the change: now with the days of this month reckoned, or for the first day of the next, which has nothing to reckon.
async fn decide(
    tx: &mut OperatorTx,
    clinic: &ClienteFicha,
    para: &Plano,
    now: bool,
) -> Result<Mudanca, Problem> {
    let de = planos::get(tx, &clinic.plano).await?;
    let zone = TimeZone::get(&clinic.dados.fuso).map_err(|_| Problem::Internal)?;
    let today = tx.at().to_zoned(zone).date();
    let day = if now { today } else { next_month(today)?.0 };
    // A new price counts from the next month on, for a change as well.
    let before = planos::price_of_month(tx, &de.nome, day).await?;
    let after = planos::price_of_month(tx, &para.nome, day).await?;
    let (vale_dia, rateio) =
        if now { (today, rateio::change(today, before, after)) } else { next_month(today)? };
    let new = NewMudanca {
        cliente_id: clinic.id,
        de: (&de.nome, before),
        para: (&para.nome, after),
        vale_dia,
        rateio,
        agora: now,
    };
    mudancas::insert(tx, &new).await
}

fn next_month(today: Date) -> Result<(Date, Rateio), Problem> {
    let first = today.last_of_month().tomorrow().map_err(|_| Problem::Internal)?;
    let none = Rateio {
        dias_mes: first.days_in_month(),
        dias_restantes: 0,
        credito_centavos: 0,
        cobranca_centavos: 0,
    };
    Ok((first, none))
}
