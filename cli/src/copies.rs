//! `hi export`, `hi backup`, `hi restore`: copies of a clinic and of the whole system.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;
use shared::clock::{Clock, SystemClock};
use shared::db::copia::{
    Apagamento, PedidoDeCopia, PedidoDeRestauracao, Perfil, Refeito, Restaurada, announce, backup_register,
    backup_system, export, read_apagamentos, reapply, restore, restore_system,
};
use shared::domain::cadastro;

use crate::answer::{Answer, copia, progress, refused};
use crate::keys::CopiesKey;
use crate::terminal::owner;

/// The schema owner's database, and who signs.
#[derive(clap::Args)]
pub(crate) struct Signed {
    /// O banco, como dono do esquema; onde ele não vê todas as linhas, nada é copiado.
    #[arg(long, env = "OWNER_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// O operador que faz, pelo e-mail, para a trilha; sem ele, o admin mais antigo.
    #[arg(long, env = "HI_OPERADOR")]
    operador: Option<String>,
}

/// A copy of one clinic.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplos:\n  hi export --cliente sol --para /copias/sol-2026-12-01\n  hi export --cliente sol --perfil portabilidade --para /entrega/sol\n\nA pasta tem um arquivo .ndjson por tabela e manifesto.json, com contagens e somas. Ela é de pacientes: guarde-a cifrada."
)]
pub(crate) struct Export {
    /// O endereço (subdomínio) da clínica.
    #[arg(long)]
    cliente: String,
    /// Uma pasta que ainda não existe, ou vazia.
    #[arg(long)]
    para: PathBuf,
    /// `backup`, para restaurar (leva as senhas cifradas), ou `portabilidade`, para entregar à clínica (sem segredos).
    #[arg(long, default_value = "backup", value_parser = ["backup", "portabilidade"])]
    perfil: String,
    #[command(flatten)]
    key: CopiesKey,
    #[command(flatten)]
    signed: Signed,
}

/// A copy of the whole system.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplos:\n  hi backup --para /copias/2026-12-01\n  hi backup --so-apagamentos --para /outro-lugar/apagamentos.ndjson\n\nGuarde o registro de apagamentos, de hora em hora, longe das cópias: sem ele, restaurar traz de volta quem pediu para ser esquecido."
)]
pub(crate) struct Backup {
    /// Uma pasta que ainda não existe, ou vazia; com --so-apagamentos, um arquivo.
    #[arg(long)]
    para: PathBuf,
    /// Só o registro de apagamentos, que não tem dado de ninguém.
    #[arg(long)]
    so_apagamentos: bool,
    #[command(flatten)]
    signed: Signed,
}

/// Whether a clinic's copy has to be as we wrote it.
#[derive(clap::Args)]
struct Seal {
    /// Aceita a cópia de uma clínica sem o nosso selo, ou alterada: sem plano, limites, IA e faturas dela.
    #[arg(long, conflicts_with_all = ["tudo", "refazer_apagamentos"])]
    sem_selo: bool,
    #[command(flatten)]
    key: CopiesKey,
}

/// Something restored.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplos:\n  hi restore --de /copias/sol-2026-12-01 --subdomain sol-copia        ao lado das outras, parada\n  hi restore --de /copias/sol-2026-12-01                             num sistema sem clínicas, com os mesmos números\n  hi restore --tudo --de /copias/2026-12-01 --apagamentos apagamentos.ndjson\n  hi restore --refazer-apagamentos --apagamentos apagamentos.ndjson\n\nAo lado de outras, a cópia tem números novos, não tem WhatsApp e fica suspensa; nada do que esperava sai. Confira e então: hi clinic reactivate."
)]
pub(crate) struct Restore {
    /// A pasta da cópia.
    #[arg(long, required_unless_present = "refazer_apagamentos")]
    de: Option<PathBuf>,
    /// O sistema inteiro, num banco vazio.
    #[arg(long, conflicts_with_all = ["subdomain", "instancia", "ativa", "refazer_apagamentos"])]
    tudo: bool,
    /// Só refaz apagamentos e uniões, e segura o que ia sair, num banco restaurado de outro jeito.
    #[arg(long, conflicts_with_all = ["de", "subdomain", "instancia", "ativa"])]
    refazer_apagamentos: bool,
    /// O endereço da clínica restaurada.
    #[arg(long)]
    subdomain: Option<String>,
    /// A instância da clínica no Evolution.
    #[arg(long)]
    instancia: Option<String>,
    /// Ao lado de outras, já começa ativa.
    #[arg(long)]
    ativa: bool,
    #[command(flatten)]
    seal: Seal,
    /// Um registro de apagamentos, de `hi backup --so-apagamentos`.
    #[arg(long)]
    apagamentos: Option<PathBuf>,
    #[command(flatten)]
    signed: Signed,
}

fn told(line: &str) {
    progress(line);
}

