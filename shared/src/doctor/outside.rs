//! Redis, `DynamoDB`, SQS, secrets, Evolution and the mail server.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::Finding;
use crate::auth::token::{Signer, Verifier};
use crate::cache::Cache;
use crate::clock::{SharedClock, SystemClock};
use crate::config::Env;
use crate::email::Mailer;
use crate::ledger::table_state;
use crate::queue::redrive::DeadLetters;
use crate::whatsapp::{ConnectionState, Evolution, InstanceError, WebhookKeys};

fn unset(nome: &str, variable: &str, format: &str) -> Vec<Finding> {
    let how = format!("Defina {variable} ({format}).");
    vec![Finding::erro(nome, format!("{variable} não está definida"), &how)]
}

pub(super) async fn redis(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "redis";
    let Some(url) = env.optional_secret("REDIS_URL").await else {
        return unset(NAME, "REDIS_URL", "redis://host:6379");
    };
    let how = "Confira se o Redis está no ar e se REDIS_URL está certa. Sem ele tudo funciona, só que sem limites entre processos e mais devagar.";
    let answers = match Cache::lazy(&url) {
        Ok(cache) => cache.ping().await,
        Err(_) => return vec![Finding::erro(NAME, "REDIS_URL não é uma URL redis://…", how)],
    };
    if answers {
        vec![Finding::ok(NAME, "responde")]
    } else {
        vec![Finding::erro(NAME, "não responde", how)]
    }
}

pub(super) async fn dynamo(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "dynamodb";
    let Some(table) = env.optional("LEDGER_TABLE") else {
        return unset(NAME, "LEDGER_TABLE", "o nome da tabela");
    };
    match table_state(&table).await {
        Ok(true) => vec![Finding::ok(NAME, format!("a tabela {table} existe e esquece o que vence"))],
        Ok(false) => vec![Finding::aviso(
            NAME,
            format!("a tabela {table} não esquece o que vence (TTL desligado)"),
            "Ligue o TTL no atributo `expira`: aws dynamodb update-time-to-live.",
        )],
        Err(detail) => vec![Finding::erro(
            NAME,
            detail,
            "Confira LEDGER_TABLE, AWS_REGION e as credenciais: sem a tabela ninguém entra e nenhuma mensagem é contada uma vez só.",
        )],
    }
}

pub(super) async fn queue(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "fila";
    let Some(url) = env.optional("QUEUE_URL") else {
        return unset(NAME, "QUEUE_URL", "a URL da fila FIFO");
    };
    let letters = match DeadLetters::connect(url).await {
        Ok(letters) => letters,
        Err(error) => {
            let how = "Confira QUEUE_URL, AWS_REGION e as credenciais; a fila precisa de RedrivePolicy.";
            return vec![Finding::erro(NAME, error.to_string(), how)];
        }
    };
    match letters.depth().await {
        Ok(depth) if depth.paradas > 0 => vec![Finding::aviso(
            NAME,
            format!("{} mensagens paradas, que ninguém conseguiu tratar", depth.paradas),
            "Veja o motivo nos registros de `assistant`; depois, `hi dlq redrive`.",
        )],
        Ok(depth) => vec![Finding::ok(
            NAME,
            format!("{} esperando, {} em trabalho, nenhuma parada", depth.esperando, depth.em_trabalho),
        )],
        Err(error) => vec![Finding::erro(NAME, error.to_string(), "Confira a rede e as credenciais da AWS.")],
    }
}

/// That keys can be read, and that what signs is what is accepted.
pub(super) async fn secrets(env: &mut Env) -> Vec<Finding> {
    let clock: SharedClock = Arc::new(SystemClock);
    let mut found = Vec::new();
    let signing = env.optional_secret("SIGNING_KEY").await;
    let verifying = env.optional("VERIFYING_KEYS");
    found.push(match (&signing, &verifying) {
        (Some(signing), Some(verifying)) => keys(signing, verifying, &clock),
        _ => Finding::erro(
            "chaves de acesso",
            "SIGNING_KEY ou VERIFYING_KEYS não está definida",
            "Faça um par com `hi keys` e defina as duas.",
        ),
    });
    let webhook = env.optional_secret("WEBHOOK_KEY").await;
    found.push(match webhook.map(|key| WebhookKeys::new(key.expose_secret())) {
        Some(Ok(_)) => Finding::ok("chave do webhook", "pode ser lida"),
        Some(Err(error)) => Finding::erro("chave do webhook", error.to_string(), WebhookKeys::FORMAT),
        None => Finding::erro(
            "chave do webhook",
            "WEBHOOK_KEY não está definida",
            "Sem ela nenhuma mensagem de paciente entra. São 64 dígitos hexadecimais.",
        ),
    });
    found
}

