//! The monthly closing: one invoice for each clinic and month, written once, whoever tries and however often.
//!
//! The clinic's row of `assinaturas` is locked first, so that of two sweeps the second sees what the first wrote; the constraint on
//! clinic and month stands behind. Months are closed in their order, none is left out.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use jiff_sqlx::ToSqlx;

use crate::db::column::{OptionalDate, OptionalTimestamp};
use crate::db::{TenantTx, limites};
use crate::domain::fatura::{self, Desconto, Excedente, Item, Mes, Trecho, Valor};
use crate::id::FaturaId;
use crate::problem::Problem;

/// An invoice that was just written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fechada {
    /// Its id.
    pub id: FaturaId,
    /// The month's first day.
    pub competencia: Date,
    /// What is to be paid; 0 for a month that costs nothing.
    pub total_centavos: i64,
}

/// What the closing must know of a clinic.
#[derive(sqlx::FromRow)]
struct Account {
    #[sqlx(try_from = "jiff_sqlx::Date")]
    inicio_dia: Date,
    #[sqlx(try_from = "OptionalDate")]
    teste_ate: Option<Date>,
    vencimento_dia: i32,
    nome: String,
    plano: String,
    #[sqlx(try_from = "OptionalTimestamp")]
    encerrado_em: Option<Timestamp>,
    #[sqlx(try_from = "OptionalTimestamp")]
    suspenso_em: Option<Timestamp>,
    /// It was made with a trial, and nobody of it has come in yet.
    ninguem_entrou: bool,
    pagador_nome: Option<String>,
    pagador_documento: Option<String>,
    pagador_email: Option<String>,
    #[sqlx(try_from = "OptionalDate")]
    ultima: Option<Date>,
    /// Until when the last one counted.
    #[sqlx(try_from = "OptionalTimestamp")]
    contado_ate: Option<Timestamp>,
}

/// A change of plan that took effect.
#[derive(sqlx::FromRow)]
struct Mudou {
    #[sqlx(try_from = "jiff_sqlx::Date")]
    vale_dia: Date,
    plano_de: String,
    titulo_de: String,
    preco_de_centavos: i64,
    plano_para: String,
    titulo_para: String,
    preco_para_centavos: i64,
}

/// Limits and prices of a plan.
#[derive(sqlx::FromRow)]
struct Precos {
    titulo: String,
    preco_centavos: i64,
    limite_profissionais: Option<i32>,
    limite_agendamentos_mes: Option<i32>,
    limite_mensagens_mes: Option<i32>,
    excedente_profissional_centavos: Option<i64>,
    excedente_agendamento_centavos: Option<i64>,
    excedente_mensagem_centavos: Option<i64>,
}

/// Closes the oldest month of the clinic that is over and not closed; `None` when there is none. What is to be paid is told by the lines.
///
/// # Errors
/// When Postgres does not answer.
pub async fn close_next(tx: &mut TenantTx, now: Timestamp) -> Result<Option<Fechada>, Problem> {
    let Some(conta) = hold(tx).await? else { return Ok(None) };
    let zone = tx.time_zone().clone();
    let day_of = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let month = match conta.ultima {
        Some(last) => last.checked_add(Span::new().months(1)).map_err(|_| Problem::Internal)?,
        None => conta.inicio_dia.first_of_month(),
    };
    let closed_on = conta.encerrado_em.map(day_of);
    if month >= day_of(now).first_of_month() || closed_on.is_some_and(|day| month > day) {
        return Ok(None);
    }
    let mes = charged(&conta, month, closed_on, conta.suspenso_em.map(day_of))?;
    let (plano, trechos) = stretches(tx, month, &conta.plano).await?;
    // From where the last month ended, so that a zone that was changed in between leaves nothing out and counts nothing twice.
    let (from, to) = limites::month(tx, month)?;
    let counted = (conta.contado_ate.unwrap_or(from), to);
    let beyond = if mes.is_free() { Vec::new() } else { excess(tx, month, &plano, counted).await? };
    let descontos = discounts(tx, month).await?;
    let (itens, total_centavos) = fatura::itens(&mes, &trechos, &beyond, &descontos);
    let id = insert(tx, &conta, (month, &plano, to), total_centavos, now).await?;
    lines(tx, id, &itens).await?;
    Ok(Some(Fechada { id, competencia: month, total_centavos }))
}

