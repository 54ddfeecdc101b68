/**
 * Who is logged in on this tab: the pair of tokens, renewed before it ends.
 *
 * A refresh token may be used once. A duplicated tab starts with a copy of the same pair, so tabs renew one at a time
 * (a lock) and tell the others the new pair (a channel); a tab that holds the old pair takes the new one.
 */
import { Problem, call } from "/static/js/api.js";

const STORED = "horario.sessao";
const LOCK = "horario.renovar";
const LOGIN = "/static/login.html";

/** Renew when less than this is left, milliseconds. */
const MARGIN = 120_000;

/** How long another tab's news may take to arrive, milliseconds. */
const NEWS = 60;

const channel = "BroadcastChannel" in window ? new BroadcastChannel("horario.sessao") : null;
let renewing = null;

channel?.addEventListener("message", ({ data }) => {
  if (data?.old && data.old === read()?.refresh_token) write(data.pair);
});

/** @returns {{access_token: string, refresh_token: string, expires_at: number, user: any} | null} */
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? "null");
  } catch {
    return null;
  }
}

function write(pair) {
  sessionStorage.setItem(STORED, JSON.stringify(pair));
}

/** Keeps the answer of a login or a renewal. */
function keep(answer) {
  const { access_token, refresh_token, expires_in, user } = answer;
  const pair = { access_token, refresh_token, user, expires_at: Date.now() + expires_in * 1000 };
  write(pair);
  return pair;
}

/** The user of this tab, or `null`. */
export function user() {
  return read()?.user ?? null;
}

/** Logs in; a refusal is a `Problem`. */
export async function login(email, senha) {
  return keep(await call("POST", "/api/auth/login", { body: { email, senha } })).user;
}

/** Ends the session here and on the server. */
export async function logout() {
  const pair = read();
  sessionStorage.removeItem(STORED);
  if (pair) {
    const { access_token: token, refresh_token } = pair;
    await call("POST", "/api/auth/logout", { token, body: { refresh_token } }).catch(() => null);
  }
  location.replace(LOGIN);
}

/** Sends the person to the login page, telling why. */
export function leave(reason) {
  sessionStorage.removeItem(STORED);
  location.replace(`${LOGIN}?motivo=${reason}`);
}

/** A token with time left, for what no call of the API fits: a file. */
export async function token() {
  return (await fresh(false)).access_token;
}

/** Calls the API as this tab's user. A session the server no longer accepts ends here. */
export async function ask(method, path, options = {}) {
  let pair = await fresh(false);
  try {
    return await call(method, path, { ...options, token: pair.access_token });
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
  }
  pair = await fresh(true);
  try {
    return await call(method, path, { ...options, token: pair.access_token });
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) leave("expirou");
    throw problem;
  }
}

/** A pair with time left; `refused` when the server just said no to the one we have. */
async function fresh(refused) {
  const pair = read();
  if (!pair) {
    leave("entrar");
    throw new Problem({ status: 401, detail: "Entre para continuar." });
  }
  if (!refused && pair.expires_at - Date.now() > MARGIN) return pair;
  renewing ??= alone(() => renew(pair.access_token)).finally(() => (renewing = null));
  return renewing;
}

function alone(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

/** Gets the next pair, unless another tab was faster than us. */
async function renew(used) {
  await new Promise((resolve) => setTimeout(resolve, channel ? NEWS : 0));
  const pair = read();
  if (pair && pair.access_token !== used) return pair;
  const old = pair?.refresh_token;
  try {
    const next = keep(await call("POST", "/api/auth/refresh", { body: { refresh_token: old } }));
    channel?.postMessage({ old, pair: next });
    return next;
  } catch (problem) {
    if (problem instanceof Problem && !problem.passing && problem.status !== 429) leave("expirou");
    throw problem;
  }
}
