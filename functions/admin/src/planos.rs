//! `/api/admin/planos`: prices and limits. Who looks after money reads and changes them, an admin makes new ones, who looks after clinics reads
//! the names only.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Operators};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::planos::{self, Plano, PlanoNome};
use shared::http::idempotency::{IdempotencyKey, create_once_as_operator};
use shared::http::{Doc, Json, Patch, Path, Route};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::AppState;
use crate::caller::Caller;
use crate::input::{Changes, Checked, MISSING, flag, large, line, number};

/// The largest price, centavos: a million reais.
const MOST_CENTAVOS: i64 = 100_000_000;
/// The largest price of one visit or message, centavos.
const MOST_OF_ONE: i64 = 1_000_000;
/// As the database has it.
const MOST_TOKENS: i64 = 1_000_000_000_000;
/// More is no limit.
const MOST: i32 = 100_000_000;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let (any, money) = (Access::Operator(Operators::Any), Access::Operator(Operators::Money));
    vec![
        Route::new(Method::GET, "/api/admin/planos", money, get(list))
            .doc(Doc::new("Os planos, com preços e limites.").ok::<PlanosOut>()),
        Route::new(Method::POST, "/api/admin/planos", Access::Operator(Operators::Admin), post(create)).doc(
            Doc::new("Cria um plano; `nome`, `titulo` e `preco_centavos` são obrigatórios, e um limite que falta é sem limite.")
                .body::<NewPlano>()
                .idempotent()
                .created::<Plano>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/admin/planos/nomes", any, get(names))
            .doc(Doc::new("Os nomes dos planos.").ok::<PlanosNomes>()),
        Route::new(Method::GET, "/api/admin/planos/{nome}", money, get(show))
            .doc(Doc::new("Um plano.").ok::<Plano>()),
        Route::new(Method::PATCH, "/api/admin/planos/{nome}", money, patch(change)).doc(
            Doc::new("Muda preço e limites de um plano; o que falta fica como está, `null` tira um limite.")
                .body::<PlanoChanges>()
                .ok::<Plano>(),
        ),
    ]
}

/// All plans, the cheapest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanosOut {
    planos: Vec<Plano>,
}

/// The names of all plans.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanosNomes {
    planos: Vec<PlanoNome>,
}

/// What changes of a plan. A new price is for what is decided from then on: changes of plan keep the price they were reckoned with.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct PlanoChanges {
    titulo: Option<String>,
    preco_centavos: Option<i64>,
    /// Null: any number.
    limite_profissionais: Option<i64>,
    /// Null: any number.
    limite_agendamentos_mes: Option<i64>,
    /// Null: any number.
    limite_mensagens_mes: Option<i64>,
    /// Null: any number.
    limite_unidades: Option<i64>,
    /// What one professional beyond the limit costs a month; null: one more is refused.
    excedente_profissional_centavos: Option<i64>,
    /// What one visit beyond the limit costs; null: one more is refused.
    excedente_agendamento_centavos: Option<i64>,
    /// What one message beyond the limit costs; null: one more is refused.
    excedente_mensagem_centavos: Option<i64>,
    /// Days a new clinic tries for nothing, 0 to 90.
    teste_dias: Option<i64>,
    /// Null: as many as the tokens allow.
    limite_ia_turnos_mes: Option<i64>,
    ia_permitida: Option<bool>,
    ia_limite_tokens: Option<i64>,
    transcricao: Option<bool>,
    transcricoes_mes: Option<i64>,
    /// `false`: clinics that have it keep it, and no other may choose it.
    ativo: Option<bool>,
}

/// A plan to be made.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewPlano {
    /// Small letters, digits and `_`; it never changes.
    nome: Option<String>,
    #[serde(flatten)]
    resto: PlanoChanges,
}

/// A plan's name: what stands in scripts and in the clinics' rows.
fn name(text: &str) -> Checked<String> {
    let text = text.trim();
    let plain = text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
    if plain && (2..=40).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Ok(text.to_owned());
    }
    Err("Use de 2 a 40 letras minúsculas sem acento, números e sublinhado, começando por uma letra."
        .to_owned())
}