/// The clinic's account; whoever else would close a month of it waits.
async fn hold(tx: &mut TenantTx) -> Result<Option<Account>, Problem> {
    let cliente = tx.cliente_id();
    sqlx::query("select from assinaturas where cliente_id = $1 for update")
        .bind(cliente)
        .execute(tx.conn())
        .await?;
    let row = sqlx::query_as(
        "select a.inicio_dia, a.teste_ate, a.vencimento_dia,
                a.teste_ate is not null and not exists (select from aceites_termos t where t.cliente_id = $1)
                  and not exists (select from medicos m where m.cliente_id = $1 and m.gestor)
                  and not exists (select from secretarias s where s.cliente_id = $1 and s.gestor) as ninguem_entrou, c.nome, c.plano, c.encerrado_em, c.suspenso_em, g.nome as pagador_nome,
                g.documento as pagador_documento, g.email as pagador_email,
                (select max(f.competencia) from faturas f where f.cliente_id = $1) as ultima,
                (select f.contado_ate from faturas f where f.cliente_id = $1 order by f.competencia desc limit 1) as contado_ate
         from assinaturas a join clientes c on c.id = a.cliente_id left join pagadores g on g.cliente_id = a.cliente_id
         where a.cliente_id = $1",
    );
    Ok(row.bind(cliente).fetch_optional(tx.conn()).await?)
}

/// Which days of a month are charged: not those of the trial, none before somebody has come in to try it, not those after the clinic was closed, and none of a month it was suspended in from
/// the first day to the last.
fn charged(
    conta: &Account,
    month: Date,
    closed: Option<Date>,
    suspended: Option<Date>,
) -> Result<Mes, Problem> {
    let mut mes = Mes::inteiro(month);
    mes.desde = mes.desde.max(conta.inicio_dia);
    if let Some(last) = conta.teste_ate {
        mes.desde = mes.desde.max(last.tomorrow().map_err(|_| Problem::Internal)?);
    }
    if let Some(closed) = closed {
        mes.ate = mes.ate.min(closed);
    }
    if suspended.is_some_and(|day| day < month) || conta.ninguem_entrou {
        mes.desde = mes.ate.tomorrow().map_err(|_| Problem::Internal)?;
    }
    Ok(mes)
}

