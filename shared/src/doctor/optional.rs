//! What may be there and need not: how clinics pay, Meta, language models, and who writes down what is said. Each key is tried, at what costs nothing.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Finding;
use crate::config::Env;
use crate::domain::pix::Key;
use crate::pagamentos::{Asaas, Failure, Hook, PaymentGateway};
use crate::whatsapp::cloud::GRAPH;

const PATIENCE: Duration = Duration::from_secs(8);
/// Where Asaas posts, at our own domain.
const HOOK_PATH: &str = "/api/pagamentos/asaas";
/// What has to come for an invoice to be what it is.
const EVENTS: [&str; 4] =
    ["PAYMENT_CONFIRMED", "PAYMENT_RECEIVED", "PAYMENT_REFUNDED", "PAYMENT_CHARGEBACK_REQUESTED"];

fn absent(nome: &str, what: &str) -> Finding {
    Finding::ok(nome, format!("não configurado: {what}"))
}

/// An address, asked with these headers: what it answers, or why there is no answer.
async fn ask(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
) -> Result<(StatusCode, Vec<u8>), &'static str> {
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).build();
    let client = client.map_err(|_| "não há como chamar nada daqui")?;
    let mut request = client.request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.map_err(|error| {
        if error.is_builder() {
            "o endereço não é uma URL http(s)://…"
        } else {
            "o servidor não respondeu"
        }
    })?;
    let status = response.status();
    let body = response.bytes().await.map_err(|_| "o servidor parou de responder")?;
    Ok((status, body.to_vec()))
}

/// The platform's own Pix.
pub(super) fn pix(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "pix próprio";
    let all = ["PIX_CHAVE", "PIX_NOME", "PIX_CIDADE"].map(|name| (name, env.optional(name)));
    let missing: Vec<&str> = all.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    vec![if missing.len() == all.len() {
        absent(NAME, "sem PIX_CHAVE as faturas só têm o Pix do gateway de pagamento, quando há um")
    } else if !missing.is_empty() {
        let how = "PIX_CHAVE, PIX_NOME e PIX_CIDADE andam juntas: defina as três, ou nenhuma.";
        Finding::erro(NAME, format!("falta {}", missing.join(", ")), how)
    } else if all.iter().any(|(name, value)| {
        *name == "PIX_CHAVE" && value.as_deref().is_none_or(|chave| Key::parse(chave).is_err())
    }) {
        let how = "Use um CPF, CNPJ, +telefone, e-mail ou uma chave aleatória, como está no seu banco.";
        Finding::erro(NAME, "PIX_CHAVE não é uma chave Pix", how)
    } else {
        Finding::ok(NAME, "a chave tem a forma certa; faça um Pix de R$ 1 para conferir de quem ela é")
    }]
}

/// The gateway: its key, and whether what happens there is told here.
pub(super) async fn asaas(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "asaas";
    let token = env.optional_secret("ASAAS_WEBHOOK_TOKEN").await;
    let Some(key) = env.optional_secret("ASAAS_API_KEY").await else {
        return vec![if token.is_none() {
            absent(NAME, "as faturas são pagas pelo Pix próprio e marcadas à mão")
        } else {
            let how = "Defina também ASAAS_API_KEY: sem ela nenhuma cobrança é feita.";
            Finding::erro(NAME, "há ASAAS_WEBHOOK_TOKEN, mas não ASAAS_API_KEY", how)
        }];
    };
    let url = env.optional("ASAAS_URL").unwrap_or_else(|| crate::pagamentos::ASAAS_URL.to_owned());
    let Some(PaymentGateway::Asaas(asaas)) = PaymentGateway::asaas(&url, key) else {
        let how = format!("Use {}, ou tire a variável.", crate::pagamentos::ASAAS_URL);
        return vec![Finding::erro(NAME, "ASAAS_URL não é uma URL http(s)://…", &how)];
    };
    hooks(&asaas, token.is_some()).await
}

