//! `/api/feriados`: the days of a year on which the clinic closes, or opens although others close.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post};
use http::{Method, StatusCode};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::TenantTx;
use shared::db::auditoria::record_change;
use shared::db::settings::feriados::{self, Feriado, FeriadoSettings};
use shared::domain::feriados::{Listed, Origin, OwnDay, of_year};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Patch, Path, Query, Route};
use shared::id::FeriadoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::changes::{Changes, MISSING, OfSettings, flag, word};
use crate::input;

/// Whose holiday an own day may be.
const AMBITOS: &[&str] = &["nacional", "estadual", "municipal", "clinica"];

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (clinic, desk) = (Access::Clinic, Access::Desk);
    vec![
        Route::new(Method::GET, "/api/feriados", clinic, get(list)).doc(
            Doc::new("Os dias de um ano em que a clínica fecha, ou abre apesar de feriado: por lei, por escolha e os da clínica.")
                .query::<Year>()
                .ok::<FeriadosOut>(),
        ),
        Route::new(Method::POST, "/api/feriados", desk, post(create)).doc(
            Doc::new("Cria um dia da clínica; `dia` e `nome` são obrigatórios. `fechado: false` abre a clínica num feriado.")
                .body::<FeriadoChanges>()
                .idempotent()
                .created::<FeriadoOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::PATCH, "/api/feriados/{id}", desk, patch(change)).doc(
            Doc::new("Muda um dia da clínica; o que falta fica como está.")
                .body::<FeriadoChanges>()
                .ok::<FeriadoOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::DELETE, "/api/feriados/{id}", desk, delete(remove))
            .doc(Doc::new("Remove um dia da clínica.").no_content()),
    ]
}

/// What a list asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Year {
    /// 2000 to 2200; this year when missing.
    ano: Option<i16>,
}

/// The days of a year, by date.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeriadosOut {
    feriados: Vec<FeriadoOut>,
    proximo: Option<String>,
}

/// A day; one of the clinic's own has an `id` and says whether it returns every year.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeriadoOut {
    dia: Date,
    nome: String,
    /// `nacional`, `opcional`, `estadual`, `municipal` or `clinica`.
    ambito: String,
    /// Of the clinic's own days, what was set; of others, whether the clinic closes on that date.
    fechado: bool,
    /// `lei`, `escolha` or `clinica`.
    origem: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<FeriadoId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anual: Option<bool>,
}

impl From<Feriado> for FeriadoOut {
    fn from(Feriado { id, settings }: Feriado) -> Self {
        Self {
            dia: settings.dia,
            nome: settings.nome,
            ambito: settings.ambito,
            fechado: settings.fechado,
            origem: "clinica",
            id: Some(id),
            anual: Some(settings.anual),
        }
    }
}

impl FeriadoOut {
    fn new(listed: &Listed<'_>, own: &[Feriado]) -> Option<Self> {
        let (ambito, origem) = match listed.origin {
            Origin::National => ("nacional", "lei"),
            Origin::GoodFriday => ("municipal", "lei"),
            Origin::Chosen => ("opcional", "escolha"),
            Origin::Own(at) => {
                return own.get(at).cloned().map(|own| Self { dia: listed.day, ..own.into() });
            }
        };
        Some(Self {
            dia: listed.day,
            nome: listed.name.to_owned(),
            ambito: ambito.to_owned(),
            fechado: listed.closed,
            origem,
            id: None,
            anual: None,
        })
    }
}

/// A day to be created, or what changes of one.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct FeriadoChanges {
    /// `AAAA-MM-DD`.
    dia: Option<String>,
    /// 2 to 120 characters.
    nome: Option<String>,
    /// `nacional`, `estadual`, `municipal` or `clinica`.
    ambito: Option<String>,
    /// `false` opens the clinic although a holiday.
    fechado: Option<bool>,
    /// Whether it returns every year.
    anual: Option<bool>,
}

/// Puts a body onto an own day; `Date::MIN` stands for the date one that is created has not got yet.
fn apply(patch: Patch<FeriadoChanges>, row: &mut FeriadoSettings) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    if body.dia.is_none() && row.dia == Date::MIN {
        changes.wrong("dia", MISSING);
    } else {
        let date = |text: String| input::date(&text).ok_or_else(|| input::DATE.to_owned());
        changes.required("dia", body.dia, date, &mut row.dia);
    }
    changes.nome(body.nome, &mut row.nome);
    changes.text("ambito", body.ambito, word(AMBITOS), &mut row.ambito);
    changes.required("fechado", body.fechado, flag, &mut row.fechado);
    changes.required("anual", body.anual, flag, &mut row.anual);
    changes.finish()
}

/// `GET /api/feriados?ano=`: users of the clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(Year { ano }): Query<Year>,
) -> Result<Json<FeriadosOut>, Problem> {
    if ano.is_some_and(|year| !(2000..=2200).contains(&year)) {
        return Err(Problem::field("ano", "Use um ano de 2000 a 2200."));
    }
    let now = parts.clock.now();
    let feriados = parts
        .db
        .in_tenant(&session, async |tx| {
            let year = ano.unwrap_or_else(|| tx.time_zone().to_datetime(now).year());
            year_of(tx, year).await
        })
        .await?;
    Ok(Json(FeriadosOut { feriados, proximo: None }))
}

async fn year_of(tx: &mut TenantTx, year: i16) -> Result<Vec<FeriadoOut>, Problem> {
    let day = |month, day| Date::new(year, month, day).map_err(|_| Problem::Internal);
    let own = feriados::own(tx, (day(1, 1)?, day(12, 31)?)).await?;
    let chosen = feriados::chosen(tx).await?;
    let days: Vec<OwnDay> = own.iter().map(|own| OwnDay::from(&own.settings)).collect();
    let listed = of_year(year, &chosen, &days);
    Ok(listed.iter().filter_map(|listed| FeriadoOut::new(listed, &own)).collect())
}

/// `POST /api/feriados`: who touches the whole agenda; creates. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    patch: Patch<FeriadoChanges>,
) -> Result<Response, Problem> {
    let mut new = FeriadoSettings {
        dia: Date::MIN,
        nome: String::new(),
        ambito: "clinica".to_owned(),
        fechado: true,
        anual: false,
    };
    apply(patch.clone(), &mut new)?;
    create_once(&parts, &session, key, "POST /api/feriados", &patch, async |tx| {
        let made = feriados::insert(tx, new).await?;
        record_change(tx, &session, "feriado_criado", &format!("feriados/{}", made.id), None, Some(&made))
            .await?;
        Ok(FeriadoOut::from(made))
    })
    .await
}

/// `PATCH /api/feriados/{id}`: who touches the whole agenda.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<FeriadoId>,
    patch: Patch<FeriadoChanges>,
) -> Result<Json<FeriadoOut>, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = feriados::lock(tx, id).await?;
            let mut after = before.clone();
            apply(patch, &mut after.settings)?;
            feriados::update(tx, &after).await?;
            let target = format!("feriados/{id}");
            record_change(tx, &session, "feriado_alterado", &target, Some(&before), Some(&after)).await?;
            Ok(Json(after.into()))
        })
        .await
}

/// `DELETE /api/feriados/{id}`: who touches the whole agenda.
pub(crate) async fn remove(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<FeriadoId>,
) -> Result<StatusCode, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = feriados::lock(tx, id).await?;
            feriados::delete(tx, id).await?;
            let target = format!("feriados/{id}");
            record_change(tx, &session, "feriado_removido", &target, Some(&before), None).await?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}
