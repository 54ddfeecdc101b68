//! How invoices are paid: the platform's own Pix, and a payment gateway behind one door.
//!
//! A [`PaymentGateway`] makes a charge for an invoice, takes it back, and tells what became of it by events ([`Evento`]). Both making and taking back may be
//! repeated: what is there already is found by its reference. Asaas is the first; another one is another variant of `PaymentGateway`.

mod asaas;
pub mod pdf;

use jiff::Timestamp;
use jiff::civil::Date;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::config::Env;
use crate::domain::pix::{Key, Pix};
use crate::id::{ClienteId, FaturaId};

pub use asaas::{Asaas, Hook, URL as ASAAS_URL, parse as parse_asaas};

/// Who receives the platform's own Pix.
#[derive(Debug, Clone)]
pub struct Recebedor {
    chave: Key,
    nome: String,
    cidade: String,
}

impl Recebedor {
    /// The text to pay an invoice with: `txid` names it, letters and digits.
    pub fn copia_e_cola(&self, centavos: i64, txid: &str) -> Option<String> {
        let Self { chave: key, nome: name, cidade: city } = self;
        Pix { key, name, city, centavos: Some(centavos), txid: Some(txid) }.br_code().ok()
    }
}

/// How the platform is paid.
#[derive(Debug, Clone, Default)]
pub struct Pagamentos {
    /// Its own Pix, if it has a key.
    pub recebedor: Option<Recebedor>,
    /// The gateway, if there is one.
    pub gateway: Option<PaymentGateway>,
}

impl Pagamentos {
    /// Reads `PIX_CHAVE`, `PIX_NOME`, `PIX_CIDADE`, and `ASAAS_API_KEY` and `ASAAS_URL`; all may be missing, none may be half there.
    pub async fn load(env: &mut Env) -> Self {
        let recebedor = env.optional("PIX_CHAVE").and_then(|chave| {
            let chave = Key::parse(&chave).ok();
            let (nome, cidade) = (env.optional("PIX_NOME"), env.optional("PIX_CIDADE"));
            let all = chave.zip(nome).zip(cidade).map(|((chave, nome), cidade)| Recebedor { chave, nome, cidade });
            if all.is_none() {
                env.complain("PIX_CHAVE, PIX_NOME and PIX_CIDADE go together; the first is a CPF, CNPJ, +phone, e-mail or random key");
            }
            all
        });
        let gateway = match env.optional_secret("ASAAS_API_KEY").await {
            Some(key) => {
                let url = env.optional("ASAAS_URL").unwrap_or_else(|| asaas::URL.to_owned());
                let gateway = PaymentGateway::asaas(&url, key);
                if gateway.is_none() {
                    env.complain(format!("ASAAS_URL is malformed; expected {}", asaas::URL));
                }
                gateway
            }
            None => None,
        };
        Self { recebedor, gateway }
    }
}

/// A payment gateway.
#[derive(Debug, Clone)]
pub enum PaymentGateway {
    /// Asaas, api v3.
    Asaas(Asaas),
}

/// Why nothing came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It was not reached, busy or broken: worth trying again.
    #[error("the gateway did not answer")]
    Unavailable,
    /// It does not want this, and will not want it later.
    #[error("the gateway refused")]
    Refused,
    /// It does not take our key.
    #[error("the gateway does not take the key")]
    Key,
    /// It knows nothing of this.
    #[error("the gateway does not know it")]
    Missing,
}

/// Who is charged.
#[derive(Debug, Clone, Copy)]
pub struct Payer<'a> {
    /// Their clinic.
    pub cliente: ClienteId,
    /// Their name.
    pub nome: &'a str,
    /// Their CPF or CNPJ.
    pub documento: &'a str,
    /// Their e-mail.
    pub email: Option<&'a str>,
}

impl Payer<'_> {
    /// A digest of what a gateway is told of them: another one, and it has to be told.
    pub fn digest(&self) -> String {
        let parts = [self.nome, self.documento, self.email.unwrap_or_default()];
        hex::encode(Sha256::digest(parts.join("\n")))
    }
}

