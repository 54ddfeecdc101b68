//! What clinics and their appointments ask of each part of the system, in a month and in its fullest hour.

use super::premises as p;

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Clinics.
    pub(super) clinics: f64,
    /// Appointments of all of them in a month.
    pub(super) appointments: f64,
    /// Hours of a working day in which a clinic's agenda is looked at.
    pub(super) screen_hours: f64,
}

/// A month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Requests to the API, those that ask again whether something is new among them.
    pub(super) api: f64,
    /// Logins and renewals.
    pub(super) logins: f64,
    /// Files of the pages.
    pub(super) files: f64,
    /// Times the pages are loaded.
    pub(super) pages: f64,
    /// Posts of Evolution.
    pub(super) webhooks: f64,
    /// Messages of patients, each answered.
    pub(super) turns: f64,
    /// Messages that leave by themselves.
    pub(super) unasked: f64,
    /// Reports on messages that left.
    pub(super) reports: f64,
    /// Runs of the minute.
    pub(super) sweeps: f64,
    /// Milliseconds all sweeps take.
    pub(super) sweeping_ms: f64,
    /// Requests of the fullest hour, a second.
    pub(super) api_at_peak: f64,
}

/// Sweeps of a month: one a minute.
const SWEEPS: f64 = 730.0 * 60.0;
/// A sweep stops beginning to send after so long.
const LONGEST_SWEEP_MS: f64 = 35_000.0;
/// Messages a sweep has on their way at once.
const ABREAST: f64 = 4.0;
const HOUR: f64 = 3600.0;

impl Load {
    /// Of so many clinics and appointments.
    pub(super) fn of(asked: &Asked) -> Self {
        let screens = asked.clinics * asked.screen_hours * p::WORKING_DAYS.valor;
        let turns = asked.appointments * (p::BY_WHATSAPP.valor * p::TO_BOOK.valor + p::OTHERWISE.valor);
        let unasked = asked.appointments * p::UNASKED.valor;
        let sent = turns * p::ANSWERS.valor + unasked;
        let pages = screens * p::PAGES.valor;
        let sending = (unasked / SWEEPS * p::SENDING_MS.valor / ABREAST).min(LONGEST_SWEEP_MS);
        Self {
            api: screens * p::POLLS_AN_HOUR.valor + asked.appointments * p::ACTS.valor,
            // A token is renewed each hour.
            logins: screens,
            files: pages * p::FILES.valor,
            pages,
            webhooks: turns * (1.0 + p::IGNORED.valor) + sent * (p::REPORTS.valor + p::IGNORED.valor),
            turns,
            unasked,
            reports: sent * p::REPORTS.valor,
            sweeps: SWEEPS,
            sweeping_ms: SWEEPS * (p::SWEEP_MS.valor + sending),
            api_at_peak: asked.clinics * p::SCREENS_AT_PEAK.valor * p::POLLS_AN_HOUR.valor / HOUR
                + at_peak(asked.appointments * p::ACTS.valor),
        }
    }

    /// Messages that pass through the queue.
    pub(super) fn queued(&self) -> f64 {
        self.turns + self.reports
    }

    /// Requests the gateway takes; the webhook has an address of its own.
    pub(super) fn gateway(&self) -> f64 {
        self.api + self.logins + self.files
    }

    /// Everything Lambda runs.
    pub(super) fn calls(&self) -> f64 {
        self.gateway() + self.webhooks + self.queued() + self.sweeps
    }

    /// Memory times time of all functions, in GB-s.
    pub(super) fn gb_seconds(&self) -> f64 {
        let of = |memory: p::Premise, ms: f64| memory.valor / 1024.0 * ms / 1000.0;
        let usual = self.api * p::API_MS.valor
            + self.webhooks * p::WEBHOOK_MS.valor
            + self.turns * p::TURN_MS.valor
            + self.reports * p::REPORT_MS.valor
            + self.sweeping_ms;
        of(p::MEMORY, usual)
            + of(p::MEMORY_LOGIN, self.logins * p::LOGIN_MS.valor)
            + of(p::MEMORY_SITE, self.files * p::SITE_MS.valor)
    }

    /// Reads of the ledger.
    pub(super) fn reads(&self) -> f64 {
        self.turns * p::TURN_READS.valor
            + self.reports * p::REPORT_READS.valor
            + self.api * p::POLL_READS.valor
    }

    /// What the ledger is written, in its units.
    pub(super) fn writes(&self, clinics: f64) -> f64 {
        self.turns * p::TURN_WRITES.valor
            + self.reports * p::REPORT_WRITES.valor
            + self.unasked * p::UNASKED_WRITES.valor
            + self.sweeps
            + self.api * self.counted(clinics) * p::FLUSH_WRITES.valor
    }

    /// How many marks of a request's being counted there are for one request: a process counts what it has gathered by clinic, and the more clinics
    /// there are the less often two of its requests are of the same.
    fn counted(&self, clinics: f64) -> f64 {
        let processes = (self.api_at_peak * p::API_MS.valor / 1000.0).ceil().max(1.0);
        let gathered = (p::FLUSH_SECONDS.valor * self.api_at_peak / processes).clamp(1.0, p::FLUSH.valor);
        let different = clinics * (1.0 - (1.0 - 1.0 / clinics).powf(gathered));
        different / gathered
    }

    /// GB the ledger holds: what was enqueued is known for three days, what was counted for forty.
    pub(super) fn ledger_gb(&self, clinics: f64) -> f64 {
        /// An item with its keys, in bytes.
        const ITEM: f64 = 200.0;
        const MONTH: f64 = 30.4;
        let seen = self.queued() * 3.0 / MONTH;
        let events = self.turns * (1.0 + p::ANSWERS.valor) + self.unasked + self.api * self.counted(clinics);
        (seen + events * 40.0 / MONTH) * ITEM / 1e9
    }

    /// GB of logs.
    pub(super) fn logs_gb(&self) -> f64 {
        (self.calls() * p::LOG_KB.valor + self.gateway() * p::ACCESS_LOG_KB.valor) / 1e6
    }

    /// Calls whose way X-Ray keeps: of each function the first of a second, and a part of the others.
    pub(super) fn traces(&self) -> f64 {
        const SECONDS: f64 = 730.0 * HOUR;
        let functions = [self.api, self.logins, self.files, self.webhooks, self.queued(), self.sweeps];
        functions.map(|calls| calls.min(SECONDS + calls * p::TRACED.valor)).iter().sum()
    }

    /// GB that leave for the internet.
    pub(super) fn egress_gb(&self) -> f64 {
        let answers = (self.api + self.logins + self.webhooks) * p::ANSWER_KB.valor;
        (answers + self.pages * p::PAGE_KB.valor) / 1e6
    }
}

/// What a month's number is in a second of the fullest hour.
pub(super) fn at_peak(month: f64) -> f64 {
    month / p::WORKING_DAYS.valor * p::PEAK_SHARE.valor / HOUR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_how_often_an_appointment_passes_through_the_queue() {
        let load = Load::of(&Asked { clinics: 1.0, appointments: 1.0, screen_hours: 0.0 });
        let document: Vec<&str> = include_str!("../../../docs/custos.md").split_whitespace().collect();
        let told = format!(
            "uma consulta passa em média pela fila {:.0} vezes, e quatro quintos disso são relatos",
            load.queued()
        );
        assert!(document.join(" ").contains(&told), "docs/custos.md does not say {told}");
        assert!((load.reports / load.queued() - 0.8).abs() < 0.05, "{load:?}");
    }
}
