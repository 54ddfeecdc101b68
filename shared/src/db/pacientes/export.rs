//! Everything a clinic holds of a person (LGPD, art. 18, II and V), as JSON.

use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::phones;
use super::threads::Threads;
use crate::db::TenantTx;
use crate::id::PacienteId;
use crate::problem::Problem;

/// Changes of a visit that are taken along, the last ones. Each says how the visit was before and after, and one answer holds all visits.
const MOST_CHANGES: i64 = 1000;

/// What is held, by kind; each in the order in which it came.
#[derive(Debug, sqlx::FromRow)]
pub struct Export {
    /// The row itself.
    pub paciente: Value,
    /// Rows that were merged into it.
    pub cadastros_unidos: Value,
    /// What they agreed to or refused, when and how.
    pub consentimentos: Value,
    /// Appointments, each with its history; `historico_incompleto` when it had more changes than are taken along.
    pub agendamentos: Value,
    /// Entries of the waiting list.
    pub lista_espera: Value,
    /// Times kept for them.
    pub reservas: Value,
    /// WhatsApp threads with their messages. A thread on a phone of several people is named without them: they are the others' too. On a phone they had
    /// before they are those of that time.
    pub conversas: Value,
    /// Audits about them.
    pub auditoria: Value,
}

/// Everything of a patient.
///
/// # Errors
/// When Postgres does not answer.
pub async fn export(tx: &mut TenantTx, id: PacienteId) -> Result<Export, Problem> {
    let threads = Threads::of(tx, id).await?;
    let all = [threads.own(), threads.shared()].concat();
    let (left, until): (Vec<_>, Vec<_>) = phones::until(tx, id, &all).await?.into_iter().unzip();
    tx.saw([id]);
    let export = sqlx::query_as(
        "select
           (select to_jsonb(p) - array['cliente_id', 'busca', 'fundido_em_id'] || jsonb_build_object('convenio', c.nome)
            from pacientes p left join convenios c on c.id = p.convenio_id where p.id = $1) as paciente,
           (select coalesce(jsonb_agg(to_jsonb(p) - array['cliente_id', 'busca', 'fundido_em_id'] order by p.id), '[]')
            from pacientes p where p.cliente_id = $2 and p.fundido_em_id = $1) as cadastros_unidos,
           (select coalesce(jsonb_agg(to_jsonb(c) - array['cliente_id', 'paciente_id'] order by c.id), '[]')
            from (select * from consentimentos where cliente_id = $2 and paciente_id = $1
                  union all select * from consentimentos where cliente_id = $2 and conversa_id = any($3 || $4)
                    and em <= coalesce((select u.em from unnest($5::bigint[], $6::timestamptz[]) u (id, em) where u.id = conversa_id), 'infinity')) c) as consentimentos,
           (select coalesce(jsonb_agg(to_jsonb(a) - array['cliente_id', 'paciente_id'] || jsonb_build_object(
                     'medico', m.nome, 'servico', s.nome, 'convenio', c.nome,
                     'historico', (select coalesce(jsonb_agg(to_jsonb(h) - array['cliente_id', 'agendamento_id'] order by h.id), '[]')
                                   from (select * from historico where cliente_id = $2 and agendamento_id = a.id order by id desc limit $7) h),
                     'historico_incompleto', exists (select from historico where cliente_id = $2 and agendamento_id = a.id order by id desc offset $7))
                   order by a.inicio_em, a.id), '[]')
            from agendamentos a join medicos m on m.id = a.medico_id left join servicos s on s.id = a.servico_id
            left join convenios c on c.id = a.convenio_id
            where a.cliente_id = $2 and a.paciente_id = $1) as agendamentos,
           (select coalesce(jsonb_agg(to_jsonb(e) - array['cliente_id', 'paciente_id'] order by e.id), '[]')
            from lista_espera e where e.cliente_id = $2 and e.paciente_id = $1) as lista_espera,
           (select coalesce(jsonb_agg(to_jsonb(r) - array['cliente_id', 'paciente_id', 'dono', 'origem'] order by r.id), '[]')
            from reservas r where r.cliente_id = $2 and r.paciente_id = $1) as reservas,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'id', v.id, 'telefone', v.telefone, 'nome_perfil', case when v.id = any($3) then v.nome_perfil end,
                     'criado_em', v.criado_em, 'compartilhada', v.id = any($4),
                     'mensagens', (select coalesce(jsonb_agg(to_jsonb(g) - array['cliente_id', 'conversa_id', 'mudou'] order by g.id), '[]')
                                   from mensagens g where g.cliente_id = $2 and g.conversa_id = v.id and v.id = any($3)
                                     and g.criado_em <= coalesce((select u.em from unnest($5::bigint[], $6::timestamptz[]) u (id, em) where u.id = v.id), 'infinity')))
                   order by v.id), '[]')
            from conversas v where v.id = any($3 || $4)) as conversas,
           (select coalesce(jsonb_agg(to_jsonb(t) - array['cliente_id'] order by t.id), '[]')
            from auditoria t where t.cliente_id = $2 and t.alvo = any(array(
              select 'pacientes/' || p.id from pacientes p where p.cliente_id = $2 and (p.id = $1 or p.fundido_em_id = $1)))) as auditoria",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(threads.own())
    .bind(threads.shared())
    .bind(left)
    .bind(until.iter().map(|at| at.to_sqlx()).collect::<Vec<_>>())
    .bind(MOST_CHANGES)
    .fetch_one(tx.conn())
    .await?;
    Ok(export)
}
