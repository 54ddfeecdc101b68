//! A service as booking needs it: how long, at what price, by whom, with which resources.

use crate::db::TenantTx;
use crate::id::{ConvenioId, MedicoId, RecursoId, ServicoId};
use crate::problem::Problem;

/// A service.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Oferecido {
    /// Which.
    pub id: ServicoId,
    /// Its name.
    pub nome: String,
    /// Minutes of the visit.
    pub duracao_minutos: i32,
    /// Minutes kept free before.
    pub antes_minutos: i32,
    /// Minutes kept free after.
    pub depois_minutos: i32,
    /// The price today, the health plan's if it has one of its own, centavos.
    pub preco_centavos: Option<i64>,
    /// Minutes between two starts, if not the clinic's.
    pub passo_minutos: Option<i32>,
    /// The grid, if not the clinic's.
    pub grade: Option<String>,
    /// Whether patients may book it by themselves.
    pub online: bool,
    /// Whether such a booking waits for approval.
    pub aprovacao: bool,
    /// Who offers it; none = everybody.
    pub medicos: Vec<MedicoId>,
    /// The resources it needs, by id.
    pub recursos: Vec<RecursoId>,
    /// How many of each.
    pub precisa: Vec<i32>,
    /// How many the clinic has of each; none of one that is out of use.
    pub existe: Vec<i32>,
}

/// One active service, priced for a health plan.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn oferecido(
    tx: &mut TenantTx,
    id: ServicoId,
    convenio: Option<ConvenioId>,
) -> Result<Oferecido, Problem> {
    find(tx, id, convenio, false).await
}

/// The service of an appointment that stands, which the clinic may have given up meanwhile.
///
/// # Errors
/// [`Problem::NotFound`] when it is another clinic's.
pub async fn marcado(
    tx: &mut TenantTx,
    id: ServicoId,
    convenio: Option<ConvenioId>,
) -> Result<Oferecido, Problem> {
    find(tx, id, convenio, true).await
}

async fn find(
    tx: &mut TenantTx,
    id: ServicoId,
    convenio: Option<ConvenioId>,
    given_up: bool,
) -> Result<Oferecido, Problem> {
    let row = sqlx::query_as(
        "select s.id, s.nome, s.duracao_minutos, s.antes_minutos, s.depois_minutos,
                coalesce((select c.preco_centavos from servicos_convenios c
                          where c.servico_id = s.id and c.convenio_id = $2), s.preco_centavos) as preco_centavos,
                s.passo_minutos, s.grade, s.online, s.aprovacao,
                array(select m.medico_id from medicos_servicos m where m.servico_id = s.id) as medicos,
                array(select n.recurso_id from servicos_recursos n where n.servico_id = s.id order by n.recurso_id) as recursos,
                array(select n.quantidade from servicos_recursos n where n.servico_id = s.id order by n.recurso_id) as precisa,
                array(select case when r.ativo then r.quantidade else 0 end
                      from servicos_recursos n join recursos r on r.id = n.recurso_id
                      where n.servico_id = s.id order by n.recurso_id) as existe
         from servicos s where (s.ativo or $3) and s.id = $1",
    )
    .bind(id)
    .bind(convenio)
    .bind(given_up)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Locks the resources in the order of their ids, after the professional: whoever books one of them waits.
///
/// # Errors
/// [`Problem::Unavailable`] when the locks are not to be had in time.
pub async fn lock_recursos(tx: &mut TenantTx, recursos: &[RecursoId]) -> Result<(), Problem> {
    if recursos.is_empty() {
        return Ok(());
    }
    sqlx::query("select id from recursos where id = any($1) order by id for no key update")
        .bind(recursos)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The resources that any of these services needs.
///
/// # Errors
/// When Postgres does not answer.
pub async fn recursos_de(tx: &mut TenantTx, servicos: &[ServicoId]) -> Result<Vec<RecursoId>, Problem> {
    let rows = sqlx::query_scalar(
        "select distinct recurso_id from servicos_recursos where servico_id = any($1) order by recurso_id",
    )
    .bind(servicos)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The name of an active health plan, which appointments keep.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn convenio_nome(tx: &mut TenantTx, id: ConvenioId) -> Result<String, Problem> {
    let nome: Option<String> = sqlx::query_scalar("select nome from convenios where ativo and id = $1")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    nome.ok_or(Problem::NotFound)
}
