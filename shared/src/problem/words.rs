//! What a refusal says, in Portuguese: whole sentences, no jargon, and what to do next.

use super::Problem;
use crate::portuguese;

const TOO_EARLY: &str =
    "Isto só pode ser registrado a partir do dia da consulta; uma falta, a partir do horário marcado.";

const OFFER_CLOSED: &str =
    "Este horário já foi para outra pessoa, ou a oferta terminou. O lugar na lista de espera continua.";
const HOLD_EXPIRED: &str =
    "O tempo para confirmar acabou e o horário foi liberado. Escolha de novo, por favor.";

impl Problem {
    /// The fixed title of the kind.
    pub fn title(&self) -> &'static str {
        match self {
            Self::UnknownTenant => "Clínica não encontrada",
            Self::TenantSuspended { .. } => "Clínica suspensa",
            Self::NotAuthenticated => "É preciso entrar",
            Self::WrongCredentials => "E-mail ou senha incorretos",
            Self::WebhookNotAuthenticated => "Webhook não autenticado",
            Self::Forbidden => "Sem permissão",
            Self::OriginRefused => "Pedido de outra página",
            Self::NotFound => "Não encontrado",
            Self::MethodNotAllowed => "Método não permitido",
            Self::SlotTaken { .. } => "Horário ocupado",
            Self::SlotRefused { .. } => "Horário indisponível",
            Self::TransitionRefused { .. } => "Mudança de status inválida",
            Self::TooLate { .. } => "Fora do prazo",
            Self::TooEarly => "Ainda é cedo",
            Self::Stale => "Mudou enquanto você olhava",
            Self::OfferClosed => "Oferta encerrada",
            Self::RequestClosed => "Pedido encerrado",
            Self::HoldExpired => "Reserva vencida",
            Self::WrongCode => "Código incorreto",
            Self::AlreadyExists { .. } => "Já existe",
            Self::Conflict { .. } => "Isso não é possível agora",
            Self::IdempotencyKeyReused => "Chave de idempotência reutilizada",
            Self::InvalidFields { .. } => "Confira os campos",
            Self::MalformedBody { .. } => "Corpo malformado",
            Self::UnsupportedMediaType => "Tipo de conteúdo não aceito",
            Self::PayloadTooLarge => "Corpo grande demais",
            Self::TooManyAttempts { .. } => "Muitas tentativas",
            Self::TooManyRequests { .. } => "Muitos pedidos seguidos",
            Self::TooManyCodes { .. } => "Muitos códigos enviados",
            Self::TooManyHolds { .. } => "Muitos horários guardados",
            Self::TooManyExports { .. } => "Muitas exportações",
            Self::TooManyChanges { .. } => "Muitas mudanças",
            Self::DailyLimit { .. } => "Limite do dia",
            Self::OneAtATime => "Uma leitura grande de cada vez",
            Self::ChangeInCourse => "Uma mudança grande de cada vez",
            Self::TooManyBlocks { .. } => "Muitos bloqueios",
            Self::TooManyWaiting { .. } => "Lista de espera cheia",
            Self::TooManyHolidays { .. } => "Muitos dias da clínica",
            Self::TooManyOnPhone { .. } => "Muitos cadastros com este telefone",
            Self::TooManyEncaixes { .. } => "Muitos encaixes no dia",
            Self::TooManyUnsent { .. } => "Muitas mensagens esperando",
            Self::PlanLimit { .. } => "Limite do plano",
            Self::Unavailable => "Serviço indisponível no momento",
            Self::Internal => "Erro interno",
        }
    }

    /// What happened in this case and what to do next.
    pub fn detail(&self) -> String {
        let fixed = match self {
            Self::SlotRefused { reason, .. } => return reason.clone(),
            Self::AlreadyExists { detail } | Self::Conflict { detail } | Self::MalformedBody { detail } => {
                return detail.clone();
            }
            Self::TenantSuspended { reason: Some(reason) } => return suspended(reason),
            Self::TransitionRefused { from, to } => return no_way(from, to),
            Self::TooManyAttempts { retry_after_seconds } => return many_attempts(*retry_after_seconds),
            Self::TooManyRequests { retry_after_seconds } => return many_requests(*retry_after_seconds),
            Self::TooManyCodes { retry_after_seconds } => return many_codes(*retry_after_seconds),
            Self::TooManyHolds { retry_after_seconds } => return many_holds(*retry_after_seconds),
            Self::TooManyExports { retry_after_seconds } => return many_exports(*retry_after_seconds),
            Self::TooManyChanges { retry_after_seconds } => return many_changes(*retry_after_seconds),
            Self::TooManyBlocks { most } => return many_blocks(*most),
            Self::TooManyWaiting { most, of_one } => return many_wait(*most, *of_one),
            Self::TooManyHolidays { most } => return many_holidays(*most),
            Self::TooManyOnPhone { most } => return many_on_phone(*most),
            Self::TooManyEncaixes { most } => return many_encaixes(*most),
            Self::TooManyUnsent { most, to_one } => return many_unsent(*most, *to_one),
            Self::PlanLimit { limit, most } => return plan_limit(limit, *most),
            Self::DailyLimit { most, .. } => return day_is_over(*most),
            Self::TooLate { minutes } => return too_late(*minutes),
            Self::TooEarly => TOO_EARLY,
            Self::Stale => "Alguém mudou isto antes de você. Recarregue a página e confira.",
            Self::OfferClosed => OFFER_CLOSED,
            Self::RequestClosed => "Este pedido já foi respondido, ou o horário dele já passou.",
            Self::HoldExpired => HOLD_EXPIRED,
            Self::WrongCode => {
                "O código não confere ou venceu. Confira a mensagem no WhatsApp ou peça outro."
            }
            Self::UnknownTenant => {
                "Não existe uma clínica neste endereço. Confira se ele está escrito corretamente."
            }
            Self::TenantSuspended { reason: None } => {
                "O acesso desta clínica está suspenso. Fale com o suporte para reativar."
            }
            Self::NotAuthenticated => "Entre para continuar.",
            Self::WrongCredentials => "Confira o e-mail e a senha e tente de novo.",
            Self::WebhookNotAuthenticated => "O segredo do webhook falta ou não confere.",
            Self::OriginRefused => {
                "Este pedido não veio de uma página deste endereço. Abra o sistema de novo e repita."
            }
            Self::Forbidden => "Seu usuário não tem permissão para isto. Peça a quem administra os acessos.",
            Self::NotFound => "Não encontramos o que você procura. Pode ter sido removido.",
            Self::MethodNotAllowed => "Este endereço existe, mas não aceita esta operação.",
            Self::SlotTaken { .. } => "Este horário acabou de ser ocupado. Escolha outro, por favor.",
            Self::IdempotencyKeyReused => {
                "Esta chave de idempotência já foi usada com outro pedido. Gere uma nova."
            }
            Self::InvalidFields { .. } => "Alguns campos faltam ou não estão corretos.",
            Self::UnsupportedMediaType => "Envie o corpo como application/json.",
            Self::PayloadTooLarge => "O corpo enviado passa do tamanho permitido.",
            Self::Unavailable => {
                "Não conseguimos responder agora. Nada foi perdido; tente de novo em instantes."
            }
            Self::OneAtATime => "Outra pesquisa longa da clínica está em curso. Tente de novo em instantes.",
            Self::ChangeInCourse => "Outra mudança grande está em curso. Tente de novo em instantes.",
            Self::Internal => "Algo deu errado do nosso lado. Se continuar, fale com o suporte.",
        };
        fixed.to_owned()
    }

    /// The same for the request named `instance`, by which support finds what went wrong.
    pub(super) fn detail_of(&self, instance: &str) -> String {
        match self {
            Self::Internal if !instance.is_empty() => format!(
                "Algo deu errado do nosso lado. Se continuar, fale com o suporte e diga este número: {instance}."
            ),
            _ => self.detail(),
        }
    }
}

