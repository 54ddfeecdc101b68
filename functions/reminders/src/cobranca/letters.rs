//! What clinics are written about what they pay, and when. Kind, short, with what to do.

use jiff::Timestamp;
use jiff::civil::Date;
use shared::db::faturas::Fatura;
use shared::portuguese::reais;

use super::GRACE_DAYS;

/// A letter about an open invoice; each is written once, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aviso {
    /// It is there.
    Emitida,
    /// It is due in three days; stored as the eve, which it once was called.
    Antes,
    /// It is due today.
    Hoje,
    /// It is three days late.
    Atraso,
    /// It is ten days late: when the days of grace are over the clinic is suspended.
    Ultimo,
    /// The clinic is suspended.
    Suspensao,
}

/// Days from the one an invoice is due at which a letter is written: three before, the day itself, late, the last.
pub(super) const DAYS: [i32; 4] = [-3, 0, 3, 10];

impl Aviso {
    /// As it is stored.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Emitida => "emitida",
            Self::Antes => "vespera",
            Self::Hoje => "hoje",
            Self::Atraso => "atraso",
            Self::Ultimo => "ultimo",
            Self::Suspensao => "suspensao",
        }
    }

    /// The letter for today, when it is a later one than the `last`. Those in between are left out: after a stop nobody is written three at once.
    pub(super) fn due(last: Option<&str>, vencimento: Date, today: Date) -> Option<Self> {
        let late = vencimento.until(today).map_or(0, |span| span.get_days());
        let now = match DAYS.iter().filter(|day| **day <= late).count() {
            0 => Self::Emitida,
            1 => Self::Antes,
            2 => Self::Hoje,
            3 => Self::Atraso,
            _ => Self::Ultimo,
        };
        let all = [Self::Emitida, Self::Antes, Self::Hoje, Self::Atraso, Self::Ultimo, Self::Suspensao];
        let last = last.and_then(|last| all.into_iter().find(|aviso| aviso.as_str() == last));
        (last < Some(now)).then_some(now)
    }
}

/// A letter, and the name under which it is written once.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) assunto: String,
    pub(super) texto: String,
    pub(super) chave: String,
}

impl Letter {
    /// About an open invoice.
    pub(super) fn of_invoice(aviso: Aviso, clinica: &str, fatura: &Fatura, page: &str, today: Date) -> Self {
        let (mes, dia) = (fatura.competencia.strftime("%m/%Y"), fatura.vencimento.strftime("%d/%m/%Y"));
        let valor = reais(fatura.total_centavos);
        let (assunto, primeiro) = match aviso {
            Aviso::Emitida => (
                format!("Fatura de {mes}: {valor}, vence em {dia}"),
                format!("A fatura de {mes} da {clinica} está pronta: {valor}, com vencimento em {dia}."),
            ),
            Aviso::Antes => (
                format!("Fatura de {mes}: vence em {dia}"),
                format!("Só para lembrar: a fatura de {mes} da {clinica}, de {valor}, vence em {dia}."),
            ),
            Aviso::Hoje => (
                format!("Fatura de {mes}: vence hoje"),
                format!("A fatura de {mes} da {clinica}, de {valor}, vence em {dia}."),
            ),
            Aviso::Atraso => (
                format!("Fatura de {mes} em aberto"),
                format!(
                    "Ainda não vimos o pagamento da fatura de {mes} da {clinica}, de {valor}, que venceu em {dia}."
                ),
            ),
            Aviso::Ultimo => (
                format!("Fatura de {mes} em aberto: o acesso será suspenso"),
                format!(
                    "A fatura de {mes} da {clinica}, de {valor}, venceu em {dia} e continua em aberto. Sem o pagamento, o acesso será \
                     suspenso {GRACE_DAYS} dias depois do vencimento. Se precisar de mais prazo, responda a este e-mail."
                ),
            ),
            Aviso::Suspensao => (
                format!("Acesso suspenso: fatura de {mes} em aberto"),
                format!(
                    "O acesso da {clinica} foi suspenso, porque a fatura de {mes}, de {valor}, venceu em {dia} e continua em aberto. Nada se \
                     perde: a agenda e as conversas ficam guardadas, e o que os pacientes escrevem também. Assim que o pagamento entrar, o \
                     acesso volta sozinho, em poucos minutos."
                ),
            ),
        };
        let texto = format!(
            "Olá!\n\n{primeiro}\n\n{}Para ver os detalhes: {page}\n\nSe o pagamento já foi feito, desconsidere esta mensagem.\n\nEquipe \
             Horário Inteligente\n",
            how_to_pay(fatura)
        );
        Self { assunto, texto, chave: format!("fatura:{}:{}:{today}", fatura.id, aviso.as_str()) }
    }

