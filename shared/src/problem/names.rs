//! What a refusal is called and which HTTP status it has; neither ever changes.

use http::StatusCode;

use super::Problem;

impl Problem {
    /// The stable name, as answers and log lines have it.
    pub fn codigo(&self) -> String {
        self.slug().replace('-', "_")
    }

    /// The anchor of the documentation; everywhere else a problem is its [`codigo`](Self::codigo).
    pub(super) fn slug(&self) -> &'static str {
        match self {
            Self::UnknownTenant => "tenant-nao-identificado",
            Self::TenantSuspended { .. } => "clinica-suspensa",
            Self::NotAuthenticated => "nao-autenticado",
            Self::WrongCredentials => "credenciais-invalidas",
            Self::WebhookNotAuthenticated => "webhook-nao-autenticado",
            Self::Forbidden => "sem-permissao",
            Self::OriginRefused => "origem-recusada",
            Self::NotFound => "nao-encontrado",
            Self::MethodNotAllowed => "metodo-nao-permitido",
            Self::SlotTaken { .. } => "horario-ocupado",
            Self::SlotRefused { .. } => "horario-indisponivel",
            Self::TransitionRefused { .. } => "mudanca-de-status-invalida",
            Self::TooLate { .. } => "fora-do-prazo",
            Self::TooEarly => "cedo-demais",
            Self::Stale => "versao-desatualizada",
            Self::OfferClosed => "oferta-encerrada",
            Self::RequestClosed => "pedido-encerrado",
            Self::HoldExpired => "reserva-vencida",
            Self::WrongCode => "codigo-incorreto",
            Self::AlreadyExists { .. } => "ja-existe",
            Self::Conflict { .. } => "conflito",
            Self::IdempotencyKeyReused => "chave-de-idempotencia-reutilizada",
            Self::InvalidFields { .. } => "campos-invalidos",
            Self::MalformedBody { .. } => "corpo-malformado",
            Self::UnsupportedMediaType => "tipo-de-conteudo-nao-aceito",
            Self::PayloadTooLarge => "corpo-grande-demais",
            Self::TooManyAttempts { .. } => "muitas-tentativas",
            Self::TooManyRequests { .. } => "muitos-pedidos",
            Self::TooManyCodes { .. } => "muitos-codigos",
            Self::TooManyHolds { .. } => "muitas-reservas",
            Self::TooManyExports { .. } => "muitas-exportacoes",
            Self::TooManyChanges { .. } => "muitas-mudancas",
            Self::DailyLimit { .. } => "limite-do-dia",
            Self::OneAtATime => "uma-consulta-pesada",
            Self::ChangeInCourse => "mudanca-em-curso",
            Self::TooManyBlocks { .. } => "muitos-bloqueios",
            Self::TooManyWaiting { .. } => "lista-de-espera-cheia",
            Self::TooManyHolidays { .. } => "muitos-feriados",
            Self::TooManyOnPhone { .. } => "muitos-no-telefone",
            Self::TooManyEncaixes { .. } => "muitos-encaixes",
            Self::TooManyUnsent { .. } => "muitas-mensagens-esperando",
            Self::PlanLimit { .. } => "limite-do-plano",
            Self::Unavailable => "indisponivel",
            Self::Internal => "erro-interno",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::UnknownTenant | Self::NotFound => StatusCode::NOT_FOUND,
            Self::TenantSuspended { .. } => StatusCode::PAYMENT_REQUIRED,
            Self::NotAuthenticated | Self::WrongCredentials | Self::WebhookNotAuthenticated => {
                StatusCode::UNAUTHORIZED
            }
            Self::Forbidden | Self::OriginRefused => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SlotTaken { .. }
            | Self::TransitionRefused { .. }
            | Self::TooLate { .. }
            | Self::TooEarly
            | Self::Stale
            | Self::OfferClosed
            | Self::RequestClosed
            | Self::HoldExpired
            | Self::AlreadyExists { .. }
            | Self::Conflict { .. }
            | Self::TooManyBlocks { .. }
            | Self::TooManyWaiting { .. }
            | Self::TooManyHolidays { .. }
            | Self::TooManyOnPhone { .. }
            | Self::TooManyEncaixes { .. }
            | Self::TooManyUnsent { .. }
            | Self::PlanLimit { .. } => StatusCode::CONFLICT,
            Self::SlotRefused { .. }
            | Self::WrongCode
            | Self::IdempotencyKeyReused
            | Self::InvalidFields { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::MalformedBody { .. } => StatusCode::BAD_REQUEST,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooManyAttempts { .. }
            | Self::TooManyRequests { .. }
            | Self::TooManyCodes { .. }
            | Self::TooManyHolds { .. }
            | Self::TooManyExports { .. }
            | Self::TooManyChanges { .. }
            | Self::OneAtATime
            | Self::ChangeInCourse
            | Self::DailyLimit { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