/// `hi export`.
pub(crate) async fn run_export(asked: Export) -> anyhow::Result<Answer> {
    let url = owner(&asked.signed.database_url)?;
    let perfil = if asked.perfil == "backup" { Perfil::Backup } else { Perfil::Portabilidade };
    let agora = SystemClock.now();
    // First the trail: whoever takes a clinic's patients is named, also when the copy breaks off.
    let named =
        announce(&url, asked.signed.operador.as_deref(), Some(&asked.cliente), agora).await.map_err(copia)?;
    if !named {
        progress("sem operador cadastrado, a trilha não diz quem fez");
    }
    let keys = asked.key.read().await?;
    if keys.is_none() {
        progress("sem chave das cópias (`hi keys copies`): a cópia não é selada, e não seria aceita inteira");
    }
    let pedido =
        PedidoDeCopia { subdomain: &asked.cliente, perfil, para: &asked.para, agora, chaves: keys.as_ref() };
    let manifesto = export(&url, &pedido, &told).await.map_err(copia)?;
    let words = format!(
        "{} ({}): {} linhas em {} arquivos, em {}",
        manifesto.nome,
        asked.cliente,
        manifesto.rows(),
        manifesto.arquivos.len(),
        asked.para.display()
    );
    Answer::new(words, &manifesto)
}

/// `hi backup`.
pub(crate) async fn run_backup(asked: Backup) -> anyhow::Result<Answer> {
    let url = owner(&asked.signed.database_url)?;
    if asked.so_apagamentos {
        let lines = backup_register(&url, &asked.para).await.map_err(copia)?;
        let words = format!("{lines} apagamentos e uniões em {}", asked.para.display());
        return Answer::new(words, json!({ "linhas": lines, "arquivo": asked.para }));
    }
    let agora = SystemClock.now();
    announce(&url, asked.signed.operador.as_deref(), None, agora).await.map_err(copia)?;
    let sistema = backup_system(&url, &asked.para, agora, &told).await.map_err(copia)?;
    let rows: i64 = sistema.tabelas.values().sum();
    let words = format!("{rows} linhas de {} tabelas, em {}", sistema.tabelas.len(), asked.para.display());
    Answer::new(words, &sistema)
}

/// `hi restore`.
pub(crate) async fn run_restore(asked: Restore) -> anyhow::Result<Answer> {
    let url = owner(&asked.signed.database_url)?;
    let register: Vec<Apagamento> = match &asked.apagamentos {
        Some(file) => read_apagamentos(file).map_err(copia)?,
        None => Vec::new(),
    };
    let agora = SystemClock.now();
    if asked.refazer_apagamentos {
        let done = reapply(&url, &register, agora).await.map_err(copia)?;
        return Answer::new(again(&done), &done);
    }
    let de = asked.de.ok_or_else(|| refused("--de: diga a pasta da cópia"))?;
    if asked.tudo {
        let done = restore_system(&url, &de, &register, agora, &told).await.map_err(copia)?;
        let words = format!(
            "Restaurado e conferido: {} linhas de {} tabelas, esquema {}, {} atos na trilha, nenhum alterado.\n{}{}\n{}",
            done.linhas,
            done.tabelas,
            done.esquema,
            done.auditoria,
            format_args!("{} numeradores seguem adiante do que já foi dado. ", done.numeradores),
            if done.sessoes_encerradas {
                "As sessões de antes terminam; acessos em uso, em até uma hora."
            } else {
                "O esquema é antigo: depois de `hi migrate`, rode `hi restore --refazer-apagamentos`, que encerra as sessões."
            },
            again(&done.refeito)
        );
        return Answer::new(words, &done);
    }
    if let Some(instance) = &asked.instancia {
        cadastro::instance(instance).map_err(|why| refused(format!("--instancia: {why}")))?;
    }
    let keys = asked.seal.key.read().await?;
    let pedido = PedidoDeRestauracao {
        de: &de,
        subdomain: asked.subdomain.as_deref(),
        instancia: asked.instancia.as_deref(),
        ativa: asked.ativa,
        operador: asked.signed.operador.as_deref(),
        apagamentos: &register,
        agora,
        chaves: keys.as_ref(),
        sem_selo: asked.seal.sem_selo,
    };
    let done = restore(&url, &pedido, &told).await.map_err(copia)?;
    Answer::new(words(&done), &done)
}

fn words(done: &Restaurada) -> String {
    let address = done.subdomain.as_deref().unwrap_or("sem endereço");
    let how =
        if done.ao_lado { "ao lado das outras, com números novos" } else { "com os números que tinha" };
    let mut lines = vec![
        format!("Clínica {} em {address}, {how}: {} linhas.", done.cliente_id, done.linhas),
        again(&done.refeito),
        "Nada do que esperava para sair saiu; convites em aberto foram cancelados.".to_owned(),
    ];
    if done.ao_lado {
        lines.push(
            "Lembretes, ofertas e faturas em aberto foram encerrados; não há ligação com o WhatsApp."
                .to_owned(),
        );
    }
    if done.suspensa {
        lines.push(format!("Está suspensa. Confira e então: hi clinic reactivate {address}"));
    }
    lines.extend(done.avisos.iter().cloned());
    lines.join("\n")
}

fn again(done: &Refeito) -> String {
    let mut words =
        format!("Refeito depois da cópia: {} apagamentos, {} uniões.", done.apagados, done.unidos);
    if !done.uniao_pendente.is_empty() {
        let _ = write!(
            words,
            "\nPara unir à mão (os documentos diferem na cópia): pacientes {:?}.",
            done.uniao_pendente
        );
    }
    words
}
