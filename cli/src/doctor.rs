//! `hi doctor`: how every dependency is, in words.

use shared::config::Env;
use shared::doctor::{Finding, Health, examine, worst};

use crate::answer::{Answer, FAILED, OK, progress};

/// Examines everything; errors end it with 1, what somebody should look at does not.
pub(crate) async fn run() -> anyhow::Result<Answer> {
    let all = examine(&mut Env::process(), &|one| progress(&one.nome)).await;
    let worst = worst(&all);
    let mut words: String = all.iter().map(line).collect();
    words += match worst {
        Health::Ok => "\nTudo em ordem.",
        Health::Aviso => "\nFunciona; veja os avisos.",
        Health::Erro => "\nHá o que consertar.",
    };
    let code = if worst == Health::Erro { FAILED } else { OK };
    Ok(Answer::new(words, &all)?.with_code(code))
}

fn line(one: &Finding) -> String {
    let mark = match one.situacao {
        Health::Ok => "ok   ",
        Health::Aviso => "aviso",
        Health::Erro => "ERRO ",
    };
    let what = one.fazer.as_deref().map(|what| format!("\n        → {what}")).unwrap_or_default();
    format!("{mark}  {}: {}{what}\n", one.nome, one.detalhe)
}
