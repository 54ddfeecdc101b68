/** An appointment for the patient's own calendar (RFC 5545), and the way to Google's. */
import { addDays, hourOf, minutes } from "../lib/dates";
import { instantOf } from "../lib/instant";

export interface Entry {
  title: string;
  day: string;
  hour: string;
  /** How long, minutes. */
  lasts: number;
  zone: string;
  place: string;
  text: string;
}

const utc = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
const escaped = (text: string) => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");

/** Lines of at most 75 bytes, cut between letters. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  const lines: string[] = [];
  let own = "";
  for (const letter of line) {
    if (encoder.encode(own + letter).length > 75) {
      lines.push(own);
      own = " ";
    }
    own += letter;
  }
  return [...lines, own].join("\r\n");
}

export function ics(entry: Entry, uid: string, now = Date.now()): string {
  const start = instantOf(entry.day, entry.hour, entry.zone);
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Horario Inteligente//Agendar//PT",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${utc(now)}`,
    `DTSTART:${utc(start)}`,
    `DTEND:${utc(start + entry.lasts * 60_000)}`,
    `SUMMARY:${escaped(entry.title)}`,
    entry.place && `LOCATION:${escaped(entry.place)}`,
    `DESCRIPTION:${escaped(entry.text)}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "TRIGGER:-PT2H",
    `DESCRIPTION:${escaped(entry.title)}`,
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return `${lines.filter(Boolean).map(folded).join("\r\n")}\r\n`;
}

/** Where Google's calendar takes it from. */
export function google(entry: Entry): string {
  const end = minutes(entry.hour) + entry.lasts;
  const [last, until] = [addDays(entry.day, Math.floor(end / 1440)), hourOf(end % 1440)];
  const stamp = (day: string, hour: string) => `${day}T${hour}00`.replace(/[-:]/g, "");
  const query = new URLSearchParams({
    action: "TEMPLATE",
    text: entry.title,
    dates: `${stamp(entry.day, entry.hour)}/${stamp(last, until)}`,
    ctz: entry.zone,
    location: entry.place,
    details: entry.text,
  });
  return `https://calendar.google.com/calendar/render?${query}`;
}
