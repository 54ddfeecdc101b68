//! Who manages a clinic is told when 80 % and when all of what its plan allows in a month is used; each once, whatever happens meanwhile.
//!
//! Looked at once an hour, and of visits in the month that runs and the next: people book ahead.

use jiff::Timestamp;
use jiff::civil::Date;
use shared::db::emails::{self, NewEmail};
use shared::db::limites::{self, Usage};
use shared::db::settings::assistente;
use shared::db::{TenantTx, usuarios};
use shared::parts::WorkerParts;
use shared::portuguese::reais;
use shared::problem::Problem;
use shared::telemetry::Ignored;
use shared::tenant::Tenant;

/// Something a plan limits: its name in keys, what it is called, and whether it is of a month.
struct Limited {
    key: &'static str,
    what: &'static str,
    month: Option<Date>,
    usage: Usage,
}

/// One clinic's warnings. That it fails is said and is the next hour's affair.
pub(crate) async fn step(parts: &WorkerParts, tenant: &Tenant) {
    look(parts, tenant).await.ignored("looking at the limits of a plan");
}

async fn look(parts: &WorkerParts, tenant: &Tenant) -> Result<(), Problem> {
    let now = parts.clock.now();
    let look = async |tx: &mut TenantTx| {
        if !limites::take_look(tx, now).await? {
            return Ok(None);
        }
        let close = near(tx, now).await?;
        warn(tx, tenant, &close, now).await?;
        let settings = assistente::get(tx).await?;
        let turns = settings.limite_turnos.filter(|_| settings.is_on());
        Ok(turns.map(|most| (i64::from(most), tx.time_zone().to_datetime(now).date().first_of_month())))
    };
    let Some((most, month)) = parts.db.in_tenant(tenant, look).await? else { return Ok(()) };
    // Turns are counted outside of Postgres; no transaction waits for that.
    let used = i64::try_from(parts.ledger.turns(tenant.cliente_id(), month).await?).unwrap_or(i64::MAX);
    let usage = Usage { used, most, excedente_centavos: None };
    let turns =
        Limited { key: "turnos", what: "respostas da inteligência artificial", month: Some(month), usage };
    if !is_near(&turns) {
        return Ok(());
    }
    parts.db.in_tenant(tenant, async |tx| warn(tx, tenant, &[turns], now).await).await
}

async fn warn(tx: &mut TenantTx, tenant: &Tenant, near: &[Limited], now: Timestamp) -> Result<(), Problem> {
    if near.is_empty() {
        return Ok(());
    }
    let people = usuarios::managers_emails(tx).await?;
    for one in near {
        let full = one.usage.is_full();
        let (assunto, texto) = letter(tenant.nome(), one, full);
        let month = one.month.map_or_else(String::new, |month| month.strftime(":%Y-%m").to_string());
        let Limited { key, usage, .. } = one;
        let percent = if full { 100 } else { 80 };
        for para in &people {
            // With the limit in the name: who gets another plan is told of that one's anew.
            let chave = format!("limite:{key}{month}:{}:{percent}:{para}", usage.most);
            let new = NewEmail {
                para,
                assunto: &assunto,
                texto: &texto,
                chave: &chave,
                agendamento_id: None,
                urgente: false,
                at: now,
            };
            emails::insert(tx, &new).await?;
        }
    }
    Ok(())
}

/// Eighty of a hundred are used; nothing is near a limit of nothing.
fn is_near(one: &Limited) -> bool {
    one.usage.used > 0 && one.usage.used.saturating_mul(100) >= one.usage.most * 80
}

/// What is used to 80 % or more.
async fn near(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Limited>, Problem> {
    let this = tx.time_zone().to_datetime(now).date().first_of_month();
    let next = this.last_of_month().tomorrow().map_err(|_| Problem::Internal)?;
    let mut all = Vec::new();
    for month in [this, next] {
        let stretch = limites::month(tx, month)?;
        let usage = limites::visits(tx, stretch).await?;
        all.extend(usage.map(|usage| Limited {
            key: "agendamentos",
            what: "agendamentos",
            month: Some(month),
            usage,
        }));
    }
    let stretch = limites::month(tx, this)?;
    let usage = limites::messages(tx, stretch).await?;
    all.extend(usage.map(|usage| Limited {
        key: "mensagens",
        what: "mensagens da equipe",
        month: Some(this),
        usage,
    }));
    let usage = limites::professionals(tx).await?;
    // A clinic of one professional is always full: that is its plan, not news.
    let usage = usage.filter(|usage| usage.most > 2);
    all.extend(usage.map(|usage| Limited {
        key: "profissionais",
        what: "profissionais ativos",
        month: None,
        usage,
    }));
    all.retain(is_near);
    Ok(all)
}

fn letter(clinica: &str, one: &Limited, full: bool) -> (String, String) {
    let Limited { key, what, month, usage: Usage { used, most, excedente_centavos } } = one;
    let when = month.map_or_else(String::new, |month| format!(" de {}", month.strftime("%m/%Y")));
    let assunto =
        if full { format!("Limite do plano: {what}{when}") } else { format!("80% do plano: {what}{when}") };
    let then = match excedente_centavos {
        Some(price) => beyond(key, *price, full),
        None => refused(key, full).to_owned(),
    };
    let texto = format!(
        "Olá!\n\nA {clinica} já usou {used} de {most} {what}{when} que o plano inclui.\n\n{then}\n\nPara mudar de plano, responda a quem \
         cuida da sua conta ou fale com o suporte.\n\nEquipe Horário Inteligente\n"
    );
    (assunto, texto)
}

/// What follows where more than the plan includes is refused.
fn refused(key: &str, full: bool) -> &'static str {
    match (key, full) {
        ("agendamentos", true) => {
            "Novos agendamentos para esse mês são recusados até a clínica mudar de plano. Os que já existem continuam como estão."
        }
        ("mensagens", true) => {
            "Mensagens escritas pela equipe no painel são recusadas até a clínica mudar de plano ou o mês virar. O assistente continua \
             respondendo, os lembretes continuam saindo, e nada do que os pacientes escrevem se perde."
        }
        ("turnos", true) => {
            "O assistente continua respondendo a todos, com as respostas prontas da clínica, até o mês virar ou a clínica mudar de plano. Nenhuma \
             mensagem se perde."
        }
        ("turnos", false) => {
            "Nada muda por enquanto. No limite, o assistente continua respondendo a todos, só que com as respostas prontas da clínica."
        }
        (_, true) => "Para cadastrar mais um, a clínica precisa mudar de plano.",
        ("mensagens", false) => {
            "Nada muda por enquanto. No limite, a equipe deixa de poder escrever pelo painel."
        }
        ("agendamentos", false) => {
            "Nada muda por enquanto. No limite, novos agendamentos para esse mês são recusados."
        }
        (_, false) => "Nada muda por enquanto. No limite, não dá para cadastrar mais um.",
    }
}

/// What follows where it has a price.
fn beyond(key: &str, price: i64, full: bool) -> String {
    let one = match key {
        "agendamentos" => "cada agendamento a mais",
        "mensagens" => "cada mensagem a mais",
        _ => "cada profissional a mais",
    };
    let since =
        if full { "A partir de agora" } else { "Nada muda por enquanto. Além do que o plano inclui" };
    format!("{since}, {one} custa {} na fatura do mês. Nada é recusado.", reais(price))
}
