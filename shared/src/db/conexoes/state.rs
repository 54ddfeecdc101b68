//! What a connection can be, and how it gets from one state to the next. No statement here: a row is a value that changes.

use jiff::{SignedDuration, Timestamp};

use crate::domain::telefone::Telefone;
use crate::whatsapp::{Account, Code, ConnectionState};

/// How long a code can be scanned.
pub const CODE_LIVES: SignedDuration = SignedDuration::from_secs(45);
/// An event that is older than another by more is not late: the server's clock was set back. Evolution repeats a post for twenty minutes.
const LATEST: SignedDuration = SignedDuration::from_mins(30);

/// How long WhatsApp looks closely at what a number sends.
pub(crate) const NEW_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// `conexoes.estado`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estado {
    /// Nobody looked yet.
    Desconhecida,
    /// It tries.
    Conectando,
    /// Messages flow, or should.
    Aberta,
    /// Somebody must scan a code.
    Fechada,
    /// Codes were shown and nobody scanned one.
    Recusada,
}

impl Estado {
    pub(super) fn of(text: &str) -> Self {
        match text {
            "conectando" => Self::Conectando,
            "aberta" => Self::Aberta,
            "fechada" => Self::Fechada,
            "recusada" => Self::Recusada,
            _ => Self::Desconhecida,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Desconhecida => "desconhecida",
            Self::Conectando => "conectando",
            Self::Aberta => "aberta",
            Self::Fechada => "fechada",
            Self::Recusada => "recusada",
        }
    }
}

impl From<ConnectionState> for Estado {
    fn from(state: ConnectionState) -> Self {
        match state {
            ConnectionState::Open => Self::Aberta,
            ConnectionState::Connecting => Self::Conectando,
            ConnectionState::Closed => Self::Fechada,
            ConnectionState::Refused => Self::Recusada,
        }
    }
}

/// Why a connection that says it is open is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Nobody writes at an hour at which people do.
    Silence,
    /// WhatsApp confirms nothing of what is sent.
    Sends,
}

impl Suspicion {
    pub(super) fn of(text: &str) -> Option<Self> {
        match text {
            "silencio" => Some(Self::Silence),
            "envios" => Some(Self::Sends),
            _ => None,
        }
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Silence => "silencio",
            Self::Sends => "envios",
        }
    }
}

/// A clinic's connection. `Debug` shows no number and no code.
#[derive(Clone, PartialEq, Eq)]
pub struct Conexao {
    /// The state.
    pub estado: Estado,
    /// Since when.
    pub desde: Option<Timestamp>,
    /// The last event's own time; see [`crate::whatsapp::Connection::stamp`].
    pub evento_em: Option<Timestamp>,
    /// When the state was last told or seen.
    pub visto_em: Option<Timestamp>,
    /// WhatsApp's code for the end of it.
    pub motivo: Option<u16>,
    /// Since when it has not been open.
    pub caiu_em: Option<Timestamp>,
    /// The account's number; kept when the connection ends.
    pub numero: Option<String>,
    /// When this number was connected first, if that was seen: WhatsApp looks at what new numbers send.
    pub numero_desde: Option<Timestamp>,
    /// The number a code to type was last asked for, until it is connected or the code is of no use.
    pub numero_pedido: Option<String>,
    /// The number that should have been connected when another was.
    pub numero_esperado: Option<String>,
    /// The account's name.
    pub perfil: Option<String>,
    /// The text of a QR code to be scanned …
    pub qr: Option<String>,
    /// … and when it came.
    pub qr_em: Option<Timestamp>,
    /// What can be typed instead.
    pub codigo_pareamento: Option<String>,
    /// How often it tried since it was open.
    pub tentativas: i32,
    /// When somebody last looked.
    pub verificada_em: Option<Timestamp>,
    /// How often in a row Evolution did not say.
    pub falhas: i32,
    /// Since when it is not believed to be open …
    pub suspeita_desde: Option<Timestamp>,
    /// … and why.
    pub suspeita_motivo: Option<Suspicion>,
    /// When it was last restarted for that.
    pub reiniciada_em: Option<Timestamp>,
    /// From when on messages may have been missed.
    pub recuperar_desde: Option<Timestamp>,
}

impl std::fmt::Debug for Conexao {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conexao")
            .field("estado", &self.estado)
            .field("suspeita", &self.suspeita_motivo)
            .finish_non_exhaustive()
    }
}

/// Whose account is connected, by what was asked for and what the clinic had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The one it was.
    Known,
    /// The first that is heard of.
    First,
    /// The one that was missing since another took its place.
    Back,
    /// Another than this.
    Other {
        /// Digits.
        expected: String,
    },
}

/// What was told of a connection, or seen.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The state.
    pub estado: Estado,
    /// WhatsApp's code.
    pub motivo: Option<u16>,
    /// Whose account it is.
    pub account: Option<Account>,
    /// An event's own time; none for what was asked.
    pub stamp: Option<Timestamp>,
    /// When it was received, or asked for.
    pub at: Timestamp,
}

