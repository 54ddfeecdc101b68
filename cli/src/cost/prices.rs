//! What AWS charges in São Paulo (sa-east-1), in US dollars and without taxes: the one place where a price stands.
//!
//! Few prices of this region were found where they can be trusted. The others are derived, by the factors below, or remembered; each says
//! which, and `hi cost` marks whatever is reckoned with them. Whoever confirms one at <https://calculator.aws> changes its line here, and the
//! tables of `docs/custos.md` with what the command then prints: a test compares them.

use serde::Serialize;

/// Hours of a month, as AWS reckons.
pub(super) const HOURS: f64 = 730.0;
/// A price of sa-east-1 that was not found is taken to be so many times that of us-east-1: those that were found are 1.8 (logs), 1.9 (a database's
/// disk) and 2.1 times (a database's instance).
const USUAL: f64 = 1.9;
/// The same of a database's instance.
const INSTANCE: f64 = 2.12;

/// How a price is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Source {
    /// Found in a list of sa-east-1.
    Lista,
    /// Remembered of sa-east-1, or the same in every region; not confirmed.
    Memoria,
    /// That of us-east-1 times a factor.
    Razao,
}

/// A price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Price {
    /// What is paid for.
    pub(super) componente: &'static str,
    /// What is counted.
    pub(super) unidade: &'static str,
    /// US dollars for one of them.
    pub(super) preco: f64,
    /// How it is known.
    pub(super) fonte: Source,
}

impl Price {
    const fn found(componente: &'static str, unidade: &'static str, preco: f64) -> Self {
        Self { componente, unidade, preco, fonte: Source::Lista }
    }

    const fn remembered(componente: &'static str, unidade: &'static str, preco: f64) -> Self {
        Self { componente, unidade, preco, fonte: Source::Memoria }
    }

    const fn derived(componente: &'static str, unidade: &'static str, us_east: f64, factor: f64) -> Self {
        Self { componente, unidade, preco: us_east * factor, fonte: Source::Razao }
    }

    /// Whether it was found in a list of this region.
    pub(super) fn is_verified(self) -> bool {
        self.fonte == Source::Lista
    }
}

pub(super) const LAMBDA_TIME: Price = Price::found("Lambda arm64: tempo", "GB-s", 0.000_013_333_4);
pub(super) const LAMBDA_CALLS: Price = Price::found("Lambda: chamadas", "milhão", 0.20);
pub(super) const LOGS: Price = Price::found("CloudWatch Logs: entrada", "GB", 0.90);
pub(super) const DISK: Price = Price::found("RDS: disco gp3", "GB-mês", 0.219);
pub(super) const NAT: Price = Price::found("NAT gateway com IPv4 (não usado)", "zona", 71.5);
pub(super) const DB_T4G_MICRO: Price = Price::found("RDS db.t4g.micro", "hora", 24.8 / HOURS);
pub(super) const DB_T4G_MEDIUM: Price = Price::derived("RDS db.t4g.medium", "hora", 0.065, INSTANCE);
pub(super) const DB_R7G_2XLARGE: Price = Price::derived("RDS db.r7g.2xlarge", "hora", 0.956, INSTANCE);
pub(super) const CACHE_T4G_MICRO: Price = Price::derived("Valkey cache.t4g.micro", "hora", 0.0128, USUAL);
pub(super) const CACHE_T4G_SMALL: Price = Price::derived("Valkey cache.t4g.small", "hora", 0.0256, USUAL);
pub(super) const CACHE_R7G_LARGE: Price = Price::derived("Valkey cache.r7g.large", "hora", 0.1752, USUAL);
pub(super) const HTTP_API: Price = Price::derived("HTTP API", "milhão", 1.00, USUAL);
pub(super) const SQS: Price = Price::derived("SQS FIFO: pedidos", "milhão", 0.50, USUAL);
pub(super) const LEDGER_READS: Price = Price::remembered("DynamoDB: leituras", "milhão", 0.1875);
pub(super) const LEDGER_WRITES: Price = Price::remembered("DynamoDB: escritas", "milhão", 0.9375);
pub(super) const LEDGER_SPACE: Price =
    Price::remembered("DynamoDB: espaço, com recuperação", "GB-mês", 0.375 + 0.30);
pub(super) const ENDPOINT: Price = Price::derived("Endpoint de VPC, por zona", "hora", 0.01, USUAL);
pub(super) const EGRESS: Price = Price::remembered("Saída de dados para a internet", "GB", 0.15);
pub(super) const TRACES: Price = Price::derived("X-Ray: rastros", "milhão", 5.00, USUAL);
pub(super) const SECRET: Price = Price::remembered("Secrets Manager: segredos", "segredo", 0.40);
pub(super) const METRIC: Price = Price::remembered("CloudWatch: métricas próprias", "métrica", 0.30);
pub(super) const ALARM: Price = Price::remembered("CloudWatch: alarmes", "alarme", 0.10);
pub(super) const DASHBOARD: Price = Price::remembered("CloudWatch: painel", "painel", 3.00);
pub(super) const ADDRESS: Price = Price::remembered("Endereço IPv4 público", "hora", 0.005);
pub(super) const ZONE: Price = Price::remembered("Route 53: zona", "zona", 0.50);
pub(super) const TASK_CPU: Price = Price::derived("Fargate arm64: vCPU", "hora", 0.032_38, USUAL);
pub(super) const TASK_MEMORY: Price = Price::derived("Fargate arm64: memória", "GB-hora", 0.003_56, USUAL);

/// Every price.
pub(super) const ALL: [Price; 27] = [
    DB_T4G_MICRO,
    DB_T4G_MEDIUM,
    DB_R7G_2XLARGE,
    DISK,
    CACHE_T4G_MICRO,
    CACHE_T4G_SMALL,
    CACHE_R7G_LARGE,
    LAMBDA_TIME,
    LAMBDA_CALLS,
    HTTP_API,
    LEDGER_READS,
    LEDGER_WRITES,
    LEDGER_SPACE,
    SQS,
    LOGS,
    TRACES,
    METRIC,
    ALARM,
    DASHBOARD,
    ENDPOINT,
    ADDRESS,
    SECRET,
    ZONE,
    EGRESS,
    TASK_CPU,
    TASK_MEMORY,
    NAT,
];
