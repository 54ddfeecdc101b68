//! How long each kind of change a migration makes takes, and what it locks, on a table shaped as the appointments'.

use std::time::Instant;

use shared::testing::Database;

use super::law::Law;

/// A kind of change.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) law: Law,
    statement: &'static str,
}

const fn kind(name: &'static str, law: Law, statement: &'static str) -> Kind {
    Kind { name, law, statement }
}

/// What the migrations of this repository do to tables that are there; in an order in which each finds what it needs.
pub(crate) const KINDS: [Kind; 11] = [
    kind("coluna nova, vazia", Law::Constant, "alter table escala add column nota text"),
    kind(
        "coluna nova com valor constante",
        Law::Constant,
        "alter table escala add column vezes integer not null default 0",
    ),
    kind(
        "restrição `not valid`",
        Law::Constant,
        "alter table escala add constraint escala_fim_em_check check (fim_em > inicio_em) not valid",
    ),
    kind("`validate constraint`", Law::Linear, "alter table escala validate constraint escala_fim_em_check"),
    kind(
        "restrição conferida na hora",
        Law::Linear,
        "alter table escala add constraint escala_inicio_em_check check (inicio_em is not null)",
    ),
    kind(
        "chave estrangeira `not valid`",
        Law::Constant,
        "alter table escala add constraint escala_paciente_id_fkey foreign key (cliente_id, paciente_id)
           references pacientes (cliente_id, id) not valid",
    ),
    kind(
        "validar a chave estrangeira",
        Law::Linear,
        "alter table escala validate constraint escala_paciente_id_fkey",
    ),
    kind(
        "`create index`",
        Law::LinearLog,
        "create index escala_inicio_em_idx on escala (cliente_id, inicio_em)",
    ),
    kind(
        "preencher 10.000 linhas",
        Law::Constant,
        "update escala set nota = status where ctid in (select ctid from escala where nota is null limit 10000)",
    ),
    kind("preencher tudo num comando só", Law::Linear, "update escala set nota = status where nota is null"),
    kind(
        "coluna gerada (a tabela é reescrita)",
        Law::Linear,
        "alter table escala add column aberta boolean generated always as (status = 'agendado') stored",
    ),
];

/// The one that is in no transaction.
pub(crate) const CONCURRENTLY: Kind = kind(
    "`create index concurrently`",
    Law::LinearLog,
    "create index concurrently escala_medico_id_idx on escala (cliente_id, medico_id, inicio_em)",
);

const MEASURE: &str = "
create table if not exists escala_medidas (nome text primary key, ms double precision, tranca text);
create or replace function escala_mede(p_nome text, p_comando text) returns void language plpgsql as $$
declare
  desde timestamptz := clock_timestamp();
begin
  execute p_comando;
  insert into escala_medidas
    select p_nome, extract(epoch from clock_timestamp() - desde) * 1000,
           (select mode from pg_locks
            where pid = pg_backend_pid() and relation = 'escala'::regclass and granted
            order by array_position(array['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock',
                                          'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'RowShareLock', 'AccessShareLock'], mode) limit 1)
    on conflict (nome) do update set ms = excluded.ms, tranca = excluded.tranca;
end $$;";

/// What a kind took: milliseconds, and the strongest lock.
pub(crate) type Took = (f64, String);

/// Each of [`KINDS`] and then [`CONCURRENTLY`], on a table of so many times the appointments there are.
pub(crate) async fn changes(database: &Database, thousandths: u32) -> (f64, Vec<Took>) {
    let fill = format!(
        "drop table if exists escala; create table escala (like agendamentos);
         insert into escala select a.* from agendamentos a cross join generate_series(1, greatest({thousandths} / 1000, 1))
           where {thousandths} >= 1000 or a.id % 1000 < {thousandths}"
    );
    database.sql(MEASURE).await;
    database.sql(&fill).await;
    for still in ["vacuum analyze escala", "checkpoint"] {
        database.sql(still).await;
    }
    let rows = database.number("select count(*) from escala").await;
    let mut took = Vec::new();
    for kind in &KINDS {
        database.sql(&format!("select escala_mede($n${}$n$, $s${}$s$)", kind.name, kind.statement)).await;
        let of = |what: &str| format!("select {what} from escala_medidas where nome = $n${}$n$", kind.name);
        let ms = database.text(&of("round(ms::numeric, 3)")).await.parse().unwrap();
        took.push((ms, database.text(&of("tranca")).await));
    }
    let began = Instant::now();
    database.sql(CONCURRENTLY.statement).await;
    took.push((began.elapsed().as_secs_f64() * 1000.0, "ShareUpdateExclusiveLock".to_owned()));
    database.sql("drop table escala").await;
    (f64::from(i32::try_from(rows).unwrap()), took)
}

/// What a lock keeps waiting.
pub(crate) fn waits(lock: &str) -> &'static str {
    match lock {
        "AccessExclusiveLock" => "para leituras e escritas",
        "ShareLock" | "ShareRowExclusiveLock" | "ExclusiveLock" => "para escritas",
        _ => "não para ninguém",
    }
}