async fn hooks(asaas: &Asaas, token: bool) -> Vec<Finding> {
    const NAME: &str = "asaas";
    const HOOK: &str = "webhook do asaas";
    let hooks = match asaas.hooks().await {
        Ok(hooks) => hooks,
        Err(Failure::Key) => {
            let how = "Gere outra chave em Integrações, no painel do Asaas, e defina ASAAS_API_KEY; a da conta de testes só vale com o endereço de testes em ASAAS_URL.";
            return vec![Finding::erro(NAME, "o servidor não aceita a chave", how)];
        }
        Err(failure) => {
            let detail = if failure == Failure::Unavailable {
                "não respondeu"
            } else {
                "não conhece este endereço"
            };
            return vec![Finding::erro(NAME, detail, "Confira ASAAS_URL e a rede; as cobranças esperam.")];
        }
    };
    let mut found = vec![Finding::ok(NAME, "aceita a chave")];
    if !token {
        let how = "Invente um token de 32 letras ou mais, defina ASAAS_WEBHOOK_TOKEN e use o mesmo no painel do Asaas.";
        found.push(Finding::erro(
            HOOK,
            "ASAAS_WEBHOOK_TOKEN não está definida: nada que o Asaas avisa é aceito",
            how,
        ));
        return found;
    }
    found.push(match hooks.iter().find(|hook| hook.url.trim_end_matches('/').ends_with(HOOK_PATH)) {
        None => Finding::erro(
            HOOK,
            format!("nenhum dos {} webhooks da conta vai para …{HOOK_PATH}", hooks.len()),
            "Crie um no painel do Asaas (Integrações, Webhooks): https://admin.<domínio>/api/pagamentos/asaas, com o token e os eventos de cobranças.",
        ),
        Some(hook) => judge(hook).await,
    });
    found
}

async fn judge(hook: &Hook) -> Finding {
    const NAME: &str = "webhook do asaas";
    let missing: Vec<&str> =
        EVENTS.into_iter().filter(|event| !hook.events.iter().any(|sent| sent == event)).collect();
    if !hook.enabled || hook.interrupted {
        let how = "Veja no painel do Asaas por que parou e religue; o que esperava chega depois, e os pagamentos perdidos são perguntados todo dia.";
        let detail =
            if hook.enabled { "a fila está parada, depois de muitas recusas" } else { "está desligado" };
        return Finding::erro(NAME, detail, how);
    }
    if !hook.has_auth_token {
        return Finding::erro(
            NAME,
            "não manda token, e é recusado",
            "Ponha nele o mesmo token de ASAAS_WEBHOOK_TOKEN.",
        );
    }
    if !missing.is_empty() {
        let how = "Marque nele todos os eventos de cobranças.";
        return Finding::erro(NAME, format!("não manda {}", missing.join(", ")), how);
    }
    // Without the token it is refused: by us, if it comes so far.
    match ask(Method::POST, &hook.url, &[("content-type", "application/json")]).await {
        Ok((StatusCode::UNAUTHORIZED, _)) => Finding::ok(NAME, "ligado, e chega até aqui"),
        Ok((status, _)) => Finding::erro(
            NAME,
            format!("o endereço dele responde {}, e não 401 a quem vem sem token", status.as_u16()),
            "Confira se o endereço é o do painel (admin.<domínio>) e se ASAAS_WEBHOOK_TOKEN foi publicada com a função admin.",
        ),
        Err(detail) => Finding::aviso(
            NAME,
            format!("o endereço dele não foi alcançado daqui: {detail}"),
            "Confira o endereço e o DNS.",
        ),
    }
}

/// Meta's Cloud API.
pub(super) async fn meta(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "api da meta";
    let secret = env.optional_secret("WHATSAPP_CLOUD_APP_SECRET").await.is_some();
    let verify = env.optional_secret("WHATSAPP_CLOUD_VERIFY_TOKEN").await.is_some();
    let Some(token) = env.optional_secret("WHATSAPP_CLOUD_TOKEN").await else {
        return vec![if secret || verify {
            let how = "Defina WHATSAPP_CLOUD_TOKEN, ou tire as outras: veja docs/whatsapp-cloud.md.";
            Finding::erro(NAME, "há o segredo do webhook, mas não o token de quem envia", how)
        } else {
            absent(NAME, "as clínicas usam o Evolution")
        }];
    };
    let base = env.optional("WHATSAPP_CLOUD_URL").unwrap_or_else(|| GRAPH.to_owned());
    let bearer = format!("Bearer {}", token.expose_secret());
    let mut found = vec![key(
        NAME,
        &ask(Method::GET, &format!("{}/me", base.trim_end_matches('/')), &[("authorization", &bearer)]).await,
        // It says 400 to a token it does not know.
        &[StatusCode::BAD_REQUEST],
        "Gere outro token do usuário do sistema, sem validade, e defina WHATSAPP_CLOUD_TOKEN (docs/whatsapp-cloud.md).",
    )];
    if !(secret && verify) {
        let how = "Defina WHATSAPP_CLOUD_APP_SECRET e WHATSAPP_CLOUD_VERIFY_TOKEN: sem elas nada do que os pacientes escrevem é aceito.";
        found.push(Finding::erro(
            "webhook da meta",
            "falta o segredo do aplicativo ou o token de verificação",
            how,
        ));
    }
    found
}

