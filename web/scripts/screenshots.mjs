// Pictures of the pages as a customer sees them, into docs/screens: at a desk in light, on a phone in the dark; and a patient's phone, into
// docs/img. `make screenshots`, on a system that is only just up: what is seen is the demonstration, and four patients who write here.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { LAUNCH } from "./chromium.mjs";
import { LOOKS, PAGES, picture, settled } from "./pages.mjs";
import { EVOLUTION, address, comeIn } from "./people.mjs";

const FOLDER = new URL("../../docs/screens/", import.meta.url).pathname;
/** The simulated phone, which README shows beside the agenda. */
const PHONE = new URL("../../docs/img/celular.png", import.meta.url).pathname;
/** The most a picture may weigh in the repository, bytes. */
const HEAVIEST = 150_000;
const QUALITY = 82;

/** How a browser shows each look. */
const OPTIONS = {
  mesa: { viewport: { width: 1440, height: 900 }, colorScheme: "light", deviceScaleFactor: 1 },
  celular: { viewport: { width: 390, height: 844 }, colorScheme: "dark", deviceScaleFactor: 2, hasTouch: true },
};
const WHATSAPP = PAGES.find(({ name }) => name === "whatsapp");
/** Who writes to the clinic, and how far each comes. */
const PATIENTS = [
  { from: "5511988880003", name: "Dalva", says: ["Bom dia! Vocês atendem Unimed?", "Quero marcar um retorno"] },
  { from: "5511988880008", name: "Ivan", says: ["Preciso falar com uma pessoa, por favor"] },
  { from: "5511977770001", name: "Renata", says: ["Olá, quero agendar uma consulta", "Renata Azevedo"] },
];
const ANSWER = 6_000;
/** Who books, on the first phone of the simulator's page, and what they say next to what they are told: as `tests/tests/journeys/whatsapp.rs` has it. */
const BOOKING = { instance: "DrMarco", from: "5511999990001", name: "Maria Souza", says: "Olá, quero agendar uma consulta" };
const REPLIES = [
  ["Com quem", "1"],
  ["Tenho estes horários", "1"],
  ["nome completo", "Maria Souza Andrade"],
  ["Posso confirmar?", "sim"],
];
const DONE = "Consulta marcada!";
const MOST_REPLIES = 8;
/** The clinic's phone writes no faster than a person, milliseconds. */
const LONGEST_ANSWER = 60_000;

/** Fields for days and hours are written in the browser's own language. */
const browser = await chromium.launch({ ...LAUNCH, env: { ...process.env, LANGUAGE: "pt_BR" } });
try {
  await asPeopleSee();
  await talk();
  await connected();
  const phone = await booked();
  const pictures = new Map();
  for (const look of LOOKS) await take(pictures, look, PAGES);
  // Only now: a file that changes makes `cargo lambda watch` start every function anew.
  mkdirSync(FOLDER, { recursive: true });
  for (const old of readdirSync(FOLDER)) if (old.endsWith(".webp")) rmSync(FOLDER + old);
  for (const [name, bytes] of pictures) writeFileSync(`${FOLDER}${name}.webp`, bytes);
  writeFileSync(PHONE, phone);
} finally {
  await browser.close();
}

/** Stops before pictures with fields in English are taken, or with boxes where the assistant draws a calendar. */
async function asPeopleSee() {
  const page = await browser.newPage();
  const [language, emoji] = await page.evaluate(() => {
    const drawn = (text) => {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d");
      context.font = "32px sans-serif";
      context.fillText(text, 0, 32);
      return canvas.toDataURL();
    };
    // The other is nobody's, in whatever font.
    return [navigator.language, drawn("\u{1F4C5}") !== drawn("\u{10FFFE}")];
  });
  await page.close();
  if (language !== "pt-BR") throw new Error("this Chromium has no Portuguese: install its translations (Debian: chromium-l10n)");
  if (!emoji) throw new Error("this machine draws no emoji: install a font that has them (Debian: fonts-noto-color-emoji)");
}

/** Conversations of the day, one after the other, with time for the clinic to answer. */
async function talk() {
  for (const { from, name, says } of PATIENTS)
    for (const text of says) {
      await write({ instance: "ProSaude", from, name }, text);
      await pause(ANSWER);
    }
}

async function write(who, text) {
  const written = await fetch(`${EVOLUTION}/simulador/mensagens`, { method: "POST", body: JSON.stringify({ ...who, text, type: "text" }) });
  if (!written.ok) throw new Error(`${who.name} cannot write to ${who.instance}: ${written.status}`);
}

/** A patient books by WhatsApp: the phone they do it on, with what was said last. */
async function booked() {
  const { says, ...who } = BOOKING;
  let told = await answered(who, says);
  for (let replies = 0; !told.includes(DONE); replies += 1) {
    const reply = REPLIES.find(([words]) => told.includes(words))?.[1];
    if (!reply || replies === MOST_REPLIES) throw new Error(`${who.name} does not know what to say to “${told}”: is the system only just up?`);
    told = await answered(who, reply);
  }
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: "light", locale: "pt-BR", timezoneId: "America/Sao_Paulo" });
  await page.goto(EVOLUTION);
  await page.locator("#instance").selectOption(who.instance);
  await page.getByText(DONE).waitFor();
  const bytes = await photograph(page, "celular.png", { format: "png" });
  await page.close();
  return bytes;
}

/** Writes, and waits for what the clinic says to it. */
async function answered(who, text) {
  const answers = async () => {
    const chat = await fetch(`${EVOLUTION}/simulador/conversas/${who.instance}/${who.from}`);
    return (await chat.json()).messages.filter((message) => message.from_me).map((message) => message.text);
  };
  const before = (await answers()).length;
  await write(who, text);
  for (const until = Date.now() + LONGEST_ANSWER; Date.now() < until; await pause(500)) {
    const told = (await answers())[before];
    if (told) return told;
  }
  throw new Error(`${who.instance} does not answer “${text}”`);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A clinic's line is looked at within a minute of its first message, and whoever opens its page looks at once. */
async function connected() {
  const page = await enter(WHATSAPP, OPTIONS.mesa);
  await page.goto(address(WHATSAPP.host, WHATSAPP.path));
  await page.getByRole("heading", { name: "Conectado" }).waitFor();
  await page.context().close();
}

/** Everything in one look, each person's in one tab. */
async function take(pictures, look, pages) {
  const tabs = new Map();
  for (const shown of pages) {
    const { name } = shown;
    const who = `${shown.login}@${shown.host}`;
    if (!tabs.has(who)) tabs.set(who, await enter(shown, OPTIONS[look]));
    const page = tabs.get(who);
    await page.goto(address(shown.host, shown.path));
    await settled(page);
    if (name === "conversas") await page.getByRole("region", { name: "Lista de conversas" }).getByRole("link").last().click();
    await settled(page);
    pictures.set(picture(look, shown), await photograph(page, name));
  }
}

async function photograph(page, name, as = { format: "webp", quality: QUALITY }) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", as);
  const bytes = Buffer.from(data, "base64");
  if (bytes.length > HEAVIEST) throw new Error(`${name} weighs ${bytes.length} bytes: more than ${HEAVIEST}`);
  return bytes;
}

/** A tab of somebody's own, logged in as the login page does. */
async function enter({ host, login }, options) {
  const context = await browser.newContext({ ...options, locale: "pt-BR", timezoneId: "America/Sao_Paulo", serviceWorkers: "block" });
  const page = await context.newPage();
  if (login) await comeIn(page, host, login);
  return page;
}
