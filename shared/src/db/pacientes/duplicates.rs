//! Rows that are probably one person. The same CPF or CNS cannot be: they are unique.

use jiff::civil::Date;

use crate::db::TenantTx;
use crate::db::column::OptionalDate;
use crate::id::PacienteId;
use crate::problem::Problem;

/// One of a group.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Suspect {
    /// The oldest row of the group, which names it.
    pub raiz: PacienteId,
    /// `pacientes.id`.
    pub id: PacienteId,
    /// The name.
    pub nome: String,
    /// E.164.
    pub telefone: Option<String>,
    /// Eleven digits.
    pub cpf: Option<String>,
    /// Birthday.
    #[sqlx(try_from = "OptionalDate")]
    pub nascimento_dia: Option<Date>,
    /// How many appointments point to it.
    pub agendamentos: i64,
    /// `telefone`, `nascimento`: what it shares with the oldest, beside a similar name; empty for the oldest itself.
    pub motivos: Vec<String>,
}

/// Up to `limit` groups of rows that are probably one person, by the oldest row of each, after the group of `after`.
///
/// Two rows belong together when they share the phone or the birthday and their names are alike: equal (accents and case ignored), one's
/// words among the other's, or similar in their trigrams. Different CPFs or CNSs keep them apart, and so do different birthdays unless the
/// names are equal. A phone of more than 12 people, or a birthday of more than 20, is a placeholder and says nothing; a
/// group shows its 20 oldest. Similarity of names is never asked for across the clinic, only inside a phone or a day, so the work grows with
/// the patients and not with their pairs. Names may be as long as somebody types them, and rows as many, so what is compared of a name has an end (ten words, forty
/// letters), and so have the pairs: whoever makes names and birthdays up finds fewer duplicates, and nobody waits.
///
/// # Errors
/// When Postgres does not answer.
pub async fn duplicates(
    tx: &mut TenantTx,
    after: Option<PacienteId>,
    limit: i64,
) -> Result<Vec<Suspect>, Problem> {
    let rows: Vec<Suspect> = sqlx::query_as(
        "with pessoa as materialized (
           select id, telefone, nascimento_dia,
                  count(*) over (partition by telefone) as no_telefone, count(*) over (partition by nascimento_dia) as no_dia
           from pacientes where cliente_id = $1 and ativo
         ), par as materialized (
           (select a.id as um, b.id as outro, 'telefone' as motivo, 1 as palavras
            from pessoa a join pessoa b on b.telefone = a.telefone and b.id > a.id where a.no_telefone <= 12
            limit 20000)
           union all
           (select a.id, b.id, 'nascimento', 2
            from pessoa a join pessoa b on b.nascimento_dia = a.nascimento_dia and b.id > a.id where a.no_dia <= 20
            limit 60000)
         ), provavel as (
           select p.um, p.outro, p.motivo
           from par p
           cross join lateral (
             select busca, (string_to_array(busca, ' '))[:10] as palavras, left(busca, 40) as curto, cpf, cns, nascimento_dia
             from pacientes where id = p.um offset 0) a
           cross join lateral (
             select busca, (string_to_array(busca, ' '))[:10] as palavras, left(busca, 40) as curto, cpf, cns, nascimento_dia
             from pacientes where id = p.outro offset 0) b
           where (a.cpf = b.cpf) is not false and (a.cns = b.cns) is not false
             and (a.busca = b.busca
                  or (a.nascimento_dia = b.nascimento_dia) is not false
                     and (least(cardinality(a.palavras), cardinality(b.palavras)) >= p.palavras
                            and (a.palavras <@ b.palavras or b.palavras <@ a.palavras)
                          or similarity(a.curto, b.curto) >= 0.6))
         ), mais_antigo as (
           select distinct on (outro) outro, um as raiz, motivos
           from (select um, outro, array_agg(motivo order by motivo) as motivos from provavel group by um, outro) x
           order by outro, um
         ), grupo as (
           select raiz from mais_antigo where $2::bigint is null or raiz > $2 group by raiz order by raiz limit $3
         ), membro as (
           select g.raiz, g.raiz as id, array[]::text[] as motivos from grupo g
           union all
           select d.raiz, d.outro, d.motivos
           from (select m.*, row_number() over (partition by m.raiz order by m.outro) as nth
                 from mais_antigo m where m.raiz in (select raiz from grupo)) d
           where d.nth < 20
         )
         select m.raiz, p.id, p.nome, p.telefone, p.cpf, p.nascimento_dia, m.motivos,
                (select count(*) from agendamentos a where a.cliente_id = $1 and a.paciente_id = p.id) as agendamentos
         from membro m join pacientes p on p.id = m.id
         order by m.raiz, p.id",
    )
    .bind(tx.cliente_id())
    .bind(after)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    tx.saw(rows.iter().map(|row| row.id));
    Ok(rows)
}
