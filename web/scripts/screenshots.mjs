// Pictures of the pages as a customer sees them, into docs/screens: at a desk in light, on a phone in the dark. `make screenshots`, on a
// system that is only just up: what is seen is the demonstration, and three patients who write here.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { LAUNCH } from "./chromium.mjs";
import { PAGES, settled } from "./pages.mjs";
import { EVOLUTION, address, comeIn } from "./people.mjs";

const FOLDER = new URL("../../docs/screens/", import.meta.url).pathname;
/** The most a picture may weigh in the repository, bytes. */
const HEAVIEST = 150_000;
const QUALITY = 82;

const LOOKS = [
  { look: "mesa", viewport: { width: 1440, height: 900 }, colorScheme: "light", deviceScaleFactor: 1 },
  { look: "celular", viewport: { width: 390, height: 844 }, colorScheme: "dark", deviceScaleFactor: 2, hasTouch: true },
];
const WHATSAPP = PAGES.find(({ name }) => name === "whatsapp");
/** Who writes to the clinic, and how far each comes. */
const PATIENTS = [
  { from: "5511988880003", name: "Dalva", says: ["Bom dia! Vocês atendem Unimed?", "Quero marcar um retorno"] },
  { from: "5511988880008", name: "Ivan", says: ["Preciso falar com uma pessoa, por favor"] },
  { from: "5511977770001", name: "Renata", says: ["Olá, quero agendar uma consulta", "Renata Azevedo"] },
];
const ANSWER = 6_000;

/** Fields for days and hours are written in the browser's own language. */
const browser = await chromium.launch({ ...LAUNCH, env: { ...process.env, LANGUAGE: "pt_BR" } });
try {
  await inPortuguese();
  await talk();
  await connected();
  const pictures = new Map();
  for (const { look, ...options } of LOOKS) await take(pictures, look, PAGES, options);
  // Only now: a file that changes makes `cargo lambda watch` start every function anew.
  mkdirSync(FOLDER, { recursive: true });
  for (const old of readdirSync(FOLDER)) if (old.endsWith(".webp")) rmSync(FOLDER + old);
  for (const [name, bytes] of pictures) writeFileSync(`${FOLDER}${name}.webp`, bytes);
} finally {
  await browser.close();
}

/** Stops before pictures with fields in English are taken. */
async function inPortuguese() {
  const page = await browser.newPage();
  const language = await page.evaluate(() => navigator.language);
  await page.close();
  if (language !== "pt-BR") throw new Error("this Chromium has no Portuguese: install its translations (Debian: chromium-l10n)");
}

/** Conversations of the day, one after the other, with time for the clinic to answer. */
async function talk() {
  for (const { from, name, says } of PATIENTS)
    for (const text of says) {
      await fetch(`${EVOLUTION}/simulador/mensagens`, { method: "POST", body: JSON.stringify({ instance: "ProSaude", from, name, text, type: "text" }) });
      await new Promise((resolve) => setTimeout(resolve, ANSWER));
    }
}

/** A clinic's line is looked at within a minute of its first message, and whoever opens its page looks at once. */
async function connected() {
  const page = await enter(WHATSAPP, LOOKS[0]);
  await page.goto(address(WHATSAPP.host, WHATSAPP.path));
  await page.getByRole("heading", { name: "Conectado" }).waitFor();
  await page.context().close();
}

/** Everything in one look, each person's in one tab. */
async function take(pictures, look, pages, options) {
  const tabs = new Map();
  for (const shown of pages) {
    const { name } = shown;
    const who = `${shown.login}@${shown.host}`;
    if (!tabs.has(who)) tabs.set(who, await enter(shown, options));
    const page = tabs.get(who);
    await page.goto(address(shown.host, shown.path));
    await settled(page);
    if (name === "conversas") await page.getByRole("region", { name: "Lista de conversas" }).getByRole("link").last().click();
    await settled(page);
    pictures.set(`${look}-${name}`, await photograph(page, name));
  }
}

async function photograph(page, name) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
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