fn suspended(reason: &str) -> String {
    format!("O acesso desta clínica está suspenso: {reason}. Fale com o suporte para reativar.")
}

/// A step that is not to be taken, in words for people. An arrival is a step and no status, and who moved a visit again and again sees it where it was.
fn no_way(from: &str, to: &str) -> String {
    if (from, to) == ("remarcado", "remarcado") {
        return "Esta consulta já mudou de horário várias vezes hoje. Tente amanhã ou fale com a clínica."
            .to_owned();
    }
    let (from, to) = (from.replace('_', " "), to.replace('_', " "));
    let refused = if to == "chegada" {
        "a chegada não pode mais mudar".to_owned()
    } else {
        format!("não pode passar a “{to}”")
    };
    format!("O agendamento está como “{from}” e {refused}. Recarregue a agenda e confira.")
}

/// The clinic's limit in words.
fn too_late(minutes: i32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 0) => "A consulta já começou.".to_owned(),
        (0, minutes) => format!("Isto só pode ser feito até {minutes} min antes da consulta."),
        (hours, 0) => format!("Isto só pode ser feito até {hours} h antes da consulta."),
        (hours, minutes) => format!("Isto só pode ser feito até {hours} h {minutes} min antes da consulta."),
    }
}

fn many_attempts(seconds: u64) -> String {
    format!("Foram muitas tentativas seguidas. Tente de novo em {}.", portuguese::wait(seconds))
}