/// What is charged.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// The invoice.
    pub fatura: FaturaId,
    /// The payer's id at the gateway.
    pub customer: &'a str,
    /// How much.
    pub centavos: i64,
    /// When; a gateway wants no day that is over.
    pub vencimento: Date,
    /// What the payer reads.
    pub descricao: &'a str,
}

/// A charge that was made; its Pix is asked for when it is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// Its id.
    pub id: String,
    /// The page to pay it at.
    pub url: Option<String>,
}

/// What a gateway answers about a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// Nobody can pay it any more: it was deleted there.
    Gone,
    /// It waits to be paid.
    Waits,
    /// Something became of it, which may be known already.
    Became(Evento),
}

/// What came to a gateway's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// An event of a charge.
    Event(Evento),
    /// An event of something else there.
    Other,
    /// Nobody knows.
    Unreadable,
}

/// What an event means for an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tipo {
    /// It will be paid: a card was charged.
    Confirmada,
    /// It is paid.
    Paga,
    /// What was paid goes back, and nothing is owed.
    Estornada,
    /// What was paid goes back, and is owed again: the payer disputes it.
    Reaberta,
    /// It changes nothing.
    Nota,
}

impl Tipo {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmada => "confirmada",
            Self::Paga => "paga",
            Self::Estornada => "estornada",
            Self::Reaberta => "reaberta",
            Self::Nota => "nota",
        }
    }
}

/// Something a gateway says became of a charge. It may be repeated and come late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evento {
    /// Its id, the same when it is repeated.
    pub id: String,
    /// Its name there.
    pub nome: String,
    /// What it means.
    pub tipo: Tipo,
    /// The charge.
    pub cobranca: String,
    /// The reference the charge was made with.
    pub referencia: Option<String>,
    /// The charge's amount.
    pub centavos: Option<i64>,
    /// When it happened, by the gateway's clock.
    pub ocorrido_em: Timestamp,
}

impl PaymentGateway {
    /// Asaas at `url`; none for a malformed one.
    pub fn asaas(url: &str, key: SecretString) -> Option<Self> {
        Asaas::new(url, key).map(Self::Asaas)
    }

    /// The payer's id, made when they have none; the gateway knows then what is told of them here. `known` is the id they had.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn customer(&self, payer: Payer<'_>, known: Option<&str>) -> Result<String, Failure> {
        match self {
            Self::Asaas(asaas) => asaas.customer(payer, known).await,
        }
    }

    /// The charge of an invoice, made when there is none.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn charge(&self, charge: Charge<'_>) -> Result<Charged, Failure> {
        match self {
            Self::Asaas(asaas) => asaas.charge(charge).await,
        }
    }

    /// The text of a charge's Pix; none when it has none and is still paid at its page.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn pix(&self, id: &str) -> Result<Option<String>, Failure> {
        match self {
            Self::Asaas(asaas) => asaas.pix(id).await,
        }
    }

    /// The charge of an invoice that was made and not noted, if it is there and waits to be paid.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn find_charge(&self, charge: Charge<'_>) -> Result<Option<Charged>, Failure> {
        match self {
            Self::Asaas(asaas) => asaas.find_charge(&charge).await,
        }
    }

    /// What became of a charge, by its own word now.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn ask(&self, id: &str, now: Timestamp) -> Result<Answered, Failure> {
        match self {
            Self::Asaas(asaas) => asaas.ask(id, now).await,
        }
    }

    /// Takes a charge back, so that nobody pays it any more. One that is gone, or was paid, is none to take back.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn take_back(&self, id: &str) -> Result<(), Failure> {
        match self {
            Self::Asaas(asaas) => asaas.take_back(id).await,
        }
    }
}

/// The reference an invoice's charge is made with.
fn reference(fatura: FaturaId) -> String {
    format!("fatura-{fatura}")
}
