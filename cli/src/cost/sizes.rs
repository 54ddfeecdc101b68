//! Three sizes: which database and cache, and how many of each function the template lets run at once.

use clap::ValueEnum;
use serde::Serialize;

use super::prices::{self, Price};

/// How large the deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Size {
    /// Algumas clínicas, que sabem que são as primeiras: nada existe duas vezes.
    Piloto,
    /// Centenas: o banco e o cache têm outro igual, noutra zona.
    Padrao,
    /// Milhares.
    Escala,
}

/// What a size has: the columns of the template's `Sizes`.
#[derive(Debug, Serialize)]
pub(super) struct Parts {
    pub(super) banco: Price,
    /// Whether a second database waits in another zone.
    pub(super) duas_zonas: bool,
    /// GB of the database's disk, at first.
    pub(super) disco_gb: f64,
    /// Connections that may be in use at once.
    pub(super) conexoes: f64,
    pub(super) cache: Price,
    pub(super) nos: f64,
    /// Zones in which the VPC's endpoints are.
    pub(super) zonas: f64,
    /// A task of Evolution.
    pub(super) evolution_vcpu: f64,
    pub(super) evolution_mb: f64,
    pub(super) evolution_conexoes: f64,
    /// Requests the gateway lets through in a second.
    pub(super) pedidos: f64,
    /// `Scheduling` and `Inbox`: so many at once.
    pub(super) respondem: f64,
    /// `Assistant`, and what its queue hands it at once.
    pub(super) assistentes: f64,
}

impl Size {
    /// The size for so many clinics.
    pub(super) fn of(clinics: f64) -> Self {
        match clinics {
            few if few <= 10.0 => Self::Piloto,
            some if some <= 500.0 => Self::Padrao,
            _ => Self::Escala,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Piloto => "piloto",
            Self::Padrao => "padrao",
            Self::Escala => "escala",
        }
    }

    pub(super) fn parts(self) -> Parts {
        let piloto = Parts {
            banco: prices::DB_T4G_MICRO,
            duas_zonas: false,
            disco_gb: 20.0,
            conexoes: 64.0,
            cache: prices::CACHE_T4G_MICRO,
            nos: 1.0,
            zonas: 1.0,
            evolution_vcpu: 0.5,
            evolution_mb: 1024.0,
            evolution_conexoes: 5.0,
            pedidos: 100.0,
            respondem: 30.0,
            assistentes: 4.0,
        };
        match self {
            Self::Piloto => piloto,
            Self::Padrao => Parts {
                banco: prices::DB_T4G_MEDIUM,
                duas_zonas: true,
                disco_gb: 50.0,
                conexoes: 160.0,
                cache: prices::CACHE_T4G_SMALL,
                nos: 2.0,
                zonas: 2.0,
                evolution_vcpu: 2.0,
                evolution_mb: 4096.0,
                evolution_conexoes: 10.0,
                pedidos: 500.0,
                respondem: 75.0,
                assistentes: 12.0,
            },
            Self::Escala => Parts {
                banco: prices::DB_R7G_2XLARGE,
                duas_zonas: true,
                disco_gb: 500.0,
                conexoes: 800.0,
                cache: prices::CACHE_R7G_LARGE,
                nos: 2.0,
                zonas: 2.0,
                evolution_vcpu: 8.0,
                evolution_mb: 32768.0,
                evolution_conexoes: 30.0,
                pedidos: 4000.0,
                respondem: 450.0,
                assistentes: 100.0,
            },
        }
    }
}
