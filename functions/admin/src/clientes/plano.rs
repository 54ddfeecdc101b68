//! `POST /api/admin/clientes/{id}/plano`: another plan, now or when the next month begins.

use axum::extract::State;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::auditoria::record;
use shared::db::operacao::clientes::{self, ClienteFicha};
use shared::db::operacao::mudancas::{self, Mudanca, NewMudanca};
use shared::db::operacao::planos::{self, Plano};
use shared::domain::rateio::{self, Rateio};
use shared::http::{Json, Path};
use shared::id::ClienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::target;
use crate::caller::Caller;
use crate::input::{Changes, word};

const NOW: &str = "agora";
const NEXT_MONTH: &str = "proximo_mes";

/// A change of plan.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanoMudanca {
    /// A plan's name.
    plano: Option<String>,
    /// `agora` or `proximo_mes`.
    #[serde(rename = "a_partir_de")]
    #[schema(pattern = "^(agora|proximo_mes)$")]
    begins: Option<String>,
}

/// What became of the plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanoOut {
    /// The plan of this moment.
    plano: String,
    /// The change that was made; none when one that waited was taken back.
    mudanca: Option<Mudanca>,
}

/// `POST /api/admin/clientes/{id}/plano`: who looks after money. The same change twice is refused the second time, so it is charged once.
pub(super) async fn change(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    Json(body): Json<PlanoMudanca>,
) -> Result<Json<PlanoOut>, Problem> {
    let mut changes = Changes::default();
    let plano = changes.needed("plano", body.plano, |text| Ok(text.to_owned()));
    let begins = changes.needed("a_partir_de", body.begins, word(&[NOW, NEXT_MONTH]));
    changes.finish()?;
    let (Some(plano), Some(begins)) = (plano, begins) else { return Err(Problem::Internal) };
    let done = caller.act(&parts, async |tx| {
        let clinic = clientes::lock(tx, id).await?;
        clinic.ensure_open()?;
        let waited = mudancas::pending(tx, id).await?;
        mudancas::cancel_pending(tx, id).await?;
        let same_again =
            waited.as_ref().is_some_and(|waited| waited.plano_para == plano && begins == NEXT_MONTH);
        if same_again || (clinic.plano == plano && waited.is_none()) {
            let detail = "A clínica já está neste plano, ou ele já foi escolhido para o próximo mês.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        let mudanca = if clinic.plano == plano {
            None
        } else {
            let para = sold(tx, &plano).await?;
            Some(decide(tx, &clinic, &para, begins == NOW).await?)
        };
        let plano = clientes::get(tx, id).await?.plano;
        let json = |mudanca: &Option<Mudanca>| mudanca.as_ref().map(serde_json::to_value).transpose();
        let before = json(&waited).map_err(|_| Problem::Internal)?;
        let after = json(&mudanca).map_err(|_| Problem::Internal)?;
        record(tx, "plano_mudado", &target(id), before, after).await?;
        Ok(PlanoOut { plano, mudanca })
    });
    done.await.map(Json)
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
    let (vale_dia, rateio) = if now {
        (today, rateio::change(today, de.preco_centavos, para.preco_centavos))
    } else {
        next_month(today)?
    };
    let new = NewMudanca {
        cliente_id: clinic.id,
        de: (&de.nome, de.preco_centavos),
        para: (&para.nome, para.preco_centavos),
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