/// The plans of a month, told by the changes since: the clinic's row may have another plan by now. With the name of the last.
async fn stretches(tx: &mut TenantTx, month: Date, now: &str) -> Result<(String, Vec<Trecho>), Problem> {
    let changes: Vec<Mudou> = sqlx::query_as(
        "select m.vale_dia, m.plano_de, d.titulo as titulo_de, m.preco_de_centavos, m.plano_para, p.titulo as titulo_para,
                m.preco_para_centavos
         from mudancas_plano m join planos d on d.nome = m.plano_de join planos p on p.nome = m.plano_para
         where m.cliente_id = $1 and m.aplicada_em is not null and m.vale_dia >= $2 order by m.vale_dia, m.id",
    )
    .bind(tx.cliente_id())
    .bind(month.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    // A change within the month said what it costs; one of later was made at another month's price.
    let (mut plano, first) = if let Some(change) = changes.first() {
        let within = change.vale_dia <= month.last_of_month() && change.vale_dia > month;
        let preco = if within {
            change.preco_de_centavos
        } else {
            prices(tx, &change.plano_de, month).await?.preco_centavos
        };
        (change.plano_de.clone(), (change.titulo_de.clone(), preco))
    } else {
        let precos = prices(tx, now, month).await?;
        (now.to_owned(), (precos.titulo, precos.preco_centavos))
    };
    let mut trechos = vec![Trecho { titulo: first.0, preco_centavos: first.1, desde: month }];
    for change in changes.into_iter().filter(|change| change.vale_dia <= month.last_of_month()) {
        plano = change.plano_para;
        let (titulo, preco_centavos) = (change.titulo_para, change.preco_para_centavos);
        trechos.push(Trecho { titulo, preco_centavos, desde: change.vale_dia });
    }
    Ok((plano, trechos))
}

/// What a plan costs and includes in a month: what was changed within it counts from the next.
async fn prices(tx: &mut TenantTx, plano: &str, month: Date) -> Result<Precos, Problem> {
    let row = sqlx::query_as(
        "select p.titulo, v.preco_centavos, v.limite_profissionais, v.limite_agendamentos_mes, v.limite_mensagens_mes,
                v.excedente_profissional_centavos, v.excedente_agendamento_centavos, v.excedente_mensagem_centavos
         from planos p cross join hi_valores_do_plano(p.nome, $2) v where p.nome = $1",
    );
    Ok(row.bind(plano).bind(month.to_sqlx()).fetch_one(tx.conn()).await?)
}

/// What went beyond the plan, of what has a price.
async fn excess(
    tx: &mut TenantTx,
    month: Date,
    plano: &str,
    counted: (Timestamp, Timestamp),
) -> Result<Vec<Excedente>, Problem> {
    let precos = prices(tx, plano, month).await?;
    let used = limites::counted(tx, counted).await?;
    let all = [
        ("agendamentos", used.visits, precos.limite_agendamentos_mes, precos.excedente_agendamento_centavos),
        (
            "mensagens da equipe",
            used.messages,
            precos.limite_mensagens_mes,
            precos.excedente_mensagem_centavos,
        ),
        (
            "profissionais",
            used.professionals,
            precos.limite_profissionais,
            precos.excedente_profissional_centavos,
        ),
    ];
    let priced = all.into_iter().filter_map(|(nome, usados, most, price)| {
        Some(Excedente { nome, usados, incluidos: i64::from(most?), unitario_centavos: price? })
    });
    Ok(priced.collect())
}

/// What is taken off a month, percentages first: they are of all that is charged.
async fn discounts(tx: &mut TenantTx, month: Date) -> Result<Vec<Desconto>, Problem> {
    let rows: Vec<(Option<i32>, Option<i64>, String)> = sqlx::query_as(
        "select percentual, centavos, motivo from descontos
         where cliente_id = $1 and de_mes <= $2 and (ate_mes is null or ate_mes >= $2) and encerrado_em is null
         order by percentual is null, id",
    )
    .bind(tx.cliente_id())
    .bind(month.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    let read = |(percent, centavos, motivo): (Option<i32>, Option<i64>, String)| {
        let valor =
            percent.map(|percent| Valor::Percentual(i64::from(percent))).or(centavos.map(Valor::Centavos))?;
        Some(Desconto { motivo, valor })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

async fn insert(
    tx: &mut TenantTx,
    conta: &Account,
    (month, plano, counted_to): (Date, &str, Timestamp),
    total: i64,
    now: Timestamp,
) -> Result<FaturaId, Problem> {
    let due = fatura::vencimento(month, i8::try_from(conta.vencimento_dia).unwrap_or(10));
    let id = sqlx::query_scalar(
        "insert into faturas (cliente_id, competencia, estado, plano, total_centavos, vencimento, pagador_nome, pagador_documento,
                              pagador_email, emitida_em, contado_ate)
         values ($1, $2, case when $4 = 0 then 'isenta' else 'aberta' end, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(tx.cliente_id())
    .bind(month.to_sqlx())
    .bind(plano)
    .bind(total)
    .bind(due.to_sqlx())
    .bind(conta.pagador_nome.as_deref().unwrap_or(&conta.nome))
    .bind(&conta.pagador_documento)
    .bind(&conta.pagador_email)
    .bind(now.to_sqlx())
    .bind(counted_to.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

async fn lines(tx: &mut TenantTx, id: FaturaId, itens: &[Item]) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    for item in itens {
        sqlx::query(
            "insert into fatura_itens (cliente_id, fatura_id, tipo, descricao, quantidade, unitario_centavos, total_centavos)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(cliente)
        .bind(id)
        .bind(item.tipo.as_str())
        .bind(&item.descricao)
        .bind(item.quantidade)
        .bind(item.unitario_centavos)
        .bind(item.total_centavos)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Keeps the text of an invoice's Pix.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_pix(tx: &mut TenantTx, id: FaturaId, pix: &str) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update faturas set pix = $3 where cliente_id = $1 and id = $2");
    update.bind(cliente).bind(id).bind(pix).execute(tx.conn()).await?;
    Ok(())
}
