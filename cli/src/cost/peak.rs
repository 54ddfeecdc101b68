//! The fullest hour of a working day, beside what the system takes as it is deployed.

use serde::Serialize;

use super::load::{Asked, Load, at_peak};
use super::premises as p;
use super::sizes::Size;

/// Something that grows with the clinics.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Need {
    /// What.
    pub(super) nome: &'static str,
    /// How much of it is needed.
    pub(super) valor: f64,
    /// How much there is, where something bounds it.
    pub(super) limite: Option<f64>,
    /// What bounds it.
    pub(super) onde: &'static str,
    /// For how many clinics like these there is enough.
    pub(super) ate_clinicas: Option<f64>,
}

impl Need {
    /// Whether it is more than there is.
    pub(super) fn is_beyond(&self) -> bool {
        self.limite.is_some_and(|most| self.valor > most)
    }
}

/// Connections of one worker, `WORKER_CONNECTIONS`.
const OF_A_WORKER: f64 = 2.0;
/// Those of a sweep: a worker's, and one for operators' letters.
const OF_A_SWEEP: f64 = 3.0;
/// Messages a FIFO queue of high throughput takes in a second in São Paulo; remembered, not confirmed. Without it they are 300.
const QUEUE: f64 = 4500.0;
/// Clinics of one sweep, `MOST_CLINICS` of `reminders`.
const CLINICS_A_SWEEP: f64 = 200.0;
/// Connections one sweep looks at, `MOST_CLINICS` of `reminders::care`, and minutes between two looks at one.
const LOOKS_A_SWEEP: f64 = 400.0;
const LOOKED_AT_EVERY: f64 = 5.0;
/// A sweep sends for 35 seconds, four abreast.
const SENDING_MS: f64 = 35_000.0 * 4.0;
/// SQL transactions of a message that leaves by itself.
const UNASKED_SQL: f64 = 4.0;

/// What the fullest hour needs.
pub(super) fn needs(asked: &Asked, load: &Load, size: Size) -> Vec<Need> {
    let parts = size.parts();
    let [turns, reports, unasked, queued] =
        [load.turns, load.reports, load.unasked, load.queued()].map(at_peak);
    let answering = load.api_at_peak * p::API_MS.valor / 1000.0;
    let assistants = (turns * p::TURN_MS.valor + reports * p::REPORT_MS.valor) / 1000.0;
    let connections = answering + assistants * OF_A_WORKER;
    let free = parts.conexoes - parts.evolution_conexoes - OF_A_SWEEP;
    let transactions = load.api_at_peak * p::POLL_SQL.valor
        + turns * p::TURN_SQL.valor
        + reports * p::REPORT_SQL.valor
        + unasked * UNASKED_SQL;
    let a_minute = unasked * 60.0;
    // Of messages that fall due at random, how many clinics they are of.
    let clinics = asked.clinics * (1.0 - (-a_minute / asked.clinics).exp());
    // One task: of two that speak for a number WhatsApp throws one out.
    let sessions = parts.evolution_mb / p::INSTANCE_MB.valor;
    // Everything here grows as the clinics do.
    let need = |nome, valor: f64, limite: Option<f64>, onde| {
        let enough = limite.filter(|_| valor > 0.0).map(|most| (asked.clinics * most / valor).floor());
        Need { nome, valor, limite, onde, ate_clinicas: enough }
    };
    vec![
        need("pedidos à API por segundo", load.api_at_peak, Some(parts.pedidos), "RequestsASecond"),
        need("processos que os respondem", answering, Some(parts.respondem), "scheduling e inbox"),
        need("mensagens de pacientes por segundo", turns, None, ""),
        need("processos do assistente", assistants, Some(parts.assistentes), "assistant"),
        need("mensagens na fila por segundo", queued, Some(QUEUE), "fila FIFO de alta vazão"),
        need("conexões ao Postgres", connections, Some(free), "80 %, menos Evolution e varredura"),
        need("transações SQL por segundo", transactions, None, ""),
        need(
            "avisos por minuto",
            a_minute,
            Some(SENDING_MS / p::SENDING_MS.valor),
            "uma varredura por minuto",
        ),
        need("clínicas com avisos por minuto", clinics, Some(CLINICS_A_SWEEP), "MOST_CLINICS"),
        need(
            "conexões de WhatsApp a olhar por minuto",
            asked.clinics / LOOKED_AT_EVERY,
            Some(LOOKS_A_SWEEP),
            "MOST_CLINICS de care",
        ),
        need("clínicas no Evolution", asked.clinics, Some(sessions), "memória de uma tarefa"),
    ]
}
