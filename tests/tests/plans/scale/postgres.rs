//! Postgres as a gauge: rows, processor time, log, numbers of transactions; sizes and depths of what it keeps.

use std::collections::BTreeMap;
use std::fs;

use shared::testing::Database;

use super::traffic::Asks;

/// Where it stands.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    rows: BTreeMap<String, i64>,
    cpu_ms: f64,
    wal: i64,
    xid: i64,
}

impl Gauge {
    pub(crate) async fn read(database: &Database) -> Self {
        let wal = database.number("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").await;
        let xid = database.number("select pg_snapshot_xmax(pg_current_snapshot())::text").await;
        let cpu_ms = processor(database).await;
        Self { rows: rows(database).await, cpu_ms, wal, xid }
    }

    /// What one of `times` came to since then.
    pub(crate) fn since(&self, before: &Self, times: f64) -> Asks {
        let part = |now: i64, then: i64| f64::from(i32::try_from(now - then).unwrap()) / times;
        let more = self.rows.iter().map(|(table, now)| {
            (table.clone(), part(*now, before.rows.get(table).copied().unwrap_or_default()))
        });
        Asks {
            rows: more.filter(|(_, rows)| *rows > 0.0).collect(),
            cpu_ms: (self.cpu_ms - before.cpu_ms) / times,
            statements: 0.0,
            wal: part(self.wal, before.wal),
            xids: part(self.xid, before.xid),
        }
    }
}

/// How many rows each table has.
async fn rows(database: &Database) -> BTreeMap<String, i64> {
    let each =
        "select string_agg(format('select %L || '' '' || count(*) from %I', relname, relname), ' union all ')
                from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";
    let all = database.text(each).await;
    let told = database.texts(&all).await;
    told.iter()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(table, n)| (table.to_owned(), n.parse().unwrap()))
        .collect()
}

/// Milliseconds of a processor that Postgres and everybody it started have had; of those who are gone, only who started them knows.
async fn processor(database: &Database) -> f64 {
    let first = "select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)";
    let postmaster = database.text(first).await;
    let mut nanoseconds = 0.0;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let folder = entry.path();
        let Ok(stat) = fs::read_to_string(folder.join("stat")) else { continue };
        let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
        if rest.split(' ').nth(1) != Some(postmaster.as_str()) {
            continue;
        }
        let spent = fs::read_to_string(folder.join("schedstat")).unwrap_or_default();
        nanoseconds += spent.split(' ').next().and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    }
    nanoseconds / 1e6
}

/// A table or an index of one.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) table: String,
    /// None for the table itself.
    pub(crate) index: Option<String>,
    pub(crate) bytes: f64,
    /// Rows of the table.
    pub(crate) rows: f64,
    /// Levels above the leaves, and how many of a page's children there are: of a B-tree.
    pub(crate) tree: Option<(f64, f64)>,
}

/// Tables that grow with the appointments, the largest of them.
pub(crate) const GROWING: [&str; 8] =
    ["entrada", "mensagens", "saida", "lembretes", "agendamentos", "historico", "pacientes", "conversas"];

/// What each of them and each index keeps.
pub(crate) async fn kept(database: &Database) -> Vec<Kept> {
    database.sql("create extension if not exists pageinspect").await;
    let names = GROWING.map(|name| format!("'{name}'")).join(", ");
    let told = database
        .texts(&format!(
            "select concat_ws(' ', t.relname, coalesce(i.relname, '-'), case when i.oid is null then pg_table_size(t.oid) else pg_relation_size(i.oid) end,
                    t.reltuples::bigint, m.level, case when m.root > 0 then (bt_page_stats(i.relname::text, m.root)).live_items end)
             from pg_class t
             left join lateral (select null::oid as oid, null::name as relname, null::name as amname union all
                                select c.oid, c.relname, a.amname from pg_index x join pg_class c on c.oid = x.indexrelid join pg_am a on a.oid = c.relam
                                where x.indrelid = t.oid) i on true
             left join lateral bt_metap(case when i.amname = 'btree' then i.relname::text end) m on i.amname = 'btree'
             where t.relname in ({names}) and t.relnamespace = 'public'::regnamespace order by 1"
        ))
        .await;
    told.iter().map(|line| one(line)).collect()
}

fn one(line: &str) -> Kept {
    let parts: Vec<&str> = line.split(' ').collect();
    let number = |at: usize| parts.get(at).and_then(|text| text.parse::<f64>().ok());
    let (bytes, level, root) = (number(2).unwrap(), number(4), number(5));
    let leaves = bytes / 8192.0;
    // Below a root with so many children stand as many levels as it says, each page with as many children as the others.
    let tree = level.zip(root).map(|(level, root)| {
        let children = if level > 1.0 { (leaves / root).powf(1.0 / (level - 1.0)) } else { root.max(2.0) };
        (level, children)
    });
    Kept {
        table: parts[0].to_owned(),
        index: Some(parts[1].to_owned()).filter(|name| name != "-"),
        bytes,
        rows: number(3).unwrap(),
        tree,
    }
}

/// Levels a B-tree of so many bytes has above its leaves, when a page has so many children.
pub(crate) fn levels(bytes: f64, children: f64) -> f64 {
    ((bytes / 8192.0).max(1.0).ln() / children.ln()).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_as_deep_as_its_leaves_ask_for() {
        for (pages, children, deep) in
            [(1.0, 200.0, 0.0), (200.0, 200.0, 1.0), (201.0, 200.0, 2.0), (3e7, 250.0, 4.0)]
        {
            assert!((levels(pages * 8192.0, children) - deep).abs() < 0.1, "{pages}");
        }
        let kept = one("saida saida_pkey 81920000 1000 2 50");
        assert_eq!((kept.table.as_str(), kept.index.as_deref()), ("saida", Some("saida_pkey")));
        assert!((kept.tree.unwrap().1 - 200.0).abs() < 1e-9);
        assert!(one("saida - 8192 10").tree.is_none());
    }
}
