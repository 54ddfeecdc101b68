//! Who manages a clinic is told when 80 % and when all of what its plan allows in a month or standing is used; each once, whatever happens meanwhile.
//!
//! Looked at once an hour where something is due, and of visits in the month that runs and the next: people book ahead.

use jiff::Timestamp;
use jiff::civil::Date;
use shared::db::emails::{self, NewEmail};
use shared::db::limites::{self, Usage};
use shared::db::settings::assistente::{self, AssistenteSettings};
use shared::db::{TenantTx, usuarios};
use shared::parts::WorkerParts;
use shared::portuguese::reais;
use shared::problem::Problem;
use shared::tenant::Tenant;

/// Something a plan may limit: its name in keys, what it is called, whether it is of a month, and what is used, if it is limited.
struct Limited {
    key: &'static str,
    what: &'static str,
    month: Option<Date>,
    usage: Option<Usage>,
}

/// One clinic's warnings. That it fails is the next hour's affair.
pub(crate) async fn step(parts: &WorkerParts, tenant: &Tenant) -> Result<(), Problem> {
    let now = parts.clock.now();
    let look = async |tx: &mut TenantTx| {
        if !limites::take_look(tx, now).await? {
            return Ok(None);
        }
        for one in all(tx, now).await? {
            warn(tx, tenant, &one, now).await?;
        }
        let settings = assistente::get(tx).await?;
        let month = tx.time_zone().to_datetime(now).date().first_of_month();
        Ok(settings.is_on().then_some((settings, month)))
    };
    let Some((settings, month)) = parts.db.in_tenant(tenant, look).await? else { return Ok(()) };
    let of_the_model = of_the_model(parts, tenant, &settings, month).await?;
    let tell = async |tx: &mut TenantTx| {
        for one in &of_the_model {
            warn(tx, tenant, one, now).await?;
        }
        Ok(())
    };
    parts.db.in_tenant(tenant, tell).await
}

/// What a language model may do for a clinic in a month, counted outside of Postgres: no transaction waits for that.
async fn of_the_model(
    parts: &WorkerParts,
    tenant: &Tenant,
    settings: &AssistenteSettings,
    month: Date,
) -> Result<[Limited; 2], Problem> {
    let id = tenant.cliente_id();
    let turns = parts.ledger.turns(id, month).await?;
    let tokens = parts.ledger.usage(id, &month.strftime("%Y-%m").to_string()).await?.tokens();
    let usage = |used: u64, most: i64| {
        Some(Usage { used: i64::try_from(used).unwrap_or(i64::MAX), most, excedente_centavos: None })
    };
    let month = Some(month);
    let turns = settings.limite_turnos.and_then(|most| usage(turns, most.into()));
    let tokens = usage(tokens, settings.limite_tokens).filter(|tokens| tokens.most > 0);
    Ok([
        Limited { key: "turnos", what: "respostas da inteligência artificial", month, usage: turns },
        Limited { key: "tokens", what: "tokens da inteligência artificial", month, usage: tokens },
    ])
}

/// Writes the letter of a level that is news.
async fn warn(tx: &mut TenantTx, tenant: &Tenant, one: &Limited, now: Timestamp) -> Result<(), Problem> {
    let level = one.usage.map_or(0, level);
    // Of a month, nothing was told yet and nothing has to be forgotten.
    if level == 0 && one.month.is_some() {
        return Ok(());
    }
    let most = one.usage.map_or(0, |usage| usage.most);
    let news = limites::note_told(tx, one.key, one.month, (level, most), now).await?;
    let Some(usage) = one.usage.filter(|_| news) else { return Ok(()) };
    let (assunto, texto) = letter(tenant.nome(), one, usage, level == 100);
    let month = one.month.map_or_else(String::new, |month| month.strftime(":%Y-%m").to_string());
    for para in usuarios::managers_emails(tx).await? {
        // With the time in the name: what remembers that it was told is `limites_avisados`.
        let chave = format!("limite:{}{month}:{most}:{level}:{}:{para}", one.key, now.as_second());
        let new = NewEmail {
            para: &para,
            assunto: &assunto,
            texto: &texto,
            chave: &chave,
            agendamento_id: None,
            urgente: false,
            at: now,
        };
        emails::insert(tx, &new).await?;
    }
    Ok(())
}

/// How much is used, as far as it is told of: 80 or 100 of a hundred, else nothing; nothing is near a limit of nothing.
fn level(usage: Usage) -> i32 {
    if usage.used <= 0 || usage.used.saturating_mul(100) < usage.most.saturating_mul(80) {
        0
    } else if usage.is_full() {
        100
    } else {
        80
    }
}

/// All that may be told of.
async fn all(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Limited>, Problem> {
    let this = tx.time_zone().to_datetime(now).date().first_of_month();
    let next = this.last_of_month().tomorrow().map_err(|_| Problem::Internal)?;
    let limited = |key, what, month, usage| Limited { key, what, month, usage };
    let mut all = Vec::new();
    for month in [this, next] {
        let stretch = limites::month(tx, month)?;
        let usage = limites::visits(tx, stretch).await?;
        all.push(limited("agendamentos", "agendamentos", Some(month), usage));
    }
    let stretch = limites::month(tx, this)?;
    let usage = limites::messages(tx, stretch).await?;
    all.push(limited("mensagens", "mensagens da equipe", Some(this), usage));
    // A clinic of one or two professionals or places is always full: that is its plan, not news.
    let usage = limites::professionals(tx).await?.filter(|usage| usage.most > 2);
    all.push(limited("profissionais", "profissionais ativos", None, usage));
    let usage = limites::units(tx).await?.filter(|usage| usage.most > 2);
    all.push(limited("unidades", "unidades ativas", None, usage));
    Ok(all)
}

fn letter(clinica: &str, one: &Limited, usage: Usage, full: bool) -> (String, String) {
    let (Limited { key, what, month, .. }, Usage { used, most, excedente_centavos }) = (one, usage);
    let when = month.map_or_else(String::new, |month| format!(" de {}", month.strftime("%m/%Y")));
    let assunto =
        if full { format!("Limite do plano: {what}{when}") } else { format!("80% do plano: {what}{when}") };
    let then = match excedente_centavos {
        Some(price) => beyond(key, price, full),
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
        ("turnos" | "tokens", true) => {
            "O assistente continua respondendo a todos, com as respostas prontas da clínica, até o mês virar ou a clínica mudar de plano. Nenhuma \
             mensagem se perde."
        }
        ("turnos" | "tokens", false) => {
            "Nada muda por enquanto. No limite, o assistente continua respondendo a todos, só que com as respostas prontas da clínica."
        }
        ("unidades", true) => "Para abrir mais uma, a clínica precisa desativar outra ou mudar de plano.",
        ("unidades", false) => "Nada muda por enquanto. No limite, não dá para abrir mais uma.",
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
