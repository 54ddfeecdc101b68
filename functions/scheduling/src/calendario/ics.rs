//! Lines of iCalendar (RFC 5545): escaped, folded, ended by CRLF. The crates that write it bring a parser and another time library with them,
//! and none makes a VTIMEZONE from a zone's own transitions.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Octets of a line without its end (RFC 5545, 3.1).
const LONGEST_LINE: usize = 75;

/// A document being written.
#[derive(Debug, Default)]
pub(super) struct Ics(String);

impl Ics {
    /// A line as it stands: its value is no text, or text that was escaped.
    pub(super) fn line(&mut self, line: &str) {
        let mut used = 0;
        for c in line.chars() {
            if used + c.len_utf8() > LONGEST_LINE {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(c);
            used += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A line whose value is text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.line(&format!("{name}:{}", escape(value)));
    }

    /// A line whose value is an instant, in UTC.
    pub(super) fn utc(&mut self, name: &str, at: Timestamp) {
        self.line(&format!("{name}:{}", utc(at)));
    }

    /// A line whose value is an instant, on the clocks of a zone. Of a time that the clocks show twice the first is meant (RFC 5545, 3.3.5),
    /// so the second has to be in UTC.
    pub(super) fn zoned(&mut self, name: &str, at: Timestamp, zone: &TimeZone) {
        let local = zone.to_datetime(at);
        let first = zone.to_ambiguous_timestamp(local).compatible();
        match zone.iana_name() {
            Some(id) if first.is_ok_and(|first| whole_second(first) == whole_second(at)) => {
                self.line(&format!("{name};TZID={id}:{}", civil(local)));
            }
            _ => self.utc(name, at),
        }
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

fn whole_second(at: Timestamp) -> i64 {
    at.as_second()
}

/// `20261201T080000`.
pub(super) fn civil(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value (RFC 5545, 3.3.11); control characters have no place in it and go.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(write: impl FnOnce(&mut Ics)) -> String {
        let mut ics = Ics::default();
        write(&mut ics);
        ics.finish()
    }

    #[test]
    fn text_is_escaped_and_cannot_begin_a_line_of_its_own() {
        for (text, escaped) in [
            ("Ana", "Ana"),
            ("a,b;c\\d", "a\\,b\\;c\\\\d"),
            ("a\r\nATTENDEE:x", "a\\nATTENDEE:x"),
            ("a\u{0}\u{7}b\tc\u{85}d", "ab cd"),
            ("\"a\":b", "\"a\":b"),
        ] {
            assert_eq!(lines(|ics| ics.text("X", text)), format!("X:{escaped}\r\n"), "{text:?}");
        }
    }

    #[test]
    fn lines_are_folded_at_75_octets_and_never_inside_a_character() {
        for text in
            ["a".repeat(75), "a".repeat(76), "é".repeat(200), format!("a{}", "🩺".repeat(60)), String::new()]
        {
            let folded = lines(|ics| ics.line(&text));
            assert!(folded.ends_with("\r\n"));
            let physical: Vec<&str> = folded.trim_end_matches("\r\n").split("\r\n").collect();
            assert!(physical.iter().all(|line| line.len() <= 75), "{folded}");
            assert!(physical.iter().skip(1).all(|line| line.starts_with(' ')));
            assert_eq!(folded.replace("\r\n ", "").trim_end_matches("\r\n"), text);
        }
        assert_eq!(lines(|ics| ics.line(&"a".repeat(75))).matches("\r\n").count(), 1);
        assert_eq!(lines(|ics| ics.line(&"a".repeat(76))).matches("\r\n").count(), 2);
    }

    #[test]
    fn instants_stand_on_the_zones_clocks_unless_these_show_them_twice() {
        let zone = TimeZone::get("America/New_York").unwrap();
        for (at, line) in [
            ("2026-12-01T13:00:00Z", "DTSTART;TZID=America/New_York:20261201T080000"),
            ("2026-11-01T05:30:00Z", "DTSTART;TZID=America/New_York:20261101T013000"),
            ("2026-11-01T06:30:00Z", "DTSTART:20261101T063000Z"),
        ] {
            assert_eq!(
                lines(|ics| ics.zoned("DTSTART", at.parse().unwrap(), &zone)),
                format!("{line}\r\n"),
                "{at}"
            );
        }
    }
}
