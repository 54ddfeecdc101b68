//! What a function holds while it works, and what its archive weighs.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use bench::event::{self, Request};
use bench::lambda::Environment;
use bench::report::{Budget, Row, bars};
use serde_json::{Value, json};

use super::{FUNCTIONS, Found};
use crate::system::{CLINIC, INSTANCE, System};

/// How often a function is asked each thing before it is weighed.
const TIMES: usize = 40;

/// The most resident memory of each function after it has worked.
pub(crate) async fn memory(system: &System) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut told = Vec::new();
    // To migrate is work of another order: a function that has done nothing says nothing of it.
    for function in FUNCTIONS.into_iter().filter(|function| *function != "owner") {
        let mut environment = system.start(function).await?;
        work(system, function, &mut environment).await.with_context(|| function.to_owned())?;
        let most = megabytes(environment.most_resident()?);
        environment.stop().await?;
        told.push((function.to_owned(), most));
        found.rows.push(Row::value(format!("memória: {function}"), most, "MB", Budget::Most(40.0)));
    }
    found.pictures.push((
        "memoria.svg".to_owned(),
        bars("Memória residente de uma função em trabalho", "MB", &told, Some(40.0)),
    ));
    Ok(found)
}

async fn work(system: &System, function: &str, environment: &mut Environment) -> anyhow::Result<()> {
    let asked = match function {
        "login" => vec![System::login().event()],
        "scheduling" => scheduling(system).await?,
        "inbox" => {
            let token = system.token().await?;
            vec![Request::new("GET", CLINIC, "/api/conversas").bearer(&token).event()]
        }
        "admin" => operators(system).await?,
        "site" => {
            ["/app", "/agendar", "/termos"].map(|path| Request::new("GET", CLINIC, path).event()).into()
        }
        "reminders" => vec![event::minute()],
        "webhook" | "assistant" => return texts(system, function, environment).await,
        _ => return Ok(()),
    };
    // A sweep waits between two messages to people who did not write, and one a minute is all there is.
    let times = if function == "reminders" { 1 } else { TIMES };
    for _ in 0..times {
        for event in &asked {
            let answer = environment.call(event).await?;
            anyhow::ensure!(answer.status() < 400, "{}", answer.value);
        }
    }
    Ok(())
}

async fn scheduling(system: &System) -> anyhow::Result<Vec<Value>> {
    let token = system.token().await?;
    let medico = system.owner()?.one(
        "select min(m.id) from medicos m join clientes c on c.id = m.cliente_id where subdomain = 'prosaude'",
    )?;
    let (first, last) = days(system)?;
    let free = format!("/api/horarios-disponiveis?medico_id={medico}&data={first}&ate={last}&duracao=30");
    let week = format!("/api/agendamentos?de={first}&ate={last}");
    let paths = [free.as_str(), &week, "/api/abertura", "/api/pacientes", "/api/openapi.json"];
    Ok(paths.map(|path| Request::new("GET", CLINIC, path).bearer(&token).event()).into())
}

/// Tomorrow and a month later, at the clinic.
fn days(system: &System) -> anyhow::Result<(String, String)> {
    let rows = system.owner()?.query(
        "select d + 1, d + 30 from (select (now() at time zone 'America/Sao_Paulo')::date as d) hoje",
    )?;
    let [first, last] = rows.into_iter().next().context("a row")?.try_into().ok().context("two days")?;
    Ok((first, last))
}

async fn operators(system: &System) -> anyhow::Result<Vec<Value>> {
    let host = "admin.localhost:8000";
    let mut login = system.start("login").await?;
    let body = json!({ "email": "operador@horariointeligente.com.br", "senha": "senha123" });
    let answer = login.call(&Request::new("POST", host, "/api/auth/login").json(&body).event()).await?;
    login.stop().await?;
    let body = answer.body();
    let token = body.get("access_token").and_then(Value::as_str).context("an operator's token")?;
    Ok(["/api/admin/clientes", "/api/admin/planos"]
        .map(|path| Request::new("GET", host, path).bearer(token).event())
        .into())
}

/// Patients write: to the webhook, and what comes of it to the assistant.
async fn texts(system: &System, function: &str, environment: &mut Environment) -> anyhow::Result<()> {
    let mut webhook = system.start("webhook").await?;
    for number in 0..TIMES {
        let phone = format!("55119{:08}", 70_000_000 + number);
        let id = format!("3AE{:029}", uuid::Uuid::now_v7().as_u128() % 1_000_000_000_000_000);
        let post = event::message(INSTANCE, &phone, &id, "quero marcar uma consulta", crate::now());
        let event = System::post(INSTANCE, &post)?.event();
        let answer =
            if function == "webhook" { environment.call(&event) } else { webhook.call(&event) }.await?;
        anyhow::ensure!(answer.status() == 200, "{}", answer.value);
    }
    webhook.stop().await?;
    loop {
        let batch = system.outside().batch();
        if batch.is_empty() || function != "assistant" {
            break;
        }
        environment.call(&bench::outside::event(&batch)).await?;
        system.outside().done(batch, &<_>::default());
    }
    system.outside().clear();
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// What each archive weighs: the one `make zips` made of this code, for Graviton, else this machine's program, deflated here.
pub(crate) fn zips(system: &System) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut told = Vec::new();
    let target = system.programs().parent().context("target")?;
    let (mut here, mut made) = (Vec::new(), Vec::new());
    for function in FUNCTIONS {
        let archive = target.join("lambda").join(function).join("bootstrap.zip");
        let bytes = if is_of_this_code(&archive, &system.program(function))? {
            made.push(function);
            std::fs::metadata(&archive)?.len()
        } else {
            here.push(function);
            let done = Command::new("gzip").arg("-9c").arg(system.program(function)).output()?;
            anyhow::ensure!(done.status.success(), "gzip {function}");
            done.stdout.len() as u64
        };
        told.push((function.to_owned(), megabytes(bytes)));
        found.rows.push(Row::value(format!("zip: {function}"), megabytes(bytes), "MB", Budget::Most(6.0)));
    }
    for (whose, what) in [
        (made, "o arquivo de `make zips`, para Graviton"),
        (here, "o programa de x86-64, comprimido aqui por gzip -9: `make zips` não fez arquivo deste código"),
    ] {
        if !whose.is_empty() {
            found.note(format!("zip de {}: {what}", whose.join(", ")));
        }
    }
    found
        .pictures
        .push(("zip.svg".to_owned(), bars("O que se envia de cada função", "MB", &told, Some(6.0))));
    Ok(found)
}

/// Whether an archive is younger than what its program was made of. Cargo leaves a program alone that need not be made again, so the sources say it, which
/// the `.d` file beside the program names.
fn is_of_this_code(archive: &Path, program: &Path) -> anyhow::Result<bool> {
    let Ok(made) = std::fs::metadata(archive).and_then(|archive| archive.modified()) else {
        return Ok(false);
    };
    let listed = std::fs::read_to_string(program.with_extension("d"))?;
    let sources = listed.split_once(": ").map(|(_, sources)| sources).unwrap_or_default();
    for source in sources.split_whitespace() {
        if std::fs::metadata(source)?.modified()? > made {
            return Ok(false);
        }
    }
    Ok(true)
}
