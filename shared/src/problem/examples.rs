//! One of each kind of [`Problem`].

use super::Problem;

/// Writes [`Problem::examples`] from a list that does not compile when it lacks a kind.
macro_rules! examples {
    ($($kind:ident $({ $($field:ident: $value:expr),+ })?),+ $(,)?) => {
        impl Problem {
            /// One of each kind, for the checks that walk the catalogue.
            pub fn examples() -> Vec<Self> {
                let _all_are_listed: fn(&Self) = |problem| match problem {
                    $(Self::$kind { .. })|+ => (),
                };
                vec![$(Self::$kind $({ $($field: $value),+ })?),+]
            }
        }
    };
}

examples! {
    UnknownTenant,
    TenantSuspended { reason: None },
    NotAuthenticated,
    WrongCredentials,
    WebhookNotAuthenticated,
    Forbidden,
    OriginRefused,
    NotFound,
    MethodNotAllowed,
    SlotTaken { alternatives: Vec::new() },
    SlotRefused { reason: String::new(), alternatives: Vec::new() },
    TransitionRefused { from: "realizado", to: "agendado" },
    TooLate { minutes: 120 },
    TooEarly,
    Stale,
    OfferClosed,
    RequestClosed,
    HoldExpired,
    WrongCode,
    AlreadyExists { detail: String::new() },
    Conflict { detail: String::new() },
    IdempotencyKeyReused,
    InvalidFields { fields: Vec::new() },
    MalformedBody { detail: String::new() },
    UnsupportedMediaType,
    PayloadTooLarge,
    TooManyAttempts { retry_after_seconds: 1 },
    TooManyRequests { retry_after_seconds: 10 },
    TooManyCodes { retry_after_seconds: 7200 },
    TooManyHolds { retry_after_seconds: 300 },
    TooManyExports { retry_after_seconds: 1800 },
    TooManyChanges { retry_after_seconds: 7200 },
    DailyLimit { most: 20, retry_after_seconds: 3600 },
    OneAtATime,
    ChangeInCourse,
    TooManyBlocks { most: 500 },
    TooManyWaiting { most: 2000, of_one: false },
    TooManyHolidays { most: 400 },
    TooManyOnPhone { most: 50 },
    TooManyEncaixes { most: 50 },
    TooManyUnsent { most: 50, to_one: true },
    PlanLimit { limit: "agendamentos", most: 400 },
    Unavailable,
    Internal,
}
