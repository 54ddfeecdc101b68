//! Who may what in the database, word for word, as `tests/data/privileges.txt` keeps it: every policy, every grant, every function that acts as
//! somebody else, every trigger. Most of them have tests of what they do; a condition that only repeats what a function asks anyway has none that
//! could fail, and a grant too many is missed by nobody. Here a change of any is seen, by the test and by whoever reads the change.

use shared::testing::TestApp;

/// What is asked of Postgres, and what each line begins with.
const ASKED: [(&str, &str); 5] = [
    (
        "policy",
        "select tablename || ' ' || policyname || ' ' || lower(cmd) || ' to ' || array_to_string(roles, ', ')
           || coalesce(' using ' || regexp_replace(qual, '\\s+', ' ', 'g'), '')
           || coalesce(' check ' || regexp_replace(with_check, '\\s+', ' ', 'g'), '')
         from pg_policies where schemaname = 'public'",
    ),
    (
        "grant",
        "select c.relname || ' ' || g.rolname || ': ' || string_agg(lower(a.privilege_type), ', ' order by a.privilege_type)
         from pg_class c cross join aclexplode(c.relacl) a join pg_roles g on g.oid = a.grantee
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'S') and a.grantee <> c.relowner
         group by c.relname, g.rolname",
    ),
    (
        "grant of columns",
        "select c.relname || ' ' || g.rolname || ' ' || lower(a.privilege_type) || ': ' || string_agg(t.attname, ', ' order by t.attname)
         from pg_attribute t join pg_class c on c.oid = t.attrelid cross join aclexplode(t.attacl) a join pg_roles g on g.oid = a.grantee
         where c.relnamespace = 'public'::regnamespace and not t.attisdropped
         group by c.relname, g.rolname, a.privilege_type",
    ),
    (
        "function",
        "select p.oid::regprocedure || case when p.prosecdef then ' as ' || o.rolname else '' end || ' for '
           || coalesce((select string_agg(coalesce(g.rolname, 'public'), ', ' order by coalesce(g.rolname, 'public'))
                        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a left join pg_roles g on g.oid = a.grantee
                        where a.grantee <> p.proowner), 'nobody')
         from pg_proc p join pg_roles o on o.oid = p.proowner
         where p.pronamespace = 'public'::regnamespace and p.proname like 'hi\\_%'",
    ),
    (
        "trigger",
        "select c.relname || ' ' || t.tgname || case t.tgenabled when 'A' then ' always' when 'O' then '' else ' ' || t.tgenabled::text end
         from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where c.relnamespace = 'public'::regnamespace and not t.tgisinternal",
    ),
];

#[tokio::test]
async fn who_may_what_is_as_it_is_kept() {
    let app = TestApp::new().await;
    let mut lines = Vec::new();
    for (kind, asked) in ASKED {
        let mut told = app.database.texts(asked).await;
        told.sort();
        assert!(!told.is_empty(), "{kind}");
        lines.extend(told.into_iter().map(|line| format!("{kind} {line}\n")));
    }
    let there = lines.concat();
    let top = super::manifests::top();
    let kept = std::fs::read_to_string(top.join("tests/data/privileges.txt")).unwrap_or_default();
    if there != kept {
        let made = top.join("target/privileges.txt");
        std::fs::write(&made, &there).unwrap();
        let kept: Vec<&str> = kept.lines().collect();
        let new: Vec<&str> = there.lines().filter(|line| !kept.contains(line)).collect();
        let gone: Vec<&str> =
            kept.into_iter().filter(|line| !there.lines().any(|other| other == *line)).collect();
        panic!(
            "new: {new:#?}\ngone: {gone:#?}\nif it is meant: cp target/privileges.txt tests/data/privileges.txt"
        );
    }
}
