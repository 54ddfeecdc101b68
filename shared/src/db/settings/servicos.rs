//! `servicos` with `medicos_servicos`, `servicos_recursos` and `servicos_convenios`: what a clinic offers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::{ConvenioId, MedicoId, RecursoId, ServicoId};
use crate::problem::Problem;

/// A service.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Servico {
    /// `servicos.id`.
    pub id: ServicoId,
    /// What is set.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub settings: ServicoSettings,
}

/// What a clinic sets of a service.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct ServicoSettings {
    /// The name patients read.
    pub nome: String,
    /// What it is, for patients.
    pub descricao: Option<String>,
    /// Minutes of the visit.
    pub duracao_minutos: i32,
    /// Minutes kept free before.
    pub antes_minutos: i32,
    /// Minutes kept free after.
    pub depois_minutos: i32,
    /// Centavos; none = not told.
    pub preco_centavos: Option<i64>,
    /// `#rrggbb`.
    pub cor: Option<String>,
    /// Whether patients book it by themselves.
    pub online: bool,
    /// Whether what patients ask for waits for the clinic's approval.
    pub aprovacao: bool,
    /// Minutes between starts; none = the clinic's.
    pub passo_minutos: Option<i32>,
    /// `relogio`, `periodo`, `dia` or `otimizada`; none = the clinic's.
    pub grade: Option<String>,
    /// Whether it is offered.
    pub ativo: bool,
    /// Who offers it; empty = every professional.
    pub medicos: Vec<MedicoId>,
    /// What must be free too.
    #[sqlx(json)]
    pub recursos: Vec<RecursoDoServico>,
    /// What health plans pay, where it is not the service's own price.
    #[sqlx(json)]
    pub precos_convenio: Vec<PrecoConvenio>,
}

/// A resource a service needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecursoDoServico {
    /// Which.
    pub recurso_id: RecursoId,
    /// How many of them.
    pub quantidade: i32,
}

/// What a health plan pays for a service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PrecoConvenio {
    /// Which plan.
    pub convenio_id: ConvenioId,
    /// Centavos.
    pub preco_centavos: i64,
}

impl ServicoSettings {
    /// A new service, as the columns' defaults have it.
    pub fn blank() -> Self {
        Self {
            nome: String::new(),
            descricao: None,
            duracao_minutos: 30,
            antes_minutos: 0,
            depois_minutos: 0,
            preco_centavos: None,
            cor: None,
            online: true,
            aprovacao: false,
            passo_minutos: None,
            grade: None,
            ativo: true,
            medicos: Vec::new(),
            recursos: Vec::new(),
            precos_convenio: Vec::new(),
        }
    }
}

/// The services by name; one, when `only` is given.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut TenantTx,
    only_active: bool,
    only: Option<ServicoId>,
) -> Result<Vec<Servico>, Problem> {
    let rows = sqlx::query_as(
        "select s.id, s.nome, s.descricao, s.duracao_minutos, s.antes_minutos, s.depois_minutos, s.preco_centavos, s.cor,
                s.online, s.aprovacao, s.passo_minutos, s.grade, s.ativo,
                array(select o.medico_id from medicos_servicos o where o.servico_id = s.id order by 1) as medicos,
                (select coalesce(json_agg(json_build_object('recurso_id', r.recurso_id, 'quantidade', r.quantidade)
                                          order by r.recurso_id), '[]')
                 from servicos_recursos r where r.servico_id = s.id) as recursos,
                (select coalesce(json_agg(json_build_object('convenio_id', p.convenio_id, 'preco_centavos', p.preco_centavos)
                                          order by p.convenio_id), '[]')
                 from servicos_convenios p where p.servico_id = s.id) as precos_convenio
         from servicos s
         where (s.ativo or not $1) and ($2::bigint is null or s.id = $2)
         order by s.nome, s.id limit 1000",
    )
    .bind(only_active)
    .bind(only)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One service, active or not.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: ServicoId) -> Result<Servico, Problem> {
    list(tx, false, Some(id)).await?.pop().ok_or(Problem::NotFound)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut TenantTx, id: ServicoId) -> Result<Servico, Problem> {
    sqlx::query("select id from servicos where id = $1 for no key update")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    // A second statement: it sees what was committed while the first waited.
    get(tx, id).await
}