impl Conexao {
    /// Takes on what was seen; `false` when something newer is known.
    pub fn enter(&mut self, seen: &Seen) -> bool {
        if !self.is_news(seen.stamp, seen.at) {
            return false;
        }
        let before = self.estado;
        if before != seen.estado {
            self.estado = seen.estado;
            self.desde = Some(seen.at);
        }
        if seen.estado == Estado::Aberta {
            self.open(before, seen);
        } else {
            if before == Estado::Aberta || self.caiu_em.is_none() {
                self.caiu_em = Some(seen.at);
            }
            let again = before == seen.estado;
            self.motivo = seen.motivo.or(self.motivo.filter(|_| again));
            if seen.estado == Estado::Conectando {
                self.motivo = None;
                self.tentativas = self.tentativas.saturating_add(1);
            } else {
                self.forget_code();
                // One that is restarted because it is not believed tries to connect, and is believed no more for that.
                self.forget_suspicion();
            }
        }
        true
    }

    /// Takes on a code; `false` when it is of no use any more.
    pub fn show(&mut self, code: &Code, at: Timestamp, now: Timestamp) -> bool {
        let lives = now.duration_since(at) < CODE_LIVES;
        if !lives || self.estado == Estado::Aberta || !self.is_news(code.stamp, at) {
            return false;
        }
        if self.estado != Estado::Conectando {
            self.estado = Estado::Conectando;
            self.desde = Some(at);
        }
        self.caiu_em = self.caiu_em.or(Some(at));
        if code.pairing.is_none() {
            self.numero_pedido = None;
        }
        self.qr = Some(code.qr.clone());
        self.codigo_pareamento.clone_from(&code.pairing);
        self.qr_em = Some(at);
        true
    }

    /// The code that can be scanned now, and until when.
    pub fn code(&self, now: Timestamp) -> Option<(&str, Timestamp)> {
        let until = self.qr_em? + CODE_LIVES;
        self.qr.as_deref().filter(|_| now < until && self.estado != Estado::Aberta).map(|code| (code, until))
    }

    /// Whether the number was connected first less than a week ago.
    pub fn is_new(&self, now: Timestamp) -> bool {
        self.numero_desde.is_some_and(|first| now.duration_since(first) < NEW_FOR)
    }

    /// Who `number` is, before it is taken on; `registered` is the number the operator wrote down for the clinic.
    pub fn owner(&self, number: &str, registered: Option<String>) -> Owner {
        let other = |expected: &String| !is_same_number(expected, number);
        if let Some(expected) = self.numero_pedido.clone().filter(other) {
            return Owner::Other { expected };
        }
        let had = self.numero_esperado.as_ref().or(self.numero.as_ref()).cloned().or(registered);
        match had {
            Some(expected) if other(&expected) => Owner::Other { expected },
            Some(_) if self.numero_esperado.is_some() => Owner::Back,
            _ if self.numero.is_none() => Owner::First,
            _ => Owner::Known,
        }
    }

    /// It is believed again.
    pub fn forget_suspicion(&mut self) {
        self.suspeita_desde = None;
        self.suspeita_motivo = None;
    }

    fn open(&mut self, before: Estado, seen: &Seen) {
        let mut same = true;
        // Somebody scanned a code, and no number was known: there was nothing to be missed before.
        let first = self.numero.is_none() && self.qr.is_some();
        if let Some(account) = &seen.account {
            let known = self.numero.as_deref();
            same = known.is_none_or(|known| known == account.number);
            // Not seen to be connected, it may have been so for years.
            if first || known.is_some_and(|known| known != account.number) {
                self.numero_desde = Some(seen.at);
            }
            self.numero = Some(account.number.clone());
            self.perfil = account.profile.clone().or_else(|| self.perfil.take().filter(|_| same));
        }
        let away = before != Estado::Aberta && before != Estado::Desconhecida;
        let missed = self.caiu_em.filter(|_| away && same && !first && self.numero.is_some());
        // What another number missed is none of this one's.
        self.recuperar_desde =
            if same { [self.recuperar_desde, missed].into_iter().flatten().min() } else { None };
        self.caiu_em = None;
        self.motivo = None;
        self.tentativas = 0;
        self.falhas = 0;
        self.forget_code();
    }

    fn forget_code(&mut self) {
        self.qr = None;
        self.qr_em = None;
        self.codigo_pareamento = None;
        self.numero_pedido = None;
    }

    /// Posts overtake one another, so an event is compared with the last by the server's own clock. What was asked for is compared by ours:
    /// an answer may be older than an event that came meanwhile.
    fn is_news(&mut self, stamp: Option<Timestamp>, at: Timestamp) -> bool {
        let late = match (stamp, self.evento_em) {
            (Some(stamp), Some(last)) => stamp < last && last.duration_since(stamp) < LATEST,
            (Some(_), None) => false,
            (None, _) => self.visto_em.is_some_and(|seen| seen > at),
        };
        if late {
            return false;
        }
        self.evento_em = stamp.or(self.evento_em);
        self.visto_em = Some(self.visto_em.map_or(at, |seen| seen.max(at)));
        true
    }
}

/// One person's phone has one number with and without the ninth digit.
fn is_same_number(a: &str, b: &str) -> bool {
    let phone = |digits: &str| Telefone::parse(&format!("+{digits}")).ok();
    a == b || phone(a).is_some_and(|a| Some(a) == phone(b))
}

#[cfg(test)]
mod tests;