fn apply(mut changes: Changes, body: PlanoChanges, row: &mut Plano) -> Result<(), Problem> {
    changes.text("titulo", body.titulo, line(2..=60), &mut row.titulo);
    changes.required(
        "preco_centavos",
        body.preco_centavos,
        large(0..=MOST_CENTAVOS),
        &mut row.preco_centavos,
    );
    let limit = || number(1..=MOST);
    changes.optional(
        "limite_profissionais",
        body.limite_profissionais,
        limit(),
        &mut row.limite_profissionais,
    );
    let (asked, column) = (body.limite_agendamentos_mes, &mut row.limite_agendamentos_mes);
    changes.optional("limite_agendamentos_mes", asked, limit(), column);
    changes.optional(
        "limite_mensagens_mes",
        body.limite_mensagens_mes,
        limit(),
        &mut row.limite_mensagens_mes,
    );
    changes.optional("limite_unidades", body.limite_unidades, limit(), &mut row.limite_unidades);
    let (turns, column) = (body.limite_ia_turnos_mes, &mut row.limite_ia_turnos_mes);
    changes.optional("limite_ia_turnos_mes", turns, number(0..=MOST), column);
    let (price, column) = (body.excedente_profissional_centavos, &mut row.excedente_profissional_centavos);
    changes.optional("excedente_profissional_centavos", price, large(0..=MOST_CENTAVOS), column);
    let (price, column) = (body.excedente_agendamento_centavos, &mut row.excedente_agendamento_centavos);
    changes.optional("excedente_agendamento_centavos", price, large(0..=MOST_OF_ONE), column);
    let (price, column) = (body.excedente_mensagem_centavos, &mut row.excedente_mensagem_centavos);
    changes.optional("excedente_mensagem_centavos", price, large(0..=MOST_OF_ONE), column);
    changes.required("teste_dias", body.teste_dias, number(0..=90), &mut row.teste_dias);
    changes.required("ia_permitida", body.ia_permitida, flag, &mut row.ia_permitida);
    changes.required(
        "ia_limite_tokens",
        body.ia_limite_tokens,
        large(0..=MOST_TOKENS),
        &mut row.ia_limite_tokens,
    );
    changes.required("transcricao", body.transcricao, flag, &mut row.transcricao);
    changes.required("transcricoes_mes", body.transcricoes_mes, number(0..=MOST), &mut row.transcricoes_mes);
    changes.required("ativo", body.ativo, flag, &mut row.ativo);
    changes.finish()
}

/// `GET /api/admin/planos`: who looks after money.
async fn list(State(parts): State<HttpParts>, caller: Caller) -> Result<Json<PlanosOut>, Problem> {
    let planos = caller.act(&parts, planos::list).await?;
    Ok(Json(PlanosOut { planos }))
}

/// `GET /api/admin/planos/nomes`: any operator.
async fn names(State(parts): State<HttpParts>, caller: Caller) -> Result<Json<PlanosNomes>, Problem> {
    let planos = caller.act(&parts, planos::names).await?;
    Ok(Json(PlanosNomes { planos }))
}

/// `GET /api/admin/planos/{nome}`: who looks after money.
async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(nome): Path<String>,
) -> Result<Json<Plano>, Problem> {
    caller.act(&parts, async |tx| planos::get(tx, &nome).await).await.map(Json)
}

/// `POST /api/admin/planos`: admins; once per `Idempotency-Key`.
async fn create(
    State(parts): State<HttpParts>,
    caller: Caller,
    key: IdempotencyKey,
    Json(body): Json<NewPlano>,
) -> Result<Response, Problem> {
    let mut changes = Changes::default();
    let nome = changes.needed("nome", body.nome.clone(), name);
    changes.needed("titulo", body.resto.titulo.clone(), |_| Ok(()));
    if body.resto.preco_centavos.is_none() {
        changes.wrong("preco_centavos", MISSING);
    }
    let mut plano = Plano { ativo: true, teste_dias: 14, ..Plano::default() };
    apply(changes, body.resto.clone(), &mut plano)?;
    plano.nome = nome.ok_or(Problem::Internal)?;
    create_once_as_operator(&parts.db, caller.acting(&parts), key, "POST planos", &body, {
        async |tx: &mut OperatorTx| {
            planos::insert(tx, &plano).await?;
            record_change(tx, "plano_criado", &format!("planos/{}", plano.nome), None, &plano).await?;
            Ok(plano.clone())
        }
    })
    .await
}

/// `PATCH /api/admin/planos/{nome}`: who looks after money.
async fn change(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(nome): Path<String>,
    patch: Patch<PlanoChanges>,
) -> Result<Json<Plano>, Problem> {
    let changed = caller.act(&parts, async |tx| {
        let before = planos::lock(tx, &nome).await?;
        let mut after = before.clone();
        let (body, changes) = Changes::of(patch);
        apply(changes, body, &mut after)?;
        planos::update(tx, &after).await?;
        record_change(tx, "plano_alterado", &format!("planos/{nome}"), Some(&before), &after).await?;
        Ok(after)
    });
    changed.await.map(Json)
}
