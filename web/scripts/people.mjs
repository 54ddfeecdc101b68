// People of the demonstration in a browser, for whoever walks the pages: the journeys, the pictures, the measurements.

/** The gateway's; 8000 when `make up` started it. */
export const PORT = Number(process.env.BASE_PORT ?? 8000);
/** Where the simulated phones are. */
export const EVOLUTION = `http://127.0.0.1:${process.env.EVOLUTION_PORT ?? 8080}`;
/** Everybody's. */
export const PASSWORD = "senha123";

/**
 * @param {string} host the first part of the host's name
 * @param {string} [path]
 */
export const address = (host, path = "") => `http://${host}.localhost:${PORT}${path}`;

/**
 * Logs in as the login page does: by a page, because only the browser finds `*.localhost` on every machine.
 * @param {import("playwright-core").Page} page
 * @param {string} host
 * @param {string} email
 */
export async function comeIn(page, host, email) {
  await page.goto(address(host, "/termos"));
  const status = await page.evaluate(async (body) => {
    const answer = await fetch("/api/auth/sessao", { method: "POST", headers: { "content-type": "application/json" }, body });
    // What nobody reads would hold its connection.
    await answer.arrayBuffer();
    return answer.status;
  }, JSON.stringify({ email, senha: PASSWORD }));
  if (status >= 300) throw new Error(`${email} does not come in: ${status}`);
}
