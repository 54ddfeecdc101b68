//! Whole conversations, as people write them, judged by what is answered and by the agenda they leave behind.
//!
//! `tests/data/conversations.txt` holds them: `# title`, `! SQL run before` (`:clinica`, `:tania`, `:marco`, `:maria` are ids), `> what is
//! written` (`|` between messages written in one go), `< what the answer contains` (`<!` what it does not), `+ 10m` lets time pass, `= the appointments that stand at the end`, one a
//! line, as `01/12 09:00 Dr. Marco: Joana Lima (status)`; `= nothing` for none. The clock begins on Monday, 30 November 2026, at 9:00.

use jiff::SignedDuration;
use shared::whatsapp::screen::fits;

use crate::Chat;

const STANDING: &str = "select coalesce(string_agg(to_char(a.inicio_em at time zone 'America/Sao_Paulo', 'DD/MM HH24:MI') || ' ' || m.nome || ': '
    || p.nome || case a.status when 'agendado' then '' else ' (' || a.status || ')' end, '; ' order by a.inicio_em, a.id), 'nothing')
    from agendamentos a join medicos m on m.id = a.medico_id join pacientes p on p.id = a.paciente_id
    where a.status not in ('cancelado', 'remarcado')";

struct Script {
    title: &'static str,
    lines: Vec<(usize, &'static str)>,
}

fn scripts(text: &'static str) -> Vec<Script> {
    let mut scripts: Vec<Script> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(title) = line.strip_prefix("# ") {
            scripts.push(Script { title, lines: Vec::new() });
        } else if !line.trim().is_empty()
            && let Some(script) = scripts.last_mut()
        {
            script.lines.push((at + 1, line));
        }
    }
    scripts
}

/// Shows what the conversations in the file `CONVERSAS` come to: for reading, when words or rules change.
#[tokio::test]
#[ignore = "for reading: CONVERSAS=file make talk"]
#[expect(clippy::disallowed_methods, reason = "a tool, run by hand")]
async fn show() {
    let text = std::fs::read_to_string(std::env::var("CONVERSAS").unwrap()).unwrap();
    for script in &scripts(text.leak()) {
        let Played { said, wrong } = play(script).await;
        println!("# {}\n\n{said}{}\n", script.title, wrong.join("\n"));
    }
}

/// A conversation, and what went wrong in it.
struct Played {
    said: String,
    wrong: Vec<String>,
}

async fn play(script: &Script) -> Played {
    let chat = Chat::new().await;
    let (clinic, phone) = (&chat.app.clinic, crate::PHONE);
    let (mut said, mut answer, mut wrong) = (String::new(), String::new(), Vec::new());
    for (at, line) in &script.lines {
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        match kind {
            "!" => {
                let ids = [
                    (":clinica", clinic.id.to_string()),
                    (":tania", clinic.gestora.id.to_string()),
                    (":marco", clinic.medico.id.to_string()),
                    (":maria", clinic.paciente.to_string()),
                    (":telefone", format!("+{phone}")),
                ];
                let sql = ids.iter().fold(rest.to_owned(), |sql, (name, id)| sql.replace(name, id));
                chat.app.database.sql(&sql).await;
            }
            "+" => {
                let minutes: i64 = rest.trim_end_matches('m').parse().unwrap();
                chat.app.clock.set(chat.app.now() + SignedDuration::from_mins(minutes));
            }
            ">" => {
                answer = chat.say_in_one_go(rest.split(" | ")).await;
                said = format!("{said}> {rest}\n{answer}\n\n");
            }
            "<" if !answer.contains(rest) => wrong.push(format!("line {at}: no {rest:?} in the answer")),
            "<!" if answer.contains(rest) => wrong.push(format!("line {at}: {rest:?} in the answer")),
            "=" => {
                let stands = chat.app.database.text(STANDING).await;
                said = format!("{said}= {stands}\n");
                if stands != rest {
                    wrong.push(format!("line {at}: {stands} stands, not {rest}"));
                }
            }
            _ => {}
        }
        if kind == ">" && !answer.split("\n---\n").all(fits) {
            wrong.push(format!("line {at}: the answer is longer than a screen"));
        }
    }
    Played { said, wrong }
}

/// Every fourth conversation, so that they are played side by side.
async fn quarter(nth: usize) {
    let scripts = scripts(include_str!("../data/conversations.txt"));
    let mut wrong = Vec::new();
    for script in scripts.iter().skip(nth).step_by(4) {
        let played = play(script).await;
        if !played.wrong.is_empty() {
            wrong.push(format!("# {}\n{}\n\n{}", script.title, played.wrong.join("\n"), played.said));
        }
    }
    assert!(wrong.is_empty(), "{} conversations went wrong:\n\n{}", wrong.len(), wrong.join("\n"));
    assert!(scripts.len() >= 60, "only {} conversations", scripts.len());
}

#[tokio::test]
async fn conversations_end_as_they_should_1() {
    quarter(0).await;
}

#[tokio::test]
async fn conversations_end_as_they_should_2() {
    quarter(1).await;
}

#[tokio::test]
async fn conversations_end_as_they_should_3() {
    quarter(2).await;
}

#[tokio::test]
async fn conversations_end_as_they_should_4() {
    quarter(3).await;
}
