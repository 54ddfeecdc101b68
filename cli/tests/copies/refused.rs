//! What is damaged, newer or interrupted leaves nothing behind.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use shared::db::copia::{Perfil, restore};

use crate::Bench;

/// How many clinics there are, and how many patients of all of them.
async fn state(bench: &Bench) -> (i64, i64) {
    let database = &bench.app.database;
    (
        database.number("select count(*) from clientes").await,
        database.number("select count(*) from pacientes").await,
    )
}

fn replace(file: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(old), "{old} is in {}", file.display());
    std::fs::write(file, text.replacen(old, new, 1)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_altered_is_enough() {
    let bench = Bench::new().await;
    let before = state(&bench).await;
    for (name, file, old, new) in [
        ("manifesto", "manifesto.json", "\"linhas\": 1", "\"linhas\": 2"),
        ("clinica", "manifesto.json", "Clínica a", "Clínica b"),
        ("linha", "pacientes.ndjson", "Prado", "Prada"),
        ("selo", "manifesto.sha256", " ", "0 "),
    ] {
        bench.copy(name, Perfil::Backup).await;
        replace(&bench.path(name).join(file), old, new);
        let refused = bench.restore(name, "copia").await.unwrap_err().to_string();
        assert!(refused.contains("não confere"), "{name}: {refused}");
    }
    bench.copy("falta", Perfil::Backup).await;
    std::fs::remove_file(bench.path("falta").join("saida.ndjson")).unwrap();
    assert!(bench.restore("falta", "copia").await.unwrap_err().to_string().contains("saida.ndjson"));
    bench.copy("cortado", Perfil::Backup).await;
    let file = bench.path("cortado").join("auditoria.ndjson");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.len() - 1]).unwrap();
    assert!(bench.restore("cortado", "copia").await.unwrap_err().to_string().contains("auditoria"));
    assert_eq!(state(&bench).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_newer_schema_waits_for_it() {
    let bench = Bench::new().await;
    bench.app.database.sql("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, '', 0)").await;
    bench.copy("nova", Perfil::Backup).await;
    bench.app.database.sql("delete from _sqlx_migrations where version = 9999").await;
    let refused = bench.restore("nova", "copia").await.unwrap_err().to_string();
    assert!(refused.contains("9999") && refused.contains("hi migrate"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_lost_half_way_leaves_nothing() {
    let bench = Bench::new().await;
    bench.copy("antes", Perfil::Backup).await;
    let before = state(&bench).await;
    let de = bench.path("antes");
    let owner = bench.app.database.owner_url();
    let written = AtomicU32::new(0);
    let handle = tokio::runtime::Handle::current();
    let cut = |line: &str| {
        if line.ends_with("linhas escritas") && written.fetch_add(1, Ordering::Relaxed) == 20 {
            let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                        where datname = current_database() and pid <> pg_backend_pid() and query like '%session_replication%' or
                        datname = current_database() and pid <> pg_backend_pid() and state = 'idle in transaction'";
            let killed = tokio::task::block_in_place(|| handle.block_on(bench.app.database.number(kill)));
            assert!(killed >= 1, "there was a connection to cut");
        }
    };
    let lost = restore(&owner, &bench.order(&de, Some("copia")), &cut).await.unwrap_err();
    assert!(written.load(Ordering::Relaxed) > 20, "{lost}");
    assert_eq!(state(&bench).await, before);
    assert_eq!(bench.app.database.number("select count(*) from auditoria_operacao").await, 0);
    bench.restore("antes", "copia").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_use_is_left_alone_and_an_unfinished_copy_has_no_name() {
    let bench = Bench::new().await;
    bench.copy("antes", Perfil::Backup).await;
    let manifest = std::fs::read(bench.path("antes/manifesto.json")).unwrap();
    let para = bench.path("antes");
    let (owner, subdomain) = (bench.app.database.owner_url(), bench.app.clinic.subdomain.clone());
    let pedido = |para, subdomain| shared::db::copia::PedidoDeCopia {
        subdomain,
        perfil: Perfil::Backup,
        para,
        agora: bench.app.now(),
        chaves: None,
    };
    let refused = shared::db::copia::export(&owner, &pedido(&para, &subdomain), &|_| ()).await.unwrap_err();
    assert!(refused.to_string().contains("não está vazio"), "{refused}");
    assert_eq!(std::fs::read(bench.path("antes/manifesto.json")).unwrap(), manifest);
    let para = bench.path("outra");
    let refused = shared::db::copia::export(&owner, &pedido(&para, "ninguem"), &|_| ()).await.unwrap_err();
    assert!(refused.to_string().contains("ninguem"), "{refused}");
    assert_eq!(std::fs::read_dir(bench.path("")).unwrap().count(), 1, "nothing unfinished is left");
}