fn keys(signing: &SecretString, verifying: &str, clock: &SharedClock) -> Finding {
    const NAME: &str = "chaves de acesso";
    let readable =
        Signer::new(signing, clock.clone()).is_ok() && Verifier::new(verifying, clock.clone()).is_ok();
    if !readable {
        let how = format!("SIGNING_KEY: {}; VERIFYING_KEYS: {}.", Signer::FORMAT, Verifier::FORMAT);
        return Finding::erro(NAME, "não podem ser lidas", &how);
    }
    let kid = signing.expose_secret().split(':').next().unwrap_or_default().to_owned();
    let known: Vec<&str> = verifying.split(',').filter_map(|key| key.trim().split(':').next()).collect();
    if !known.contains(&kid.as_str()) {
        let how = "Ninguém consegue entrar: publique VERIFYING_KEYS com a chave pública de quem assina (`hi keys rotate`).";
        return Finding::erro(NAME, format!("quem assina ({kid}) não está entre as aceitas"), how);
    }
    Finding::ok(NAME, format!("{kid} assina; {} aceitas", known.len()))
}

/// The server, and each clinic's connection.
pub(super) async fn evolution(env: &mut Env, instances: &[(String, String)]) -> Vec<Finding> {
    const NAME: &str = "evolution";
    let (Some(url), Some(key)) =
        (env.optional("EVOLUTION_URL"), env.optional_secret("EVOLUTION_API_KEY").await)
    else {
        return unset(NAME, "EVOLUTION_URL ou EVOLUTION_API_KEY", "o endereço do servidor e a chave global");
    };
    let Ok(evolution) = Evolution::vouched(&url, key, env.secret_source("EVOLUTION_CA")) else {
        let how = "Use http://host:8080, ou https:// onde EVOLUTION_CA diz quem responde por ele.";
        return vec![Finding::erro(NAME, "EVOLUTION_URL não é uma URL", how)];
    };
    // An instance nobody has tells whether the server answers and knows the key.
    let mut found = vec![match evolution.state("hi-doctor").await {
        Ok(_) | Err(InstanceError::Missing) => Finding::ok(NAME, "responde"),
        Err(error) => {
            let how = "Confira se o servidor está no ar, se EVOLUTION_API_KEY é a chave global dele e se EVOLUTION_CA é a autoridade do certificado que ele mostra.";
            return vec![Finding::erro(NAME, error.to_string(), how)];
        }
    }];
    for (clinic, instance) in instances {
        let name = format!("whatsapp de {clinic}");
        found.push(match evolution.state(instance).await {
            Ok(Some(ConnectionState::Open)) => Finding::ok(name, format!("{instance} conectada")),
            Ok(state) => Finding::aviso(
                name,
                format!(
                    "{instance} {}",
                    if state.is_some() { "não está conectada" } else { "está num estado desconhecido" }
                ),
                "Quem administra a clínica lê o código no painel, em WhatsApp.",
            ),
            Err(InstanceError::Missing) => Finding::aviso(
                name,
                format!("{instance} não existe no servidor"),
                "Rode `hi onboard` de novo para esta clínica, ou conecte pelo painel dela.",
            ),
            Err(error) => {
                Finding::erro(name, error.to_string(), "Veja os registros do servidor do Evolution.")
            }
        });
    }
    found
}

pub(super) async fn mailer(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "e-mail";
    if env.optional_secret("SMTP_URL").await.is_none() {
        let how = "Defina SMTP_URL e EMAIL_FROM: convites e avisos esperam até haver um servidor.";
        return vec![Finding::aviso(NAME, "não há servidor de e-mail", how)];
    }
    let how = "Confira SMTP_URL (usuário, senha, porta) e EMAIL_FROM.";
    match Mailer::load(env).await {
        Some(mailer) if mailer.ping().await => vec![Finding::ok(NAME, "o servidor aceita entrar")],
        Some(_) => vec![Finding::erro(NAME, "o servidor não respondeu ou não aceitou entrar", how)],
        None => vec![Finding::erro(NAME, "SMTP_URL ou EMAIL_FROM não pode ser lida", how)],
    }
}
