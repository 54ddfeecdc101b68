//! `hi erase`: what the API does when a person asks to be forgotten, for when no gestor can.

use serde_json::json;
use shared::cache::{Cache, Key};
use shared::db::agendamentos::{Author, Canal};
use shared::db::operacao::auditoria::record;
use shared::db::pacientes::{self, erase::erase};
use shared::db::{Db, TenantTx};
use shared::domain::cadastro;
use shared::id::PacienteId;
use shared::secrecy::SecretString;
use shared::tenant::{Host, Tenants};

use crate::answer::{Answer, problem, refused};
use crate::terminal::{Console, clock, sure};

/// A person to be forgotten.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplo:\n  hi erase --cliente sol --paciente 1234 --motivo \"Pedido da pessoa, por e-mail, em 01/12/2026.\"\n\nFica: que houve consultas, quando, com quem e por quanto. O resto some para sempre, e o apagamento entra no registro que é refeito depois de uma restauração."
)]
pub(crate) struct Erase {
    /// O endereço (subdomínio) da clínica.
    #[arg(long)]
    cliente: String,
    /// O número do cadastro.
    #[arg(long)]
    paciente: PacienteId,
    /// Por quê; fica na auditoria da clínica.
    #[arg(long)]
    motivo: String,
    /// Não pergunta.
    #[arg(long)]
    sim: bool,
    #[command(flatten)]
    console: Console,
    /// O banco, como `hi_app`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// O Redis, que esquece as conversas também.
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    redis_url: String,
}

/// Does it.
pub(crate) async fn run(asked: Erase) -> anyhow::Result<Answer> {
    const PLACE: &str = "DATABASE_URL";
    let motivo = cadastro::line(3..=500)(&asked.motivo).map_err(|why| refused(format!("--motivo: {why}")))?;
    let db = Db::lazy(&SecretString::from(asked.database_url), 1);
    let db = db.map_err(|_| refused("DATABASE_URL não é uma URL postgres://…"))?;
    let cache = Cache::lazy(&SecretString::from(asked.redis_url));
    let cache = cache.map_err(|_| refused("REDIS_URL não é uma URL redis://…"))?;
    let tenants = Tenants::new(db.clone(), cache.clone(), clock(), &["localhost".to_owned()]);
    let host = format!("{}.localhost", asked.cliente.trim().to_lowercase());
    let tenant = match tenants.by_host(Some(&host)).await {
        Ok(Host::Clinic(tenant)) => tenant,
        Ok(Host::Admin) | Err(shared::problem::Problem::UnknownTenant) => {
            return Err(refused(format!("--cliente: não há clínica no endereço “{}”", asked.cliente)));
        }
        Err(why) => return Err(problem(&why, PLACE)),
    };
    let id = asked.paciente;
    let found = db.in_tenant(&tenant, async |tx: &mut TenantTx| pacientes::get(tx, id).await).await;
    found.map_err(|why| problem(&why, PLACE))?;
    let desk = asked.console.open().await?;
    // Who operates sees no patient, not even here.
    let question =
        format!("Apagar para sempre os dados do cadastro {id} em {}? Não há como desfazer.", tenant.nome());
    sure(asked.sim, &question, &id.to_string())?;
    // Before it is done: whatever happens in between, nothing is erased that is in no trail. Repeated, it goes on. The reason may name somebody and
    // stays with the clinic.
    let target = format!("clientes/{}", tenant.cliente_id());
    let note = json!({ "paciente_id": id });
    desk.act(async |tx| record(tx, "paciente_apagado", &target, None, Some(note)).await).await?;
    let (author, now) = (Author { canal: Canal::Sistema, user: None }, clock().now());
    let erased =
        db.in_tenant(&tenant, async |tx: &mut TenantTx| erase(tx, id, &motivo, author, now).await).await;
    let erased = erased.map_err(|why| problem(&why, PLACE))?;
    let cliente = tenant.cliente_id();
    let phones = erased.telefones.iter().map(|telefone| Key::conversation(cliente, telefone));
    let lids = erased.lids.iter().map(|lid| Key::conversation_of_lid(cliente, lid));
    let mut forgot = true;
    for key in phones.chain(lids) {
        forgot &= cache.forget(&key).await;
    }
    let redis = if forgot { "" } else { " O Redis não respondeu; o que ele guarda some sozinho em um dia." };
    let words = format!("Cadastro {id} apagado em {}.{redis}", erased.anonimizado_em);
    Answer::new(words, json!({ "id": id, "anonimizado_em": erased.anonimizado_em, "redis": forgot }))
}