/// Programs meet it, hardly ever a person.
fn many_requests(seconds: u64) -> String {
    let wait = portuguese::wait(seconds);
    format!("Chegaram pedidos demais em pouco tempo. Espere {wait} e tente de novo.")
}

/// Whoever reads it did nothing wrong, and has another way: who writes first needs no code.
fn many_codes(seconds: u64) -> String {
    let wait = portuguese::wait(seconds);
    format!(
        "O WhatsApp da clínica já enviou muitos códigos e, para proteger o número dela, não envia outro agora. Para marcar, \
         escreva você para o WhatsApp da clínica ou ligue; por aqui, tente de novo em {wait}."
    )
}

fn many_exports(seconds: u64) -> String {
    let wait = portuguese::wait(seconds);
    format!(
        "Foram muitas exportações na última hora. Para proteger os dados dos pacientes, espere {wait} e tente de novo."
    )
}

fn many_changes(seconds: u64) -> String {
    let wait = portuguese::wait(seconds);
    format!(
        "Este agendamento já foi mudado muitas vezes em um dia. Espere {wait} para mudá-lo de novo, ou cancele-o e marque outro."
    )
}

/// Whoever reads it did nothing wrong: others sit in the same waiting room.
fn many_holds(seconds: u64) -> String {
    let wait = portuguese::wait(seconds);
    format!(
        "Outras pessoas estão escolhendo horários pela mesma rede. Tente de novo em {wait} ou fale com a clínica."
    )
}

fn many_blocks(most: i64) -> String {
    format!(
        "Esta agenda já tem {most} bloqueios daqui para a frente. Desfaça os que não valem mais; para dias que se repetem, mude o \
         horário de atendimento."
    )
}

fn many_wait(most: i64, of_one: bool) -> String {
    if of_one {
        return format!(
            "Este paciente já está na lista de espera {most} vezes. Tire da lista o que não vale mais e tente de novo."
        );
    }
    format!(
        "A lista de espera da clínica já tem {most} lugares. Tire dela quem não espera mais e tente de novo."
    )
}

fn many_unsent(most: i64, to_one: bool) -> String {
    let whose = if to_one { "desta conversa" } else { "da clínica" };
    format!(
        "{most} mensagens {whose} ainda esperam para sair. Confira a conexão do WhatsApp e escreva de novo quando saírem."
    )
}

fn many_holidays(most: i64) -> String {
    format!(
        "A clínica já tem {most} dias próprios. Remova os que passaram; para o que se repete, marque que volta todo ano."
    )
}

fn many_on_phone(most: i64) -> String {
    format!(
        "Este telefone já está em {most} cadastros. Use outro telefone; a clínica pode unir os que são da mesma pessoa."
    )
}

fn many_encaixes(most: i64) -> String {
    format!("Este profissional já tem {most} encaixes neste dia. Escolha outro dia ou um horário livre.")
}

fn day_is_over(most: u32) -> String {
    format!("A clínica já fez isto {most} vezes hoje, o máximo de um dia. Amanhã é possível de novo.")
}

/// Which limit it is, and what to do.
fn plan_limit(limit: &str, most: i64) -> String {
    let what = match limit {
        "profissionais" => format!("O plano da clínica inclui até {most} profissionais ativos"),
        "unidades" if most == 1 => "O plano da clínica inclui uma unidade ativa".to_owned(),
        "unidades" => format!("O plano da clínica inclui até {most} unidades ativas"),
        "mensagens" => {
            format!(
                "O plano da clínica inclui {most} mensagens da equipe por mês, e as deste mês já foram usadas"
            )
        }
        _ => format!(
            "O plano da clínica inclui {most} agendamentos por mês, e os do mês escolhido já foram usados"
        ),
    };
    format!("{what}. Para continuar, fale com o suporte e mude de plano.")
}
