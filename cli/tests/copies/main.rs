//! Copies of a clinic and of the whole system, made and restored against a real Postgres; two clinics are always there.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod beside;
mod erasures;
mod owner;
mod portable;
mod refused;
mod seal;
mod system;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::auth::Papel;
use shared::db::agendamentos::{Author, Canal};
use shared::db::copia::{
    Chaves, CopiaError, Manifesto, PedidoDeCopia, PedidoDeRestauracao, Perfil, Restaurada, export, restore,
};
use shared::db::{TenantTx, pacientes};
use shared::tenant::{Host, Tenant};
use shared::testing::{Database, TestApp};

const SYSTEM: Author = Author { canal: Canal::Sistema, user: None };

/// Two clinics, both full, an admin who signs, and a folder.
pub(crate) struct Bench {
    pub(crate) app: TestApp,
    folder: PathBuf,
    pub(crate) keys: Chaves,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new().await;
        app.operator(Papel::Admin).await;
        let folder = std::env::temp_dir().join(format!("hi-copias-{}", app.clinic.subdomain));
        std::fs::create_dir_all(&folder).unwrap();
        let keys = Chaves::new("uma-chave-de-teste-com-32-caracteres-ou-mais").unwrap();
        let bench = Self { app, folder, keys };
        for id in [bench.app.other.id, bench.app.clinic.id] {
            let fill = include_str!("clinic.sql").replace("{cliente}", &id.to_string());
            bench.app.database.sql(&fill).await;
        }
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The clinic's copy.
    pub(crate) async fn copy(&self, name: &str, perfil: Perfil) -> Manifesto {
        self.copy_of(&self.app.clinic.subdomain, name, perfil).await
    }

    pub(crate) async fn copy_of(&self, subdomain: &str, name: &str, perfil: Perfil) -> Manifesto {
        let para = self.path(name);
        let pedido =
            PedidoDeCopia { subdomain, perfil, para: &para, agora: self.app.now(), chaves: Some(&self.keys) };
        export(&self.app.database.owner_url(), &pedido, &|_| ()).await.unwrap()
    }

    pub(crate) fn order<'a>(&'a self, de: &'a Path, subdomain: Option<&'a str>) -> PedidoDeRestauracao<'a> {
        let agora = self.app.now();
        PedidoDeRestauracao {
            de,
            subdomain,
            instancia: None,
            ativa: false,
            operador: None,
            apagamentos: &[],
            agora,
            chaves: Some(&self.keys),
            sem_selo: false,
        }
    }

    async fn tenant(&self) -> Tenant {
        match self.app.parts.gate.tenants.by_host(Some(&self.app.clinic.host())).await.unwrap() {
            Host::Clinic(tenant) => tenant,
            Host::Admin => unreachable!(),
        }
    }

    /// Erases a patient as the API does.
    pub(crate) async fn erase(&self, paciente: i64) {
        let (tenant, now, id) = (self.tenant().await, self.app.now(), paciente.to_string().parse().unwrap());
        let erased = async |tx: &mut TenantTx| pacientes::erase::erase(tx, id, "pedido", SYSTEM, now).await;
        self.app.parts.db.in_tenant(&tenant, erased).await.unwrap();
    }

    /// Unites two rows as the API does.
    pub(crate) async fn unite(&self, kept: i64, duplicate: i64) {
        let (tenant, now) = (self.tenant().await, self.app.now());
        let id = |number: i64| number.to_string().parse().unwrap();
        let (kept, duplicate) = (id(kept), id(duplicate));
        let united =
            async |tx: &mut TenantTx| pacientes::merge::merge(tx, kept, duplicate, SYSTEM, now).await;
        self.app.parts.db.in_tenant(&tenant, united).await.unwrap();
    }

    /// Restores beside the others.
    pub(crate) async fn restore(&self, name: &str, subdomain: &str) -> Result<Restaurada, CopiaError> {
        let de = self.path(name);
        restore(&self.app.database.owner_url(), &self.order(&de, Some(subdomain)), &|_| ()).await
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The rows of a copy, by table.
pub(crate) fn rows(folder: &Path, manifesto: &Manifesto) -> BTreeMap<String, Vec<Value>> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let parse = |text: String| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    manifesto.arquivos.iter().map(|one| (one.tabela.clone(), parse(read(&one.arquivo)))).collect()
}

/// Everything a clinic has, as text, to see that nothing changed.
pub(crate) async fn fingerprint(database: &Database, cliente: impl std::fmt::Display) -> String {
    let tables = "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'cliente_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1";
    let mut all = String::new();
    for table in database.texts(tables).await {
        let sum = format!(
            "select md5(string_agg(to_jsonb(t)::text, '' order by to_jsonb(t)::text)) from {table} t where cliente_id = {cliente}"
        );
        all.extend([table.as_str(), " ", &database.text(&sum).await, "\n"]);
    }
    all
}
