//! What calendar programs read of an agenda: pure, from rows to text. A feed ends up at third parties, so of a visit there is the patient's
//! first name and an initial, of a block that it is one, and nothing else.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use shared::db::calendarios::{Consulta, Fechado};
use shared::domain::nome::short_name;
use shared::domain::status::Status;
use shared::problem::Problem;

use super::ics::Ics;
use super::zone;

/// How often programs are asked to come back.
const REFRESH: &str = "PT15M";

/// An agenda, ready to be written.
#[derive(Debug)]
pub(super) struct Feed<'a> {
    /// The clinic's name.
    pub(super) clinica: &'a str,
    /// The professional's name.
    pub(super) medico: &'a str,
    /// The clinic's zone.
    pub(super) zone: &'a TimeZone,
    /// Now, for the zone's component when there is nothing to show.
    pub(super) now: Timestamp,
    /// What is in it.
    pub(super) entries: Vec<Entry>,
}

/// One visit or block.
#[derive(Debug)]
pub(super) struct Entry {
    uid: String,
    summary: String,
    location: Option<String>,
    status: &'static str,
    sequence: i32,
    from: Timestamp,
    to: Timestamp,
    created: Timestamp,
    changed: Timestamp,
}

impl Entry {
    /// A visit. Its name does not change when it moves: only then a program moves it too. What no longer stands is `CANCELLED`.
    pub(super) fn consulta(row: &Consulta, host: &str, local: Option<&str>) -> Result<Self, Problem> {
        Ok(Self {
            uid: format!("agendamento-{}@{host}", row.id),
            summary: format!("Consulta · {}", short_name(&row.paciente_nome)),
            location: local.map(str::to_owned),
            status: match row.status()? {
                Status::Agendado => "TENTATIVE",
                Status::Confirmado | Status::EmAtendimento | Status::Realizado => "CONFIRMED",
                Status::Faltou | Status::Cancelado | Status::Remarcado => "CANCELLED",
            },
            sequence: row.versao,
            from: row.inicio_em,
            to: row.fim_em,
            created: row.criado_em,
            changed: row.atualizado_em,
        })
    }

    /// A block.
    pub(super) fn fechado(row: &Fechado, host: &str) -> Self {
        Self {
            uid: format!("bloqueio-{}@{host}", row.id),
            summary: "Bloqueio".to_owned(),
            location: None,
            status: "CONFIRMED",
            sequence: 0,
            from: row.inicio_em,
            to: row.fim_em,
            created: row.criado_em,
            changed: row.criado_em,
        }
    }

    fn write(&self, into: &mut Ics, zone: &TimeZone) {
        let busy = if self.status == "CANCELLED" { "TRANSPARENT" } else { "OPAQUE" };
        into.line("BEGIN:VEVENT");
        into.text("UID", &self.uid);
        into.utc("DTSTAMP", self.changed);
        into.utc("CREATED", self.created);
        into.utc("LAST-MODIFIED", self.changed);
        into.line(&format!("SEQUENCE:{}", self.sequence));
        into.zoned("DTSTART", self.from, zone);
        into.zoned("DTEND", self.to, zone);
        into.text("SUMMARY", &self.summary);
        if let Some(location) = &self.location {
            into.text("LOCATION", location);
        }
        into.line(&format!("STATUS:{}", self.status));
        into.line(&format!("TRANSP:{busy}"));
        into.line("CLASS:PRIVATE");
        into.line("END:VEVENT");
    }
}

/// The document.
pub(super) fn render(feed: &Feed<'_>) -> String {
    let mut ics = Ics::default();
    let name = format!("{} · {}", feed.medico, feed.clinica);
    ics.line("BEGIN:VCALENDAR");
    ics.line("VERSION:2.0");
    ics.line("PRODID:-//Horário Inteligente//Agenda//PT-BR");
    ics.line("CALSCALE:GREGORIAN");
    ics.text("NAME", &name);
    ics.text("X-WR-CALNAME", &name);
    if let Some(id) = feed.zone.iana_name() {
        ics.line(&format!("X-WR-TIMEZONE:{id}"));
    }
    ics.line(&format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
    ics.line(&format!("X-PUBLISHED-TTL:{REFRESH}"));
    // A day on either side: programs ask which offset holds around an event, too.
    let day = SignedDuration::from_hours(24);
    let first = feed.entries.iter().map(|entry| entry.from).min().unwrap_or(feed.now).min(feed.now);
    let last = feed.entries.iter().map(|entry| entry.to).max().unwrap_or(feed.now).max(feed.now);
    let (first, last) =
        (first.saturating_sub(day).unwrap_or(first), last.saturating_add(day).unwrap_or(last));
    zone::write(&mut ics, feed.zone, first, last);
    for entry in &feed.entries {
        entry.write(&mut ics, feed.zone);
    }
    ics.line("END:VCALENDAR");
    ics.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn entry(from: &str, to: &str) -> Entry {
        Entry {
            uid: "agendamento-7@a.localhost".to_owned(),
            summary: "Consulta · Ana, L.".to_owned(),
            location: Some("Centro: Rua A, 1".to_owned()),
            status: "TENTATIVE",
            sequence: 3,
            from: at(from),
            to: at(to),
            created: at("2026-11-20T10:00:00Z"),
            changed: at("2026-11-21T10:00:00Z"),
        }
    }

    fn feed(zone: &TimeZone, entries: Vec<Entry>) -> String {
        let now = at("2026-11-30T12:00:00Z");
        render(&Feed { clinica: "Pró Saúde", medico: "Dra. Tânia", zone, now, entries })
    }

    #[test]
    fn a_document_has_a_zone_and_each_event_every_property_it_needs() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let text = feed(&zone, vec![entry("2026-12-01T11:00:00Z", "2026-12-01T11:30:00Z")]);
        let whole = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Horário Inteligente//Agenda//PT-BR\r\nCALSCALE:GREGORIAN\r\n\
            NAME:Dra. Tânia · Pró Saúde\r\nX-WR-CALNAME:Dra. Tânia · Pró Saúde\r\nX-WR-TIMEZONE:America/Sao_Paulo\r\n\
            REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\nX-PUBLISHED-TTL:PT15M\r\n\
            BEGIN:VTIMEZONE\r\nTZID:America/Sao_Paulo\r\nBEGIN:STANDARD\r\nDTSTART:20190217T000000\r\n\
            TZOFFSETFROM:-0200\r\nTZOFFSETTO:-0300\r\nTZNAME:-03\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
            BEGIN:VEVENT\r\nUID:agendamento-7@a.localhost\r\nDTSTAMP:20261121T100000Z\r\nCREATED:20261120T100000Z\r\n\
            LAST-MODIFIED:20261121T100000Z\r\nSEQUENCE:3\r\nDTSTART;TZID=America/Sao_Paulo:20261201T080000\r\n\
            DTEND;TZID=America/Sao_Paulo:20261201T083000\r\nSUMMARY:Consulta · Ana\\, L.\r\nLOCATION:Centro: Rua A\\, 1\r\nSTATUS:TENTATIVE\r\n\
            TRANSP:OPAQUE\r\nCLASS:PRIVATE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(text, whole);
    }

    #[test]
    fn the_zone_covers_every_event_and_stands_there_without_any() {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert_eq!(feed(&zone, Vec::new()).matches("TZOFFSETTO").count(), 1);
        // From summer to summer: what held, winter, summer.
        let far = entry("2026-10-20T11:00:00Z", "2027-04-01T11:30:00Z");
        assert_eq!(feed(&zone, vec![far]).matches("TZOFFSETTO").count(), 3);
    }
}