/// Creates a service.
///
/// # Errors
/// [`Problem::AlreadyExists`] for a name that is taken; [`Problem::NotFound`] for somebody or something of another clinic.
pub async fn insert(tx: &mut TenantTx, new: &ServicoSettings) -> Result<Servico, Problem> {
    let cliente_id = tx.cliente_id();
    let id: ServicoId =
        sqlx::query_scalar("insert into servicos (cliente_id, nome) values ($1, $2) returning id")
            .bind(cliente_id)
            .bind(&new.nome)
            .fetch_one(tx.conn())
            .await?;
    update(tx, id, new).await
}

/// Writes every setting of a service.
///
/// # Errors
/// As [`insert`].
pub async fn update(
    tx: &mut TenantTx,
    id: ServicoId,
    settings: &ServicoSettings,
) -> Result<Servico, Problem> {
    sqlx::query(
        "update servicos set nome = $2, descricao = $3, duracao_minutos = $4, antes_minutos = $5, depois_minutos = $6,
                preco_centavos = $7, cor = $8, online = $9, aprovacao = $10, passo_minutos = $11, grade = $12, ativo = $13
         where id = $1",
    )
    .bind(id)
    .bind(&settings.nome)
    .bind(&settings.descricao)
    .bind(settings.duracao_minutos)
    .bind(settings.antes_minutos)
    .bind(settings.depois_minutos)
    .bind(settings.preco_centavos)
    .bind(&settings.cor)
    .bind(settings.online)
    .bind(settings.aprovacao)
    .bind(settings.passo_minutos)
    .bind(&settings.grade)
    .bind(settings.ativo)
    .execute(tx.conn())
    .await?;
    replace_medicos(tx, id, &settings.medicos).await?;
    replace_recursos(tx, id, &settings.recursos).await?;
    replace_precos(tx, id, &settings.precos_convenio).await?;
    get(tx, id).await
}

async fn replace_medicos(tx: &mut TenantTx, id: ServicoId, medicos: &[MedicoId]) -> Result<(), Problem> {
    let cliente_id = tx.cliente_id();
    sqlx::query("delete from medicos_servicos where servico_id = $1").bind(id).execute(tx.conn()).await?;
    sqlx::query(
        "insert into medicos_servicos (cliente_id, servico_id, medico_id) select $1, $2, * from unnest($3::bigint[])",
    )
    .bind(cliente_id)
    .bind(id)
    .bind(medicos)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn replace_recursos(
    tx: &mut TenantTx,
    id: ServicoId,
    recursos: &[RecursoDoServico],
) -> Result<(), Problem> {
    let cliente_id = tx.cliente_id();
    sqlx::query("delete from servicos_recursos where servico_id = $1").bind(id).execute(tx.conn()).await?;
    sqlx::query(
        "insert into servicos_recursos (cliente_id, servico_id, recurso_id, quantidade)
         select $1, $2, * from unnest($3::bigint[], $4::int[])",
    )
    .bind(cliente_id)
    .bind(id)
    .bind(recursos.iter().map(|needed| needed.recurso_id).collect::<Vec<_>>())
    .bind(recursos.iter().map(|needed| needed.quantidade).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn replace_precos(tx: &mut TenantTx, id: ServicoId, precos: &[PrecoConvenio]) -> Result<(), Problem> {
    let cliente_id = tx.cliente_id();
    sqlx::query("delete from servicos_convenios where servico_id = $1").bind(id).execute(tx.conn()).await?;
    sqlx::query(
        "insert into servicos_convenios (cliente_id, servico_id, convenio_id, preco_centavos)
         select $1, $2, * from unnest($3::bigint[], $4::bigint[])",
    )
    .bind(cliente_id)
    .bind(id)
    .bind(precos.iter().map(|preco| preco.convenio_id).collect::<Vec<_>>())
    .bind(precos.iter().map(|preco| preco.preco_centavos).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}