/// What an answer says of a key.
fn key(
    nome: &str,
    answer: &Result<(StatusCode, Vec<u8>), &'static str>,
    also: &[StatusCode],
    how: &str,
) -> Finding {
    match answer {
        Err(detail) => Finding::erro(nome, *detail, "Confira o endereço e a rede."),
        Ok((status, _)) if matches!(status.as_u16(), 401 | 403) || also.contains(status) => {
            Finding::erro(nome, "o servidor não aceita a chave", how)
        }
        Ok((status, _)) if status.is_server_error() || *status == StatusCode::NOT_FOUND => Finding::erro(
            nome,
            format!("o servidor responde {}", status.as_u16()),
            "Confira o endereço; se estiver certo, espere o servidor voltar.",
        ),
        Ok(_) => Finding::ok(nome, "responde, e aceita a chave"),
    }
}

#[derive(Deserialize)]
struct Models {
    data: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: String,
}

/// The language models, of which each clinic's plan may allow one.
pub(super) async fn models(env: &mut Env) -> Vec<Finding> {
    let mut found = Vec::new();
    for (prefix, nome, path) in [
        ("AI_ANTHROPIC", "modelo anthropic", "/v1/models?limit=1000"),
        ("AI_OPENAI", "modelo openai", "/models"),
    ] {
        let (url, model) = (env.optional(&format!("{prefix}_URL")), env.optional(&format!("{prefix}_MODEL")));
        let secret = env.optional_secret(&format!("{prefix}_KEY")).await;
        found.push(match (url, model) {
            (None, _) => absent(nome, "o assistente responde pelas regras"),
            (Some(_), None) => Finding::erro(
                nome,
                format!("{prefix}_MODEL não está definida"),
                "Defina o nome do modelo, ou tire a URL.",
            ),
            (Some(url), Some(model)) => {
                one(nome, prefix, (&format!("{}{path}", url.trim_end_matches('/')), &model), secret).await
            }
        });
    }
    found
}

async fn one(nome: &str, prefix: &str, (url, model): (&str, &str), secret: Option<SecretString>) -> Finding {
    let secret = secret.as_ref().map_or("", |secret| secret.expose_secret());
    let bearer = format!("Bearer {secret}");
    let headers: &[(&str, &str)] = match prefix {
        "AI_ANTHROPIC" => &[("x-api-key", secret), ("anthropic-version", "2023-06-01")],
        _ if secret.is_empty() => &[],
        _ => &[("authorization", &bearer)],
    };
    let how =
        format!("Gere outra chave e defina {prefix}_KEY; enquanto isso o assistente responde pelas regras.");
    let answer = ask(Method::GET, url, headers).await;
    let listed = answer.as_ref().ok().and_then(|(_, body)| serde_json::from_slice::<Models>(body).ok());
    let judged = key(nome, &answer, &[], &how);
    match listed {
        Some(models) if !models.data.iter().any(|one| one.id == model) => {
            let how =
                format!("Confira {prefix}_MODEL; pode ser um apelido que o servidor aceita e não lista.");
            Finding::aviso(nome, format!("aceita a chave, e não lista {model}"), &how)
        }
        _ => judged,
    }
}

/// Who writes down what voice messages say.
pub(super) async fn transcriber(env: &mut Env) -> Vec<Finding> {
    const NAME: &str = "transcrição";
    let Some(url) = env.optional("TRANSCRIBER_URL") else {
        return vec![absent(NAME, "mensagens de voz ficam para a equipe ouvir")];
    };
    let secret = env.optional_secret("TRANSCRIBER_KEY").await;
    let bearer = secret.map(|secret| format!("Bearer {}", secret.expose_secret()));
    let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
    // Without a recording it is refused, but only to who is let in.
    let answer = ask(Method::POST, &url, &headers).await;
    vec![key(
        NAME,
        &answer,
        &[],
        "Defina TRANSCRIBER_KEY com uma chave que vale; enquanto isso as mensagens de voz ficam para a equipe.",
    )]
}
