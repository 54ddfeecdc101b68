//! Copies by an owner who is no superuser, as on a managed server: whole, or none.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use shared::db::copia::{
    PedidoDeCopia, PedidoDeRestauracao, Perfil, announce, backup_register, backup_system, export, restore,
    restore_system,
};
use shared::db::migrate::{RolePasswords, migrate};
use shared::secrecy::SecretString;
use shared::testing::{Clinic, Database};
use tokio::sync::Mutex;

/// Roles are the server's and not a database's: whoever makes a schema, which grants to them, is alone.
static ROLES: Mutex<()> = Mutex::const_new(());

/// A system with two clinics that belongs to such an owner, and a folder.
struct Managed {
    owner: &'static str,
    database: Database,
    url: SecretString,
    clinic: Clinic,
    folder: PathBuf,
    agora: Timestamp,
}

impl Managed {
    async fn new(owner: &'static str) -> Self {
        let database = Database::blank_of(owner).await;
        let url = database.url_of(owner);
        let alone = ROLES.lock().await;
        migrate(&url, &RolePasswords::default()).await.unwrap();
        drop(alone);
        database
            .sql("insert into operadores (nome, email, papel) values ('Ana', 'ana@exemplo.com', 'admin')")
            .await;
        let (_, clinic) = (Clinic::create(&database, "b").await, Clinic::create(&database, "a").await);
        for id in database.texts("select id::text from clientes where subdomain ~ '^[ab]-'").await {
            database.sql(&include_str!("clinic.sql").replace("{cliente}", &id)).await;
        }
        // What the system itself has besides: an answer that is kept for a request that comes again.
        let kept =
            "insert into idempotencia_operador (operador_id, chave, rota, corpo_hash, status, criado_em)
                    select id, 'chave', 'POST /x', 'x', 201, now() from operadores";
        database.sql(kept).await;
        let folder = std::env::temp_dir().join(format!("hi-copias-{}", clinic.subdomain));
        std::fs::create_dir_all(&folder).unwrap();
        let agora = "2026-11-30T12:00:00Z".parse().unwrap();
        Self { owner, database, url, clinic, folder, agora }
    }

    fn order<'a>(&'a self, para: &'a Path) -> PedidoDeCopia<'a> {
        let subdomain = &self.clinic.subdomain;
        PedidoDeCopia { subdomain, perfil: Perfil::Backup, para, agora: self.agora, chaves: None }
    }
}

impl Drop for Managed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_no_superuser_copies_and_restores_every_row() {
    let there = Managed::new("dono_que_copia").await;
    assert!(announce(&there.url, None, None, there.agora).await.unwrap());
    let para = there.folder.join("tudo");
    let sistema = backup_system(&there.url, &para, there.agora, &|_| ()).await.unwrap();
    assert!(sistema.tabelas.len() > 50, "{}", sistema.tabelas.len());
    for (table, rows) in &sistema.tabelas {
        assert_eq!(there.database.number(&format!("select count(*) from {table}")).await, *rows, "{table}");
    }
    for table in ["pacientes", "auditoria_operacao", "idempotencia_operador", "operadores"] {
        assert!(sistema.tabelas[table] > 0, "{table}");
    }
    let blank = Database::blank_of(there.owner).await;
    let done = restore_system(&blank.url_of(there.owner), &para, &[], there.agora, &|_| ()).await.unwrap();
    assert_eq!((done.linhas, done.auditoria), (sistema.tabelas.values().sum(), 1));
    // One clinic of it, beside the others.
    let de = there.folder.join("uma");
    let manifesto = export(&there.url, &there.order(&de), &|_| ()).await.unwrap();
    let pedido = PedidoDeRestauracao {
        de: &de,
        subdomain: Some("copia"),
        instancia: None,
        ativa: false,
        operador: None,
        apagamentos: &[],
        agora: there.agora,
        chaves: None,
        sem_selo: true,
    };
    let one = restore(&blank.url_of(there.owner), &pedido, &|_| ()).await.unwrap();
    assert!(one.ao_lado && one.linhas > 20 && one.linhas <= manifesto.rows(), "{}", one.linhas);
    let of = |id: i64| format!("select count(*) from pacientes where cliente_id = {id}");
    assert_eq!(blank.number(&of(one.cliente_id)).await, 3);
}

/// Nothing is written, and the words say of which table a row may be missing.
async fn refused(there: &Managed, table: &str) {
    let folder = there.folder.join(table);
    let told = [
        export(&there.url, &there.order(&folder), &|_| ()).await.map(drop).unwrap_err().to_string(),
        backup_system(&there.url, &folder, there.agora, &|_| ()).await.map(drop).unwrap_err().to_string(),
        backup_register(&there.url, &folder).await.unwrap_err().to_string(),
    ];
    for told in told {
        assert!(told.contains("não vê todas as linhas") && told.contains(table), "{table}: {told}");
    }
    assert_eq!(std::fs::read_dir(&there.folder).unwrap().count(), 0, "{table}: nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_hides_a_row_from_the_owner_stops_every_copy() {
    let there = Managed::new("dono_que_nao_ve").await;
    let owner = there.owner;
    for (table, hides, shows) in [
        (
            "saida",
            "create policy aperta on saida as restrictive for select using (cliente_id > 0)",
            "drop policy aperta on saida",
        ),
        (
            "historico",
            "alter policy historico_operador on historico using (autor_id > 0)",
            "alter policy historico_operador on historico using (true)",
        ),
        (
            "novidades",
            "create table novidades (cliente_id bigint); alter table novidades owner to dono_que_nao_ve;
             alter table novidades enable row level security; alter table novidades force row level security",
            "drop table novidades",
        ),
        ("lembretes", "revoke hi_operador from dono_que_nao_ve", "grant hi_operador to dono_que_nao_ve"),
    ] {
        there.database.sql(hides).await;
        refused(&there, table).await;
        there.database.sql(shows).await;
    }
    // Security that is not forced hides nothing from who owns the table, nor does what only narrows what is written.
    there.database.sql("alter table saida no force row level security").await;
    there.database.sql("create policy aperta on medicos as restrictive for insert with check (false)").await;
    backup_register(&there.url, &there.folder.join("registro")).await.unwrap();
    let seen = format!(
        "select count(*) from pg_roles where rolname = '{owner}' and not rolsuper and not rolbypassrls"
    );
    assert_eq!(there.database.number(&seen).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_the_owner_copies_nothing() {
    let there = Managed::new("dono_de_outros").await;
    let url = there.database.url_of("hi_admin");
    let told = backup_register(&url, &there.folder.join("x")).await.unwrap_err().to_string();
    assert!(told.contains("não vê todas as linhas"), "{told}");
    assert_eq!(std::fs::read_dir(&there.folder).unwrap().count(), 0);
}
