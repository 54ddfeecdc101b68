//! Which account of WhatsApp a message comes in or leaves through.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the name of an account at Meta begins. No instance of Evolution has a colon: `clientes_whatsapp_instance_check`.
const CLOUD: &str = "cloud:";
/// The most digits of an id at Meta.
const LONGEST_PHONE_NUMBER_ID: usize = 20;

/// Who carries a clinic's messages; `clientes.whatsapp_provedor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provedor {
    /// Evolution.
    #[default]
    Evolution,
    /// Meta's WhatsApp Cloud API.
    Cloud,
}

impl Provedor {
    /// Reads the column, a closed set.
    pub(crate) fn from_column(text: &str) -> Self {
        if text == "cloud" { Self::Cloud } else { Self::Evolution }
    }
}

/// One account of a clinic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Channel {
    /// An instance of Evolution.
    Evolution {
        /// Its name.
        instance: String,
    },
    /// A number at Meta.
    Cloud {
        /// Meta's id of the number, digits.
        phone_number_id: String,
    },
}

impl Channel {
    /// Reads a name as [`Inbound::instance`](super::Inbound::instance) holds it: `DrMarco`, or `cloud:106540352242922`.
    pub fn named(name: &str) -> Self {
        match name.strip_prefix(CLOUD) {
            Some(id) => Self::Cloud { phone_number_id: id.to_owned() },
            None => Self::Evolution { instance: name.to_owned() },
        }
    }

    /// Whether it is one at Meta: there, free text leaves only for a day after the patient wrote.
    pub fn is_cloud(&self) -> bool {
        matches!(self, Self::Cloud { .. })
    }
}

/// The name, as [`Channel::named`] reads it.
impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evolution { instance } => f.write_str(instance),
            Self::Cloud { phone_number_id } => write!(f, "{CLOUD}{phone_number_id}"),
        }
    }
}

/// Whether `text` may be Meta's id of a number.
pub(super) fn is_phone_number_id(text: &str) -> bool {
    (1..=LONGEST_PHONE_NUMBER_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_one_account_and_back() {
        for name in ["DrMarco", "cloud:106540352242922", "cloud", "pro-saude_2"] {
            assert_eq!(Channel::named(name).to_string(), name);
        }
        assert!(Channel::named("cloud:1").is_cloud());
        assert!(!Channel::named("cloud-1").is_cloud());
    }
}