    /// About a trial that ends.
    pub(super) fn of_trial(clinica: &str, last: Date, page: &str) -> Self {
        let dia = last.strftime("%d/%m");
        let texto = format!(
            "Olá!\n\nO período de teste da {clinica} vai até {dia}. Depois, nada muda na sua agenda: o plano passa a ser cobrado pelos dias \
             de uso, e a primeira fatura chega no começo do mês seguinte.\n\nPara ver o plano e as faturas: {page}\n\nSe não quiser continuar, \
             ou se tiver dúvidas, basta responder a este e-mail.\n\nEquipe Horário Inteligente\n"
        );
        Self {
            assunto: format!("Seu período de teste vai até {dia}"), texto, chave: format!("teste:{last}")
        }
    }

    /// About the access that came back.
    pub(super) fn of_return(clinica: &str, now: Timestamp, page: &str) -> Self {
        let texto = format!(
            "Olá!\n\nO acesso da {clinica} está liberado de novo: a agenda, as conversas e o assistente funcionam como antes. As mensagens que os \
             pacientes mandaram nesse meio-tempo estão nas conversas.\n\nSuas faturas: {page}\n\nObrigado!\n\nEquipe Horário Inteligente\n"
        );
        Self { assunto: "Acesso liberado".to_owned(), texto, chave: format!("retorno:{}", now.as_second()) }
    }
}

fn how_to_pay(fatura: &Fatura) -> String {
    let pix = fatura.pix.as_ref().map(|pix| {
        format!("Para pagar com Pix, copie e cole este código no aplicativo do seu banco:\n\n{pix}\n\n")
    });
    let page = fatura.gateway_url.as_ref().map(|url| format!("Boleto e cartão: {url}\n\n"));
    match (pix, page) {
        (None, None) => "Para receber os dados de pagamento, responda a este e-mail.\n\n".to_owned(),
        (pix, page) => pix.unwrap_or_default() + &page.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_has_its_day_and_comes_once() {
        let due = |last, today: &str| Aviso::due(last, "2026-12-10".parse().unwrap(), today.parse().unwrap());
        for (last, today, expected) in [
            (None, "2026-12-01", Some(Aviso::Emitida)),
            (Some("emitida"), "2026-12-06", None),
            (Some("emitida"), "2026-12-07", Some(Aviso::Antes)),
            (Some("vespera"), "2026-12-09", None),
            (Some("vespera"), "2026-12-10", Some(Aviso::Hoje)),
            (Some("hoje"), "2026-12-12", None),
            (Some("hoje"), "2026-12-13", Some(Aviso::Atraso)),
            (Some("atraso"), "2026-12-20", Some(Aviso::Ultimo)),
            (Some("ultimo"), "2027-01-20", None),
            (Some("suspensao"), "2027-01-20", None),
            (Some("emitida"), "2026-12-14", Some(Aviso::Atraso)),
            (None, "2027-03-01", Some(Aviso::Ultimo)),
        ] {
            assert_eq!(due(last, today), expected, "{last:?} {today}");
        }
    }
}
