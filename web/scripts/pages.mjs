// Every page people see, for what walks them all: `e2e/paginas.test.ts` and `screenshots.mjs`.
const MANAGER = "tania@prosaude.com";
const OPERATOR = "operador@horariointeligente.com.br";
const SETTINGS = ["horarios", "bloqueios", "profissionais", "servicos", "convenios", "recursos", "feriados", "lembretes", "regras", "equipe", "acessos", "unidades", "clinica"];
const CONSOLE = ["clinicas", "clinicas/nova", "clinicas/1", "planos", "faturas", "faturas/a-conferir", "receita", "uso", "incidentes", "auditoria", "operadores", "saude"];

/**
 * @typedef {object} Page
 * @property {string} name
 * @property {string} host the first part of the host's name
 * @property {string} path
 * @property {string} [login] who looks; nobody when missing
 * @property {number[]} [expects] refusals of the API that are right on this page
 */

/** Somebody works then: the agenda of a Saturday shows nothing. */
export function workday() {
  const day = new Date(Date.now() - 3 * 3_600_000);
  while ([0, 6].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

const clinic = (name, path) => ({ name, host: "prosaude", path, login: MANAGER });
const open = (name, path, expects = []) => ({ name, host: "prosaude", path, expects });

/** @type {Page[]} */
export const PAGES = [
  open("entrar", "/static/login.html", [401]),
  open("senha", "/static/senha.html"),
  open("convite", "/convite#nada", [404, 422]),
  open("termos", "/termos"),
  open("seus-dados", "/seus-dados"),
  open("problemas", "/problemas"),
  open("nada", "/static/nada", [404]),
  open("agendar", "/agendar"),
  ...["dia", "semana", "mes", "lista"].map((view) => clinic(`agenda-${view}`, `/app/agenda?ver=${view}&dia=${workday()}`)),
  ...["conversas", "pacientes", "pacientes/1", "pacientes/duplicados", "espera", "relatorios", "whatsapp", "ajustes", "plano"].map((path) =>
    clinic(path.replaceAll("/", "-"), `/app/${path}`),
  ),
  ...SETTINGS.map((section) => clinic(`ajustes-${section}`, `/app/ajustes/${section}`)),
  ...CONSOLE.map((path) => ({ name: `console-${path.replaceAll("/", "-")}`, host: "admin", path: `/console/${path}`, login: OPERATOR })),
];

/** How the pages are photographed. */
export const LOOKS = ["mesa", "celular"];

/** The name of a page's picture in `docs/screens`. */
export const picture = (look, { name }) => `${look}-${name}`;

/** Nothing came for so long: everything has, milliseconds. */
const QUIET = 600;

/**
 * Waits until nothing moves that comes to an end.
 * @param {import("playwright-core").Page} page
 */
export async function still(page) {
  await page.evaluate(async () => {
    // What a change of theme moves begins with the next frame.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map(({ finished }) => finished));
  });
}

/**
 * Waits until a page is there with all it asked for: nothing came for a while, no place is held, nothing moves. Who leaves before makes the
 * browser drop what it asked for, and a function of `make up` may take the next one up only after half a minute.
 * @param {import("playwright-core").Page} page
 */
export async function settled(page) {
  await page.locator("h1, h2").first().waitFor({ state: "attached" });
  await page.waitForLoadState("networkidle");
  await page.locator(".ossos, [aria-busy='true']").first().waitFor({ state: "detached" });
  await page.evaluate(async (quiet) => {
    const come = () => performance.getEntriesByType("resource").length;
    for (let before = -1; before !== come(); ) {
      before = come();
      await new Promise((resolve) => setTimeout(resolve, quiet));
    }
  }, QUIET);
  await still(page);
  await page.getByText("Sem conexão").first().waitFor({ state: "detached" });
}
